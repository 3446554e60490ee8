"""What every page knows of the site and of how its reader wants it shown."""

from django.conf import settings
from django.http import HttpRequest

from commonweal.ui import display


def site(request: HttpRequest) -> dict[str, object]:
    """The cooperative's name, phone and address for the page frame, and the reader's display settings."""
    return {"site": settings.SITE, "display": display.from_cookie(request.COOKIES.get(display.COOKIE, ""))}

"""What every page knows of the site."""

from django.conf import settings
from django.http import HttpRequest


def site(request: HttpRequest) -> dict[str, object]:
    """The cooperative name, phone and address for the page frame."""
    return {"site": settings.SITE}

"""Small answers without a language: what browsers and search engines ask for by themselves."""

from __future__ import annotations

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.templatetags.static import static
from django.views.decorators.http import require_safe

from commonweal.people.access import open_to_all

# Pages of persons and staff; what is public stays findable.
NOT_FOR_ROBOTS = ("account", "desk", "dossiers", "me", "ui", "projects/compare")


@open_to_all
@require_safe
def favicon(request: HttpRequest) -> HttpResponse:
    """The sign of the site, for browsers that ask at the usual address."""
    return redirect(static("ui/favicon.svg"))


@open_to_all
@require_safe
def robots(request: HttpRequest) -> HttpResponse:
    """What search engines may read."""
    lines = ["User-agent: *"]
    lines += [f"Disallow: /{code}/{path}/" for code, _name in settings.LANGUAGES for path in NOT_FOR_ROBOTS]
    return HttpResponse("\n".join(lines) + "\n", content_type="text/plain; charset=utf-8")

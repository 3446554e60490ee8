"""The pages of the interface itself: its gallery, the display settings, the accessibility statement."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.http import url_has_allowed_host_and_scheme
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.ui import contrast, display
from commonweal.ui import gallery as samples
from commonweal.ui.forms import DisplayForm

View = Callable[..., HttpResponse]


def open_page(view: View) -> View:
    """Marks a page that everyone may read, signed in or not."""
    vars(view)["access_check"] = "open"
    return view


@open_page
@require_safe
def gallery(request: HttpRequest) -> HttpResponse:
    """Every component in every state, and the measured contrast of the colours."""
    context = {**samples.content(), "pairs": contrast.by_pair(), "schemes": contrast.SCHEMES}
    return render(request, "ui/gallery.html", context)


@open_page
@require_http_methods(["GET", "HEAD", "POST"])
def display_settings(request: HttpRequest) -> HttpResponse:
    """Text size, spacing, colours and calm, kept in a cookie; then back to where the reader was."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    back = asked if url_has_allowed_host_and_scheme(asked, allowed_hosts=None) else reverse("ui:display")
    kept = display.from_cookie(request.COOKIES.get(display.COOKIE, ""))
    form = DisplayForm(request.POST if request.method == "POST" else None, initial=asdict(kept))
    if request.method == "POST" and form.is_valid():
        response = HttpResponseRedirect(back)
        response.set_cookie(
            display.COOKIE,
            display.to_cookie(form.wishes()),
            max_age=display.COOKIE_AGE_SECONDS,
            secure=settings.SESSION_COOKIE_SECURE,
            httponly=True,
            samesite="Lax",
        )
        return response
    return render(request, "ui/display.html", {"form": form, "next": back})


@open_page
@require_safe
def accessibility(request: HttpRequest) -> HttpResponse:
    """What this site does for everyone to take part, what it does not do yet, and where to complain."""
    return render(request, "ui/accessibility.html")

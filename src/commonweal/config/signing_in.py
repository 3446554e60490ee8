"""What a session notes by itself: when it was seen, on which device, and when its owner last showed who they are."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from urllib.parse import urlsplit

from allauth.account.adapter import get_adapter
from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY as PROOFS
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, QueryDict
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.kernel.days import day_of
from commonweal.people.access import (
    PROOF_AT,
    PROOF_SEEN,
    SENT,
    WANTED,
    on_staff,
    session_looked_at,
    staff_without_factor,
    viewer,
)
from commonweal.people.rules.measures import STAFF_IDLE_MINUTES, measure

Handler = Callable[[HttpRequest], HttpResponse]
# A session is written once in so many seconds, not at each page.
SEEN_EVERY = 300
_BROWSERS = (
    ("Firefox/", "Firefox"),
    ("Edg", "Edge"),
    ("OPR/", "Opera"),
    ("Chrome/", "Chrome"),
    ("Safari/", "Safari"),
)
_SYSTEMS = (
    ("Android", "Android"),
    ("iPhone", "iPhone"),
    ("iPad", "iPad"),
    ("Windows", "Windows"),
    ("Mac OS", "macOS"),
    ("Linux", "Linux"),
)


class SignedIn:
    """Keeps the notes of a session, and lets the roles of staff who were away wait for their second factor."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.user.is_authenticated:
            _lock_when_idle(request)
            _send_again(request)
        with session_looked_at(request):
            if WANTED in request.session:
                _arrived(request)
            response = self.get_response(request)
        if request.user.is_authenticated:
            _note(request)
        return response

    def process_view(self, request: HttpRequest, *_view: Any) -> HttpResponse | None:
        """Leads who has a second factor from the page that asks for the password to the one that asks for the factor."""
        match = request.resolver_match
        if match is None or match.view_name != "account_reauthenticate" or not request.user.is_authenticated:
            return None
        ways = get_adapter().get_reauthentication_methods(request.user)
        if not ways or ways[0]["id"] == "reauthenticate":
            return None
        query = request.GET.urlencode()
        return redirect(ways[0]["url"] + (f"?{query}" if query else ""))


def _send_again(request: HttpRequest) -> None:
    """Turns the request that comes back from showing who one is into the form that was sent before (`access.suspended`).

    It answers at its own address, so what is corrected there goes where it belongs. Only its word, known to this session
    alone, sends it, and once.
    """
    word, waiting = request.GET.get(SENT, ""), request.session.get(SENT, {})
    if request.method != "GET" or waiting.get(word, {}).get("path") != request.path:
        return
    kept = waiting.pop(word)
    request.session[SENT] = waiting
    if kept["until"] < timezone.now().timestamp():
        text = _(
            "You were away for more than an hour, so what you had sent was not done. Please fill it in once more."
        )
        messages.warning(request, text)
        return
    request.method = request.META["REQUEST_METHOD"] = "POST"
    request.GET, request.POST = QueryDict(kept["GET"]), QueryDict(kept["POST"])
    request.META["QUERY_STRING"] = kept["GET"]
    # The form was checked when it was sent, and lay in the session since.
    request._dont_enforce_csrf_checks = True  # type: ignore[attr-defined]


def _lock_when_idle(request: HttpRequest) -> None:
    """Forgets what staff showed who did nothing for a while; what they type meanwhile is kept (`refusals`)."""
    now, session = timezone.now(), request.session
    idle = now.timestamp() - session.get("seen", now.timestamp())
    if idle <= measure(STAFF_IDLE_MINUTES, day_of(timezone.now())) * 60:
        return
    user: Any = request.user
    if user.person is not None and on_staff(user.person):
        # All of it: an earlier one that stayed would look like one shown just now.
        session[PROOFS] = []


def _arrived(request: HttpRequest) -> None:
    """Forgets the page somebody wanted before they set a second factor up, once they come to it with one."""
    person = viewer(request)
    if request.path == urlsplit(request.session[WANTED]).path and person and not staff_without_factor(person):
        del request.session[WANTED]


def _note(request: HttpRequest) -> None:
    now, session = timezone.now().timestamp(), request.session
    proofs = session.get(PROOFS)
    if proofs and proofs[-1]["at"] > session.get(PROOF_SEEN, 0):
        session[PROOF_SEEN], session[PROOF_AT] = proofs[-1]["at"], now
    if "started" not in session:
        session["started"], session["device"] = now, device_of(request.META.get("HTTP_USER_AGENT", ""))
    if now - session.get("seen", 0) > SEEN_EVERY:
        session["seen"] = now


def device_of(agent: str) -> str:
    """The browser and system of a User-Agent in two words, as far as they are known; empty for others."""
    browser = next((name for sign, name in _BROWSERS if sign in agent), "")
    system = next((name for sign, name in _SYSTEMS if sign in agent), "")
    return ", ".join(filter(None, (browser, system)))

"""What a session notes by itself: when it was seen, on which device, and when its owner last showed who they are."""

from __future__ import annotations

from collections.abc import Callable

from allauth.account.authentication import AUTHENTICATION_METHODS_SESSION_KEY as PROOFS
from django.http import HttpRequest, HttpResponse
from django.utils import timezone

from commonweal.people.access import PROOF_AT, PROOF_SEEN, on_staff, viewer
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
        response = self.get_response(request)
        if request.user.is_authenticated:
            _note(request)
        return response


def _lock_when_idle(request: HttpRequest) -> None:
    """Forgets the second factor of staff who did nothing for a while; what they type meanwhile is kept (`refusals`)."""
    now, session = timezone.now(), request.session
    idle = now.timestamp() - session.get("seen", now.timestamp())
    if idle <= measure(STAFF_IDLE_MINUTES, timezone.localdate()) * 60:
        return
    person = viewer(request)
    if person is not None and on_staff(person):
        session[PROOFS] = [each for each in session.get(PROOFS, []) if each.get("method") != "mfa"]
        session[PROOF_AT] = 0


def _note(request: HttpRequest) -> None:
    now, session = timezone.now().timestamp(), request.session
    proofs = session.get(PROOFS)
    if proofs and proofs[-1]["at"] != session.get(PROOF_SEEN):
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

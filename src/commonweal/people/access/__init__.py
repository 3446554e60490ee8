"""Who is asking, what staff may do, and the marks by which every view names its access check."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from contextvars import ContextVar
from datetime import date
from functools import wraps
from secrets import token_urlsafe
from typing import Any
from urllib.parse import urlencode

from allauth.account.adapter import get_adapter
from allauth.account.authentication import get_authentication_records
from allauth.mfa.models import Authenticator
from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import YES, Decision, NotAllowed, no
from commonweal.people.access.closeness import ONES_OWN as ONES_OWN
from commonweal.people.access.closeness import Close as Close
from commonweal.people.access.closeness import close_to as close_to
from commonweal.people.access.closeness import names_of as names_of
from commonweal.people.access.closeness import not_ones_own as not_ones_own
from commonweal.people.access.positions import is_tied_to as is_tied_to
from commonweal.people.access.positions import organisations_of as organisations_of
from commonweal.people.access.positions import speaks_for as speaks_for
from commonweal.people.access.reasons import demand as demand
from commonweal.people.access.reasons import said as said
from commonweal.people.models import ApiKey, Mandate, Person, StaffAppointment
from commonweal.people.queries import key_with
from commonweal.people.rules import ASKED_AGAIN, Act, MandateScope, Scope, granted
from commonweal.people.rules.measures import FRESH_MINUTES, LIMITS, measure

View = Callable[..., HttpResponseBase]
# The code of the refusal for an account whose person has not told their name yet.
NO_NAME = "no_name"
# In the request at hand: the person whose session saw no second factor, so that their roles wait. Nobody elsewhere.
_waiting: ContextVar[int | None] = ContextVar("person whose roles wait", default=None)
FACTORS = (Authenticator.Type.TOTP, Authenticator.Type.WEBAUTHN)
# In the session: which proof was the last, and the moment at which it was shown.
PROOF_SEEN, PROOF_AT = "proof", "proof_at"
# Under which a form that waits for its sender lies in the session, and the word by which it is found again in an address.
SENT, SENT_MINUTES, SENT_MAX = "sent", 60, 5
# In the session: the page somebody wanted who first sets a second factor up.
WANTED = "wanted"


def roles_of(person: Person | None, on: date) -> frozenset[str]:
    """Codes of the staff roles the person holds on a day; none as long as they came without a second factor."""
    if person is None or roles_wait(person):
        return frozenset()
    return _held_roles(person, on)


def roles_wait(person: Person) -> bool:
    """Whether the request at hand is this person's, from a session that saw no second factor."""
    return _waiting.get() == person.pk


@contextmanager
def session_looked_at(request: HttpRequest) -> Iterator[None]:
    """While a request is answered, the roles of who came without a second factor wait, however often the person is read.

    Outside of it, in jobs and commands, roles are those that are written down.
    """
    before = _waiting.set(None)
    try:
        _look(request)
        yield
    finally:
        _waiting.reset(before)


def _look(request: HttpRequest) -> None:
    user: Any = request.user
    shown = not user.is_authenticated or any(each.get("method") == "mfa" for each in _proofs(request))
    _waiting.set(None if shown else user.person_id)


def _held_roles(person: Person, on: date) -> frozenset[str]:
    held = StaffAppointment.objects.filter(person=person, starts_on__lte=on).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    )
    return frozenset(held.values_list("role", flat=True))


def may(person: Person | None, act: Act, on: date) -> Decision:
    """Whether the person's staff roles grant an act on a day."""
    if act in granted(roles_of(person, on)):
        return YES
    return no(
        "not_staff", _("This is for staff with the right role. Ask the administrator if it should be yours.")
    )


def may_act_for(agent: Person, principal: Person, scope: MandateScope, on: date) -> Decision:
    """Whether one person may act for another: oneself always, others by a mandate that holds on the day."""
    if agent == principal:
        return YES
    held = Mandate.objects.filter(
        agent=agent, principal=principal, starts_on__lte=on, ends_on__gte=on, withdrawn_at__isnull=True
    )
    if held.filter(scope=scope).exists():
        return YES
    return no(
        "no_mandate", _("You have no mandate from this person, or it has ended. Ask them for a new one.")
    )


def viewer(request: HttpRequest) -> Person | None:
    """The person behind the request, if someone is signed in.

    Whoever showed no second factor in this session comes without their staff roles (`roles_of`).
    """
    # A request refused before log-in was looked at (a wrong host name) has no user.
    user = getattr(request, "user", None)
    if user is None or not user.is_authenticated:
        return None
    # Looked at each time: somebody may have signed in, or shown the factor, since the request began.
    _look(request)
    person: Person | None = user.person
    return person


def _proofs(request: HttpRequest) -> list[dict[str, Any]]:
    """What somebody showed in this session to sign in and again later, oldest first; kept by allauth."""
    # What is refused before sessions are looked at has none.
    return get_authentication_records(request, request.user) if hasattr(request, "session") else []


def on_staff(person: Person) -> bool:
    """Whether somebody holds a staff role today, whatever they showed when they signed in."""
    return bool(granted(_held_roles(person, day_of(timezone.now()))))


def staff_without_factor(person: Person) -> bool:
    """Whether somebody on the staff came without a second factor, so that their roles wait for it."""
    return roles_wait(person) and on_staff(person)


def factors_of(account: Any) -> list[str]:
    """The kinds of second factor an account has set up: an app, passkeys."""
    return sorted(
        set(Authenticator.objects.filter(user=account, type__in=FACTORS).values_list("type", flat=True))
    )


def proven_lately(request: HttpRequest) -> bool:
    """Whether who is signed in showed lately that it is them: within `FRESH_MINUTES`, at log-in or again since.

    Whoever has a second factor showed it in this session: a password alone proves nothing more of them.
    """
    proofs = _proofs(request)
    if not proofs:
        return False
    if not any(each.get("method") == "mfa" for each in proofs) and factors_of(request.user):
        return False
    if proofs[-1]["at"] > request.session.get(PROOF_SEEN, 0):
        # Shown in this very request: the middleware notes the moment at its end.
        return True
    minutes = measure(FRESH_MINUTES, day_of(timezone.now()))
    return bool(timezone.now().timestamp() - request.session[PROOF_AT] < minutes * 60)


def signed_in_person(request: HttpRequest) -> Person:
    """The person behind the request. Raises NotAllowed for visitors, and for an account that told no name yet."""
    person = viewer(request)
    if person is None and request.user.is_authenticated:
        raise NotAllowed(_("First tell us your name: open My page."), code=NO_NAME)
    if person is None:
        raise NotAllowed(_("Sign in to see this page."), code="sign_in")
    return person


def viewer_context(request: HttpRequest) -> dict[str, object]:
    """For page frames: the person, and whether there is a staff desk for them. Costs nothing until used."""

    def is_staff() -> bool:
        return bool(granted(roles_of(viewer(request), day_of(timezone.now()))))

    def waits() -> bool:
        person = viewer(request)
        return person is not None and staff_without_factor(person)

    return {
        "factor_missing": SimpleLazyObject(waits),
        "wanted": SimpleLazyObject(lambda: request.session.get(WANTED, "")),
        "viewer": SimpleLazyObject(lambda: viewer(request)),
        "is_staff_person": SimpleLazyObject(is_staff),
    }


def open_to_all(view: View) -> View:
    """Marks a view as public."""
    view.access_check = "open"  # type: ignore[attr-defined]
    return view


def suspended(request: HttpRequest, way: str) -> HttpResponse:
    """Leads to a page on which somebody shows again who they are, and back; a form that was sent is sent again for them.

    The form lies in the session, locked, for `SENT_MINUTES`. Files are not kept, which is said; nor is anything that was
    chosen in a vote, whose place is no session.
    """
    if request.method != "POST":
        return redirect(f"{way}?{urlencode({'next': request.get_full_path()})}")
    back = request.path
    match = request.resolver_match
    if request.FILES:
        messages.warning(
            request, _("You were away for a while, so nothing was sent. Please choose the file once more.")
        )
    elif match is None or "voting" not in match.namespaces:
        word = token_urlsafe(12)
        now = timezone.now().timestamp()
        waiting = {key: kept for key, kept in request.session.get(SENT, {}).items() if kept["until"] > now}
        # Somebody works in several windows: each has its own, and the oldest makes room.
        for oldest in list(waiting)[: max(len(waiting) - SENT_MAX + 1, 0)]:
            del waiting[oldest]
        waiting[word] = {
            "path": request.path,
            "until": now + SENT_MINUTES * 60,
            "GET": request.GET.urlencode(),
            "POST": request.POST.urlencode(),
        }
        request.session[SENT] = waiting
        back = f"{back}?{urlencode({SENT: word})}"
    else:
        messages.warning(
            request,
            _(
                "You were away for a while, so nothing was sent. What is typed about a vote is never kept: please do it "
                "once more."
            ),
        )
    return redirect(f"{way}?{urlencode({'next': back})}")


def fresh(view: View) -> View:
    """Only for who showed lately that it is them (`FRESH_MINUTES`); asks before the form is shown, not after."""
    return _asks_again(view, frozenset({"GET", "HEAD", "POST"}))


def fresh_to_send(view: View) -> View:
    """The same for a page that many only read: asks when something is sent, which is then sent again for them."""
    return _asks_again(view, frozenset({"POST"}))


def takes_in(view: View) -> View:
    """Marks a page that only keeps a file: what it would do is shown, and done by a form that asks again. This one does
    not, since the file would have to be chosen once more."""
    view.asks_again = frozenset()  # type: ignore[attr-defined]
    return view


def _asks_again(view: View, methods: frozenset[str]) -> View:
    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if request.method in methods and request.user.is_authenticated and not proven_lately(request):
            ways = get_adapter().get_reauthentication_methods(request.user)
            if ways:
                return suspended(request, ways[0]["url"])
        return view(request, *args, **kwargs)

    guarded.asks_again = methods  # type: ignore[attr-defined]
    return guarded


def limited(kind: str) -> Callable[[View], View]:
    """Marks a view of which one visitor has so many a day or hour; the kinds are in `rules.measures.LIMITS`."""

    def mark(view: View) -> View:
        view.limited = LIMITS[kind].code  # type: ignore[attr-defined]
        return view

    return mark


def for_accounts(view: View) -> View:
    """Only for people who are signed in, also before they told their name."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        if not request.user.is_authenticated:
            raise NotAllowed(_("Sign in to see this page."), code="sign_in")
        return view(request, *args, **kwargs)

    guarded.access_check = "account"  # type: ignore[attr-defined]
    return guarded


def for_persons(view: View) -> View:
    """Only for people who are signed in; the view fetches its objects through `access`."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        signed_in_person(request)
        return view(request, *args, **kwargs)

    guarded.access_check = "person"  # type: ignore[attr-defined]
    return guarded


def for_staff(act: Act, *others: Act) -> Callable[[View], View]:
    """Only for staff whose roles grant the act today, or one of the others; asks once more who it is when a form is sent
    for one that matters most (`ASKED_AGAIN`)."""

    def mark(view: View) -> View:
        asking = act in ASKED_AGAIN and not hasattr(view, "asks_again")
        inner = fresh_to_send(view) if asking else view

        @wraps(inner)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            person, today = signed_in_person(request), day_of(timezone.now())
            decision = may(person, act, today)
            if not any(may(person, each, today) for each in others if not decision):
                demand(decision)
            return inner(request, *args, **kwargs)

        guarded.access_check = f"staff:{act}"  # type: ignore[attr-defined]
        return guarded

    return mark


_ACTS = {
    Scope.MEMBERS: Act.SEE_MEMBERS,
    Scope.REGISTER: Act.KEEP_REGISTER,
    Scope.MOVEMENTS: Act.KEEP_REGISTER,
}


def may_use(person: Person, scope: Scope, on: date) -> Decision:
    """Whether a person's programs may do this: what they may do themselves, on the day, and nothing else."""
    if scope in _ACTS:
        return may(person, _ACTS[scope], on)
    if scope == Scope.PARTNER and not organisations_of(person, on).exists():
        return no(
            "no_partner",
            _(
                "This is for people who speak for a partner organisation by papers we saw. Call us: we note it with you."
            ),
        )
    return YES


class ForScope(HttpBearer):
    """Asks a program for a key that has a scope, held by a person who may do that themselves today."""

    def __init__(self, scope: Scope) -> None:
        super().__init__()
        self.scope = scope

    def authenticate(self, request: HttpRequest, token: str) -> ApiKey | None:
        """The key; None for one that does not hold. Raises NotAllowed beyond its scopes."""
        now = timezone.now()
        key = key_with(token, now)
        if key is not None:
            if self.scope not in key.scopes:
                raise NotAllowed(_("This key is not for that: make one with the right scope."), code="scope")
            demand(may_use(key.person, self.scope, day_of(timezone.now())))
        return key


def for_keys(view: View) -> View:
    """Marks an address of the interface for programs: each operation asks for a key with the right scope."""
    view.access_check = "key"  # type: ignore[attr-defined]
    return view

"""Who is asking, what staff may do, and the marks by which every view names its access check."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from functools import wraps
from typing import Any

from django.db.models import Q, QuerySet
from django.http import HttpRequest
from django.http.response import HttpResponseBase
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import gettext_lazy as _
from ninja.security import HttpBearer

from commonweal.kernel.decision import YES, Decision, NotAllowed, demand, no
from commonweal.people.models import ApiKey, Mandate, Organisation, Person, Position, StaffAppointment
from commonweal.people.queries import key_with
from commonweal.people.rules import Act, MandateScope, Scope, granted
from commonweal.people.rules.measures import LIMITS

View = Callable[..., HttpResponseBase]
# The code of the refusal for an account whose person has not told their name yet.
NO_NAME = "no_name"


def roles_of(person: Person | None, on: date) -> frozenset[str]:
    """Codes of the staff roles the person holds on a day."""
    if person is None:
        return frozenset()
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


def _positions_of(person: Person, on: date) -> QuerySet[Position]:
    held = Position.objects.filter(person=person, starts_on__lte=on)
    return held.filter(Q(ends_on__isnull=True) | Q(ends_on__gte=on))


def organisations_of(person: Person, on: date) -> QuerySet[Organisation]:
    """Organisations for which the person speaks on a day by papers that staff saw."""
    held = _positions_of(person, on).filter(confirmed_at__isnull=False)
    return Organisation.objects.filter(pk__in=held.values("organisation"))


def speaks_for(person: Person, organisation_id: int | None, on: date) -> bool:
    """Whether staff saw the papers by which this person speaks for an organisation on a day; False for None."""
    return organisation_id is not None and organisations_of(person, on).filter(pk=organisation_id).exists()


def is_tied_to(person: Person, organisation_id: int | None, on: date) -> bool:
    """Whether somebody says to hold a position in an organisation on a day, seen on paper or not; False for None."""
    return (
        organisation_id is not None
        and _positions_of(person, on).filter(organisation=organisation_id).exists()
    )


def viewer(request: HttpRequest) -> Person | None:
    """The person behind the request, if someone is signed in."""
    # A request refused before log-in was looked at (a wrong host name) has no user.
    user = getattr(request, "user", None)
    return getattr(user, "person", None) if user is not None and user.is_authenticated else None


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
        return bool(granted(roles_of(viewer(request), timezone.localdate())))

    return {
        "viewer": SimpleLazyObject(lambda: viewer(request)),
        "is_staff_person": SimpleLazyObject(is_staff),
    }


def open_to_all(view: View) -> View:
    """Marks a view as public."""
    view.access_check = "open"  # type: ignore[attr-defined]
    return view


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


def for_staff(act: Act) -> Callable[[View], View]:
    """Only for staff whose roles grant the act today."""

    def mark(view: View) -> View:
        @wraps(view)
        def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            demand(may(signed_in_person(request), act, timezone.localdate()))
            return view(request, *args, **kwargs)

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
            demand(may_use(key.person, self.scope, timezone.localdate()))
        return key


def for_keys(view: View) -> View:
    """Marks an address of the interface for programs: each operation asks for a key with the right scope."""
    view.access_check = "key"  # type: ignore[attr-defined]
    return view

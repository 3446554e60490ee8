"""Whose membership ended by death, bankruptcy or winding up, and who is paid in their place: all that areas which owe
members something need to know of estates."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from fractions import Fraction
from typing import TYPE_CHECKING, Any, NamedTuple

from django.conf import settings
from django.db.models import Exists, F, OuterRef, Q, QuerySet
from django.utils.module_loading import import_string

from commonweal.membership.models import Claimant, Estate, Member
from commonweal.membership.queries.payouts import payout_accounts_with
from commonweal.membership.rules.estates import divided
from commonweal.membership.states import EstateState

if TYPE_CHECKING:
    from commonweal.treasury.models import Payment, PayoutAccount

SETTLED = (EstateState.TAKEN_OVER.value, EstateState.TO_PAY.value, EstateState.PAID.value)
# For a statement of its own in which `m` is the member: nobody noted that its holder is gone, under whichever number.
NOT_GONE = """NOT EXISTS (SELECT FROM membership_estate e JOIN membership_member o ON o.id = e.member_id
        WHERE e.state <> 'withdrawn' AND (o.person_id = m.person_id OR o.organisation_id = m.organisation_id))"""


class Heir(NamedTuple):
    """Who claims a part of an estate: an heir, curator or liquidator, by id; `iban` is where they are paid, empty while
    nobody knows."""

    claimant: int
    name: str
    part: Fraction
    iban: str


class CameBack(NamedTuple):
    """A payment to an heir that came back and was not made again, and the year it is of; `needs_account` while the account
    it came back from is the one that would be tried next."""

    heir: Heir
    year: int
    payment: Payment
    needs_account: bool


def gone() -> QuerySet[Estate]:
    """Estates that were noted of who died, went bankrupt or was wound up, and that were no mistake."""
    return Estate.objects.exclude(state=EstateState.WITHDRAWN.value)


def gone_holders() -> QuerySet[Any, Any]:
    """The ids of the people and organisations these estates are of, as rows of `person` and `organisation`."""
    found = gone().annotate(person=F("member__person"), organisation=F("member__organisation"))
    return found.values("person", "organisation")


def has_estate() -> Q:
    """Of rows with a `member`: an estate is noted under that number."""
    return Q(Exists(gone().filter(member=OuterRef("member"))))


def is_gone() -> Q:
    """Of rows with a `member`: its holder is gone, under this number or another one. Who left and came back had two."""
    of_person = gone().filter(member__person=OuterRef("member__person"))
    of_organisation = gone().filter(member__organisation=OuterRef("member__organisation"))
    return has_estate() | Q(Exists(of_person)) | Q(Exists(of_organisation))


def ended_among(members: Iterable[int]) -> set[int]:
    """Those of these member ids whose holder is gone, under whichever of their numbers that was noted. One query."""
    ids = list(members)
    own = Q(pk__in=gone().values("member"))
    own |= Q(person__in=gone().filter(member__person__isnull=False).values("member__person"))
    own |= Q(
        organisation__in=gone().filter(member__organisation__isnull=False).values("member__organisation")
    )
    return set(Member.objects.filter(own, pk__in=ids).values_list("pk", flat=True)) if ids else set()


def without_estate(numbers: Iterable[int]) -> list[int]:
    """Those of these member numbers whose holder is gone and which have no estate of their own: nobody would ever be paid
    what is owed under them. Two queries."""
    members = dict(Member.objects.filter(number__in=list(numbers)).values_list("pk", "number"))
    known = set(gone().filter(member__in=list(members)).values_list("member_id", flat=True))
    return sorted(members[each] for each in ended_among(members) - known)


def accounts_to_pay(members: Iterable[int]) -> dict[int, PayoutAccount]:
    """The accounts of those of these member ids who may be paid: not of members who died or were wound up, whose estate is
    paid. Four queries at most."""
    found = payout_accounts_with(members)
    for member in ended_among(found):
        del found[member]
    return found


def heirs_of(members: Iterable[int]) -> dict[int, list[Heir]]:
    """Member id -> who claims the estate once it is settled, in the order they were noted. Four queries at most."""
    rows = Claimant.objects.filter(estate__member__in=list(members), estate__state__in=SETTLED)
    claims = list(rows.select_related("estate").order_by("pk"))
    found: dict[int, list[Heir]] = {}
    for claimant, heir in zip(claims, _heirs(claims), strict=True):
        found.setdefault(claimant.estate.member_id, []).append(heir)
    return found


def _heirs(claims: Sequence[Claimant]) -> list[Heir]:
    """Heirs who took shares over and named no account are paid on their own as members."""
    own = payout_accounts_with(each.heir_id for each in claims if each.heir_id)
    found = []
    for each in claims:
        account = own.get(each.heir_id or 0)
        part = Fraction(each.numerator, each.denominator)
        found.append(Heir(each.pk, each.name, part, each.iban or (account.iban if account else "")))
    return found


def parts_of(cents: int, heirs: Sequence[Heir]) -> list[int]:
    """Cents by the parts of heirs, in their order, adding up."""
    return divided(cents, [each.part for each in heirs])


def came_back(estate: Estate) -> list[CameBack]:
    """What came back of what other areas paid to those who claim an estate (`CAME_BACK` in `config/wiring.py`), in their
    order. A handful of queries."""
    heirs = _heirs(list(Claimant.objects.filter(estate=estate).order_by("pk")))
    wired: Sequence[Callable[[Sequence[Heir]], list[CameBack]]] = import_string(settings.CAME_BACK)
    return [each for of_area in wired for each in of_area(heirs)]

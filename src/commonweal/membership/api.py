"""Membership for programs: one's own, members for staff, the register, movements, and a partner's one question.

Amounts are cents, days ISO 8601. Lists come in pages: `cursor` of one answer asks for the next. A write names itself by
`Idempotency-Key`: sent twice, it happens once.
"""

from __future__ import annotations

from datetime import date, datetime
from typing import Annotated, Any

from django.core import signing
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from ninja import Field, Header, Query, Router, Status
from ninja.throttling import AuthRateThrottle

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.words import gettext_noop
from commonweal.membership import actions, queries
from commonweal.membership.access import may_have_benefits, own_membership
from commonweal.membership.models import Member
from commonweal.membership.rules.movements import MovementKind
from commonweal.people.access import ForScope
from commonweal.people.rules import Channel, Scope
from commonweal.ui.schemas import AskedSchema, Cents, ClosedSchema, Day, Moment, Text

router = Router(tags=["membership"])
_SALT, READING_SECONDS = "register-reading", 24 * 3600
# A JSON number: "1" and 1.0 are no member numbers.
Number = Annotated[int, Field(ge=1, le=2_000_000_000, strict=True)]


class NotFound(Refusal):
    """There is nothing under this address."""

    code = "not_found"


class PersonRateThrottle(AuthRateThrottle):
    """Counts by the person behind a key."""

    def get_cache_key(self, request: HttpRequest) -> str:
        """One count for all keys of a person."""
        return f"membership-checks:{_key(request).person_id}"


class Holding(ClosedSchema):
    """What is held in one class of shares."""

    share_class: str
    shares: int
    paid_cents: int


class Membership(ClosedSchema):
    """A membership and what it holds today."""

    number: int
    joined_on: date
    left_on: date | None
    language: str
    holdings: list[Holding]


class MovementOut(ClosedSchema):
    """One movement: signed shares and cents, the day it took effect, the moment it was booked."""

    operation: int
    kind: str
    share_class: str
    shares: int
    cents: int
    effective_on: date
    recorded_at: datetime
    undone: bool


class MemberOut(ClosedSchema):
    """A member as staff find them."""

    number: int
    name: str
    is_person: bool
    language: str
    municipality_nis: str | None
    country: str
    town: str
    joined_on: date
    left_on: date | None


class ReadingIn(AskedSchema):
    """Which register: of a day, as known at a moment (now, where left out)."""

    day: Day
    known_at: Moment | None = None


class ReadingOut(ClosedSchema):
    """What opens the pages of a reading for a day, once it is noted."""

    reading: str


class RegisterRowOut(ClosedSchema):
    """One holder and class."""

    number: int
    name: str
    home: str
    company_number: str
    share_class: str
    shares: int
    paid_cents: int


class RegisterPage(ClosedSchema):
    """Holders by number; `cursor` is null on the last page."""

    rows: list[RegisterRowOut]
    cursor: int | None


class MovementIn(AskedSchema):
    """A movement as its document tells it; see the secretary's page for what each kind needs."""

    number: Number
    kind: MovementKind
    share_class: str = Field(max_length=4)
    effective_on: Day
    count: int = Field(0, ge=0, le=1_000_000, strict=True)
    cents: Cents | None = None
    counterpart: Number | None = None
    to_class: str = Field("", max_length=4)
    to_count: int = Field(0, ge=0, le=1_000_000, strict=True)
    document: Text = Field(max_length=80)
    note: Text = Field("", max_length=500)


class Booked(ClosedSchema):
    """The number of the operation in the register."""

    operation: int


class Question(AskedSchema):
    """Whom a partner asks about: the number on the card and the date of birth, as the person told them."""

    number: Number
    born_on: Day


class Answer(ClosedSchema):
    """Yes or no, and nothing else: also when the number does not exist."""

    member: bool
    benefits: bool


@router.get(
    "/membership", response=Membership, auth=ForScope(Scope.OWN), summary=gettext_noop("My membership")
)
def membership(request: HttpRequest) -> dict[str, Any]:
    """One's own membership and what it holds today."""
    today = day_of(timezone.now())
    member = own_membership(_key(request).person, today)
    held = queries.holdings_of([member.number], today).get(member.number, {})
    return {
        "number": member.number,
        "joined_on": member.joined_on,
        "left_on": member.left_on,
        "language": member.language,
        "holdings": [
            {"share_class": code, "shares": each.shares, "paid_cents": each.paid_cents}
            for code, each in sorted(held.items())
        ],
    }


@router.get(
    "/membership/movements",
    response=list[MovementOut],
    auth=ForScope(Scope.OWN),
    summary=gettext_noop("My movements"),
)
def movements(request: HttpRequest) -> list[dict[str, Any]]:
    """One's own movements, the latest first, at most two hundred."""
    member = own_membership(_key(request).person, day_of(timezone.now()))
    return [
        {
            "operation": line.operation.pk,
            "kind": line.operation.kind,
            "share_class": line.share_class,
            "shares": line.shares,
            "cents": line.cents,
            "effective_on": line.operation.effective_on,
            "recorded_at": line.operation.recorded_at,
            "undone": line.undone,
        }
        for line in queries.movements_of(member)
    ]


@router.get(
    "/members", response=list[MemberOut], auth=ForScope(Scope.MEMBERS), summary=gettext_noop("Find members")
)
def members(
    request: HttpRequest, text: Annotated[str, Query(min_length=1, max_length=120)]
) -> list[dict[str, Any]]:
    """Members of today by number, name, e-mail address or telephone; the first fifty. There is no list of all."""
    return [
        _member_out(each) for each in queries.members_matching(text, day_of(timezone.now()), contact=True)
    ]


@router.post(
    "/register/readings",
    response={201: ReadingOut},
    auth=ForScope(Scope.REGISTER),
    summary=gettext_noop("Open the register"),
)
def register_reading(request: HttpRequest, asked: ReadingIn) -> Status[dict[str, str]]:
    """Notes that the register is taken out, before any of it is shown; the reading then lasts a day."""
    person = _key(request).person
    told = {"day": asked.day.isoformat(), "known_at": asked.known_at.isoformat() if asked.known_at else ""}
    actions.record_reading(by=person, now=timezone.now(), what="exported", asked=told)
    return Status(201, {"reading": signing.dumps({**told, "person": person.pk}, salt=_SALT)})


@router.get(
    "/register",
    response=RegisterPage,
    auth=ForScope(Scope.REGISTER),
    summary=gettext_noop("Read the register"),
)
def register(
    request: HttpRequest,
    reading: Annotated[str, Query(max_length=500)],
    cursor: Annotated[int, Query(ge=0)] = 0,
) -> dict[str, Any]:
    """Fifty holders a page, by member number, of the day and moment the reading was opened for."""
    try:
        told = signing.loads(reading, salt=_SALT, max_age=READING_SECONDS)
    except signing.BadSignature:
        told = {}
    if told.get("person") != _key(request).person.pk:
        raise NotFound(_("This reading has ended, or is not yours. Open the register again."))
    known_at = datetime.fromisoformat(told["known_at"]) if told["known_at"] else None
    day = date.fromisoformat(told["day"])
    rows, more = queries.register_page(day, known_at, get_language() or "en", after=cursor)
    return {
        "rows": [
            {
                **{name: getattr(row, name) for name in ("number", "name", "home", "company_number")},
                "share_class": row.share_class,
                "shares": row.shares,
                "paid_cents": row.cents,
            }
            for row in rows
        ],
        "cursor": more,
    }


@router.post(
    "/movements",
    response={201: Booked},
    auth=ForScope(Scope.MOVEMENTS),
    summary=gettext_noop("Book a movement"),
)
def movement_new(
    request: HttpRequest,
    asked: MovementIn,
    idempotency_key: Annotated[str, Header(min_length=8, max_length=60)],
) -> Status[dict[str, int]]:
    """Books one movement, as the secretary does from paper; what the statutes refuse is refused with the reason."""
    key = _key(request)
    movement = actions.Movement(
        kind=asked.kind,
        share_class=asked.share_class,
        effective_on=asked.effective_on,
        count=asked.count,
        cents=asked.cents,
        counterpart=_member(asked.counterpart) if asked.counterpart else None,
        to_class=asked.to_class,
        to_count=asked.to_count,
        document=asked.document,
        note=asked.note,
    )
    booked = actions.book_movement(
        member=_member(asked.number),
        movement=movement,
        key=f"api:{key.pk}:{idempotency_key}",
        by=key.person,
        now=timezone.now(),
        channel=Channel.API,
    )
    return Status(201, {"operation": booked.pk})


@router.post(
    "/membership-checks",
    response=Answer,
    auth=ForScope(Scope.PARTNER),
    throttle=[PersonRateThrottle("60/h")],
    summary=gettext_noop("Is this person a member?"),
)
def membership_check(request: HttpRequest, asked: Question) -> dict[str, bool]:
    """Whether a number and a date of birth belong to a member of today, and whether they have the benefits.

    Sixty questions an hour for each person, whatever keys they make, so that nobody can try all dates of birth.
    """
    today = day_of(timezone.now())
    member = queries.member_with_number(asked.number)
    known = bool(
        member and member.belongs_on(today) and member.person and member.person.born_on == asked.born_on
    )
    return {"member": known, "benefits": bool(known and member and may_have_benefits(member, today))}


def _key(request: HttpRequest) -> Any:
    return request.auth  # type: ignore[attr-defined]


def _member(number: int) -> Member:
    member = queries.member_with_number(number)
    if member is None:
        raise NotFound(_("No member bears this number."))
    return member


def _member_out(member: Member) -> dict[str, Any]:
    return {
        "number": member.number,
        "name": str(member.person or member.organisation),
        "is_person": member.person_id is not None,
        "language": member.language,
        "municipality_nis": member.municipality_id,
        "country": member.country,
        "town": member.town,
        "joined_on": member.joined_on,
        "left_on": member.left_on,
    }

"""Movements of shares: book one, undo one, bring in many. What was booked stays; a mistake is undone by its mirror."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import NotAllowed, Refusal
from commonweal.kernel.text import clean
from commonweal.ledger import actions as ledger
from commonweal.membership.access import may_consult_register, may_keep_register
from commonweal.membership.actions.refusals import ask
from commonweal.membership.models import ExitRequest, Member
from commonweal.membership.queries.exits import leaves_with_all
from commonweal.membership.queries.shares import held_on, holdings_of, setting_on, terms_on
from commonweal.membership.rules import movements as rules
from commonweal.membership.rules.movements import GIVING_BACK, PASSING_ON, Held, MovementKind
from commonweal.membership.rules.payments import owed_back
from commonweal.membership.rules.statutes import SettingName, Terms, may_hold, may_issue
from commonweal.people.access import demand, not_ones_own
from commonweal.people.actions import record
from commonweal.people.rules import Channel
from commonweal.ui.formats import day as written_day

if TYPE_CHECKING:
    from commonweal.ledger.models import Operation
    from commonweal.people.models import Person


class MovementRefused(Refusal):
    """The statutes, or what the member holds, do not allow this movement; the code says which."""

    code = "movement_refused"


class DocumentMissing(Refusal):
    """A movement on paper names the document it rests on."""

    code = "document_missing"


@dataclass(frozen=True, slots=True)
class Movement:
    """What is to be booked for a member.

    `cents` is what was paid (subscription, payment) or is given back (refund, exclusion); None is the full price, or all
    that was paid. `counterpart` takes the shares that are passed on; `to_class` and `to_count` are what a conversion gives.
    `owed` says that what is given back is owed until a payment file pays it, not paid by hand.
    """

    kind: MovementKind
    share_class: str
    effective_on: date
    count: int = 0
    cents: int | None = None
    counterpart: Member | None = None
    to_class: str = ""
    to_count: int = 0
    document: str = ""
    note: str = ""
    owed: bool = False


@dataclass(frozen=True, slots=True)
class Planned:
    """What a movement would change for one member and one class, on its day."""

    number: int
    share_class: str
    before: Held
    after: Held


@dataclass(frozen=True, slots=True)
class LoadedMovement:
    """One row of a register that is brought in: signed shares and signed cents, from a counterpart or new."""

    key: str
    kind: str
    number: int
    share_class: str
    count: int
    cents: int
    effective_on: date
    counterpart: int | None = None
    document: str = ""


@transaction.atomic
def book_movement(
    *,
    member: Member,
    movement: Movement,
    key: str,
    by: Person,
    now: datetime,
    channel: Channel = Channel.PAPER,
) -> Operation:
    """Books a movement by the secretary. The same key again gives the same operation.

    With the last shares of someone who was granted to leave, refunded by hand (in kind), the membership ends on its day.
    Raises NotAllowed, DocumentMissing, MovementRefused, and what the ledger refuses.
    """
    demand(may_keep_register(by, day_of(now)))
    demand(not_ones_own(by, day_of(now), [member, movement.counterpart]))
    if not clean(movement.document, lines=False):
        raise DocumentMissing(_("Name the document this rests on, such as a letter or a deed."))
    latest = rules.latest_effect(day_of(now))
    if movement.effective_on > latest:
        raise MovementRefused(
            _("Choose a day up to %(day)s.") % {"day": written_day(latest)}, code="too_late"
        )
    operation = booked(member=member, movement=movement, key=key, by=by, now=now, channel=channel)
    if movement.kind == MovementKind.REFUND and _leaves_with_it(member):
        Member.objects.filter(pk=member.pk, left_on__isnull=True).update(left_on=movement.effective_on)
    return operation


def _leaves_with_it(member: Member) -> bool:
    granted = ExitRequest.objects.filter(member=member, share_class="", state__in=("granted", "paid"))
    return granted.exists() and not holdings_of([member.number], date.max)


def booked(
    *, member: Member, movement: Movement, key: str, by: Person | None, now: datetime, channel: Channel
) -> Operation:
    """Books a movement for an action of this area that has made sure who may; inside its transaction."""
    both = {member.pk, movement.counterpart.pk} if movement.counterpart else {member.pk}
    # In order of number: two movements between the same members must not wait for each other.
    list(Member.objects.select_for_update().filter(pk__in=both).order_by("number"))
    entries = _entries(member, movement)
    draft = ledger.Draft(
        movement.kind,
        key,
        movement.effective_on,
        tuple(ledger.Entry(*entry) for entry in entries),
        author=f"person:{by.pk}" if by else "",
        document=clean(movement.document, lines=False)[:80],
        note=clean(movement.note, lines=False)[:500],
    )
    operation = ledger.post(draft=draft, now=now)
    if not operation.is_new:
        if (operation.document, operation.note) != (draft.document, draft.note):
            raise ledger.KeyReused(_("This was entered before, with another document or note."))
        return operation
    data = {
        "operation": operation.pk,
        "kind": movement.kind,
        "class": movement.share_class,
        "count": movement.count,
    }
    record(
        "SharesMoved",
        f"member:{member.pk}",
        by=by,
        at=now,
        channel=channel,
        behalf_of=member.person,
        data=data,
    )
    return operation


def given_back(
    *,
    member: Member,
    kind: MovementKind,
    on: date,
    refunds: Mapping[str, int],
    held: Mapping[str, Held],
    document: str,
    key: str,
    by: Person,
    now: datetime,
) -> None:
    """Books that all shares of a member go back, class by class, for `refunds` (class -> cents) that are owed from then on.

    For an action that has checked who may; `key` and the class make each entry one. Raises what a movement is refused for.
    """
    for code, cents in refunds.items():
        movement = Movement(kind, code, on, held[code].shares, cents=cents, document=document, owed=True)
        booked(member=member, movement=movement, key=f"{key}:{code}", by=by, now=now, channel=Channel.PAPER)


def planned(*, member: Member, movement: Movement) -> list[Planned]:
    """What booking would change, by member and class; books nothing. Raises MovementRefused."""
    changed: dict[tuple[int, str], list[int]] = {}
    for account, owner, quantity in _entries(member, movement):
        kind, _dot, code = account.partition(".")
        if owner:
            changed.setdefault((owner, code), [0, 0])[kind == "paid"] += quantity
    found = []
    for (number, code), (shares, cents) in changed.items():
        before = held_on(number, code, movement.effective_on)
        found.append(Planned(number, code, before, Held(before.shares + shares, before.paid_cents + cents)))
    return found


def _entries(member: Member, movement: Movement) -> rules.Entries:
    kind, share_class, count, day = movement.kind, movement.share_class, movement.count, movement.effective_on
    terms = _terms(share_class, day)
    held = held_on(member.number, share_class, day)
    if kind == MovementKind.PAYMENT:
        if not movement.cents or movement.cents < 0:
            raise MovementRefused(_("Write what was paid."), code="no_amount")
        # Also with what is known of later days: a payment booked for an earlier day must not be one too many.
        owed = [
            each.shares * terms.price_cents - each.paid_cents
            for each in (held, _at_last(member, share_class))
        ]
        if movement.cents > min(owed):
            raise MovementRefused(_("More was paid than these shares cost."), code="overpaid")
        return rules.moved(share_class, member.number, 0, movement.cents)
    if count < 1:
        raise MovementRefused(_("Write how many shares."), code="no_shares")
    if kind == MovementKind.SUBSCRIPTION:
        if not member.belongs_on(day):
            raise MovementRefused(_("They are not a member on that day."), code="not_a_member")
        _stays(member, day)
        ask(MovementRefused, may_issue(terms))
        ask(MovementRefused, may_hold(terms, held.shares, count, is_person=member.person_id is not None))
        cents = count * terms.price_cents if movement.cents is None else movement.cents
        if not 0 <= cents <= count * terms.price_cents:
            raise MovementRefused(_("More was paid than these shares cost."), code="overpaid")
        return rules.moved(share_class, member.number, count, cents)
    ask(MovementRefused, may_hold(terms, held.shares, -count, is_person=member.person_id is not None))
    if kind in PASSING_ON:
        taker = movement.counterpart
        if taker is None or taker == member:
            raise MovementRefused(_("Shares pass to another member: name one."), code="no_counterpart")
        if kind == MovementKind.TRANSFER and setting_on(SettingName.TRANSFERABLE, day) is False:
            raise MovementRefused(
                _("The statutes of that day do not let shares pass to another member."),
                code="not_transferable",
            )
        if not taker.belongs_on(day):
            raise MovementRefused(_("The other one is not a member on that day."), code="not_a_member")
        _stays(taker, day)
        takes = held_on(taker.number, share_class, day)
        ask(MovementRefused, may_hold(terms, takes.shares, count, is_person=taker.person_id is not None))
        return rules.moved(share_class, member.number, -count, -held.paid_on(count), taker.number)
    if kind in GIVING_BACK:
        refund = held.paid_on(count) if movement.cents is None else movement.cents
        if not 0 <= refund <= held.paid_on(count):
            raise MovementRefused(
                _("A refund is at most what was paid on these shares."), code="refund_too_high"
            )
        given = rules.giving_back(share_class, member.number, count, held, refund)
        return (*given, *(owed_back(member.number, refund) if movement.owed else ()))
    if kind == MovementKind.CONVERSION:
        return _converted(member, movement, held)
    raise MovementRefused(_("A correction undoes a movement: choose it in the list."), code="not_this_way")


def _converted(member: Member, movement: Movement, held: Held) -> rules.Entries:
    share_class, to_class = movement.share_class, movement.to_class
    into = _terms(to_class, movement.effective_on)
    if to_class == share_class or movement.to_count < 1:
        raise MovementRefused(_("Say into how many shares of which other class."), code="no_target")
    has = held_on(member.number, to_class, movement.effective_on)
    ask(
        MovementRefused,
        may_hold(into, has.shares, movement.to_count, is_person=member.person_id is not None),
    )
    return rules.conversion(share_class, to_class, member.number, movement.count, movement.to_count, held)


def _stays(member: Member, day: date) -> None:
    """Raises MovementRefused where somebody who asked to leave with all shares would get more of them."""
    if leaves_with_all(member, day):
        raise MovementRefused(
            _("They asked to leave with all shares, so they receive none. The request is taken back first."),
            code="leaving",
        )


def _at_last(member: Member, share_class: str) -> Held:
    return held_on(member.number, share_class, date.max)


def _terms(share_class: str, day: date) -> Terms:
    terms = terms_on(share_class, day)
    if terms is None:
        raise MovementRefused(_("The statutes know no such class of shares on that day."), code="no_class")
    return terms


@transaction.atomic
def correct_movement(*, operation: Operation, reason: str, key: str, by: Person, now: datetime) -> Operation:
    """Undoes a movement on its own day; what is right is booked afresh. Raises NotAllowed, MovementRefused,
    and what the ledger refuses (undone before; the shares were passed on)."""
    demand(may_keep_register(by, day_of(now)))
    owners = {each.owner for each in operation.postings.all()}
    demand(not_ones_own(by, day_of(now), Member.objects.filter(number__in=owners)))
    if not clean(reason, lines=False):
        raise MovementRefused(_("Write why this is undone."), code="no_reason")
    undone = ledger.reverse(
        operation=operation, key=key, now=now, author=f"person:{by.pk}", note=clean(reason, lines=False)[:500]
    )
    if undone.is_new:
        record(
            "MovementCorrected",
            f"operation:{operation.pk}",
            by=by,
            at=now,
            data={"operation": undone.pk, "reason": reason[:500]},
        )
    return undone


def load_movements(*, rows: Iterable[LoadedMovement], by: Person | None, now: datetime) -> int:
    """Many movements at once (imports, the demo), by COPY, inside the caller's transaction and event; gives how many
    were new. The ledger still refuses what does not balance, goes below zero or above a class's maximum."""
    author = f"person:{by.pk}" if by else ""
    return ledger.post_many(drafts=(_draft(row, author) for row in rows), now=now)


def _draft(row: LoadedMovement, author: str) -> ledger.Draft:
    entries = rules.moved(row.share_class, row.number, row.count, row.cents, row.counterpart)
    made = tuple(map(ledger.Entry._make, entries))
    return ledger.Draft(row.kind, row.key, row.effective_on, made, author, row.document)


@transaction.atomic
def record_reading(*, by: Person, now: datetime, what: str, asked: dict[str, Any]) -> None:
    """Notes that someone consulted or took out the register, before it is shown. Raises NotAllowed.

    `what` is `consulted` (members, by law) or `exported` (the secretary).
    """
    decision = may_keep_register(by, day_of(now))
    if what == "consulted" and not decision:
        decision = may_consult_register(by, day_of(now))
    demand(decision)
    if what not in ("consulted", "exported"):
        raise NotAllowed(_("This is not a way to read the register."))
    record(f"Register{what.title()}", "register:shares", by=by, at=now, data=asked)

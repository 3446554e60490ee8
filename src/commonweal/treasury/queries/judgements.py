"""What movements on the account are today: which receivable each names, whether a payment of ours comes back with it."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from datetime import date
from typing import TYPE_CHECKING

from django.conf import settings
from django.db.models import Exists, OuterRef, Prefetch, Q

from commonweal.kernel.text import folded
from commonweal.treasury.models import BankMovement, Handling, Refund
from commonweal.treasury.queries import payments_among
from commonweal.treasury.queries.receivables import dues_of, expected_with, taken_cents_of
from commonweal.treasury.rules.matching import (
    Outcome,
    Told,
    Verdict,
    less_a_charge,
    returned_as,
    verdict,
)
from commonweal.treasury.rules.receivables import Expected, Standing
from commonweal.treasury.rules.statements import BankLine, Oddity

if TYPE_CHECKING:
    from commonweal.treasury.models import Payment

Seen = BankLine | BankMovement
# What was decided about each movement of a list, in one query.
DECISIONS = Prefetch("handlings", Handling.objects.select_related("by", "undone_by__by").order_by("turn"))
# The references we give to payments, such as D2-3-1 or R8-1 (docs/algorithms/share-register.md).
_OUR_REFERENCE = re.compile(r"\b[A-Z]\d+(?:-\d+){1,2}\b", re.ASCII)


def judged(lines: Iterable[Seen]) -> list[tuple[Verdict, Expected | None]]:
    """What each movement is, in order; what one pays, the next cannot pay again, and what the bank took back of one pays
    nothing. Seven queries with one kind of receivables, one more for each further kind."""
    wanted = list(lines)
    back, others = payments_back(wanted), opposites(wanted)
    counted_for = {place: _subject_of(other) for place, other in others.items()}
    found, by_subject = expected_with(map(_named_by, wanted), counted_for.values())
    dues = dues_of(found.values())
    taken = taken_cents_of(
        each for each in wanted if isinstance(each, BankMovement) and each.amount_cents > 0
    )
    may_take_back, judgements = _may_take_back(wanted), []
    for place, line in enumerate(wanted):
        expected = found.get(_named_by(line))
        due = dues[expected.subject] if expected else None
        said = verdict(
            line.amount_cents - (taken.get(line.pk, 0) if isinstance(line, BankMovement) else 0),
            line.booked_on,
            line.ultimate_name or line.payer_name,
            due,
            odd=oddities_of(line),
            comes_back=back[place].verdict if place in back else None,
            undone=place in others or place in may_take_back,
        )
        if expected is None and said == Verdict.REVERSAL:
            expected = by_subject.get(counted_for.get(place, ""))
        if expected and due and said == Verdict.EXACT:
            dues[expected.subject] = replace(due, standing=Standing.PAID, paid_cents=due.due_cents)
        judgements.append((said, expected))
    return judgements


@dataclass(slots=True)
class _Here:
    """Money here of an account: since which day some of it waits for a decision or is to be paid back, and what counts for
    receivables, as (day, cents)."""

    open_since: date = date.max
    counted: list[tuple[date, int]] = field(default_factory=list)

    def may_be_taken(self, line: Seen) -> bool:
        """Whether a movement that goes may be this money, or a part of it."""
        counted = sum(cents for day, cents in self.counted if day <= line.booked_on)
        gone = -line.amount_cents
        # A little more than what came: a bank that takes it back may take a charge as well.
        return line.booked_on >= self.open_since or gone <= counted or less_a_charge(counted, gone)


def _may_take_back(lines: Sequence[Seen]) -> set[int]:
    """Places in the list of what goes and may be money taken back without a mark: to an account whose own money waits for a
    decision or is to be paid back, or of whose money as much counts. A person sets it aside, save what our own files paid.
    One query, two more where our references are named."""
    going = {place: each for place, each in enumerate(lines) if each.amount_cents < 0 and other_account(each)}
    here = _money_here({other_account(each) for each in going.values()}) if going else {}
    for each in lines:
        if each.amount_cents > 0 and going:
            of_account = here.setdefault(each.payer_iban, _Here())
            of_account.open_since = min(of_account.open_since, each.booked_on)
    could = {
        place: each
        for place, each in going.items()
        if other_account(each) in here and here[other_account(each)].may_be_taken(each)
    }
    return set(could) - _paid_by_our_files(could)


def _money_here(accounts: Iterable[str]) -> dict[str, _Here]:
    decided = Handling.objects.standing().filter(movement=OuterRef("pk"))
    refunds = Refund.objects.filter(
        handling__movement=OuterRef("pk"), made_on__isnull=True, taken_back__isnull=True
    )
    counts = decided.filter(outcome__in=(Outcome.ACCEPT, Outcome.WAIT), undone_by__isnull=True)
    came = BankMovement.objects.filter(amount_cents__gt=0, payer_iban__in=accounts)
    came = came.annotate(is_open=Exists(refunds) | ~Exists(decided), counts=Exists(counts))
    found: defaultdict[str, _Here] = defaultdict(_Here)
    rows = came.filter(Q(is_open=True) | Q(counts=True)).order_by()
    for account, day, cents, is_open in rows.values_list(
        "payer_iban", "booked_on", "amount_cents", "is_open"
    ):
        if is_open:
            found[account].open_since = min(day, found[account].open_since)
        else:
            found[account].counted.append((day, cents))
    return found


def _paid_by_our_files(going: Mapping[int, Seen]) -> set[int]:
    """Places of what our own payment files paid: our reference, with its amount and to its account, and no earlier movement
    bears that."""
    named = {place: _references(each) for place, each in going.items()}
    every = {reference for references in named.values() for reference in references}
    ours = payments_among(every)[0] if every else {}
    if not ours:
        return set()
    before = BankMovement.objects.filter(
        amount_cents__lt=0, payer_iban__in={each.iban for each in ours.values()}
    )
    before = before.exclude(pk__in=[each.pk for each in going.values() if isinstance(each, BankMovement)])
    left = set(ours).difference(*map(_references, before))
    found = set()
    for place, line in going.items():
        for reference in left.intersection(named[place]):
            payment = ours[reference]
            if (payment.cents, payment.iban) == (-line.amount_cents, other_account(line)):
                found.add(place)
                left.discard(reference)
                break
    return found


def _named_by(line: Seen) -> str:
    """The communication by which a movement names a receivable. A part has it from whoever divided the payment: a hint for
    who decides, no word of the payer's."""
    came = line.amount_cents > 0
    return "" if came and isinstance(line, BankMovement) and line.part_of_id else line.communication


def oddities_of(line: Seen) -> frozenset[Oddity]:
    """The codes of what is odd about a movement."""
    odd = line.oddities if isinstance(line, BankMovement) else line.odd
    return frozenset(each.code for each in odd)


def opposites(lines: Sequence[Seen]) -> dict[int, Seen]:
    """Place in the list -> the opposite of a movement: the same amount the other way, from or to the same account, with the
    same reference of the bank or of the payer, the same communication or text. One query.

    Banks do not always mark what they take back. Money that goes is beside what came before it, here or kept; money that
    comes, beside what is kept and went later, as when an older statement is read after a newer one.
    """
    wanted = [(place, each) for place, each in enumerate(lines) if each.amount_cents and other_account(each)]
    if not wanted:
        return {}
    accounts = {other_account(each) for _place, each in wanted}
    found = BankMovement.objects.filter(amount_cents__in={-each.amount_cents for _place, each in wanted})
    found = found.filter(Q(payer_iban__in=accounts) | Q(other_account__in=accounts))
    # What was undone, and what undid it, is settled; what is the same money as another movement is no money.
    over = Q(outcome__in=(Outcome.UNDO, Outcome.SAME)) | Q(undone_by__isnull=False)
    settled = Handling.objects.standing().filter(over, movement=OuterRef("pk"))
    found = found.filter(~Exists(settled)).select_related("statement").prefetch_related(DECISIONS)
    places: defaultdict[tuple[str, int], list[Seen]] = defaultdict(list)
    for each in found.order_by("booked_on", "id"):
        places[other_account(each), each.amount_cents].append(each)
    pairs: dict[int, Seen] = {}
    for place, line in wanted:
        could = places[other_account(line), -line.amount_cents]
        at = next((at for at, other in enumerate(could) if _is_opposite(line, other)), None)
        if at is not None:
            pairs[place] = could.pop(at)
        elif line.amount_cents > 0:
            places[other_account(line), line.amount_cents].append(line)
    return pairs


def _is_opposite(line: Seen, other: Seen) -> bool:
    came, went = (other, line) if line.amount_cents < 0 else (line, other)
    return came.booked_on <= went.booked_on and bool(told_alike(line, other))


def told_alike(one: Seen, other: Seen) -> list[Told]:
    """What two movements tell alike besides account and amount."""
    told = (_told(one), _told(other))
    return [each for each in Told if told[0][each] and told[0][each] == told[1][each]]


def _told(line: Seen) -> dict[Told, str]:
    return {
        Told.REFERENCE: line.reference,
        Told.END_TO_END: line.end_to_end,
        Told.COMMUNICATION: line.communication,
        Told.TEXT: folded(line.text),
    }


def other_account(line: Seen) -> str:
    """The account a movement came from or goes to, as the bank writes it; empty where it tells none."""
    return line.payer_iban or line.other_account


def _subject_of(other: Seen) -> str:
    """The receivable that a movement kept was counted for; empty for none."""
    handling = other.decision if isinstance(other, BankMovement) else None
    return handling.subject if handling else ""


@dataclass(frozen=True, slots=True)
class ComesBack:
    """A payment of ours that comes back with a movement, and what the movement is by that."""

    payment: Payment
    verdict: Verdict


def payments_back(lines: Sequence[Seen]) -> dict[int, ComesBack]:
    """Place in the list -> the payment of ours whose reference a movement bears, with its amount or less by a charge; a
    payment once. It has not come back before, or somebody noted that by hand before the money was there. One query; one
    more where one came back before."""
    wanted = {place: _references(line) for place, line in enumerate(lines) if line.amount_cents > 0}
    every = {reference for references in wanted.values() for reference in references}
    if not every:
        return {}
    rows, noted = payments_among(every)
    for reference in _with_their_money(noted):
        del rows[reference]
    found: dict[int, ComesBack] = {}
    for place, references in wanted.items():
        for reference in references:
            payment = rows.get(reference)
            said = payment and returned_as(
                lines[place].amount_cents,
                payment.cents,
                told_by_bank=_told_by_bank(lines[place], payment),
                noted=reference in noted,
            )
            if payment and said:
                found[place] = ComesBack(rows.pop(reference), said)
                break
    return found


def _told_by_bank(line: Seen, payment: Payment) -> bool:
    """Whether a return is more than a reference that somebody typed: the bank gives a reason for it, or it comes from the
    account that was paid, from ours, or from none."""
    return bool(line.return_code) or other_account(line) in (payment.iban, settings.SITE["iban"], "")


def _with_their_money(noted: Mapping[str, Payment]) -> set[str]:
    """Of these payments that came back, by reference, those whose money somebody decided about: it comes once."""
    if not noted:
        return set()
    named = Q(end_to_end__in=noted)
    for reference in noted:
        named |= Q(text__contains=reference)
    theirs = Handling.objects.standing().filter(
        movement=OuterRef("pk"), outcome__in=(Outcome.OWE, Outcome.ASIDE)
    )
    came = BankMovement.objects.filter(named, Exists(theirs), amount_cents__gt=0)
    return {
        reference
        for movement in came
        for reference in _references(movement)
        if reference in noted and _may_be_all_of(movement.amount_cents, noted[reference].cents)
    }


def _may_be_all_of(amount_cents: int, paid_cents: int) -> bool:
    return amount_cents == paid_cents or less_a_charge(amount_cents, paid_cents)


def _references(line: Seen) -> list[str]:
    typed = _OUR_REFERENCE.findall(line.text)
    return [line.end_to_end, *typed] if line.end_to_end else typed

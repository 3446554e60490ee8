"""Reads of bank movements: what waits for a decision, what was decided, what is to be paid back."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Exists, OuterRef, Q, QuerySet
from django.db.models.functions import Coalesce
from django.utils.module_loading import import_string

from commonweal.treasury.models import BankFile, BankMovement, Handling, Refund, RepeatedMovement
from commonweal.treasury.queries import accounts_with, files_of_kind, payments_of_kind
from commonweal.treasury.queries.judgements import DECISIONS, judged, opposites, payments_back
from commonweal.treasury.queries.receivables import (
    counts_for_open,
    dues_of,
    expected_of,
    expected_paid_with,
    expected_waiting,
)
from commonweal.treasury.rules.credit_transfers import CENTS_MAX, sepa_text
from commonweal.treasury.rules.ibans import may_be_paid, still_holds
from commonweal.treasury.rules.matching import Outcome, Verdict, is_own
from commonweal.treasury.rules.names import is_in
from commonweal.treasury.rules.receivables import OVERPAID, Expected
from commonweal.treasury.rules.statements import Reading, Unreadable
from commonweal.treasury.rules.statements.communications import communications_in
from commonweal.treasury.rules.statements.kept import reading_from
from commonweal.treasury.rules.statements.repeats import NEAR_DAYS, nearness

if TYPE_CHECKING:
    from commonweal.treasury.models import Payment, PaymentFile

LIST_MAX = 100
MOVEMENTS_MAX = 200
LIKELY_MAX = 10
FILES_MAX = 20


def work_list() -> list[tuple[BankMovement, Verdict, Expected | None]]:
    """Movements nobody decided about yet, oldest first, each with what it is today; at most a hundred."""
    waiting = list(
        BankMovement.objects.waiting()
        .select_related("statement", "part_of")
        .order_by("booked_on", "id")[:LIST_MAX]
    )
    return [(each, *judgement) for each, judgement in zip(waiting, judged(waiting), strict=True)]


def movements_waiting() -> int:
    """How many movements wait for a decision."""
    return BankMovement.objects.waiting().count()


def movement_with(pk: int) -> BankMovement | None:
    """One bank movement, with its statement."""
    return (
        BankMovement.objects.select_related("statement", "part_of")
        .prefetch_related(DECISIONS)
        .filter(pk=pk)
        .first()
    )


def judgement_of(movement: BankMovement) -> tuple[Verdict, Expected | None]:
    """What a movement is today, and the receivable its communication names."""
    return judged([movement])[0]


def named_in(movement: BankMovement) -> list[Expected]:
    """The receivables a movement names, in any place, by their communications; in the order of these. A part names what the
    whole does."""
    return named_in_each([movement])[movement.pk]


def named_in_each(movements: Iterable[BankMovement]) -> dict[int, list[Expected]]:
    """The same of many, by movement; one query a kind."""
    codes = {
        each.pk: _codes_in(each) | (_codes_in(each.part_of) if each.part_of else set()) for each in movements
    }
    found = expected_paid_with(code for named in codes.values() for code in named)
    return {pk: [found[code] for code in sorted(named) if code in found] for pk, named in codes.items()}


def _codes_in(movement: BankMovement) -> set[str]:
    said = [movement.communication, movement.text, *(each.detail for each in movement.oddities)]
    return {code for text in said for code in communications_in(text).every}


def opposite_of(movement: BankMovement) -> BankMovement | None:
    """The movement that one undoes, or that undoes it, though the bank does not say so."""
    found = opposites([movement]).get(0)
    return found if isinstance(found, BankMovement) else None


def reading_of(file: BankFile) -> Reading:
    """What was read in a file when it came."""
    return reading_from(file.reading)


def parts_unread(file: BankFile) -> tuple[Unreadable, ...]:
    """The statements of a file that do not hold together and were not read."""
    return reading_of(file).refused


def payment_back_with(movement: BankMovement) -> Payment | None:
    """The payment of ours that comes back with a movement."""
    found = payments_back([movement]).get(0)
    return found.payment if found else None


def decisions_about(movement: BankMovement) -> list[Handling]:
    """All that was decided about a movement and undone again, in order, with what is paid back of it and
    what it takes back; four queries at most."""
    told = ("by", "movement", "undoes__movement", "undone_by__movement")
    found = Handling.objects.filter(movement=movement).select_related(*told)
    return list(found.prefetch_related("refunds", "takes__payment").order_by("turn"))


def parts_of(movement: BankMovement) -> list[BankMovement]:
    """The parts of a movement that was divided, each with what was decided about it."""
    found = movement.parts.select_related("statement", "part_of").prefetch_related(DECISIONS)
    return list(found.order_by("pk"))


def movements_in(file: BankFile) -> list[BankMovement]:
    """The movements a file brought, with what was decided about each, parts of one after it; at most two hundred."""
    found = BankMovement.objects.filter(file=file).order_by("booked_on", Coalesce("part_of", "id"), "id")
    return list(found.select_related("statement", "part_of").prefetch_related(DECISIONS)[:MOVEMENTS_MAX])


def repeated_in(file: BankFile) -> list[RepeatedMovement]:
    """The movements of a file that were read in before and not kept again, each with the one it is; at most two hundred."""
    found = RepeatedMovement.objects.filter(file=file).order_by("place")
    wanted = ("movement__statement", "movement__file", "statement")
    return list(
        found.select_related(*wanted).defer("movement__file__content", "movement__file__reading")[
            :MOVEMENTS_MAX
        ]
    )


def likely_for(movement: BankMovement) -> list[Expected]:
    """Receivables that could be meant: all that a movement names, wherever they stand; then, among those that wait for
    payment, whose holder its text names or who paid, and those on which exactly this much is due; of these at most ten."""
    named = named_in(movement)
    waiting = [each for each in expected_waiting() if each not in named]
    dues = dues_of(waiting)

    def fit(each: Expected) -> tuple[bool, bool, bool]:
        return (
            any(is_in(movement.text, name) for name in each.names),
            is_own(movement.ultimate_name or movement.payer_name, each.names),
            movement.amount_cents == dues[each.subject].open_cents,
        )

    found = sorted((each for each in waiting if any(fit(each))), key=fit, reverse=True)
    return [*named, *found[:LIKELY_MAX]]


def refunds_to_make() -> list[Refund]:
    """What is to be paid back and was not yet, oldest first; at most a hundred."""
    waiting = Refund.objects.filter(made_on__isnull=True, taken_back__isnull=True)
    return list(waiting.select_related("handling__movement").order_by("id")[:LIST_MAX])


def payable_refunds() -> list[Refund]:
    """What is to be paid back by a payment file, oldest first: payer and account are known and can be paid, a payment may
    be as much, it did not come back, the bank does not seem to have taken it back, and neither the holder nor whose account
    it is has died or been wound up."""
    return refunds_by_way()[0]


Waiting = tuple[Refund, BankMovement]


def refunds_by_way() -> tuple[list[Refund], list[Refund], list[Waiting]]:
    """What is to be paid back by a payment file; what can only be paid by hand; and what waits, with the movement by which
    the bank seems to have taken it back. The last two among the oldest hundred. Four queries with one kind of
    receivables."""
    paid, gone = payments_of_kind(OVERPAID).filter(subject=OuterRef("pk")), holders_gone()
    accounts = accounts_with(gone.values("person"), gone.values("organisation"))
    closed = accounts.filter(iban=OuterRef("handling__movement__payer_iban"))
    waiting = Refund.objects.filter(made_on__isnull=True, taken_back__isnull=True)
    waiting = waiting.annotate(in_a_file=~Exists(paid) & ~Exists(closed))
    rows: list[Any] = list(waiting.select_related("handling__movement").order_by("id"))
    found = expected_of(each.handling.subject for each in rows)
    backs = seem_taken_back(rows, found)
    waits = [(each, backs[each.pk]) for each in rows[:LIST_MAX] if each.pk in backs]
    rows = [each for each in rows if each.pk not in backs]
    could = [each for each in rows if each.in_a_file]
    dead = _of_the_dead(found[each.handling.subject] for each in could if each.handling.subject in found)
    ready = [
        each
        for each in could
        if each.handling.subject not in dead
        and still_holds(each.handling.movement.payer_iban)
        and may_be_paid(each.handling.movement.payer_iban, settings.SITE["iban"])
        and sepa_text(each.handling.movement.payer_name)
        and each.cents <= CENTS_MAX
    ]
    known = {each.pk for each in ready}
    return ready, [each for each in rows[:LIST_MAX] if each.pk not in known], waits


def seem_taken_back(
    refunds: Iterable[Refund], expected: Mapping[str, Expected] | None = None
) -> dict[int, BankMovement]:
    """Refund -> the movement that goes and waits for a decision, by which the bank seems to have taken back the money it is
    of: to the account that came from, or for the receivable it named, whole or in part, from its day on. One query where
    `expected` are the receivables of the refunds by subject."""
    wanted = list(refunds)
    if not wanted:
        return {}
    if expected is None:
        expected = expected_of(each.handling.subject for each in wanted)
    going = list(BankMovement.objects.waiting().filter(amount_cents__lt=0).order_by("booked_on", "id"))
    found = {}
    for each in wanted:
        payment, about = each.handling.movement, expected.get(each.handling.subject)
        accounts = {payment.payer_iban, payment.other_account} - {""}
        codes = {payment.communication, about.communication if about else ""} - {""}
        for back in going:
            same = {back.payer_iban, back.other_account} & accounts or back.communication in codes
            if same and back.booked_on >= payment.booked_on:
                found[each.pk] = back
                break
    return found


def holders_gone() -> QuerySet[Any, Any]:
    """Rows of ids, `person` and `organisation`, of who died, went bankrupt or was wound up (`GONE` in the wiring)."""
    found: QuerySet[Any, Any] = import_string(settings.GONE)()
    return found


def _of_the_dead(expected: Iterable[Expected]) -> set[str]:
    """The subjects among these whose holder has died or was wound up. One query."""
    wanted = list(expected)
    ended = holders_gone().filter(
        Q(person__in={each.person_id for each in wanted if each.person_id})
        | Q(organisation__in={each.organisation_id for each in wanted if each.organisation_id})
    )
    pairs = set(ended.values_list("person", "organisation")) if wanted else set()
    return {each.subject for each in wanted if (each.person_id, each.organisation_id) in pairs}


def refund_files() -> list[PaymentFile]:
    """The payment files made last for what goes back, newest first, without their content."""
    return list(files_of_kind(OVERPAID)[:FILES_MAX])


def refund_with(pk: int) -> Refund | None:
    """One refund, with the movement it is of."""
    return Refund.objects.select_related("handling__movement").filter(pk=pk).first()


def part_payments() -> list[Handling]:
    """Payments kept for a receivable that still waits for the rest, oldest first; at most a hundred."""
    kept = Handling.objects.filter(counts_for_open(), outcome=Outcome.WAIT, undone_by__isnull=True)
    return list(kept.select_related("movement").order_by("at", "id")[:LIST_MAX])


def latest_files() -> list[BankFile]:
    """The files uploaded last, newest first, without what is in them."""
    return list(
        BankFile.objects.defer("content", "reading")
        .select_related("uploaded_by", "confirmed_by")
        .order_by("-uploaded_at", "-id")[:FILES_MAX]
    )


def file_with(pk: int) -> BankFile | None:
    """One uploaded file with what was read in it, without its bytes."""
    found = BankFile.objects.select_related("uploaded_by", "confirmed_by").defer("content")
    return found.filter(pk=pk).first()


def shown_elsewhere(movement: BankMovement) -> bool:
    """Whether another statement, or another file of the same one, has a movement of the same day and amount, or of the same
    amount, payer and communication some days before or after, that was not itself set aside as the same money."""
    if movement.part_of_id is not None:
        return False
    near = timedelta(days=NEAR_DAYS)
    first = movement.booked_on - near if movement.booked_on - date.min > near else date.min
    last = movement.booked_on + near if date.max - movement.booked_on > near else date.max
    alike = BankMovement.objects.filter(
        part_of__isnull=True,
        account=movement.account,
        booked_on__range=(first, last),
        amount_cents=movement.amount_cents,
    )
    alike = alike.exclude(statement_id=movement.statement_id, file_id=movement.file_id)
    about = nearness(movement.account, movement)
    same = Handling.objects.standing().filter(movement=OuterRef("pk"), outcome=Outcome.SAME)
    return any(
        each.booked_on == movement.booked_on or nearness(each.account, each) == about
        for each in alike.filter(~Exists(same))
    )

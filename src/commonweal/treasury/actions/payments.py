"""Bank statements and what becomes of each movement: upload, confirm, decide, note what was paid back.

Nothing is booked twice: a file, a statement, a bank reference and a decision on a movement are each held once by the
database, and what is paid for is booked once by the area above.
"""

from __future__ import annotations

import hashlib
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean
from commonweal.people.access import demand
from commonweal.people.actions import record
from commonweal.treasury.access import may_match_payments, own_money
from commonweal.treasury.actions.receivables import enter_expected, lock_expected, lock_first, take_expected
from commonweal.treasury.actions.taking_back import (
    OutcomeRefused,
    demand_anothers,
    demand_reason,
    lock_returned,
    next_turn,
    note_decisions,
    owe_again,
    seen_before_taking_back,
    take_back,
)
from commonweal.treasury.models import (
    AccountStatement,
    BankFile,
    BankMovement,
    Handling,
    Refund,
    RepeatedMovement,
)
from commonweal.treasury.queries.bank_plans import Plan, PlannedLine, PlannedStatement, plan_of
from commonweal.treasury.queries.payments import judgement_of, reading_of, seem_taken_back, shown_elsewhere
from commonweal.treasury.queries.readers import statements_in
from commonweal.treasury.queries.receivables import against_paying, dues_of, expected_of, here_cents_of
from commonweal.treasury.queries.undoing import digest_of
from commonweal.treasury.rules.matching import BY_ITSELF, MAY_BE, Outcome, over_cents
from commonweal.treasury.rules.receivables import TAKES_ALL, TAKES_PART, Expected, Standing
from commonweal.treasury.rules.statements import Reading, Unreadable
from commonweal.treasury.rules.statements.kept import plain_reading
from commonweal.treasury.rules.statements.repeats import statement_key

if TYPE_CHECKING:
    from commonweal.people.models import Person


# What programs and tests tell apart; every other kind of file is just refused.
REFUSAL_CODES = {"other_account": "other_account", "currency": "other_currency"}


class FileRefused(Refusal):
    """The file is no statement of our account, or does not hold together; the reason names the line."""

    code = "file_refused"


class PlanChanged(Refusal):
    """Something moved between the dry run and the confirmation."""

    code = "plan_changed"


def upload_file(*, name: str, content: bytes, account: str, by: Person, now: datetime) -> BankFile:
    """Keeps a bank's file, without reading it in; the same bytes again give the file that is there.

    `account` is the cooperative's. The file is read before anything is locked. Raises NotAllowed, FileRefused.
    """
    demand(may_match_payments(by, day_of(now)))
    digest = hashlib.sha256(content).hexdigest()
    known = BankFile.objects.defer("content", "reading").filter(digest=digest).first()
    if known is not None:
        return known
    reading = _reading(content, account)
    with transaction.atomic():
        file, made = BankFile.objects.get_or_create(
            digest=digest,
            defaults={
                "name": clean(name, lines=False)[:120],
                "content": content,
                "reading": plain_reading(reading),
                "uploaded_by": by,
                "uploaded_at": now,
            },
        )
        if made:
            record("BankFileUploaded", f"bankfile:{file.pk}", by=by, at=now, data={"digest": file.digest})
    return file


def _reading(content: bytes, account: str) -> Reading:
    try:
        return statements_in(content, account)
    except Unreadable as trouble:
        said = gettext("Line %(line)s: %(what)s. Nothing was read in.") % {
            "line": trouble.line,
            "what": f"{gettext(trouble.what)} {trouble.detail}".strip(),
        }
        raise FileRefused(said, code=REFUSAL_CODES.get(trouble.kind, FileRefused.code)) from trouble


@transaction.atomic
def confirm_file(*, file: BankFile, plan: str, by: Person, now: datetime) -> BankFile:
    """Reads a file in as its dry run showed it: keeps every movement, counts exact payments, and does what they pay
    for. One's own wait on the list for a colleague. A second confirmation changes nothing. Raises NotAllowed, PlanChanged.
    """
    demand(may_match_payments(by, day_of(now)))
    # Before the lock: it may be a long file.
    reading = reading_of(file)
    lock_first()
    file = BankFile.objects.select_for_update().defer("content", "reading").get(pk=file.pk)
    if file.confirmed_at is not None:
        return file
    current = plan_of(reading)
    if current.digest != plan:
        raise PlanChanged(
            _("Something changed since this was shown. Look at it once more, then confirm."),
        )
    exact = (line.expected for line in current.new_lines if line.verdict in BY_ITSELF)
    # In order of their numbers, as whoever divides a payment does; the file may name them in any.
    lock_expected({each.subject for each in exact if each is not None})
    paid = _kept(file, current, by, now)
    file.confirmed_by, file.confirmed_at = by, now
    file.save(update_fields=["confirmed_by", "confirmed_at"])
    record(
        "BankFileConfirmed",
        f"bankfile:{file.pk}",
        by=by,
        at=now,
        data={
            "movements": len(current.new_lines),
            "repeated": sum(each.repeated for each in current.statements),
            "paid": len(paid),
        },
    )
    # The ledger is locked from the first booking on, so all the rest comes before.
    for subject in paid:
        enter_expected(subject=subject, by=by, now=now)
    return file


def _kept(file: BankFile, plan: Plan, by: Person, now: datetime) -> list[str]:
    """Keeps statements, their movements and which were read before; gives the subjects paid in full."""
    paid, places, place = list[str](), list[tuple[int, AccountStatement, PlannedLine]](), 0
    own = own_money(by, day_of(now))
    for each in plan.statements:
        statement = _statement(file, each)
        new = [line for line in each.lines if not line.known]
        rows = BankMovement.objects.bulk_create(_row(file, statement, line) for line in new)
        for line in each.lines:
            place += 1
            if line.known:
                places.append((place, statement, line))
        for row, line in zip(rows, new, strict=True):
            outcome = BY_ITSELF.get(line.verdict) if line.verdict else None
            if outcome == Outcome.ACCEPT and own.is_of(line.line, [line.expected]):
                continue
            if outcome is not None:
                subject = line.expected.subject if line.expected else ""
                paid += [subject] if decided(row, outcome, subject, "", by, now) else []
    _note_repeated(file, places)
    return paid


def _note_repeated(file: BankFile, places: list[tuple[int, AccountStatement, PlannedLine]]) -> None:
    """Keeps which movements of a file were read before, and which ones they are."""
    marks = {line.fingerprint for _place, _statement, line in places}
    equal = {
        (each.fingerprint, each.occurrence): each
        for each in BankMovement.objects.filter(fingerprint__in=marks)
    }
    RepeatedMovement.objects.bulk_create(
        RepeatedMovement(
            file=file,
            movement=equal[line.fingerprint, line.occurrence],
            statement=statement,
            place=place,
        )
        for place, statement, line in places
    )


def _statement(file: BankFile, planned: PlannedStatement) -> AccountStatement:
    """The row of a statement; the one that is there when it was read before."""
    account, number, day, old, new = statement_key(planned.statement)
    key = {"account": account, "number": number, "day": day, "old_cents": old, "new_cents": new}
    if planned.known:
        return AccountStatement.objects.get(**key)
    return AccountStatement.objects.create(file=file, first_day=planned.statement.first, **key)


def _row(file: BankFile, statement: AccountStatement, planned: PlannedLine) -> BankMovement:
    line = planned.line
    return BankMovement(
        statement=statement,
        file=file,
        account=statement.account,
        reference=line.reference,
        amount_cents=line.amount_cents,
        booked_on=line.booked_on,
        payer_iban=line.payer_iban,
        payer_name=line.payer_name,
        ultimate_name=line.ultimate_name,
        other_account=line.other_account,
        communication=line.communication,
        text=line.text,
        end_to_end=line.end_to_end,
        return_code=line.return_code,
        odd=[[each.code.value, each.detail] for each in line.odd],
        fingerprint=planned.fingerprint,
        occurrence=planned.occurrence,
    )


def decided(
    movement: BankMovement, outcome: Outcome, subject: str, reason: str, by: Person, now: datetime
) -> bool:
    """Keeps one decision, for an action that holds the movement and has made sure who may; says whether the receivable is
    paid in full by it, and is to be entered last. Raises OutcomeRefused, and what the area of the receivable refuses."""
    back = max(here_cents_of(movement), 0) if outcome == Outcome.REFUND else 0
    if outcome in (Outcome.ACCEPT, Outcome.WAIT):
        expected = lock_expected([subject]).get(subject)
        if expected is None:
            raise OutcomeRefused(
                _("Say which request for shares this payment is for."), code="no_application"
            )
        back = _counted(movement, outcome, expected)
    handling = Handling.objects.create(
        movement=movement,
        turn=next_turn(movement),
        subject=subject if outcome not in (Outcome.ASIDE, Outcome.SAME) else "",
        outcome=outcome,
        by=by,
        at=now,
        reason=clean(reason, lines=False)[:500],
    )
    if back:
        Refund.objects.create(handling=handling, cents=back)
    if outcome != Outcome.ACCEPT:
        return False
    take_expected(subject=subject, by=by, now=now)
    return True


def _counted(movement: BankMovement, outcome: Outcome, expected: Expected) -> int:
    """Cents that are too much where a movement counts for a receivable that is held. Raises OutcomeRefused."""
    due, here_cents = dues_of([expected])[expected.subject], here_cents_of(movement)
    if expected.standing not in (TAKES_ALL if outcome == Outcome.ACCEPT else TAKES_PART):
        raise OutcomeRefused(_("This request cannot be paid any more, or not yet."), code="state")
    if outcome == Outcome.ACCEPT:
        against = against_paying(expected.subject)
        if against is not None:
            raise OutcomeRefused(_(against.label), code=against)
        if here_cents < due.open_cents:
            raise OutcomeRefused(_("This is less than what is due: keep it and wait."), code="too_little")
        return over_cents(here_cents, due)
    if here_cents >= due.open_cents and expected.standing == Standing.DUE:
        raise OutcomeRefused(_("This is all that is due: count it."), code="enough")
    return 0


def _demand_named(named: Expected | None, chosen: Expected | None) -> None:
    """A payment never counts silently for what it names where somebody chose something else, nor against the payer's own
    word for that. Raises OutcomeRefused."""
    if named is not None and chosen is not None and chosen.subject != named.subject:
        raise OutcomeRefused(
            _(
                "This payment names the request of %(holder)s. Decide about it for that one, divide it, or pay it back and "
                "ask for it with the other communication."
            )
            % {"holder": named.holder},
            code="names_another",
        )


@transaction.atomic
def decide_movement(
    *,
    movement: BankMovement,
    outcome: Outcome,
    by: Person,
    now: datetime,
    subject: str = "",
    reason: str = "",
    seen: str | None = None,
) -> Handling:
    """What becomes of a movement on the work list; `subject` where its communication names none, or where it is a part.
    What is undone is as it was shown (`seen`).

    A movement that takes money back undoes what it paid for, one that brings a payment of ours back lets it be owed again.
    Raises NotAllowed, OutcomeRefused, PlanChanged, ReturnRefused, what the area of the receivable refuses and what the
    ledger refuses. It is decided about once.
    """
    demand(may_match_payments(by, day_of(now)))
    if outcome == Outcome.OWE:
        # What was paid is locked before all that comes before the movement (ARCHITECTURE.md).
        lock_returned(movement, by, now)
    lock_first()
    movement = BankMovement.objects.select_for_update().get(pk=movement.pk)
    if movement.decision is not None:
        raise OutcomeRefused(_("Somebody decided about this movement already."), code="decided")
    verdict, named = judgement_of(movement)
    chosen = expected_of([subject]).get(subject)
    wanted = named or chosen
    demand_anothers([movement], [wanted], by, now)
    _demand_named(named, chosen)
    if outcome not in MAY_BE[verdict]:
        raise OutcomeRefused(_("This cannot become of this movement."), code="not_this")
    demand_reason(outcome, verdict, movement, reason)
    paid = False
    if outcome == Outcome.SAME and not shown_elsewhere(movement):
        raise OutcomeRefused(
            _(
                "No other statement has a movement of this day and amount that counts: "
                "this money is here once. Choose what becomes of it."
            ),
            code="shown_once",
        )
    if outcome == Outcome.UNDO:
        if seen is not None and digest_of(seen_before_taking_back(movement, wanted)) != seen:
            raise PlanChanged(
                _("Something changed since this was shown. Look at it once more, then confirm.")
            )
        take_back(movement=movement, expected=wanted, reason=reason, by=by, now=now)
    elif outcome == Outcome.OWE:
        owe_again(movement=movement, reason=reason, by=by, now=now)
    else:
        paid = decided(movement, outcome, wanted.subject if wanted else "", reason, by, now)
    handling = Handling.objects.standing().get(movement=movement)
    data = {"outcome": outcome, "verdict": verdict, "reason": handling.reason}
    note_decisions([handling], by, now)
    record("MovementDecided", f"bankmovement:{movement.pk}", by=by, at=now, data=data)
    if paid:
        enter_expected(subject=handling.subject, by=by, now=now)
    return handling


@transaction.atomic
def mark_refunded(*, refund: Refund, on: date, by: Person, now: datetime) -> Refund:
    """Notes that what was to be paid back left the account on a day; twice changes nothing.

    Raises NotAllowed, OutcomeRefused."""
    demand(may_match_payments(by, day_of(now)))
    held = Refund.objects.select_for_update().get(pk=refund.pk)
    subject = held.handling.subject
    demand_anothers([held.handling.movement], [expected_of([subject]).get(subject)], by, now)
    if held.taken_back is not None and held.taken_back.outcome == Outcome.AGAIN:
        raise OutcomeRefused(
            _("The decision to pay this back was undone: nothing is to be paid."), code="taken"
        )
    if held.taken_back is not None:
        raise OutcomeRefused(_("The bank took this money back itself: nothing is to be paid."), code="taken")
    if held.made_on is None:
        if seem_taken_back([held]):
            raise OutcomeRefused(
                _(
                    "The bank seems to have taken this money back: a movement to its account waits on the list. "
                    "Decide about that one first."
                ),
                code="waits",
            )
        held.made_on = on
        held.save(update_fields=["made_on"])
        data = {"cents": held.cents, "on": on.isoformat()}
        record("RefundMade", f"refund:{held.pk}", by=by, at=now, data=data)
    return held

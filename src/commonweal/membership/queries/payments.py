"""Reads of bank movements: what a file would do, what waits for a decision, what is to be paid back."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass, replace

from django.conf import settings
from django.db.models import Exists, OuterRef

from commonweal.membership.models import (
    AccountStatement,
    Application,
    BankFile,
    BankMovement,
    Handling,
    Payment,
    PaymentFile,
    Refund,
)
from commonweal.membership.queries.joining import applications_in, applications_paid_with, dues_of
from commonweal.membership.rules.credit_transfers import sepa_text
from commonweal.membership.rules.ibans import may_be_paid, still_holds
from commonweal.membership.rules.joining import ApplicationState
from commonweal.membership.rules.matching import Due, Outcome, Verdict, same_name, verdict
from commonweal.membership.rules.payments import PaymentKind
from commonweal.membership.rules.statements import BankLine, BankStatement, read_statements

LIST_MAX = 100
MOVEMENTS_MAX = 200
LIKELY_MAX = 10
FILES_MAX = 20


@dataclass(frozen=True, slots=True)
class PlannedLine:
    """What a movement in a file is, for which application; `known` when its bank reference was read in before."""

    line: BankLine
    verdict: Verdict
    application: Application | None
    known: bool


@dataclass(frozen=True, slots=True)
class PlannedStatement:
    """A statement in a file with what each movement is. `known` when this statement was read in before; `gap` when
    its old balance is not the balance the statement before it ended with."""

    statement: BankStatement
    lines: tuple[PlannedLine, ...]
    known: bool
    gap: bool


@dataclass(frozen=True, slots=True)
class Plan:
    """What reading a file in would do."""

    statements: tuple[PlannedStatement, ...]

    @property
    def digest(self) -> str:
        """The same for the same plan: what someone saw is what they confirm."""
        told = [
            (each.statement.number, each.known, line.line.reference, line.verdict.value, line.known)
            for each in self.statements
            for line in each.lines
        ]
        return hashlib.sha256(repr(told).encode()).hexdigest()

    @property
    def new_lines(self) -> list[PlannedLine]:
        """Movements that are not read in yet."""
        return [line for each in self.statements if not each.known for line in each.lines if not line.known]


def plan_of(content: bytes) -> Plan:
    """What reading these bytes in would do now. Raises Unreadable. Four queries, whatever the size."""
    statements = read_statements(content)
    lines = [line for each in statements for line in each.lines]
    known = set(
        BankMovement.objects.filter(reference__in=[line.reference for line in lines]).values_list(
            "account", "reference"
        )
    )
    read = _read_before(statements)
    last = {
        each.account: each.new_cents for each in sorted(read.values(), key=lambda each: (each.day, each.pk))
    }
    judged = iter(_judged((line.communication, line) for line in lines))
    planned = []
    for each in statements:
        rows = tuple(
            PlannedLine(line, *next(judged), (each.account, line.reference) in known) for line in each.lines
        )
        seen = (each.account, each.number) in read
        gap = not seen and last.get(each.account, each.old_cents) != each.old_cents
        last[each.account] = each.new_cents
        planned.append(PlannedStatement(each, rows, seen, gap))
    return Plan(tuple(planned))


def _read_before(statements: Iterable[BankStatement]) -> dict[tuple[str, str], AccountStatement]:
    """The statements of these accounts that were read in, up to the last day in the file; the latest four hundred."""
    wanted = list(statements)
    found = AccountStatement.objects.filter(
        account__in={each.account for each in wanted}, day__lte=max(each.day for each in wanted)
    )
    return {(each.account, each.number): each for each in found.order_by("-day", "-id")[:400]}


def _judged(
    lines: Iterable[tuple[str, BankLine | BankMovement]],
) -> list[tuple[Verdict, Application | None]]:
    """What each movement is, in order; what one pays, the next cannot pay again."""
    wanted = list(lines)
    found = applications_paid_with(code for code, _line in wanted if code)
    dues: dict[int, Due] = dues_of(found.values())
    judged = []
    for code, line in wanted:
        application = found.get(code)
        due = dues[application.pk] if application else None
        said = verdict(line.amount_cents, line.booked_on, line.payer_name, due)
        if application and due and said == Verdict.EXACT:
            dues[application.pk] = replace(due, state=ApplicationState.PAID, paid_cents=due.due_cents)
        judged.append((said, application))
    return judged


def work_list() -> list[tuple[BankMovement, Verdict, Application | None]]:
    """Movements nobody decided about yet, oldest first, each with what it is today; at most a hundred."""
    waiting = list(
        BankMovement.objects.filter(handling__isnull=True)
        .select_related("statement")
        .order_by("booked_on", "id")[:LIST_MAX]
    )
    judged = _judged((each.communication, each) for each in waiting)
    return [(each, *told) for each, told in zip(waiting, judged, strict=True)]


def movements_waiting() -> int:
    """How many movements wait for a decision."""
    return BankMovement.objects.filter(handling__isnull=True).count()


def movement_with(pk: int) -> BankMovement | None:
    """One bank movement, with its statement."""
    return BankMovement.objects.select_related("statement").filter(pk=pk).first()


def judgement_of(movement: BankMovement) -> tuple[Verdict, Application | None]:
    """What a movement is today, and the application its communication names."""
    return _judged([(movement.communication, movement)])[0]


def handling_of(movement: BankMovement) -> Handling | None:
    """What was decided about a movement."""
    return Handling.objects.select_related("application", "by").filter(movement=movement).first()


def movements_in(file: BankFile) -> list[BankMovement]:
    """The movements a file brought, with what was decided about each; at most two hundred."""
    found = BankMovement.objects.filter(statement__file=file).order_by("booked_on", "id")
    told = ("handling__application__person", "handling__application__organisation")
    return list(found.select_related("statement", *told)[:MOVEMENTS_MAX])


def likely_for(movement: BankMovement) -> list[Application]:
    """Requests that wait for payment and could be meant: the payer's name is right, or else the amount; at most ten."""
    waiting = applications_in(ApplicationState.AWAITING)
    dues = dues_of(waiting)

    def fit(each: Application) -> tuple[bool, bool]:
        named = bool(movement.payer_name) and same_name(movement.payer_name, dues[each.pk].names)
        return named, movement.amount_cents == dues[each.pk].open_cents

    return sorted((each for each in waiting if any(fit(each))), key=fit, reverse=True)[:LIKELY_MAX]


def refunds_to_make() -> list[Refund]:
    """What is to be paid back and was not yet, oldest first; at most a hundred."""
    told = ("handling__movement", "handling__application")
    return list(Refund.objects.filter(made_on__isnull=True).select_related(*told).order_by("id")[:LIST_MAX])


def payable_refunds() -> list[Refund]:
    """What is to be paid back by a payment file, oldest first: payer and account are known and can be paid, and it did not
    come back."""
    told = ("handling__movement", "handling__application")
    paid = Payment.objects.filter(file__kind=PaymentKind.OVERPAID, pays=OuterRef("pk"))
    found = Refund.objects.filter(~Exists(paid), made_on__isnull=True).select_related(*told).order_by("id")
    payers = ((each, each.handling.movement) for each in found)
    return [
        each
        for each, payer in payers
        if still_holds(payer.payer_iban)
        and may_be_paid(payer.payer_iban, settings.SITE["iban"])
        and sepa_text(payer.payer_name)
    ]


def refund_files() -> list[PaymentFile]:
    """The payment files made last for what goes back, newest first, without their content."""
    files = PaymentFile.objects.filter(kind=PaymentKind.OVERPAID).defer("content")
    return list(files.order_by("-id")[:FILES_MAX])


def refund_with(pk: int) -> Refund | None:
    """One refund, with the movement it is of."""
    return Refund.objects.select_related("handling__movement").filter(pk=pk).first()


def part_payments() -> list[Handling]:
    """Payments kept for an application that still waits for the rest, oldest first; at most a hundred."""
    kept = Handling.objects.filter(
        outcome=Outcome.WAIT, application__state__in=(ApplicationState.ASKED, ApplicationState.AWAITING)
    )
    told = ("movement", "application__person", "application__organisation")
    return list(kept.select_related(*told).order_by("at", "id")[:LIST_MAX])


def latest_files() -> list[BankFile]:
    """The files uploaded last, newest first, without their content."""
    return list(
        BankFile.objects.defer("content")
        .select_related("uploaded_by", "confirmed_by")
        .order_by("-uploaded_at", "-id")[:FILES_MAX]
    )


def file_with(pk: int) -> BankFile | None:
    """One uploaded file with its content."""
    return BankFile.objects.select_related("uploaded_by", "confirmed_by").filter(pk=pk).first()

"""Words around movements of the bank and what they pay, as pages write them. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import Any

from django.conf import settings
from django.http import QueryDict
from django.utils.translation import gettext as _

from commonweal.kernel.days import day_of
from commonweal.treasury.access import OwnMoney
from commonweal.treasury.models import BankMovement, RepeatedMovement
from commonweal.treasury.queries.bank_plans import Plan, PlannedLine
from commonweal.treasury.queries.judgements import told_alike
from commonweal.treasury.queries.likeness import beside
from commonweal.treasury.queries.payments import opposite_of
from commonweal.treasury.queries.receivables import address_of, dues_of, expected_of, titles_of
from commonweal.treasury.rules.matching import BY_ITSELF, Verdict
from commonweal.treasury.rules.receivables import Expected
from commonweal.treasury.rules.statements import BankLine, Unreadable
from commonweal.treasury.rules.statements.communications import printed
from commonweal.treasury.wording.odd_words import sentence
from commonweal.treasury.wording.undo_words import became, payer
from commonweal.ui.formats import day, euros


def expected_row(expected: Expected) -> dict[str, Any]:
    """One receivable as a line of a list: whose, where it stands, how it is paid, and the address of its page."""
    return {
        "expected": expected,
        "address": address_of(expected.subject),
        "state": expected.state,
        "communication": printed(expected.communication),
    }


def titled_rows(found: Sequence[Expected]) -> list[dict[str, Any]]:
    """The same, each with what it is for."""
    titles = titles_of(each.subject for each in found)
    return [{**expected_row(each), "title": titles[each.subject]} for each in found]


def due_rows(found: Sequence[Expected]) -> list[dict[str, Any]]:
    """The same, each with what is still due on it."""
    dues = dues_of(found)
    return [{**expected_row(each), "open_cents": dues[each.subject].open_cents} for each in found]


def movement_row(
    movement: BankMovement | BankLine, verdict: Verdict | None, expected: Expected | None
) -> dict[str, Any]:
    """One movement of the bank as finance reads it, with what it is and what is odd about it."""
    odd = movement.oddities if isinstance(movement, BankMovement) else movement.odd
    return {
        "movement": movement,
        "account": movement.payer_iban or movement.other_account,
        "communication": printed(movement.communication) if movement.communication else "",
        "verdict": verdict.label if verdict else "",
        "expected": expected,
        "odd": [sentence(each) for each in odd],
        "part": _part(movement) if isinstance(movement, BankMovement) else "",
    }


def with_others(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The same lines; beside each that may be the same money as another stands that other, with what became of it."""
    found = beside([each["movement"] for each in rows], settings.SITE["iban"])
    for place, others in found.items():
        rows[place]["others"] = [_other(each) for each in others]
    return rows


def _other(movement: BankMovement) -> dict[str, Any]:
    return {
        "pk": movement.pk,
        "day": movement.booked_on,
        "statement": movement.statement.number,
        "reference": movement.reference,
        "payer": payer(movement),
        "will": became(movement)["will"],
    }


def opposite(movement: BankMovement) -> dict[str, Any]:
    """The movement that one undoes, or that undoes it, and what is the same in both."""
    other = opposite_of(movement)
    if other is None:
        return {}
    same = [_("account"), _("amount"), *(_(each.label) for each in told_alike(movement, other))]
    return {"opposite": other, "same": ", ".join(same)}


def _part(movement: BankMovement) -> str:
    """Where a part of a movement comes from."""
    whole = movement.part_of
    if whole is None:
        return ""
    values = {"amount": euros(abs(whole.amount_cents)), "day": day(whole.booked_on)}
    return _("Part of the %(amount)s of %(day)s") % values


def typed(given: QueryDict) -> list[tuple[str, str]]:
    """What somebody filled in, to go along with a page on which they look at it once more."""
    left_out = ("csrfmiddlewaretoken", "checked", "change", "seen")
    return [(name, str(value)) for name, value in given.items() if name not in left_out]


def unread_row(trouble: Unreadable) -> dict[str, Any]:
    """A statement of a file that was not read: its line, and why."""
    return {"line": trouble.line, "what": f"{_(trouble.what)} {trouble.detail}".strip()}


def planned_row(planned: PlannedLine, own: OwnMoney) -> dict[str, Any]:
    """The same in a file that is not read in yet, with what will become of it; `own` is what whoever reads it in leaves
    to a colleague."""
    by_itself = BY_ITSELF.get(planned.verdict) if planned.verdict else None
    if planned.equals is not None:
        will = _equal(planned.equals.booked_on, planned.equals.statement, planned.equals.read_on)
    elif _counts(planned) and own.is_of(planned.line, [planned.expected]):
        will = _("is your own, or of somebody close to you: goes on the list for a colleague to decide")
    elif by_itself is not None:
        will = _(by_itself.label)
    else:
        will = _("goes on the list for you to decide")
    return {**movement_row(planned.line, planned.verdict, planned.expected), "will": will}


def _counts(planned: PlannedLine) -> bool:
    """Whether a movement would count by itself."""
    return not planned.known and planned.verdict == Verdict.EXACT


def _equal(booked_on: date, statement: str, read_on: date | None) -> str:
    """What a movement equals that was read before."""
    values = {"day": day(booked_on), "statement": statement, "read": day(read_on) if read_on else ""}
    if read_on is None:
        return (
            _("is the movement of %(day)s in statement %(statement)s of this file: not kept twice") % values
        )
    return (
        _("is the movement of %(day)s in statement %(statement)s, read in on %(read)s: not kept twice")
        % values
    )


def kept_rows(movements: Iterable[BankMovement]) -> list[dict[str, Any]]:
    """Movements of a file that was read in, or parts of one, with what became of each."""
    kept = [(each, each.decision) for each in movements]
    found = expected_of(decision.subject for _movement, decision in kept if decision)
    return [
        _kept_row(movement, found.get(decision.subject) if decision else None) for movement, decision in kept
    ]


def _kept_row(movement: BankMovement, expected: Expected | None) -> dict[str, Any]:
    return {**movement_row(movement, None, expected), **became(movement), "pk": movement.pk}


def repeated_row(repeated: RepeatedMovement) -> dict[str, Any]:
    """A movement of a file that was read in before, with the one it is."""
    movement = repeated.movement
    read_at = movement.file.confirmed_at
    same_file = movement.file_id == repeated.file_id or read_at is None
    read_on = None if same_file or read_at is None else day_of(read_at)
    will = _equal(movement.booked_on, movement.statement.number, read_on)
    return {**movement_row(movement, None, None), "will": will}


def plan_counts(plan: Plan, own: OwnMoney) -> dict[str, int]:
    """How many movements of a file count by themselves, wait for a decision, are known, or go out."""
    new = plan.new_lines
    counted = sum(_counts(line) and not own.is_of(line.line, [line.expected]) for line in new)
    outgoing = sum(line.verdict == Verdict.OUTGOING for line in new)
    total = sum(len(each.lines) for each in plan.statements)
    waiting = len(new) - counted - outgoing
    return {"counted": counted, "outgoing": outgoing, "waiting": waiting, "known": total - len(new)}

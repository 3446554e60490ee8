"""Words around requests for shares, as pages write them. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.http import QueryDict
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from commonweal.kernel.days import day_of
from commonweal.membership.models import Application, BankMovement, RepeatedMovement
from commonweal.membership.queries.bank_plans import Plan, PlannedLine
from commonweal.membership.queries.joining import dues_of
from commonweal.membership.queries.judgements import told_alike
from commonweal.membership.queries.likeness import beside
from commonweal.membership.queries.payments import opposite_of
from commonweal.membership.rules.joining import ApplicationState, printed
from commonweal.membership.rules.matching import BY_ITSELF, Outcome, Verdict
from commonweal.membership.rules.statements import BankLine, Unreadable
from commonweal.membership.views.odd_words import sentence
from commonweal.membership.views.undo_words import became, payer
from commonweal.membership.views.wording import reason, reason_of, shares
from commonweal.people.rules import Channel
from commonweal.ui.formats import day, euros, joined

if TYPE_CHECKING:
    from commonweal.people.models import Event

_KINDS = {
    ApplicationState.ASKED: "info",
    ApplicationState.AWAITING: "warning",
    ApplicationState.PAID: "info",
    ApplicationState.MEMBER: "good",
}


def row(application: Application) -> dict[str, Any]:
    """One request as a line of a list."""
    state = ApplicationState(application.state)
    return {
        "application": application,
        "shares": shares(application.count, application.share_class),
        "state": state.label,
        "kind": _KINDS.get(state, ""),
        "reason": reason_of(application),
        "communication": printed(application.communication),
        "days": (day_of(timezone.now()) - day_of(application.asked_at)).days,
    }


def due_rows(found: Sequence[Application]) -> list[dict[str, Any]]:
    """Requests as lines of a list, each with what is still due on it."""
    dues = dues_of(found)
    return [{**row(each), "open_cents": dues[each.pk].open_cents} for each in found]


def rows(application: Application) -> list[dict[str, str]]:
    """What was asked, as rows of label and value."""
    told = [(_("Holder of the shares"), application.holder_name)]
    if application.representative:
        told.append((_("Represented by"), str(application.representative)))
    told += [
        (_("Shares"), shares(application.count, application.share_class)),
        (_("Amount"), euros(application.due_cents)),
        (_("Asked on"), day(application.asked_at)),
        (_("How it came in"), capfirst(_(Channel(application.channel).label))),
        (_("Information note read"), f"{application.note.version} ({application.note.language})"),
        (_("Communication"), printed(application.communication)),
    ]
    if application.reason:
        told.append((_("Reason"), reason_of(application)))
    return [{"label": label, "value": value} for label, value in told]


def what_next(application: Application) -> str:
    """What happens now, in one or two sentences."""
    return {
        ApplicationState.ASKED: _(
            "We look at the papers of whoever represents the holder. Send or show them to us; then we write how to pay."
        ),
        ApplicationState.AWAITING: _("Pay by %(day)s. The shares are there once the money is.")
        % {"day": day(application.lapses_on)},
        ApplicationState.PAID: _("The money is here. We look at one thing before the shares are entered."),
        ApplicationState.MEMBER: _("The shares stand in the register. The certificate is yours to keep."),
        ApplicationState.WITHDRAWN: _("This request was withdrawn. What was paid on it goes back."),
        ApplicationState.LAPSED: _(
            "Nothing was paid in time, so this request lapsed. You may ask again at any moment."
        ),
        ApplicationState.REFUSED: _(
            "This request was refused. The reason is below; call us to talk about it."
        ),
    }[ApplicationState(application.state)]


def steps(application: Application) -> list[dict[str, str]]:
    """The line on which a request that goes on stands somewhere; empty for one that ended otherwise."""
    order = [
        ApplicationState.ASKED,
        ApplicationState.AWAITING,
        ApplicationState.PAID,
        ApplicationState.MEMBER,
    ]
    names = [_("Papers"), _("Payment"), _("A last look"), _("In the register")]
    if application.state not in order:
        return []
    at = order.index(ApplicationState(application.state))
    shown = [
        (name, index)
        for index, name in enumerate(names)
        # Papers only where somebody represents; a last look only where something was in the way.
        if not (index == 0 and application.representative is None) and not (index == 2 and at != 2)
    ]
    done = {"state": "done"}
    return [
        {"title": _("Asked"), **done},
        *(
            {
                "title": name,
                "state": "done" if index < at or at == 3 else "current" if index == at else "todo",
            }
            for name, index in shown
        ),
    ]


def history(events: Iterable[Event]) -> list[dict[str, Any]]:
    """What happened to a request, for staff."""
    return [
        {
            "when": event.at,
            "title": _happened(event),
            "text": _why(event),
            "by": str(event.by or ""),
        }
        for event in events
    ]


def _why(event: Event) -> str:
    text = event.data.get("reason", "")
    return _(text) if text and event.name == "ApplicationStuck" else reason(text)


def _happened(event: Event) -> str:
    if event.name == "ApplicationMoved":
        return str(capfirst(_(ApplicationState(event.data["to"]).label)))
    if event.name == "PaymentDecided":
        return joined(euros(event.data["cents"]), _(Outcome(event.data["outcome"]).label))
    return _("Could not be entered in the register")


def movement_row(
    movement: BankMovement | BankLine, verdict: Verdict | None, application: Application | None
) -> dict[str, Any]:
    """One movement of the bank as finance reads it, with what it is and what is odd about it."""
    odd = movement.oddities if isinstance(movement, BankMovement) else movement.odd
    return {
        "movement": movement,
        "account": movement.payer_iban or movement.other_account,
        "communication": printed(movement.communication) if movement.communication else "",
        "verdict": verdict.label if verdict else "",
        "application": application,
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


def planned_row(planned: PlannedLine) -> dict[str, Any]:
    """The same in a file that is not read in yet, with what will become of it."""
    by_itself = BY_ITSELF.get(planned.verdict) if planned.verdict else None
    if planned.equals is not None:
        will = _equal(planned.equals.booked_on, planned.equals.statement, planned.equals.read_on)
    elif by_itself is not None:
        will = _(by_itself.label)
    else:
        will = _("goes on the list for you to decide")
    return {**movement_row(planned.line, planned.verdict, planned.application), "will": will}


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


def kept_row(movement: BankMovement) -> dict[str, Any]:
    """The same in a file that was read in, with what became of it."""
    handling = movement.decision
    application = handling.application if handling else None
    return {**movement_row(movement, None, application), **became(movement), "pk": movement.pk}


def repeated_row(repeated: RepeatedMovement) -> dict[str, Any]:
    """A movement of a file that was read in before, with the one it is."""
    movement = repeated.movement
    read_at = movement.file.confirmed_at
    same_file = movement.file_id == repeated.file_id or read_at is None
    read_on = None if same_file or read_at is None else day_of(read_at)
    will = _equal(movement.booked_on, movement.statement.number, read_on)
    return {**movement_row(movement, None, None), "will": will}


def plan_counts(plan: Plan) -> dict[str, int]:
    """How many movements of a file count by themselves, wait for a decision, are known, or go out."""
    new = plan.new_lines
    counted = sum(line.verdict == Verdict.EXACT for line in new)
    outgoing = sum(line.verdict == Verdict.OUTGOING for line in new)
    total = sum(len(each.lines) for each in plan.statements)
    waiting = len(new) - counted - outgoing
    return {"counted": counted, "outgoing": outgoing, "waiting": waiting, "known": total - len(new)}

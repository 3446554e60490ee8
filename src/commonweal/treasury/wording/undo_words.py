"""Words around decisions on movements of the bank and what undoing one does. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from commonweal.treasury.models import BankMovement, Handling, Refund, TakenPart
from commonweal.treasury.queries.receivables import address_of, expected_of
from commonweal.treasury.queries.undoing import Effect
from commonweal.treasury.rules.matching import Outcome
from commonweal.treasury.rules.reasons import Reason
from commonweal.treasury.rules.receivables import Expected
from commonweal.treasury.rules.statements.communications import printed
from commonweal.ui.formats import day, euros, joined, moment


def reason(text: str) -> str:
    """A reason as somebody typed it, or in words where the program wrote it down as a code."""
    return _(Reason(text).label) if text in set(Reason) else text


def payer(movement: BankMovement) -> str:
    """Who paid, as the bank names them."""
    return movement.ultimate_name or movement.payer_name or movement.payer_iban or _("No name")


def effect_rows(effects: Iterable[Effect]) -> list[dict[str, Any]]:
    """What undoing would do, payment by payment: the payment, and a sentence for each thing that happens."""
    return [
        {
            "movement": each.movement,
            "payer": payer(each.movement) if each.movement else "",
            "expected": each.expected,
            "address": address_of(each.expected.subject) if each.expected else "",
            "lines": _lines(each),
        }
        for each in effects
    ]


def _lines(effect: Effect) -> list[str]:
    found, expected, movement = list[str](), effect.expected, effect.movement
    values: dict[str, Any]
    if expected is not None and effect.cents:
        values = {
            "amount": euros(effect.cents),
            "holder": expected.holder,
            "communication": printed(expected.communication),
        }
        found.append(
            _("%(amount)s count no longer as paid on the request of %(holder)s (%(communication)s).") % values
        )
    found += effect.undone.lines
    if expected is not None and effect.reopens:
        found.append(
            _("The request of %(holder)s waits for payment again, and we write to whoever asked.")
            % {"holder": expected.holder}
        )
    if effect.refund_cents and movement is not None:
        values = {"amount": euros(effect.refund_cents), "payer": payer(movement)}
        found.append(_("%(amount)s are no longer to be paid back to %(payer)s.") % values)
    if effect.taken_cents and movement is not None:
        found.append(
            _("The bank took %(amount)s of this payment: they are here no more.")
            % {"amount": euros(effect.taken_cents)}
        )
    elif effect.decision is not None and effect.decision.outcome == Outcome.ASIDE:
        found.append(_("This payment was set aside: it cannot count or be paid back any more."))
    elif effect.decision is None and movement is not None:
        found.append(_("Nobody decided about this payment yet: it is set aside."))
    return found


def decision_rows(decisions: Sequence[Handling]) -> list[dict[str, Any]]:
    """What was decided about a movement, by whom, when, why and for what, and what is paid back of it."""
    found = expected_of(each.subject for each in decisions)
    return [_decision_row(each, found.get(each.subject)) for each in decisions]


def _decision_row(decision: Handling, expected: Expected | None) -> dict[str, Any]:
    undoes = decision.undoes if decision.outcome == Outcome.UNDO else None
    return {
        "what": capfirst(_(Outcome(decision.outcome).label)),
        "who": str(decision.by),
        "when": decision.at,
        "why": reason(decision.reason),
        "expected": expected,
        "address": address_of(expected.subject) if expected else "",
        "undoes": undoes.movement if undoes else None,
        "undone": _undone(decision),
        "takes": [{"movement": each.payment, "text": _taken(each)} for each in decision.takes.all()],
        "refunds": [_refund(refund) for refund in decision.refunds.all()],
    }


def _taken(part: TakenPart) -> str:
    values = {
        "amount": euros(part.cents),
        "whole": euros(part.payment.amount_cents),
        "day": day(part.payment.booked_on),
    }
    return _("%(amount)s of the %(whole)s of %(day)s") % values


def taken_rows(movement: BankMovement) -> list[dict[str, Any]]:
    """What the bank took back of a payment in parts: each movement that did, with the cents."""
    found = movement.taken.select_related("handling__movement").order_by("pk")
    return [{"movement": each.handling.movement, "cents": each.cents} for each in found]


def _undone(decision: Handling) -> BankMovement | None:
    """The movement by which the bank took back what was decided about."""
    by: Handling | None = getattr(decision, "undone_by", None)
    return by.movement if by is not None and by.outcome == Outcome.UNDO else None


def _refund(refund: Refund) -> dict[str, Any]:
    values: dict[str, Any] = {"amount": euros(refund.cents)}
    if refund.taken_back_id is not None:
        said = _("%(amount)s: no longer to be paid back") % values
    elif refund.made_on is not None:
        said = _("%(amount)s: paid back on %(day)s") % {**values, "day": day(refund.made_on)}
    else:
        return {"pk": refund.pk, "text": _("%(amount)s: to be paid back") % values, "open": True}
    return {"pk": refund.pk, "text": said, "open": False}


def became(movement: BankMovement) -> dict[str, Any]:
    """What became of a movement, in a line; by whom and when."""
    decision = movement.decision
    if decision is None:
        return {"will": _("waits for a decision"), "waits": True, "by": _last_undone(movement)}
    why = reason(decision.reason)
    label = _(Outcome(decision.outcome).label)
    by: Handling | None = getattr(decision, "undone_by", None)
    return {
        "will": joined(label, why) if why else label,
        "waits": False,
        "undone": _signed(_("undone by %(who)s, %(when)s"), by) if by is not None else "",
        "by": _signed(_("decided by %(who)s, %(when)s"), decision),
    }


def _last_undone(movement: BankMovement) -> str:
    rows = sorted(movement.handlings.all(), key=lambda each: each.turn)
    return _signed(_("the decision was undone by %(who)s, %(when)s"), rows[-1]) if rows else ""


def _signed(text: str, handling: Handling) -> str:
    return text % {"who": str(handling.by), "when": moment(handling.at)}

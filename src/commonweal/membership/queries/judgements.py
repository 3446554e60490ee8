"""What movements on the account are today: which request each names, whether a payment of ours comes back with it."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from dataclasses import replace

from commonweal.membership.models import Application, BankMovement, Payment
from commonweal.membership.queries.joining import applications_paid_with, dues_of
from commonweal.membership.rules.joining import ApplicationState
from commonweal.membership.rules.matching import Due, Verdict, verdict
from commonweal.membership.rules.statements import BankLine, Oddity

Seen = BankLine | BankMovement
# The references we give to payments, such as D2-3-1 or R8-1 (docs/algorithms/share-register.md).
_OUR_REFERENCE = re.compile(r"\b[A-Z]\d+(?:-\d+){1,2}\b", re.ASCII)


def judged(lines: Iterable[Seen]) -> list[tuple[Verdict, Application | None]]:
    """What each movement is, in order; what one pays, the next cannot pay again. Four queries."""
    wanted = list(lines)
    found = applications_paid_with(line.communication for line in wanted if line.communication)
    dues: dict[int, Due] = dues_of(found.values())
    back = payments_back(wanted)
    judgements = []
    for place, line in enumerate(wanted):
        application = found.get(line.communication)
        due = dues[application.pk] if application else None
        said = verdict(
            line.amount_cents,
            line.booked_on,
            line.ultimate_name or line.payer_name,
            due,
            odd=oddities_of(line),
            comes_back=place in back,
        )
        if application and due and said == Verdict.EXACT:
            dues[application.pk] = replace(due, state=ApplicationState.PAID, paid_cents=due.due_cents)
        judgements.append((said, application))
    return judgements


def oddities_of(line: Seen) -> frozenset[Oddity]:
    """The codes of what is odd about a movement."""
    odd = line.oddities if isinstance(line, BankMovement) else line.odd
    return frozenset(each.code for each in odd)


def payments_back(lines: Sequence[Seen]) -> dict[int, Payment]:
    """Place in the list -> the payment of ours whose reference and amount a movement bears and that has not come back
    before; one query, a payment once."""
    wanted = {place: _references(line) for place, line in enumerate(lines) if line.amount_cents > 0}
    every = {reference for references in wanted.values() for reference in references}
    if not every:
        return {}
    known = Payment.objects.filter(end_to_end__in=every, returned__isnull=True)
    rows = {each.end_to_end: each for each in known.select_related("member", "file").defer("file__content")}
    found: dict[int, Payment] = {}
    for place, references in wanted.items():
        for reference in references:
            payment = rows.get(reference)
            if payment is not None and payment.cents == lines[place].amount_cents:
                found[place] = rows.pop(reference)
                break
    return found


def _references(line: Seen) -> list[str]:
    typed = _OUR_REFERENCE.findall(line.text)
    return [line.end_to_end, *typed] if line.end_to_end else typed

"""Who may pay out."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from commonweal.people.access import may
from commonweal.people.rules import Act

if TYPE_CHECKING:
    from commonweal.kernel.decision import Decision
    from commonweal.people.models import Person


def may_pay_out(person: Person, on: date) -> Decision:
    """Whether staff may make payment files, take them out, and note what the bank paid and what came back."""
    return may(person, Act.PAY_OUT, on)

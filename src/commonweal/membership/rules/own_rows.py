"""Which rows of a sheet are about whoever brings it in, or about somebody close to them. Pure.

The database cannot know: a row has no author but the sheet's. So the check names such rows, and the loading asks again.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from commonweal.kernel.words import gettext_noop
from commonweal.membership.rules.imports import MemberRow, MovementRow, Problem
from commonweal.people.rules.same_people import OwnNames

OWN_ROW = gettext_noop(
    "This is about whoever brings the sheet in, or about somebody close to them. A colleague brings this row in, with "
    "a sheet of their own."
)


@dataclass(frozen=True, slots=True)
class Own:
    """Member numbers, company numbers and names of one person and of those close to them."""

    numbers: frozenset[int] = frozenset()
    companies: frozenset[str] = frozenset()
    names: OwnNames = field(default_factory=OwnNames)

    def of_movement(self, row: MovementRow) -> Problem | None:
        """What is wrong with a movement that gives them shares or takes some."""
        for column, number in (("number", row.number), ("counterpart", row.counterpart)):
            if number in self.numbers:
                return Problem(row.row, column, OWN_ROW)
        return None

    def of_member(self, row: MemberRow) -> Problem | None:
        """What is wrong with a new member who is one of them."""
        if row.number in self.numbers:
            return Problem(row.row, "number", OWN_ROW)
        if row.company_number in self.companies:
            return Problem(row.row, "company_number", OWN_ROW)
        if self.names.hold(row.name):
            return Problem(row.row, "organisation" if row.organisation else "family_name", OWN_ROW)
        return None

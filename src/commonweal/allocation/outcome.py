"""What a count found, with everything needed to explain it and to check it again.

Never decides anything: the numbers here were produced by `count` and are only arranged for readers.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from commonweal.allocation.bylaw import ByLaw

JsonValue = None | bool | int | str | list["JsonValue"] | dict[str, "JsonValue"]


def exact_json(number: Fraction | None) -> int | str | None:
    """A number as JSON without loss: an int when it is whole, else the text `p/q`."""
    if number is None or number.denominator != 1:
        return None if number is None else str(number)
    return number.numerator


class Phase(StrEnum):
    """What bought a project.

    `equal-shares`: the voters' shares, and the first shares already did. `add1`: the voters' shares, but only
    once they had been raised. `overspending`: the voters' shares, and where they were missing a part, those of
    others. `phragmen`: the money voters earned. `floor`: the pot, before the count, to reach a floor. `greedy`:
    the pot, in order of support.
    """

    EQUAL_SHARES = "equal-shares"
    ADD1 = "add1"
    PHRAGMEN = "phragmen"
    OVERSPENDING = "overspending"
    FLOOR = "floor"
    GREEDY = "greedy"


@dataclass(frozen=True, slots=True)
class Payment:
    """`payers` voters who each paid `amount` currency units for one project."""

    amount: Fraction
    payers: int


@dataclass(frozen=True, slots=True)
class Round:
    """One project selected.

    `price` is rho (equal shares: currency units per unit of utility) or the load (phragmen: what every voter
    had earned in all), None for greedy. `supporters` are voters who support the project, `payers` those who
    paid something. `payments` lists who paid the full price, smallest amount first; `partial_payers` had less,
    and paid all of it: `partial_paid` together. All of it adds up to the cost, except in rounds from the
    pot (greedy, floor), where nobody pays, and with overspending, where it is at most the cost. `tied` are the
    other projects that stood exactly as well in this round: the named order decided.
    """

    number: int
    project: str
    phase: Phase
    price: Fraction | None
    supporters: int
    payments: tuple[Payment, ...]
    partial_payers: int
    partial_paid: Fraction
    tied: tuple[str, ...]

    @property
    def payers(self) -> int:
        """How many voters paid something."""
        return sum(payment.payers for payment in self.payments) + self.partial_payers

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values in a fixed order of keys; see `exact_json` for the numbers."""
        return {
            "number": self.number,
            "project": self.project,
            "phase": self.phase.value,
            "price": exact_json(self.price),
            "supporters": self.supporters,
            "payers": self.payers,
            "payments": [
                {"amount": exact_json(paid.amount), "payers": paid.payers} for paid in self.payments
            ],
            "partial_payers": self.partial_payers,
            "partial_paid": exact_json(self.partial_paid),
            "tied": list(self.tied),
        }


@dataclass(frozen=True, slots=True)
class Outcome:
    """The result of a count.

    `winners` are project ids in order of selection, `losers` the others in the order that decides ties.
    `endowment` is the share each voter had in the end, in currency units (equal shares), or what each had
    earned when the rule ended (phragmen); None for greedy. `first_endowment` is the share before any raise.
    `spent` <= `budget`. With `weights` in the by-law, voters are counted and prices given by the share.
    """

    bylaw: ByLaw
    budget: Fraction
    voters: int
    spent: Fraction
    winners: tuple[str, ...]
    losers: tuple[str, ...]
    endowment: Fraction | None
    first_endowment: Fraction | None
    rounds: tuple[Round, ...]

    @property
    def payments(self) -> Mapping[str, tuple[Payment, ...]]:
        """For each winner how many paid the full price, by amount, smallest first; () when nobody did."""
        return {found.project: found.payments for found in self.rounds}

    def to_json(self) -> dict[str, JsonValue]:
        """One object with a fixed order of keys; see `exact_json` for the numbers."""
        return {
            "rule": self.bylaw.rule.value,
            "bylaw": dict(self.bylaw.to_json()),
            "budget": exact_json(self.budget),
            "spent": exact_json(self.spent),
            "voters": self.voters,
            "endowment": exact_json(self.endowment),
            "first_endowment": exact_json(self.first_endowment),
            "winners": list(self.winners),
            "losers": list(self.losers),
            "rounds": [found.to_json() for found in self.rounds],
        }

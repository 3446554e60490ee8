"""Ballot forms and the choices they allow. A choice is options with points; approval gives one point each."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import TypeVar

from commonweal.kernel.decision import YES, Decision, no
from commonweal.kernel.words import Words, gettext_noop

OPTIONS_MAX = 20_000
CHOICES_MAX = 200
POINTS_MAX = 60_000
# At most five figures: no ballot has more options or points, and a longer word is a slip of the finger.
_WHOLE = re.compile(r"[0-9]{1,5}", re.ASCII)


class BallotForm(Words):
    """How a member says what they want."""

    APPROVAL = "approval", gettext_noop("tick up to a number of projects")
    POINTS = "points", gettext_noop("share points among projects")
    BASKET = "basket", gettext_noop("fill a basket within the budget")


@dataclass(frozen=True, slots=True)
class Form:
    """A ballot form with its limits.

    `choices_max` bounds every form, so that all envelopes of a ballot have one length.
    `points_total` and `points_each` are for POINTS; `budget_cents` is for BASKET.
    """

    kind: str
    choices_min: int = 1
    choices_max: int = 5
    points_total: int = 0
    points_each: int = 0
    budget_cents: int = 0

    def __post_init__(self) -> None:
        if not 1 <= self.choices_min <= self.choices_max <= CHOICES_MAX:
            raise ValueError("choices_min and choices_max do not make sense")
        if self.kind == BallotForm.POINTS and not 1 <= self.points_each <= self.points_total <= POINTS_MAX:
            raise ValueError("points_each and points_total do not make sense")
        if self.kind == BallotForm.BASKET and self.budget_cents <= 0:
            raise ValueError("a basket needs a budget")
        if self.kind not in set(BallotForm):
            raise ValueError("unknown ballot form")


Choice = tuple[tuple[int, int], ...]
"""Pairs of option number and points, by rising option number."""


def tidy(points: Mapping[int, int] | Iterable[tuple[int, int]]) -> Choice:
    """A choice in its one canonical order, without options given no points."""
    pairs = points.items() if isinstance(points, Mapping) else points
    return tuple(sorted((number, given) for number, given in pairs if given != 0))


class NotAChoice(ValueError):
    """A line of typed numbers that cannot be read; `word` is the part to mend, `code` says what is off."""

    def __init__(self, word: str, code: str) -> None:
        super().__init__(word)
        self.word = word
        self.code = code


def choice_as_typed(text: str, *, with_points: bool) -> Choice:
    """The choice in a line such as `3 7 12`, or `3:2 7:1` with points; commas and semicolons part words too.

    Raises NotAChoice for a word that is no number (`number`), lacks its points (`points`) or names an option
    a second time (`twice`).
    """
    found: dict[int, int] = {}
    for word in re.split(r"[\s,;]+", text.strip()):
        number, colon, given = word.partition(":")
        if not _WHOLE.fullmatch(number) or (colon and not with_points):
            raise NotAChoice(word, "number")
        if with_points and not _WHOLE.fullmatch(given):
            raise NotAChoice(word, "points")
        if int(number) in found:
            raise NotAChoice(word, "twice")
        found[int(number)] = int(given) if with_points else 1
    return tidy(found)


@dataclass(frozen=True, slots=True)
class Totals:
    """What a choice adds up to: options chosen, points given, cost in cents."""

    chosen: int
    points: int
    cost_cents: int


def totals(choice: Choice, costs_cents: Mapping[int, int]) -> Totals:
    """The running totals of a choice; an option that is not on the ballot costs nothing here."""
    return Totals(
        chosen=len(choice),
        points=sum(points for _number, points in choice),
        cost_cents=sum(costs_cents.get(number, 0) for number, _points in choice),
    )


Item = TypeVar("Item")


def rotated(items: Sequence[Item], by: int) -> list[Item]:
    """The items in their order, begun at another one, so that not everybody reads the same one first."""
    start = by % len(items) if items else 0
    return [*items[start:], *items[:start]]


def allowed(choice: Choice, form: Form, costs_cents: Mapping[int, int]) -> Decision:
    """Whether a choice fits the form; `costs_cents` maps each option number of the ballot to its cost."""
    numbers = [number for number, _points in choice]
    if len(set(numbers)) < len(numbers) or any(number not in costs_cents for number in numbers):
        return no(
            "unknown_option", gettext_noop("One of the projects chosen is not on this ballot. Choose again.")
        )
    if any(points < 1 for _number, points in choice):
        return no("negative_points", gettext_noop("Points are whole numbers from zero up."))
    if len(choice) < form.choices_min:
        return no("too_few", gettext_noop("Choose more projects: this is fewer than the ballot asks for."))
    if len(choice) > form.choices_max:
        return no("too_many", gettext_noop("Choose fewer projects: this is more than the ballot allows."))
    if form.kind == BallotForm.POINTS:
        return _points_allowed(choice, form)
    if any(points != 1 for _number, points in choice):
        return no("points_not_asked", gettext_noop("This ballot is ticked; it takes no points."))
    if form.kind == BallotForm.BASKET and sum(costs_cents[number] for number in numbers) > form.budget_cents:
        return no("over_budget", gettext_noop("Your basket costs more than the budget. Take something out."))
    return YES


def _points_allowed(choice: Sequence[tuple[int, int]], form: Form) -> Decision:
    if any(points > form.points_each for _number, points in choice):
        return no("too_many_points", gettext_noop("One project has more points than the ballot allows."))
    if sum(points for _number, points in choice) > form.points_total:
        return no("too_many_points", gettext_noop("You gave more points than you have. Take some back."))
    return YES

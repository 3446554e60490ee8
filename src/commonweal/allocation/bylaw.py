"""The by-law: every choice a count depends on, named and fixed before the votes are known.

Never holds a default that hides a choice from the reader of a result: `to_json` always writes every field.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from enum import StrEnum
from fractions import Fraction

from commonweal.allocation.limits import number_from_text, number_to_text


class Rule(StrEnum):
    """How the budget is turned into a list of projects."""

    GREEDY = "greedy"
    GREEDY_PER_COST = "greedy-per-cost"
    EQUAL_SHARES = "equal-shares"
    PHRAGMEN = "phragmen"
    OVERSPENDING = "bounded-overspending"


class Utility(StrEnum):
    """What a funded project is worth to a voter who supports it."""

    COST = "cost"
    CARDINALITY = "cardinality"
    POINTS = "points"


class Completion(StrEnum):
    """What happens with the money that equal shares leaves."""

    NONE = "none"
    ADD1 = "add1"
    ADD1U = "add1u"
    GREEDY = "greedy"


class Ties(StrEnum):
    """The order that decides between projects the rule cannot tell apart."""

    VOTES = "votes"
    COST = "cost"
    ID = "id"


class Start(StrEnum):
    """The first share of each voter."""

    EXACT = "exact"
    FLOOR = "floor"


class Stop(StrEnum):
    """When raising the shares ends."""

    EXHAUSTIVE = "exhaustive"
    OVER_BUDGET = "over-budget"


# Texts that by-laws stored earlier do not have; empty, they count as those did.
ADDED = ("lot", "weights", "labels", "floors", "ceilings")


class ByLawError(ValueError):
    """A by-law with an unknown word or an impossible number."""


@dataclass(frozen=True, slots=True)
class ByLaw:
    """Every choice a count depends on. Plain words are accepted and turned into the enums; ByLawError
    otherwise.

    rule
        `greedy` takes projects in order of support as long as they fit: large groups can take everything.
        `greedy-per-cost` does so in order of support per currency unit: cheap projects come first.
        `equal-shares` gives each voter the same share of the budget to spend on projects they support, so
        that each group decides over its part of the money (Peters, Pierczynski, Skowron 2021). `phragmen`
        lets every voter earn at the same pace and buys a project the moment its supporters can pay; it ends
        at the first project that no longer fits (Los, Christoff, Grossi 2022; Brill, Freeman, Janson, Lackner
        2017). It reads ballots as approvals, whatever `utility` says. `bounded-overspending` is equal shares in
        which supporters may buy a project they cannot pay in full, at a price that rises with what is missing
        (Papasotiropoulos, Pishbin, Skibski, Skowron, Was 2025, their BOS): it leaves less unspent and seldom
        skips a popular dear project, but the missing part is paid with the shares of others. Greedy, and
        phragmen after its last supported project, also take projects without a supporter if they fit.
    utility
        `cost`: a funded project is worth its cost to a supporter; equal shares then favours many supporters
        per project, and greedy goes by number of supporters. `cardinality`: each is worth 1; equal shares
        then favours many supporters per currency unit, and greedy equals `greedy-per-cost`. Both read points
        or ranks as approval of every project named, except those given negative points. `points`: worth the
        points the voter gave (ordinal ballots without points of their own: as many as the number of named projects
        ranked at or below it, Borda); greedy then goes by total points.
    completion
        Used by `equal-shares`, and by `bounded-overspending` where it is `greedy` or `add1u`: both then fill up
        with what fits, since no share is raised. `none` leaves the rest unspent (often half of the budget). `add1` raises
        every share by `step` as long as the outcome stays within the budget. `greedy` fills up with what
        fits, in order of votes (with utility `points`: of total points), so the rest goes to large groups.
        `add1u` does `add1`, then `greedy`.
    ties
        `cost`: lowest cost, then most supporters, then the lot: of two projects that stand equal the one that
        leaves more for others. `votes`: most supporters, then lowest cost, then the lot; with equal shares it
        favours the dearer of two projects with the same price per supporter. `id`: ids compared as text, which
        favours whoever was numbered first. Never the order in a file or the moment of an entry.
    start
        `exact`: budget / voters, to the last fraction. `floor`: rounded down to a whole currency unit, as
        some published results did; it shifts every share that `add1` tries, and with them sometimes a winner.
    step
        Currency units by which `add1` raises each share; a smaller step wastes less budget and takes longer.
    stop
        `exhaustive`: stop at the first outcome to which no supported project can be added, or at the last one
        before overspending. `over-budget`: go on until the next outcome would overspend; it can exchange
        winners of an outcome that already used up the money.
    lot
        A text drawn in public before the count and published, such as the numbers of a draw: printable, without
        spaces around it. Projects that `ties` leaves equal come in the order of the SHA-256 of the lot, a line
        feed and their id, so that nobody who does not know the lot can choose an id to win by. Empty: in the order
        of their ids as text. With `ties` `id` nothing is left to it.
    weights
        The column of the votes that says how many shares each voter holds by statute, a whole number from 1 on.
        Who holds more decides over more: a voter with n shares counts as n supporters, has n times the money of a
        voter with one, and points count n times; prices, payments, votes and numbers of voters in an outcome and
        its explanations then are those of single shares. Empty: one person, one share.
    labels
        The column of the projects that `floors` and `ceilings` go by, such as `category`; a project may have
        several labels, separated by commas, and counts in full for each. Empty: no bounds.
    floors
        The least that should go to a label, in currency units: `culture=5000;sport=2500.50`. Projects of the
        label are funded from the pot first, in greedy order, until the floor is reached; all shares shrink by what
        that takes, so a floor moves money from where the votes are to where the by-law wants it.
    ceilings
        The most that may go to a label, written likewise. A project that would break one is passed over, whoever
        supports it; the money its supporters keep goes to what else they support.
    """

    rule: Rule = Rule.EQUAL_SHARES
    utility: Utility = Utility.COST
    completion: Completion = Completion.NONE
    ties: Ties = Ties.COST
    start: Start = Start.EXACT
    step: Fraction = Fraction(1)
    stop: Stop = Stop.EXHAUSTIVE
    lot: str = ""
    weights: str = ""
    labels: str = ""
    floors: str = ""
    ceilings: str = ""

    def __post_init__(self) -> None:
        enums = (
            ("rule", Rule),
            ("utility", Utility),
            ("completion", Completion),
            ("ties", Ties),
            ("start", Start),
            ("stop", Stop),
        )
        for name, enum in enums:
            object.__setattr__(self, name, enum(_known(name, getattr(self, name), enum)))
        step: object = self.step
        if isinstance(step, bool) or not isinstance(step, int | Fraction) or step <= 0:
            raise ByLawError(f"step {self.step!r} is not a whole number or fraction above zero")
        object.__setattr__(self, "step", Fraction(step))
        for name in ADDED:
            text: object = getattr(self, name)
            if not isinstance(text, str) or not text.isprintable() or text != text.strip():
                raise ByLawError(f"{name} {text!r} is not a printable text without spaces around it")

        floors, ceilings = self.floor_of, self.ceiling_of
        if (floors or ceilings) and not self.labels:
            raise ByLawError("floors and ceilings need labels, the column of the projects they go by")
        for label in floors.keys() & ceilings.keys():
            if floors[label] > ceilings[label]:
                raise ByLawError(f"floors and ceilings contradict each other for {label!r}")
        for name, amounts in (("floors", floors), ("ceilings", ceilings)):
            listed = [f"{label}={number_to_text(amounts[label])}" for label in sorted(amounts)]
            object.__setattr__(self, name, ";".join(listed))

    @property
    def floor_of(self) -> dict[str, Fraction]:
        """The least that should go to each label, in currency units."""
        return _amounts("floors", self.floors)

    @property
    def ceiling_of(self) -> dict[str, Fraction]:
        """The most that may go to each label, in currency units."""
        return _amounts("ceilings", self.ceilings)

    def to_json(self) -> dict[str, str]:
        """Every field as text, in a fixed order; the step as `p/q` or a whole number."""
        return {
            "rule": self.rule.value,
            "utility": self.utility.value,
            "completion": self.completion.value,
            "ties": self.ties.value,
            "start": self.start.value,
            "step": str(self.step),
            "stop": self.stop.value,
            **{name: str(getattr(self, name)) for name in ADDED},
        }

    @classmethod
    def from_json(cls, value: Mapping[str, str]) -> "ByLaw":
        """The by-law that `to_json` wrote, now or before it knew the fields `ADDED` since; ByLawError otherwise."""
        names = ["rule", "utility", "completion", "ties", "start", "step", "stop"]
        if sorted(set(value).difference(ADDED)) != sorted(names):
            raise ByLawError(f"a by-law has exactly the fields {', '.join([*names, *ADDED])}")
        try:
            step = Fraction(value["step"])
        except (ValueError, ZeroDivisionError):
            raise ByLawError(f"step {value['step']!r} is not a number") from None
        return cls(
            rule=Rule(_known("rule", value["rule"], Rule)),
            utility=Utility(_known("utility", value["utility"], Utility)),
            completion=Completion(_known("completion", value["completion"], Completion)),
            ties=Ties(_known("ties", value["ties"], Ties)),
            start=Start(_known("start", value["start"], Start)),
            step=step,
            stop=Stop(_known("stop", value["stop"], Stop)),
            lot=value.get("lot", ""),
            weights=value.get("weights", ""),
            labels=value.get("labels", ""),
            floors=value.get("floors", ""),
            ceilings=value.get("ceilings", ""),
        )


def without_effect(bylaw: ByLaw) -> dict[str, str]:
    """The fields of a by-law that say something and change nothing beside its other fields, each with why."""
    raises = bylaw.rule is Rule.EQUAL_SHARES and bylaw.completion in (Completion.ADD1, Completion.ADD1U)
    completes = bylaw.rule is Rule.EQUAL_SHARES or (
        bylaw.rule is Rule.OVERSPENDING and bylaw.completion is not Completion.ADD1
    )
    shares = bylaw.rule in (Rule.EQUAL_SHARES, Rule.OVERSPENDING)
    found = {}
    if bylaw.rule is Rule.PHRAGMEN and bylaw.utility is not Utility.COST:
        found["utility"] = "phragmen reads every ballot as approvals"
    if bylaw.completion is not Completion.NONE and not completes:
        found["completion"] = f"{bylaw.rule} is not completed by {bylaw.completion}"
    if bylaw.start is not Start.EXACT and not shares:
        found["start"] = f"{bylaw.rule} gives nobody a share at the start"
    if bylaw.step != 1 and not raises:
        found["step"] = "no share is raised"
    if bylaw.stop is not Stop.EXHAUSTIVE and not raises:
        found["stop"] = "no share is raised"
    if bylaw.lot and bylaw.ties is Ties.ID:
        found["lot"] = "ids decide every tie"
    if bylaw.labels and not (bylaw.floors or bylaw.ceilings):
        found["labels"] = "there are neither floors nor ceilings"
    return found


def _amounts(name: str, text: str) -> dict[str, Fraction]:
    """What `label=amount;label=amount` says; a label may hold `=`, but neither `;` nor a comma."""
    found: dict[str, Fraction] = {}
    for entry in text.split(";") if text else []:
        label, equals, amount = entry.rpartition("=")
        try:
            number = number_from_text(amount)
        except ValueError:
            raise ByLawError(f"{name}: {entry!r} does not end in an amount") from None
        if not equals or not label or label != label.strip() or "," in label or number < 0 or label in found:
            raise ByLawError(f"{name}: {entry!r} is not one label and an amount from 0 on")
        found[label] = number
    return found


def _known(name: str, word: str, enum: type[StrEnum]) -> str:
    if word not in list(enum):
        raise ByLawError(f"{name} {word!r} is not one of {', '.join(enum)}")
    return word

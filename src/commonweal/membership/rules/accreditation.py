"""The nine conditions under which a cooperative is accredited (law of 20 July 1955, royal decree of 8 January 1962 as
changed on 4 May 2016), judged for one year from what the register tells and from what the board noted.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from decimal import Decimal

from commonweal.kernel.words import Words, gettext_noop

SOURCE = "AR/KB 8.1.1962 (cera.coop, coopkracht.be, economie.fgov.be)"


class Condition(Words):
    """What is asked, in the order of the decree."""

    OPEN = (
        "open",
        gettext_noop("Joining is free and open; who is refused or excluded is told objective reasons"),
    )
    EQUAL = "equal", gettext_noop("Within a class of shares all have the same rights and duties")
    VOTES = "votes", gettext_noop("Nobody casts more than a tenth of the votes present or represented")
    APPOINTED = "appointed", gettext_noop("The general meeting appoints directors and auditors")
    DIVIDEND = (
        "dividend",
        gettext_noop("The dividend stays under the cap; rebates follow what members bought"),
    )
    AIM = "aim", gettext_noop("The main aim is an economic or social advantage for members")
    UNPAID = (
        "unpaid",
        gettext_noop("Mandates are unpaid unless the meeting says otherwise, and never share in profit"),
    )
    INFORMATION = "information", gettext_noop("A part of the income informs and trains members or the public")
    REPORT = "report", gettext_noop("The board reports each year how the conditions were met")


# What the register itself can tell; the rest is noted by hand with the document it rests on.
COUNTED = frozenset({Condition.OPEN, Condition.EQUAL, Condition.VOTES, Condition.DIVIDEND})
VOTE_CAP_PERCENT = 10


class Verdict(Words):
    """How it stands with one condition in one year."""

    HOLDS = "holds", gettext_noop("met")
    FAILS = "fails", gettext_noop("not met")
    UNTOLD = "untold", gettext_noop("nothing noted yet")


@dataclass(frozen=True, slots=True)
class Note:
    """What the board noted about a condition: whether it is met, how, on which document."""

    fulfilled: bool
    text: str
    document: str


@dataclass(frozen=True, slots=True)
class Facts:
    """One year in figures. Percents are of the vote and, after withholding tax, of the nominal value of a share."""

    admitted: int
    refused: int
    refused_without_reason: int
    classes: int
    beyond_maximum: int
    vote_cap_percent: int | None
    dividend_percent: Decimal | None
    dividend_cap_percent: Decimal | None
    notes: dict[Condition, Note]


@dataclass(frozen=True, slots=True)
class Finding:
    """One condition with its verdict; `evidence` are texts to translate with the figures that go into them."""

    condition: Condition
    verdict: Verdict
    evidence: tuple[tuple[str, Mapping[str, object]], ...]
    note: Note | None


def findings(facts: Facts) -> tuple[Finding, ...]:
    """All nine conditions, in order."""
    counted = {
        Condition.OPEN: _open(facts),
        Condition.EQUAL: _equal(facts),
        Condition.VOTES: _votes(facts),
        Condition.DIVIDEND: _dividend(facts),
    }
    found = []
    for condition in Condition:
        note = facts.notes.get(Condition(condition))
        holds, evidence = counted.get(Condition(condition), (None, ()))
        if holds is False or (note is not None and not note.fulfilled):
            verdict = Verdict.FAILS
        elif holds or note is not None:
            verdict = Verdict.HOLDS
        else:
            verdict = Verdict.UNTOLD
        found.append(Finding(Condition(condition), verdict, evidence, note))
    return tuple(found)


_Judged = tuple[bool | None, tuple[tuple[str, Mapping[str, object]], ...]]


def _open(facts: Facts) -> _Judged:
    told = (
        (gettext_noop("Joined in the year: %(count)s."), {"count": facts.admitted}),
        (
            gettext_noop("Refused or excluded: %(count)s, of which without a reason: %(without)s."),
            {"count": facts.refused, "without": facts.refused_without_reason},
        ),
    )
    return facts.refused_without_reason == 0, told


def _equal(facts: Facts) -> _Judged:
    told = (
        (
            gettext_noop("Classes of shares: %(count)s, each with one set of terms for all its holders."),
            {"count": facts.classes},
        ),
        (
            gettext_noop("Holders above the maximum of their class: %(count)s."),
            {"count": facts.beyond_maximum},
        ),
    )
    return facts.beyond_maximum == 0, told


def _votes(facts: Facts) -> _Judged:
    if facts.vote_cap_percent is None:
        return None, ()
    told = (
        gettext_noop("The statutes cap a member's votes at %(percent)s %%."),
        {"percent": facts.vote_cap_percent},
    )
    return facts.vote_cap_percent <= VOTE_CAP_PERCENT, (told,)


def _dividend(facts: Facts) -> _Judged:
    if facts.dividend_percent is None:
        return True, ((gettext_noop("No dividend was paid for the year."), {}),)
    cap = facts.dividend_cap_percent
    told = (
        gettext_noop("Dividend after withholding tax: %(percent)s %%, with a cap of %(cap)s %%."),
        {"percent": facts.dividend_percent, "cap": cap},
    )
    return cap is not None and facts.dividend_percent <= cap, (told,)

"""The nine conditions: what figures alone decide, what a note decides, and which of them wins."""

from __future__ import annotations

from dataclasses import replace
from decimal import Decimal

import pytest

from commonweal.membership.rules.accreditation import COUNTED, Condition, Facts, Note, Verdict, findings

GOOD = Facts(
    admitted=12,
    refused=1,
    refused_without_reason=0,
    classes=3,
    beyond_maximum=0,
    vote_cap_percent=10,
    dividend_percent=Decimal("2.1"),
    dividend_cap_percent=Decimal(6),
    notes={},
)


def verdicts(facts: Facts) -> dict[Condition, Verdict]:
    return {each.condition: each.verdict for each in findings(facts)}


def test_figures_decide_four_and_notes_the_rest() -> None:
    found = verdicts(GOOD)
    assert len(found) == 9
    assert {condition for condition, verdict in found.items() if verdict == Verdict.HOLDS} == COUNTED
    assert set(found.values()) == {Verdict.HOLDS, Verdict.UNTOLD}
    noted = replace(GOOD, notes={each: Note(True, "so", "minutes") for each in set(Condition) - COUNTED})
    assert set(verdicts(noted).values()) == {Verdict.HOLDS}


@pytest.mark.parametrize(
    ("condition", "change"),
    [
        (Condition.OPEN, {"refused_without_reason": 1}),
        (Condition.EQUAL, {"beyond_maximum": 1}),
        (Condition.VOTES, {"vote_cap_percent": 11}),
        (Condition.DIVIDEND, {"dividend_percent": Decimal("6.01")}),
        (Condition.DIVIDEND, {"dividend_cap_percent": None}),
    ],
)
def test_a_figure_beyond_its_bound_fails_whatever_is_noted(
    condition: Condition, change: dict[str, object]
) -> None:
    facts = replace(GOOD, **change, notes={condition: Note(True, "fine", "letter")})  # type: ignore[arg-type]
    assert verdicts(facts)[condition] == Verdict.FAILS


def test_a_note_can_say_that_a_condition_is_not_met() -> None:
    facts = replace(GOOD, notes={Condition.OPEN: Note(False, "one was sent away", "letter")})
    assert verdicts(facts)[Condition.OPEN] == Verdict.FAILS


def test_without_a_dividend_or_a_cap_on_votes() -> None:
    facts = replace(GOOD, dividend_percent=None, vote_cap_percent=None)
    assert verdicts(facts)[Condition.DIVIDEND] == Verdict.HOLDS
    assert verdicts(facts)[Condition.VOTES] == Verdict.UNTOLD
    assert all(text % figures for each in findings(facts) for text, figures in each.evidence)

"""Who may share post with whom, as pure rules."""

from __future__ import annotations

import pytest

from commonweal.membership.rules.households import Side, may_come_together, may_share_post

ALONE = Side(is_person=True, belongs=True)


@pytest.mark.parametrize(
    ("other", "code"),
    [
        (Side(is_person=False, belongs=True), "not_persons"),
        (Side(is_person=True, belongs=False), "not_members"),
        (Side(is_person=True, belongs=True, protected=True), "protected"),
    ],
)
def test_who_may_not_share_post(other: Side, code: str) -> None:
    for pair in ((ALONE, other), (other, ALONE)):
        assert may_share_post(*pair, papers=False).code == code
        assert may_come_together(*pair, papers=False).code == code


def test_papers_stand_for_the_administrator_of_a_protected_member() -> None:
    ward = Side(is_person=True, belongs=True, protected=True)
    assert may_share_post(ALONE, ward, papers=True)
    assert may_come_together(ward, ALONE, papers=True)


def test_one_of_the_two_may_bring_a_household_and_who_asks_learns_nothing_of_the_others() -> None:
    here, there = (Side(is_person=True, belongs=True, household=pk) for pk in (1, 2))
    assert may_share_post(ALONE, ALONE, papers=False)
    assert may_come_together(here, ALONE, papers=False)
    assert may_come_together(ALONE, there, papers=False)
    assert may_share_post(here, here, papers=False).code == "together"
    assert may_share_post(here, there, papers=False)
    assert may_come_together(here, there, papers=False).code == "two_households"

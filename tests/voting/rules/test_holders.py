"""One person holds one sheet, however their name is written."""

from __future__ import annotations

import pytest

from commonweal.voting.rules.holders import named_twice


@pytest.mark.parametrize("again", ["anna peeters", "Peeters Anna", "PEETERS, Anna", "Ánna  Peeters"])
def test_a_name_is_the_same_whatever_its_capitals_accents_and_order(again: str) -> None:
    assert named_twice(["Anna Peeters", "Bo Maes", again]) == again


def test_different_names_are_different_people() -> None:
    assert named_twice(["Anna Peeters", "Bo Peeters", "Anna Maes"]) is None
    assert named_twice([]) is None

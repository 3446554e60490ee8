"""Rows about whoever brings a sheet in, told from the row alone."""

from __future__ import annotations

import dataclasses
from datetime import date
from typing import Any

import pytest

from commonweal.membership.rules.imports import MemberRow, MovementRow
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.rules.own_rows import Own
from commonweal.people.rules.same_people import OwnNames

DAY = date(2026, 3, 1)
OWN = Own(
    numbers=frozenset({7, 9}),
    companies=frozenset({"0417497106"}),
    names=OwnNames(people=(("Sam", "Lovelace"),), organisations=("De Brug vzw",)),
)
MOVEMENT = MovementRow(2, "r1", 1, MovementKind.SUBSCRIPTION, "A", 3, 15_000, DAY, None, "", 0, "")
MEMBER = MemberRow(
    2, 1, "Bo", "Peeters", None, "", "", "nl", "", "", "", "9000", "", "", "", DAY, None
)  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({}, None),
        ({"number": 7}, "number"),
        ({"counterpart": 9, "kind": MovementKind.TRANSFER}, "counterpart"),
        ({"number": 7, "counterpart": 9}, "number"),
        ({"counterpart": 8}, None),
    ],
)
def test_a_movement_is_ones_own_by_who_gets_or_gives(changes: dict[str, Any], column: str | None) -> None:
    found = OWN.of_movement(dataclasses.replace(MOVEMENT, **changes))
    assert (found and (found.row, found.column)) == (column and (2, column))


@pytest.mark.parametrize(
    ("changes", "column"),
    [
        ({}, None),
        ({"number": 7}, "number"),
        ({"company_number": "0417497106", "organisation": "Elsewhere"}, "company_number"),
        ({"given_name": "Sam", "family_name": "LOVELACE"}, "family_name"),
        ({"given_name": "", "family_name": "Lovelace S."}, "family_name"),
        ({"given_name": "", "family_name": "", "organisation": "DE BRUG"}, "organisation"),
        ({"given_name": "Sam", "family_name": "Peeters"}, None),
    ],
)
def test_a_new_member_is_ones_own_by_number_company_or_name(
    changes: dict[str, Any], column: str | None
) -> None:
    found = OWN.of_member(dataclasses.replace(MEMBER, **changes))
    assert (found and (found.row, found.column)) == (column and (2, column))


def test_who_has_nothing_of_their_own_brings_every_row_in() -> None:
    assert Own().of_movement(MOVEMENT) is None
    assert Own().of_member(MEMBER) is None

"""What roles grant together, and what a subscriber is found by."""

from __future__ import annotations

from datetime import date

import pytest

from commonweal.people.rules import (
    INCOMPATIBLE,
    ROLES,
    Act,
    Incompatible,
    granted,
    incompatible_with,
    phone_tail,
)


def test_roles_grant_their_acts_together_and_unknown_ones_nothing() -> None:
    assert granted(frozenset({"administrator", "emperor"})) == {Act.APPOINT_STAFF}
    assert granted(frozenset()) == frozenset()


@pytest.mark.parametrize(
    ("typed", "tail"),
    [("+32 470 12 34 56", "70123456"), ("0470/12.34.56", "70123456"), ("12345", ""), ("rue 12345678", "")],
)
def test_a_subscriber_is_found_by_the_last_eight_digits(typed: str, tail: str) -> None:
    assert phone_tail(typed) == tail


def test_a_pair_counts_from_its_day(monkeypatch: pytest.MonkeyPatch) -> None:
    pair = Incompatible("finance", "secretary", date(2027, 1, 1), "a test")
    monkeypatch.setattr("commonweal.people.rules.INCOMPATIBLE", (pair,))
    assert incompatible_with("finance", frozenset({"secretary"}), date(2026, 12, 31)) == frozenset()
    assert incompatible_with("finance", frozenset({"secretary", "x"}), date(2027, 1, 1)) == {"secretary"}


def test_who_gives_roles_holds_no_other_and_who_counts_enters_no_ballots() -> None:
    today = date(2026, 11, 23)
    others = frozenset(role.code for role in ROLES) - {"administrator"}
    assert incompatible_with("administrator", others, today) == others
    assert incompatible_with("counter", frozenset({"programme", "finance"}), today) == {"programme"}
    assert all(each.why for each in INCOMPATIBLE)

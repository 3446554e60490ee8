"""What roles grant together, and what a subscriber is found by."""

from __future__ import annotations

import pytest

from commonweal.people.rules import Act, granted, phone_tail


def test_roles_grant_their_acts_together_and_unknown_ones_nothing() -> None:
    assert granted(frozenset({"administrator", "emperor"})) == {Act.APPOINT_STAFF}
    assert granted(frozenset()) == frozenset()


@pytest.mark.parametrize(
    ("typed", "tail"),
    [("+32 470 12 34 56", "70123456"), ("0470/12.34.56", "70123456"), ("12345", ""), ("rue 12345678", "")],
)
def test_a_subscriber_is_found_by_the_last_eight_digits(typed: str, tail: str) -> None:
    assert phone_tail(typed) == tail

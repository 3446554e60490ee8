"""The worked examples of leaving in the share register's text, reckoned again by the rules."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest

from commonweal.kernel.money import ShareValue, euros
from commonweal.membership.rules.estates import divided
from commonweal.membership.rules.exits import Outcome, refund_cents
from commonweal.membership.rules.movements import Held, giving_back
from commonweal.membership.rules.payments import owed_back
from commonweal.membership.rules.seasons import Answer, Asked, Line, answers
from commonweal.membership.rules.statutes import RefundRule

TEXT = " ".join(
    (Path(__file__).parents[2] / "docs" / "algorithms" / "share-register.md")
    .read_text(encoding="utf-8")
    .split()
)


def asked(counts: tuple[int, ...], value: ShareValue) -> list[Asked]:
    """A request for all shares of class A of a member each, 50 euro paid on every one."""
    lines = [Line("A", count, Held(count, count * 50_00), RefundRule.LOWER, value) for count in counts]
    return [Asked(place, place, True, line.count, (line,)) for place, line in enumerate(lines, 1)]


def shares(answer: Answer) -> int:
    return sum(each.shares for each in answer.refunds)


def test_the_exit_below_what_was_paid() -> None:
    held = Held(10, 500_00)
    refund = refund_cents(RefundRule.LOWER, 10, held, ShareValue.of("37.5"))
    assert refund == 375_00
    moved = {(account, owner): cents for account, owner, cents in giving_back("A", 1, 10, held, refund)[-2:]}
    assert moved == {("share-money", 0): -125_00, ("share-gain", 0): 125_00}
    assert "Refund: the lower of 500 and 375, so 375 euro." in TEXT
    assert "+12,500 on `share-gain`" in TEXT
    assert owed_back(1, refund) == (("refund-owed", 1, 375_00), ("share-refunds", 0, -375_00))
    assert "+37,500 on `refund-owed`, −37,500 on `share-refunds`" in TEXT


def test_the_season_that_pays_a_part() -> None:
    requests = asked((10, 5, 1), ShareValue.of("37.5"))
    total = sum(each.cents for each in answers(requests, Outcome.PAY))
    part = answers(requests, Outcome.PART, 300_00)
    granted = [shares(each) for each in part]
    amounts = [euros(each.cents) for each in part]
    assert f"paying everyone takes {euros(total)}" in TEXT
    assert f"Granted: {granted[0]}, {granted[1]} and {granted[2]} shares" in TEXT
    assert f"shares, {amounts[0]}, {amounts[1]} and {amounts[2]} euro" in TEXT
    assert [each.left for each in part] == [5, 2, 1]
    assert [each.state for each in part] == ["part", "part", "queued"]


def test_the_estate_paid_to_three_heirs() -> None:
    refund = refund_cents(RefundRule.LOWER, 10, Held(10, 500_00), ShareValue.of("37.55"))
    assert refund is not None
    first, second, third = (euros(each) for each in divided(refund, [Fraction(1, 3)] * 3))
    assert f"by the last accounts: {euros(refund)} euro" in TEXT
    assert f"get {first}, {second} and {third} euro" in TEXT
    taken = divided(10, [Fraction(1, 2), Fraction(1, 3), Fraction(1, 6)])
    assert f"taken over: {taken[0]}, {taken[1]} and {taken[2]}." in TEXT


def test_another_figure_would_be_noticed() -> None:
    part = answers(asked((10, 5, 1), ShareValue.of("37.49")), Outcome.PART, 300_00)
    with pytest.raises(AssertionError):
        assert f"shares, {euros(part[0].cents)}, " in TEXT


@pytest.mark.parametrize(("outcome", "state"), [(Outcome.SUSPEND, "queued"), (Outcome.REFUSE, "refused")])
def test_whoever_has_shares_waits_or_is_refused_and_who_has_none_is_done(
    outcome: Outcome, state: str
) -> None:
    waits, empty = *asked((10,), ShareValue.of("37.5")), Asked(2, 2, True, 0, ())
    assert [(each.state, each.left, each.cents) for each in answers([waits, empty], outcome)] == [
        (state, 10, 0),
        ("granted", 0, 0),
    ]

"""What may become what, in figures."""

from __future__ import annotations

from dataclasses import replace

import pytest

from commonweal.membership.rules.conversions import converted, even_step, may_convert
from commonweal.membership.rules.movements import Held
from commonweal.membership.rules.statutes import TERMS

A, B, _CLOSED, C = TERMS
HAS = Held(500, 3_100_00)


def test_shares_come_out_even_at_their_prices() -> None:
    assert (even_step(B, A), converted(250, B, A)) == (250, 31)
    assert (even_step(A, B), converted(31, A, B)) == (31, 250)
    assert (even_step(A, C), converted(5, A, C)) == (5, 1)
    assert (even_step(C, A), converted(1, C, A)) == (1, 5)


@pytest.mark.parametrize("count", range(1, 501))
def test_whatever_is_let_through_costs_the_same_before_and_after(count: int) -> None:
    allowed = may_convert(HAS, count, B, A, convertible=True)
    assert bool(allowed) == (count in (250, 500))
    if allowed:
        assert count * B.price_cents == converted(count, B, A) * A.price_cents


@pytest.mark.parametrize(
    ("code", "changes"),
    [
        ("not_convertible", {"convertible": False}),
        ("same_class", {"target": B}),
        ("too_few", {"count": 0}),
        ("too_few", {"count": 501}),
        ("not_paid", {"held": Held(500, 3_099_99)}),
        ("not_paid", {"source": replace(B, price_cents=6_10)}),
        ("not_even", {"count": 249}),
        ("not_on_issue", {"target": replace(A, on_issue=False)}),
        ("", {}),
    ],
)
def test_what_is_refused(code: str, changes: dict[str, object]) -> None:
    asked = {"held": HAS, "count": 250, "source": B, "target": A, "convertible": True, **changes}
    assert may_convert(**asked).code == code  # type: ignore[arg-type]

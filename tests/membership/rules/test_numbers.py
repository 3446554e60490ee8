"""The next member number follows the register's own series, whatever one typed far above it."""

from __future__ import annotations

import pytest

from commonweal.membership.rules.numbers import number_after

SERIES = list(range(2000, 0, -1))


@pytest.mark.parametrize(
    ("numbers", "following"),
    [
        ([], 1),
        ([1], 2),
        ([2001], 2002),
        (SERIES, 2001),
        ([9_999_999, *SERIES], 2001),
        ([2_000_000_000, 9_999_999, 20_001, *SERIES], 2001),
        ([9_999_999, 9_999_998, *SERIES], 2001),
        (list(range(3_000, 2_980, -1)) + list(range(500, 0, -1)), 3001),
        ([1005, 1004, 1003], 1006),
        ([2000, 1990, 1500, 1499], 2001),
        ([9_999_999], 1),
        ([9_999_999, 3, 2, 1], 4),
    ],
)
def test_the_number_after(numbers: list[int], following: int) -> None:
    assert number_after(numbers) == following

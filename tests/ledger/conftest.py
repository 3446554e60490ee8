"""A ledger of apples and coins, so that no test leans on what a real area keeps in it."""

from __future__ import annotations

import itertools
from collections.abc import Callable
from datetime import date

import pytest

from commonweal.ledger import actions
from commonweal.ledger.models import Operation
from tests import factories as make

DAY = date(2026, 3, 1)
_keys = itertools.count(1)


def draft(
    *entries: tuple[str, int, int], day: date = DAY, key: str = "", kind: str = "gift"
) -> actions.Draft:
    """An operation with these entries (account, owner, quantity)."""
    made = tuple(actions.Entry(*entry) for entry in entries)
    return actions.Draft(kind, key or f"test:{next(_keys)}", day, made, author="person:1")


def apples(owner: int, count: int, **more: object) -> actions.Draft:
    """Someone gets or gives back apples."""
    return draft(("apples", owner, count), ("tree", 0, -count), **more)  # type: ignore[arg-type]


@pytest.fixture
def accounts(db: None) -> None:
    open_accounts()


def open_accounts() -> None:
    """Baskets of 0 to 10 apples, a tree without limits, purses without debt, a till."""
    actions.open_accounts({"apples": "apple", "tree": "apple", "purse": "cent", "till": "cent"})
    actions.set_limits(
        [actions.Bound("apples", date(1900, 1, 1), 0, 10), actions.Bound("purse", date(1900, 1, 1), 0, None)]
    )


@pytest.fixture
def given(accounts: None) -> Callable[..., Operation]:
    """Posts apples: `given(owner, count, day=…)`."""
    return lambda owner, count, **more: actions.post(draft=apples(owner, count, **more), now=make.NOW)

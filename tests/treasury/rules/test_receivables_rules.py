"""What a receivable is called and what is due on it, from its facts alone."""

from __future__ import annotations

import re
from dataclasses import replace
from datetime import date

import pytest

from commonweal.kernel.subjects import kind_of, number_of
from commonweal.treasury.rules.matching import Due, less_a_charge
from commonweal.treasury.rules.names import HolderName
from commonweal.treasury.rules.receivables import (
    PAID_IN_FULL,
    SUBJECT_MAX,
    SUBJECT_PATTERN,
    TAKES_ALL,
    TAKES_PART,
    Expected,
    Standing,
)
from commonweal.treasury.rules.statements.communications import communication_of

EXPECTED = Expected(
    subject="invoice:12",
    communication="310000001473",
    holder="Rita Goossens",
    language="nl",
    due_cents=500_00,
    standing=Standing.DUE,
    state="sent",
    lapses_on=date(2026, 12, 1),
    names=(HolderName("Goossens", "Rita"),),
)


def test_a_subject_names_its_kind_and_its_number() -> None:
    assert (kind_of(EXPECTED.subject), number_of(EXPECTED.subject)) == ("invoice", 12)


@pytest.mark.parametrize(
    "text", ["", "invoice", "invoice:", "invoice:0", "invoice:01", "Invoice:1", "invoice:1 ", ":1"]
)
def test_what_is_no_subject(text: str) -> None:
    assert re.fullmatch(SUBJECT_PATTERN, text) is None


def test_a_subject_fits_where_it_is_kept() -> None:
    assert re.fullmatch(SUBJECT_PATTERN, f"application:{10**18 - 1}")
    assert len(f"application:{10**18 - 1}") <= SUBJECT_MAX


def test_what_is_due_is_what_it_costs_less_what_was_paid() -> None:
    due = Due.of(EXPECTED, 200_00)
    assert (due.open_cents, due.standing, due.lapses_on, due.names) == (
        300_00,
        Standing.DUE,
        EXPECTED.lapses_on,
        EXPECTED.names,
    )
    assert Due.of(replace(EXPECTED, standing=Standing.PAID), 500_00).open_cents == 0


def test_what_is_paid_or_ended_takes_no_money() -> None:
    assert set(Standing) - TAKES_ALL - TAKES_PART == PAID_IN_FULL | {Standing.ENDED}
    assert not PAID_IN_FULL & (TAKES_ALL | TAKES_PART)


def test_a_communication_is_made_in_a_series_of_ours_alone() -> None:
    assert communication_of("31", 147).startswith("3100000147")
    for series, number in (("77", 1), ("31", 0), ("31", 100_000_000)):
        with pytest.raises(ValueError, match=series):
            communication_of(series, number)


@pytest.mark.parametrize(
    ("came", "paid", "may_be"),
    [
        (14_00, 14_00, False),
        (9_50, 14_00, True),
        (7_00, 14_00, False),
        (1, 14_00, False),
        (950_00, 1000_00, True),
        (949_99, 1000_00, False),
        (15_00, 14_00, False),
    ],
)
def test_most_of_a_payment_may_be_what_a_bank_left_of_it(came: int, paid: int, may_be: bool) -> None:
    assert less_a_charge(came, paid) is may_be

"""Amounts as people type them and as sheets hold them: each kind of writing is read, asked about or refused."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.kernel.money import (
    ShareValue,
    UnreadableAmount,
    Wrong,
    cents_from_number,
    cents_from_text,
    euros,
    hundredths_from_text,
)

LANGUAGES = ("fr", "nl", "de", "en")
READ = [
    ("2000", 2_000_00),
    ("12,5", 12_50),
    ("12.5", 12_50),
    ("0,05", 5),
    ("007", 7_00),
    # Groups of three, by one mark that is not the one before the cents.
    ("1.234,56", 1_234_56),
    ("1,234.56", 1_234_56),
    ("1 234,56", 1_234_56),
    ("1 234", 1_234_00),
    ("1.234.567", 1_234_567_00),
    ("1,234,567.8", 1_234_567_80),
    ("48 203", 48_203_00),
    # Spaces of all kinds: no-break, narrow no-break, thin, figure, wide; two are as one.
    *((f"1{space}234,56", 1_234_56) for space in "\u00a0\u202f\u2009\u2007\u3000"),
    ("1  234", 1_234_00),
    # The Swiss write groups with an apostrophe, straight or curved.
    ("1'234.50", 1_234_50),
    ("1\u2019234\u2019567", 1_234_567_00),
    # The euro, once, before or behind.
    ("€ 12", 12_00),
    ("12€", 12_00),
    ("12\u00a0€", 12_00),
    ("EUR 1.234,5", 1_234_50),
    ("12 euro", 12_00),
    ("12,50 Euros", 12_50),
    # No cents, as shops and banks write it.
    ("50,-", 50_00),
    ("€ 1.250,--", 1_250_00),
    ("50.–", 50_00),
    # Zeros behind the cents are no part of one; four places are no group.
    ("48,2000", 48_20),
    ("1.125,000", 1_125_00),
    # Wide digits and those of other scripts; hidden marks are dropped.
    ("１２，５０", 12_50),
    ("١٢٫٥٠", 12_50),
    ("١٬٢٣٤", 1_234_00),
    ("۱۲", 12_00),
    ("\u202a12,50\u202c", 12_50),
]
REFUSED = [
    *((text, Wrong.TWO_READINGS) for text in ("48,203", "48.203", "€ 1.125", "1,000", "999.999", "٤٨,٢٠٣")),
    *((text, Wrong.PART_OF_A_CENT) for text in ("0,125", "0.125", "00,125", "1234,567", "1 234.567", "1.234,567")),
    *((text, Wrong.TWO_READINGS) for text in ("012,500", "000,500")),
    *((text, Wrong.PART_OF_A_CENT) for text in ("1000,000", "0,000", "0.000", "1234.500", "01.125")),
    *((text, Wrong.PART_OF_A_CENT) for text in ("48,2031", "1'234.567", "12,345678")),
    *((text, Wrong.NEGATIVE) for text in ("-5", "5-", "12,50-", "\u22125", "€ -5", "-€5", "5- €", "-48,203")),
    *((text, Wrong.NO_AMOUNT) for text in ("", " ", "twelve", "NaN", "1e3", "1/2", "+5", "½", "12²", "--5")),
    # Groups that are not regular, or parted by two marks, or by the one before the cents.
    *((text, Wrong.NO_AMOUNT) for text in ("12 34", "1,23,456", "12,345,6", "1.23.45", "1234 567", "0 123")),
    *((text, Wrong.NO_AMOUNT) for text in ("1 234.567,89", "1,234,56", "1,2,3", "1.234.", "12,", ",50", "1\u2019234 567")),
    # A break in it: two amounts of two lines or cells.
    *((text, Wrong.NO_AMOUNT) for text in ("1\n234", "1\t234", "1\x00234")),
    # The euro amid or twice; another currency; two scripts.
    *((text, Wrong.NO_AMOUNT) for text in ("12€50", "€12€", "€ 12 EUR", "12 $", "1٢", "1" * 41)),
]  # fmt: skip


@pytest.mark.parametrize(("text", "cents"), READ)
def test_amounts_are_read_as_people_write_them(text: str, cents: int) -> None:
    assert {cents_from_text(text, language) for language in LANGUAGES} == {cents}


@pytest.mark.parametrize(("text", "wrong"), REFUSED)
def test_what_is_no_amount_or_could_be_two_is_refused_in_every_language(text: str, wrong: Wrong) -> None:
    for language in LANGUAGES:
        with pytest.raises(UnreadableAmount) as refused:
            cents_from_text(text, language)
        assert (refused.value.wrong, refused.value.text.strip()) == (wrong, text.strip())
        assert bool(refused.value.readings) == (wrong == Wrong.TWO_READINGS)


@pytest.mark.parametrize(
    ("language", "readings"),
    [("en", ("48.20", "48\u00a0203")), *((code, ("48,20", "48\u00a0203")) for code in ("fr", "nl", "de"))],
)
@pytest.mark.parametrize("text", ["48,203", "48.203"])
def test_both_readings_are_shown_and_each_can_be_typed(
    text: str, language: str, readings: tuple[str, str]
) -> None:
    with pytest.raises(UnreadableAmount) as refused:
        cents_from_text(text, language)
    assert refused.value.readings == readings
    assert [cents_from_text(each, language) for each in readings] == [48_20, 48_203_00]


@given(st.integers(1, 999), st.integers(0, 999), st.sampled_from(",."), st.sampled_from(LANGUAGES))
def test_three_digits_behind_one_mark_are_never_guessed(
    whole: int, part: int, mark: str, language: str
) -> None:
    with pytest.raises(UnreadableAmount) as refused:
        cents_from_text(f"{whole}{mark}{part:03}", language)
    assert cents_from_text(refused.value.readings[1], language) == (whole * 1000 + part) * 100


@given(st.integers(0, 10**15))
def test_an_amount_written_out_reads_back(cents: int) -> None:
    assert cents_from_text(str(euros(cents))) == cents
    assert cents_from_number(euros(cents)) == cents


@given(st.text(max_size=50))
def test_any_text_is_an_amount_or_refused_as_one(text: str) -> None:
    try:
        cents = cents_from_text(text)
    except UnreadableAmount:
        return
    assert cents >= 0


@pytest.mark.parametrize(
    ("number", "cents"), [("1500", 1_500_00), ("0.3", 30), ("1.125E+3", 1_125_00), ("0.000", 0)]
)
def test_a_number_of_a_sheet_is_that_number(number: str, cents: int) -> None:
    assert cents_from_number(Decimal(number)) == cents


@pytest.mark.parametrize(
    ("number", "wrong"),
    [
        ("1.125", Wrong.PART_OF_A_CENT),
        ("33.3333333333333", Wrong.PART_OF_A_CENT),
        ("-5", Wrong.NEGATIVE),
        ("Infinity", Wrong.NO_AMOUNT),
        ("1E+30", Wrong.NO_AMOUNT),
    ],
)
def test_a_number_with_a_part_of_a_cent_or_below_zero_is_refused(number: str, wrong: Wrong) -> None:
    with pytest.raises(UnreadableAmount) as refused:
        cents_from_number(Decimal(number))
    assert refused.value.wrong == wrong


@pytest.mark.parametrize(("text", "hundredths"), [("3", 3_00), ("3,25 %", 3_25), ("3.5", 3_50), ("0,01%", 1)])
def test_a_rate_is_read_in_hundredths_of_a_percent(text: str, hundredths: int) -> None:
    assert hundredths_from_text(text) == hundredths


def test_a_rate_with_three_decimals_is_asked_about() -> None:
    with pytest.raises(UnreadableAmount) as refused:
        hundredths_from_text("3,125 %", "fr")
    assert refused.value.readings == ("3,12", "3\u00a0125")


def test_the_value_of_a_share_has_four_decimals() -> None:
    value = ShareValue.from_text("48,2031", "nl")
    assert (str(value), value.euro) == ("48.2031", Decimal("48.2031"))
    assert ShareValue.of(str(value)) == value
    assert ShareValue.from_text("37,5") < ShareValue.from_text("€ 37.5001")
    assert ShareValue.from_text("0,125") == ShareValue(1_250)


def test_the_value_of_a_share_is_asked_about_as_every_amount_is() -> None:
    with pytest.raises(UnreadableAmount) as refused:
        ShareValue.from_text("48,203", "fr")
    assert refused.value.readings == ("48,2030", "48\u00a0203")
    assert ShareValue.from_text(refused.value.readings[0], "fr") == ShareValue(482_030)


@pytest.mark.parametrize("text", ["48,20311", "-1", "ten"])
def test_what_is_no_value_of_a_share_is_refused(text: str) -> None:
    with pytest.raises(UnreadableAmount):
        ShareValue.from_text(text)


@pytest.mark.parametrize("kept", ["", "48,2", "-1", "1.23456", "x"])
def test_a_value_is_kept_as_a_plain_decimal(kept: str) -> None:
    with pytest.raises(ValueError):
        ShareValue.of(kept)


def test_no_share_is_worth_less_than_nothing() -> None:
    with pytest.raises(ValueError):
        ShareValue(-1)


def test_shares_are_worth_their_value_rounded_down_to_a_cent() -> None:
    value = ShareValue.from_text("33,3333")
    assert (value.cents_for(3), value.cents_for(1), value.cents_for(0)) == (99_99, 33_33, 0)
    assert not value.exceeds(100_00, 3)
    assert value.exceeds(99_99, 3)


def test_noughts_before_three_digits_are_asked_about_with_both_readings() -> None:
    for text, readings in (("012,500", ("12,50", "12\u00a0500")), ("000,500", ("0,50", "500"))):
        with pytest.raises(UnreadableAmount) as refused:
            cents_from_text(text, "fr")
        assert refused.value.readings == readings
        assert [cents_from_text(each, "fr") for each in readings]
    assert ShareValue.from_text("1000,000").units == 1000_0000

"""Sheets cell by cell: what is read, what is refused in which row and column, and what no spoiled file gets past."""

from __future__ import annotations

import csv
import io
import random
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import pytest
import xlsxwriter

from commonweal.membership.rules.imports import (
    COLUMNS,
    ImportKind,
    MovementRow,
    member_row,
    movement_row,
)
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.rules.sheets import CELL_MAX, UnreadableSheet, _cell, as_text, rows_of

NAMES = {"number": True, "name": True, "day": False}
MEMBER = {
    "number": "12",
    "given_name": "Anna",
    "family_name": "Peeters",
    "language": "nl",
    "postcode": "3000",
    "joined_on": "2019-05-01",
}
MOVEMENT = {
    "reference": "R1",
    "number": "12",
    "kind": "subscription",
    "share_class": "A",
    "count": "3",
    "amount": "150,00",
    "effective_on": "01/06/2020",
}


def read(text: str | bytes) -> list[tuple[int, dict[str, Any]]]:
    return list(rows_of(text.encode() if isinstance(text, str) else text, NAMES))


def xlsx(rows: list[list[Any]]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out)
    sheet, day = book.add_worksheet(), book.add_format({"num_format": "yyyy-mm-dd"})
    for line, row in enumerate(rows):
        for column, cell in enumerate(row):
            if isinstance(cell, datetime):
                sheet.write_datetime(line, column, cell, day)
            else:
                sheet.write(line, column, cell)
    book.close()
    return out.getvalue()


@pytest.mark.parametrize(
    ("number", "cents"), [(1500, 1_500_00), (1.13, 1_13), (0.1 + 0.2, 30), (1125.5, 1_125_50)]
)
def test_a_number_of_a_spreadsheet_is_that_amount_whatever_marks_a_language_uses(
    number: float, cents: int
) -> None:
    columns = dict.fromkeys(MOVEMENT, True)
    made = xlsx([list(MOVEMENT), [*({**MOVEMENT, "amount": number}).values()]])
    ((row, cells),) = rows_of(made, columns)
    found, problems = movement_row(row, dict.fromkeys(COLUMNS[ImportKind.MOVEMENTS], "") | cells)
    assert (found.cents, problems) == (cents, [])


def test_a_number_with_three_decimals_is_refused_and_never_a_thousand() -> None:
    """The sheet of the trials: a numeric cell 1.125 came in as 1,125.00 euro."""
    _found, problems = movement_row(
        2, dict.fromkeys(COLUMNS[ImportKind.MOVEMENTS], "") | MOVEMENT | {"amount": Decimal("1.125")}
    )
    assert [(each.column, each.reason % each.values) for each in problems] == [
        ("amount", "This amount has parts of a cent: 1.125.")
    ]


def test_a_text_that_means_two_amounts_is_asked_about_with_both() -> None:
    _found, problems = movement_row(
        2, dict.fromkeys(COLUMNS[ImportKind.MOVEMENTS], "") | MOVEMENT | {"amount": "48,203"}
    )
    assert [each.reason % each.values for each in problems] == [
        "“48,203” can be read in two ways: 48.20 or 48\u00a0203. Write the one meant."
    ]


def test_whole_numbers_and_texts_are_the_same_from_both_kinds_of_sheet() -> None:
    assert [as_text(_cell(each)) for each in (12.0, 3, 2.5, True, "x", 9000.0)] == [
        "12",
        "3",
        "2.5",
        "1",
        "x",
        "9000",
    ]
    found, problems = of_movement(number=Decimal(12), count=Decimal(3), document=Decimal("7.5"))
    assert (found.number, found.count, found.document, problems) == (12, 3, "7.5", [])


@pytest.mark.parametrize("mark", [";", ",", "\t"])
def test_a_csv_is_read_whatever_parts_its_cells(mark: str) -> None:
    text = f'\ufeffNumber{mark}name{mark}\r\n1{mark}"Zoë ""Zo"""\r\n\r\n2{mark}B{mark}\r\n'
    assert read(text) == [
        (2, {"number": "1", "name": 'Zoë "Zo"', "day": ""}),
        (4, {"number": "2", "name": "B", "day": ""}),
    ]


def test_an_xlsx_is_read_as_its_csv_would_be() -> None:
    made = xlsx([["number", "name", "day"], [1, "Zoë", datetime(2020, 2, 3)], [2.5, True, ""]])
    assert read(made) == [
        (2, {"number": Decimal(1), "name": "Zoë", "day": "2020-02-03"}),
        (3, {"number": Decimal("2.5"), "name": "1", "day": ""}),
    ]
    assert _cell(date(2020, 2, 3)) == _cell(datetime(2020, 2, 3, 10, 30)) == "2020-02-03"


@pytest.mark.parametrize(
    ("text", "row", "word"),
    [
        ("", 1, "name the columns"),
        ("number;number;name\n", 1, "same name"),
        ("number;name;colour\n", 1, "not in the list"),
        ("number;day\n", 1, "missing"),
        ("number;name\n1;a\n2;b;c\n", 3, "more cells"),
        ("number;name\n1;" + "a" * (CELL_MAX + 1) + "\n", 2, "too long"),
        ('number;name\n1;"a"b\n', 2, "quotes"),
        ('number;name\n1;a\n2;"b\n', 3, "quotes"),
        (b"number;name\n1;a\n2;Zo\xeb\n", 1, "UTF-8"),
        (";".join(f"c{n}" for n in range(61)), 1, "too many columns"),
        (b"PK\x03\x04 and nothing more", 1, "XLSX"),
    ],
)
def test_what_cannot_be_read_is_refused_with_its_row(text: str | bytes, row: int, word: str) -> None:
    with pytest.raises(UnreadableSheet, match=word) as refused:
        read(text)
    assert refused.value.row >= row


def test_a_sheet_that_would_unfold_without_end_is_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    made = xlsx([["number", "name"], [1, "a"]])
    monkeypatch.setattr("commonweal.membership.rules.sheets.CELLS_MAX", 3)
    with pytest.raises(UnreadableSheet, match="too large"):
        read(made)


def of_member(**changes: str) -> tuple[Any, list[str]]:
    found, problems = member_row(
        7, dict.fromkeys(COLUMNS[ImportKind.MEMBERS], "") | MEMBER | changes, date(2026, 11, 30)
    )
    assert {each.row for each in problems} <= {7}
    return found, [each.column for each in problems]


def of_movement(**changes: str | Decimal) -> tuple[MovementRow, list[str]]:
    found, problems = movement_row(7, dict.fromkeys(COLUMNS[ImportKind.MOVEMENTS], "") | MOVEMENT | changes)
    return found, [each.column for each in problems]


def test_a_member_is_a_person_or_an_organisation() -> None:
    found, problems = of_member(born_on="31/12/1950", email="a@b.example", left_on="2020-01-01")
    assert problems == []
    assert (found.name, found.number, found.born_on) == ("Anna Peeters", 12, date(1950, 12, 31))
    found, problems = of_member(
        given_name="", family_name="", organisation="Le Verger", company_number="BE 0403.581.960"
    )
    assert problems == []
    assert (found.name, found.company_number) == ("Le Verger", "0403581960")


def test_one_name_is_enough() -> None:
    for changes in ({"given_name": ""}, {"given_name": "Suharto", "family_name": ""}):
        found, problems = of_member(**changes)
        assert problems == []
        assert (found.given_name, found.family_name) == ("", changes.get("given_name") or "Peeters")
        assert found.name == found.family_name


@pytest.mark.parametrize(
    ("changes", "columns"),
    [
        ({"number": "0"}, ["number"]),
        ({"number": ""}, ["number"]),
        ({"number": "12a"}, ["number"]),
        ({"number": "٣"}, ["number"]),
        ({"born_on": "0958-01-01"}, ["born_on"]),
        ({"born_on": "2099-01-01"}, ["born_on", "joined_on"]),
        ({"born_on": "2026-12-01"}, ["born_on", "joined_on"]),
        ({"born_on": "2019-12-31"}, ["joined_on"]),
        ({"email": "a@b"}, ["email"]),
        ({"email": "a@b..be"}, ["email"]),
        ({"given_name": "", "family_name": ""}, ["family_name"]),
        ({"organisation": "Le Verger"}, ["family_name"]),
        ({"company_number": "0403.581.961"}, ["company_number"]),
        ({"language": "es"}, ["language"]),
        ({"language": ""}, ["language"]),
        ({"joined_on": "2019-02-30"}, ["joined_on"]),
        ({"joined_on": "1/2"}, ["joined_on"]),
        ({"joined_on": "19-02-03"}, ["joined_on"]),
        ({"joined_on": ""}, ["joined_on"]),
        ({"left_on": "2019-04-30"}, ["left_on"]),
        ({"email": "nobody"}, ["email"]),
        ({"email": "a b@c"}, ["email"]),
        ({"given_name": "a" * 81}, ["given_name"]),
        ({"number": "x", "language": "x"}, ["number", "language"]),
    ],
)
def test_each_wrong_cell_of_a_member_is_named(changes: dict[str, str], columns: list[str]) -> None:
    assert of_member(**changes)[1] == columns


@pytest.mark.parametrize(
    ("changes", "entries"),
    [
        ({}, [("shares.A", 12, 3), ("paid.A", 12, 150_00)]),
        ({"kind": "payment", "count": "0"}, [("shares.A", 12, 0), ("paid.A", 12, 150_00)]),
        ({"kind": "refund"}, [("shares.A", 12, -3), ("paid.A", 12, -150_00)]),
        (
            {"kind": "transfer", "counterpart": "13"},
            [("shares.A", 12, -3), ("paid.A", 12, -150_00), ("shares.A", 13, 3), ("paid.A", 13, 150_00)],
        ),
        (
            {"kind": "conversion", "to_class": "B", "to_count": "24"},
            [("shares.A", 12, -3), ("paid.A", 12, -150_00), ("shares.B", 12, 24), ("paid.B", 12, 150_00)],
        ),
    ],
)
def test_a_movement_says_what_comes_and_goes(changes: dict[str, str], entries: list[Any]) -> None:
    found, problems = of_movement(**changes)
    assert problems == []
    assert [entry for entry in found.entries() if entry[1]] == entries
    assert found.key == "import:R1"


@pytest.mark.parametrize(
    ("changes", "columns"),
    [
        ({"reference": ""}, ["reference"]),
        ({"kind": "correction"}, ["kind"]),
        ({"kind": "gift"}, ["kind"]),
        ({"count": "-3"}, ["count"]),
        ({"count": "0"}, ["count"]),
        ({"kind": "payment"}, ["count"]),
        ({"amount": "a lot"}, ["amount"]),
        ({"amount": "99999999999999"}, ["amount"]),
        ({"amount": "-150"}, ["amount"]),
        ({"amount": "48,203"}, ["amount"]),
        ({"amount": "1.125"}, ["amount"]),
        ({"amount": "0,125"}, ["amount"]),
        ({"amount": Decimal("1.125")}, ["amount"]),
        ({"amount": Decimal("-150")}, ["amount"]),
        ({"amount": ""}, ["amount"]),
        ({"kind": "transfer"}, ["counterpart"]),
        ({"kind": "transfer", "counterpart": "12"}, ["counterpart"]),
        ({"counterpart": "13"}, ["counterpart"]),
        ({"kind": "conversion", "to_class": "B"}, ["to_class"]),
        ({"kind": "conversion", "to_class": "A", "to_count": "3"}, ["to_class"]),
        ({"to_class": "B", "to_count": "3"}, ["to_class"]),
        ({"effective_on": "soon"}, ["effective_on"]),
    ],
)
def test_each_wrong_cell_of_a_movement_is_named(changes: dict[str, str], columns: list[str]) -> None:
    assert of_movement(**changes)[1] == columns


def test_gives_says_which_movements_take_shares_away() -> None:
    assert not of_movement()[0].gives
    assert of_movement(kind="refund")[0].gives
    assert of_movement()[0].kind == MovementKind.SUBSCRIPTION


def sheet(rows: int) -> bytes:
    out = io.StringIO()
    told = csv.DictWriter(out, list(COLUMNS[ImportKind.MOVEMENTS]), restval="", delimiter=";")
    told.writeheader()
    for number in range(1, rows + 1):
        told.writerow(MOVEMENT | {"reference": f"R{number}", "number": str(number)})
    return out.getvalue().encode()


def spoiled(content: bytes, dice: random.Random) -> bytes:
    """The sheet with one thing wrong: bytes changed, lost, doubled, cut, quotes and marks put in."""
    at, how = dice.randrange(len(content)), dice.randrange(6)
    piece = dice.choice(
        [b'"', b";", b"\n", b"\x00", b"\xff", b"=1+1", b"999999999999999", b"\xe2\x80\xae", b"-"]
    )
    return (
        content[:at] + piece + content[at + 1 :],
        content[:at] + piece + content[at:],
        content[:at] + content[at + dice.randrange(1, 40) :],
        content[:at],
        content[:at] + content[max(0, at - 30) :],
        content[:at] + bytes([dice.randrange(256)]) + content[at + 1 :],
    )[how]


def outcomes(count: int, made: bytes, seed: int) -> dict[str, int]:
    """What became of so many spoiled sheets. Each is read, or told with row and column; nothing else can happen."""
    dice, found = random.Random(seed), {"read": 0, "cells": 0, "refused": 0}
    names = {name: needed for name, (needed, _text) in COLUMNS[ImportKind.MOVEMENTS].items()}
    for _turn in range(count):
        content = spoiled(made, dice)
        lines = content.count(b"\n") + content.count(b"\r") + 2
        refusal, problems = None, []
        try:
            problems = [each for row in rows_of(content, names) for each in movement_row(*row)[1]]
        except UnreadableSheet as refused:
            refusal = refused
        if refusal:
            assert 1 <= refusal.row <= lines
        assert all(1 < each.row <= lines and each.column in names for each in problems)
        found["refused" if refusal else "cells" if problems else "read"] += 1
    return found


def test_spoiled_sheets_are_refused_with_their_row() -> None:
    found = outcomes(300, sheet(20), seed=1)
    assert found["refused"] > 20
    assert found["cells"] > 20


def test_spoiled_xlsx_sheets_are_refused() -> None:
    made = xlsx([list(MOVEMENT), *[list(MOVEMENT.values())] * 5])
    dice, names = (
        random.Random(2),
        {name: needed for name, (needed, _) in COLUMNS[ImportKind.MOVEMENTS].items()},
    )
    refused = 0
    for _turn in range(150):
        try:
            list(rows_of(spoiled(made, dice), names))
        except UnreadableSheet:
            refused += 1
    assert refused > 50


@pytest.mark.proof
def test_a_thousand_spoiled_sheets() -> None:
    found = outcomes(2_000, sheet(40), seed=20261125)
    assert found["refused"] + found["cells"] >= 1_000
    print(f"\n2,000 spoiled sheets of movements: {found}")


@pytest.mark.parametrize(
    ("cells", "wrong"),
    [
        ({"country": "fr", "postcode": "59000", "town": "Lille"}, []),
        ({"country": "IE", "postcode": "", "town": "Cork"}, []),
        ({"country": "ZZ", "postcode": "59000", "town": "Lille"}, ["country"]),
        ({"country": "FR", "postcode": "59000"}, ["town"]),
        ({"country": "FR", "postcode": "59;000", "town": "Lille"}, ["postcode"]),
        ({"country": "FR", "postcode": "59000", "town": "Lille", "nis": "62063"}, ["nis"]),
        ({"town": "Leuven"}, ["town"]),
    ],
)
def test_a_place_abroad_is_a_country_and_a_town(cells: dict[str, str], wrong: list[str]) -> None:
    found, problems = of_member(**cells)
    assert problems == wrong
    assert found.country == cells.get("country", "BE").upper()

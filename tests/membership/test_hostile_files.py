"""Sheets and bank files built to exhaust their reader: refused in words, and nothing else ends."""

from __future__ import annotations

import io
import threading
from typing import Any

import pytest
import xlsxwriter
from django.db import connections
from django.utils import translation
from django.utils.translation import gettext

from commonweal.membership import actions, tasks
from commonweal.membership.actions import imports
from commonweal.membership.queries import readers
from commonweal.membership.rules.imports import COLUMNS, ImportKind
from commonweal.membership.states import ImportState
from commonweal.treasury.actions import payments
from commonweal.treasury.queries import readers as bank_readers
from tests import factories as make
from tests.kernel import work_apart
from tests.membership.test_imports import person_row, sheet

pytestmark = [pytest.mark.django_db, pytest.mark.apart]
LAST_ROW, LAST_COLUMN = 1_048_575, 16_383


def far_cell(row: int, column: int) -> bytes:
    """A sheet of members with one cell far away from all others."""
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"constant_memory": True}) as book:
        sheet = book.add_worksheet()
        sheet.write_row(0, 0, list(COLUMNS[ImportKind.MEMBERS]))
        sheet.write(row, column, "x")
    return out.getvalue()


@pytest.mark.parametrize(
    ("row", "column"),
    [(LAST_ROW, LAST_COLUMN), (LAST_ROW, 59), (5, LAST_COLUMN)],
    ids=["corner", "BH", "right"],
)
@pytest.mark.parametrize("language", ["fr"])
def test_a_cell_far_away_is_a_problem_of_the_sheet_and_ends_nothing(
    row: int, column: int, language: str
) -> None:
    content = far_cell(row, column)
    assert len(content) < 10_000
    found = actions.upload_import(
        kind=ImportKind.MEMBERS, name="far.xlsx", content=content, by=None, now=make.NOW, background=False
    )
    found = actions.check_import(importing=found, now=make.NOW)
    assert found.state == ImportState.CHECKED
    ((at, _column, reason, _values),) = found.problems
    assert at == 1
    with translation.override(language):
        assert gettext(reason) != reason
    assert "CSV" in reason


def test_a_sheet_that_cannot_be_read_again_while_it_comes_in_stops_and_says_why(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    content = sheet(ImportKind.MEMBERS, person_row(1))
    found = actions.upload_import(
        kind=ImportKind.MEMBERS, name="a.csv", content=content, by=None, now=make.NOW, background=False
    )
    found = actions.check_import(importing=found, now=make.NOW)
    assert not found.problems
    found = actions.load_import(importing=found, by=None, now=make.NOW, background=False)
    monkeypatch.setattr(readers, "rows_of", work_apart.dies)
    found = actions.run_import(importing=found, now=make.NOW)
    assert found.state == ImportState.STOPPED
    assert "memory" in found.reason


@pytest.mark.parametrize("language", ["en", "nl"])
def test_a_statement_that_takes_too_long_is_refused_in_the_readers_language(
    monkeypatch: pytest.MonkeyPatch, language: str
) -> None:
    monkeypatch.setattr(bank_readers, "read_file", work_apart.dies)
    finance = make.staff("finance")
    with translation.override(language), pytest.raises(payments.FileRefused) as refused:
        payments.upload_file(
            name="a.xml", content=b"<Document/>", account="BE68539007547034", by=finance, now=make.NOW
        )
    assert {"en": "fewer days", "nl": "minder dagen"}[language] in str(refused.value)


@pytest.mark.django_db(transaction=True)
def test_a_sheet_can_be_thrown_away_while_it_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    content = sheet(ImportKind.MEMBERS, person_row(1))
    found = actions.upload_import(
        kind=ImportKind.MEMBERS, name="a.csv", content=content, by=None, now=make.NOW, background=False
    )
    reads, in_time = imports.checked, []

    def thrown_away() -> None:
        try:
            actions.discard_import(importing=found, by=None, now=make.NOW)
        finally:
            connections.close_all()

    hand = threading.Thread(target=thrown_away)

    def meanwhile(*given: Any) -> Any:
        hand.start()
        hand.join(10)
        in_time.append(not hand.is_alive())
        return reads(*given)

    monkeypatch.setattr(imports, "checked", meanwhile)
    tasks.check(import_id=found.pk)
    hand.join(10)
    assert in_time == [True]
    found.refresh_from_db()
    assert found.state == ImportState.DISCARDED

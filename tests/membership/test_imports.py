"""Sheets of members and movements: a check that writes nothing, a load in pieces that goes on where it was cut off."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from commonweal.kernel.decision import NotAllowed
from commonweal.ledger import actions as ledger
from commonweal.ledger import queries as books
from commonweal.membership import actions, queries
from commonweal.membership.actions import imports
from commonweal.membership.models import Import, Member
from commonweal.membership.rules.imports import ImportKind
from commonweal.membership.states import IMPORT, ImportState
from commonweal.people.models import Organisation, Person
from tests import factories as make
from tests.membership.imports_steps import brought_in, moves, person_row, sheet, uploaded, wrong

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)


def held(number: int, share_class: str = "A", day: date = DAY) -> tuple[int, int]:
    found = queries.held_on(number, share_class, day)
    return found.shares, found.paid_cents


def since(year: int) -> Member:
    return make.member(joined_on=date(year, 1, 1))


def test_members_come_in_with_their_numbers_and_once() -> None:
    rows = [
        person_row(7, email="anna@people.example", born_on="1950-12-31", left_on="2024-01-01"),
        person_row(9, given_name="", family_name="", organisation="Le Verger", company_number="0403.581.960"),
    ]
    done = brought_in(ImportKind.MEMBERS, *rows)
    assert (done.state, done.row_count, done.done_count, done.content) == (ImportState.DONE, 2, 2, None)
    anna, verger = Member.objects.order_by("number")
    assert anna.person is not None
    assert (anna.number, str(anna.person), anna.person.email) == (7, "Anna Peeters 7", "anna@people.example")
    assert (anna.left_on, anna.municipality_id) == (date(2024, 1, 1), "62063")
    assert verger.organisation is not None
    assert verger.organisation.company_number == "0403581960"
    again = brought_in(ImportKind.MEMBERS, *rows)
    assert (again.known_count, Member.objects.count(), Organisation.objects.count()) == (2, 2, 1)


def test_a_couple_that_shares_an_address_stays_two_people() -> None:
    brought_in(
        ImportKind.MEMBERS,
        person_row(1, email="home@people.example"),
        person_row(2, email="home@people.example"),
    )
    assert Person.objects.filter(email="home@people.example").count() == 2


def test_an_organisation_that_is_known_is_found_by_its_number() -> None:
    known = make.organisation(make.person(), name="Known", number="0403581960")
    brought_in(
        ImportKind.MEMBERS,
        person_row(3, given_name="", family_name="", organisation="Known", company_number="0403581960"),
    )
    assert Member.objects.get(number=3).organisation == known
    found = uploaded(
        ImportKind.MEMBERS,
        person_row(4, given_name="", family_name="", organisation="Known", company_number="0403581960"),
    )
    assert wrong(found) == [(2, "company_number")]


def test_a_check_names_each_problem_of_members_and_writes_nothing() -> None:
    make.municipality("62003", "Ans").postcodes.get_or_create(code="4000")
    make.municipality("62006", "Awans").postcodes.get_or_create(code="4340")
    brought_in(ImportKind.MEMBERS, person_row(1, nis="62063"))
    before = Person.objects.count()
    found = uploaded(
        ImportKind.MEMBERS,
        person_row(1, family_name="Somebody Else"),
        person_row(2),
        person_row(2, nis="62063"),
        person_row(3, postcode="9999"),
        person_row(4, nis="62006"),
        person_row(5, language="xx", joined_on="never"),
        person_row(6, nis="62003"),
    )
    assert wrong(found) == [
        *((2, "number"), (3, "nis"), (4, "number"), (5, "postcode"), (6, "nis")),
        *((7, "language"), (7, "joined_on")),
    ]
    assert (found.state, found.row_count) == (ImportState.CHECKED, 7)
    assert Person.objects.count() == before
    with pytest.raises(actions.CannotMove, match="Mend the rows"):
        actions.load_import(importing=found, by=None, now=make.NOW)


def test_movements_come_in_in_the_order_of_their_days() -> None:
    one, two = since(2010), since(2010)
    done = brought_in(
        ImportKind.MOVEMENTS,
        moves("4", one.number, kind="refund", count=1, amount="50", effective_on="2023-01-01"),
        moves("3", one.number, kind="transfer", count=2, amount="100", effective_on="2022-01-01")
        | {"counterpart": two.number},
        moves("1", one.number, count=10, amount="400"),
        moves("2", one.number, kind="payment", count=0, amount="100", effective_on="2021-01-01"),
        moves("5", two.number, share_class="B", count=5, amount="31", effective_on="2013-01-01")
        | {"kind": "subscription"},
    )
    assert done.state == ImportState.DONE
    assert held(one.number) == (7, 350_00)
    assert held(two.number) == (2, 100_00)
    assert held(two.number, "B") == (5, 31_00)
    assert books.troubles() == []


def test_a_conversion_comes_in_as_two_classes() -> None:
    one = since(2010)
    brought_in(
        ImportKind.MOVEMENTS,
        moves("1", one.number, share_class="B", count=250, amount="1550", effective_on="2013-01-01"),
        moves("2", one.number, share_class="B", count=250, amount="1550", kind="conversion")
        | {"to_class": "A", "to_count": 31},
    )
    assert (held(one.number, "B"), held(one.number)) == ((0, 0), (31, 1550_00))


def test_the_same_movements_twice_change_nothing() -> None:
    one = since(2010)
    rows = [moves("1", one.number), moves("2", one.number, kind="refund", count=1, amount="50")]
    brought_in(ImportKind.MOVEMENTS, *rows)
    again = brought_in(ImportKind.MOVEMENTS, *rows, moves("3", one.number, effective_on="2021-01-01"))
    assert (again.known_count, again.done_count) == (2, 3)
    assert held(one.number) == (5, 250_00)


def test_a_check_names_each_problem_of_movements_and_writes_nothing() -> None:
    one, two = since(2010), since(2010)
    brought_in(ImportKind.MOVEMENTS, moves("1", one.number))
    operations = books.last_seal()
    found = uploaded(
        ImportKind.MOVEMENTS,
        moves("1", one.number, count=4, amount="200"),
        moves("2", one.number, kind="refund", count=4, amount="100", effective_on="2020-07-01"),
        moves("3", two.number, count=101, amount="5050"),
        moves("4", 999),
        moves("5", two.number, amount="151"),
        moves("6", two.number, share_class="Z"),
        moves("7", two.number, effective_on="1999-01-01"),
        moves("2", two.number),
        moves("8", one.number, kind="transfer", count=1, amount="50", counterpart=998),
        moves("9", two.number, kind="payment", count=0, amount="10"),
        moves("10", two.number, kind="refund", count=1, amount="5500", effective_on="2021-01-01"),
    )
    assert wrong(found) == [
        *((2, "reference"), (3, "count"), (4, "count"), (5, "number"), (6, "amount"), (7, "share_class")),
        *((8, "effective_on"), (9, "reference"), (10, "counterpart"), (12, "amount")),
    ]
    assert books.last_seal() == operations


def test_the_check_says_what_the_ledger_would_say() -> None:
    """A row the check lets pass comes in, a row it blames would be refused: also on days before what is there."""
    one = since(2010)
    brought_in(
        ImportKind.MOVEMENTS,
        moves("1", one.number),
        moves("2", one.number, kind="refund", count=3, effective_on="2021-01-01"),
    )
    for count, day, fine in (
        (1, "2020-12-31", False),
        (1, "2021-01-01", False),
        (97, "2020-07-01", True),
        (98, "2020-07-01", False),
    ):
        kind = "subscription" if count > 50 else "refund"
        row = moves("3", one.number, kind=kind, count=count, amount="50", effective_on=day)
        found = uploaded(ImportKind.MOVEMENTS, row)
        assert (found.problem_count == 0) is fine, row
        draft = ledger.Draft(
            *("trial", f"trial:{count}:{day}", date.fromisoformat(day)),
            tuple(
                ledger.Entry(*each)
                for each in next(imports.movement_rows(sheet(ImportKind.MOVEMENTS, row))).entries()
            ),
        )
        try:
            with transaction.atomic():
                ledger.post(draft=draft, now=make.NOW)
                let_in = True
                transaction.set_rollback(True)
        except ledger.BeyondLimit:
            let_in = False
        assert let_in is fine, row


def test_an_empty_or_unreadable_sheet_is_a_problem_with_a_row() -> None:
    assert wrong(uploaded(ImportKind.MOVEMENTS)) == [(2, "")]
    found = actions.upload_import(
        kind=ImportKind.MEMBERS,
        name="a.csv",
        content=b"colour\nred\n",
        by=None,
        now=make.NOW,
        background=False,
    )
    assert wrong(actions.check_import(importing=found, now=make.NOW)) == [(1, "")]


def test_a_load_that_is_cut_off_goes_on_where_it_was(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(ledger, "CHUNK", 10)
    one = since(2010)
    start = date(2020, 1, 1)
    rows = [
        moves(str(n), one.number, count=1, amount="50", effective_on=(start + timedelta(days=n)).isoformat())
        for n in range(45)
    ]
    checked = uploaded(ImportKind.MOVEMENTS, *rows)
    started = actions.load_import(importing=checked, by=None, now=make.NOW, background=False)
    real, calls = ledger.post_many, []

    def cut_off(**given: Any) -> int:
        calls.append(1)
        if len(calls) == 3:
            real(**given)
            raise KeyboardInterrupt
        return real(**given)

    monkeypatch.setattr(ledger, "post_many", cut_off)
    with pytest.raises(KeyboardInterrupt):
        actions.run_import(importing=started, now=make.NOW)
    started.refresh_from_db()
    assert (started.state, started.done_count, held(one.number)) == (ImportState.LOADING, 20, (20, 1000_00))
    again = actions.load_import(importing=started, by=None, now=make.NOW, background=False)
    done = actions.run_import(importing=again, now=make.NOW)
    assert (done.state, done.done_count, held(one.number)) == (ImportState.DONE, 45, (45, 2250_00))
    assert len(calls) == 3 + 3, "the two pieces that were in are not posted again"


def test_what_the_register_refuses_meanwhile_stops_the_load_and_says_why() -> None:
    one = since(2010)
    checked = uploaded(ImportKind.MOVEMENTS, moves("1", one.number, count=60, amount="3000"))
    make.shares(one, 50)
    started = actions.load_import(importing=checked, by=None, now=make.NOW, background=False)
    stopped = actions.run_import(importing=started, now=make.NOW)
    assert (stopped.state, stopped.done_count) == (ImportState.STOPPED, 0)
    assert "more than is allowed" in stopped.reason
    gone = actions.discard_import(importing=stopped, by=make.staff("secretary"), now=make.NOW)
    assert (gone.state, gone.content) == (ImportState.DISCARDED, None)
    with pytest.raises(actions.CannotMove):
        actions.load_import(importing=gone, by=None, now=make.NOW)


def test_members_of_a_place_that_vanished_stop_the_load() -> None:
    checked = uploaded(ImportKind.MEMBERS, person_row(1))
    make.municipality().postcodes.all().delete()
    started = actions.load_import(importing=checked, by=None, now=make.NOW, background=False)
    assert actions.run_import(importing=started, now=make.NOW).state == ImportState.STOPPED


def test_only_the_secretary_brings_sheets_in(run_jobs: Callable[[], int]) -> None:
    stranger, secretary = make.staff("counter"), make.staff("secretary")
    content = sheet(ImportKind.MEMBERS, person_row(1))
    given = {"kind": ImportKind.MEMBERS, "name": "a.csv", "content": content, "now": make.NOW}
    with pytest.raises(NotAllowed):
        actions.upload_import(**given, by=stranger)
    found = actions.upload_import(**given, by=secretary)
    assert run_jobs() == 1
    found.refresh_from_db()
    assert found.state == ImportState.CHECKED
    for move in (actions.load_import, actions.discard_import):
        with pytest.raises(NotAllowed):
            move(importing=found, by=stranger, now=make.NOW)
    actions.load_import(importing=found, by=secretary, now=make.NOW)
    assert run_jobs() == 1
    found.refresh_from_db()
    assert found.state == ImportState.DONE
    with pytest.raises(actions.TooLarge):
        actions.upload_import(**given | {"content": b"x" * (imports.UPLOAD_MAX + 1)}, by=secretary)


def test_the_database_keeps_a_sheet_with_problems_out() -> None:
    found = uploaded(ImportKind.MOVEMENTS, moves("1", 999))
    for change in (
        {"state": "loading"},
        {"state": "done", "content": None},
        {"state": "done", "problem_count": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Import.objects.filter(pk=found.pk).update(**change)
    with pytest.raises(IntegrityError, match="only ever added"), transaction.atomic():
        Import.objects.all().delete()


def test_every_state_is_left_or_an_end() -> None:
    ends = {state.value for state in ImportState if not IMPORT.moves_from(state)}
    assert ends == {"done", "discarded"}

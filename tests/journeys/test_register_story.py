"""The share register in the browser: of a past day, as a file, undone, read by a member; a sheet brought in; the watch."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from commonweal.ledger.queries import troubles
from commonweal.membership.models import AccreditationNote, Import, Member
from commonweal.membership.queries import held_on
from commonweal.people.models import Event
from tests import factories as make
from tests.csv_reading import cells_in
from tests.journeys.conftest import PASSWORD, Clock, press
from tests.journeys.steps import choose, fill, fill_day, pdf_text, plain
from tests.journeys.walks import Walk

SECRETARY, READER = "secretary@example.org", "bert@example.org"
PAST = date(2023, 1, 1)
HEAD = "reference;number;kind;share_class;count;amount;effective_on\n"
NO_MEMBER = {"fr": "Aucun sociétaire", "nl": "Geen vennoot", "de": "Kein Mitglied", "en": "No member"}
REPORT = {"fr": "Rapport spécial", "nl": "Bijzonder verslag", "de": "Sonderbericht", "en": "Special report"}


@pytest.fixture
def ada(world: None) -> Member:
    """A member with ten shares, and five more since 2024; another who reads; the secretary."""
    who = make.person(
        "Ada", "Peeters", email="ada@example.org", phone="0470 12 34 56", born_on=date(1950, 12, 31)
    )
    member, bert = make.member(who), make.person("Bert", "Maes", email=READER)
    make.shares(member, 10)
    make.shares(member, 5, day=date(2024, 5, 2))
    make.shares(make.member(bert), 3)
    for person in (bert, make.staff("secretary", email=SECRETARY)):
        make.account(person, PASSWORD)
    return member


def rows_for(page: Any, name: str) -> str:
    """The register's row of a holder."""
    return " ".join(page.locator(f"main table tr:has-text('{name}')").inner_text().split())


def test_the_register_of_a_past_day_a_correction_and_a_members_reading(
    ada: Member,
    walk: Walk,
    sign_in: Callable[..., None],
    clock: Clock,
) -> None:
    page, language = walk.open_page(), walk.language
    clock.forward(days=1)
    sign_in(page, SECRETARY, language)
    register = f"/{language}/members/register/"
    page.goto(register)
    assert "15 A" in rows_for(page, "Peeters Ada")
    page.locator("main details:has(input[name=day_day]) summary").first.click()
    fill_day(page, "day", PAST)
    press(page, "main form[method=get] button[type=submit]")
    assert "10 A" in rows_for(page, "Peeters Ada")
    with page.expect_download() as taken:
        page.locator("main form[action$='/register/file/'] button").click()
    rows = cells_in(taken.value.path().read_bytes().decode())
    assert [row[1:2] + row[4:8] for row in rows[1:]] == [
        ["Peeters Ada", "A", "10", "500,00", "2023-01-01"],
        ["Maes Bert", "A", "3", "150,00", "2023-01-01"],
    ]

    press(page, "main table a:has-text('Peeters Ada')")
    press(page, "main a[href$='/undo/']")
    fill(page, reason="mauvais membre")
    press(page)
    page.wait_for_url(f"**/register/{ada.number}/")
    assert held_on(ada.number, "A", clock.moment.date()).shares == 10
    page.goto(register)
    assert "10 A" in rows_for(page, "Peeters Ada")
    page.locator("main details:has(input[name=day_day]) summary").first.click()
    fill_day(page, "known", make.NOW.date())
    press(page, "main form[method=get] button[type=submit]")
    assert "15 A" in rows_for(page, "Peeters Ada"), "what was known before the correction is still told"
    press(page, "main a[href$='/register/changes/']")

    sign_in(page, READER, language)
    page.goto(f"/{language}/members/shares/")
    press(page, "main a[href$='/register/consult/']")
    fill(page, text="Peeters")
    press(page)
    row = rows_for(page, "Peeters Ada")
    assert "10 A" in row
    for secret in ("ada@example.org", "0470", "1950"):
        assert secret not in plain(page)
    assert page.locator("main table a").count() == 0
    read = Event.objects.get(name="RegisterConsulted")
    assert (str(read.by), read.data["text"]) == ("Bert Maes", "Peeters")
    assert Event.objects.filter(name="RegisterExported").count() == 1
    assert troubles() == []


def test_a_sheet_with_a_mistake_and_the_accreditation_of_the_year(
    ada: Member,
    walk: Walk,
    sign_in: Callable[..., None],
    run_jobs: Callable[[], int],
) -> None:
    page, language = walk.open_page(), walk.language
    sign_in(page, SECRETARY, language)

    def sheet(second: int) -> Import:
        page.goto(f"/{language}/members/register/imports/")
        choose(page, "kind", "movements")
        text = f"{HEAD}1;{ada.number};subscription;A;2;100;2025-03-01\n2;{second};subscription;A;4;200;2025-03-02\n"
        file = {"name": "ancien.csv", "mimeType": "text/csv", "buffer": text.encode()}
        page.locator("main input[name=file]").set_input_files(file)
        press(page)
        page.wait_for_url("**/imports/*/")
        run_jobs()
        page.reload()
        return Import.objects.latest("pk")

    sheet(999)
    walk.look(page)
    wrong = " ".join(page.locator("main table tbody tr").inner_text().split())
    assert wrong.startswith(f"3 number {NO_MEMBER[language]}"), wrong
    assert page.locator("main button[value=load]").count() == 0
    press(page, "main button[value=discard]")
    right = sheet(Member.objects.get(person__family_name="Maes").number)
    walk.look(page)
    press(page, "main button[value=load]")
    walk.look(page)
    run_jobs()
    page.reload()
    right.refresh_from_db()
    assert right.state == "done"
    assert held_on(ada.number, "A", make.NOW.date()).shares == 17

    page.goto(f"/{language}/members/register/")
    press(page, "main a[href$='/register/accreditation/']")
    press(page, "main a[href$='/accreditation/2026/aim/']")
    choose(page, "fulfilled", "yes")
    fill(page, text="Aide aux voisins.", document="PV 2026-06")
    press(page)
    page.wait_for_url("**/accreditation/2026/")
    assert AccreditationNote.objects.get().condition == "aim"
    assert "PV 2026-06" in plain(page)
    text = pdf_text(page, "main a[href$='/2026/report/']")
    assert REPORT[language] in text
    assert "Aide aux voisins." in text
    assert troubles() == []

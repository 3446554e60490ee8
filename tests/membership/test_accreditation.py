"""The accreditation watch on pages and in the special report; notes are only added to."""

from __future__ import annotations

import io
from dataclasses import replace
from decimal import Decimal
from typing import Any

import pytest
from django.db import DatabaseError, transaction
from django.test import Client
from pypdf import PdfReader

from commonweal.dividends.models import DividendRun
from commonweal.kernel.decision import NotAllowed
from commonweal.ledger import actions as ledger
from commonweal.membership import actions, queries
from commonweal.membership.actions import joining
from commonweal.membership.models import AccreditationNote
from commonweal.membership.rules.accreditation import Condition, Verdict
from commonweal.membership.rules.movements import moved
from tests import factories as make
from tests.dividends import steps as dividend_steps
from tests.membership import joining_steps as steps
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

pytestmark = pytest.mark.django_db
YEAR = make.NOW.year
HOME = "/en/members/register/accreditation/"


@pytest.fixture
def secretary() -> Client:
    return signed_in(make.staff("secretary"))


def noted(**changes: Any) -> AccreditationNote:
    given = {
        "year": YEAR,
        "condition": Condition.AIM,
        "fulfilled": True,
        "text": "Rebates.",
        "document": "minutes",
    }
    return actions.note_condition(**{**given, "by": make.staff("secretary"), "now": make.NOW, **changes})


def test_figures_come_from_the_register() -> None:
    for year in (YEAR - 1, YEAR, YEAR):
        make.member(joined_on=make.NOW.date().replace(year=year, month=1, day=5))
    found = {each.condition: each for each in queries.accreditation(YEAR)}
    assert found[Condition.OPEN].evidence[0][1] == {"count": 2}
    assert found[Condition.EQUAL].evidence[1][1] == {"count": 0}


def test_holders_above_a_maximum_that_was_set_lower_are_counted() -> None:
    member = make.member()
    make.shares(member, 90)
    lower = next(each for each in queries.all_terms() if each.share_class == "A")
    day = make.NOW.date().replace(month=1, day=1)
    actions.set_terms(
        terms=replace(lower, starts_on=day, shares_max=50), by=make.staff("secretary"), now=make.NOW
    )
    found = {each.condition: each for each in queries.accreditation(YEAR)}
    assert found[Condition.EQUAL].verdict == Verdict.FAILS
    entries = tuple(ledger.Entry(*each) for each in moved("A", member.number, -50, -2500_00))
    ledger.post(draft=ledger.Draft("refund", "r", day, entries), now=make.NOW)
    found = {each.condition: each for each in queries.accreditation(YEAR)}
    assert found[Condition.EQUAL].verdict == Verdict.HOLDS


def test_notes_are_only_added_to_and_the_latest_counts() -> None:
    note = noted(fulfilled=False)
    assert {each.condition: each.verdict for each in queries.accreditation(YEAR)}[
        Condition.AIM
    ] == Verdict.FAILS
    noted()
    assert {each.condition: each.verdict for each in queries.accreditation(YEAR)}[
        Condition.AIM
    ] == Verdict.HOLDS
    for spoil in (lambda: note.delete(), lambda: AccreditationNote.objects.update(fulfilled=True)):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil()
    with pytest.raises(NotAllowed):
        noted(by=make.staff("counter"))
    with pytest.raises(actions.NoteIncomplete):
        noted(text=" ")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_shows_nine_conditions_in_each_language(secretary: Client, language: str) -> None:
    address = f"/{language}/members/register/accreditation/"
    shown = text_of(secretary, address)
    assert shown.count("<h2>") >= 9
    nothing = {
        "en": "nothing noted yet",
        "fr": "rien n’est encore noté",
        "nl": "nog niets",
        "de": "noch nichts",
    }
    assert nothing[language] in shown
    assert queries_of(secretary, address) <= 20


def test_a_note_made_on_its_page_stands_in_the_report(secretary: Client) -> None:
    told = {"fulfilled": "yes", "text": "Training for 300 members.", "document": "Minutes of 6 June"}
    answer = secretary.post(f"{HOME}{YEAR}/information/", told, follow=True)
    assert "Training for 300 members." in answer.content.decode()
    report = secretary.get(f"{HOME}{YEAR}/report/")
    assert report["Content-Type"] == "application/pdf"
    text = " ".join(page.extract_text() for page in PdfReader(io.BytesIO(report.content)).pages)
    assert "Training for 300 members." in text
    assert "Minutes of 6 June" in text
    assert "9. " in text


def test_only_the_secretary_and_only_recent_years(secretary: Client) -> None:
    assert signed_in(make.staff("counter")).get(HOME).status_code == 403
    for address in (f"{HOME}1999/", f"{HOME}{YEAR}/weather/", f"{HOME}{YEAR + 3}/report/"):
        assert secretary.get(address).status_code == 404
    assert secretary.get(f"{HOME}{YEAR}/aim/").status_code == 200


def test_refusals_exclusions_and_dividends_of_the_year_are_counted() -> None:
    asked = steps.asked(make.person(), 2)
    joining.refuse_application(
        application=asked, reason="The statutes of the day.", by=make.staff("secretary"), now=make.NOW
    )
    dividend_steps.holder(5)
    dividend_steps.reckoned(dividend_steps.Staff(), rate_bp=3_00)
    run = DividendRun.objects.get()
    found = {each.condition: each for each in queries.accreditation(YEAR)}
    assert found[Condition.OPEN].evidence[1][1] == {"count": 1, "without": 0}
    found = {each.condition: each for each in queries.accreditation(run.year_ends_on.year)}
    assert found[Condition.DIVIDEND].evidence[0][1]["percent"] == Decimal("2.10")
    assert found[Condition.DIVIDEND].verdict == Verdict.HOLDS

"""Pages about dividends: who may open them, what they show and cost, what is noted, statements in four languages."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from commonweal.dividends import actions, queries
from commonweal.dividends.models import DividendRun
from commonweal.dividends.rules import AT_SOURCE
from commonweal.dividends.wording import runs as wording
from commonweal.membership import actions as membership
from commonweal.membership.rules.statutes import Evidence, Setting
from commonweal.people.models import Event, Person
from commonweal.treasury.models import Payment, PaymentFile, ReturnedPayment
from commonweal.ui.formats import day
from tests import factories as make
from tests.csv_reading import cells_of
from tests.dividends.steps import NOW, Staff, booked, fresh, holder, line, paid, reckoned
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

pytestmark = pytest.mark.django_db
RETURNED = "/en/members/paid-out/returned/"
FORM = {
    "year": "2025-01-01",
    "known_on_day": "1",
    "known_on_month": "5",
    "known_on_year": "2026",
    "decided_on_day": "9",
    "decided_on_month": "5",
    "decided_on_year": "2026",
    "pay_on_day": "29",
    "pay_on_month": "5",
    "pay_on_year": "2026",
    "rate_A": "3,25",
    "rate_B": "2",
    "document": "minutes of 9 May",
}


@pytest.fixture
def staff(db: None) -> Staff:
    return Staff()


def page_of(run: DividendRun, language: str = "en") -> str:
    return f"/{language}/members/dividends/{run.pk}/"


def test_finance_and_the_secretary_see_dividends_and_nobody_else(staff: Staff) -> None:
    holder()
    run = reckoned(staff)
    pages = ("/en/members/dividends/", page_of(run), f"{page_of(run)}waiting/", RETURNED)
    for who in (make.person(), make.staff("adviser"), make.staff("counter"), make.staff("administrator")):
        client = signed_in(who)
        for page in pages:
            assert client.get(page).status_code == 403, page
        for page in (f"{page_of(run)}lines/", "/en/members/paid-out/files/1/"):
            assert client.post(page).status_code == 403, page
    for who in (staff.proposer, staff.second):
        for page in pages:
            text_of(signed_in(who), page)
    assert Client().get(pages[0]).status_code in (302, 403)
    secretary = signed_in(staff.second)
    assert "Propose a dividend" not in text_of(secretary, "/en/members/dividends/")
    assert secretary.get("/en/members/dividends/new/").status_code == 403
    for page in (f"{page_of(run)}lines/", "/en/members/paid-out/files/1/"):
        assert secretary.post(page).status_code == 403
    for page in ("", "withdraw/", "waiting/", "returns/"):
        assert secretary.get(f"/en/members/dividends/999/{page}").status_code == 404


def test_a_dividend_is_proposed_with_the_cap_explained(staff: Staff) -> None:
    client = signed_in(staff.proposer)
    page = text_of(client, "/en/members/dividends/new/")
    assert "the highest gross rate of a year is 8.57 %" in page.replace("\u00a0", " ")
    for changes, said in (
        ({"rate_A": "9"}, "this rate is above the highest one"),
        ({"rate_A": "3,125"}, "do you mean 3.12 or 3 125?"),
        ({"year": "2025-01-02"}, "Select a valid choice"),
        ({"rate_A": "", "rate_B": ""}, "Write a rate above nought"),
        ({"rate_A": "a lot"}, "Write the rate with numbers"),
        ({"pay_on_day": "1"}, "The days must follow one another"),
    ):
        answer = client.post("/en/members/dividends/new/", {**FORM, **changes})
        assert said in " ".join(answer.content.decode().split())
        assert "error-summary" in answer.content.decode()
    answer = client.post("/en/members/dividends/new/", FORM)
    run = DividendRun.objects.get()
    assert answer.headers["Location"] == page_of(run)
    assert (run.rates, run.year_ends_on) == ({"A": 3_25, "B": 2_00}, date(2025, 12, 31))
    page = text_of(client, page_of(run))
    assert "The figures are being reckoned" in page
    assert "Go on, if it has stopped" in page
    assert client.post(page_of(run), {"move": "carry_on"}).status_code == 302
    assert Event.objects.filter(name="DividendCarriedOn").exists()


def test_a_run_goes_its_way_by_the_buttons_of_its_page(staff: Staff, run_jobs: Callable[[], int]) -> None:
    for count in (10, 20):
        holder(count)
    holder(30, account=False)
    run = reckoned(staff)
    clients = {who.pk: signed_in(who) for who in (staff.proposer, staff.first, staff.second)}

    def press(who: Person, move: str) -> str:
        assert clients[who.pk].post(page_of(run), {"move": move}).status_code == 302
        run_jobs()
        return text_of(clients[who.pk], page_of(run))

    assert "two others approve it" in text_of(clients[staff.proposer.pk], page_of(run))
    assert "You proposed this dividend" in press(staff.proposer, "approve")
    assert "Your approval is noted." in press(staff.first, "approve")
    assert "You approved this dividend already" in text_of(clients[staff.first.pk], page_of(run))
    press(staff.second, "approve")
    assert fresh(run).is_booked
    assert "This is for staff with the right role" in press(staff.second, "pay")
    page = press(staff.proposer, "pay")
    assert "2 holders paid, €31.50" in page
    assert "1 holder not paid yet" in page
    assert "The dividend is closed." in press(staff.proposer, "close")
    assert "Pay those who gave an account since" in text_of(clients[staff.proposer.pk], page_of(run))
    assert clients[staff.first.pk].post(page_of(run), {"move": "nothing"}).status_code == 404
    assert "€31.50" in text_of(clients[staff.first.pk], f"{page_of(run)}waiting/")


def test_what_is_still_being_booked_is_shown_with_how_far_it_is(staff: Staff) -> None:
    holder()
    run = reckoned(staff)
    for person in (staff.first, staff.second):
        actions.approve_dividend(run=run, by=person, now=NOW)
    page = text_of(signed_in(staff.proposer), page_of(run))
    assert "What is owed is being booked: 0 of 1 holders" in page
    assert 'value="pay"' not in page


def test_a_proposal_is_withdrawn_with_a_reason(staff: Staff) -> None:
    holder()
    run = reckoned(staff)
    client = signed_in(staff.proposer)
    assert "error-summary" in client.post(f"{page_of(run)}withdraw/", {"reason": ""}).content.decode()
    secretary = signed_in(staff.second).post(f"{page_of(run)}withdraw/", {"reason": "x"})
    assert "This is for staff with the right role" in secretary.content.decode()
    assert client.post(f"{page_of(run)}withdraw/", {"reason": "Wrong year"}).status_code == 302
    assert "Withdrawn: Wrong year" in text_of(client, page_of(run))
    assert "Wrong year" not in text_of(client, f"{page_of(run)}withdraw/")


def test_a_payment_file_is_taken_out_as_it_was_made_and_that_is_noted(staff: Staff) -> None:
    holder()
    run = paid(staff)
    client = signed_in(staff.proposer)
    address = f"/en/members/paid-out/files/{PaymentFile.objects.get().pk}/"
    assert client.get(address).status_code == 405
    assert signed_in(staff.second).post(address).status_code == 403
    answer = client.post(address)
    assert answer.content.startswith(b"<?xml")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="dividend-{run.pk}-1.xml"'
    assert Event.objects.get(name="PaymentFileTaken").data == {"number": 1}
    assert client.post("/en/members/paid-out/files/0/").status_code == 404


def test_all_lines_are_a_file_without_formulas(staff: Staff) -> None:
    member = holder(20)
    Person.objects.filter(pk=member.person_id).update(family_name="=cmd", given_name="x")
    club = membership.admit_member(
        organisation=make.organisation(make.person(), name="+Club"),
        municipality=make.municipality(),
        language="fr",
        joined_on=date(2015, 1, 1),
        by=None,
        now=NOW,
    )
    make.shares(club, 1, share_class="C")
    run = paid(staff)
    answer = signed_in(staff.proposer).post(f"{page_of(run)}lines/")
    rows = cells_of(answer)
    assert rows[0][:2] == ["Number", "Name"]
    assert rows[1] == [str(member.number), "'=cmd x", "30,00", "0,00", "9,00", "21,00", "yes"]
    assert rows[2] == [str(club.number), "'+Club", "7,50", "0,00", "2,25", "5,25", "no"]
    assert Event.objects.filter(name="DividendLinesTaken").exists()


def test_a_payment_that_came_back_is_noted_and_listed(staff: Staff) -> None:
    holder()
    run = paid(staff)
    payment = Payment.objects.get()
    day = run.pay_on
    given = {
        "end_to_end": payment.end_to_end,
        "reason": "deceased",
        "returned_on_day": day.day,
        "returned_on_month": day.month,
        "returned_on_year": day.year,
    }
    client = signed_in(staff.proposer)
    page = RETURNED
    # The day of payment is still to come.
    assert "It came back on a day from" in client.post(page, given).content.decode()
    assert "No payment of ours" in client.post(page, {**given, "end_to_end": "X"}).content.decode()
    assert not ReturnedPayment.objects.exists()


def test_what_came_back_is_listed_with_its_reason(staff: Staff) -> None:
    holder()
    run = paid(staff, pay_on=NOW.date())
    client = signed_in(staff.proposer)
    given = {
        "end_to_end": Payment.objects.get().end_to_end,
        "reason": "deceased",
        "returned_on_day": NOW.day,
        "returned_on_month": NOW.month,
        "returned_on_year": NOW.year,
    }
    page = RETURNED
    assert client.post(page, given).status_code == 302
    said = text_of(client, page)
    assert "the holder died" in said
    assert "BE71 … 6769" in said
    assert "1 payment came back" in text_of(client, page_of(run))
    for language in LANGUAGES:
        for part in ("", "waiting/"):
            text_of(client, page_of(run, language) + part)
        text_of(client, f"/{language}/members/paid-out/returned/")


@pytest.mark.parametrize("count", [1, 5])
def test_pages_cost_the_same_for_one_row_and_for_several(staff: Staff, count: int) -> None:
    members = [holder(10 + place, account=place % 2 == 0) for place in range(count)]
    run = paid(staff)
    client = signed_in(staff.proposer)
    budgets = {"": 19, "waiting/": 11}
    for part, budget in budgets.items():
        assert queries_of(client, page_of(run) + part) <= budget, part
    assert queries_of(client, "/en/members/dividends/") <= 11
    assert queries_of(client, RETURNED) <= 11
    own = signed_in(members[0].person)  # type: ignore[arg-type]
    assert queries_of(own, "/en/members/shares/dividends/") <= 12


@pytest.mark.parametrize(
    ("language", "title", "said"),
    [
        ("en", "Dividend statement, income of 2026", "exempt for each taxpayer"),
        ("fr", "Relevé de dividende, revenus de 2026", "exonérés par contribuable"),
        ("nl", "Dividendoverzicht, inkomsten van 2026", "vrijgesteld per belastingplichtige"),
        ("de", "Dividendenauszug, Einkünfte von 2026", "je Steuerpflichtigem befreit"),
    ],
)
def test_a_member_has_a_statement_in_their_language(
    staff: Staff, language: str, title: str, said: str
) -> None:
    member = holder(10)
    run = paid(staff)
    client = signed_in(member.person)  # type: ignore[arg-type]
    address = f"/{language}/members/shares/dividends/"
    page = text_of(client, address)
    assert "BE71 … 6769" in page
    answer = client.get(f"{address}{run.pk}/{member.number}/")
    reader = PdfReader(io.BytesIO(answer.content))
    text = " ".join(" ".join(sheet.extract_text() for sheet in reader.pages).split())
    assert reader.metadata is not None
    assert reader.metadata.title == title
    assert reader.trailer["/Root"]["/Lang"].startswith(language)  # type: ignore[index]
    for shown in (said, "BE71 … 6769", "15", "4,50" if language != "en" else "4.50"):
        assert shown in text, shown
    assert "7123456769" not in text


def test_statements_are_ones_own_and_of_approved_dividends(staff: Staff) -> None:
    member, other = holder(10), holder(10, account=False)
    run = reckoned(staff)
    client = signed_in(member.person)  # type: ignore[arg-type]
    assert "No dividend yet" in text_of(client, "/en/members/shares/dividends/")
    assert client.get(f"/en/members/shares/dividends/{run.pk}/{member.number}/").status_code == 404
    run = booked(staff, rate_bp=2_00)
    own = signed_in(other.person)  # type: ignore[arg-type]
    page = text_of(own, "/en/members/shares/dividends/")
    assert "We have no account of yours yet" in page
    assert "Not paid yet" in page
    assert own.get(f"/en/members/shares/dividends/{run.pk}/{other.number}/").status_code == 200
    assert own.get(f"/en/members/shares/dividends/{run.pk}/{member.number}/").status_code == 404
    stranger = signed_in(make.person("No", "Member", email="no@example.org"))
    assert stranger.get("/en/members/shares/dividends/").status_code == 403


def test_whoever_left_and_came_back_has_both_and_one_account_for_them(staff: Staff) -> None:
    before = holder(10, account=False, left_on=date(2025, 6, 30))
    again = make.member(before.person, joined_on=date(2025, 9, 1))
    make.shares(again, 4, day=date(2025, 9, 1))
    membership.set_payout_account(
        member=again,
        iban="BE71096123456769",
        holder="Ada",
        by=before.person,
        now=NOW,  # type: ignore[arg-type]
    )
    run = paid(staff)
    client = signed_in(before.person)  # type: ignore[arg-type]
    page = text_of(client, "/en/members/shares/dividends/")
    assert page.count("BE71 … 6769") == 2
    for member in (before, again):
        address = f"/en/members/shares/dividends/{run.pk}/{member.number}/"
        assert client.get(address).status_code == 200
    assert Event.objects.filter(name="PayoutAccountSet").count() == 1


def test_the_note_on_tax_follows_the_regime_of_the_year_and_who_reads_it(staff: Staff) -> None:
    member = holder(100)
    club = membership.admit_member(
        organisation=make.organisation(make.person()),
        municipality=make.municipality(),
        language="fr",
        joined_on=date(2015, 1, 1),
        by=None,
        now=NOW,
    )
    make.shares(club, 1, share_class="C")
    run = booked(staff, rate_bp=1_00)
    assert len(wording.notes(line(run, member))) == 2
    assert wording.notes(line(run, club)) == []
    run.pay_on = date(2018, 6, 1)
    told = line(run, member)
    told.run = run
    assert "1437 / 2437" in wording.notes(told)[-1]
    setting = Setting("exemption_regime", date(2026, 11, 1), AT_SOURCE, "a test", Evidence.OWN)
    membership.set_setting(setting=setting, by=None, now=NOW)
    run = booked(staff, rate_bp=1_00, decided_on=NOW.date() - timedelta(days=1))
    shown = line(run, member)
    assert "applied this when we paid" in wording.notes(shown)[0]
    assert ["Exempt of tax", "€50"] in wording.statement(shown, queries.Fate(None), "Ada")["figures"]["rows"]
    assert "when it is paid" in wording.tax(run)


def test_words_for_rates_and_caps() -> None:
    assert [wording.rate(each).replace("\u00a0", " ") for each in (3_00, 3_20, 3_25)] == [
        "3 %",
        "3.2 %",
        "3.25 %",
    ]
    assert wording.cap(date(2000, 1, 1), 30) == ""


def test_the_desk_leads_finance_and_the_secretary_there(staff: Staff) -> None:
    for who, shown in ((staff.proposer, True), (staff.second, True), (make.staff("adviser"), False)):
        assert ("/en/members/dividends/" in text_of(signed_in(who), "/en/desk/")) is shown


def test_the_register_page_of_a_member_links_to_their_dividends(staff: Staff) -> None:
    member = holder()
    page = text_of(signed_in(member.person), "/en/members/shares/")  # type: ignore[arg-type]
    assert "/en/members/shares/dividends/" in page
    assert queries.lines_of_person(member.person) == []  # type: ignore[arg-type]
    context: dict[str, Any] = {"run": reckoned(staff)}
    assert context["run"].lines_count == 1


def test_a_dividend_that_waits_stands_on_the_desk_with_its_state_and_its_day(staff: Staff) -> None:
    holder()
    run = reckoned(staff)
    client = signed_in(staff.first)
    page = text_of(client, "/en/desk/")
    assert f"/en/members/dividends/{run.pk}/" in page
    assert "waits for approval" in page
    assert f"payment on {day(run.pay_on)}" in page.replace("\u202f", " ")
    DividendRun.objects.filter(pk=run.pk).update(state="withdrawn", reason="A mistake")
    assert f"/en/members/dividends/{run.pk}/" not in text_of(client, "/en/desk/")

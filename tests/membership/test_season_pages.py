"""The pages of an exit season: tests, dry run, decision, report, file, payments, and the letters members get."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from django.test import Client

from commonweal.membership import actions, queries
from commonweal.membership.models import ExitRequest, ExitSeason, Member, SeasonTest
from commonweal.membership.notices.exits import tell_exits_answered
from commonweal.membership.rules.exits import ExitTest, Outcome
from commonweal.people.models import Event, Message, Person
from commonweal.treasury.models import Payment, PaymentFile
from tests import factories as make
from tests.clock import Clock
from tests.csv_reading import cells_of
from tests.membership.test_exits import MARCH, asked
from tests.membership.test_seasons import JULY, REASONS, decided, with_tests
from tests.membership.test_seasons import founder as founder
from tests.membership.test_seasons import holder as a_holder
from tests.membership.test_seasons import secretary as secretary
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

pytestmark = pytest.mark.django_db
YEAR = "/en/members/exits/2026/"
TEST = {
    "as_of_day": "31",
    "as_of_month": "5",
    "as_of_year": "2026",
    "have_cents": "900000",
    "keep_cents": "100",
    "document": "accounts 2025",
}
DECIDED = {"decided_on_day": "6", "decided_on_month": "7", "decided_on_year": "2026", "document": "minutes"}


@pytest.fixture(autouse=True)
def _july(db: None, clock: Clock) -> None:
    clock.go_to(JULY)


@pytest.fixture
def jeanne() -> Member:
    made = make.member(make.person("Jeanne", "Delvaux", email="j@example.org", language="fr"), language="fr")
    make.shares(made, 10)
    return made


@pytest.fixture
def season(founder: Member, jeanne: Member) -> ExitSeason:
    asked(jeanne)
    asked(a_holder(3))
    for _each in range(25):
        make.member()
    return ExitSeason.objects.get()


@pytest.fixture
def desk(secretary: Person) -> Client:
    return signed_in(secretary)


def posted(client: Client, address: str, **values: Any) -> str:
    return " ".join(client.post(address, values, follow=True).content.decode().split())


def test_pages_answer_in_every_language_before_and_after_the_decision(
    season: ExitSeason, desk: Client, secretary: Person
) -> None:
    finance = signed_in(make.staff("finance"))
    pages = (
        "exits/2026/",
        "exits/2026/plan/",
        "exits/2026/decide/?outcome=refuse",
        "exits/2026/tests/net_assets/",
    )
    for language in LANGUAGES:
        for page in pages:
            text_of(desk, f"/{language}/members/{page}")
    with_tests(season, secretary)
    decided(season, secretary)
    for language in LANGUAGES:
        text_of(desk, f"/{language}/members/exits/2026/")
        text_of(finance, f"/{language}/members/exits/payments/")
        text_of(finance, f"/{language}/members/exits/2026/payments/")
        assert desk.get(f"/{language}/members/exits/2026/report/").content.startswith(b"%PDF")


def test_the_way_from_the_tests_to_a_booked_decision(
    season: ExitSeason, desk: Client, jeanne: Member
) -> None:
    page = text_of(desk, YEAR)
    assert page.count("Not recorded yet.") == 2
    assert "Write the day, the month and the year" in posted(desk, f"{YEAR}tests/net_assets/", document="")
    page = text_of(desk, f"{YEAR}plan/")
    for told in (
        "a test is missing",
        "Record the net-asset test and the liquidity test first",
        "€650 / €5,650 (11.5",
    ):
        assert told in page
    # Neither 37 501 euro nor a guess: the page asks, and keeps what was typed.
    page = posted(desk, f"{YEAR}tests/net_assets/", **TEST, value_A="37,501", value_C="260")
    assert "do you mean 37.5010 or 37 501?" in page
    assert 'value="37,501"' in page
    page = posted(desk, f"{YEAR}tests/net_assets/", **TEST, value_A="900 000", value_C="260")
    assert "worth more than the net assets" in page
    assert not SeasonTest.objects.exists()
    page = posted(desk, f"{YEAR}tests/net_assets/", **TEST, value_A="37,50", value_C="260")
    assert "The test is recorded" in page
    assert "€899,900" in page
    assert "€37.5000" in page
    posted(desk, f"{YEAR}tests/liquidity/", **TEST)
    page = text_of(desk, f"{YEAR}plan/")
    for told in ("The board decided this", "€487.50", "10 shares of class A", "2 / 28 (7.1", "reached"):
        assert told in page
    assert not ExitRequest.objects.exclude(state="waiting").exists()
    page = text_of(desk, f"{YEAR}plan/?outcome=part&budget=200")
    # What is announced is what is paid, in whole shares; 200 is only what was set aside.
    assert "How much is paid in all</dt><dd>€187.50" in page
    assert "How much is paid in all</dt><dd>€187.50" in text_of(
        desk, f"{YEAR}decide/?outcome=part&budget=200"
    )
    assert "granted in part" in page
    assert "Choose" not in text_of(desk, f"{YEAR}plan/?outcome=part&budget=")
    page = text_of(desk, f"{YEAR}decide/?outcome=pay&budget=")
    assert "cannot be changed afterwards" in page
    page = posted(desk, f"{YEAR}decide/", outcome="suspend", **DECIDED)
    assert "error-summary" in page
    assert "Reason members read, in: Nederlands" in page
    page = posted(desk, f"{YEAR}decide/", outcome="pay", **DECIDED)
    assert "The decision is booked" in page
    assert "Pay everyone in full" in page
    assert queries.held_on(jeanne.number, "A", JULY.date()).shares == 0
    for address in ("plan/", "decide/"):
        assert desk.get(f"{YEAR}{address}").status_code == 302


def test_a_loss_is_written_as_such_and_other_tests_do_not_exist(season: ExitSeason, desk: Client) -> None:
    posted(desk, f"{YEAR}tests/net_assets/", **TEST, below="on", value_A="0", value_C="0")
    assert queries.latest_tests(season)[ExitTest.NET_ASSETS].have_cents == -900_000_00
    assert desk.get(f"{YEAR}tests/other/").status_code == 404
    assert desk.get(f"{YEAR}report/").status_code == 404
    page = posted(desk, f"{YEAR}tests/liquidity/", **{**TEST, "as_of_year": "2027"})
    assert "a day to come" in page


def test_the_file_names_each_request_and_is_noted(
    season: ExitSeason, desk: Client, secretary: Person
) -> None:
    with_tests(season, secretary)
    decided(season, secretary)
    answer = desk.post(f"{YEAR}file/")
    rows = cells_of(answer)
    assert len(rows) == 3
    assert rows[1][1] == "Jeanne Delvaux"
    assert rows[1][4:] == ["granted", "A", "10", "500,00", "500,00"]
    assert Event.objects.get(name="RegisterExported").data == {"season": 2026}
    assert desk.get(f"{YEAR}file/").status_code == 405


def test_members_get_the_answer_with_the_reason_in_their_language(
    season: ExitSeason, secretary: Person, jeanne: Member, run_jobs: Callable[[], int]
) -> None:
    with_tests(season, secretary, room_cents=0)
    decided(season, secretary, Outcome.SUSPEND)
    run_jobs()
    told = Message.objects.filter(person=jeanne.person).latest("pk")
    assert REASONS["fr"] in told.body
    assert "2027" in told.body
    assert "sans intérêt" in told.body
    count = Message.objects.count()
    for event in Event.objects.filter(name="ExitsAnswered"):
        tell_exits_answered(event)
    assert Message.objects.count() == count


@pytest.mark.parametrize(
    ("outcome", "room_cents", "said"),
    [
        (Outcome.PAY, 10_000_00, ("is granted", "€500", "Thank you", "which account to pay you")),
        (Outcome.PART, 300_00, ("granted in part", "€250", "2027")),
        (Outcome.REFUSE, 10_000_00, ("is refused", "Too many.")),
    ],
)
def test_each_answer_has_its_letter(
    season: ExitSeason,
    secretary: Person,
    jeanne: Member,
    run_jobs: Callable[[], int],
    outcome: Outcome,
    room_cents: int,
    said: tuple[str, ...],
) -> None:
    Person.objects.filter(pk=jeanne.person_id).update(language="en")
    with_tests(season, secretary, room_cents=room_cents)
    decided(season, secretary, outcome, budget_cents=300_00 if outcome == Outcome.PART else None)
    run_jobs()
    body = Message.objects.filter(person=jeanne.person).latest("pk").body
    for text in said:
        assert text in body


def test_who_has_an_account_reads_which_and_who_took_the_request_back_too(
    jeanne: Member, founder: Member, secretary: Person, run_jobs: Callable[[], int]
) -> None:
    Person.objects.filter(pk=jeanne.person_id).update(language="en")
    request = asked(jeanne)
    run_jobs()
    assert "we keep your request" in Message.objects.filter(person=jeanne.person).latest("pk").body
    actions.withdraw_exit(request=request, by=jeanne.person, now=MARCH)  # type: ignore[arg-type]
    run_jobs()
    assert "is taken back" in Message.objects.filter(person=jeanne.person).latest("pk").body
    season = asked(jeanne).season
    actions.set_payout_account(
        member=jeanne,
        iban="BE62510007547061",
        holder="J",
        by=jeanne.person,
        now=JULY,  # type: ignore[arg-type]
    )
    with_tests(season, secretary)
    decided(season, secretary)
    run_jobs()
    assert "BE62 … 7061" in Message.objects.filter(person=jeanne.person).latest("pk").body


def test_whoever_left_still_reads_what_became_of_their_shares(
    season: ExitSeason, secretary: Person, jeanne: Member
) -> None:
    own = signed_in(jeanne.person)  # type: ignore[arg-type]
    with_tests(season, secretary)
    decided(season, secretary)
    page = text_of(own, "/en/members/shares/leave/")
    assert "The membership has ended" in page
    assert "10 shares of class A: €500" in page
    assert "until Tuesday 30 June 2026" in text_of(own, "/en/members/shares/")
    assert "What became of your shares" in text_of(own, "/en/me/")


def test_the_finance_officer_makes_the_file_takes_it_and_notes_it_paid(
    season: ExitSeason, secretary: Person, jeanne: Member, settings: Any, clock: Clock
) -> None:
    settings.SITE = {**settings.SITE, "iban": "BE71096123456769"}
    finance = signed_in(make.staff("finance"))
    address = f"{YEAR}payments/"
    assert finance.get(address).status_code == 404
    actions.set_payout_account(
        member=jeanne,
        iban="BE62510007547061",
        holder="J",
        by=jeanne.person,
        now=JULY,  # type: ignore[arg-type]
    )
    with_tests(season, secretary)
    decided(season, secretary)
    page = text_of(finance, address)
    for told in ("1 payment", "€500", "No account known", "€150", "Friday 31 July 2026"):
        assert told in page
    day = {"pay_on_day": "20", "pay_on_month": "7", "pay_on_year": "2026"}
    assert "The payment file is made" in posted(finance, address, **day)
    assert "nothing to pay" in posted(finance, address, **day)
    xml = finance.post(f"/en/members/paid-out/files/{PaymentFile.objects.get().pk}/")
    assert b"BE62510007547061" in xml.content
    assert xml.headers["Content-Disposition"] == 'attachment; filename="exit-2026-1.xml"'
    assert Event.objects.get(name="PaymentFileTaken").subject == "exit:2026"
    assert "on a later day" in posted(finance, f"{address}1/paid/")
    clock.go_to(JULY.replace(day=21))
    assert "Noted as paid: 1" in posted(signed_in(finance_person()), f"{address}1/paid/")
    assert ExitRequest.objects.get(member=jeanne).state == "paid"
    assert finance.post(f"{address}7/paid/").status_code == 404
    back = {"end_to_end": Payment.objects.get().end_to_end, "reason": "closed"}
    back |= {"returned_on_day": "21", "returned_on_month": "7", "returned_on_year": "2026"}
    client = signed_in(finance_person())
    page = posted(client, "/en/members/paid-out/returned/", **back)
    for told in ("It is owed again", back["end_to_end"], "BE62 … 7061", "the account is closed"):
        assert told in page
    page = text_of(client, address)
    assert "No account known" in page
    assert "€500" in page


def finance_person() -> Person:
    return Person.objects.filter(appointments__role="finance").latest("pk")


def test_refunds_not_paid_in_time_are_overdue(season: ExitSeason, secretary: Person, clock: Clock) -> None:
    with_tests(season, secretary)
    decided(season, secretary)
    clock.go_to(JULY.replace(month=8))
    assert "Overdue" in text_of(signed_in(make.staff("finance")), f"{YEAR}payments/")


def test_each_page_is_for_its_role(season: ExitSeason, jeanne: Member) -> None:
    finance, own = signed_in(make.staff("finance")), signed_in(jeanne.person)  # type: ignore[arg-type]
    for page in ("", "plan/", "decide/", "tests/liquidity/", "report/"):
        assert finance.get(f"{YEAR}{page}").status_code == 403
        assert own.get(f"{YEAR}{page}").status_code == 403
    assert finance.post(f"{YEAR}file/").status_code == 403
    desk = signed_in(make.staff("secretary"))
    for page in ("/en/members/exits/payments/", f"{YEAR}payments/"):
        assert desk.get(page).status_code == 403
    for page in ("/en/members/paid-out/files/1/", f"{YEAR}payments/1/paid/"):
        assert desk.post(page).status_code == 403


def test_the_dry_run_costs_the_same_for_two_and_for_five(
    season: ExitSeason, desk: Client, secretary: Person
) -> None:
    with_tests(season, secretary)
    queries_of(desk, f"{YEAR}plan/")
    few = queries_of(desk, f"{YEAR}plan/")
    for _each in range(5):
        asked(a_holder(1))
    assert queries_of(desk, f"{YEAR}plan/") <= few

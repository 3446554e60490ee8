"""Pages about shares: who may open them, what they show, what each costs, what is noted, in four languages."""

from __future__ import annotations

import io
from datetime import date
from typing import Any

import pytest
from django.test import Client
from pypdf import PdfReader

from commonweal.ledger.models import Operation
from commonweal.membership import queries
from commonweal.membership.actions import Movement
from commonweal.membership.forms.register import FIELDS
from commonweal.membership.models import Member
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.rules.statutes import Evidence, Setting
from commonweal.membership.views import wording
from commonweal.people.models import Event
from tests import factories as make
from tests.csv_reading import cells_of
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

pytestmark = pytest.mark.django_db
TOKEN = "7c6f6d4e-6f0c-4f4e-9a55-0d5a4f1f7c11"
MOVEMENT = {
    "kind": "subscription",
    "share_class": "A",
    "count": "3",
    "effective_on_day": "1",
    "effective_on_month": "6",
    "effective_on_year": "2026",
    "document": "letter of 1 June",
    "token": TOKEN,
    "checked": "yes",
}


@pytest.fixture
def member() -> Member:
    """A member with ten shares."""
    made = make.member(
        make.person("Jeanne", "Delvaux", street="rue du Puits 3", postcode="4000", phone="0470")
    )
    make.shares(made, 10)
    return made


@pytest.fixture
def secretary() -> Client:
    return signed_in(make.staff("secretary"))


def test_pages_answer_in_every_language(member: Member, secretary: Client) -> None:
    operation = Operation.objects.get().pk
    for language in LANGUAGES:
        for page in (
            "register/",
            "register/?day_day=1&day_month=1&day_year=2024",
            "register/changes/",
            f"register/{member.number}/",
            f"register/{member.number}/movement/",
            *(f"register/{member.number}/movement/?kind={kind}" for kind in FIELDS),
            f"register/{member.number}/movement/{operation}/undo/",
            "statutes/",
        ):
            text_of(secretary, f"/{language}/members/{page}")
        for page in ("shares/", "register/consult/"):
            text_of(signed_in(member.person), f"/{language}/members/{page}")  # type: ignore[arg-type]


@pytest.mark.parametrize("role", ["counter", "adviser", "programme", "administrator", ""])
def test_the_register_is_for_the_secretary_alone(member: Member, role: str) -> None:
    client = signed_in(make.staff(role) if role else member.person)  # type: ignore[arg-type]
    operation = Operation.objects.get().pk
    for page in (
        "",
        "changes/",
        f"{member.number}/",
        f"{member.number}/movement/",
        f"{member.number}/movement/{operation}/undo/",
    ):
        assert client.get(f"/en/members/register/{page}").status_code == 403
    assert client.post("/en/members/register/file/").status_code == 403
    assert client.post(f"/en/members/register/{member.number}/movement/", MOVEMENT).status_code == 403
    assert Operation.objects.count() == 1


def test_own_shares_and_the_consultation_are_for_members(member: Member) -> None:
    stranger = signed_in(make.person("No", "Member", email="no@example.org"))
    for page in ("shares/", "shares/statement/", "register/consult/"):
        assert stranger.get(f"/en/members/{page}").status_code == 403
        assert Client().get(f"/en/members/{page}").status_code in (302, 403)
    assert stranger.post("/en/members/register/consult/", {"text": "del"}).status_code == 403
    assert not Event.objects.filter(name="RegisterConsulted").exists()


def test_nothing_is_booked_before_the_secretary_saw_what_changes(member: Member, secretary: Client) -> None:
    address = f"/en/members/register/{member.number}/movement/"
    assert "What does the paper say" in text_of(secretary, address)
    assert "error-summary" in text_of(secretary, f"{address}?kind=nothing")
    taker = make.member(make.person("Bo", "Taker"))
    given = {**MOVEMENT, "kind": "transfer", "counterpart": str(taker.number)}
    del given["checked"]
    page = " ".join(secretary.post(address, given).content.decode().split())
    for shown in ("It is not booked yet", "Bo Taker", "10 A", "7 A", "€350", "letter of 1 June"):
        assert shown in page
    assert f'name="counterpart" value="{taker.number}"' in page
    again = secretary.post(address, {**given, "change": "yes"}).content.decode()
    assert 'value="letter of 1 June"' in again
    assert Operation.objects.count() == 1
    assert secretary.post(address, {**given, "checked": "yes"}).status_code == 302
    assert queries.held_on(taker.number, "A", date(2026, 6, 1)).shares == 3


def test_a_member_reads_whether_they_have_the_benefits_and_what_is_missing(member: Member) -> None:
    short, enough, gone = member, make.member(), make.member()
    Member.objects.filter(pk=gone.pk).update(left_on=date(2026, 6, 1))
    make.shares(enough, 12, day=date(2026, 6, 1))

    def page(who: Member) -> str:
        return text_of(signed_in(who.person), "/en/members/shares/")  # type: ignore[arg-type]

    assert "start at €600 paid on shares: €100 more than you hold" in page(short)
    assert "You have the benefits our partners offer: they start at €600" in page(enough)
    assert "benefits" not in page(gone)


def test_holdings_are_drawn_year_by_year_once_there_are_two(member: Member) -> None:
    make.shares(member, 4, day=date(2026, 6, 1))
    page = text_of(signed_in(member.person), "/en/members/shares/")  # type: ignore[arg-type]
    assert "at the end of each year" in page
    rows = dict(queries.holdings_by_year(member.number, date(2026, 11, 23)))
    assert list(rows) == list(range(2020, 2027))
    assert [rows[year]["A"].shares for year in (2020, 2025, 2026)] == [10, 10, 14]
    new = make.member()
    assert queries.holdings_by_year(new.number, date(2026, 11, 23)) == []
    page = text_of(signed_in(new.person), "/en/members/shares/")  # type: ignore[arg-type]
    assert "You hold no shares" in page
    assert "at the end of each year" not in page


def test_the_secretary_books_a_movement_once_and_undoes_it(member: Member, secretary: Client) -> None:
    address = f"/en/members/register/{member.number}/movement/"
    for _twice in range(2):
        assert secretary.post(address, MOVEMENT).status_code == 302
    held = queries.held_on(member.number, "A", date(2026, 6, 1))
    assert (held.shares, held.paid_cents) == (13, 650_00)
    operation = Operation.objects.latest("pk").pk
    undo = f"{address}{operation}/undo/"
    assert "Why is this undone?" in secretary.post(undo, {"reason": "", "token": TOKEN}).content.decode()
    assert secretary.post(undo, {"reason": "Wrong member", "token": TOKEN}).status_code == 302
    page = text_of(secretary, f"/en/members/register/{member.number}/")
    assert "Wrong member" in page
    assert "10 shares of class A" in page
    assert secretary.get(f"/en/members/register/{member.number}/movement/999999/undo/").status_code == 404
    assert secretary.get("/en/members/register/999999/").status_code == 404


@pytest.mark.parametrize(
    ("changes", "said"),
    [
        ({"count": "95"}, "cannot hold so many"),
        ({"share_class": "C"}, "not for this kind of member"),
        ({"kind": "transfer", "counterpart": "99999"}, "No member bears this number."),
        ({"kind": "transfer"}, "Member number of who takes the shares"),
        ({"kind": "conversion", "to_class": "A", "to_count": "1"}, "Say into how many shares"),
        ({"document": ""}, "Document it rests on"),
        ({"kind": "refund", "count": "2", "cents": "200"}, "at most what was paid"),
    ],
)
def test_a_movement_that_cannot_be_is_refused_and_nothing_typed_is_lost(
    member: Member, secretary: Client, changes: dict[str, str], said: str
) -> None:
    answer = secretary.post(f"/en/members/register/{member.number}/movement/", {**MOVEMENT, **changes})
    page = " ".join(answer.content.decode().split())
    assert said in page
    assert "error-summary" in page
    assert f'value="{ {**MOVEMENT, **changes}["count"] }"' in page
    assert Operation.objects.count() == 1


def test_the_register_shows_a_day_finds_names_and_gives_the_next_page(
    member: Member, secretary: Client
) -> None:
    page = text_of(secretary, "/en/members/register/?day_day=30&day_month=6&day_year=2026")
    assert "Delvaux Jeanne" in page
    assert "rue du Puits 3, 4000 Liège" in page
    assert "<strong>10</strong> of class A" in page
    assert "Delvaux" not in text_of(secretary, "/en/members/register/?day_day=1&day_month=1&day_year=2019")
    assert "Delvaux" not in text_of(
        secretary, "/en/members/register/?known_day=1&known_month=1&known_year=2026"
    )
    assert "Delvaux" in text_of(secretary, "/en/members/register/?text=delv")
    assert "Nobody is found" in text_of(secretary, "/en/members/register/?text=nobody")
    assert "not in the calendar" in text_of(
        secretary, "/en/members/register/?day_day=31&day_month=2&day_year=2026"
    )
    for _each in range(50):
        make.shares(make.member(), 1)
    assert "Next holders" in text_of(secretary, "/en/members/register/")


@pytest.mark.parametrize("count", [1, 5])
def test_lists_cost_the_same_for_one_row_and_for_several(secretary: Client, count: int) -> None:
    holders = [make.member() for _each in range(count)]
    for holder in holders:
        make.shares(holder, 1)
    for _each in range(count - 1):
        make.shares(holders[0], 1)
    budgets = {"register/": 18, "register/changes/": 13, f"register/{holders[0].number}/": 16}
    for page, budget in budgets.items():
        assert queries_of(secretary, f"/en/members/{page}") <= budget, page
    client = signed_in(holders[0].person)  # type: ignore[arg-type]
    assert queries_of(client, "/en/members/shares/") <= 20


def test_the_whole_register_is_a_file_without_formulas_and_is_noted(secretary: Client) -> None:
    make.shares(make.member(make.person("x,@cmd", "=evil;＝1+1")), 2)
    answer = secretary.post(
        "/en/members/register/file/", {"day_day": "30", "day_month": "6", "day_year": "2026"}
    )
    rows = cells_of(answer)
    assert rows[0][:7] == [
        "Number",
        "Name",
        "Domicile or seat",
        "Company number",
        "Class",
        "Shares",
        "Paid on them (euro)",
    ]
    assert rows[1][1:8] == ["'=evil;'＝1+1 x,'@cmd", "Liège", "", "A", "2", "100,00", "2026-06-30"]
    noted = Event.objects.get(name="RegisterExported")
    assert noted.data == {"day": "2026-06-30", "known_at": ""}


def test_a_member_consults_the_register_and_it_is_noted(member: Member) -> None:
    reader = make.member(make.person("Ann", "Reader"))
    client = signed_in(reader.person)  # type: ignore[arg-type]
    assert "Delvaux" not in text_of(client, "/en/members/register/consult/")
    assert not Event.objects.filter(name="RegisterConsulted").exists(), (
        "a page that is only opened reads nothing"
    )
    answer = client.post("/en/members/register/consult/", {"text": "delv"})
    page = " ".join(answer.content.decode().split())
    for shown in ("Delvaux Jeanne", "rue du Puits 3, 4000 Liège", "€500"):
        assert shown in page
    for hidden in ("0470", "example.org", "members/register/1/"):
        assert hidden not in page
    noted = Event.objects.get(name="RegisterConsulted")
    assert noted.by == reader.person
    assert noted.data["text"] == "delv"


def test_a_member_sees_holdings_movements_and_takes_a_statement_along(member: Member) -> None:
    make.shares(make.member(), 7)
    client = signed_in(member.person)  # type: ignore[arg-type]
    page = text_of(client, "/en/members/shares/")
    assert "You paid €500 on the shares you hold." in page
    assert "+10" in page
    assert "+7" not in page
    assert "10 shares of class A" in text_of(client, "/en/me/")
    for language, title in (("fr", "Relevé de parts"), ("en", "Statement of shares")):
        answer = client.get(f"/{language}/members/shares/statement/")
        assert answer["Content-Type"] == "application/pdf"
        document: Any = PdfReader(io.BytesIO(answer.content))
        assert document.metadata.title == title
        text = document.pages[0].extract_text()
        assert "Jeanne Delvaux" in text
        assert "500" in text
        assert "/StructTreeRoot" in document.trailer["/Root"], "tagged for screen readers"


def test_the_statutes_are_open_and_say_what_is_to_be_confirmed() -> None:
    page = text_of(Client(), "/en/members/statutes/")
    for shown in (
        "Shares of class A",
        "€50",
        "art. 6:120",
        "to be confirmed by counsel",
        "€833",
        "2018: €640",
    ):
        assert shown in page
    assert page.count("to be confirmed by counsel") == sum(
        setting.evidence == "assumed" for setting in queries.all_settings()
    )


def test_a_transfer_is_told_with_the_other_member_on_both_files() -> None:
    giver, taker = make.member(), make.member()
    make.shares(giver, 3)
    make.shares(giver, 1, kind=MovementKind.TRANSFER, counterpart=taker)
    client = signed_in(make.staff("secretary"))
    assert f"transfer to member {taker.number}" in text_of(client, f"/en/members/register/{giver.number}/")
    assert f"transfer from member {giver.number}" in text_of(client, f"/en/members/register/{taker.number}/")


def test_before_a_movement_is_booked_all_that_was_typed_is_shown() -> None:
    day = date(2026, 6, 1)
    conversion = Movement(
        MovementKind.CONVERSION, "A", day, 2, to_class="B", to_count=16, document="letter", note="by hand"
    )
    refund = Movement(MovementKind.REFUND, "A", day, 2, cents=90_00, document="decision 3")
    shown = [{row["label"]: row["value"] for row in wording.written(each)} for each in (conversion, refund)]
    assert shown[0]["Shares they become"] == "16 shares of class B"
    assert (shown[0]["Note"], shown[0]["Document"]) == ("by hand", "letter")
    assert "Amount" not in shown[0]
    assert (shown[1]["Shares"], shown[1]["Amount"]) == ("2 shares of class A", "€90")
    assert "Note" not in shown[1]


def test_a_setting_of_a_later_day_stands_below_the_one_in_force() -> None:
    today = date(2026, 6, 1)
    told = ("exit_partial", Evidence.OWN)
    found = [
        Setting(told[0], date(2019, 5, 1), False, "then", told[1]),
        Setting(told[0], date(2024, 1, 1), True, "since", told[1]),
        Setting(told[0], date(2027, 1, 1), False, "soon", told[1]),
    ]
    (row,) = wording.settings(found, today)
    assert row["now"]["value"] == "yes"
    assert [each["setting"].source for each in row["others"]] == ["then", "soon"]


def test_what_the_secretary_notes_is_for_staff(member: Member) -> None:
    make.shares(member, 1, note="phoned twice about it")
    page = text_of(signed_in(member.person), "/en/members/shares/")  # type: ignore[arg-type]
    assert "phoned twice" not in page
    desk = signed_in(make.staff("secretary"))
    assert "phoned twice about it" in text_of(desk, f"/en/members/register/{member.number}/")

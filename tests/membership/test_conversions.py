"""Shares of one class that become shares of another: asked, withdrawn, booked, refused; by the member and by staff."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from datetime import date
from typing import Any

import pytest

from commonweal.kernel.decision import NotAllowed
from commonweal.ledger.models import Operation
from commonweal.membership import actions, queries
from commonweal.membership.models import ConversionRequest, Member
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.rules.statutes import Evidence, Setting, SettingName
from commonweal.membership.states import CONVERSION, ConversionState
from commonweal.people.models import Message, Person
from commonweal.people.rules import Channel
from tests import factories as make
from tests.journeys.conftest import PASSWORD, press, sign_in, world  # noqa: F401
from tests.journeys.walks import Walk
from tests.membership.test_exits import broken
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

pytestmark = pytest.mark.django_db
DAY, OLD = make.NOW.date(), date(2010, 1, 1)
PAGE = "/en/members/shares/convert/"


@pytest.fixture
def elke() -> Member:
    """She holds 300 shares of class B, 1,860.00 euro paid."""
    made = make.member(make.person("Elke", "Janssens", email="elke@people.example"), joined_on=OLD)
    make.shares(made, 300, "B", day=OLD)
    return made


@pytest.fixture
def secretary() -> Person:
    return make.staff("secretary")


def person(member: Member) -> Person:
    assert member.person is not None
    return member.person


def asked(member: Member, **changes: Any) -> ConversionRequest:
    given = {"member": member, "share_class": "B", "count": 250, "to_class": "A", "now": make.NOW}
    return actions.ask_to_convert(**{**given, "by": member.person, **changes})


def held(member: Member, share_class: str) -> tuple[int, int]:
    found = queries.held_on(member.number, share_class, date(2100, 1, 1))
    return found.shares, found.paid_cents


def test_nothing_moves_before_the_secretary_books_it(
    elke: Member, secretary: Person, run_jobs: Callable[[], int]
) -> None:
    request = asked(elke)
    assert (request.to_count, request.state) == (31, ConversionState.ASKED)
    assert (held(elke, "B"), held(elke, "A")) == ((300, 1_860_00), (0, 0))
    with pytest.raises(NotAllowed):
        actions.book_conversion(request=request, by=person(elke), now=make.NOW)
    done = actions.book_conversion(request=request, by=secretary, now=make.NOW)
    assert (held(elke, "B"), held(elke, "A")) == ((50, 310_00), (31, 1_550_00))
    assert done.operation is not None
    assert (done.operation.kind, done.operation.document) == ("conversion", f"conversion:{done.pk}")
    assert queries.class_totals(DAY) == {"A": 31, "B": 50, "C": 0}
    for move in (actions.book_conversion, actions.withdraw_conversion):
        with pytest.raises(actions.ConversionRefused) as refused:
            move(request=request, by=secretary, now=make.NOW)
        assert refused.value.code == "wrong_state"
    run_jobs()
    told = list(Message.objects.order_by("id").values_list("person", "body"))
    assert [who for who, _body in told] == [elke.person_id] * 2
    assert "secr" not in told[0][1]
    assert "31" in told[1][1]


def test_the_secretary_refuses_with_a_reason_the_member_reads(
    elke: Member, secretary: Person, run_jobs: Callable[[], int]
) -> None:
    request = asked(elke)
    with pytest.raises(actions.ConversionRefused) as refused:
        actions.refuse_conversion(request=request, reason=" ", by=secretary, now=make.NOW)
    assert refused.value.code == "no_reason"
    with pytest.raises(NotAllowed):
        actions.refuse_conversion(request=request, reason="no", by=make.staff("counter"), now=make.NOW)
    actions.refuse_conversion(
        request=request, reason="L'assemblée décide en mai.", by=secretary, now=make.NOW
    )
    run_jobs()
    assert "L'assemblée décide en mai." in Message.objects.latest("id").body
    assert held(elke, "B") == (300, 1_860_00)
    assert asked(elke).state == ConversionState.ASKED


def test_one_request_at_a_time_and_taken_back_at_will(elke: Member, run_jobs: Callable[[], int]) -> None:
    request = asked(elke)
    with pytest.raises(actions.ConversionRefused) as refused:
        asked(elke)
    assert refused.value.code == "asked"
    stranger = person(make.member())
    for action in (
        lambda: asked(elke, by=stranger),
        lambda: actions.withdraw_conversion(request=request, by=stranger, now=make.NOW),
    ):
        with pytest.raises(NotAllowed):
            action()
    assert actions.withdraw_conversion(request=request, by=person(elke), now=make.NOW).state == "withdrawn"
    run_jobs()
    assert Message.objects.count() == 2
    assert asked(elke).state == ConversionState.ASKED


REFUSED: dict[str, dict[str, Any]] = {
    "not_even": {"count": 249},
    "too_few": {"count": 301},
    "same_class": {"to_class": "B"},
    "no_class": {"to_class": "Z"},
    "no_document": {"channel": Channel.PAPER, "document": " "},
}


@pytest.mark.parametrize(("code", "changes"), list(REFUSED.items()), ids=list(REFUSED))
def test_what_cannot_be_asked(elke: Member, code: str, changes: dict[str, Any]) -> None:
    with pytest.raises(actions.ConversionRefused) as refused:
        asked(elke, **changes)
    assert refused.value.code == code
    assert not ConversionRequest.objects.exists()


def test_the_answer_no_says_what_would_come_out_even(elke: Member) -> None:
    with pytest.raises(actions.ConversionRefused) as refused:
        asked(elke, count=100)
    assert "250 shares of class B become 31 of class A" in str(refused.value)


def test_the_other_class_must_be_for_such_a_member_and_leave_room(elke: Member) -> None:
    make.shares(elke, 5)
    with pytest.raises(actions.MovementRefused) as refused:
        asked(elke, share_class="A", count=5, to_class="C")
    assert refused.value.code == "wrong_holder"
    make.shares(elke, 70)
    with pytest.raises(actions.MovementRefused) as refused:
        asked(elke)
    assert refused.value.code == "too_many"
    with pytest.raises(actions.ConversionRefused) as refused_by_class:
        asked(elke, share_class="A", count=31, to_class="B")
    assert refused_by_class.value.code == "not_on_issue"


def test_shares_that_are_not_paid_stay_what_they_are() -> None:
    member = make.member(joined_on=OLD)
    make.shares(member, 250, "B", cents=1_549_99, day=OLD)
    with pytest.raises(actions.ConversionRefused) as refused:
        asked(member)
    assert refused.value.code == "not_paid"


def test_an_organisation_gets_the_class_for_organisations() -> None:
    speaker, joined = make.person(), date(2000, 1, 1)
    verger = actions.admit_member(
        organisation=make.organisation(speaker, name="Le Verger"),
        municipality=make.municipality(),
        language="fr",
        joined_on=joined,
        by=None,
        now=make.NOW,
    )
    terms = queries.current_terms(DAY)
    assert [each.share_class for each in queries.targets_for(terms, is_person=False)] == ["C"]
    assert [each.share_class for each in queries.targets_for(terms, is_person=True)] == ["A"]
    make.shares(verger, 500, "B", day=date(2012, 1, 1))
    with pytest.raises(actions.ConversionRefused) as refused:
        asked(verger, by=speaker, count=500, to_class="C")
    assert "1250 shares of class B become 31 of class C" in str(refused.value)
    make.shares(verger, 1, "C")
    with pytest.raises(actions.MovementRefused) as refused_by_class:
        asked(verger, by=speaker, share_class="C", count=1)
    assert refused_by_class.value.code == "wrong_holder"


def test_the_statutes_of_the_day_bind_both_ends(elke: Member, secretary: Person) -> None:
    request = asked(elke)
    rule = Setting(SettingName.CONVERTIBLE, date(2026, 1, 1), False, "Statuts", Evidence.OWN)
    actions.set_setting(setting=rule, by=secretary, now=make.NOW)
    with pytest.raises(actions.ConversionRefused) as refused:
        actions.book_conversion(request=request, by=secretary, now=make.NOW)
    assert refused.value.code == "not_convertible"
    request.refresh_from_db()
    assert (request.state, held(elke, "A")) == (ConversionState.ASKED, (0, 0))


def test_what_changed_meanwhile_is_not_booked(elke: Member, secretary: Person) -> None:
    request = asked(elke)
    terms = queries.current_terms(DAY)["A"]
    halved = replace(terms, price_cents=25_00, starts_on=DAY, shares_max=1_000)
    actions.set_terms(terms=halved, by=secretary, now=make.NOW)
    with pytest.raises(actions.ConversionRefused) as refused:
        actions.book_conversion(request=request, by=secretary, now=make.NOW)
    assert refused.value.code == "price_changed"
    taker = make.member(joined_on=OLD)
    make.shares(elke, 100, "B", kind=MovementKind.TRANSFER, counterpart=taker)
    with pytest.raises(actions.ConversionRefused) as refused:
        actions.book_conversion(request=request, by=secretary, now=make.NOW)
    assert refused.value.code == "too_few"


def test_leaving_comes_before_converting(secretary: Person) -> None:
    make.member(joined_on=date(2000, 1, 1))
    other = make.member(joined_on=date(2012, 1, 1))
    make.shares(other, 250, "B", day=date(2013, 1, 1))
    request = asked(other)
    actions.ask_to_leave(member=other, by=person(other), now=make.NOW)
    with pytest.raises(actions.ConversionRefused) as refused:
        actions.book_conversion(request=request, by=secretary, now=make.NOW)
    assert refused.value.code == "leaving"
    actions.withdraw_conversion(request=request, by=person(other), now=make.NOW)
    with pytest.raises(actions.ConversionRefused) as refused:
        asked(other)
    assert refused.value.code == "leaving"
    gone = make.member(joined_on=date(2012, 1, 1))
    Member.objects.filter(pk=gone.pk).update(left_on=DAY)
    with pytest.raises(actions.ConversionRefused) as refused:
        asked(gone)
    assert refused.value.code == "left"


def test_for_a_minor_and_a_protected_member_papers_or_the_administrator_count(
    secretary: Person, run_jobs: Callable[[], int]
) -> None:
    child = make.member(make.person("Kind", "Maes", born_on=date(2015, 1, 1)), joined_on=OLD)
    ward = make.member(make.person("Nel", "Maes"), joined_on=OLD)
    for member in (child, ward):
        make.shares(member, 250, "B", day=OLD)
    guard = make.person("Tom", "Voogd")
    actions.note_guardianship(
        member=ward, administrator=guard, starts_on=OLD, document="order", by=secretary, now=make.NOW
    )
    for code, member in (("minor", child), ("protected", ward)):
        with pytest.raises(actions.ConversionRefused) as refused:
            asked(member)
        assert refused.value.code == code
    request = asked(ward, by=guard)
    run_jobs()
    assert {each.person for each in Message.objects.all()} == {ward.person, guard}
    with pytest.raises(actions.ConversionRefused) as refused:
        actions.withdraw_conversion(request=request, by=person(ward), now=make.NOW)
    assert refused.value.code == "protected"
    actions.withdraw_conversion(request=request, by=guard, now=make.NOW)
    counter = make.staff("counter")
    paper = {"by": counter, "channel": Channel.PAPER, "document": "order of the justice of the peace"}
    assert asked(child, **paper).document == "order of the justice of the peace"


def test_the_database_keeps_what_was_asked_and_answered(elke: Member, secretary: Person) -> None:
    request = asked(elke)
    table = "membership_conversionrequest"
    for change, constraint in (
        ("to_class = 'B'", "conversion_frozen"),
        ("state = 'booked', answered_at = now()", "conversion_booked_has_operation"),
        ("state = 'refused', answered_at = now()", "conversion_refused_with_reason"),
        ("state = 'withdrawn', answered_at = now(), reason = 'x'", "conversion_refused_with_reason"),
        ("state = 'withdrawn'", "conversion_answered"),
    ):
        assert broken(f"UPDATE {table} SET {change}") == constraint
    names = "member_id, share_class, count, to_class, to_count, state, asked_at, asked_by_id, channel, document, reason"
    row = f"INSERT INTO {table} ({names}) VALUES (%s, 'B', %s, %s, 1, 'asked', now(), {elke.person_id}, %s, '', '')"
    other = make.member()
    assert broken(row, elke.pk, 250, "A", "web") == "conversion_once_at_a_time"
    assert broken(row, other.pk, 250, "B", "web") == "conversion_into_another_class"
    assert broken(row, other.pk, 0, "A", "web") == "conversion_into_another_class"
    assert broken(row, other.pk, 250, "A", "paper") == "conversion_paper_has_document"
    assert broken(f"DELETE FROM {table}") == "membership_only_grows"
    actions.book_conversion(request=request, by=secretary, now=make.NOW)
    assert (
        broken(f"UPDATE {table} SET state = 'asked', answered_at = NULL, operation_id = NULL")
        == "conversion_frozen"
    )


def test_every_end_of_the_table_is_an_end() -> None:
    ends = {state for state in ConversionState if not CONVERSION.moves_from(state)}
    assert ends == {"booked", "refused", "withdrawn"}


def form(**changes: str) -> dict[str, str]:
    return {"share_class": "B", "count": "250", "to_class": "A", **changes}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_from_request_to_register(elke: Member, secretary: Person, language: str) -> None:
    own, desk = signed_in(person(elke)), signed_in(secretary)
    address, listed = f"/{language}/members/shares/convert/", f"/{language}/members/conversions/"
    page = text_of(own, address)
    assert "1 550" in page or "1.550" in page or "1,550" in page
    assert address in text_of(own, f"/{language}/members/shares/")
    checked = " ".join(own.post(address, form()).content.decode().split())
    assert "31" in checked
    assert not ConversionRequest.objects.exists()
    assert 'value="250"' in own.post(address, form(change="yes")).content.decode()
    assert own.post(address, form(checked="yes")).status_code == 302
    request = ConversionRequest.objects.get()
    waits = text_of(own, address)
    assert 'value="withdraw"' in waits
    assert "None" not in waits
    assert f"{listed}{request.pk}/" in text_of(desk, listed)
    assert listed in text_of(desk, f"/{language}/desk/")
    shown = text_of(desk, f"{listed}{request.pk}/")
    assert 'value="book"' in shown
    assert "Elke Janssens" in shown
    assert queries_of(own, address) <= 16
    assert queries_of(desk, f"{listed}{request.pk}/") <= 26
    assert desk.post(f"{listed}{request.pk}/", {"move": "book"})["Location"] == listed
    assert held(elke, "A") == (31, 1_550_00)
    assert 'value="book"' not in text_of(desk, f"{listed}{request.pk}/")
    again = desk.post(f"{listed}{request.pk}/", {"move": "book"})
    assert 'role="alert"' in again.content.decode()
    text_of(own, address)


def test_a_member_is_told_why_not_and_takes_back(elke: Member) -> None:
    own = signed_in(person(elke))
    told = " ".join(own.post(PAGE, form(count="249")).content.decode().split())
    assert "do not come out even" in told
    assert 'value="249"' in told
    assert "error-summary" in own.post(PAGE, form(count="")).content.decode()
    own.post(PAGE, form(checked="yes"))
    assert own.post(PAGE, {"move": "withdraw"}).status_code == 302
    assert ConversionRequest.objects.get().state == ConversionState.WITHDRAWN
    assert "No request waits any more" in own.post(PAGE, {"move": "withdraw"}).content.decode()
    nothing = make.member()
    assert "There is nothing to convert" in text_of(signed_in(person(nothing)), PAGE)
    assert signed_in(make.person("No", "Member", email="n@people.example")).get(PAGE).status_code == 403


def test_the_secretary_reads_why_it_cannot_be_booked_and_refuses(elke: Member, secretary: Person) -> None:
    request, desk = asked(elke), signed_in(secretary)
    address = f"/en/members/conversions/{request.pk}/"
    make.shares(elke, 100, "B", kind=MovementKind.TRANSFER, counterpart=make.member(joined_on=OLD))
    page = text_of(desk, address)
    assert "This cannot be booked today" in page
    assert 'value="book"' not in page
    assert "error-summary" in desk.post(address, {"move": "refuse", "reason": ""}).content.decode()
    desk.post(address, {"move": "refuse", "reason": "You passed shares on meanwhile."})
    assert "You passed shares on meanwhile." in text_of(signed_in(person(elke)), PAGE)
    assert "No request waits" in text_of(desk, "/en/members/conversions/")
    assert desk.get("/en/members/conversions/999/").status_code == 404
    for role in ("counter", "finance"):
        staff = signed_in(make.staff(role))
        assert staff.get("/en/members/conversions/").status_code == 403
        assert staff.post(address, {"move": "book"}).status_code == 403
    assert not Operation.objects.filter(kind="conversion").exists()


def test_staff_enter_it_for_those_who_phone_come_by_or_write(elke: Member) -> None:
    counter, address = signed_in(make.staff("counter")), f"/en/members/register/{elke.number}/convert/"
    for language in LANGUAGES:
        text_of(counter, f"/{language}/members/register/{elke.number}/convert/")
    assert address in text_of(counter, "/en/desk/members/?text=janssens")
    assert "error-summary" in counter.post(address, form(checked="yes")).content.decode()
    paper = form(checked="yes", channel="paper", document="")
    assert "Name the document" in counter.post(address, paper).content.decode()
    counter.post(address, {**paper, "document": "letter of 3 May"})
    request = ConversionRequest.objects.get()
    assert (request.channel, request.document) == ("paper", "letter of 3 May")
    assert "letter of 3 May" in text_of(counter, address)
    assert counter.post(address, {"move": "withdraw"}).status_code == 200
    assert counter.post(address, {"move": "withdraw", "channel": "phone"}).status_code == 302
    assert counter.get("/en/members/register/9999/convert/").status_code == 404
    assert signed_in(person(elke)).get(address).status_code == 403


def test_a_member_converts_shares(
    world: None,  # noqa: F811
    walk: Walk,
    sign_in: Callable[..., None],  # noqa: F811
    elke: Member,
) -> None:
    make.account(person(elke), PASSWORD)
    boss = make.staff("secretary", email="boss@people.example")
    make.account(boss, PASSWORD)
    page, language = walk.open_page(), walk.language
    sign_in(page, "elke@people.example", language)
    page.goto(f"/{language}/members/shares/convert/")
    page.locator("input[name=count]").fill("250")
    press(page)
    press(page, "button[name=checked]")
    sign_in(page, "boss@people.example", language)
    page.goto(f"/{language}/members/conversions/")
    with page.expect_navigation():
        page.locator("main li a").first.click()
    press(page, "button[value=book]")
    assert held(elke, "A") == (31, 1_550_00)

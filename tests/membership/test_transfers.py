"""Shares between members: offered, checked, accepted by the other; refused, taken back; and in a browser."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import IntegrityError, transaction
from django.test import Client

from commonweal.kernel.decision import NotAllowed, Refusal
from commonweal.membership import actions, queries
from commonweal.membership.models import Member, ShareOffer
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.rules.statutes import Evidence, Setting, SettingName
from commonweal.membership.states import OFFER, OfferState
from commonweal.people.models import Message, Person
from tests import factories as make
from tests.journeys.conftest import PASSWORD, sign_in, world  # noqa: F401
from tests.journeys.walks import Walk
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

pytestmark = pytest.mark.django_db
DAY = make.NOW.date()


@pytest.fixture
def anna() -> Member:
    made = make.member(
        make.person("Anna", "Peeters", email="anna@people.example"), joined_on=date(2010, 1, 1)
    )
    make.shares(made, 10)
    return made


@pytest.fixture
def bert() -> Member:
    return make.member(make.person("Bert", "Lefèvre", email="bert@people.example"))


def person(member: Member) -> Person:
    assert member.person is not None
    return member.person


def offered(giver: Member, taker: Member, count: int = 4, **changes: Any) -> ShareOffer:
    given = {"token": uuid4(), "giver": giver, "taker": taker, "share_class": "A", "count": count}
    return actions.offer_shares(**{**given, "by": person(giver), "now": make.NOW, **changes})


def held(member: Member) -> tuple[int, int]:
    found = queries.held_on(member.number, "A", date(2100, 1, 1))
    return found.shares, found.paid_cents


def test_shares_pass_when_the_other_accepts(anna: Member, bert: Member, run_jobs: Callable[[], int]) -> None:
    offer = offered(anna, bert)
    assert (held(anna), held(bert)) == ((10, 500_00), (0, 0))
    done = actions.accept_offer(offer=offer, by=person(bert), now=make.NOW)
    assert (held(anna), held(bert)) == ((6, 300_00), (4, 200_00))
    assert done.operation is not None
    assert (done.operation.document, done.state) == (f"offer:{offer.pk}", OfferState.PASSED)
    run_jobs()
    told = {message.person: message.body for message in Message.objects.all()}
    assert "Anna Peeters" in told[person(bert)]
    assert "registre" in told[person(anna)]


def test_only_the_two_may_and_each_their_part(anna: Member, bert: Member) -> None:
    offer, other = offered(anna, bert), make.member()
    with pytest.raises(NotAllowed):
        offered(anna, bert, by=person(bert))
    for move in (actions.accept_offer, actions.decline_offer):
        for who in (anna, other):
            with pytest.raises(NotAllowed):
                move(offer=offer, by=person(who), now=make.NOW)
    for who in (bert, other):
        with pytest.raises(NotAllowed):
            actions.withdraw_offer(offer=offer, by=person(who), now=make.NOW)


@pytest.mark.parametrize(
    ("move", "who", "state"), [("decline_offer", "bert", "declined"), ("withdraw_offer", "anna", "withdrawn")]
)
def test_an_offer_that_ended_moves_no_more(
    anna: Member, bert: Member, move: str, who: str, state: str
) -> None:
    offer, by = offered(anna, bert), person({"anna": anna, "bert": bert}[who])
    assert getattr(actions, move)(offer=offer, by=by, now=make.NOW).state == state
    with pytest.raises(actions.OfferMoved):
        actions.accept_offer(offer=offer, by=person(bert), now=make.NOW)
    assert held(anna) == (10, 500_00)
    assert offered(anna, bert).state == OfferState.OFFERED


def test_the_same_offer_twice_is_one(anna: Member, bert: Member) -> None:
    token = UUID(int=1)
    assert offered(anna, bert, token=token) == offered(anna, bert, token=token)
    with pytest.raises(actions.OfferedAlready):
        offered(anna, bert)


def test_what_the_statutes_refuse_is_refused_at_both_ends(anna: Member, bert: Member) -> None:
    with pytest.raises(actions.MovementRefused):
        offered(anna, bert, count=11)
    offer = offered(anna, bert, count=10)
    make.shares(bert, 95)
    with pytest.raises(actions.MovementRefused):
        actions.accept_offer(offer=offer, by=person(bert), now=make.NOW)
    offer.refresh_from_db()
    assert (offer.state, held(anna)) == (OfferState.OFFERED, (10, 500_00))


def test_statutes_that_forbid_transfers_bind_from_their_day(anna: Member, bert: Member) -> None:
    rule = Setting(SettingName.TRANSFERABLE, date(2026, 1, 1), False, "Statuts", Evidence.OWN)
    actions.set_setting(setting=rule, by=make.staff("secretary"), now=make.NOW)
    with pytest.raises(actions.MovementRefused) as refused:
        offered(anna, bert)
    assert refused.value.code == "not_transferable"
    early = actions.Movement(MovementKind.TRANSFER, "A", date(2025, 12, 31), 1, counterpart=bert)
    assert actions.planned(member=anna, movement=early)
    estate = actions.Movement(MovementKind.INHERITANCE, "A", DAY, 1, counterpart=bert)
    assert actions.planned(member=anna, movement=estate)


def test_number_and_name_must_both_be_right(bert: Member) -> None:
    assert actions.taker_named(bert.number, " lefevre ") == bert
    for number, name in ((bert.number, "Peeters"), (999, "Lefèvre")):
        with pytest.raises(actions.NoSuchMember):
            actions.taker_named(number, name)


def test_an_organisation_is_named_by_its_name_and_holds_what_its_kind_may(
    anna: Member, run_jobs: Callable[[], int]
) -> None:
    speaker = make.person()
    verger = actions.admit_member(
        organisation=make.organisation(speaker, name="Le Verger"),
        municipality=make.municipality(),
        language="fr",
        joined_on=date(2015, 1, 1),
        by=None,
        now=make.NOW,
    )
    with pytest.raises(actions.MovementRefused) as refused:
        offered(anna, verger)
    assert refused.value.code == "wrong_holder"
    assert actions.taker_named(verger.number, "le verger") == verger
    make.shares(anna, 5, "B", day=date(2013, 6, 1))
    offer = offered(anna, verger, count=5, share_class="B")
    run_jobs()
    assert Message.objects.get().person == speaker
    address = f"/en/members/shares/offers/{offer.pk}/"
    answer = signed_in(speaker).post(address, {"move": "accept"})
    assert answer["Location"] == f"/en/members/{verger.number}/shares/", "whose shares these now are"
    assert queries.held_on(verger.number, "B", date(2100, 1, 1)).shares == 5


def test_the_database_keeps_offers_whole(anna: Member, bert: Member) -> None:
    offer = offered(anna, bert)
    for change in (
        {"state": "passed", "answered_at": make.NOW},
        {"state": "declined"},
        {"taker": anna},
        {"count": 0},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            ShareOffer.objects.filter(pk=offer.pk).update(**change)


def test_every_end_of_the_table_is_an_end() -> None:
    assert {state for state in OfferState if not OFFER.moves_from(state)} == {
        "passed",
        "declined",
        "withdrawn",
    }


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_from_offer_to_register(anna: Member, bert: Member, language: str) -> None:
    giver, taker = signed_in(person(anna)), signed_in(person(bert))
    new, mine = f"/{language}/members/shares/pass-on/", f"/{language}/members/shares/"
    form = {
        "share_class": "A",
        "count": "4",
        "number": str(bert.number),
        "family_name": "Lefevre",
        "token": str(uuid4()),
    }
    checked = giver.post(new, form).content.decode()
    assert "Bert Lefèvre" in checked
    assert not ShareOffer.objects.exists()
    changed = giver.post(new, {**form, "change": "yes"}).content.decode()
    assert 'value="Lefevre"' in changed
    giver.post(new, {**form, "checked": "yes"})
    offer = ShareOffer.objects.get()
    assert "Anna Peeters" in text_of(taker, mine)
    address = f"{mine}offers/{offer.pk}/"
    assert 'value="accept"' in text_of(taker, address)
    assert 'value="withdraw"' in text_of(giver, address)
    assert queries_of(taker, mine) <= 22
    taker.post(address, {"move": "accept"})
    assert held(bert) == (4, 200_00)
    again = taker.post(address, {"move": "accept"})
    assert 'role="alert"' in again.content.decode()


def test_a_stranger_learns_nothing_of_an_offer(anna: Member, bert: Member) -> None:
    offer = offered(anna, bert)
    stranger = signed_in(person(make.member()))
    assert stranger.get(f"/en/members/shares/offers/{offer.pk}/").status_code == 404
    assert stranger.get("/en/members/shares/offers/999/").status_code == 404
    refused = stranger.post(
        "/en/members/shares/pass-on/",
        {
            "share_class": "A",
            "count": "1",
            "number": str(bert.number),
            "family_name": "Guess",
            "token": str(uuid4()),
        },
    )
    assert "Bert" not in refused.content.decode()
    assert Client().get(f"/en/members/shares/offers/{offer.pk}/").status_code == 302


def test_two_members_pass_shares(
    world: None,  # noqa: F811
    walk: Walk,
    sign_in: Callable[..., None],  # noqa: F811
) -> None:
    members = []
    for given, family in (("Anna", "Peeters"), ("Bert", "Lefevre")):
        who = make.person(given, family, email=f"{given.lower()}@people.example")
        make.account(who, PASSWORD)
        members.append(make.member(who))
    anna, bert = members
    make.shares(anna, 10)
    page, language = walk.open_page(), walk.language
    sign_in(page, "anna@people.example", language)
    page.goto(f"/{language}/members/shares/pass-on/")
    page.locator("input[name=count]").fill("4")
    page.locator("input[name=number]").fill(str(bert.number))
    page.locator("input[name=family_name]").fill("Lefevre")
    page.locator("main form button").first.click()
    page.locator("button[name=checked]").click()
    page.wait_for_url(re.compile("/members/shares/$"))
    sign_in(page, "bert@people.example", language)
    page.goto(f"/{language}/members/shares/")
    page.locator("a[href*='/offers/']").click()
    page.locator("button[value=accept]").click()
    page.wait_for_url(re.compile("/members/shares/$"))
    assert held(bert) == (4, 200_00)


@pytest.mark.parametrize("protected", ["anna", "bert"])
def test_a_protected_member_passes_no_shares_without_their_administrator(
    anna: Member, bert: Member, protected: str
) -> None:
    given = {"administrator": make.person(), "starts_on": date(2020, 1, 1), "document": "order of 3 May"}
    member = {"anna": anna, "bert": bert}[protected]
    actions.note_guardianship(member=member, **given, by=make.staff("secretary"), now=make.NOW)
    with pytest.raises(Refusal) as refused:
        offered(anna, bert)
    assert refused.value.code == "protected"
    assert not ShareOffer.objects.exists()

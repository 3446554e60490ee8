"""Households: proposed, accepted, stopped, noted by staff; post goes once, benefits are shared, nothing else is."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest

from commonweal.kernel.decision import NotAllowed
from commonweal.membership import actions, queries
from commonweal.membership.access import may_have_benefits
from commonweal.membership.models import Household, HouseholdMember, HouseholdProposal, Member
from commonweal.membership.rules.estates import EndKind
from commonweal.membership.states import HOUSEHOLD, HouseholdState
from commonweal.people.models import Event, Message, Person
from commonweal.people.rules import Channel
from commonweal.voting.models import Voter
from tests import factories as make
from tests.csv_reading import cells_of
from tests.journeys.conftest import PASSWORD, press, sign_in, world  # noqa: F401
from tests.journeys.walks import Walk
from tests.membership.test_exits import broken
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

pytestmark = pytest.mark.django_db
DAY = make.NOW.date()
PAGE = "/en/members/household/"


def named(given: str, family: str, **details: Any) -> Member:
    home = {"street": f"Rue {family} 3", "postcode": "4000", "email": f"{given.lower()}@people.example"}
    return make.member(make.person(given, family, **{**home, **details}), joined_on=date(2015, 1, 1))


@pytest.fixture
def anna() -> Member:
    return named("Anna", "Peeters")


@pytest.fixture
def bert() -> Member:
    return named("Bert", "Lefèvre")


def person(member: Member) -> Person:
    assert member.person is not None
    return member.person


def proposed(asker: Member, other: Member, **changes: Any) -> HouseholdProposal:
    given = {"asker": asker, "other": other, "by": person(asker), "now": make.NOW}
    return actions.propose_household(**{**given, **changes})


def together(asker: Member, other: Member) -> HouseholdProposal:
    return actions.accept_household(proposal=proposed(asker, other), by=person(other), now=make.NOW)


def letter_boxes(day: date = DAY) -> list[tuple[str, int]]:
    return [(row.names, row.members) for row in queries.post_rows(day, "fr")]


def test_post_goes_once_from_the_day_the_other_accepts(
    anna: Member, bert: Member, run_jobs: Callable[[], int]
) -> None:
    proposal = proposed(anna, bert)
    assert letter_boxes() == [("Anna Peeters", 1), ("Bert Lefèvre", 1)]
    done = actions.accept_household(proposal=proposal, by=person(bert), now=make.NOW)
    assert (done.state, done.channel, done.agreement) == (HouseholdState.ACCEPTED, "web", "")
    assert letter_boxes() == [("Anna Peeters, Bert Lefèvre", 2)]
    assert letter_boxes(DAY - timedelta(days=1)) == [("Anna Peeters", 1), ("Bert Lefèvre", 1)]
    assert queries.household_of(bert, DAY) == [anna, bert]
    run_jobs()
    told = list(Message.objects.order_by("id").values_list("person", "body"))
    assert [who for who, _body in told] == [bert.person_id, anna.person_id]
    assert "Anna Peeters" in told[0][1]
    assert "Bert Lefèvre" in told[1][1]


def test_only_the_two_decide_and_each_their_part(anna: Member, bert: Member) -> None:
    with pytest.raises(NotAllowed):
        proposed(anna, bert, by=person(bert))
    proposal, stranger = proposed(anna, bert), named("No", "Body")
    for move in (actions.accept_household, actions.decline_household):
        for who in (anna, stranger):
            with pytest.raises(NotAllowed):
                move(proposal=proposal, by=person(who), now=make.NOW)
    for who in (bert, stranger):
        with pytest.raises(NotAllowed):
            actions.withdraw_household(proposal=proposal, by=person(who), now=make.NOW)
    with pytest.raises(NotAllowed):
        actions.leave_household(member=anna, by=person(bert), now=make.NOW)
    with pytest.raises(NotAllowed):
        noted(anna, bert, by=person(anna))


@pytest.mark.parametrize(
    ("move", "who", "state"),
    [("decline_household", "bert", "declined"), ("withdraw_household", "anna", "withdrawn")],
)
def test_a_proposal_that_ended_moves_no_more(
    anna: Member, bert: Member, move: str, who: str, state: str, run_jobs: Callable[[], int]
) -> None:
    proposal, by = proposed(anna, bert), person({"anna": anna, "bert": bert}[who])
    assert getattr(actions, move)(proposal=proposal, by=by, now=make.NOW).state == state
    with pytest.raises(actions.HouseholdRefused):
        actions.accept_household(proposal=proposal, by=person(bert), now=make.NOW)
    assert not Household.objects.exists()
    run_jobs()
    other = {"anna": bert, "bert": anna}[who]
    assert Message.objects.latest("id").person == other.person
    assert proposed(anna, bert).state == HouseholdState.PROPOSED


def test_what_cannot_be_proposed(anna: Member, bert: Member) -> None:
    company = make.organisation(person(anna))
    verger = actions.admit_member(
        organisation=company,
        municipality=make.municipality(),
        language="fr",
        joined_on=DAY,
        by=None,
        now=make.NOW,
    )
    gone = named("Gone", "Away")
    Member.objects.filter(pk=gone.pk).update(left_on=DAY)
    gone.refresh_from_db()
    for code, other in (("same", anna), ("not_persons", verger), ("not_members", gone)):
        with pytest.raises(actions.HouseholdRefused) as refused:
            proposed(anna, other)
        assert refused.value.code == code
    proposed(anna, bert)
    for pair in ((anna, bert), (bert, anna)):
        with pytest.raises(actions.HouseholdRefused) as refused:
            proposed(*pair)
        assert refused.value.code == "proposed"


def test_a_third_joins_and_two_households_never_become_one(anna: Member, bert: Member) -> None:
    together(anna, bert)
    carl, dora = named("Carl", "Maes"), named("Dora", "Smet")
    together(carl, bert)
    assert letter_boxes() == [("Anna Peeters, Bert Lefèvre, Carl Maes", 3), ("Dora Smet", 1)]
    with pytest.raises(actions.HouseholdRefused) as refused:
        proposed(anna, carl)
    assert refused.value.code == "together"
    erik = named("Erik", "Wouters")
    together(dora, erik)
    # Who proposes is not told that the other shares post already; who answers is.
    proposal = proposed(anna, dora)
    with pytest.raises(actions.HouseholdRefused) as refused:
        actions.accept_household(proposal=proposal, by=person(dora), now=make.NOW)
    assert refused.value.code == "two_households"
    assert Household.objects.count() == 2


def test_either_stops_it_and_one_alone_is_no_household(
    anna: Member, bert: Member, run_jobs: Callable[[], int]
) -> None:
    together(anna, bert)
    carl = named("Carl", "Maes")
    together(bert, carl)
    run_jobs()
    told = Message.objects.latest("pk").pk
    # The first of them goes: post comes to the next.
    actions.leave_household(member=anna, by=person(anna), now=make.NOW)
    assert letter_boxes() == [("Anna Peeters", 1), ("Bert Lefèvre, Carl Maes", 2)]
    run_jobs()
    assert {each.person for each in Message.objects.filter(pk__gt=told)} == {bert.person, carl.person}
    actions.leave_household(member=carl, by=person(carl), now=make.NOW)
    assert not HouseholdMember.objects.filter(ends_on__isnull=True).exists()
    assert queries.household_of(bert, DAY) == []
    with pytest.raises(actions.HouseholdRefused) as refused:
        actions.leave_household(member=bert, by=person(bert), now=make.NOW)
    assert refused.value.code == "no_household"
    together(bert, anna)
    assert letter_boxes() == [("Bert Lefèvre, Anna Peeters", 2), ("Carl Maes", 1)]


def test_leaving_the_cooperative_and_death_take_one_out(anna: Member, bert: Member) -> None:
    together(anna, bert)
    make.shares(bert, 4)
    secretary = make.staff("secretary")
    estate = actions.open_estate(
        member=bert, kind=EndKind.DEATH, ended_on=DAY, document="certificate", by=secretary, now=make.NOW
    )
    assert letter_boxes() == [("Anna Peeters", 1)]
    assert queries.household_of(anna, DAY) == []
    # The certificate was someone else's: everything is as it was.
    actions.withdraw_estate(estate=estate, reason="another Bert", by=secretary, now=make.NOW)
    assert queries.household_of(anna, DAY) == [anna, bert]
    # A season's day to come takes them out on that day.
    Member.objects.filter(pk=bert.pk).update(left_on=DAY + timedelta(days=30))
    assert letter_boxes() == [("Anna Peeters, Bert Lefèvre", 2)]
    later = DAY + timedelta(days=30)
    assert letter_boxes(later) == [("Anna Peeters", 1)]
    Member.objects.filter(pk=bert.pk).update(left_on=DAY)
    carl = named("Carl", "Maes")
    together(anna, carl)
    assert letter_boxes() == [("Anna Peeters, Carl Maes", 2)]
    assert Household.objects.count() == 2


def test_a_household_changes_neither_votes_nor_register(anna: Member, bert: Member) -> None:
    make.shares(anna, 10)
    make.shares(bert, 4)

    def told() -> dict[str, Any]:
        ballot, _sheets = make.open_ballot(members=0, electorate=queries.electorate_on(DAY))
        return {
            "electorate": list(queries.electorate_on(DAY)),
            "region": list(queries.electorate_on(DAY, "03000")),
            "roll": list(
                Voter.objects.filter(ballot=ballot).order_by("member").values_list("member", "region")
            ),
            "register": list(queries.register_rows(DAY, None, "fr")),
            "holdings": queries.holdings_of([anna.number, bert.number], DAY),
            "movements": [len(queries.movements_of(member)) for member in (anna, bert)],
            "speakers": [queries.speakers_for(member, DAY) for member in (anna, bert)],
        }

    before = told()
    together(anna, bert)
    assert told() == before
    assert len(before["roll"]) == 2


def noted(asker: Member, other: Member, **changes: Any) -> HouseholdProposal:
    given: dict[str, Any] = {"channel": Channel.COUNTER, "agreement": "both came by", "now": make.NOW}
    return actions.note_household(asker=asker, other=other, **{**given, **changes})


def test_staff_note_who_agreed_and_both_are_told(
    anna: Member, bert: Member, run_jobs: Callable[[], int]
) -> None:
    counter = make.staff("counter")
    for code, changes in (("no_agreement", {"agreement": " "}), ("same", {"other": anna})):
        with pytest.raises(actions.HouseholdRefused) as refused:
            noted(**{"asker": anna, "other": bert, "by": counter, **changes})
        assert refused.value.code == code
    waiting = proposed(bert, anna)
    done = noted(anna, bert, by=counter, channel=Channel.PHONE, agreement="Anna phoned")
    assert (done.pk, done.state, done.channel, done.agreement) == (
        waiting.pk,
        "accepted",
        "phone",
        "Anna phoned",
    )
    run_jobs()
    assert {each.person for each in Message.objects.all()} == {anna.person, bert.person}
    told = Message.objects.latest("pk").pk
    with pytest.raises(actions.HouseholdRefused) as refused:
        actions.leave_household(member=anna, by=counter, now=make.NOW, channel=Channel.PAPER)
    assert refused.value.code == "no_agreement"
    actions.leave_household(
        member=anna, by=counter, now=make.NOW, channel=Channel.PAPER, agreement="letter of 3 May"
    )
    run_jobs()
    assert {each.person for each in Message.objects.filter(pk__gt=told)} == {anna.person, bert.person}
    event = Event.objects.get(name="HouseholdLeft")
    assert (event.channel, event.data["agreement"], event.behalf_of) == (
        "paper",
        "letter of 3 May",
        anna.person,
    )


def test_a_protected_member_shares_post_when_staff_note_who_agreed(anna: Member, bert: Member) -> None:
    told = {"administrator": make.person(), "starts_on": date(2020, 1, 1), "document": "order"}
    actions.note_guardianship(member=bert, **told, by=make.staff("secretary"), now=make.NOW)
    with pytest.raises(actions.HouseholdRefused) as refused:
        proposed(anna, bert)
    assert refused.value.code == "protected"
    assert noted(anna, bert, by=make.staff("counter")).state == HouseholdState.ACCEPTED


def test_the_database_keeps_households_whole(anna: Member, bert: Member) -> None:
    proposal = together(anna, bert)
    carl = named("Carl", "Maes")
    verger = actions.admit_member(
        organisation=make.organisation(person(carl)),
        municipality=make.municipality(),
        language="fr",
        joined_on=DAY,
        by=None,
        now=make.NOW,
    )
    row = "INSERT INTO membership_householdmember (household_id, member_id, starts_on, ends_on) VALUES (%s, %s, %s, %s)"
    home = proposal.household_id
    assert broken(row, home, anna.pk, DAY, None) == "household_one_at_a_time"
    assert broken(row, home, carl.pk, DAY, DAY - timedelta(days=1)) == "household_days_in_order"
    assert broken(row, home, verger.pk, DAY, None) == "household_of_persons"
    table = "membership_householdmember"
    assert broken(f"UPDATE {table} SET starts_on = '2020-01-01'") == "household_frozen"
    assert broken(f"DELETE FROM {table}") == "membership_only_grows"
    assert broken("UPDATE membership_household SET began_on = '2020-01-01'") == "membership_only_grows"
    HouseholdMember.objects.filter(member=anna).update(ends_on=DAY + timedelta(days=5))
    assert broken(f"UPDATE {table} SET ends_on = NULL WHERE member_id = %s", anna.pk) == "household_frozen"
    assert broken(row, home, anna.pk, DAY, None) == "household_one_a_day"


def test_the_database_keeps_proposals_whole(anna: Member, bert: Member) -> None:
    waiting = proposed(anna, bert)
    table = "membership_householdproposal"
    for change, constraint in (
        ("state = 'accepted', answered_at = now()", "household_accepted_is_one"),
        ("state = 'declined'", "household_answered"),
        ("channel = 'phone'", "household_says_who_agreed"),
        (f"other_id = {anna.pk}", "household_proposal_frozen"),
    ):
        assert broken(f"UPDATE {table} SET {change}") == constraint
    row = f"INSERT INTO {table} (asker_id, other_id, state, proposed_at, channel, agreement)"
    values = "VALUES (%s, %s, 'proposed', now(), 'web', '')"
    assert broken(f"{row} {values}", anna.pk, anna.pk) == "household_between_two"
    assert broken(f"{row} {values}", anna.pk, bert.pk) == "household_proposed_once"
    assert broken(f"DELETE FROM {table}") == "membership_only_grows"
    actions.decline_household(proposal=waiting, by=person(bert), now=make.NOW)
    assert broken(f"UPDATE {table} SET state = 'withdrawn'") == "household_proposal_frozen"


def test_every_end_of_the_table_is_an_end() -> None:
    ends = {state for state in HouseholdState if not HOUSEHOLD.moves_from(state)}
    assert ends == {"accepted", "declined", "withdrawn"}


def share(bert: Member, **changes: str) -> dict[str, str]:
    return {"move": "share", "share-number": str(bert.number), "share-family_name": "lefevre", **changes}


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_the_two(anna: Member, bert: Member, language: str) -> None:
    asker, other, address = (
        signed_in(person(anna)),
        signed_in(person(bert)),
        f"/{language}/members/household/",
    )
    text_of(asker, address)
    assert asker.post(address, share(bert)).status_code == 302
    proposal = HouseholdProposal.objects.get()
    assert "Anna Peeters" in text_of(other, f"/{language}/me/")
    assert 'value="accept"' in text_of(other, address)
    mine = text_of(asker, address)
    assert 'value="withdraw"' in mine
    # What is proposed tells neither where the other lives.
    assert "Rue Lefèvre" not in mine
    assert "Rue Peeters" not in text_of(other, address)
    other.post(address, {"move": "accept", "proposal": str(proposal.pk)})
    shown = text_of(other, address)
    assert "Rue Peeters 3, 4000" in shown
    assert "Anna Peeters" in text_of(other, f"/{language}/me/")
    assert queries_of(other, address) <= 16
    again = other.post(address, {"move": "accept", "proposal": str(proposal.pk)})
    assert 'role="alert"' in again.content.decode()
    assert asker.post(address, {"move": "stop"}).status_code == 302
    assert queries.household_of(anna, DAY) == []


def test_refusals_are_told_on_the_page(anna: Member, bert: Member) -> None:
    page = signed_in(person(anna))
    for wrong in (
        share(bert, **{"share-family_name": "Guess"}),
        share(anna, **{"share-family_name": "Peeters"}),
    ):
        told = page.post(PAGE, wrong).content.decode()
        assert 'role="alert"' in told
        assert "Bert" not in told
    assert "error-summary" in page.post(PAGE, share(bert, **{"share-number": ""})).content.decode()
    assert page.post(PAGE, {"move": "nothing"}).status_code == 200
    assert not HouseholdProposal.objects.exists()


def test_nobody_answers_for_another_or_sees_their_shares(anna: Member, bert: Member) -> None:
    make.shares(anna, 73)
    proposal, stranger = proposed(anna, bert), signed_in(person(named("No", "Body")))
    stranger.post(PAGE, {"move": "accept", "proposal": str(proposal.pk)})
    assert "Anna" not in text_of(stranger, PAGE)
    together_now = actions.accept_household(proposal=proposal, by=person(bert), now=make.NOW)
    assert together_now.household_id
    other = signed_in(person(bert))
    for page in ("me/", "members/household/", "members/shares/"):
        assert "73 shares" not in text_of(other, f"/en/{page}")
    assert "73 shares" in text_of(signed_in(person(anna)), "/en/me/")
    assert signed_in(make.person("No", "Member", email="n@people.example")).get(PAGE).status_code == 403


def test_staff_note_it_on_the_member_s_page(anna: Member, bert: Member) -> None:
    address, counter = f"/en/members/{anna.number}/household/", signed_in(make.staff("counter"))
    for language in LANGUAGES:
        text_of(counter, f"/{language}/members/{anna.number}/household/")
    assert address in text_of(counter, "/en/desk/members/?text=peeters")
    door = {"share-channel": "paper", "share-agreement": "letter both signed"}
    assert "error-summary" in counter.post(address, share(bert)).content.decode()
    counter.post(address, share(bert, **door))
    assert HouseholdProposal.objects.get().agreement == "letter both signed"
    assert "Anna Peeters, Bert Lefèvre" in text_of(counter, address)
    secretary = signed_in(make.staff("secretary"))
    assert address in text_of(secretary, f"/en/members/register/{anna.number}/")
    waiting = proposed(named("Carl", "Maes"), anna)
    counter.post(address, {"move": "accept", "proposal": str(waiting.pk)})
    waiting.refresh_from_db()
    assert waiting.state == HouseholdState.PROPOSED, (
        "nobody accepts in another's place without noting who agreed"
    )
    assert "error-summary" in counter.post(address, {"move": "stop"}).content.decode()
    counter.post(address, {"move": "stop", "stop-channel": "phone", "stop-agreement": "she phoned"})
    assert queries.household_of(anna, DAY) == []
    assert counter.get("/en/members/9999/household/").status_code == 404
    assert signed_in(make.staff("finance")).get(address).status_code == 403
    assert signed_in(person(bert)).get(address).status_code == 403


def test_the_addresses_for_post_are_taken_out_by_the_secretary_and_noted(anna: Member, bert: Member) -> None:
    together(anna, bert)
    odd = named("=Cmd", "Maes;=1+1", street="", postcode="")
    actions.admit_member(
        organisation=make.organisation(person(odd), name="Le Verger"),
        municipality=make.municipality(),
        language="nl",
        joined_on=DAY,
        by=None,
        now=make.NOW,
    )
    secretary, address = signed_in(make.staff("secretary")), "/fr/members/register/post/"
    assert address in text_of(secretary, "/fr/members/register/")
    sent = secretary.post(address)
    rows = cells_of(sent)
    assert [len(row) for row in rows] == [7] * 4
    assert rows[1] == ["Anna Peeters, Bert Lefèvre", "Rue Peeters 3", "4000", "Liège", "", "fr", "2"]
    assert rows[2][0] == "'=Cmd Maes;'=1+1"
    assert rows[3] == ["Le Verger", "", "", "Liège", "", "nl", "1"]
    assert Event.objects.filter(name="PostListTaken").count() == 1
    assert secretary.get(address).status_code == 405
    assert signed_in(make.staff("counter")).post(address).status_code == 403
    with pytest.raises(NotAllowed):
        actions.note_post_list_taken(by=person(anna), now=make.NOW)


def test_partners_benefits_are_shared_and_nobody_sees_the_others_shares(anna: Member, bert: Member) -> None:
    make.shares(anna, 12)
    make.shares(bert, 3)

    def told(member: Member) -> str:
        return text_of(signed_in(person(member)), "/en/members/shares/")

    assert [bool(may_have_benefits(each, DAY)) for each in (anna, bert)] == [True, False]
    assert "€450 more than you hold" in told(bert)
    together(anna, bert)
    assert all(may_have_benefits(each, DAY) for each in (anna, bert))
    assert "through your household: one of you paid €600 or more" in told(bert)
    assert "You have the benefits our partners offer: they start at €600" in told(anna)
    assert "You paid €600 on the shares you hold" in told(anna)
    assert "You paid €150 on the shares you hold" in told(bert)
    assert "Anna" not in told(bert)
    actions.leave_household(member=anna, by=person(anna), now=make.NOW)
    assert not may_have_benefits(bert, DAY)
    assert "€450 more than you hold" in told(bert)


def test_the_addresses_for_post_take_the_same_few_queries_for_many(
    anna: Member, bert: Member, django_assert_num_queries: Any
) -> None:
    together(anna, bert)
    for _each in range(5):
        make.member()
    with django_assert_num_queries(2):
        assert len(letter_boxes()) == 6


def test_two_members_come_together_and_apart(
    world: None,  # noqa: F811
    walk: Walk,
    sign_in: Callable[..., None],  # noqa: F811
) -> None:
    anna, bert = named("Anna", "Peeters"), named("Bert", "Lefevre")
    for member in (anna, bert):
        make.account(person(member), PASSWORD)
    page, language = walk.open_page(), walk.language
    address = f"/{language}/members/household/"
    sign_in(page, "anna@people.example", language)
    page.goto(address)
    page.locator("input[name=share-number]").fill(str(bert.number))
    page.locator("input[name=share-family_name]").fill("Lefevre")
    press(page, "button[value=share]")
    sign_in(page, "bert@people.example", language)
    page.goto(address)
    press(page, "button[value=accept]")
    assert "Anna Peeters, Bert Lefevre" in page.locator("main").inner_text()
    press(page, "button[value=stop]")
    assert not HouseholdMember.objects.filter(ends_on__isnull=True).exists()

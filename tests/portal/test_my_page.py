"""My page: what waits, what one follows, what one holds; and the name of a new account."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.test import Client

from commonweal.people.models import Account, Person
from commonweal.people.rules import MandateScope
from commonweal.projects import actions as projects
from commonweal.projects.rules.parts import Part
from commonweal.voting import actions as voting
from tests import factories as make
from tests.clock import Clock
from tests.portal.steps import LANGUAGES, decided_call, queries_of, signed_in, text_of


def new_account(email: str = "new@example.org") -> Account:
    """An account that has not told a name."""
    account = Account.objects.create_user(email=email, password="a long password")
    account.emailaddress_set.create(email=email, verified=True, primary=True)  # type: ignore[attr-defined]
    return account


def returned(applicant: Person, title: str = "Un banc pour parler") -> None:
    """A dossier of the applicant's that staff sent back with a question."""
    adviser = make.staff("adviser")
    dossier = make.sent(make.call(), applicant, title=title)
    projects.declare_conflict(dossier=dossier, by=adviser, has_conflict=False, text="", now=make.NOW)
    projects.take_up_dossier(dossier=dossier, by=adviser, now=make.NOW)
    projects.ask_for_more(dossier=dossier, parts=[Part.COSTS], message="Combien ?", by=adviser, now=make.NOW)


@pytest.mark.parametrize("language", LANGUAGES)
def test_my_page_answers_in_every_language(db: None, language: str) -> None:
    who = make.person()
    make.member(who)
    make.open_ballot(members=0)
    returned(who)
    make.draft(make.call(), who)
    assert f'<html lang="{language}"' in text_of(signed_in(who), f"/{language}/me/")


def test_a_visitor_is_asked_to_sign_in_and_comes_back(db: None, client: Client) -> None:
    answer = client.get("/en/me/")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/en/account/login/?next=/en/me/"


def test_a_vote_waits_until_it_is_cast_and_then_says_only_that_it_was(db: None) -> None:
    who = make.person()
    make.member(who)
    ballot, _sheets = make.open_ballot(members=0)
    client = signed_in(who)
    page = text_of(client, "/en/me/")
    assert "Vote: A vote" in page
    assert "seven days left" in page
    assert f"/en/ballots/{ballot.pk}/" in page
    (voter,) = make.voters(ballot)
    voting.cast_vote(
        ballot=ballot, voter=voter, choice=((2, 1),), code=voting.new_code(), by=who, now=lambda: make.NOW
    )
    page = text_of(client, "/en/me/")
    assert "Vote: A vote" not in page
    assert "You voted on" in page
    assert "Chose" not in page, "what was chosen is nowhere on the page"


def test_a_vote_that_has_ended_does_not_wait(db: None, clock: Clock) -> None:
    who = make.person()
    make.member(who)
    ballot, _sheets = make.open_ballot(members=0)
    clock.moment = ballot.closes_at
    assert "Vote: A vote" not in text_of(signed_in(who), "/en/me/")


def test_questions_and_drafts_wait_each_with_one_button(db: None, clock: Clock) -> None:
    who = make.person()
    returned(who)
    draft = make.draft(make.call(), who, title="Le four du quartier")
    client = signed_in(who)
    page = text_of(client, "/en/me/")
    assert "We have a question about “Un banc pour parler”." in page
    assert "Your draft: Le four du quartier <strong>ten days left" in page
    clock.moment = draft.call.applies_until + timedelta(minutes=1)
    assert "Your draft" not in text_of(client, "/en/me/"), "a draft for a closed call waits for nobody"


def test_a_page_without_anything_says_what_one_could_do(db: None) -> None:
    page = text_of(signed_in(make.person()), "/en/me/")
    assert "Nothing waits for you." in page
    assert "/en/check/" in page
    assert "This account is not tied to a membership." in page


def test_members_read_their_number_their_day_and_their_municipality(db: None) -> None:
    who = make.person()
    member = make.member(who)
    page = text_of(signed_in(who), "/fr/me/")
    assert f"<dd>{member.number}</dd>" in page
    assert "jeudi 1er janvier 2015" in page
    assert "Liège" in page


def test_one_follows_ones_dossiers_and_those_one_has_a_mandate_for(db: None) -> None:
    who, friend = make.person(), make.person("Jo", "Peeters")
    make.sent(make.call(), who, title="Le banc")
    make.people.give_mandate(
        principal=who,
        agent=friend,
        scope=MandateScope.APPLY,
        ends_on=make.NOW.date() + timedelta(days=9),
        by=who,
        now=make.NOW,
    )
    own = text_of(signed_in(who), "/en/me/")
    assert "Le banc" in own
    assert "You hear from us by" in own
    assert "You gave one mandate." in own
    other = text_of(signed_in(friend), "/en/me/")
    assert f"For {who}." in other
    assert "You act for one other person." in other
    assert "Le banc" not in text_of(signed_in(make.person()), "/en/me/")


def test_every_state_of_a_dossier_has_its_next_step(db: None) -> None:
    from commonweal.portal.views.wording import next_step
    from commonweal.projects.states import DossierState

    dossier = make.sent(make.call())
    for state in DossierState:
        dossier.state = state
        assert next_step(dossier)


def test_my_page_costs_the_same_for_one_row_and_for_several(db: None) -> None:
    who = make.person()
    make.member(who)
    decided_call(make.staff("adviser"))
    make.open_ballot(members=0)
    call = make.call()
    first = make.draft(call, who)
    client = signed_in(who)
    client.get("/fr/me/")
    one = queries_of(client, "/fr/me/")
    for _each in range(10):
        make.draft(make.call(), who, organisation=first.organisation)
        make.sent(call, who, organisation=first.organisation)
        make.open_ballot(members=0)
    assert queries_of(client, "/fr/me/") == one <= 22


def test_a_new_account_tells_its_name_and_goes_on_to_where_it_was_going(db: None) -> None:
    call = make.call()
    client = signed_in(new_account())
    wanted = f"/fr/calls/{call.slug}/apply/"
    answer = client.get(wanted)
    assert answer.status_code == 302
    assert answer.headers["Location"].startswith("/fr/me/name/?next=")
    assert wanted in text_of(client, answer.headers["Location"])
    given = {"given_name": " Ada ", "family_name": "Love\u202elace", "language": "nl", "next": wanted}
    answer = client.post("/fr/me/name/", given)
    assert answer.headers["Location"] == wanted
    account = Account.objects.select_related("person").get(email="new@example.org")
    assert account.person is not None
    assert (str(account.person), account.person.language) == ("Ada Lovelace", "nl")
    assert client.get(wanted).status_code == 200


def test_my_page_of_a_new_account_leads_to_the_introduction(db: None) -> None:
    answer = signed_in(new_account()).get("/en/me/")
    assert answer.headers["Location"] == "/en/me/name/?next=%2Fen%2Fme%2F"


@pytest.mark.parametrize("elsewhere", ["https://evil.example/", "//evil.example/", "javascript:alert(1)", ""])
def test_the_introduction_never_leads_off_the_site(db: None, elsewhere: str) -> None:
    given = {"given_name": "Ada", "family_name": "Lovelace", "language": "fr", "next": elsewhere}
    answer = signed_in(new_account()).post("/en/me/name/", given)
    assert answer.headers["Location"] == "/en/me/"


def test_who_has_a_name_is_not_asked_again(db: None) -> None:
    who = make.person()
    client = signed_in(who)
    assert client.get("/en/me/name/").headers["Location"] == "/en/me/"
    client.post("/en/me/name/", {"given_name": "Other", "family_name": "Name", "language": "fr"})
    who.refresh_from_db()
    assert who.given_name == "Ada"


def test_an_introduction_without_a_name_keeps_what_was_typed(db: None) -> None:
    client = signed_in(new_account())
    answer = client.post("/en/me/name/", {"given_name": "", "family_name": "", "language": "nl"})
    page = answer.content.decode()
    assert "error-summary" in page
    assert 'value="nl"' in page
    assert not Person.objects.exists()


@pytest.mark.parametrize("names", [{"given_name": "Suharto", "family_name": ""}, {"family_name": "Suharto"}])
def test_one_name_is_enough(db: None, names: dict[str, str]) -> None:
    client = signed_in(new_account())
    assert "Suharto" in client.post("/en/me/name/", {**names, "language": "fr"}, follow=True).content.decode()
    found = Person.objects.get()
    assert (str(found), found.first_name, found.last_name) == ("Suharto", "Suharto", "Suharto")


def test_visitors_are_not_asked_for_a_name(db: None, client: Client) -> None:
    assert client.get("/en/me/name/").headers["Location"] == "/en/account/login/?next=/en/me/name/"

"""My data: consents with text, language, moment and door; a copy of everything; being forgotten, and who cannot be."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
from django.db import DatabaseError, transaction
from django.test import Client

from commonweal.kernel.decision import NotAllowed
from commonweal.people import actions, queries
from commonweal.people.models import Consent, Event, Person
from commonweal.people.rules import CONSENT_VERSION, Channel, Purpose
from tests import factories as make
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

pytestmark = pytest.mark.django_db
HOME = "/en/me/data/"


def test_consents_are_dated_rows_and_the_latest_counts() -> None:
    who, later = make.person(), make.NOW + timedelta(days=3)
    actions.set_consents(
        person=who, given={Purpose.NEWS, Purpose.OFFERS}, language="nl", by=who, now=make.NOW
    )
    assert (
        actions.set_consents(
            person=who, given={Purpose.NEWS, Purpose.OFFERS}, language="fr", by=who, now=later
        )
        == []
    )
    actions.set_consents(person=who, given={Purpose.NEWS}, language="fr", by=who, now=later)
    assert set(queries.consents_of(who)) == {Purpose.NEWS}
    first = queries.consents_of(who)[Purpose.NEWS]
    assert (first.version, first.language, first.at, first.channel) == (
        CONSENT_VERSION,
        "nl",
        make.NOW,
        "web",
    )
    told = [(each.purpose, each.given) for each in Consent.objects.order_by("id")]
    assert told == [("news", True), ("offers", True), ("offers", False)]
    assert Event.objects.filter(name="ConsentsSet").count() == 2


def test_a_new_wording_asks_again(monkeypatch: pytest.MonkeyPatch) -> None:
    who = make.person()
    actions.set_consents(person=who, given={Purpose.NEWS}, language="nl", by=who, now=make.NOW)
    monkeypatch.setattr(queries, "CONSENT_VERSION", "2027-01")
    assert queries.consents_of(who) == {}


def test_staff_note_what_someone_says_by_phone_and_nobody_else_may() -> None:
    who, staff = make.person(), make.staff("counter")
    (row,) = actions.set_consents(
        person=who, given={Purpose.NEWS}, language="nl", by=staff, now=make.NOW, channel=Channel.PHONE
    )
    assert (row.by, row.channel) == (staff, "phone")
    with pytest.raises(NotAllowed):
        actions.set_consents(person=who, given=set(), language="nl", by=make.person(), now=make.NOW)


def test_the_database_keeps_consents_as_they_were_said() -> None:
    who = make.person()
    (row,) = actions.set_consents(person=who, given={Purpose.NEWS}, language="nl", by=who, now=make.NOW)
    for spoil in (lambda: row.delete(), lambda: Consent.objects.update(given=False)):
        with pytest.raises(DatabaseError), transaction.atomic():
            spoil()


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_takes_ticks_and_takes_them_back(language: str) -> None:
    who = make.person()
    client, address = signed_in(who), f"/{language}/me/data/"
    assert "checked" not in text_of(client, address), "nothing is ticked for anybody"
    client.post(address, {"purposes": ["news"]})
    assert text_of(client, address).count("checked") == 1
    assert queries.consents_of(who)[Purpose.NEWS].language == language
    client.post(address, {})
    assert queries.consents_of(who) == {}
    assert queries_of(client, address) <= 9


def test_the_copy_holds_what_is_about_me_and_nothing_of_others() -> None:
    anna = make.person("Anna", "Peeters", email="anna@people.example", phone="0470")
    other = make.person("Bert", "Lefèvre", email="bert@people.example")
    make.shares(make.member(anna), 10)
    make.member(other)
    client = signed_in(anna)
    client.post(HOME, {"purposes": ["news"]})
    answer = client.get(f"{HOME}copy/")
    told = json.loads(answer.content)
    assert told["people.person"][0]["phone"] == "0470"
    assert {row["quantity"] for row in told["ledger"] if row["account_id"].startswith("shares")} == {10}
    assert told["people.consent"][0]["purpose"] == "news"
    assert "membership.member" in told
    text = answer.content.decode()
    for never in ("Lefèvre", "bert@", "password", "digest", "argon2", "pbkdf2"):
        assert never not in text
    assert Client().get(f"{HOME}copy/").status_code == 302


def test_who_never_was_a_member_can_be_forgotten() -> None:
    who = make.person("Anna", "Peeters")
    client = signed_in(who)
    assert "Forget me" in text_of(client, HOME)
    assert "cannot be undone" in text_of(client, f"{HOME}forget/")
    client.post(f"{HOME}forget/")
    who = Person.objects.get(pk=who.pk)
    assert (who.given_name, who.erased_at is not None) == ("—", True)
    assert client.get(HOME).status_code == 302, "signed out"


def test_a_members_name_stays_in_the_register() -> None:
    member = make.member()
    assert member.person is not None
    client = signed_in(member.person)
    assert "the law keeps name and address" in text_of(client, HOME)
    assert client.get(f"{HOME}forget/").status_code == 403
    assert client.post(f"{HOME}forget/").status_code == 403
    member.person.refresh_from_db()
    assert member.person.erased_at is None

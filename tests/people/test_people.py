"""Persons, organisations, roles, mandates, the audit trail and what is forgotten."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core import mail
from django.db import DatabaseError, IntegrityError, connection, transaction

from commonweal.kernel.decision import NotAllowed
from commonweal.people import actions, queries
from commonweal.people.access import is_tied_to, may, may_act_for, organisations_of, roles_of
from commonweal.people.models import Account, Event, Mandate, Message, Organisation, Person
from commonweal.people.rules import ROLES, Act, JointKind, LegalForm, MandateScope, PositionKind, granted
from tests import factories as make

pytestmark = pytest.mark.django_db


def test_a_person_needs_neither_an_address_nor_an_account() -> None:
    person = actions.register_person(given_name="Germaine", family_name="Petit\u202e", by=None, now=make.NOW)
    assert str(person) == "Germaine Petit"
    assert not hasattr(person, "account")
    assert Event.objects.get(name="PersonRegistered").by == person


@pytest.mark.parametrize("number", ["0403.581.960", "BE0403581960", "0403581960"])
def test_a_company_number_is_kept_as_ten_digits(number: str) -> None:
    assert actions.company_number(number) == "0403581960"


def test_an_empty_company_number_is_none() -> None:
    assert actions.company_number("  ") is None


@pytest.mark.parametrize("number", ["0403.581.961", "123", "abc", "9999999999"])
def test_a_wrong_company_number_is_refused(number: str) -> None:
    with pytest.raises(actions.WrongCompanyNumber):
        actions.company_number(number)


def test_the_database_refuses_a_company_number_that_is_none() -> None:
    with pytest.raises(IntegrityError), transaction.atomic():
        Organisation.objects.create(
            name="x", legal_form="association", company_number="12", created_at=make.NOW
        )


def test_two_people_of_one_organisation_meet_in_one_row() -> None:
    ann, bo = make.person(), make.person()
    for who in (ann, bo, ann):
        actions.register_organisation(
            name="Chic-Chac", legal_form=LegalForm.ASSOCIATION, number="0403.581.960", by=who, now=make.NOW
        )
    organisation = queries.organisation_with_number("0403581960")
    assert organisation is not None
    assert organisation.positions.count() == 2
    today, before = make.NOW.date(), make.NOW.date() - timedelta(days=1)
    assert (is_tied_to(bo, organisation.pk, today), is_tied_to(bo, organisation.pk, before)) == (True, False)
    assert not organisations_of(bo, today), "who types a company number does not speak for the organisation"
    actions.confirm_speaker(
        person=bo, organisation=organisation, document="statutes", by=make.staff("secretary"), now=make.NOW
    )
    assert set(organisations_of(bo, today)) == {organisation}
    assert not organisations_of(bo, before)


@pytest.mark.parametrize("role", ROLES, ids=lambda role: role.code)
@pytest.mark.parametrize("act", list(Act))
def test_each_role_grants_exactly_its_acts(role: Any, act: Act) -> None:
    who = make.staff(role.code)
    assert bool(may(who, act, make.NOW.date())) == (act in role.grants)


def test_roles_hold_from_day_to_day() -> None:
    who = make.person()
    appointment = actions.set_up_staff(person=who, role="adviser", now=make.NOW)
    assert roles_of(who, make.NOW.date()) == {"adviser"}
    assert roles_of(who, make.NOW.date() - timedelta(days=1)) == frozenset()
    type(appointment).objects.update(ends_on=make.NOW.date(), ended_by=make.person())
    assert roles_of(who, make.NOW.date() + timedelta(days=1)) == frozenset()
    assert granted(frozenset({"no such role"})) == frozenset()
    assert roles_of(None, make.NOW.date()) == frozenset()


def test_only_the_administrator_appoints() -> None:
    who, boss, adviser = make.person(), make.staff("administrator"), make.staff("adviser")
    with pytest.raises(NotAllowed):
        actions.ask_jointly(
            kind=JointKind.GIVE_ROLE, person=who, role="adviser", why="x", by=adviser, now=make.NOW
        )
    with pytest.raises(actions.UnknownRole):
        actions.ask_jointly(kind=JointKind.GIVE_ROLE, person=who, role="king", why="x", by=boss, now=make.NOW)
    make.role(who, "adviser", asked=boss)
    assert roles_of(who, make.NOW.date()) == {"adviser"}


def test_a_mandate_ends_on_its_day_and_when_withdrawn() -> None:
    principal, agent = make.person(), make.person()
    day = make.NOW.date()
    assert may_act_for(principal, principal, MandateScope.APPLY, day)
    assert may_act_for(agent, principal, MandateScope.APPLY, day).code == "no_mandate"
    mandate = actions.give_mandate(
        principal=principal, agent=agent, scope=MandateScope.APPLY, ends_on=day, by=principal, now=make.NOW
    )
    assert may_act_for(agent, principal, MandateScope.APPLY, day)
    assert not may_act_for(agent, principal, MandateScope.READ, day)
    assert not may_act_for(agent, principal, MandateScope.APPLY, day + timedelta(days=1))
    with pytest.raises(NotAllowed):
        actions.withdraw_mandate(mandate=mandate, by=make.person(), now=make.NOW)
    actions.withdraw_mandate(mandate=mandate, by=agent, now=make.NOW)
    assert not may_act_for(agent, principal, MandateScope.APPLY, day)


def test_nobody_gives_a_mandate_in_another_name_but_staff() -> None:
    principal, agent, counter = make.person(), make.person(), make.staff("counter")
    given: dict[str, Any] = {
        "principal": principal,
        "agent": agent,
        "scope": MandateScope.APPLY,
        "now": make.NOW,
    }
    with pytest.raises(NotAllowed):
        actions.give_mandate(**given, by=agent, ends_on=date(2027, 1, 1))
    actions.give_mandate(**given, by=counter, ends_on=date(2027, 1, 1))


def test_an_address_names_one_account_whatever_its_case() -> None:
    actions.open_account(person=make.person(), email="Ada@Example.org", password="x", now=make.NOW)
    assert Account.objects.get_by_natural_key("ADA@example.ORG").email == "ada@example.org"
    with pytest.raises(IntegrityError), transaction.atomic():
        actions.open_account(person=make.person(), email="ada@example.org", password="x", now=make.NOW)


def test_someone_new_tells_their_name_once() -> None:
    account = Account.objects.create_user("new@example.org", "x")
    first = actions.introduce(
        account=account, now=make.NOW, given_name="Jo", family_name="Peeters", language="nl"
    )
    again = actions.introduce(account=account, now=make.NOW, given_name="Other", family_name="Name")
    assert first == again
    assert first.email == "new@example.org"


def test_people_are_found_without_accents_and_by_the_start_of_their_names() -> None:
    wanted = make.person("Zoë", "D'Hæse")
    make.person("Zora", "Other")
    assert list(queries.people_named("zoe dhae")) == [] or wanted in queries.people_named("zoe")
    assert list(queries.people_named("zoe")) == [wanted]
    assert list(queries.people_named("ZOË h")) == [wanted]
    assert not queries.people_named("  ").exists()
    assert not queries.people_named("'; DROP TABLE x; --").exists()


def test_what_is_forgotten_leaves_no_name_behind() -> None:
    who = make.person(
        "Rosa", "Vandenberghe", email="rosa@example.org", phone="02 1", born_on=date(1950, 1, 1)
    )
    make.account(who)
    event = actions.record("Something", f"person:{who.pk}", by=who, at=make.NOW)
    actions.write_to(event=event, person=who, subject="Dear Rosa", body="Vandenberghe")
    with pytest.raises(NotAllowed):
        actions.erase_person(person=who, by=make.person(), now=make.NOW)
    actions.erase_person(person=who, by=who, now=make.NOW)
    rows = [
        *Person.objects.filter(pk=who.pk).values(),
        *Message.objects.values(),
        *Account.objects.values(),
        *Event.objects.values(),
    ]
    assert "Rosa" not in str(rows)
    assert "Vandenberghe" not in str(rows)
    assert "rosa@" not in str(rows)
    who.refresh_from_db()
    assert actions.write_to(event=event, person=who, subject="x", body="y") is None


def test_a_message_about_an_event_goes_once_by_mail_or_as_a_letter(run_jobs: Any) -> None:
    by_mail, by_letter = make.person(email="a@example.org"), make.person()
    event = actions.record("Something", "x:1", by=None, at=make.NOW)
    for who in (by_mail, by_letter, by_mail):
        actions.write_to(event=event, person=who, subject="Hello", body="Text")
    run_jobs()
    assert [message.to for message in mail.outbox] == [["a@example.org"]]
    assert [letter.person for letter in queries.letters_to_print()] == [by_letter]


def test_a_person_takes_one_position_once() -> None:
    who = make.person()
    organisation = make.organisation(who)
    first = actions.take_position(
        person=who, organisation=organisation, kind=PositionKind.BOARD, by=who, now=make.NOW
    )
    again = actions.take_position(
        person=who, organisation=organisation, kind=PositionKind.BOARD, by=who, now=make.NOW
    )
    assert first == again


@pytest.mark.django_db
def test_messages_and_mandates_stay_as_they_were_whoever_writes() -> None:
    one, other = make.person(email="one@example.org"), make.person()
    given = {"principal": one, "agent": other, "scope": "apply", "ends_on": date(2028, 1, 1)}
    mandate = actions.give_mandate(**given, by=one, now=make.NOW)
    event = Event.objects.latest("pk")
    Message.objects.create(event=event, person=one, language="en", subject="S", body="B", by_letter=False)
    for statement in (
        "UPDATE people_message SET body = 'x'",
        "UPDATE people_message SET body = ''",
        "DELETE FROM people_message",
        "UPDATE people_mandate SET ends_on = '2099-01-01'",
        f"UPDATE people_mandate SET agent_id = {one.pk}",
        "DELETE FROM people_mandate",
    ):
        with pytest.raises(DatabaseError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)
    Message.objects.update(sent_at=make.NOW)
    Message.objects.update(subject="", body="", address="")
    actions.withdraw_mandate(mandate=mandate, by=one, now=make.NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        Mandate.objects.update(withdrawn_at=None)

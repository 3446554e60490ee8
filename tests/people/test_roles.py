"""Who gives roles, to whom, and which do not go together: in the action, on the page, in the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from commonweal.people import actions
from commonweal.people.access import roles_of
from commonweal.people.models import Event, Message, StaffAppointment
from commonweal.people.queries import administrators
from commonweal.people.rules import INCOMPATIBLE, ROLES
from tests import factories as make
from tests.portal.steps import signed_in, text_of

pytestmark = pytest.mark.django_db
TODAY = make.NOW.date()
APART = [(each.first, each.second) for each in INCOMPATIBLE]


def broken(change: Callable[[], Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_nobody_gives_a_role_to_themselves() -> None:
    boss = make.staff("administrator", email="boss@example.org")
    make.staff("administrator")
    with pytest.raises(actions.RoleRefused) as refusal:
        actions.appoint_staff(person=boss, role="finance", by=boss, now=make.NOW)
    assert refusal.value.code == "oneself"
    answer = signed_in(boss).post("/en/desk/staff/", {"email": "boss@example.org", "role": "secretary"})
    assert "Nobody gives a role to themselves" in answer.content.decode()
    assert 'value="boss@example.org"' in answer.content.decode(), "nothing typed is lost"
    assert roles_of(boss, TODAY) == {"administrator"}
    broken(lambda: StaffAppointment.objects.create(person=boss, role="x", starts_on=TODAY, given_by=boss))


def test_the_last_administrator_stays() -> None:
    boss, second = make.staff("administrator"), make.staff("administrator")
    own, other = (StaffAppointment.objects.get(person=each) for each in (boss, second))
    actions.end_appointment(appointment=other, by=boss, now=make.NOW)
    with pytest.raises(actions.RoleRefused) as refusal:
        actions.end_appointment(appointment=own, by=boss, now=make.NOW)
    assert refusal.value.code == "last_administrator"
    answer = signed_in(boss).post(f"/en/desk/staff/{own.pk}/end/")
    assert answer.status_code == 409
    assert "last administrator" in answer.content.decode()
    mine = StaffAppointment.objects.filter(pk=own.pk)
    broken(lambda: mine.update(ends_on=TODAY))
    broken(mine.delete)
    broken(lambda: mine.update(role="counter"))
    assert administrators(TODAY).get() == boss


def test_an_administrator_whose_account_is_closed_does_not_count() -> None:
    boss, second = make.staff("administrator"), make.staff("administrator")
    type(make.account(second)).objects.filter(person=second).update(is_active=False)
    own = StaffAppointment.objects.filter(person=boss)
    with pytest.raises(actions.RoleRefused):
        actions.end_appointment(appointment=own.get(), by=boss, now=make.NOW)
    broken(lambda: own.update(ends_on=TODAY))
    account = make.account(boss)
    broken(lambda: type(account).objects.filter(pk=account.pk).update(is_active=False))


@pytest.mark.parametrize(("first", "second"), APART)
def test_roles_that_watch_each_other_are_not_held_together(first: str, second: str) -> None:
    boss = make.staff("administrator")
    for held, asked in ((first, second), (second, first)):
        who = make.staff(held)
        with pytest.raises(actions.RoleRefused) as refusal:
            actions.appoint_staff(person=who, role=asked, by=boss, now=make.NOW)
        assert refusal.value.code == "incompatible"
        broken(lambda who=who, asked=asked: who.appointments.create(role=asked, starts_on=TODAY))


def test_roles_that_go_together_are_held_together() -> None:
    codes = [role.code for role in ROLES]
    apart = {frozenset(pair) for pair in APART}
    boss = make.staff("administrator")
    for first in codes:
        for second in codes:
            if first != second and frozenset({first, second}) not in apart:
                who = make.staff(first)
                actions.appoint_staff(person=who, role=second, by=boss, now=make.NOW)
                assert roles_of(who, TODAY) == {first, second}


def test_a_role_that_ended_stands_in_no_ones_way() -> None:
    boss, who = make.staff("administrator"), make.staff("programme")
    actions.end_appointment(appointment=who.appointments.get(), by=boss, now=make.NOW)
    actions.appoint_staff(person=who, role="counter", by=boss, now=make.NOW)
    assert roles_of(who, TODAY) == {"counter"}
    assert who.appointments.get(role="programme").ended_by == boss
    assert who.appointments.get(role="counter").given_by == boss


def test_the_page_says_which_role_is_in_the_way() -> None:
    boss, who = make.staff("administrator"), make.staff("programme", email="jo@example.org")
    make.account(who)
    answer = signed_in(boss).post("/en/desk/staff/", {"email": "jo@example.org", "role": "counter"})
    assert "does not hold this role together with: programme manager" in answer.content.decode()
    assert roles_of(who, TODAY) == {"programme"}


def test_all_administrators_and_the_person_are_told_in_their_language(run_jobs: Callable[[], int]) -> None:
    boss = make.staff("administrator", email="boss@example.org", language="fr")
    other = make.staff("administrator", email="other@example.org", language="de")
    who = make.person(email="jo@example.org", language="nl")
    run_jobs()
    Message.objects.all().delete()
    held = actions.appoint_staff(person=who, role="counter", by=boss, now=make.NOW)
    actions.end_appointment(appointment=held, by=other, now=make.NOW + timedelta(days=2))
    run_jobs()
    told = Message.objects.order_by("pk")
    assert {(each.event.name, each.person_id) for each in told} == {
        (name, each.pk) for name in ("StaffAppointed", "StaffAppointmentEnded") for each in (boss, other, who)
    }
    assert {each.language for each in told} == {"fr", "nl", "de"}
    assert all(str(who) in each.body for each in told)
    assert len({each.subject for each in told}) == 6
    names = list(Event.objects.filter(subject=f"person:{who.pk}").values_list("name", "by"))
    assert names[-2:] == [("StaffAppointed", boss.pk), ("StaffAppointmentEnded", other.pk)]


def test_who_is_on_the_staff_is_not_forgotten_with_their_roles_open() -> None:
    who = make.staff("counter")
    with pytest.raises(actions.StillOnStaff):
        actions.erase_person(person=who, by=who, now=make.NOW)
    actions.end_appointment(appointment=who.appointments.get(), by=make.staff("administrator"), now=make.NOW)
    actions.erase_person(person=who, by=who, now=make.NOW)


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_page_of_roles_says_by_whom_each_was_given(language: str) -> None:
    boss, who = make.staff("administrator"), make.person("Jo", "Peeters")
    actions.appoint_staff(person=who, role="counter", by=boss, now=make.NOW)
    page = text_of(signed_in(boss), f"/{language}/desk/staff/")
    assert page.count(str(boss)) >= 2

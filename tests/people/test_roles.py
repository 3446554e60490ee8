"""Who gives roles, to whom, and which do not go together: in the action, on the page, in the database."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import DatabaseError, connection, transaction

from commonweal.people import actions
from commonweal.people.access import roles_of
from commonweal.people.models import Event, JointAct, Message, Person, StaffAppointment
from commonweal.people.queries import administrators
from commonweal.people.rules import INCOMPATIBLE, ROLES, JointKind
from commonweal.people.rules.measures import ADMINISTRATOR_HOURS, measure
from tests import factories as make
from tests.portal.steps import signed_in, text_of

pytestmark = pytest.mark.django_db
TODAY = make.NOW.date()
GIVE = JointKind.GIVE_ROLE
HOURS = measure(ADMINISTRATOR_HOURS, TODAY)
APART = [(each.first, each.second) for each in INCOMPATIBLE]


def broken(change: Callable[[], Any]) -> None:
    with pytest.raises(DatabaseError), transaction.atomic():
        change()


def test_nobody_gives_a_role_to_themselves() -> None:
    boss = make.staff("administrator", email="boss@example.org")
    make.staff("administrator")
    with pytest.raises(actions.JointRefused) as refusal:
        actions.ask_jointly(kind=GIVE, person=boss, role="finance", why="x", by=boss, now=make.NOW)
    assert refusal.value.code == "oneself"
    sent = {"email": "boss@example.org", "role": "secretary", "why": "I would like it"}
    answer = signed_in(boss).post("/en/desk/staff/", sent)
    assert "Another administrator does this" in answer.content.decode()
    assert 'value="boss@example.org"' in answer.content.decode(), "nothing typed is lost"
    assert 'value="I would like it"' in answer.content.decode()
    assert roles_of(boss, TODAY) == {"administrator"}
    broken(lambda: given(boss, "x", by=boss))


def given(who: Person, role: str, **details: Any) -> StaffAppointment:
    """A row as somebody would write it past the actions."""
    values = {"starts_on": TODAY, "given_at": make.NOW, **details}
    by = values.pop("by", None)
    return StaffAppointment.objects.create(person=who, role=role, given_by=by, **values)


def test_the_database_lets_nobody_end_the_last_administrator() -> None:
    boss = make.staff("administrator")
    mine = StaffAppointment.objects.filter(person=boss)
    broken(lambda: mine.update(ends_on=TODAY, ended_by=make.person()))
    broken(mine.delete)
    broken(lambda: mine.update(role="counter"))
    account = make.account(boss)
    broken(lambda: type(account).objects.filter(pk=account.pk).update(is_active=False))
    assert administrators(TODAY).get() == boss


def test_a_role_is_given_by_two_and_the_pages_say_so() -> None:
    boss, second = make.staff("administrator"), make.staff("administrator")
    who = make.person("Jo", "Peeters", email="jo@example.org")
    make.account(who)
    sent = {"email": "jo@example.org", "role": "counter", "why": "starts at the counter on Monday"}
    assert signed_in(boss).post("/en/desk/staff/", sent).status_code == 302
    assert roles_of(who, TODAY) == frozenset(), "asked, not given"
    act = JointAct.objects.get()
    page = f"/en/desk/requests/{act.pk}/"
    assert "Another administrator does this" in text_of(signed_in(boss), page)
    signed_in(boss).post(page, {"checked": "on"})
    assert roles_of(who, TODAY) == frozenset(), "not by who asked"
    assert "One request waits" in text_of(signed_in(second), "/en/desk/")
    assert "One request waits" not in text_of(signed_in(boss), "/en/desk/")
    assert "starts at the counter on Monday" in text_of(signed_in(second), page)
    unread = signed_in(second).post(page)
    assert "looked for yourself" in unread.content.decode()
    assert signed_in(second).post(page, {"checked": "on"}).status_code == 302
    assert roles_of(who, TODAY) == {"counter"}
    assert who.appointments.get().given_by == boss
    assert JointAct.objects.get().confirmed_by == second
    again = signed_in(second).post(page, {"checked": "on"})
    assert "no longer waits" in again.content.decode()


def second_account(of: Person, **details: Any) -> Person:
    """Another account, with all that its owner did not think of the same."""
    values = {
        "given_name": of.given_name,
        "family_name": of.family_name,
        "email": f"other{of.pk}@example.org",
    }
    return make.person(**{**values, **details})


SAME = {
    "name": {},
    "email": {"given_name": "Kim", "family_name": "Else", "email": "BOSS@example.org"},
    "phone": {"given_name": "Kim", "family_name": "Else", "phone": "+32 (0)475 12.34.56"},
    "address": {"given_name": "Kim", "family_name": "Else", "street": "Rue du  Marché 5", "postcode": "4000"},
}


def administrator_like_boss(**details: Any) -> tuple[Person, Person]:
    boss = make.staff(
        "administrator",
        email="boss@example.org",
        phone="0475 12 34 56",
        street="rue du marche 5",
        postcode="4000",
    )
    other = second_account(boss, **details)
    make.enrol(other, "administrator")
    return boss, other


@pytest.mark.parametrize("shared", SAME)
def test_who_confirms_shares_nothing_with_who_asks(shared: str) -> None:
    boss, other = administrator_like_boss(**SAME[shared])
    who, far = make.person(), make.staff("administrator")
    act = actions.ask_jointly(kind=GIVE, person=who, role="finance", why="x", by=boss, now=make.NOW)
    with pytest.raises(actions.JointRefused) as refusal:
        actions.confirm_jointly(act=act, by=other, now=make.NOW)
    assert refusal.value.code == "tied"
    assert "is the same" in str(refusal.value)
    row = JointAct.objects.filter(pk=act.pk)
    broken(lambda: row.update(confirmed_by=other, confirmed_at=make.NOW))
    actions.confirm_jointly(act=act, by=far, now=make.NOW)
    assert roles_of(who, TODAY) == {"finance"}


@pytest.mark.parametrize("shared", SAME)
def test_nobody_asks_or_confirms_for_an_account_that_may_be_their_own(shared: str) -> None:
    boss = make.staff(
        "administrator",
        email="boss@example.org",
        phone="0475 12 34 56",
        street="rue du marche 5",
        postcode="4000",
    )
    own, far = second_account(boss, **SAME[shared]), make.staff("administrator")
    with pytest.raises(actions.JointRefused) as refusal:
        actions.ask_jointly(kind=GIVE, person=own, role="finance", why="x", by=boss, now=make.NOW)
    assert refusal.value.code == "tied"
    row = {"kind": GIVE, "person": own, "role": "finance", "why": "x", "asked_by": boss, "asked_at": make.NOW}
    broken(lambda: JointAct.objects.create(**row))
    if shared in ("phone", "address"):
        act = actions.ask_jointly(kind=GIVE, person=own, role="finance", why="x", by=far, now=make.NOW)
        with pytest.raises(actions.JointRefused):
            actions.confirm_jointly(act=act, by=boss, now=make.NOW)


def test_nobody_holds_roles_with_two_accounts() -> None:
    held = make.staff("finance", email="sam@example.org")
    far = make.staff("administrator")
    turned = {"given_name": held.family_name, "family_name": held.given_name}
    titled = {"given_name": f"Mme {held.given_name}", "family_name": held.family_name.upper()}
    mailed = {"given_name": "Kim", "family_name": "Else", "email": "SAM@example.org"}
    for details in ({}, turned, titled, mailed):
        with pytest.raises(actions.RoleRefused) as refusal:
            make.role(second_account(held, **details), "secretary", asked=far)
        assert refusal.value.code == "namesake"
    broken(lambda: given(second_account(held), "secretary"))
    born = {"born_on": date(1980, 1, 1)}
    type(held).objects.filter(pk=held.pk).update(born_on=date(1950, 1, 1))
    make.role(second_account(held, **born), "secretary", asked=far)


def test_a_new_administrator_confirms_nothing_that_was_asked_before_their_second_day() -> None:
    boss, second = make.staff("administrator"), make.staff("administrator")
    new, who = make.person(), make.person()
    make.role(new, "administrator", asked=boss, confirmed=second)

    later = make.NOW + timedelta(days=3)

    def asked(hours: float) -> JointAct:
        at = make.NOW + timedelta(hours=hours)
        return actions.ask_jointly(kind=GIVE, person=who, role="finance", why="x", by=boss, now=at)

    for hours in (0, HOURS - 0.01):
        act = asked(hours)
        with pytest.raises(actions.JointRefused) as refusal:
            actions.confirm_jointly(act=act, by=new, now=later)
        assert refusal.value.code == "new"
        row = JointAct.objects.filter(pk=act.pk)
        broken(lambda row=row: row.update(confirmed_by=new, confirmed_at=later))
        actions.drop_jointly(act=act, by=boss, now=make.NOW)
    actions.confirm_jointly(act=asked(HOURS), by=new, now=later)
    assert roles_of(who, later.date()) == {"finance"}


def test_the_database_waits_as_long_as_the_measure_says() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT prosrc FROM pg_proc WHERE proname = 'people_joint_act_guard'")
        assert f"interval '{HOURS} hours'" in cursor.fetchone()[0]


@pytest.mark.parametrize("kind", [JointKind.CLOSE, JointKind.END_ROLE])
def test_no_administrator_alone_takes_a_colleagues_power(kind: JointKind) -> None:
    boss, other, third = (make.staff("administrator") for _each in range(3))
    account, held = make.account(other), StaffAppointment.objects.get(person=other)
    with pytest.raises(actions.RoleRefused):
        actions.end_appointment(appointment=held, by=boss, now=make.NOW)
    with pytest.raises(actions.AccountRefused):
        actions.block_account(account=account, why="x", by=boss, now=make.NOW)
    broken(lambda: StaffAppointment.objects.filter(pk=held.pk).update(ends_on=TODAY, ended_by=boss))
    closed = {"is_active": False, "blocked_at": make.NOW, "blocked_by": boss, "blocked_why": "x"}
    broken(lambda: type(account).objects.filter(pk=account.pk).update(**closed))
    role = "administrator" if kind == JointKind.END_ROLE else ""
    act = actions.ask_jointly(kind=kind, person=other, role=role, why="left us", by=boss, now=make.NOW)
    for by in (boss, other):
        with pytest.raises(actions.JointRefused):
            actions.confirm_jointly(act=act, by=by, now=make.NOW)
    with pytest.raises(actions.JointRefused):
        actions.drop_jointly(act=act, by=other, now=make.NOW)
    actions.confirm_jointly(act=act, by=third, now=make.NOW)
    assert set(administrators(TODAY)) == {boss, third}


def test_the_account_of_an_administrator_is_opened_again_by_two() -> None:
    boss, other, third = (make.staff("administrator") for _each in range(3))
    account = make.account(other)
    make.joint(JointKind.CLOSE, other, asked=boss, confirmed=third)
    account.refresh_from_db()
    with pytest.raises(actions.AccountRefused):
        actions.open_account_again(account=account, by=boss, now=make.NOW)
    row = type(account).objects.filter(pk=account.pk)
    opened = {"is_active": True, "blocked_at": None, "blocked_by": None, "blocked_why": ""}
    broken(lambda: row.update(**opened))
    make.joint(JointKind.OPEN, other, asked=third, confirmed=boss)
    assert row.get().is_active


def test_the_pages_ask_for_what_concerns_an_administrator() -> None:
    boss, other, third = (make.staff("administrator") for _each in range(3))
    account, held = make.account(other), StaffAppointment.objects.get(person=other)
    desk, base = signed_in(boss), f"/en/desk/accounts/{account.pk}/"
    assert "another administrator confirms" in text_of(desk, base)
    desk.post(f"{base}close/", {"why": "gone"})
    desk.post(f"/en/desk/staff/{held.pk}/end/", {"why": "gone"})
    account.refresh_from_db()
    assert account.is_active
    for act in JointAct.objects.all():
        signed_in(third).post(f"/en/desk/requests/{act.pk}/", {"checked": "on"})
    account.refresh_from_db()
    held.refresh_from_db()
    assert (account.is_active, held.ends_on) == (False, TODAY - timedelta(days=1))


def test_in_an_emergency_the_server_confirms_and_all_are_told(run_jobs: Callable[[], int]) -> None:
    boss = make.staff("administrator", email="boss@example.org")
    gone = make.staff("administrator", email="gone@example.org")
    account = make.account(gone)
    act = actions.ask_jointly(
        kind=JointKind.CLOSE, person=gone, why="her laptop was stolen", by=boss, now=make.NOW
    )
    with pytest.raises(actions.JointRefused):
        actions.confirm_on_server(act=act, name=" ", now=make.NOW)
    actions.confirm_on_server(act=act, name="Kim of the hosting", now=make.NOW)
    account.refresh_from_db()
    assert not account.is_active
    run_jobs()
    told = Message.objects.filter(event__name="AccountBlocked")
    assert {each.person for each in told} == {boss, gone}
    assert "Kim of the hosting l’a confirmé sur le serveur même" in told.get(person=boss).body
    with pytest.raises(actions.JointRefused):
        actions.confirm_on_server(act=act, name="Kim", now=make.NOW)
    row = JointAct.objects.filter(pk=act.pk)
    broken(lambda: row.update(on_server="somebody else"))


def test_what_a_former_administrator_asked_is_confirmed_by_nobody() -> None:
    boss, rogue, third = (make.staff("administrator") for _each in range(3))
    who = make.person()
    act = actions.ask_jointly(kind=GIVE, person=who, role="finance", why="x", by=rogue, now=make.NOW)
    make.joint(JointKind.END_ROLE, rogue, role="administrator", asked=boss, confirmed=third)
    with pytest.raises(actions.JointRefused) as refusal:
        actions.confirm_jointly(act=act, by=third, now=make.NOW)
    assert refusal.value.code == "asker_gone"
    with pytest.raises(actions.JointRefused):
        actions.confirm_on_server(act=act, name="Kim", now=make.NOW)
    row = JointAct.objects.filter(pk=act.pk)
    broken(lambda: row.update(confirmed_by=third, confirmed_at=make.NOW))


def test_the_server_gives_roles_only_until_two_can() -> None:
    first, second, third = make.person(), make.person(), make.person()
    for who in (first, second, first):
        actions.set_up_staff(person=who, role="administrator", now=make.NOW)
    with pytest.raises(actions.RoleRefused) as refusal:
        actions.set_up_staff(person=third, role="administrator", now=make.NOW)
    assert refusal.value.code == "set_up"
    broken(lambda: given(third, "administrator"))
    broken(lambda: given(third, "counter", by=first))
    with pytest.raises(actions.RoleRefused):
        actions.set_up_staff(person=third, role="counter", on_server="Kim", now=make.NOW)
    make.role(third, "counter", asked=first, confirmed=second)


def test_where_both_lost_their_second_step_the_server_adds_a_third_and_all_are_told(
    run_jobs: Callable[[], int],
) -> None:
    first, second, third = make.staff("administrator"), make.staff("administrator"), make.person()
    actions.set_up_staff(person=third, role="administrator", on_server="Kim of the hosting", now=make.NOW)
    run_jobs()
    told = Message.objects.filter(event__name="StaffAppointed")
    assert {each.person for each in told} == {first, second, third}
    assert all("Kim of the hosting" in each.body for each in told)
    make.account(first)
    act = actions.ask_jointly(kind=JointKind.FACTORS_OFF, person=first, why="lost it", by=third, now=make.NOW)
    actions.confirm_on_server(act=act, name="Kim of the hosting", now=make.NOW)
    assert not JointAct.objects.filter(confirmed_at__isnull=True).exists()


def test_a_role_is_neither_backdated_nor_rewritten_nor_forgotten() -> None:
    who = make.person()
    for wrong in (
        {"starts_on": TODAY - timedelta(days=1)},
        {"starts_on": TODAY - timedelta(days=9), "given_at": make.NOW - timedelta(days=9)},
        {"ends_on": TODAY},
    ):
        broken(lambda wrong=wrong: given(who, "counter", **wrong))
    boss, second = make.staff("administrator"), make.staff("administrator")
    held = make.role(who, "counter", asked=boss, confirmed=second)
    row = StaffAppointment.objects.filter(pk=held.pk)
    for change in (
        {"starts_on": TODAY - timedelta(days=1)},
        {"given_at": make.NOW - timedelta(days=2)},
        {"given_by": second},
        {"given_by": None},
        {"role": "secretary"},
        {"person": make.person()},
        {"ends_on": TODAY},
    ):
        broken(lambda change=change: row.update(**change))
    broken(row.delete)
    actions.end_appointment(appointment=held, by=boss, now=make.NOW)
    broken(lambda: row.update(ends_on=None, ended_by=None))
    long = StaffAppointment.objects.filter(person=make.staff("counter"))
    broken(lambda: long.update(ends_on=TODAY - timedelta(days=100), ended_by=boss))


@pytest.mark.parametrize("table", ["staffappointment", "jointact", "message"])
def test_what_was_given_asked_and_written_is_never_emptied(table: str) -> None:
    def emptied() -> None:
        with connection.cursor() as cursor:
            cursor.execute(f"TRUNCATE people_{table} CASCADE")

    broken(emptied)


@pytest.mark.parametrize(("first", "second"), APART)
def test_roles_that_watch_each_other_are_not_held_together(first: str, second: str) -> None:
    boss = make.staff("administrator")
    for held, asked in ((first, second), (second, first)):
        who = make.staff(held)
        with pytest.raises(actions.RoleRefused) as refusal:
            actions.ask_jointly(kind=GIVE, person=who, role=asked, why="x", by=boss, now=make.NOW)
        assert refusal.value.code == "incompatible"
        broken(lambda who=who, asked=asked: given(who, asked))


def test_roles_that_go_together_are_held_together() -> None:
    codes = [role.code for role in ROLES]
    apart = {frozenset(pair) for pair in APART}
    by = {"asked": make.staff("administrator"), "confirmed": make.staff("administrator")}
    for first in codes:
        for second in codes:
            if first != second and frozenset({first, second}) not in apart:
                who = make.staff(first)
                make.role(who, second, **by)
                assert roles_of(who, TODAY) == {first, second}


def test_a_role_that_ended_stands_in_no_ones_way() -> None:
    boss, who = make.staff("administrator"), make.staff("programme")
    actions.end_appointment(appointment=who.appointments.get(), by=boss, now=make.NOW)
    make.role(who, "counter", asked=boss)
    assert roles_of(who, TODAY) == {"counter"}
    assert who.appointments.get(role="programme").ended_by == boss
    assert who.appointments.get(role="counter").given_by == boss


def test_the_page_says_which_role_is_in_the_way() -> None:
    boss, who = make.staff("administrator"), make.staff("programme", email="jo@example.org")
    make.account(who)
    answer = signed_in(boss).post(
        "/en/desk/staff/", {"email": "jo@example.org", "role": "counter", "why": "x"}
    )
    assert "does not hold this role together with: programme manager" in answer.content.decode()
    assert roles_of(who, TODAY) == {"programme"}


def test_all_administrators_and_the_person_are_told_in_their_language(run_jobs: Callable[[], int]) -> None:
    boss = make.staff("administrator", email="boss@example.org", language="fr")
    other = make.staff("administrator", email="other@example.org", language="de")
    who = make.person(email="jo@example.org", language="nl")
    held = make.role(who, "counter", asked=boss, confirmed=other)
    actions.end_appointment(appointment=held, by=other, now=make.NOW + timedelta(days=2))
    run_jobs()
    told = Message.objects.filter(event__name__in=("StaffAppointed", "StaffAppointmentEnded"))
    assert {(each.event.name, each.person_id) for each in told} == {
        (name, each.pk) for name in ("StaffAppointed", "StaffAppointmentEnded") for each in (boss, other, who)
    }
    assert {each.language for each in told} == {"fr", "nl", "de"}
    assert all(str(who) in each.body for each in told)
    assert len({each.subject for each in told}) == 6
    assert all(str(boss) in each.body for each in told.filter(event__name="StaffAppointed"))
    asked = Message.objects.get(event__name="JointActAsked")
    assert asked.person == other, "who may confirm, not who asked"
    assert "as agreed" in asked.body
    names = list(Event.objects.filter(subject=f"person:{who.pk}").values_list("name", "by"))
    assert names[-2:] == [("StaffAppointed", other.pk), ("StaffAppointmentEnded", other.pk)]


def test_who_is_on_the_staff_is_not_forgotten_with_their_roles_open() -> None:
    who = make.staff("counter")
    with pytest.raises(actions.StillOnStaff):
        actions.erase_person(person=who, by=who, now=make.NOW)
    actions.end_appointment(appointment=who.appointments.get(), by=make.staff("administrator"), now=make.NOW)
    actions.erase_person(person=who, by=who, now=make.NOW)


@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_the_page_of_roles_says_by_whom_each_was_given(language: str) -> None:
    boss, who = make.staff("administrator"), make.person("Jo", "Peeters")
    make.role(who, "counter", asked=boss)
    page = text_of(signed_in(boss), f"/{language}/desk/staff/")
    assert page.count(str(boss)) >= 2

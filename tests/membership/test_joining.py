"""Asking for shares: who may, once, with the note of the day; accept, refuse, withdraw, lapse; what the database holds."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from commonweal.kernel.decision import NotAllowed, Refusal
from commonweal.membership.actions import joining
from commonweal.membership.models import Application, InformationNote
from commonweal.membership.rules.joining import ApplicationState, HolderRole
from commonweal.people.access import organisations_of
from commonweal.people.models import Event, Person
from commonweal.people.rules import Channel
from tests import factories as make
from tests.membership.joining_steps import asked, asking

pytestmark = pytest.mark.django_db


def test_someone_asks_for_shares_and_it_is_noted_what_they_accepted() -> None:
    who = make.person("Jeanne", "Delvaux")
    application = asked(who, 10)
    assert application.state == ApplicationState.AWAITING
    assert application.due_cents == 500_00
    assert application.lapses_on == make.NOW.date() + timedelta(days=30)
    assert (application.note.version, application.note.language) == ("2026-1", "fr")
    assert application.channel == Channel.WEB
    who.refresh_from_db()
    assert (who.street, who.postcode) == ("rue du Puits 3", "4000"), "the register wants a domicile"
    noted = Event.objects.get(name="ApplicationMoved")
    assert (noted.by, noted.data["to"], noted.data["note"]) == (who, "awaiting", "2026-1")


def test_the_same_form_sent_twice_is_one_request_and_a_second_one_waits() -> None:
    who = make.person("Jeanne")
    token = uuid.uuid4()
    assert asked(who, token=token) == asked(who, token=token)
    with pytest.raises(joining.CannotAsk) as refusal:
        asked(who)
    assert refusal.value.code == "open"
    joining.withdraw_application(application=Application.objects.get(), by=who, now=make.NOW)
    asked(who)


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"count": 101}, "too_many"),
        ({"share_class": "B"}, "not_on_issue"),
        ({"share_class": "C"}, "wrong_holder"),
        ({"share_class": "Z"}, "no_class"),
        ({"language": "it"}, "no_note"),
        ({"home": {"born_on": date(2015, 1, 1)}}, "not_represented"),
    ],
)
def test_what_the_statutes_do_not_allow_leaves_nothing_behind(changes: dict[str, Any], code: str) -> None:
    who = make.person("Jeanne")
    with pytest.raises(joining.CannotAsk) as refusal:
        asked(who, **changes)
    assert refusal.value.code == code
    who.refresh_from_db()
    assert (Application.objects.count(), who.street) == (0, "")


def test_shares_held_already_count_towards_the_maximum() -> None:
    member = make.member()
    make.shares(member, 95)
    with pytest.raises(joining.CannotAsk) as refusal:
        asked(member.person, 6)
    assert refusal.value.code == "too_many"
    asked(member.person, 5)


def test_a_parent_and_the_treasurer_of_an_organisation_ask_and_papers_are_checked_first() -> None:
    parent = make.person("Rosa")
    child = asked(
        parent,
        1,
        role=HolderRole.CHILD,
        child={"given_name": "Lou", "family_name": "Petit"},
        home={"born_on": date(2015, 1, 1)},
    )
    assert (child.state, child.representative) == (ApplicationState.ASKED, parent)
    assert str(child.person) == "Lou Petit"
    seat = asked(
        parent,
        2,
        role=HolderRole.ORGANISATION,
        organisation={"name": "Ferme du Try", "legal_form": "cooperative", "number": "0403.581.960"},
    )
    assert (seat.state, str(seat.organisation), seat.due_cents) == (
        ApplicationState.ASKED,
        "Ferme du Try",
        500_00,
    )
    secretary, day = make.staff("secretary"), make.NOW.date() + timedelta(days=9)
    assert not organisations_of(parent, day), "a company number alone makes nobody speak for an organisation"
    accepted = joining.accept_application(application=seat, by=secretary, now=make.NOW + timedelta(days=9))
    assert list(organisations_of(parent, day)) == [seat.organisation]
    assert accepted.state == ApplicationState.AWAITING
    assert accepted.lapses_on == make.NOW.date() + timedelta(days=39), "time to pay starts now"
    with pytest.raises(joining.WrongState):
        joining.accept_application(application=seat, by=secretary, now=make.NOW)


def test_staff_ask_in_someones_name_with_the_door_it_came_through() -> None:
    told = asking(
        None, identity={"given_name": "Piet", "family_name": "Maes", "language": "nl"}, language="nl"
    )
    with pytest.raises(NotAllowed):
        joining.ask_for_shares(asking=told, by=make.person(), now=make.NOW, channel=Channel.PHONE)
    with pytest.raises(NotAllowed):
        joining.ask_for_shares(asking=asking(make.person()), by=make.person(), now=make.NOW)
    assert not Person.objects.filter(family_name="Maes").exists()
    counter = make.staff("counter")
    made = joining.ask_for_shares(asking=told, by=counter, now=make.NOW, channel=Channel.PHONE)
    assert (made.channel, made.note.language, str(made.person)) == ("phone", "nl", "Piet Maes")
    event = Event.objects.get(name="ApplicationMoved")
    assert (event.by, event.behalf_of, event.channel) == (counter, made.person, "phone")


def test_refusing_needs_the_secretary_and_a_reason() -> None:
    application, secretary = asked(), make.staff("secretary")
    for by in (application.person, make.staff("counter", "finance")):
        with pytest.raises(NotAllowed):
            joining.refuse_application(application=application, reason="No.", by=by, now=make.NOW)  # type: ignore[arg-type]
    with pytest.raises(joining.ReasonMissing):
        joining.refuse_application(application=application, reason=" ", by=secretary, now=make.NOW)
    refused = joining.refuse_application(
        application=application, reason="Acts against the company", by=secretary, now=make.NOW
    )
    assert (refused.state, refused.reason) == (ApplicationState.REFUSED, "Acts against the company")


def test_only_those_concerned_withdraw() -> None:
    application = asked()
    with pytest.raises(NotAllowed):
        joining.withdraw_application(application=application, by=make.person(), now=make.NOW)
    withdrawn = joining.withdraw_application(
        application=application,
        by=application.person,
        now=make.NOW,  # type: ignore[arg-type]
    )
    assert withdrawn.state == ApplicationState.WITHDRAWN


def test_overdue_requests_lapse_and_the_others_stay() -> None:
    old, new = asked(make.person("Old")), asked(make.person("New"), now=make.NOW + timedelta(days=5))
    secretary, later = make.staff("secretary"), make.NOW + timedelta(days=31)
    with pytest.raises(NotAllowed):
        joining.lapse_applications(by=make.staff("counter"), now=later)
    assert joining.lapse_applications(by=secretary, now=make.NOW + timedelta(days=30)) == 0
    assert joining.lapse_applications(by=secretary, now=later) == 1
    old.refresh_from_db()
    new.refresh_from_db()
    assert (old.state, new.state) == (ApplicationState.LAPSED, ApplicationState.AWAITING)


def test_notes_are_loaded_once() -> None:
    assert joining.load_notes(by=None, now=make.NOW) == 0
    assert InformationNote.objects.count() == 4


@pytest.mark.parametrize(
    "statement",
    [
        "UPDATE membership_informationnote SET body = ''",
        "DELETE FROM membership_informationnote",
        "DELETE FROM membership_application",
        "UPDATE membership_application SET count = 99",
        "UPDATE membership_application SET price_cents = 1",
        "TRUNCATE treasury_refund",
        "UPDATE membership_application SET state = 'member'",
        "UPDATE membership_application SET person_id = NULL",
        "UPDATE membership_application SET channel = 'paper'",
        "UPDATE membership_application SET changed_at = changed_at - interval '1 year'",
        "UPDATE membership_application SET reason = 'x'",
        "UPDATE membership_application SET lapses_on = '2020-01-01'",
        "UPDATE membership_application SET lapses_on = '2999-01-01'",
    ],
)
def test_the_database_refuses_what_must_not_happen(statement: str) -> None:
    asked()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(statement)


def test_the_database_holds_one_open_request_a_person() -> None:
    application = asked()
    values = {
        field.attname: getattr(application, field.attname)
        for field in Application._meta.concrete_fields
        if field.name not in ("id", "token", "communication")
    }
    with pytest.raises(IntegrityError, match="application_open_once"):
        Application.objects.create(token=uuid.uuid4(), communication="010806817183", **values)


def test_every_refusal_is_one_a_page_can_show() -> None:
    assert issubclass(joining.CannotAsk, Refusal)
    with pytest.raises(joining.CannotAsk, match="cannot hold so many"):
        asked(count=500)

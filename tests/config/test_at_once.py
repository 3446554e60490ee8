"""Each form sent twenty times at the same moment: no error, no ceiling passed, nothing twice."""

from __future__ import annotations

import threading
import uuid
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connections
from django.test import Client

from commonweal.config.accounts import SignUpForm
from commonweal.kernel.decision import Refusal
from commonweal.membership.models import Application, Import
from commonweal.people import actions
from commonweal.people.models import (
    Account,
    ApiKey,
    Consent,
    Event,
    JointAct,
    Mandate,
    Organisation,
    Person,
    Position,
    StaffAppointment,
)
from commonweal.people.queries import administrators
from commonweal.people.rules import KEYS_MAX, JointKind, PositionKind, Purpose, Scope
from commonweal.projects.models import Dossier, SavedView
from tests import factories as make
from tests.sign_in import enter

pytestmark = pytest.mark.django_db(transaction=True)
TIMES = 20


def at_once(work: Callable[[int], Any]) -> list[Any]:
    """What twenty threads get that do the same at the same moment; an exception is what it got."""
    barrier = threading.Barrier(TIMES)
    answers: list[Any] = [None] * TIMES

    def run(number: int) -> None:
        barrier.wait(timeout=30)
        try:
            answers[number] = work(number)
        except Exception as trouble:
            answers[number] = trouble
        finally:
            connections.close_all()

    threads = [threading.Thread(target=run, args=(number,)) for number in range(TIMES)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(timeout=60)
    return answers


def sent_at_once(address: str, values: dict[str, Any], who: Person | None = None) -> list[int]:
    """The answers' numbers when one form comes twenty times, in the name of one session; never an error of ours."""
    account = (getattr(who, "account", None) or make.account(who)) if who else None
    clients = [Client(raise_request_exception=False) for _each in range(TIMES)]
    if account:
        enter(clients[0], account)
        for client in clients:
            client.cookies = clients[0].cookies
    answers = at_once(lambda number: clients[number].post(address, values).status_code)
    assert all(isinstance(each, int) and each < 500 for each in answers), answers
    return answers


def test_a_project_is_started_once() -> None:
    call, who = make.call(), make.person()
    answers = sent_at_once(
        f"/en/calls/{call.slug}/apply/", {"token": str(uuid.uuid4()), "language": "en"}, who
    )
    assert answers == [302] * TIMES
    assert Dossier.objects.count() == 1
    assert Event.objects.filter(name="DossierStarted").count() == 1


def test_an_address_signs_up_once() -> None:
    values = {"email": "New@people.example", "password1": "a long pass phrase 7"}
    assert set(sent_at_once("/en/account/signup/", values)) <= {302, 429}
    assert Account.objects.filter(email="new@people.example").count() == 1


def _first_with_the_address() -> None:
    Account.objects.create_user("new@people.example", "a long pass phrase 7")
    connections.close_all()


def test_who_loses_a_race_for_an_address_is_answered_like_any_known_address(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    real = SignUpForm.save

    def beaten(form: Any, request: Any) -> Any:
        monkeypatch.setattr(SignUpForm, "save", real)
        other = threading.Thread(target=_first_with_the_address)
        other.start()
        other.join()
        return real(form, request)

    monkeypatch.setattr(SignUpForm, "save", beaten)
    values = {"email": "new@people.example", "password1": "a long pass phrase 7"}
    assert Client().post("/en/account/signup/", values).status_code == 302
    assert Account.objects.count() == 1


def test_a_new_account_tells_its_name_once() -> None:
    account = Account.objects.create_user("new@people.example", "a long pass phrase 7")
    client = Client()
    enter(client, account)
    answers = at_once(
        lambda _n: (
            _same(client)
            .post("/en/me/name/", {"given_name": "A", "family_name": "B", "language": "fr"})
            .status_code
        )
    )
    assert answers == [302] * TIMES
    assert Person.objects.count() == 1


def _same(client: Client) -> Client:
    other = Client()
    other.cookies = client.cookies
    return other


def test_nobody_has_more_keys_than_the_most() -> None:
    who = make.person()
    for _each in range(KEYS_MAX - 5):
        actions.make_key(name="x", scopes=[Scope.OWN], by=who, now=make.NOW)
    sent_at_once("/en/me/keys/", {"name": "many", "scopes": ["own"]}, who)
    assert ApiKey.objects.filter(person=who).count() == KEYS_MAX


def test_a_mandate_is_given_once() -> None:
    who, agent = make.person(), make.person("Jo", "Peeters", email="jo@people.example")
    make.account(agent)
    until = make.NOW + timedelta(days=100)
    values = {"email": "jo@people.example", "family_name": "Peeters", "scope": "apply"}
    values |= {
        "ends_on_day": str(until.day),
        "ends_on_month": str(until.month),
        "ends_on_year": str(until.year),
    }
    assert sent_at_once("/en/me/mandates/", values, who) == [302] * TIMES
    assert Mandate.objects.count() == 1
    assert Event.objects.filter(name="MandateGiven").count() == 1


def test_consents_are_noted_once() -> None:
    who = make.person()
    sent_at_once("/en/me/data/", {"purposes": [Purpose.NEWS.value]}, who)
    assert Consent.objects.count() == 1


def test_a_role_is_asked_for_and_given_once() -> None:
    chief, second = make.staff("administrator"), make.staff("administrator")
    who = make.person("Jo", "Peeters", email="jo@people.example")
    make.account(who)
    sent = {"email": "jo@people.example", "role": "counter", "why": "starts on Monday"}
    sent_at_once("/en/desk/staff/", sent, chief)
    act = JointAct.objects.get()
    sent_at_once(f"/en/desk/requests/{act.pk}/", {"checked": "on"}, second)
    assert StaffAppointment.objects.filter(person=who).count() == 1
    assert Event.objects.filter(name="StaffAppointed", subject=f"person:{who.pk}").count() == 1


@pytest.mark.parametrize("kind", [JointKind.CLOSE, JointKind.END_ROLE])
@pytest.mark.parametrize("on_server", [False, True])
def test_administrators_who_end_each_other_at_once_leave_those_who_do_it(
    kind: JointKind, on_server: bool
) -> None:
    """Each of three is asked to go by the next, and confirmed by the third (or on the server), at the same moment."""
    three = [make.staff("administrator") for _each in range(3)]
    for each in three:
        make.account(each)
    role = "administrator" if kind == JointKind.END_ROLE else ""
    acts = [
        actions.ask_jointly(
            kind=kind, person=three[n], role=role, why="x", by=three[(n + 1) % 3], now=make.NOW
        )
        for n in range(3)
    ]

    def confirmed(number: int) -> str:
        n = number % 3
        try:
            if on_server:
                actions.confirm_on_server(act=acts[n], name="Kim", now=make.NOW)
            else:
                actions.confirm_jointly(act=acts[n], by=three[(n + 2) % 3], now=make.NOW)
        except Refusal as refusal:
            return refusal.code
        return "done"

    answers = at_once(confirmed)
    assert set(answers) <= {"done", "settled", "asker_gone", "not_staff", "closed", "not_due"}, answers
    left = administrators(make.NOW.date()).count()
    assert left == (3 - answers.count("done"))
    assert left >= 1, "never none"


def test_two_administrators_of_two_who_are_closed_at_once_leave_one() -> None:
    pair = [make.staff("administrator") for _each in range(2)]
    for each in pair:
        make.account(each)
    acts = [
        actions.ask_jointly(kind=JointKind.CLOSE, person=pair[n], why="x", by=pair[1 - n], now=make.NOW)
        for n in range(2)
    ]

    def confirmed(number: int) -> str:
        try:
            actions.confirm_on_server(act=acts[number % 2], name="Kim", now=make.NOW)
        except Refusal as refusal:
            return refusal.code
        return "done"

    answers = at_once(confirmed)
    assert answers.count("done") == 1, answers
    assert set(answers) <= {"done", "settled", "asker_gone"}, answers
    assert administrators(make.NOW.date()).count() == 1


def test_the_database_alone_leaves_one_of_two_closed_at_once() -> None:
    """Past the actions: both requests are confirmed, then both accounts closed in two transactions that overlap."""
    pair = [make.staff("administrator") for _each in range(2)]
    accounts = [make.account(each) for each in pair]
    for n in range(2):
        act = actions.ask_jointly(kind=JointKind.CLOSE, person=pair[n], why="x", by=pair[1 - n], now=make.NOW)
        JointAct.objects.filter(pk=act.pk).update(on_server="Kim", confirmed_at=make.NOW)

    def closed(number: int) -> str:
        row = Account.objects.filter(pk=accounts[number % 2].pk, is_active=True)
        by = pair[1 - number % 2]
        try:
            done = row.update(is_active=False, blocked_at=make.NOW, blocked_by=by, blocked_why="x")
        except IntegrityError:
            return "refused"
        return "done" if done else "nothing"

    answers = at_once(closed)
    assert answers.count("done") == 1, answers
    assert administrators(make.NOW.date()).count() == 1


def test_an_organisation_is_registered_once_and_each_speaks_for_it_once() -> None:
    who = make.person()
    answers = at_once(
        lambda _n: (
            actions.register_organisation(
                name="Club",
                legal_form="association",
                number="0403.581.960",
                kind=PositionKind.CONTACT,
                by=who,
                now=make.NOW,
            ).pk
        )
    )
    assert len(set(answers)) == 1, answers
    assert Organisation.objects.count() == 1
    assert Position.objects.count() == 1


def test_filters_are_kept_once() -> None:
    staff = make.staff("programme")
    sent_at_once("/en/desk/dossiers/", {"name": "mine", "query": "text=x"}, staff)
    assert SavedView.objects.count() <= 1


def test_a_sheet_is_uploaded_once(settings: Any) -> None:
    staff = make.staff("secretary")
    content = b"number;language;postcode;joined_on\r\n1;fr;4000;2020-01-01\r\n"
    from commonweal.membership.actions import upload_import
    from commonweal.membership.rules.imports import ImportKind

    answers = at_once(
        lambda _n: (
            upload_import(kind=ImportKind.MEMBERS, name="a.csv", content=content, by=staff, now=make.NOW).pk
        )
    )
    assert len(set(answers)) == 1, answers
    assert Import.objects.count() == 1
    assert Application.objects.count() == 0

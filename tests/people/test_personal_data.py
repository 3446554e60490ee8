"""Personal data, carried out: every model is reached by the copy, and each field's fate by forgetting."""

from __future__ import annotations

import json
from collections.abc import Iterator
from datetime import timedelta
from typing import Any

import pytest
from django.apps import apps
from django.db import connection, models
from django.test.utils import CaptureQueriesContext

from commonweal.kernel.privacy import Personal
from commonweal.people import actions
from commonweal.people.actions.forgetting import SCRUBBED
from commonweal.people.models import Account, Event, Message, Person, Session
from commonweal.people.queries import data_about, told_fields
from commonweal.people.rules import Scope
from commonweal.projects.models import SavedView
from commonweal.voting.models import Envelope
from tests import factories as make
from tests.membership.joining_steps import asked, paid
from tests.sign_in import signed_in

# Models that say something of people, and are reached by no path to one of them; why.
NOT_REACHED = {
    "projects.InternalNote": "notes among staff, which applicants never see",
    "voting.Ballot": "names of the committee, which are published",
    "voting.Envelope": "what somebody chose: sealed, and tied to nobody once the box is handed over",
    "membership.Import": "sheets; their rows become members and movements, which are reached",
    "treasury.BankFile": "files of the bank; what of them was decided to be somebody's is reached",
    "treasury.PaymentFile": "files for the bank; each payment in them is reached",
    "treasury.BankMovement": "what the bank says; what was decided to be for somebody is wired (`ABOUT`)",
    "treasury.Handling": "wired (`ABOUT`)",
    "treasury.TakenPart": "between two movements",
    "treasury.Refund": "between movements and payments; the payment is reached",
    "ledger.Operation": "wired (`ABOUT`)",
    "ledger.Posting": "wired (`ABOUT`)",
}


def ours() -> list[type[models.Model]]:
    return [model for model in apps.get_models() if hasattr(model, "personal")]


def says_of_people(model: type[models.Model]) -> set[str]:
    """The fields of a model that say something of people, beyond which of the staff did it, and when."""
    fates: dict[str, Personal] = model.personal  # type: ignore[attr-defined]
    fields = {"pk": model._meta.pk} | {field.name: field for field in model._meta.concrete_fields}
    return {
        name
        for name, fate in fates.items()
        if fate != Personal.NONE
        and fields[name].related_model is not Person
        and not isinstance(fields[name], models.DateTimeField | models.DateField)
    }


def test_every_model_that_says_something_of_people_is_reached_or_says_why_not() -> None:
    reached = {model._meta.label for model in ours() if hasattr(model, "about")}
    wanted = {model._meta.label for model in ours() if says_of_people(model)}
    assert wanted - reached == set(NOT_REACHED) & wanted
    assert set(NOT_REACHED) & reached == set()
    assert set(NOT_REACHED) <= {model._meta.label for model in ours()}


def test_every_path_leads_to_people() -> None:
    paths = [(model, path) for model in ours() for path in getattr(model, "about", ())]
    assert len(paths) > 30
    for model, path in paths:
        found = model
        for step in path.split("__"):
            field = found._meta.pk if step == "pk" else found._meta.get_field(step)
            assert not field.many_to_many, path
            found = Person if step == "pk" and found is Person else field.related_model
        assert found is Person, (model, path)


def test_everything_that_is_scrubbed_has_what_takes_its_place() -> None:
    scrubbed = {
        f"{model._meta.label}.{name}"
        for model in ours()
        for name, fate in model.personal.items()  # type: ignore[attr-defined]
        if fate == Personal.SCRUBBED
    }
    assert scrubbed == set(SCRUBBED)
    # What is forgotten lies in models that are reached.
    assert {name.rpartition(".")[0] for name in scrubbed} <= {
        model._meta.label for model in ours() if hasattr(model, "about")
    }
    for model in ours():
        if Personal.ERASED in model.personal.values():  # type: ignore[attr-defined]
            assert hasattr(model, "about"), model


def left(model: type[models.Model]) -> Iterator[dict[str, Any]]:
    yield from model._default_manager.values()


@pytest.mark.django_db
def test_forgetting_carries_out_every_fate() -> None:
    who, other = make.person("Rosa", "Vandenberghe", email="rosa@example.org", phone="02 1"), make.person()
    signed_in(who)
    Account.objects.filter(person=who).update(
        blocked_at=make.NOW, blocked_by=other, blocked_why="Rosa", last_login=make.NOW, is_active=False
    )
    for each in (who, other):
        SavedView.objects.create(person=each, name="Rosa's dossiers", query="text=Rosa")
    actions.make_key(name="Rosa's program", scopes=[Scope.OWN], by=who, now=make.NOW)
    event = actions.record("Something", f"person:{who.pk}", by=who, at=make.NOW)
    actions.write_to(
        event=event, person=who, subject="Dear Rosa", body="Vandenberghe", address="rosa@old.example"
    )
    actions.erase_person(person=who, by=who, now=make.NOW)
    everything = str([row for model in ours() for row in left(model) if row.get("person_id") != other.pk])
    for trace in ("Rosa", "Vandenberghe", "rosa@"):
        assert trace not in everything
    assert SavedView.objects.get().person == other
    assert Person.objects.get(pk=who.pk).family_name == str(who.pk)
    assert Account.objects.get(person=who).email == f"erased-{Account.objects.get(person=who).pk}@invalid"
    assert not Account.objects.get(person=who).has_usable_password()
    assert not Session.objects.exists()
    assert Message.objects.filter(event=event).count() == 1, "that something was sent stays"
    assert Event.objects.filter(name="PersonErased").count() == 1


@pytest.mark.django_db
def test_the_copy_holds_what_is_about_somebody_wherever_it_lies_and_nothing_of_others() -> None:
    who, other = make.person("Rosa", "Vandenberghe"), make.person("Jan", "Secret")
    member, stranger = make.member(who), make.member(other)
    make.shares(member, 3)
    make.shares(stranger, 5)
    application = asked(who, 2)
    found = data_about(who)
    assert {"people.person", "membership.member", "membership.application", "ledger"} <= set(found)
    assert [row["quantity"] for row in found["ledger"] if str(row["account_id"]).startswith("shares")] == [3]
    assert found["membership.application"][0]["communication"] == application.communication
    assert "Secret" not in json.dumps(found, default=str)
    assert {row["owner"] for row in found["ledger"]} == {member.number}
    assert "payments" not in found
    assert paid(application).cents > 0


@pytest.mark.django_db
def test_the_copy_names_no_secret_and_nobodys_choice() -> None:
    secret = {"password", "digest", "session_data", "sealed", "content", "salt", "commitment"}
    for model in ours():
        if hasattr(model, "about"):
            assert not secret & set(told_fields(model)), model
    assert not hasattr(Envelope, "about")


@pytest.mark.django_db
def test_the_copy_takes_as_many_queries_for_many_rows() -> None:
    who = make.person()
    member = make.member(who)
    make.shares(member, 1)
    asked(who, 1)

    def queries() -> int:
        with CaptureQueriesContext(connection) as seen:
            data_about(who)
        return len(seen)

    one = queries()
    for each in range(4):
        make.shares(member, 1, day=make.NOW.date() - timedelta(days=each))
        SavedView.objects.create(person=who, name=f"view {each}", query="")
    assert queries() == one <= 50

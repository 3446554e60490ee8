"""Mandates: given with an address and a name that agree, ended by either side, seen by nobody else."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

from commonweal.people import actions as people
from commonweal.people.models import Event, Mandate, Person
from commonweal.people.rules import MandateScope
from tests import factories as make
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of


def given(**changes: str) -> dict[str, str]:
    """What the form sends for a friend, until the first of June 2027."""
    return {
        "email": "jo@example.org",
        "family_name": "Peeters",
        "scope": "apply",
        "ends_on_day": "1",
        "ends_on_month": "6",
        "ends_on_year": "2027",
        **changes,
    }


def friend() -> Person:
    """Jo Peeters, with an account."""
    who = make.person("Jo", "Peeters", email="jo@example.org")
    make.account(who)
    return who


def mandate(principal: Person, agent: Person, **details: Any) -> Mandate:
    """A mandate in force."""
    return make.people.give_mandate(
        principal=principal,
        agent=agent,
        scope=MandateScope.APPLY,
        ends_on=details.pop("ends_on", date(2027, 6, 1)),
        by=principal,
        now=make.NOW,
    )


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_of_mandates_answers_in_every_language(db: None, language: str) -> None:
    who, other = make.person(), friend()
    mandate(who, other)
    back = mandate(other, who)
    client = signed_in(who)
    for page in ("me/mandates/", f"me/mandates/{back.pk}/withdraw/"):
        assert f'<html lang="{language}"' in text_of(client, f"/{language}/{page}")


def test_a_mandate_is_given_by_address_and_family_name_whatever_the_case_and_accents(db: None) -> None:
    who, agent = make.person(), friend()
    client = signed_in(who)
    answer = client.post("/en/me/mandates/", given(email="JO@example.org", family_name="pééters"))
    assert answer.status_code == 302
    held = Mandate.objects.get()
    assert (held.principal, held.agent, held.scope, held.ends_on) == (who, agent, "apply", date(2027, 6, 1))
    assert "Jo Peeters" in text_of(client, "/en/me/mandates/")


@pytest.mark.parametrize(
    "wrong",
    [
        {"email": "nobody@example.org"},
        {"family_name": "Janssens"},
        {"scope": "everything"},
        {"ends_on_year": "2040"},
        {"ends_on_year": "2026", "ends_on_month": "11", "ends_on_day": "23"},
        {"ends_on_month": "13"},
        {"email": "jo\x1b@example.org"},
    ],
)
def test_a_mandate_that_does_not_add_up_is_not_given(db: None, wrong: dict[str, str]) -> None:
    friend()
    answer = signed_in(make.person()).post("/en/me/mandates/", given(**wrong))
    assert answer.status_code == 200
    assert "error-summary" in answer.content.decode()
    assert not Mandate.objects.exists()


def test_an_unknown_address_and_a_wrong_name_get_the_same_answer(db: None) -> None:
    friend()
    client = signed_in(make.person())
    sentence = "We know no account with this address and this family name."
    assert sentence in client.post("/en/me/mandates/", given(email="no@example.org")).content.decode()
    assert sentence in client.post("/en/me/mandates/", given(family_name="Other")).content.decode()


def test_nobody_gives_a_mandate_to_oneself(db: None) -> None:
    who = friend()
    assert "your own address" in signed_in(who).post("/en/me/mandates/", given()).content.decode()
    assert not Mandate.objects.exists()


@pytest.mark.parametrize("side", ["principal", "agent"])
def test_either_side_ends_a_mandate_after_being_asked_once_more(db: None, side: str) -> None:
    who, agent = make.person(), friend()
    held = mandate(who, agent)
    client = signed_in(who if side == "principal" else agent)
    address = f"/en/me/mandates/{held.pk}/withdraw/"
    assert "?" in text_of(client, address)
    held.refresh_from_db()
    assert held.withdrawn_at is None, "looking ends nothing"
    assert client.post(address).status_code == 302
    held.refresh_from_db()
    assert held.withdrawn_at == make.NOW
    assert client.get(address).status_code == 404
    people.withdraw_mandate(mandate=held, by=who, now=make.NOW)
    assert Event.objects.filter(name="MandateWithdrawn").count() == 1, "pressed twice, it happened once"


def test_a_stranger_neither_sees_nor_ends_a_mandate(db: None) -> None:
    held = mandate(make.person("Rosa", "Luyten"), friend())
    stranger = signed_in(make.person())
    assert "Rosa" not in text_of(stranger, "/en/me/mandates/")
    assert stranger.post(f"/en/me/mandates/{held.pk}/withdraw/").status_code == 404
    held.refresh_from_db()
    assert held.withdrawn_at is None


def test_the_page_of_mandates_costs_the_same_for_one_and_for_five(db: None) -> None:
    who = make.person()
    client = signed_in(who)
    mandate(who, make.person())
    client.get("/en/me/mandates/")
    one = queries_of(client, "/en/me/mandates/")
    for _each in range(4):
        mandate(who, make.person())
    assert queries_of(client, "/en/me/mandates/") == one <= 8

"""No answer to somebody signed in is kept by a browser or on the way: after signing out, Back shows nothing."""

from __future__ import annotations

import re
import uuid

import pytest
from django.test import Client
from django.urls import get_resolver

from commonweal.people.rules import ROLES
from tests import factories as make
from tests.sign_in import enter
from tests.test_architecture import patterns

pytestmark = pytest.mark.django_db
KEPT = "private, no-store"
STAND_INS = {"int": "1", "uuid": str(uuid.UUID(int=1)), "str": "x", "slug": "x", "path": "x"}


def addresses() -> list[str]:
    """Every address of the site, with something to fill each gap."""
    found = []
    for address, _pattern in patterns(get_resolver()):
        plain = re.sub(r"<(?:(\w+):)?\w+>", lambda gap: STAND_INS.get(gap[1] or "str", "x"), address)
        plain = re.sub(r"\(\?P<\w+>[^)]*\)|[\^$]|\\Z", lambda gap: "x" if gap[0][0] == "(" else "", plain)
        found.append("/" + plain.replace("\\", "").removeprefix("/"))
    return found


def signed_in_everywhere() -> Client:
    client = Client(raise_request_exception=False)
    enter(client, make.staff(*(role.code for role in ROLES)))
    return client


def test_every_address_answers_a_signed_in_person_with_what_nobody_keeps() -> None:
    client = signed_in_everywhere()
    kept = {}
    assert len(addresses()) > 200
    for address in addresses():
        if "logout" in address:
            continue
        for answer in (client.get(address), client.post(address)):
            control = answer.get("Cache-Control", "")
            if control != KEPT and not control.startswith("public, max-age="):
                kept[address] = control
    assert kept == {}
    assert client.post("/en/account/logout/").get("Cache-Control") == KEPT


def test_what_a_program_reads_with_a_key_is_not_kept_either() -> None:
    assert Client().get("/api/1/me", headers={"Authorization": "Bearer cw_x"})["Cache-Control"] == KEPT


def test_a_visitor_and_public_files_may_be_kept() -> None:
    assert Client().get("/en/").get("Cache-Control") is None
    ballot, _sheets = make.open_ballot()
    answer = signed_in_everywhere().get(f"/en/ballots/{ballot.pk}/definition.json")
    assert answer.get("Cache-Control") == "public, max-age=3600"

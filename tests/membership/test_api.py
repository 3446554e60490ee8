"""The interface for programs: who may ask what with which key, pages by cursor, writes that happen once."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.core.cache import cache
from django.db import IntegrityError, connection, transaction
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from commonweal.kernel.decision import NotAllowed
from commonweal.ledger.models import Operation
from commonweal.membership.models import Member
from commonweal.people import actions as people
from commonweal.people.actions import keys
from commonweal.people.models import ApiKey, Event, Person
from commonweal.people.queries import key_with
from commonweal.people.rules import KEYS_MAX, Scope
from tests import factories as make
from tests.clock import Clock
from tests.portal.steps import LANGUAGES, signed_in, text_of

pytestmark = pytest.mark.django_db
BASE = "/api/1/"
MOVEMENT = {
    "kind": "subscription",
    "share_class": "A",
    "effective_on": "2026-06-01",
    "count": 3,
    "document": "letter of 1 June",
}


@pytest.fixture(autouse=True)
def _ground(db: None) -> None:
    cache.clear()


def key_of(person: Person, *scopes: Scope) -> str:
    return people.make_key(name="accounts", scopes=list(scopes), by=person, now=timezone.now())[1]


class Program:
    """A program with a key."""

    def __init__(self, secret: str, language: str = "en") -> None:
        self.client = Client()
        self.headers = {"Authorization": f"Bearer {secret}", "Accept-Language": language}

    def get(self, address: str, status: int = 200, **asked: Any) -> Any:
        answer = self.client.get(BASE + address, asked, headers=self.headers)
        assert answer.status_code == status, answer.content
        return answer.json()

    def post(self, address: str, body: Any, status: int = 201, **headers: str) -> Any:
        answer = self.client.post(
            BASE + address, body, content_type="application/json", headers={**self.headers, **headers}
        )
        assert answer.status_code == status, answer.content
        return answer.json()


def test_a_member_reads_their_own_membership() -> None:
    member = make.member(make.person("Anna", "Peeters"))
    make.shares(member, 10)
    assert member.person is not None
    program = Program(key_of(member.person, Scope.OWN))
    assert program.get("membership") == {
        "number": member.number,
        "joined_on": "2015-01-01",
        "left_on": None,
        "language": "fr",
        "holdings": [{"share_class": "A", "shares": 10, "paid_cents": 500_00}],
    }
    (movement,) = program.get("membership/movements")
    assert (movement["kind"], movement["shares"], movement["cents"], movement["undone"]) == (
        "subscription",
        10,
        500_00,
        False,
    )
    assert program.get("members?text=anna", status=403)["code"] == "scope"
    assert Program(key_of(make.person(), Scope.OWN)).get("membership", status=403)["code"] == "not_member"


@pytest.mark.parametrize(
    "address", ["membership", "membership/movements", "members?text=a", "register?reading=x"]
)
def test_without_a_key_nothing_is_told(address: str) -> None:
    for headers in ({}, {"Authorization": "Bearer cw_guess"}, {"Authorization": "Basic abc"}):
        answer = Client().get(BASE + address, headers=headers)
        assert (answer.status_code, answer.json()["code"]) == (401, "no_key")
        assert answer["WWW-Authenticate"] == "Bearer"
    assert signed_in(make.person()).get(BASE + address).status_code == 401, "a session is no key"


def test_a_key_ends_by_its_maker_by_its_day_and_with_its_person() -> None:
    person, other = make.person(), make.person()
    now = timezone.now()
    key, secret = people.make_key(name="a", scopes=[Scope.OWN], by=person, now=now)
    assert key_with(secret, now) == key
    assert secret not in str(ApiKey.objects.values())
    with pytest.raises(NotAllowed):
        people.end_key(key=key, by=other, now=now)
    people.end_key(key=key, by=person, now=now)
    people.end_key(key=key, by=person, now=now)
    assert key_with(secret, now) is None
    assert Event.objects.filter(name="ApiKeyEnded").count() == 1
    _key, old = people.make_key(name="b", scopes=[Scope.OWN], by=person, now=now - timedelta(days=366))
    assert key_with(old, now) is None
    _key, last = people.make_key(name="c", scopes=[Scope.OWN], by=person, now=now)
    people.erase_person(person=person, by=person, now=now)
    assert key_with(last, now) is None
    assert set(ApiKey.objects.values_list("name", flat=True)) == {""}


def test_nobody_makes_a_key_for_more_than_they_may() -> None:
    now, person = timezone.now(), make.person()
    for scope in (Scope.MEMBERS, Scope.REGISTER, Scope.MOVEMENTS, Scope.PARTNER):
        with pytest.raises(NotAllowed):
            people.make_key(name="a", scopes=[scope], by=person, now=now)
    for _turn in range(KEYS_MAX):
        people.make_key(name="a", scopes=[Scope.OWN], by=person, now=now)
    with pytest.raises(people.TooManyKeys):
        people.make_key(name="a", scopes=[Scope.OWN], by=person, now=now)
    for change in ({"scopes": []}, {"digest": "x"}):
        with pytest.raises(IntegrityError), transaction.atomic():
            ApiKey.objects.filter(person=person).update(**change)


def test_a_key_is_worth_nothing_once_the_role_has_ended(clock: Clock) -> None:
    staff = make.staff("secretary")
    program = Program(key_of(staff, Scope.MEMBERS, Scope.MOVEMENTS))
    member = make.member(make.person("Anna", "Peeters"))
    (found,) = program.get("members", text="anna")
    assert (found["number"], found["name"], found["is_person"]) == (member.number, "Anna Peeters", True)
    assert "email" not in found
    assert program.get("members", status=422)["code"] == "not_understood"
    staff.appointments.update(ends_on=timezone.localdate(), ended_by=make.staff("administrator"))
    clock.forward(days=2)
    assert program.get("members", status=403, text="anna")["code"] == "not_staff"


def test_the_register_is_noted_first_and_read_in_pages() -> None:
    staff = make.staff("secretary")
    for _turn in range(53):
        make.shares(make.member(), 1)
    program = Program(key_of(staff, Scope.REGISTER))
    reading = program.post("register/readings", {"day": "2026-11-01"})["reading"]
    assert Event.objects.filter(name="RegisterExported", by=staff).count() == 1
    numbers, cursor = [], 0
    while cursor is not None:
        with CaptureQueriesContext(connection) as seen:
            page = program.get("register", reading=reading, cursor=cursor)
        assert len(seen) <= 12
        numbers += [row["number"] for row in page["rows"]]
        cursor = page["cursor"]
    assert numbers == sorted(Member.objects.values_list("number", flat=True))
    moment = {"day": "2026-11-01", "known_at": "2020-01-01T00:00:00Z"}
    early = program.post("register/readings", moment)["reading"]
    assert program.get("register", reading=early) == {"rows": [], "cursor": None}
    other = Program(key_of(make.staff("secretary"), Scope.REGISTER))
    assert other.get("register", status=404, reading=reading)["code"] == "not_found"
    assert program.get("register", status=404, reading="made up")["code"] == "not_found"


def test_a_movement_sent_twice_happens_once() -> None:
    staff, member = make.staff("secretary"), make.member()
    program = Program(key_of(staff, Scope.MOVEMENTS))
    body = {**MOVEMENT, "number": member.number}
    once = {"Idempotency-Key": "order-0001"}
    first = program.post("movements", body, **once)
    assert program.post("movements", body, **once) == first
    assert Operation.objects.count() == 1
    assert program.post("movements", {**body, "count": 4}, status=409, **once)["code"] == "key_reused"
    for changes in ({"document": "another letter"}, {"note": "another note"}):
        told = program.post("movements", {**body, **changes}, status=409, **once)
        assert told["code"] == "key_reused"
    assert program.post("movements", body, status=422)["fields"][0]["field"].endswith("idempotency_key")
    assert Event.objects.get(name="SharesMoved", data__operation=first["operation"]).channel == "api"


@pytest.mark.parametrize(
    ("changes", "status", "code"),
    [
        ({"count": 101}, 409, "too_many"),
        ({"document": " "}, 409, "document_missing"),
        ({"document": "\ufeff\u200b"}, 409, "document_missing"),
        ({"effective_on": "2500-01-01"}, 409, "too_late"),
        ({"document": "a\x00b"}, 422, "not_understood"),
        ({"share_class": "\x00"}, 422, "not_understood"),
        ({"to_class": "\x00", "kind": "conversion"}, 422, "not_understood"),
        ({"number": 999}, 404, "not_found"),
        ({"kind": "transfer", "counterpart": 999}, 404, "not_found"),
        ({"kind": "gift"}, 422, "not_understood"),
        ({"count": "x" * 5}, 422, "not_understood"),
    ],
)
def test_what_is_refused_says_why(changes: dict[str, Any], status: int, code: str) -> None:
    member = make.member()
    program = Program(key_of(make.staff("secretary"), Scope.MOVEMENTS))
    body = {**MOVEMENT, "number": member.number, **changes}
    told = program.post("movements", body, status=status, **{"Idempotency-Key": "order-0002"})
    assert told["code"] == code
    assert told["reason"]
    assert not Operation.objects.exists()


def test_signs_nobody_sees_are_taken_out_of_texts_as_forms_do() -> None:
    program = Program(key_of(make.staff("secretary"), Scope.MOVEMENTS))
    body = {
        **MOVEMENT,
        "number": make.member().number,
        "document": "  let\u202eter\u200b 7 ",
        "note": "a\n\u2066b",
    }
    program.post("movements", body, **{"Idempotency-Key": "order-0006"})
    operation = Operation.objects.get()
    assert (operation.document, operation.note) == ("letter 7", "a b")


def test_a_sign_nobody_sees_is_refused_wherever_it_stands() -> None:
    program = Program(key_of(make.staff("secretary"), Scope.MOVEMENTS, Scope.MEMBERS))
    body = {**MOVEMENT, "number": make.member().number}
    told = program.post(
        "movements", {**body, "note": "a\x00"}, status=422, **{"Idempotency-Key": "order-0004"}
    )
    assert told["fields"][0]["field"].endswith("note")
    assert "Control characters" in told["fields"][0]["reason"]
    told = program.post("movements", body, status=422, **{"Idempotency-Key": "order\x000005"})
    assert told["fields"] == [
        {
            "field": "header.Idempotency-Key",
            "reason": "Control characters, such as NUL, are not allowed here.",
        }
    ]
    # A NUL in an address never comes so far: the front refuses it, for pages and programs alike.
    assert program.get("members", status=422, text="a\x01")["fields"][0]["field"] == "query.text"
    assert not Operation.objects.exists()


def test_a_refusal_speaks_the_language_asked_for() -> None:
    program = Program(key_of(make.staff("secretary"), Scope.MOVEMENTS), language="fr")
    body = {**MOVEMENT, "number": make.member().number, "count": 101}
    told = program.post("movements", body, status=409, **{"Idempotency-Key": "order-0003"})
    assert "parts" in told["reason"]


def test_a_partner_learns_yes_or_no_and_not_for_ever() -> None:
    speaker, pretender = make.person(), make.person()
    seat = make.organisation(speaker)
    seat.positions.create(person=pretender, kind="contact", starts_on=date(2020, 1, 1))
    with pytest.raises(NotAllowed) as refused:
        key_of(pretender, Scope.PARTNER)
    assert refused.value.code == "no_partner", "what people say of themselves opens nothing"
    anna = make.member(make.person("Anna", "Peeters", born_on=date(1980, 5, 1)))
    make.shares(anna, 12)
    small = make.member(make.person("Bo", "Claes", born_on=date(1990, 1, 1)))
    program = Program(key_of(speaker, Scope.PARTNER))

    def asked(number: int, born_on: str) -> tuple[bool, bool]:
        told = program.post("membership-checks", {"number": number, "born_on": born_on}, status=200)
        assert set(told) == {"member", "benefits"}
        return told["member"], told["benefits"]

    assert asked(anna.number, "1980-05-01") == (True, True)
    assert asked(small.number, "1990-01-01") == (True, False)
    assert asked(anna.number, "1980-05-02") == (False, False)
    assert asked(999, "1980-05-01") == (False, False)
    Member.objects.filter(pk=anna.pk).update(left_on=timezone.localdate())
    assert asked(anna.number, "1980-05-01") == (False, False)
    for _turn in range(55):
        asked(999, "1980-05-01")
    body = {"number": anna.number, "born_on": "1980-05-01"}
    assert program.post("membership-checks", body, status=429)["code"] == "too_often"
    another = Program(key_of(speaker, Scope.PARTNER))
    assert another.post("membership-checks", body, status=429)["code"] == "too_often", (
        "a new key is no new hour"
    )


def test_the_description_can_be_read_by_programs() -> None:
    told = Client().get(f"{BASE}openapi.json").json()
    assert set(told["paths"]) == {
        f"{BASE}{name}"
        for name in (
            *("membership", "membership/movements", "members", "register/readings", "register", "movements"),
            "membership-checks",
        )
    }
    assert all("security" in each for path in told["paths"].values() for each in path.values())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_page_for_developers_lists_what_there_is(language: str) -> None:
    shown = text_of(Client(), f"/{language}/developers/")
    assert "GET /api/1/membership" in shown
    assert {
        "en": "My membership",
        "fr": "Mon affiliation",
        "nl": "Mijn lidmaatschap",
        "de": "Meine Mitgliedschaft",
    }[language] in shown


def test_a_key_is_made_shown_once_and_ended_on_its_page() -> None:
    person = make.person()
    client = signed_in(person)
    answer = client.post("/en/me/keys/", {"name": "accounts", "scopes": ["own"]})
    shown = " ".join(answer.content.decode().split())
    secret = shown.partition('class="secret">')[2].partition("<")[0]
    assert key_with(secret, timezone.now())
    again = text_of(client, "/en/me/keys/")
    assert secret not in again
    assert "accounts" in again
    key = ApiKey.objects.get()
    assert signed_in(make.person()).post(f"/en/me/keys/{key.pk}/end/").status_code == 404
    ended = client.post(f"/en/me/keys/{key.pk}/end/", follow=True)
    assert "has ended" in ended.content.decode()
    assert key_with(secret, timezone.now()) is None


def test_the_form_offers_only_what_one_may(monkeypatch: pytest.MonkeyPatch) -> None:
    client = signed_in(make.person())
    assert 'value="members"' not in text_of(client, "/en/me/keys/")
    assert client.post("/en/me/keys/", {"name": "a", "scopes": ["members"]}).status_code == 200
    assert not ApiKey.objects.exists()
    monkeypatch.setattr(keys, "KEYS_MAX", 0)
    refused = client.post("/en/me/keys/", {"name": "a", "scopes": ["own"]})
    assert "many keys already" in refused.content.decode()
    assert 'value="members"' in text_of(signed_in(make.staff("secretary")), "/en/me/keys/")

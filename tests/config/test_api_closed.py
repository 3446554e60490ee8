"""Every operation of the interface for programs takes its own fields and no other, in the body and in the address."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

import pytest
from django.core.cache import cache
from django.test import Client
from django.utils import timezone
from ninja import Schema

from commonweal.config.api import api
from commonweal.people.actions import make_key
from commonweal.people.rules import Scope
from commonweal.ui.schemas import ClosedSchema
from tests import factories as make

SCHEMA = api.get_openapi_schema()
OPERATIONS = [
    (method, address, each)
    for address, methods in SCHEMA["paths"].items()
    for method, each in methods.items()
]
WITH_BODY = [(method, address) for method, address, each in OPERATIONS if "requestBody" in each]


def _kinds(base: type) -> Iterator[type]:
    for kind in base.__subclasses__():
        yield kind
        yield from _kinds(kind)


def _sent(method: str, address: str, body: Any = None, headers: Any = None) -> Any:
    ask = getattr(Client(), method)
    content = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
    return ask(address.replace("{", "1").replace("}", ""), headers=headers, **content)


def test_every_shape_of_ours_is_closed() -> None:
    ours = [kind for kind in _kinds(Schema) if kind.__module__.startswith("commonweal.")]
    assert ours
    open_ones = [kind.__name__ for kind in ours if not issubclass(kind, ClosedSchema)]
    assert open_ones == []
    assert {kind.model_config.get("extra") for kind in ours} == {"forbid"}  # type: ignore[attr-defined]


@pytest.mark.parametrize(("method", "address"), WITH_BODY)
def test_a_field_nobody_knows_is_refused_in_every_body(method: str, address: str, db: None) -> None:
    answer = _sent(method, address, {"cent": 1}, _program(address))
    assert answer.status_code == 422, answer.content
    told = answer.json()
    assert told["code"] == "not_understood"
    assert any(each["field"].endswith("cent") for each in told["fields"]), told


@pytest.mark.parametrize(("method", "address"), [(method, address) for method, address, _each in OPERATIONS])
def test_a_question_nobody_knows_is_refused_in_every_address(method: str, address: str, db: None) -> None:
    answer = _sent(
        method, f"{address}?curser=50", {} if (method, address) in WITH_BODY else None, _program(address)
    )
    assert answer.status_code == 422, answer.content
    assert {"field": "query.curser", "reason": "This is not known here."} in answer.json()["fields"]


@pytest.mark.parametrize("cents", ["15000", "1_000", 150.0, True, -1, 1.125, "48,203"])
def test_an_amount_is_a_whole_number_of_cents_and_nothing_like_it(cents: Any, db: None) -> None:
    body = {
        "number": 1,
        "kind": "subscription",
        "share_class": "A",
        "effective_on": "2026-06-01",
        "count": 3,
        "cents": cents,
        "document": "letter",
    }
    answer = _sent("post", "/api/1/movements", body, {**_program("movements"), "Idempotency-Key": "12345678"})
    assert answer.status_code == 422, answer.content
    assert any("cents" in each["field"] for each in answer.json()["fields"])


def _program(address: str) -> dict[str, str]:
    """A key that opens an operation: of the secretary, or of a partner's speaker where a partner asks."""
    cache.clear()
    partner = address.endswith("membership-checks")
    person = make.person() if partner else make.staff("secretary")
    if partner:
        make.organisation(person)
    scopes = [Scope.PARTNER] if partner else [scope for scope in Scope if scope != Scope.PARTNER]
    secret = make_key(name="all", scopes=scopes, by=person, now=timezone.now())[1]
    return {"Authorization": f"Bearer {secret}"}


MOVEMENT = {
    "number": 1,
    "kind": "subscription",
    "share_class": "A",
    "effective_on": "2026-06-01",
    "count": 3,
    "document": "letter",
}


def _booked(body: Any) -> Any:
    content = body if isinstance(body, str) else json.dumps(body)
    headers = {**_program("movements"), "Idempotency-Key": "12345678"}
    return Client().post("/api/1/movements", content, content_type="application/json", headers=headers)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        *(("number", "1"), ("number", 1.0), ("number", True), ("counterpart", "1"), ("counterpart", 2.0)),
        *(("effective_on", "2026-06-01T00:00:00"), ("effective_on", "2026-06-01T00:00:00Z")),
        *(("effective_on", 20_600), ("effective_on", "20600"), ("effective_on", "20260601")),
        *(("effective_on", "٢٠٢٦-06-01"), ("count", "3"), ("count", 3.0)),
    ],
)
def test_numbers_and_days_are_what_they_are_and_nothing_like_it(field: str, value: Any, db: None) -> None:
    answer = _booked({**MOVEMENT, field: value})
    assert answer.status_code == 422, answer.content
    assert any(each["field"].endswith(field) for each in answer.json()["fields"])


@pytest.mark.parametrize(("method", "address"), WITH_BODY)
def test_a_name_that_stands_there_twice_is_refused_in_every_body(method: str, address: str, db: None) -> None:
    headers = {**_program(address), "Idempotency-Key": "12345678"}
    answer = getattr(Client(), method)(
        address, '{"number": 1, "number": 2}', content_type="application/json", headers=headers
    )
    assert answer.status_code == 422, answer.content
    assert answer.json()["fields"] == [{"field": "body.number", "reason": "This stands there twice."}]


def test_what_is_no_json_or_very_deep_is_refused_as_before(db: None) -> None:
    for body in ("{", "[" * 20_000, '{"number": NaN}', ""):
        assert _booked(body).status_code in (400, 422), body[:20]
    names = ", ".join(f'"n{n}": 1' for n in range(50_000))
    assert _booked("{" + names + "}").status_code == 422


@pytest.mark.parametrize("moment", ["2026-01-01T00:00:00", "2026-01-01", 1_700_000_000, 1.7e12, "1700000000"])
def test_a_moment_without_its_zone_is_refused(moment: Any, db: None) -> None:
    answer = _sent(
        "post", "/api/1/register/readings", {"day": "2026-01-01", "known_at": moment}, _program("register")
    )
    assert answer.status_code == 422, answer.content

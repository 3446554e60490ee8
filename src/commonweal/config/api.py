"""The interface for programs: an area a router, refusals as JSON, one description in OpenAPI."""

from __future__ import annotations

import json
from collections.abc import Callable
from functools import cache, wraps
from typing import Any, cast

from django.http import HttpRequest, HttpResponse
from django.http.request import RawPostDataException
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe
from ninja import NinjaAPI
from ninja.errors import AuthenticationError, Throttled, ValidationError

from commonweal.config import log
from commonweal.kernel.decision import NotAllowed, Refusal
from commonweal.kernel.text import has_control
from commonweal.membership.api import NotFound, router
from commonweal.people.access import for_keys, open_to_all
from commonweal.people.rules import Scope
from commonweal.ui.schemas import CONTROL

api = NinjaAPI(
    title="Commonweal",
    version="1",
    description="Amounts are cents, days ISO 8601. Send a key as `Authorization: Bearer cw_…`.",
    docs_url=None,
    docs_decorator=for_keys,
    urls_namespace="api-1",
)
api.add_router("", router)


def _told(request: HttpRequest, refusal: Refusal, status: int) -> HttpResponse:
    return api.create_response(request, {"code": refusal.code, "reason": str(refusal)}, status=status)


# Of names that stand twice in a body, so many are told.
NAMES_MAX = 20


@api.exception_handler(Refusal)
def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """What an action refuses, with its code and its reason in the reader's language."""
    return _told(request, refusal, 409)


@api.exception_handler(NotFound)
def not_found(request: HttpRequest, refusal: NotFound) -> HttpResponse:
    """What does not exist."""
    return _told(request, refusal, 404)


@api.exception_handler(NotAllowed)
def not_allowed(request: HttpRequest, refusal: NotAllowed) -> HttpResponse:
    """What the person behind the key may not do."""
    log.refused(request, refusal.code)
    return _told(request, refusal, 403)


@api.exception_handler(AuthenticationError)
def no_key(request: HttpRequest, _error: AuthenticationError) -> HttpResponse:
    """No key, or one that has ended."""
    log.refused(request, "no_key")
    answer = api.create_response(
        request, {"code": "no_key", "reason": "A key that holds is needed."}, status=401
    )
    answer["WWW-Authenticate"] = "Bearer"
    return answer


@api.exception_handler(Throttled)
def too_often(request: HttpRequest, _error: Throttled) -> HttpResponse:
    """Too many questions in an hour."""
    log.refused(request, "too_often")
    return api.create_response(
        request, {"code": "too_often", "reason": "Too many questions this hour."}, status=429
    )


@api.exception_handler(ValidationError)
def not_understood(request: HttpRequest, error: ValidationError) -> HttpResponse:
    """What is wrong in which field; what was sent is not repeated."""
    fields = [{"field": ".".join(map(str, each["loc"])), "reason": each["msg"]} for each in error.errors]
    return _not_understood(request, fields)


def _not_understood(request: HttpRequest, fields: list[dict[str, str]]) -> HttpResponse:
    told = {"code": "not_understood", "reason": "Some fields are missing or wrong.", "fields": fields}
    return api.create_response(request, told, status=422)


def _names_twice(body: bytes) -> list[str]:
    """Names that stand twice in one object of a body: which of both is meant, nobody can say (RFC 8259, section 4)."""
    twice: list[str] = []

    def seen(pairs: list[tuple[str, Any]]) -> None:
        before: set[str] = set()
        for name, _value in pairs:
            if name in before and len(twice) < NAMES_MAX:
                twice.append(name)
            before.add(name)

    try:
        json.loads(body or b"null", object_pairs_hook=seen)
    except (ValueError, RecursionError):
        # No JSON: the operation says so.
        return []
    return twice


@cache
def _query_names(route: str, method: str) -> frozenset[str]:
    """What an operation may be asked in the address, as its description says."""
    asked = api.get_openapi_schema()["paths"].get(f"/{route}", {}).get(method, {}).get("parameters", [])
    return frozenset(each["name"] for each in asked if each["in"] == "query")


def _nothing_unknown(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
    """The operation, unless its address asks for something it does not know: `curser=50` would start at the beginning."""

    @wraps(view)
    def guarded(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
        route = request.resolver_match.route if request.resolver_match else ""
        unknown = sorted(set(request.GET) - _query_names(route, (request.method or "").lower()))
        hidden = [f"query.{name}" for name, values in request.GET.lists() if any(map(has_control, values))]
        if has_control(request.headers.get("Idempotency-Key", "")):
            hidden.append("header.Idempotency-Key")
        if hidden:
            return _not_understood(request, [{"field": name, "reason": CONTROL} for name in hidden])
        try:
            twice = _names_twice(request.body) if request.method == "POST" else []
        except RawPostDataException:
            # A form, which was read to look for its token: no operation takes one.
            return _not_understood(request, [{"field": "body", "reason": "Send JSON."}])
        if twice:
            told = [{"field": f"body.{name[:60]}", "reason": "This stands there twice."} for name in twice]
            return _not_understood(request, told)
        if unknown and not route.endswith("openapi.json"):
            fields = [{"field": f"query.{name}", "reason": "This is not known here."} for name in unknown]
            return _not_understood(request, fields)
        return view(request, *args, **kwargs)

    return guarded


urls = api.urls
for pattern in urls[0]:
    # Each operation names its own scope; the mark says so to the check over all addresses.
    pattern.callback = for_keys(_nothing_unknown(cast(Any, pattern.callback)))


@open_to_all
@require_safe
def developers(request: HttpRequest) -> HttpResponse:
    """What programs can do here, how to get a key, and where the whole description is."""
    schema = api.get_openapi_schema()
    operations = [
        {"method": method.upper(), "address": address, "summary": _(each["summary"])}
        for address, methods in schema["paths"].items()
        for method, each in methods.items()
    ]
    scopes = [{"code": scope.value, "label": _(scope.label)} for scope in Scope]
    return render(request, "portal/developers.html", {"operations": operations, "scopes": scopes})

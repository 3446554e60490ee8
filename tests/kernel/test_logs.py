"""Lines of the log: what is kept of a message, a request, an error, an event of security."""

from __future__ import annotations

import json
import logging
import sys
from typing import Any

import pytest

from commonweal.kernel.logs import REQUEST, JsonLines, security_event


def line(name: str = "commonweal.x", message: str = "said %s", *args: object, **more: Any) -> dict[str, Any]:
    record = logging.LogRecord(
        name, logging.WARNING, "place.py", 7, message, args, more.pop("exc_info", None)
    )
    vars(record).update(more)
    return dict(json.loads(JsonLines().format(record)))


def test_our_own_messages_are_kept_and_of_others_the_fixed_part() -> None:
    assert line("commonweal.x", "said %s", "this")["what"] == "said this"
    assert line("somebody", "said %s", "this")["what"] == "said %s"
    assert line("somebody", "said this")["what"] == "place:7"


def test_a_line_names_its_request_and_its_facts() -> None:
    assert "request" not in line("commonweal", "x")
    token = REQUEST.set("abcd-1234")
    try:
        found = line("commonweal", "x", facts={"status": 200})
    finally:
        REQUEST.reset(token)
    assert (found["request"], found["status"], found["level"]) == ("abcd-1234", 200, "warning")
    assert found["at"].endswith("+00:00")


class FromTheDatabase(Exception):
    sqlstate = "53100"


def test_of_an_error_kinds_codes_and_places_are_kept_also_where_it_goes_in_a_circle() -> None:
    inner = FromTheDatabase("typed")
    try:
        try:
            raise inner
        except FromTheDatabase as first:
            second = ValueError("typed as well")
            first.__cause__ = second
            raise second from first
    except ValueError:
        found = line("commonweal", "x", exc_info=sys.exc_info())
    assert found["error"] == ["builtins.ValueError", f"{__name__}.FromTheDatabase 53100"]
    assert any("test_logs.py" in place for place in found["where"])
    assert "typed" not in json.dumps(found)
    assert "error" not in line("commonweal", "x", exc_info=(None, None, None))


@pytest.mark.parametrize(("account", "told"), [(7, {"account": 7}), (None, {})])
def test_an_event_of_security_says_whose_account_it_is_where_there_is_one(
    caplog: pytest.LogCaptureFixture, account: int | None, told: dict[str, int]
) -> None:
    caplog.set_level("INFO", "commonweal.security")
    security_event("log_in", account=account, code="x")
    (record,) = caplog.records
    assert vars(record)["facts"] == {"security": "log_in", **told, "code": "x"}

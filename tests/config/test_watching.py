"""What machines that watch are told, and what is written down: never what anyone typed, never a statement."""

from __future__ import annotations

import json
import logging
from collections.abc import Iterator
from typing import Any

import pytest
from django.conf import settings
from django.db import DatabaseError, connection
from django.test import Client

from commonweal.config import health, log, metrics
from commonweal.kernel.logs import REQUEST, JsonLines, security_event
from commonweal.people.actions import keys
from commonweal.people.rules import Scope
from tests import factories as make
from tests.journeys.conftest import PASSWORD
from tests.voting.steps import signed_in

ADDRESSES = ("/healthz", "/readyz", "/metrics")


class Lines(logging.Handler):
    """Gathers lines as they would be written."""

    def __init__(self) -> None:
        super().__init__()
        self.formatter, self.lines = JsonLines(), []

    def emit(self, record: logging.LogRecord) -> None:
        self.lines.append(json.loads(self.format(record)))

    def security(self) -> list[dict[str, Any]]:
        return [each for each in self.lines if "security" in each]


@pytest.fixture
def lines() -> Iterator[Lines]:
    gathered, root = Lines(), logging.getLogger()
    requests = logging.getLogger("commonweal.requests")
    root.addHandler(gathered)
    before = requests.level
    requests.setLevel("INFO")
    yield gathered
    requests.setLevel(before)
    root.removeHandler(gathered)


def test_a_process_that_answers_says_so_without_asking_the_database() -> None:
    # No database is given to this test: asking it would fail.
    answer = Client().get("/healthz", headers={"host": "10.0.0.7"})
    assert (answer.status_code, answer.json()) == (200, {"alive": True})
    assert answer["Cache-Control"] == "no-store"


@pytest.mark.django_db
def test_ready_means_database_jobs_and_disk(monkeypatch: pytest.MonkeyPatch) -> None:
    assert Client().get("/readyz").json() == {"ready": True, "database": "ok", "jobs": "ok", "disk": "ok"}
    late = metrics.Jobs(1, 0, 0, health.WAITED_MAX + 1)
    for name, value, part, said in (
        ("jobs", lambda: late, "jobs", "late"),
        ("free_bytes", lambda: health.FREE_MIN - 1, "disk", "full"),
    ):
        with monkeypatch.context() as patch:
            patch.setattr(metrics, name, value)
            answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()[part], answer.json()["ready"]) == (503, said, False)


def test_without_a_database_it_is_alive_but_not_ready(transactional_db: None) -> None:
    host = connection.settings_dict["HOST"]
    connection.close()
    connection.settings_dict["HOST"] = "/no/such/socket"
    try:
        assert Client().get("/healthz").status_code == 200
        answer = Client().get("/readyz")
        assert (answer.status_code, answer.json()["database"]) == (503, "away")
        assert "commonweal_database_up 0.0" in Client().get("/metrics").content.decode()
    finally:
        connection.settings_dict["HOST"] = host


@pytest.mark.django_db
def test_how_long_jobs_have_waited_is_counted_from_when_they_could_run() -> None:
    from procrastinate.contrib.django import app

    number = app.configure_task("commonweal.people.tasks.deliver").defer(event_id=1)
    app.configure_task("commonweal.people.tasks.deliver", schedule_in={"hours": 1}).defer(event_id=2)
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_events SET at = at - interval '90 seconds' WHERE job_id = %s", [number]
        )
    found = metrics.jobs()
    assert (found.waiting, found.doing, found.failed) == (2, 0, 0)
    assert 90 <= found.oldest_seconds < 600


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("token", "given", "status"),
    [
        ("", {"REMOTE_ADDR": "127.0.0.1"}, 200),
        ("", {"REMOTE_ADDR": "::1"}, 200),
        ("", {"REMOTE_ADDR": "10.0.0.7"}, 404),
        ("", {"REMOTE_ADDR": "127.0.0.1", "HTTP_X_FORWARDED_FOR": "127.0.0.1"}, 404),
        ("", {"REMOTE_ADDR": "nonsense"}, 404),
        ("a-token", {"REMOTE_ADDR": "127.0.0.1"}, 404),
        ("a-token", {"REMOTE_ADDR": "10.0.0.7", "HTTP_AUTHORIZATION": "Bearer a-token"}, 200),
        ("a-token", {"REMOTE_ADDR": "10.0.0.7", "HTTP_AUTHORIZATION": "Bearer é"}, 404),
    ],
)
def test_figures_are_for_this_machine_or_for_who_has_the_token(
    settings: Any, token: str, given: dict[str, str], status: int
) -> None:
    settings.METRICS_TOKEN = token
    answer = Client().get("/metrics", **given)  # type: ignore[arg-type]
    assert answer.status_code == status
    assert (b"commonweal_requests_total" in answer.content) is (status == 200)


@pytest.mark.django_db
def test_figures_and_lines_hold_nothing_of_a_person(lines: Lines) -> None:
    who = make.person("Jeanne", "Delvaux", email="jeanne@ruche.example")
    client = signed_in(who)
    client.get("/en/projects/?text=wheelchair", headers={"x-request-id": "abcdef-0123"})
    client.post("/en/check/", {"text": "a secret"})
    answered = [each for each in lines.lines if each["what"] == "answered"]
    assert {each["route"] for each in answered} == {"projects:project-list", "projects:check-start"}
    assert answered[0]["request"] == "abcdef-0123"
    assert answered[0]["status"] == 200
    assert isinstance(answered[0]["ms"], int)
    told = json.dumps(lines.lines) + client.get("/metrics").content.decode()
    for secret in ("wheelchair", "secret", "Jeanne", "Delvaux", "jeanne@", "127.0.0.1", "SELECT"):
        assert secret not in told, secret


@pytest.mark.django_db
@pytest.mark.parametrize("told", ["short", "x" * 65, "a b c d e f g h", '"},{"x', "é" * 10])
def test_a_number_of_a_request_is_a_number(told: str) -> None:
    number = Client().get("/en/", headers={"x-request-id": told.encode().decode("latin-1")})["X-Request-ID"]
    assert number != told
    assert len(number) == 16
    assert REQUEST.get() == ""


def test_an_error_is_written_as_its_kind_and_place_and_never_as_its_text(lines: Lines, db: None) -> None:
    try:
        with connection.cursor() as cursor:
            cursor.execute("SELECT 'the choice', 1/0")
    except DatabaseError:
        logging.getLogger("django.request").error("%s: %s", "Internal", "/en/?q=typed", exc_info=True)
    logging.getLogger("somebody").error("typed by hand")
    told = json.dumps(lines.lines)
    assert "psycopg.errors.DivisionByZero 22012" in told
    assert "test_watching.py" in told
    assert "%s: %s" in told
    for text in ("the choice", "1/0", "typed", "division by zero"):
        assert text not in told


@pytest.mark.django_db
def test_what_concerns_security_is_written_with_the_account_and_nothing_typed(lines: Lines) -> None:
    who = make.person("Jeanne", "Delvaux", email="jeanne@ruche.example")
    account = make.account(who, password=PASSWORD)
    client, address = Client(), "/en/account/login/"
    client.post(address, {"login": who.email, "password": "not-the-password"})
    client.post(address, {"login": who.email, "password": PASSWORD})
    client.get("/en/members/register/imports/")
    Client(enforce_csrf_checks=True).post("/en/check/", {"x": "1"})
    Client().get("/api/1/membership", headers={"Authorization": "Bearer cw_wrong"})
    client.post("/en/account/logout/")
    found = [(each["security"], each.get("account"), each.get("code")) for each in lines.security()]
    assert found == [
        ("log_in_failed", None, None),
        ("log_in", account.pk, None),
        ("refused", account.pk, "not_staff"),
        ("refused", None, "csrf"),
        ("refused", None, "no_key"),
        ("log_out", account.pk, None),
    ]
    told = json.dumps(lines.lines)
    for secret in ("jeanne", "not-the-password", PASSWORD, "cw_wrong"):
        assert secret not in told


@pytest.mark.django_db
def test_a_key_made_and_ended_is_written(lines: Lines, django_capture_on_commit_callbacks: Any) -> None:
    who = make.person()
    with django_capture_on_commit_callbacks(execute=True):
        key, secret = keys.make_key(name="mine", scopes=[Scope.OWN], by=who, now=make.NOW)
        keys.end_key(key=key, by=who, now=make.NOW)
    assert [each["security"] for each in lines.security()] == ["key_made", "key_ended"]
    assert secret not in json.dumps(lines.lines)


def test_every_event_of_the_libraries_is_heard_once(lines: Lines) -> None:
    log.listen()
    log.listen()
    user = type("User", (), {"pk": 7})()
    for signal, name in log.EVENTS:
        before = len(lines.security())
        if name in ("log_in", "log_out", "log_in_failed"):
            continue
        signal.send(sender=None, request=None, user=user)
        assert [each["security"] for each in lines.security()[before:]] == [name]
        assert lines.security()[-1]["account"] == 7


def test_a_line_is_one_line(lines: Lines) -> None:
    security_event("said", code="two\nlines")
    assert "\n" not in JsonLines().format(logging.makeLogRecord({"name": "commonweal", "msg": "two\nlines"}))
    assert lines.security()[0]["code"] == "two\nlines"


def test_every_logger_is_above_the_level_at_which_statements_are_written() -> None:
    assert settings.LOGGING["loggers"]["django.db.backends"]["level"] == "WARNING"
    assert logging.getLogger("django.db.backends").getEffectiveLevel() >= logging.WARNING

"""Settings, the embedded server's manners, the command line, delivery of events, polite refusals."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.core.exceptions import PermissionDenied, SuspiciousOperation
from django.db import DatabaseError
from django.http import HttpResponse
from django.test import Client, RequestFactory

from commonweal.config import embedded, environment, middleware
from commonweal.kernel.decision import NotAllowed, Refusal
from commonweal.people.models import Account
from tests import factories as make


def test_a_missing_setting_is_one_clear_line() -> None:
    with pytest.raises(environment.MissingSetting, match=r"SECRET_KEY is not set\. .*make run"):
        environment.value("SECRET_KEY", {})
    assert environment.value("COMMONWEAL_PORT", {}) == "8000"
    with pytest.raises(KeyError):
        environment.value("NO_SUCH_SETTING", {})


def test_a_broken_database_folder_is_one_clear_line(tmp_path: Path) -> None:
    broken = tmp_path / "postgres"
    broken.write_text("not a folder")
    with pytest.raises(embedded.DatabaseTrouble, match="demo-reset") as trouble, embedded.server(broken):
        pass
    assert "\n" not in str(trouble.value)


def test_numbers_of_dead_processes_are_forgotten(tmp_path: Path) -> None:
    numbers = tmp_path / ".handle_pids.json"
    numbers.write_text("[1, 999999999]")
    embedded._forget_dead_users(tmp_path)
    assert numbers.read_text() == "[1]"
    numbers.write_text("rubbish")
    embedded._forget_dead_users(tmp_path)


def test_a_busy_port_is_one_clear_line(live_server: Any) -> None:
    port = live_server.url.rpartition(":")[2]
    ended = subprocess.run(
        [sys.executable, "-m", "commonweal.config.cli", "serve"],
        capture_output=True,
        text=True,
        env={"COMMONWEAL_PORT": port, "PATH": "/usr/bin:/bin"},
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.strip() == (
        f"Port {port} is in use by another program. Stop it, or choose another: COMMONWEAL_PORT=8001 make run"
    )


@pytest.mark.django_db
def test_reading_cannot_write() -> None:
    def writes(_request: Any) -> HttpResponse:
        Account.objects.create_user("x@example.org")
        return HttpResponse()

    request = RequestFactory()
    guarded = middleware.ReadsOnlyRead(writes)
    with pytest.raises(DatabaseError, match="read-only"):
        guarded(request.get("/"))
    assert guarded(request.post("/")).status_code == 200
    assert Account.objects.count() == 1


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("exception", "status"), [(Refusal("Too late."), 409), (NotAllowed("Not yours."), 403)]
)
def test_a_refusal_nobody_caught_is_a_page(client: Client, exception: Refusal, status: int) -> None:
    request = RequestFactory().get("/fr/")
    request.user = make.account(make.person())
    answer = middleware.PoliteRefusals(lambda _request: HttpResponse()).process_exception(request, exception)
    assert answer is not None
    assert answer.status_code == status
    assert str(exception.reason) in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/fr/projects/?text=%00", "/fr/%00/", "/fr/projects/photos/x%00.jpg"])
def test_a_nul_in_an_address_is_answered(client: Client, address: str) -> None:
    assert client.get(address).status_code in (400, 404)


@pytest.mark.django_db
def test_ten_megabytes_of_text_are_refused_politely(client: Client) -> None:
    answer = client.post("/fr/check/", {"text": "x" * 10_000_000})
    assert answer.status_code == 413
    assert settings.SITE["phone"] in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize("address", ["/fr/nothing/", "/nl/projects/99999999/", "/de/calls/none/"])
def test_what_is_not_there_is_a_page_with_a_way_on(client: Client, address: str) -> None:
    answer = client.get(address)
    assert answer.status_code == 404
    assert "<h1>" in answer.content.decode()


@pytest.mark.django_db
def test_a_form_without_its_token_is_asked_for_once_more() -> None:
    answer = Client(enforce_csrf_checks=True).post("/en/check/", {"x": "1"})
    assert answer.status_code == 403
    assert "Send this form once more" in answer.content.decode()


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("raised", "status", "words"),
    [
        (PermissionDenied("x"), 403, "This page is for others"),
        (SuspiciousOperation("x"), 400, "characters we cannot read"),
        (RuntimeError("a secret"), 500, "Our mistake"),
    ],
)
def test_whatever_goes_wrong_is_a_page_that_says_nothing_of_the_inside(
    monkeypatch: pytest.MonkeyPatch, raised: Exception, status: int, words: str
) -> None:
    def fails(*_given: object) -> None:
        raise raised

    monkeypatch.setattr("commonweal.projects.queries.open_calls", fails)
    answer = Client(raise_request_exception=False).get("/en/check/result/")
    assert answer.status_code == status
    assert words in answer.content.decode()
    assert "a secret" not in answer.content.decode()


@pytest.mark.django_db
def test_pages_carry_a_strict_policy_and_no_inline_style(client: Client) -> None:
    answer = client.get("/fr/check/")
    policy = answer["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy
    assert " style=" not in answer.content.decode()
    assert "<style" not in answer.content.decode()


def test_a_server_that_was_killed_and_never_asked_for_is_not_taken_for_a_living_one(tmp_path: Path) -> None:
    dead = subprocess.Popen([sys.executable, "-c", ""])
    # It ends, and stays in the list of processes until somebody waits for it.
    os.waitid(os.P_PID, dead.pid, os.WEXITED | os.WNOWAIT)
    for alive, note in ((True, os.getpid()), (False, dead.pid)):
        (tmp_path / "postmaster.pid").write_text(f"{note}\n{tmp_path}\n")
        (tmp_path / ".s.PGSQL.5432.lock").write_text(f"{note}\n")
        embedded._forget_dead_server(tmp_path)
        assert (tmp_path / "postmaster.pid").exists() is alive
        assert (tmp_path / ".s.PGSQL.5432.lock").exists() is alive
    dead.wait()
    embedded._forget_dead_server(tmp_path)

"""The command as a stranger uses it: in a process and on a database of its own. Trouble is one line, never a trace."""

from __future__ import annotations

import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from commonweal.config import cli, committee, translations
from commonweal.voting.sealing import key_from_text

ROOT = Path(__file__).parent.parent.parent
# One site for all that ask one: two processes would each start their own.
pytestmark = pytest.mark.xdist_group("a running site")
COMMAND = [sys.executable, "-m", "commonweal.config.cli"]


def bare(**settings: str) -> dict[str, str]:
    """The environment of someone who has set nothing but these."""
    # What measures tests, and what moves their clock, reaches the programs they start.
    tools = ("COVERAGE_", "COV_", "MOVED_TO", "PYTHONPATH")
    kept = {name: value for name, value in os.environ.items() if name.startswith(tools)}
    return {**kept, "PATH": "/usr/bin:/bin", **settings}


def free_port() -> int:
    with socket.socket() as attempt:
        attempt.bind(("127.0.0.1", 0))
        return int(attempt.getsockname()[1])


class Served:
    """A site started by `make run`, and the same environment for further commands."""

    def __init__(self, folder: Path) -> None:
        self.folder, self.port = folder, free_port()
        self.environment = bare(COMMONWEAL_VAR=str(folder), COMMONWEAL_PORT=str(self.port))
        self.process = subprocess.Popen(
            ["make", "run", f"PYTHON={sys.executable}"],
            cwd=ROOT,
            env={
                **os.environ,
                "DATABASE_URL": "",
                "SECRET_KEY": "",
                **self.environment,
                "PATH": os.environ["PATH"],
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said = ""
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self.said += line
            if "committee's sheets" in line:
                break

    def run(self, *arguments: str, **settings: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [*COMMAND, *arguments],
            env={**self.environment, **settings},
            capture_output=True,
            text=True,
            check=False,
        )

    def page(self, path: str) -> str:
        with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}") as answer:
            return str(answer.read(), "utf-8")

    def stop(self) -> int:
        return stopped(self.process)

    def database_runs(self) -> bool:
        return (self.folder / "postgres" / "postmaster.pid").exists()


def stopped(process: subprocess.Popen[str]) -> int:
    """Ends a process by its number, as a service manager does; gives its exit code."""
    process.send_signal(signal.SIGTERM)
    process.communicate(timeout=30)
    return process.returncode


def answering(environment: dict[str, str]) -> subprocess.Popen[str]:
    """A site without a demo of its own, started and waited for."""
    process = subprocess.Popen([*COMMAND, "serve"], env=environment, stdout=subprocess.PIPE, text=True)
    assert process.stdout is not None
    assert any("answers on" in line for line in process.stdout)
    return process


@pytest.fixture
def room() -> Iterator[Path]:
    """A folder for a server: not pytest's own, which a second run of tests closes to the user the server runs as."""
    with tempfile.TemporaryDirectory(prefix="commonweal-site-") as folder:
        yield Path(folder)


@pytest.fixture(scope="module")
def served() -> Iterator[Served]:
    with tempfile.TemporaryDirectory(prefix="commonweal-site-") as folder:
        site = Served(Path(folder) / "var")
        yield site
        if site.process.poll() is None:
            site.stop()


def test_one_command_serves_a_demo_tells_its_log_ins_and_stops_clean(served: Served) -> None:
    assert served.process.poll() is None, served.said
    assert f"http://127.0.0.1:{served.port}/" in served.said
    assert "The password is always" in served.said
    assert "Traceback" not in served.said
    for language in ("fr", "nl", "de", "en"):
        assert f'<html lang="{language}"' in served.page(f"/{language}/")
    assert (served.folder / "secret_key").stat().st_mode & 0o077 == 0, "the key is for its owner"
    second = served.run("serve", "--demo")
    assert second.returncode == 1
    assert second.stderr.startswith(f"Port {served.port} is in use")
    again = served.run("demo")
    assert "nothing was loaded" in again.stdout
    assert served.run("migrate").returncode == 0
    served.stop()
    assert not served.database_runs(), "ended by its number, it leaves no server behind"
    with pytest.raises(OSError, match="refused"):
        served.page("/fr/")
    process = answering(served.environment)
    assert stopped(process) == 0, "one that answers ends with zero when it is asked to stop"
    assert not served.database_runs()
    # For the tests to come, which would each start a database of their own.
    served.process = answering(served.environment)
    assert 'lang="fr"' in served.page("/fr/"), "what was there is there again"


def test_a_stop_before_it_answers_leaves_no_server_behind(room: Path) -> None:
    folder = room / "var"
    process = subprocess.Popen(
        [*COMMAND, "serve"],
        env=bare(COMMONWEAL_VAR=str(folder), COMMONWEAL_PORT=str(free_port())),
        stdout=subprocess.PIPE,
        text=True,
    )
    note = folder / "postgres" / "postmaster.pid"
    for _try in range(600):
        if note.exists():
            break
        time.sleep(0.05)
    assert note.exists()
    assert stopped(process) == 130
    assert not note.exists()


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("appoint", "nobody@example.org", "administrator"), "Nobody with a name has an account"),
        (("appoint", "member@ruche.example", "emperor"), ""),
        (("confirm", "99", "Kim of the hosting"), "There is no request 99"),
        (("export", "ballots", "no-such-call"), "There is no call named no-such-call"),
        (("import", "pabulib"), "Name the file"),
        (("import", "pabulib", "/no/such/file.pb"), "/no/such/file.pb"),
        (("import", "places", "/no/such/folder"), "/no/such/folder"),
    ],
)
def test_what_cannot_be_done_is_one_line(served: Served, words: tuple[str, ...], line: str) -> None:
    ended = served.run(*words)
    assert ended.returncode == 1, ended.stdout
    assert line in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr


def test_where_two_administrators_can_the_server_gives_no_role(served: Served) -> None:
    ended = served.run("appoint", log_in_of(served), "adviser")
    assert ended.returncode == 1
    assert ended.stderr.startswith("There are two administrators: one of them asks")


def test_the_count_is_exported(served: Served, tmp_path: Path) -> None:
    published = served.run("export", "ballots", "getting-to-know")
    assert published.stdout.startswith("META")
    sealed = tmp_path / "sealed.json"
    said = served.run("export", "sealed", "getting-to-know", "--out", str(sealed)).stdout
    assert str(sealed) in said
    assert len(json.loads(sealed.read_text())["envelopes"]) > 0


def log_in_of(served: Served) -> str:
    return next(word for word in served.said.split() if "@" in word)


@pytest.mark.parametrize(
    ("address", "line"),
    [
        ("postgresql:///nothing?host=/no/such/socket", "The database does not answer"),
        ("postgresql://127.0.0.1:1/x", "The database does not answer"),
    ],
)
def test_a_database_that_does_not_answer_is_one_line(tmp_path: Path, address: str, line: str) -> None:
    ended = subprocess.run(
        [*COMMAND, "migrate"],
        env=bare(COMMONWEAL_VAR=str(tmp_path), DATABASE_URL=address),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert ended.stderr.startswith(line)
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr


def test_a_dead_database_folder_is_one_line(room: Path) -> None:
    folder = room / "postgres"
    folder.mkdir()
    (folder / "PG_VERSION").write_text("rubbish")
    ended = subprocess.run(
        [*COMMAND, "serve", "--demo"],
        env=bare(COMMONWEAL_VAR=str(room), COMMONWEAL_PORT=str(free_port())),
        capture_output=True,
        text=True,
        check=False,
    )
    assert ended.returncode == 1
    assert "make demo-reset" in ended.stderr
    assert len(ended.stderr.strip().splitlines()) == 1, ended.stderr


def test_a_command_beside_a_server_of_its_own_ends_with_its_exit_code(room: Path) -> None:
    beside = [sys.executable, "-m", "commonweal.config.embedded"]
    asks = "import os, psycopg; psycopg.connect(os.environ['DATABASE_URL']).execute('SELECT 1'); raise SystemExit(7)"
    ended = subprocess.run(
        [*beside, sys.executable, "-c", asks], env=bare(COMMONWEAL_VAR=str(room)), check=False
    )
    assert ended.returncode == 7
    (room / "file").write_text("not a folder")
    refused = subprocess.run(
        [*beside, "true"],
        env=bare(COMMONWEAL_VAR=str(room / "file")),
        check=False,
        capture_output=True,
        text=True,
    )
    assert refused.returncode == 1
    assert "cannot be used" in refused.stderr


def test_translations_are_compiled_once_without_gettext(tmp_path: Path, settings: Any) -> None:
    folder = tmp_path / "fr" / "LC_MESSAGES"
    folder.mkdir(parents=True)
    (folder / "django.po").write_text(
        'msgid ""\nmsgstr "Content-Type: text/plain; charset=utf-8\\n"\n\nmsgid "member"\nmsgstr "sociétaire"\n'
    )
    settings.LOCALE_PATHS = [tmp_path]
    assert translations.compile_all() == 1
    assert "sociétaire".encode() in (folder / "django.mo").read_bytes()
    assert translations.compile_all() == 0, "what is there already is left alone"


@pytest.mark.parametrize(
    ("words", "line", "code"),
    [
        (("committee", "new", "--holders", "An", "--threshold", "2", "--out", "sheets"), "at least", 1),
        (("committee", "open", "none.json", "--sheet", "none.txt", "--out", "x.pb"), "were not opened: ", 1),
        (
            ("committee", "open", "broken.json", "--sheet", "none.txt", "--out", "x.pb"),
            "were not opened: ",
            2,
        ),
    ],
)
def test_the_committee_is_told_in_one_line_what_does_not_fit(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: Any, words: tuple[str, ...], line: str, code: int
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("broken.json").write_text("{")
    assert cli.main(list(words)) == code
    said = capsys.readouterr().err
    assert line in said
    assert len(said.strip().splitlines()) == 1
    assert not Path("x.pb").exists()


def test_a_committee_gets_a_sheet_each_and_the_key_to_paste(tmp_path: Path, capsys: Any) -> None:
    words = [
        "committee",
        "new",
        "--holders",
        "An, Bo,Cy",
        "--threshold",
        "2",
        "--out",
        str(tmp_path / "sheets"),
    ]
    assert cli.main(words) == 0
    said = capsys.readouterr().out.splitlines()
    assert [line.rpartition(": for ")[2] for line in said[:3]] == ["An", "Bo", "Cy"]
    sheets = [committee.read_sheet(Path(line.rpartition(": for ")[0])) for line in said[:3]]
    assert [sheet.number for sheet in sheets] == [1, 2, 3]
    assert len(key_from_text(said[3].rpartition(": ")[2])) == 32


def test_a_reader_who_has_seen_enough_ends_the_output_quietly(served: Served) -> None:
    ended = subprocess.run(
        [
            "/bin/bash",
            "-o",
            "pipefail",
            "-c",
            f"{' '.join(COMMAND)} export sealed getting-to-know | head -c 10",
        ],
        env=served.environment,
        capture_output=True,
        text=True,
        check=False,
    )
    assert (ended.stderr, ended.returncode) == ("", 0)

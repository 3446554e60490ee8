"""Each process of a served site is killed under load: the site is back in seconds, and no vote it acknowledged is lost."""

from __future__ import annotations

import json
import os
import re
import signal
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

import pytest

from tests.config.site import bare, free_port

pytestmark = [pytest.mark.proof, pytest.mark.xdist_group("a running site")]
VOTES, MESSAGES, BACK_SECONDS = 200, 60, 15.0
CSRF = "a" * 32
READY = "from commonweal.config import cli\nwith cli._ready():\n    cli._set_up()\n"

# For the voters without an account: one each, and a session as signing in makes it.
SESSIONS = """
import json
from importlib import import_module
from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY
from django.utils import timezone
from commonweal.people.models import Account, Event, Message
from commonweal.people.tasks import send_message
from commonweal.voting.models import Ballot, Voter
ballot = Ballot.objects.get(state="open")
store = import_module(settings.SESSION_ENGINE).SessionStore
found = []
voters = Voter.objects.filter(ballot=ballot, vote__isnull=True, member__person__isnull=False)
for voter in voters.filter(member__person__account__isnull=True).select_related("member__person").order_by("pk")[:COUNT]:
    account = Account(email=f"voter{voter.pk}@ruche.example", person=voter.member.person)
    account.set_unusable_password()
    account.save()
    session = store()
    session[SESSION_KEY], session[BACKEND_SESSION_KEY] = str(account.pk), settings.AUTHENTICATION_BACKENDS[0]
    session[HASH_SESSION_KEY] = account.get_session_auth_hash()
    session.create()
    found.append(session.session_key)
event = [Event.objects.create(name="Said", subject=f"x:{each}", at=timezone.now(), channel="web") for each in range(MAILS)]
for each in event:
    who = voter.member.person
    type(who).objects.filter(pk=who.pk).update(email="voter@ruche.example")
    message = Message.objects.create(event=each, person=who, language="en", subject="x", body="y", by_letter=False)
    send_message.defer(message_id=message.pk)
print(json.dumps({"ballot": ballot.pk, "sessions": found}))
"""
BOX = """
import json
from pathlib import Path
from procrastinate.contrib.django.models import ProcrastinateJob
from commonweal.config.committee import read_sheet
from commonweal.people.models import Message
from commonweal.voting.committee import opened_file
from commonweal.voting.models import Ballot
from commonweal.voting.queries import sealed_bundle
folder = Path(FOLDER) / "demo" / "committee" / "close-to-home"
text = opened_file(sealed_bundle(Ballot.objects.get(state="open")), [read_sheet(folder / f"sheet-{n}.txt") for n in (1, 2)])
jobs = ProcrastinateJob.objects.filter(task_name__endswith="send_message").exclude(status="succeeded").count()
print(json.dumps({"box": text, "open_jobs": jobs, "unsent": Message.objects.filter(subject="x", sent_at=None).count()}))
"""


@dataclass
class Site:
    """A served demo, started again by its service manager (played here) when its supervisor ends."""

    folder: Path
    port: int = field(default_factory=free_port)
    starts: int = 0
    stopping: bool = False

    def __post_init__(self) -> None:
        self.environment = bare(COMMONWEAL_VAR=str(self.folder), COMMONWEAL_PORT=str(self.port))
        self.manager = threading.Thread(target=self._manage)
        self.process: subprocess.Popen[bytes] | None = None

    def _manage(self) -> None:
        # What `deploy/commonweal.service` asks for: Restart=always, RestartSec=1.
        while not self.stopping:
            with (self.folder.parent / "log").open("ab") as log:
                self.process = subprocess.Popen(
                    [sys.executable, "-m", "commonweal.config.cli", "serve", "--demo"],
                    env=self.environment,
                    stdout=log,
                    stderr=subprocess.STDOUT,
                )
            self.starts += 1
            self.process.wait()
            time.sleep(1)

    def run(self, program: str, **values: Any) -> Any:
        for name, value in values.items():
            program = program.replace(name, repr(value))
        indented = "".join(f"    {line}\n" for line in program.splitlines())
        done = subprocess.run(
            [sys.executable, "-c", READY + indented],
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        assert done.returncode == 0, done.stderr
        return json.loads(done.stdout)

    def ask(self, path: str, session: str = "", fields: Any = None) -> tuple[int, str]:
        """Status and text of an answer; 0 where there was none."""
        data = (
            None
            if fields is None
            else urllib.parse.urlencode({**fields, "csrfmiddlewaretoken": CSRF}, True).encode()
        )
        request = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data)
        request.add_header("Cookie", f"session={session}; csrf={CSRF}")
        try:
            with urllib.request.urlopen(request, timeout=20) as answer:  # noqa: S310 - of this machine
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as refused:
            return refused.code, refused.read().decode()
        except OSError:
            return 0, ""

    def stop(self) -> None:
        self.stopping = True
        if self.process is not None:
            self.process.terminate()
        self.manager.join(40)


def children(number: int) -> list[int]:
    found = []
    for task in Path(f"/proc/{number}/task").glob("*/children"):
        with suppress(OSError):
            found += [int(child) for child in task.read_text().split()]
    return found


def part(site: Site, word: str) -> int:
    """The number of the supervisor's child whose command holds a word."""
    assert site.process is not None
    for child in children(site.process.pid):
        with suppress(OSError):
            if word in Path(f"/proc/{child}/cmdline").read_text().split("\0"):
                return child
    return 0


def postmaster(site: Site) -> int:
    return int((site.folder / "postgres" / "postmaster.pid").read_text().split()[0])


def backend(site: Site) -> int:
    for child in children(postmaster(site)):
        with suppress(OSError):
            if "postgres postgres" in Path(f"/proc/{child}/cmdline").read_text().replace("\0", " "):
                return child
    return 0


def supervisor(site: Site) -> int:
    assert site.process is not None
    return site.process.pid


PROCESSES: dict[str, Callable[[Site], int]] = {
    "a worker of the web server": lambda site: children(part(site, "granian"))[0],
    "the web server": lambda site: part(site, "granian"),
    "the worker for background jobs": lambda site: part(site, "worker"),
    "a server process of the database": backend,
    "the database": postmaster,
    "the supervisor": supervisor,
}


@dataclass
class Voters:
    """People who vote one after the other, each again until the site acknowledges it."""

    site: Site
    ballot: int
    sessions: list[str]
    codes: list[str] = field(default_factory=list)
    answers: Counter[int] = field(default_factory=Counter)
    gate: threading.Semaphore = field(default_factory=lambda: threading.Semaphore(0))

    def vote(self) -> None:
        while self.sessions:
            self.gate.acquire()
            with suppress(IndexError):
                session = self.sessions.pop()
                while not (code := self._once(session)):
                    time.sleep(0.1)
                self.codes.append(code)

    def _once(self, session: str) -> str:
        base, choice = f"/fr/ballots/{self.ballot}/", {"choice": ["1", "3"]}
        status, page = self.site.ask(f"{base}review/", session, choice)
        found = re.search(r'name="receipt" value="([^"]+)"', page)
        if found:
            status, page = self.site.ask(f"{base}cast/", session, {**choice, "receipt": found[1]})
        self.answers[status] += 1
        code = re.search(r'class="code">([0-9A-Z-]+)<', page)
        return code[1].replace("-", "") if status == 200 and code else ""


@pytest.fixture
def site() -> Iterator[Site]:
    with tempfile.TemporaryDirectory(prefix="commonweal-killed-") as place:
        made = Site(Path(place) / "var")
        made.folder.mkdir()
        made.manager.start()
        try:
            yield made
        finally:
            made.stop()


def until(true: Callable[[], object], seconds: float) -> float:
    """Waits until something is true; gives the seconds it took."""
    started = time.monotonic()
    while not true():
        assert time.monotonic() - started < seconds, "it never came"
        time.sleep(0.05)
    return time.monotonic() - started


def back_after(site: Site, find: Callable[[Site], int]) -> tuple[float, float]:
    """Kills a process; gives the seconds until it is there anew, and until ten pages in a row are answered."""
    killed, started = find(site), time.monotonic()
    os.kill(killed, signal.SIGKILL)

    def anew() -> bool:
        with suppress(OSError, IndexError, ValueError, AssertionError):
            return find(site) not in (0, killed)
        return False

    anew_after = until(anew, 60)
    well = 0
    while well < 10:
        well = well + 1 if site.ask("/fr/help/")[0] == 200 and site.ask("/readyz")[0] == 200 else 0
        assert time.monotonic() - started < 120, "it does not come back"
        time.sleep(0.02)
    return anew_after, time.monotonic() - started


def test_each_process_is_killed_under_load_and_no_acknowledged_vote_is_lost(site: Site) -> None:
    until(lambda: site.ask("/fr/")[0] == 200, 300)
    made = site.run(SESSIONS, COUNT=VOTES, MAILS=MESSAGES)
    assert len(made["sessions"]) == VOTES
    voters = Voters(site, made["ballot"], made["sessions"])
    threads = [threading.Thread(target=voters.vote, daemon=True) for _each in range(4)]
    for thread in threads:
        thread.start()
    took = {}
    for name, find in PROCESSES.items():
        voters.gate.release(VOTES // len(PROCESSES))
        until(lambda: voters.answers.total() > 0, 60)
        took[name] = back_after(site, find)
    voters.gate.release(VOTES)
    for thread in threads:
        thread.join(120)
    assert len(voters.codes) == VOTES
    seen: dict[str, Any] = {}

    def all_jobs_done() -> bool:
        seen.update(site.run(BOX, FOLDER=str(site.folder)))
        return seen["open_jobs"] == 0

    until(all_jobs_done, 150)
    box = {row.partition(";")[0] for row in seen["box"].splitlines()}
    lost = [code for code in voters.codes if code not in box]
    for name, (anew, back) in took.items():
        print(
            f"\nkill -9 of {name}: there anew after {anew:.1f} s, all pages answered after {back:.1f} s",
            end="",
        )
    print(f"\nanswers to votes: {dict(voters.answers)}; acknowledged {len(voters.codes)}, lost {len(lost)}")
    print(f"messages never sent: {seen['unsent']} of {MESSAGES}")
    assert lost == []
    assert seen["unsent"] == 0
    assert max(back for _anew, back in took.values()) < BACK_SECONDS


@pytest.fixture
def small_disk() -> Iterator[Site]:
    """A served demo on a disk of its own that can be filled."""
    with tempfile.TemporaryDirectory(prefix="commonweal-full-") as place:
        disk = Path(place) / "disk"
        disk.mkdir()
        subprocess.run(["mount", "-t", "tmpfs", "-o", "size=500m", "tmpfs", str(disk)], check=True)
        try:
            made = Site(disk / "var")
            made.folder.mkdir()
            made.manager.start()
            try:
                yield made
            finally:
                made.stop()
        finally:
            subprocess.run(["umount", "-l", str(disk)], check=True)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root can mount a small disk")
def test_on_a_full_disk_reading_goes_on_votes_are_refused_in_words_and_none_is_lost(small_disk: Site) -> None:
    site = small_disk
    until(lambda: site.ask("/fr/")[0] == 200, 300)
    made = site.run(SESSIONS, COUNT=40, MAILS=1)
    voters = Voters(site, made["ballot"], made["sessions"])
    voters.gate.release(1_000)
    first = [voters._once(session) for session in made["sessions"][:10]]
    filler = site.folder / "filler"
    with filler.open("wb", buffering=0) as file, suppress(OSError):
        while True:
            file.write(b"x" * 4_096)
    read: Counter[int] = Counter()
    voters.answers.clear()
    full = [voters._once(session) for session in made["sessions"][10:30] for _each in range(10)]
    for address in ("/fr/", "/nl/projects/", "/de/help/", f"/en/ballots/{made['ballot']}/") * 5:
        read[site.ask(address)[0]] += 1
    while_full = dict(voters.answers)
    filler.unlink()
    until(lambda: site.ask("/readyz")[0] == 200, 60)
    last = [voters._once(session) for session in made["sessions"][30:]]
    box = {row.partition(";")[0] for row in site.run(BOX, FOLDER=str(site.folder))["box"].splitlines()}
    acknowledged = [*first, *(code for code in full if code), *last]
    # Who voted again in the meantime has replaced their vote: the last that was acknowledged counts.
    counted = {
        *first,
        *last,
        *(next((code for code in reversed(full[at : at + 10]) if code), "") for at in range(0, 200, 10)),
    }
    lost = counted - box - {""}
    print(f"\nwhile the disk was full: answers to votes {while_full}, to reading {dict(read)}; ", end="")
    print(f"acknowledged {len(acknowledged)}, of those that count {len(counted)} lost {len(lost)}")
    assert all(first)
    assert all(last)
    assert lost == set()
    assert set(read) == {200}
    assert set(while_full) <= {200, 503, 507}
    assert while_full.keys() & {503, 507}, "the disk was never full"

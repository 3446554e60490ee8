"""The share register at size: load from CSV, the register of a past day to CSV, a member's page, a search.

Run by `make bench-shares`: 40,000 members beside 400,000, three movements each, every size in a process and a database of
its own. Prints rows, seconds, peak memory of the process, and the ratio to the limit.
"""

from __future__ import annotations

import argparse
import csv
import os
import resource
import secrets
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

SIZES = (40_000, 400_000)
YEARS = 15
FIRST = date(2011, 1, 1)
# Seconds at 400,000 members, from the brief of the register; smaller sizes are shown beside the same limit.
LOAD_LIMIT_S, REGISTER_LIMIT_S, PAGE_LIMIT_S, SEARCH_LIMIT_S, MEMORY_LIMIT_MB = 180.0, 10.0, 0.05, 0.03, 500


def told(what: str, rows: int, seconds: float, limit: float, worked: float = 0.0) -> None:
    """One line of the result; `worked` are the seconds of processor time among them, where they were taken."""
    memory = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    busy = f"({worked:.1f} s of work)" if worked else ""
    print(
        f"  {what:32} {rows:>10,} rows {seconds:>9.3f} s {busy:18} {memory:>5} MB   {seconds / limit:>6.2f} of the limit",
        flush=True,
    )


class Clock:
    """Seconds by the clock and of work since it was made: of this process and of its side of the server.

    On a machine that others use too, the work is what the program can be held to.
    """

    def __init__(self) -> None:
        from django.db import connection

        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_backend_pid()")
            self.server = Path(f"/proc/{cursor.fetchone()[0]}/stat")
        self.started, self.before = time.perf_counter(), self._work()

    def _work(self) -> float:
        # The server's side can be read where it runs on this machine.
        told = self.server.read_text().rpartition(")")[2].split() if self.server.exists() else ["0"] * 13
        return time.process_time() + (int(told[11]) + int(told[12])) / os.sysconf("SC_CLK_TCK")

    def read(self) -> tuple[float, float]:
        """Seconds by the clock, and seconds of work."""
        return time.perf_counter() - self.started, self._work() - self.before


def written(path: Path, members: int) -> int:
    """A CSV of three movements a member over fifteen years: 60 % class A, 30 % class B and A, 10 % class C."""
    rows = 0
    with path.open("w", newline="") as file:
        out = csv.writer(file)
        for number in range(1, members + 1):
            day = FIRST + timedelta(days=number * 7 % (3 * 365))
            code = "C" if number % 10 == 0 else "B" if number % 10 < 4 else "A"
            price = {"A": 50_00, "B": 6_20, "C": 250_00}[code]
            for step, count in enumerate((10, 5, -3)):
                when = day + timedelta(days=step * 365 * YEARS // 3)
                kind = "refund" if count < 0 else "subscription"
                out.writerow((f"bench:{number}:{step}", kind, number, code, count, count * price, when))
                rows += 1
    return rows


def people(members: int) -> None:
    """Persons and members with these numbers, organisations left out: the register joins the same tables."""
    from django.utils import timezone

    from commonweal.membership.actions import load_members
    from commonweal.people.actions import load_people
    from commonweal.places.models import Municipality

    nis = str(Municipality.objects.order_by("nis").values_list("nis", flat=True)[0])
    now = timezone.now()
    columns = (
        "id",
        "given_name",
        "family_name",
        "language",
        "email",
        "phone",
        "street",
        "postcode",
        "created_at",
    )
    load_people(
        (
            (
                *(n, f"Given{n % 997}", f"Family{n % 9973}", "fr", f"m{n}@people.example", f"+32 4{n:08d}"),
                *(f"rue {n % 89}", "4000", now),
            )
            for n in range(1, members + 1)
        ),
        columns,
    )
    load_members(
        ((n, n, nis, "fr", FIRST, None) for n in range(1, members + 1)),
        ("number", "person_id", "municipality_id", "language", "joined_on", "left_on"),
    )


def accounts() -> None:
    """An account for every member: enough of a number for a search; nobody could be paid on it."""
    from django.utils import timezone

    from commonweal.membership.models import Member
    from commonweal.treasury.actions import load_accounts

    wanted = ("person_id", "organisation_id", "number")
    now, known = timezone.now(), list(Member.objects.order_by("number").values_list(*wanted))
    load_accounts((*payee, f"BE00{number:012d}", "Holder", now) for *payee, number in known)


def movements(path: Path) -> Iterator[Any]:
    """The rows of the CSV, one by one."""
    from commonweal.membership.actions import LoadedMovement

    with path.open(newline="") as file:
        for key, kind, number, code, count, cents, day in csv.reader(file):
            yield LoadedMovement(
                key, kind, int(number), code, int(count), int(cents), date.fromisoformat(day)
            )


def sheet(path: Path) -> Path:
    """The same movements as a secretary would have them, in a sheet beside the file."""
    made = path.with_suffix(".sheet.csv")
    with made.open("w", newline="") as file:
        out = csv.writer(file)
        out.writerow(("reference", "number", "kind", "share_class", "count", "amount", "effective_on"))
        for row in movements(path):
            said = (row.key, row.number, row.kind, row.share_class, abs(row.count))
            out.writerow((*said, f"{abs(row.cents) / 100:.2f}", row.effective_on))
    return made


def brought_in(path: Path, rows: int) -> None:
    """The sheet checked against the register, then loaded piece by piece, as `commonweal import movements` does it."""
    from django.utils import timezone

    from commonweal.membership import actions
    from commonweal.membership.rules.imports import ImportKind

    now = timezone.now()
    held = actions.upload_import(
        kind=ImportKind.MOVEMENTS,
        name=path.name,
        content=path.read_bytes(),
        by=None,
        now=now,
        background=False,
    )
    clock = Clock()
    held = actions.check_import(importing=held, now=now)
    seconds, worked = clock.read()
    told("CSV checked, row by row", rows, seconds, LOAD_LIMIT_S, worked)
    held = actions.load_import(importing=held, by=None, now=now, background=False)
    clock = Clock()
    held = actions.run_import(importing=held, now=now)
    seconds, worked = clock.read()
    told("load from CSV", rows, seconds, LOAD_LIMIT_S, worked)
    if (held.state, held.done_count) != ("done", rows):
        raise SystemExit(f"The sheet did not come in: {held.state}, {held.problems[:3]}, {held.reason}")


def measured(members: int) -> None:
    """All figures of one size, in a fresh database."""
    from django.db import connection, transaction
    from django.test.runner import DiscoverRunner
    from django.utils import timezone

    from commonweal.ledger.queries import troubles
    from commonweal.membership import actions, queries
    from commonweal.places.actions import import_gazetteer

    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        import_gazetteer()
        actions.load_statutes(by=None, now=timezone.now())
        people(members)
        accounts()
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "movements.csv"
            rows = written(path, members)
            brought_in(sheet(path), rows)
            with connection.cursor() as cursor:
                cursor.execute("VACUUM ANALYZE")
            for what, known_at in (("", None), (", known then", timezone.now())):
                clock, count = Clock(), 0
                with (Path(folder) / "register.csv").open("w", newline="") as file, transaction.atomic():
                    out = csv.writer(file)
                    for row in queries.register_rows(FIRST + timedelta(days=365 * 9), known_at, "fr"):
                        out.writerow((row.number, row.name, row.home, row.share_class, row.shares, row.cents))
                        count += 1
                seconds, worked = clock.read()
                told(f"past register to CSV{what}", count, seconds, REGISTER_LIMIT_S, worked)
        _questions(members)
        clock = Clock()
        found = troubles()
        seconds, worked = clock.read()
        told("check-ledger, the ledger's part", rows, seconds, LOAD_LIMIT_S, worked)
        if found:
            raise SystemExit(f"The ledger is not in order: {found[:3]}")
    finally:
        runner.teardown_databases(databases)


def _own_pages(numbers: list[int]) -> Any:
    """Asks for the page of their shares as members do themselves, signed in: questions, rules and template."""
    from django.conf import settings
    from django.core.management import call_command
    from django.test import Client
    from django.utils import timezone

    from commonweal.membership.models import Member
    from commonweal.people.actions import open_account

    settings.ALLOWED_HOSTS = ["*"]
    call_command("collectstatic", verbosity=0, interactive=False)
    browsers = {number: Client() for number in numbers}
    for member in Member.objects.filter(number__in=numbers).select_related("person"):
        who = member.person
        if who is None:
            raise SystemExit(f"Member {member.number} is no person.")
        account = open_account(
            person=who, email=who.email, password=secrets.token_urlsafe(), now=timezone.now()
        )
        browsers[member.number].force_login(
            account, backend="allauth.account.auth_backends.AuthenticationBackend"
        )

    def page(number: int) -> None:
        answer = browsers[number].get("/fr/members/shares/")
        if answer.status_code != 200:
            raise SystemExit(f"The page of member {number} answers {answer.status_code}.")

    # The first page of a program reads its templates.
    page(numbers[0])
    return page


def _questions(members: int) -> None:
    from django.utils import timezone

    from commonweal.membership import queries

    today = timezone.localdate()
    asked = [members * place // 20 + 1 for place in range(20)]

    def median(question: Any) -> float:
        times = []
        for number in asked:
            started = time.perf_counter()
            question(number)
            times.append(time.perf_counter() - started)
        return statistics.median(times)

    def member_page(number: int) -> None:
        member = queries.member_with_number(number)
        queries.holdings_of([number], today)
        queries.movements_of(member)  # type: ignore[arg-type]

    told("totals of the register", members * 3, median(lambda _n: queries.class_totals(today)), PAGE_LIMIT_S)
    told("a member's page, its questions", 1, median(member_page), PAGE_LIMIT_S)
    told("a member's own page, whole", 1, median(_own_pages(asked)), PAGE_LIMIT_S)
    told(
        "search by number", 1, median(lambda n: list(queries.members_matching(str(n), today))), SEARCH_LIMIT_S
    )
    told(
        "search by the start of a name",
        50,
        median(lambda n: list(queries.members_matching(f"family{n % 9973}", today))),
        SEARCH_LIMIT_S,
    )
    told(
        "search by e-mail address",
        1,
        median(lambda n: list(queries.members_matching(f"m{n}@people.example", today, contact=True))),
        SEARCH_LIMIT_S,
    )
    told(
        "search by telephone",
        1,
        median(lambda n: list(queries.members_matching(f"04{n:08d}", today, contact=True))),
        SEARCH_LIMIT_S,
    )
    told(
        "search by the end of an account",
        1,
        median(lambda n: list(queries.members_matching(f"*{n:07d}", today, contact=True))),
        SEARCH_LIMIT_S,
    )
    told(
        "a page of the register",
        50,
        median(lambda n: queries.register_page(today, None, "fr", after=n)),
        PAGE_LIMIT_S,
    )


def main() -> None:
    """Runs each size in a process of its own, so that its peak memory is its own."""
    parser = argparse.ArgumentParser(description="The share register at size.")
    parser.add_argument("--members", type=int, default=0, help="measure one size only, in this process")
    options = parser.parse_args()
    if options.members:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.config.settings")
        import django

        django.setup()
        print(f"{options.members:,} members", flush=True)
        measured(options.members)
        return
    print(f"The limit of memory is {MEMORY_LIMIT_MB} MB.")
    for members in SIZES:
        subprocess.run([sys.executable, __file__, "--members", str(members)], check=True)


if __name__ == "__main__":
    main()

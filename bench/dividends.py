"""A dividend at size: from proposal over two approvals to payment files, beside the same sums by DuckDB over the same rows.

Run by `make bench-dividends`: 40,000 members beside 400,000, three movements each (the ones of `bench/shares.py`), every
size in a process and a database of its own. Prints rows, seconds, peak memory of the process, and the ratio to the limit.
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from datetime import date
from pathlib import Path
from typing import Any

sys.path.insert(0, str(Path(__file__).parent))
from shares import FIRST, PAGE_LIMIT_S, SIZES, Clock, movements, people, told, written

# Seconds at 400,000 members from proposal to payment files, from the brief of the register.
RUN_LIMIT_S = 30.0
YEAR = (date(2024, 1, 1), date(2024, 12, 31))
# The same question to DuckDB: days of the year times cents paid, by member; it knows members and postings, no more.
DUCK = """
    SELECT owner, sum(quantity * (date_diff('day', greatest(effective_on, DATE '2024-01-01'), DATE '2024-12-31') + 1)) AS s
    FROM postings WHERE effective_on <= DATE '2024-12-31' GROUP BY owner HAVING s <> 0 ORDER BY owner"""


def accounts() -> Iterator[tuple[Any, ...]]:
    """An account for all but every fiftieth member: Belgian numbers with the right check digits."""
    from django.utils import timezone

    from commonweal.membership.queries import members_by_number
    from commonweal.portal.demo.dividends import invented_iban

    now = timezone.now()
    for payee, number, name in members_by_number():
        if number % 50:
            yield (*payee[:2], invented_iban(number), name, now)


def measured(members: int) -> None:
    """All figures of one size, in a fresh database."""
    from django.db import connection, transaction
    from django.test.runner import DiscoverRunner
    from django.utils import timezone

    from commonweal.membership import actions as membership
    from commonweal.places.actions import import_gazetteer
    from commonweal.treasury.actions import load_accounts

    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        import_gazetteer()
        membership.load_statutes(by=None, now=timezone.now())
        people(members)
        with tempfile.TemporaryDirectory() as folder:
            path = Path(folder) / "movements.csv"
            rows = written(path, members)
            with transaction.atomic():
                membership.load_movements(rows=movements(path), by=None, now=timezone.now())
        with transaction.atomic():
            # Read first: a connection cannot be read from while it takes a COPY in.
            load_accounts(list(accounts()))
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        run, sums = _run(rows)
        _duck(rows, sums)
        _in_order(run)
    finally:
        runner.teardown_databases(databases)


def _staff() -> list[Any]:
    from django.db import connection
    from django.utils import timezone

    from commonweal.people.actions import register_person, set_up_staff

    with connection.cursor() as cursor:
        # The people came with numbers of their own.
        cursor.execute(
            "SELECT setval(pg_get_serial_sequence('people_person', 'id'), max(id)) FROM people_person"
        )
    found = []
    for place in range(3):
        who = register_person(given_name="Staff", family_name=str(place), by=None, now=timezone.now())
        set_up_staff(person=who, role="finance", now=timezone.now())
        found.append(who)
    return found


def _run(rows: int) -> tuple[Any, float]:
    from django.utils import timezone

    from commonweal.dividends import actions
    from commonweal.dividends.models import DividendRun
    from commonweal.ledger.queries import day_sums
    from commonweal.membership.rules.exits import ExitTest
    from commonweal.treasury.models import PaymentFile

    proposer, *others = _staff()
    today = timezone.localdate()
    asked = actions.Proposal(*YEAR, today, today, "minutes", dict.fromkeys("ABC", 3_00), today)
    clock = Clock()
    count = sum(1 for _row in day_sums(["paid.A", "paid.B", "paid.C"], *YEAR, timezone.now()))
    sums, _worked = clock.read()
    told("  the sums alone", count, *clock.read()[:1], RUN_LIMIT_S)
    whole = Clock()
    run = actions.propose_dividend(proposal=asked, by=proposer, now=timezone.now())
    steps = Clock()
    actions.carry_on(run_id=run.pk, now=timezone.now)
    run = DividendRun.objects.get(pk=run.pk)
    told("  reckoned", run.lines_count, steps.read()[0], RUN_LIMIT_S, steps.read()[1])
    for kind in ExitTest:
        actions.record_dividend_test(
            run=run,
            kind=kind,
            as_of=YEAR[1],
            have_cents=10**13,
            keep_cents=0,
            document="accounts",
            by=proposer,
            now=timezone.now(),
        )
    for person in others:
        actions.approve_dividend(run=run, by=person, now=timezone.now())
    steps = Clock()
    actions.carry_on(run_id=run.pk, now=timezone.now)
    told("  owed booked", run.lines_count, steps.read()[0], RUN_LIMIT_S, steps.read()[1])
    run.refresh_from_db()
    actions.pay_dividend(run=run, by=proposer, now=timezone.now())
    steps = Clock()
    actions.carry_on(run_id=run.pk, now=timezone.now)
    paid = sum(PaymentFile.objects.values_list("count", flat=True))
    told("  payment files", paid, steps.read()[0], RUN_LIMIT_S, steps.read()[1])
    seconds, worked = whole.read()
    told("dividend run", rows, seconds, RUN_LIMIT_S, worked)
    return run, sums


def _duck(rows: int, ours: float) -> None:
    import duckdb
    from django.db import connection

    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "postings.csv"
        with (
            path.open("wb") as file,
            connection.cursor() as cursor,
            cursor.copy(
                "COPY (SELECT owner, quantity, effective_on FROM ledger_posting"
                " WHERE account_id LIKE 'paid.%' AND owner > 0) TO STDOUT (FORMAT csv)"
            ) as copy,
        ):
            for piece in copy:
                file.write(piece)
        duck = duckdb.connect()
        duck.execute(
            "CREATE TABLE postings AS SELECT * FROM read_csv(?, columns="
            "{'owner': 'BIGINT', 'quantity': 'BIGINT', 'effective_on': 'DATE'})",
            [str(path)],
        )
        started = time.perf_counter()
        found = duck.execute(DUCK).fetchall()
        seconds = time.perf_counter() - started
    told("  the sums by DuckDB", len(found), seconds, RUN_LIMIT_S)
    print(f"  the sums take {ours / seconds:.1f} times what DuckDB takes over the same rows in its memory")
    from commonweal.dividends.models import DividendRun

    run = DividendRun.objects.get()
    if sum(total for _owner, total in found) != sum(days for days, _gross in run.by_class.values()):
        raise SystemExit("DuckDB and the ledger do not say the same.")


def _in_order(run: Any) -> None:
    from django.utils import timezone

    from commonweal.dividends.queries import dividend_troubles, largest_lines, progress_of, without_account
    from commonweal.membership.queries import payment_troubles

    clock = Clock()
    largest_lines(run), progress_of(run)
    told("  reads of the run's page", run.lines_count, clock.read()[0], PAGE_LIMIT_S)
    clock = Clock()
    waiting = list(without_account(run, timezone.localdate())[:50])
    told("  who waits for an account", len(waiting), clock.read()[0], PAGE_LIMIT_S)

    clock = Clock()
    found = dividend_troubles() + payment_troubles()
    told("  check-ledger, its part", run.lines_count, clock.read()[0], RUN_LIMIT_S)
    if found:
        raise SystemExit(f"The dividend is not in order: {found[:3]}")


def main() -> int:
    """Measures each size in a process of its own; exit code 1 if one broke off."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--members", type=int)
    options = parser.parse_args()
    if options.members:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.config.settings")
        import django

        django.setup()
        measured(options.members)
        return 0
    failed = 0
    for size in SIZES:
        print(f"{size:,} members, since {FIRST.year}", flush=True)
        command = [sys.executable, __file__, "--members", str(size)]
        failed |= subprocess.run(command, check=False).returncode
    return failed


if __name__ == "__main__":
    sys.exit(main())

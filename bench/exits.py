"""An exit season at size: five percent of the members, from the board's decision to the payment file.

Run by `make bench-exits`: 2,000 requests of 40,000 members beside 20,000 of 400,000, every size in a process and a database
of its own. Prints rows, seconds, peak memory of the process, and the ratio to the limit.
"""

from __future__ import annotations

import argparse
import gzip
import os
import subprocess
import sys
import tempfile
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from bench.shares import MEMORY_LIMIT_MB, SIZES, Clock, movements, people, told, written

# Seconds for 20,000 of 400,000 members, from the brief of the register; smaller sizes beside the same limit.
LIMIT_S = 30.0
ONE_IN = 20
IBAN = "BE62510007547061"


def asked(members: int, season: Any) -> int:
    """A request of every twentieth member, and an account for each of them; gives how many."""
    from django.db import connection
    from django.utils import timezone

    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO membership_exitrequest (season_id, member_id, share_class, state, asked_at, channel, document) "
            "SELECT %s, id, '', 'waiting', %s, 'web', '' FROM membership_member WHERE number %% %s = 0",
            [season.pk, timezone.now(), ONE_IN],
        )
        cursor.execute(
            "INSERT INTO treasury_payoutaccount (person_id, iban, holder, since) SELECT p.id, %s, "
            "p.given_name || ' ' || p.family_name, %s FROM membership_member m JOIN people_person p ON p.id = m.person_id "
            "WHERE number %% %s = 0",
            [IBAN, timezone.now(), ONE_IN],
        )
    return members // ONE_IN


def prepared(members: int) -> tuple[Any, Any, int]:
    """A register of that size, a season whose window has closed, both tests recorded; who decides."""
    from django.db import transaction
    from django.utils import timezone

    from commonweal.kernel.money import ShareValue
    from commonweal.membership import actions
    from commonweal.membership.models import ExitSeason
    from commonweal.membership.rules.exits import ExitTest
    from commonweal.people.actions import register_person, set_up_staff
    from commonweal.places.actions import import_gazetteer

    now, today = timezone.now(), timezone.localdate()
    import_gazetteer()
    actions.load_statutes(by=None, now=now)
    people(members)
    # Persons came with their numbers; the next one must not take the first of them.
    _numbers_on()
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "movements.csv"
        written(path, members)
        with transaction.atomic():
            actions.load_movements(rows=movements(path), by=None, now=now)
    staff = register_person(given_name="Sam", family_name="Bench", by=None, now=now)
    for role in ("secretary", "finance"):
        set_up_staff(person=staff, role=role, now=now)
    closed = today - timedelta(days=30)
    season = ExitSeason.objects.create(
        year=closed.year,
        opens_on=date(closed.year, 1, 1),
        closes_on=closed,
        effect_on=closed,
        pay_by=today + timedelta(days=30),
    )
    count = asked(members, season)
    for kind in ExitTest:
        actions.record_test(
            season=season,
            kind=kind,
            as_of=closed,
            have_cents=10**12,
            keep_cents=0,
            values={"A": ShareValue.of("37.5"), "C": ShareValue.of("300")},
            document="accounts",
            by=staff,
            now=now,
        )
    return season, staff, count


def _numbers_on() -> None:
    from django.core.management.color import no_style
    from django.db import connection

    from commonweal.membership.models import Member
    from commonweal.people.models import Person

    with connection.cursor() as cursor:
        for line in connection.ops.sequence_reset_sql(no_style(), [Person, Member]):
            cursor.execute(line)


def measured(members: int) -> None:
    """All figures of one size, in a fresh database."""
    from django.db import connection
    from django.test.runner import DiscoverRunner
    from django.utils import timezone

    from commonweal.ledger.queries import troubles
    from commonweal.membership import actions, queries
    from commonweal.membership.rules.exits import Outcome
    from commonweal.treasury.actions import make_payment_file

    runner = DiscoverRunner(verbosity=0, interactive=False)
    databases = runner.setup_databases()
    try:
        season, staff, count = prepared(members)
        with connection.cursor() as cursor:
            cursor.execute("VACUUM ANALYZE")
        whole = Clock()
        clock = Clock()
        plan = queries.planned_season(season, queries.classes(), Outcome.PAY, None)
        seconds, worked = clock.read()
        told("dry run", count, seconds, LIMIT_S, worked)
        clock = Clock()
        season = actions.decide_season(
            season=season,
            outcome=Outcome.PAY,
            decided_on=timezone.localdate(),
            document="minutes",
            by=staff,
            now=timezone.now(),
        )
        seconds, worked = clock.read()
        told("decision booked", count, seconds, LIMIT_S, worked)
        clock = Clock()
        file = make_payment_file(
            reference=f"exit:{season.year}", pay_on=season.pay_by, by=staff, now=timezone.now()
        )
        size = len(gzip.decompress(file.content))
        seconds, worked = clock.read()
        told(f"payment file, {size // 1_000_000} MB", count, seconds, LIMIT_S, worked)
        seconds, worked = whole.read()
        told("dry run to payment file", count, seconds, LIMIT_S, worked)
        if (
            queries.booked_states(season) != {"granted": count}
            or plan.cents != season.total_cents
            or troubles()
            or queries.payment_troubles()
        ):
            raise SystemExit("The season is not in order.")
    finally:
        runner.teardown_databases(databases)


def main() -> None:
    """Runs each size in a process of its own, so that its peak memory is its own."""
    parser = argparse.ArgumentParser(description="An exit season at size.")
    parser.add_argument("--members", type=int, default=0, help="measure one size only, in this process")
    options = parser.parse_args()
    if options.members:
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.config.settings")
        import django

        django.setup()
        from django.conf import settings

        settings.SITE = {**settings.SITE, "iban": IBAN}
        print(f"{options.members:,} members", flush=True)
        measured(options.members)
        return
    print(f"The limit of memory is {MEMORY_LIMIT_MB} MB.")
    for members in SIZES:
        subprocess.run([sys.executable, "-m", "bench.exits", "--members", str(members)], check=True)


if __name__ == "__main__":
    main()

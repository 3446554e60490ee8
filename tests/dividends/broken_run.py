"""One part of a dividend on a database server of its own, which is killed in the middle of it.

`python -m tests.dividends.broken_run FOLDER PART`, for the parts in order; each but the last ends in a kill. The server
keeps what it promised to keep: the settings by which other tests hurry are off.
"""

from __future__ import annotations

import json
import os
import signal
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

MEMBERS, AT_ONCE = 12, 4
KILLED = 42


def killed(folder: Path) -> None:
    """Ends the server and all its processes at once, as a power cut would; and this process with it."""
    postmaster = int((folder / "postmaster.pid").read_text().split()[0])
    children = Path(f"/proc/{postmaster}/task/{postmaster}/children").read_text().split()
    for pid in (postmaster, *map(int, children)):
        os.kill(pid, signal.SIGKILL)
    sys.stdout.flush()
    os._exit(KILLED)


def breaks(module: Any, name: str, call: int, folder: Path) -> None:
    """Lets a function do its work and then kills the server, the so-manieth time it is called."""
    real: Callable[..., Any] = getattr(module, name)
    count = 0

    def breaking(*args: Any, **kwargs: Any) -> Any:
        nonlocal count
        count += 1
        done = real(*args, **kwargs)
        if count == call:
            killed(folder)
        return done

    setattr(module, name, breaking)


def main(folder: Path, part: str) -> None:
    """Runs a part."""
    from commonweal.config import embedded

    with embedded.server(folder) as address:
        os.environ["DATABASE_URL"] = address
        import django

        django.setup()
        globals()[part](folder)


def begun(folder: Path) -> None:
    """A year with holders; killed when all lines are written and nothing is committed."""
    from django.core.management import call_command

    call_command("migrate", verbosity=0)
    from commonweal.dividends.actions import runs as dividends
    from commonweal.membership.actions import load_statutes
    from tests.clock import NOW
    from tests.dividends.steps import Staff, holder, reckoned

    load_statutes(by=None, now=NOW)
    staff = Staff()
    for count in range(1, MEMBERS + 1):
        holder(count)
    breaks(dividends.rules, "class_parts", 1, folder)
    reckoned(staff)


def _run() -> Any:
    from commonweal.dividends.models import DividendRun

    return DividendRun.objects.get()


def approved(folder: Path) -> None:
    """The reckoning again, two approvals; killed while the second of three postings is not committed."""
    from commonweal.dividends import actions
    from commonweal.dividends.actions import runs as dividends
    from commonweal.people.models import Person
    from tests.dividends.steps import NOW, clock, within_tests

    actions.carry_on(run_id=_run().pk, now=clock)
    within_tests(_run(), _run().proposed_by)
    others = Person.objects.filter(appointments__role__in=("finance", "secretary")).exclude(
        pk=_run().proposed_by_id
    )
    for person in others.order_by("pk")[:2]:
        actions.approve_dividend(run=_run(), by=person, now=NOW)
    breaks(dividends.ledger, "post_many", 2, folder)
    actions.carry_on(run_id=_run().pk, now=clock, at_once=AT_ONCE)


def paid(folder: Path) -> None:
    """The postings that lack, then files; killed while the second of three is not committed."""
    from commonweal.dividends import actions
    from commonweal.dividends.actions import payments as dividend_payments
    from tests.dividends.steps import NOW, clock

    before = _run().booked_count
    actions.carry_on(run_id=_run().pk, now=clock, at_once=AT_ONCE)
    print(json.dumps({"booked_before": before, "booked": _run().booked_count}))
    actions.pay_dividend(run=_run(), by=_run().proposed_by, now=NOW)
    breaks(dividend_payments, "pay_in_a_file", 2, folder)
    actions.carry_on(run_id=_run().pk, now=clock, at_once=AT_ONCE)


def ended(_folder: Path) -> None:
    """The rest, and what then stands there."""
    from datetime import date

    from commonweal.dividends import actions, queries
    from commonweal.ledger.queries import balance, troubles
    from commonweal.membership import queries as register
    from commonweal.treasury.models import Payment, PaymentFile
    from tests.dividends.steps import clock

    files = list(PaymentFile.objects.order_by("number").values_list("number", flat=True))
    actions.carry_on(run_id=_run().pk, now=clock, at_once=AT_ONCE)
    run = _run()
    told = {
        "files_before": files,
        "files": list(PaymentFile.objects.order_by("number").values_list("number", flat=True)),
        "lines": run.lines.count(),
        "payments": Payment.objects.count(),
        "members_paid": Payment.objects.values("owner").distinct().count(),
        "cents": [run.net_cents, balance(("paid-out", 0), date.max)],
        "troubles": len(troubles()) + len(queries.dividend_troubles()) + len(register.payment_troubles()),
    }
    print(json.dumps(told))


if __name__ == "__main__":
    main(Path(sys.argv[1]), sys.argv[2])

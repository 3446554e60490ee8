"""Loads the demo: a cooperative of invented people in real places, with a call open to apply, one in the vote, one
counted. One transaction: it is all there or not at all. Never loads into a site that has members.
"""

from __future__ import annotations

import gc
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

from django.conf import settings
from django.db import connection, transaction
from django.utils import timezone

from commonweal.ambitions.actions import load_published
from commonweal.membership.actions import load_statutes
from commonweal.membership.queries import next_number
from commonweal.people.actions import give_mandate
from commonweal.people.rules import Channel, MandateScope
from commonweal.people.rules.published import PASSWORD, TOTP_SECRET
from commonweal.places.actions import import_gazetteer
from commonweal.portal.demo.crowd import crowd, known_people, towns
from commonweal.portal.demo.dividends import dividends_for_all
from commonweal.portal.demo.dossiers import Desk, admitted_dossiers, applicants, dossiers_under_way
from commonweal.portal.demo.holdings import shares_for_everyone
from commonweal.portal.demo.joining import ENTERED, bank_folder, requests_for_shares
from commonweal.portal.demo.leaving import members_leaving
from commonweal.portal.demo.script import Calendar, calls, cast
from commonweal.portal.demo.stages import Stage
from commonweal.projects.actions import load_rulebook

if TYPE_CHECKING:
    from commonweal.people.models import Person

Say = Callable[[str], object]


def if_empty(say: Say = print) -> None:
    """Loads the demo unless there are members already."""
    if next_number() == 1:
        everything(say=say)


def everything(members: int = 2_000, extra_projects: int = 0, say: Say = print) -> None:
    """Loads the demo with about so many members; `extra_projects` more projects stand in the open vote."""
    if next_number() > 1:
        say("There are members here already, so nothing was loaded. `make demo-reset` throws the demo away.")
        return
    calendar = Calendar(timezone.now())
    say(f"Loading an invented cooperative of {members} members …")
    with _uncollected(), transaction.atomic():
        load_published()
        import_gazetteer()
        load_rulebook(by=None, now=calendar.settled)
        load_statutes(by=None, now=calendar.settled)
        people = known_people(calendar)
        who = applicants(calendar, people)
        residents = crowd(members - next_number() + 1 - ENTERED, calendar, people["administrator"])
        shares_for_everyone(calendar, people)
        requests_for_shares(calendar, people)
        dividends_for_all(calendar, people)
        stage = Stage(calendar, who, towns(calendar.today), [number for number, _town in residents])
        say("Members, organisations, shares and dividends are there.")
        _counted(stage)
        say("A first call is counted and decided.")
        _voting(stage, extra_projects)
        say("A second call is open to vote.")
        _open(stage)
        _mandates(people, calendar)
        members_leaving(calendar, people)
    with connection.cursor() as cursor:
        # So much at once: the planner must know before the first reader comes, not when autovacuum finds time.
        cursor.execute("ANALYZE")
    say("A third call takes projects.")


@contextmanager
def _uncollected() -> Iterator[None]:
    # Millions of small objects come and go, none in a cycle; looking for cycles among them took a tenth of the time.
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


def _counted(stage: Stage) -> None:
    call = stage.announced("counted")
    days = calls()["counted"]["days"]
    desk = Desk(call, stage.who, stage.calendar, calls()["reasons"])
    admitted_dossiers(
        desk, "counted", stage.calendar, days["applies_from"], days["applies_until"], days["check_until"]
    )
    ballot, sheets = stage.opened(call, "counted")
    stage.voted(call, ballot, "counted")
    stage.decided(call, ballot, "counted", sheets)


def _voting(stage: Stage, extra_projects: int) -> None:
    call = stage.announced("vote")
    days = calls()["vote"]["days"]
    desk = Desk(call, stage.who, stage.calendar, calls()["reasons"])
    admitted_dossiers(
        desk, "vote", stage.calendar, days["applies_from"], days["applies_until"], days["check_until"]
    )
    stage.crowded(call, "vote", extra_projects)
    ballot, _sheets = stage.opened(call, "vote")
    stage.voted(call, ballot, "vote")


def _open(stage: Stage) -> None:
    call = stage.announced("open")
    dossiers_under_way(Desk(call, stage.who, stage.calendar, calls()["reasons"]), stage.calendar)


def _mandates(people: dict[str, Person], calendar: Calendar) -> None:
    give_mandate(
        principal=people["elder"],
        agent=people["applicant"],
        scope=MandateScope.APPLY,
        ends_on=calendar.day(300),
        by=people["counter1"],
        now=calendar.at(-40, 11),
        channel=Channel.PHONE,
    )


def sheets_folder(slug: str) -> Path:
    """Where the committee's sheets of a call lie. A real committee takes them home; the demo keeps them for you."""
    return Path(settings.VAR) / "demo" / "committee" / slug


def log_ins() -> str:
    """A short table: address, password, who; and where the committee's sheets lie."""
    rows = [(each["email"], each["who"]) for each in cast()["people"].values() if each["email"]]
    width = max(len(email) for email, _who in rows)
    lines = [f"\nSign in with one of these addresses. The password is always: {PASSWORD}", ""]
    lines += [
        "Staff are then asked for a code of an authenticator app. The page shows it here; the app's secret is:",
        f"  {TOTP_SECRET}",
        "",
    ]
    lines += [f"  {email.ljust(width)}  {who}" for email, who in rows]
    elder = cast()["people"]["elder"]
    lines += ["", f"  {elder['given']} {elder['family']}: {elder['who']}."]
    lines += [
        f"  The counting committee's sheets: {sheets_folder(calls()['vote']['slug'])}",
        f"  A bank statement for the finance officer to bring in: {bank_folder() / 'statement.cod'}",
        "",
    ]
    return "\n".join(lines)


def official_places(folder: Path) -> str:
    """Brings in the official municipalities and postcodes, and says what was read. Raises GazetteerUnreadable."""
    read = import_gazetteer(folder=folder)
    return (
        f"{len(read.municipalities)} municipalities and {len(read.postcodes)} pairs of postcode and municipality are in. "
        "Source: Statbel, CC BY 4.0, modified."
    )

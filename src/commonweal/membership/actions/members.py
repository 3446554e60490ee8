"""What may be done with memberships. What is done with shares stands beside this, in `shares.py`."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime
from typing import Any

from django.db import connection, transaction

from commonweal.membership.models import Member
from commonweal.membership.queries import next_number
from commonweal.people.actions import record
from commonweal.people.rules import Channel
from commonweal.places.countries import HOME


def lock_numbers() -> None:
    """One admission at a time, until the end of the transaction: two at once would otherwise take the same number.

    Whoever admits, or sets the day members leave, takes this before member rows and before anything the ledger locks.
    """
    with connection.cursor() as cursor:
        cursor.execute("LOCK TABLE membership_member IN SHARE ROW EXCLUSIVE MODE")


@transaction.atomic
def admit_member(
    *,
    language: str,
    joined_on: date,
    by: Any,
    now: datetime,
    municipality: Any = None,
    country: str = HOME,
    town: str = "",
    person: Any = None,
    organisation: Any = None,
    channel: Channel = Channel.WEB,
) -> Member:
    """A new member with the next number. Raises IntegrityError when they are a member already."""
    lock_numbers()
    member = Member.objects.create(
        number=next_number(),
        person=person,
        organisation=organisation,
        municipality=municipality,
        country=country,
        town=town,
        language=language,
        joined_on=joined_on,
    )
    record("MemberAdmitted", f"member:{member.pk}", by=by, at=now, channel=channel, behalf_of=person)
    return member


def load_members(rows: Iterable[tuple[Any, ...]], columns: tuple[str, ...]) -> None:
    """Many members at once (imports, the large demo), by COPY; inside the caller's transaction and event."""
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY membership_member ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)

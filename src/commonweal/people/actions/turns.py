"""Turns: of several who do the same at the same moment, one after the other, so that each sees what the last one made."""

from __future__ import annotations

from hashlib import blake2b

from django.db import connection


def wait_turn(*what: object) -> None:
    """Waits until nobody else does `what` (words and ids that name it), and holds it until the transaction ends.

    For what is looked up and made where absent, or counted against a ceiling, and has no row yet that could be locked.
    Taken before all other locks of an action. Must run inside a transaction; later queries see what was committed.
    """
    name = blake2b("\x1f".join(map(str, what)).encode(), digest_size=8).digest()
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [int.from_bytes(name, "big", signed=True)])


def wait_for_administrators() -> None:
    """Waits until nobody else takes an administrator's power away, and holds that until the transaction ends.

    The database takes the same turn before it looks whether somebody would be left. Taken before all other locks.
    """
    with connection.cursor() as cursor:
        cursor.execute("SELECT people_administrators_turn()")

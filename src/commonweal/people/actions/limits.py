"""Counting of what is limited, so that one visitor leaves enough for all others."""

from __future__ import annotations

from datetime import datetime

from django.db import connection
from django.utils import timezone
from django.utils.crypto import salted_hmac
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.people.models import Person
from commonweal.people.rules.measures import LIMITS, measure, span_of


class TooOften(Refusal):
    """The limit is reached; `until` is the moment at which counting begins anew."""

    code = "too_often"

    def __init__(self, until: datetime) -> None:
        super().__init__(_("You have reached the limit of what one visitor may ask for."))
        self.until = until


def use_once(*, kind: str, person: Person | None, address: str, now: datetime) -> None:
    """Counts one use of something limited, in one statement, whatever else runs. Raises TooOften above the limit.

    Must not run in a transaction that is only for reading.
    """
    limited = LIMITS[kind]
    starts_at, ends_at = span_of(limited, timezone.localtime(now))
    by_address = limited.by_address or person is None
    digest = salted_hmac("commonweal.use", address, algorithm="sha256").hexdigest()[:32]
    who = f"address:{digest}" if by_address else f"person:{person.pk}"  # type: ignore[union-attr]
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO people_use (kind, who, starts_at, ends_at, count) VALUES (%s, %s, %s, %s, 1) "
            "ON CONFLICT (kind, who, starts_at) DO UPDATE SET count = people_use.count + 1 RETURNING count",
            [kind, who, starts_at, ends_at],
        )
        (count,) = cursor.fetchone()
    if count > measure(kind, day_of(now)):
        raise TooOften(ends_at)

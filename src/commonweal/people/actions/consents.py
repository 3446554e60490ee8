"""What someone agrees to, and takes back as easily."""

from __future__ import annotations

from datetime import datetime

from django.db import transaction

from commonweal.kernel.days import day_of
from commonweal.people.access import demand, may
from commonweal.people.actions.people import record
from commonweal.people.actions.turns import wait_turn
from commonweal.people.models import Consent, Person
from commonweal.people.queries import consents_of
from commonweal.people.rules import CONSENT_VERSION, Act, Channel, Purpose


@transaction.atomic
def set_consents(
    *,
    person: Person,
    given: set[Purpose],
    language: str,
    by: Person,
    now: datetime,
    channel: Channel = Channel.WEB,
) -> list[Consent]:
    """Notes what someone agrees to from now on, and what no longer; gives the rows that were added, none where
    nothing changed. Only the person, or staff for them. Raises NotAllowed."""
    if by != person:
        demand(may(by, Act.ENTER_FOR_OTHERS, day_of(now)))
    wait_turn("consents", person.pk)
    held = consents_of(person)
    added = [
        Consent.objects.create(
            person=person,
            purpose=purpose,
            version=CONSENT_VERSION,
            language=language,
            given=purpose in given,
            at=now,
            channel=channel,
            by=by,
        )
        for purpose in Purpose
        if (purpose in held) != (purpose in given)
    ]
    if added:
        data = {each.purpose: each.given for each in added}
        record(
            "ConsentsSet", f"person:{person.pk}", by=by, at=now, channel=channel, behalf_of=person, data=data
        )
    return added

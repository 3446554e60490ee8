"""Who speaks for an organisation in what is its own: staff saw the papers that say so, or note that it ended."""

from __future__ import annotations

from datetime import datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean
from commonweal.people.access import demand, may
from commonweal.people.actions.people import record, take_position
from commonweal.people.models import Organisation, Person, Position
from commonweal.people.rules import Act, PositionKind

DOCUMENT_MAX = 80


class SpeakerRefused(Refusal):
    """The papers are not named, or someone would say so of themselves; the code says which."""

    code = "speaker_refused"


@transaction.atomic
def confirm_speaker(
    *, person: Person, organisation: Organisation, document: str, by: Person, now: datetime
) -> Position:
    """Staff saw papers by which someone speaks for an organisation; again changes nothing.

    What people say of themselves in a dossier makes them a contact, and no more. Raises NotAllowed, SpeakerRefused.
    """
    demand(may(by, Act.KEEP_REGISTER, day_of(now)))
    document = clean(document, lines=False)[:DOCUMENT_MAX]
    if not document:
        raise SpeakerRefused(_("Name the papers you saw."), code="no_document")
    if by == person:
        raise SpeakerRefused(_("Nobody confirms themselves: a colleague does it."), code="oneself")
    position = take_position(
        person=person, organisation=organisation, kind=PositionKind.CONTACT, by=by, now=now
    )
    if position.confirmed_at is None:
        position.confirmed_at, position.confirmed_by = now, by
        position.save(update_fields=["confirmed_at", "confirmed_by"])
        data = {"position": position.pk, "document": document}
        subject = f"organisation:{organisation.pk}"
        record("SpeakerConfirmed", subject, by=by, at=now, behalf_of=person, data=data)
    return position


@transaction.atomic
def end_speaker(*, position: Position, by: Person, now: datetime) -> None:
    """Someone no longer speaks for an organisation, from today; twice changes nothing. Raises NotAllowed."""
    demand(may(by, Act.KEEP_REGISTER, day_of(now)))
    held = Position.objects.select_for_update().get(pk=position.pk)
    if held.ends_on is not None:
        return
    # The last day still counts, and it may be today: what papers opened closes at once.
    held.ends_on = max(held.starts_on, day_of(now) - timedelta(days=1))
    held.confirmed_at = held.confirmed_by = None
    held.save(update_fields=["ends_on", "confirmed_at", "confirmed_by"])
    record(
        "SpeakerEnded",
        f"organisation:{held.organisation_id}",
        by=by,
        at=now,
        behalf_of=held.person,
        data={"position": held.pk},
    )

"""Noting how a condition of accreditation was met."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean
from commonweal.membership.access import may_keep_register
from commonweal.membership.models import AccreditationNote
from commonweal.membership.rules.accreditation import Condition
from commonweal.people.access import demand
from commonweal.people.actions import record, wait_turn

if TYPE_CHECKING:
    from commonweal.people.models import Person


class NoteIncomplete(Refusal):
    """A note says how, and on which document it rests."""

    code = "note_incomplete"


@transaction.atomic
def note_condition(
    *, year: int, condition: Condition, fulfilled: bool, text: str, document: str, by: Person, now: datetime
) -> AccreditationNote:
    """Adds a note about a condition in a year; what was noted before stays to be read, and the same once more is the one
    that is there. Raises NotAllowed, NoteIncomplete."""
    demand(may_keep_register(by, day_of(now)))
    text, document = clean(text)[:1000], clean(document, lines=False)[:120]
    if not text or not document:
        raise NoteIncomplete(_("Write how it was met, and on which document that rests."))
    wait_turn("accreditation", year, condition)
    last = AccreditationNote.objects.filter(year=year, condition=condition).order_by("-id").first()
    if last and (last.fulfilled, last.text, last.document) == (fulfilled, text, document):
        # Sent twice.
        return last
    note = AccreditationNote.objects.create(
        year=year, condition=condition, fulfilled=fulfilled, text=text, document=document, by=by, at=now
    )
    record(
        "AccreditationNoted",
        f"accreditation:{year}",
        by=by,
        at=now,
        data={"condition": condition, "fulfilled": fulfilled},
    )
    return note

"""Protected members: note who administers their affairs, note that it ended."""

from __future__ import annotations

from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean
from commonweal.membership.access import may_keep_register
from commonweal.membership.models import Guardianship, Member
from commonweal.people.access import demand, not_ones_own
from commonweal.people.actions import record

if TYPE_CHECKING:
    from commonweal.people.models import Person


class GuardianshipRefused(Refusal):
    """Who administers what is not complete, or was noted before; the code says which."""

    code = "guardianship_refused"


@transaction.atomic
def note_guardianship(
    *, member: Member, administrator: Person, starts_on: date, document: str, by: Person, now: datetime
) -> Guardianship:
    """Someone administers a member's affairs from a day on: requests then come from them. Raises NotAllowed,
    GuardianshipRefused."""
    demand(may_keep_register(by, day_of(now)))
    demand(not_ones_own(by, day_of(now), [member], [str(administrator)]))
    member = Member.objects.select_for_update().get(pk=member.pk)
    document = clean(document, lines=False)[:80]
    if not document:
        raise GuardianshipRefused(_("Name the document this rests on."), code="no_document")
    if member.person_id is None or member.person_id == administrator.pk:
        raise GuardianshipRefused(
            _("Another person administers the affairs of a person."), code="not_another"
        )
    if Guardianship.objects.filter(member=member, ends_on__isnull=True).exists():
        raise GuardianshipRefused(_("There is an administrator already. Note its end first."), code="noted")
    made = Guardianship.objects.create(
        member=member,
        administrator=administrator,
        starts_on=starts_on,
        document=document,
        noted_at=now,
        noted_by=by,
    )
    told = {"guardianship": made.pk, "administrator": administrator.pk}
    record("GuardianshipNoted", f"member:{member.pk}", by=by, at=now, behalf_of=member.person, data=told)
    return made


@transaction.atomic
def end_guardianship(*, guardianship: Guardianship, ends_on: date, by: Person, now: datetime) -> None:
    """The administration ends: from that day on the member asks again. Raises NotAllowed, GuardianshipRefused."""
    demand(may_keep_register(by, day_of(now)))
    running = Guardianship.objects.select_for_update().get(pk=guardianship.pk)
    demand(not_ones_own(by, day_of(now), [running.member]))
    if running.ends_on is not None or ends_on < running.starts_on:
        raise GuardianshipRefused(_("It has ended before, or had not begun on that day."), code="wrong_day")
    running.ends_on = ends_on
    running.save(update_fields=["ends_on"])
    told = {"guardianship": running.pk}
    record("GuardianshipEnded", f"member:{running.member_id}", by=by, at=now, data=told)

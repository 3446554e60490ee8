"""Bringing in projects that were admitted elsewhere.

Never for what someone applies for here: that goes through the dossier, part by part.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import CharField, F, Value
from django.db.models.functions import Cast, Concat, LPad
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.people.access import demand, may
from commonweal.people.actions import record
from commonweal.people.rules import Act
from commonweal.projects.models import AmbitionClaim, Call, Dossier, SupportAsk
from commonweal.projects.rules.kinds import SupportKind
from commonweal.projects.states import CallState, DossierState

if TYPE_CHECKING:
    from commonweal.people.models import Organisation, Person

_BATCH = 1_000
_TITLE_MAX, _SUMMARY_MAX, _STORY_MAX, _PLACE_MAX = 120, 300, 6_000, 160


class ImportRefused(Refusal):
    """The projects cannot be brought into this call; nothing was kept."""

    code = "import_refused"


@dataclass(frozen=True, slots=True)
class ImportedProject:
    """A project as another register published it. `claims` maps ambition codes to an argument; maybe none."""

    title: str
    summary: str
    story: str
    language: str
    cost_cents: int
    place_detail: str = ""
    municipality_nis: str | None = None
    claims: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def import_projects(
    *,
    call: Call,
    organisation: Organisation,
    applicant: Person,
    projects: Iterable[ImportedProject],
    reason: str,
    by: Person | None,
    now: datetime,
) -> int:
    """Puts projects straight among the admitted ones of a call whose vote is not open; gives how many.

    They keep their order. One event says that they came; `reason` stands as the decision on each.
    Raises ImportRefused, NotAllowed.
    """
    if by is not None:
        demand(may(by, Act.MANAGE_CALLS, day_of(now)))
    call = Call.objects.select_for_update().get(pk=call.pk)
    if call.state not in (CallState.PREPARED, CallState.APPLICATIONS, CallState.CHECK):
        raise ImportRefused(_("The vote of this call is open or over: no project can join it any more."))
    brought = list(projects)
    if any(project.cost_cents <= 0 for project in brought):
        raise ImportRefused(_("Each project needs a cost of more than zero."))
    dossiers = Dossier.objects.bulk_create(
        [_dossier(project, call, organisation, applicant, reason, now) for project in brought],
        batch_size=_BATCH,
    )
    number = LPad(Cast(F("pk"), CharField()), 6, Value("0"))
    Dossier.objects.filter(pk__in=[dossier.pk for dossier in dossiers]).update(
        reference=Concat(Value(f"{now.year}-"), number, output_field=CharField()),
        # They were admitted elsewhere; each begins as a draft, as all dossiers do.
        state=DossierState.ADMITTED,
    )
    SupportAsk.objects.bulk_create(
        [
            SupportAsk(dossier=each, kind=SupportKind.FINANCIAL, quantity=each.requested_cents)
            for each in dossiers
        ],
        batch_size=_BATCH,
    )
    AmbitionClaim.objects.bulk_create(
        [
            AmbitionClaim(dossier=dossier, ambition_id=code, argument=argument)
            for dossier, project in zip(dossiers, brought, strict=True)
            for code, argument in project.claims.items()
        ],
        batch_size=_BATCH,
    )
    record("ProjectsImported", f"call:{call.pk}", by=by, at=now, data={"count": len(dossiers)})
    return len(dossiers)


def _dossier(
    project: ImportedProject,
    call: Call,
    organisation: Organisation,
    applicant: Person,
    reason: str,
    now: datetime,
) -> Dossier:
    token = uuid.uuid4()
    return Dossier(
        token=token,
        reference=token.hex[:16],
        call=call,
        language=project.language,
        organisation=organisation,
        applicant=applicant,
        title=project.title[:_TITLE_MAX],
        summary=project.summary[:_SUMMARY_MAX],
        story=project.story[:_STORY_MAX],
        municipality_id=project.municipality_nis,
        place_detail=project.place_detail[:_PLACE_MAX],
        requested_cents=project.cost_cents,
        decision_reason=reason,
        created_at=now,
        changed_at=now,
        submitted_at=now,
        decided_at=now,
    )

"""The applicant's side: start, write a part, send, answer, withdraw. Each step is kept as soon as it is sent."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.people.access import demand, may, may_act_for
from commonweal.people.actions import record, wait_turn
from commonweal.people.rules import Act, Channel, MandateScope
from commonweal.projects.access import may_apply, may_write, speaks_for
from commonweal.projects.actions.flows import DOSSIERS
from commonweal.projects.models import (
    AmbitionClaim,
    Call,
    CostLine,
    Dossier,
    PartnerLine,
    SavedView,
    SupportAsk,
)
from commonweal.projects.rules.kinds import SupportKind
from commonweal.projects.rules.parts import Part
from commonweal.projects.states import DossierState

if TYPE_CHECKING:
    from commonweal.people.models import Person


class TooLate(Refusal):
    """The call closed while the dossier was being written."""

    code = "too_late"


@transaction.atomic
def start_dossier(
    *,
    call: Call,
    applicant: Person,
    by: Person,
    now: datetime,
    language: str,
    token: uuid.UUID,
    channel: Channel = Channel.WEB,
    answers: dict[str, Any] | None = None,
) -> Dossier:
    """A draft for a call. The same token gives the same dossier, however often the form arrives.

    Someone else may start it with a mandate, or on the staff by phone, at the counter or from paper.
    """
    wait_turn("dossier", token)
    known = Dossier.objects.filter(token=token).first()
    if known is not None:
        demand(speaks_for(known, by, day_of(now)))
        return known
    if by != applicant and not may_act_for(by, applicant, MandateScope.APPLY, day_of(now)):
        demand(may(by, Act.ENTER_FOR_OTHERS, day_of(now)))
    demand(may_apply(call, now))
    dossier = Dossier.objects.create(
        token=token,
        reference=token.hex[:8].upper(),
        call=call,
        language=language,
        applicant=applicant,
        entered_by=None if by == applicant else by,
        channel=channel,
        answers=answers or {},
        created_at=now,
        changed_at=now,
    )
    dossier.reference = f"{now.year}-{dossier.pk:06d}"
    dossier.save(update_fields=["reference"])
    record("DossierStarted", f"dossier:{dossier.pk}", by=by, at=now, channel=channel, behalf_of=applicant)
    return dossier


def held_dossier(dossier: Dossier, by: Person, part: str, now: datetime) -> Dossier:
    """The dossier, its row locked, where somebody may write the part. Raises NotAllowed."""
    held = (
        Dossier.objects.select_for_update(of=("self",)).select_related("call", "applicant").get(pk=dossier.pk)
    )
    demand(may_write(held, by, part, now))
    return held


@transaction.atomic
def write_part(*, dossier: Dossier, part: Part, values: dict[str, Any], by: Person, now: datetime) -> Dossier:
    """Keeps one page of the dossier.

    `values` holds, by part: fields of Dossier; `claims` {ambition: argument}; `costs` [(label, cents)];
    `asks` {kind: (quantity, detail)}; `partners` [(name, role)]. Raises NotAllowed.
    """
    dossier = held_dossier(dossier, by, part, now)
    claims, costs = values.pop("claims", None), values.pop("costs", None)
    asks, partners = values.pop("asks", None), values.pop("partners", None)
    for name, value in values.items():
        setattr(dossier, name, value)
    if claims is not None:
        dossier.claims.all().delete()
        AmbitionClaim.objects.bulk_create(
            AmbitionClaim(dossier=dossier, ambition_id=code, argument=text) for code, text in claims.items()
        )
    if costs is not None:
        dossier.costs.all().delete()
        CostLine.objects.bulk_create(
            CostLine(dossier=dossier, position=position, label=label, amount_cents=cents)
            for position, (label, cents) in enumerate(costs, start=1)
        )
    if asks is not None:
        dossier.asks.all().delete()
        SupportAsk.objects.bulk_create(
            SupportAsk(dossier=dossier, kind=kind, quantity=quantity, detail=detail)
            for kind, (quantity, detail) in asks.items()
        )
        dossier.requested_cents = asks.get(SupportKind.FINANCIAL, (0, ""))[0]
    if partners is not None:
        dossier.partners.all().delete()
        PartnerLine.objects.bulk_create(
            PartnerLine(dossier=dossier, name=name, role=role) for name, role in partners
        )
    dossier.changed_at = now
    dossier.save()
    record("DossierWritten", f"dossier:{dossier.pk}", by=by, at=now, data={"part": part})
    return dossier


@transaction.atomic
def send_dossier(
    *,
    dossier: Dossier,
    by: Person,
    now: datetime,
    findings: list[dict[str, Any]],
    channel: Channel = Channel.WEB,
) -> Dossier:
    """Hands the dossier in; sending twice is sending once. Raises Incomplete, NotAllowed when the call closed."""
    held = DOSSIERS.hold(dossier.pk, "send", by=by, now=now, done=(DossierState.SUBMITTED,))
    if held.state == DossierState.SUBMITTED:
        return held
    held.submitted_at, held.findings = now, findings
    return DOSSIERS.move(held, "send", by=by, now=now, channel=channel)


@transaction.atomic
def answer_request(*, dossier: Dossier, by: Person, now: datetime) -> Dossier:
    """Hands the asked-for parts back to staff."""
    answered = set(DossierState) - {DossierState.RETURNED}
    held = DOSSIERS.hold(dossier.pk, "answer", by=by, now=now, done=answered)
    if held.state in answered:
        return held
    DOSSIERS.check(held, "answer", by=by, now=now)
    held.requests.filter(answered_at__isnull=True).update(answered_at=now)
    return DOSSIERS.move(held, "answer", by=by, now=now)


@transaction.atomic
def withdraw_dossier(*, dossier: Dossier, by: Person, now: datetime) -> Dossier:
    """Takes the project back before a decision."""
    held = DOSSIERS.hold(dossier.pk, "withdraw", by=by, now=now)
    return DOSSIERS.move(held, "withdraw", by=by, now=now)


@transaction.atomic
def save_view(*, person: Person, name: str, query: str) -> SavedView:
    """Keeps filters of the desk under a name; the same name replaces them."""
    view, _made = SavedView.objects.update_or_create(
        person=person, name=name[:60], defaults={"query": query[:400]}
    )
    return view


@transaction.atomic
def drop_view(*, person: Person, pk: int) -> None:
    """Forgets saved filters."""
    SavedView.objects.filter(person=person, pk=pk).delete()

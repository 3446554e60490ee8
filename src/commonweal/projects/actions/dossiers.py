"""The applicant's side: start, write a part, send, answer, withdraw. Each step is kept as soon as it is sent."""

from __future__ import annotations

import uuid
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.people.access import demand, may, may_act_for
from commonweal.people.actions import record, wait_turn
from commonweal.people.rules import Act, Channel, MandateScope
from commonweal.projects import queries
from commonweal.projects.access import may_apply, may_write, speaks_for
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
from commonweal.projects.states import DOSSIER

if TYPE_CHECKING:
    from commonweal.people.models import Person


class Incomplete(Refusal):
    """Something is still missing; the check page lists what, with links."""

    code = "incomplete"


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


def move_dossier(
    dossier: Dossier,
    move: str,
    *,
    by: Person | None,
    now: datetime,
    reason: str = "",
    channel: Channel = Channel.WEB,
) -> Dossier:
    """Makes one step of the state table and leaves a row. The caller holds the dossier and has asked who may."""
    demand(DOSSIER.permits(dossier.state, move))
    step = DOSSIER.move(move)
    if step.needs_reason and not reason.strip():
        raise Incomplete(_("Write the reason: the applicant reads it."))
    before, dossier.state = dossier.state, step.target
    dossier.changed_at = now
    dossier.save()
    record(
        "DossierMoved",
        f"dossier:{dossier.pk}",
        by=by,
        at=now,
        channel=channel,
        data={"move": move, "from": before, "to": dossier.state, "reason": reason},
    )
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
    held = (
        Dossier.objects.select_for_update(of=("self",)).select_related("call", "applicant").get(pk=dossier.pk)
    )
    demand(speaks_for(held, by, day_of(now)))
    if held.state == "submitted":
        return held
    demand(may_apply(held.call, now))
    if queries.gaps_of(held):
        raise Incomplete(_("Something is still missing. The list below says what."))
    held.submitted_at, held.findings = now, findings
    return move_dossier(held, "send", by=by, now=now, channel=channel)


@transaction.atomic
def answer_request(*, dossier: Dossier, by: Person, now: datetime) -> Dossier:
    """Hands the asked-for parts back to staff."""
    held = (
        Dossier.objects.select_for_update(of=("self",)).select_related("call", "applicant").get(pk=dossier.pk)
    )
    demand(speaks_for(held, by, day_of(now)))
    if held.state != "returned":
        return held
    if queries.gaps_of(held):
        raise Incomplete(_("Something is still missing. The list below says what."))
    held.requests.filter(answered_at__isnull=True).update(answered_at=now)
    return move_dossier(held, "answer", by=by, now=now)


@transaction.atomic
def withdraw_dossier(*, dossier: Dossier, by: Person, now: datetime) -> Dossier:
    """Takes the project back before a decision."""
    held = Dossier.objects.select_for_update(of=("self",)).select_related("applicant").get(pk=dossier.pk)
    demand(speaks_for(held, by, day_of(now)))
    return move_dossier(held, "withdraw", by=by, now=now)


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

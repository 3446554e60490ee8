"""What two administrators do together, and never one alone: one asks, another person confirms.

Where no second one can, who runs the server confirms in their place; all administrators are told of either.
"""

from __future__ import annotations

from datetime import datetime
from typing import Any

from allauth.mfa.models import Authenticator
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Decision, Refusal
from commonweal.kernel.text import clean
from commonweal.people.access import demand, may, said
from commonweal.people.access.joint import apart, may_confirm
from commonweal.people.actions.accounts import close_locked, open_locked, reason_given
from commonweal.people.actions.people import record
from commonweal.people.actions.roles import end_locked, give_role, may_hold
from commonweal.people.actions.security import note_change
from commonweal.people.actions.turns import wait_for_administrators, wait_turn
from commonweal.people.models import Account, ApiKey, JointAct, Person, Session
from commonweal.people.queries import administrators, holds_role
from commonweal.people.rules import ADMINISTRATOR, Act, JointKind

SERVER_NAME_MAX = 80


class JointRefused(Refusal):
    """One person, or two who may be one, would do what two do; or there is nothing to do; the code says which."""

    code = "joint_refused"


def _insist(decision: Decision) -> None:
    if not decision:
        raise JointRefused(said(decision), code=decision.code)


@transaction.atomic
def ask_jointly(
    *, kind: JointKind, person: Person, why: str, by: Person, now: datetime, role: str = ""
) -> JointAct:
    """Asks for something two administrators do; what waits already is what there is. Those who may confirm are told.

    `why` says how the one who asks made sure who it is. Raises NotAllowed, AccountRefused, JointRefused, RoleRefused,
    UnknownRole.
    """
    text = reason_given(why)
    demand(may(by, Act.APPOINT_STAFF, day_of(now)))
    _insist(apart(by, person))
    wait_turn("joint act", person.pk)
    waiting = JointAct.objects.filter(
        kind=kind, person=person, role=role, confirmed_at__isnull=True, dropped_at__isnull=True
    ).first()
    if waiting is not None:
        return waiting
    _must_be_due(kind, person, role, now)
    asked = JointAct.objects.create(kind=kind, person=person, role=role, why=text, asked_by=by, asked_at=now)
    if kind == JointKind.FACTORS_OFF:
        data = {"request": asked.pk, "why": text}
        note_change(account=person.account, kind="factors_asked", now=now, by=by, data=data)
    else:
        record("JointActAsked", f"person:{person.pk}", by=by, at=now, data={"request": asked.pk})
    return asked


def _must_be_due(kind: JointKind, person: Person, role: str, now: datetime) -> None:
    """Whether there is something to do at all. Raises JointRefused, RoleRefused, UnknownRole."""
    account: Account | None = getattr(person, "account", None)
    held = holds_role(person, role or ADMINISTRATOR) is not None
    if kind == JointKind.GIVE_ROLE:
        may_hold(person, role, day_of(now))
    due = {
        JointKind.GIVE_ROLE: not held,
        JointKind.END_ROLE: held,
        JointKind.FACTORS_OFF: account is not None,
        JointKind.CLOSE: held and account is not None and account.is_active,
        JointKind.OPEN: held and account is not None and account.blocked_at is not None,
    }
    if not due[kind]:
        raise JointRefused(_("There is nothing to do: look once more what stands here now."), code="not_due")


def _locked(act: JointAct) -> JointAct:
    """What waits, locked, after those who would take power from administrators at this moment. Raises JointRefused."""
    wait_for_administrators()
    waiting = (
        JointAct.objects.select_for_update(of=("self",))
        .filter(pk=act.pk, confirmed_at__isnull=True, dropped_at__isnull=True)
        .select_related("person", "asked_by")
        .first()
    )
    if waiting is None:
        raise JointRefused(
            _("This request no longer waits: somebody confirmed or dropped it. Look what stands here now."),
            code="settled",
        )
    return waiting


@transaction.atomic
def confirm_jointly(*, act: JointAct, by: Person, now: datetime) -> None:
    """Confirms what another administrator asked, which is done at once. Raises NotAllowed, JointRefused, RoleRefused."""
    demand(may(by, Act.APPOINT_STAFF, day_of(now)))
    waiting = _locked(act)
    _insist(may_confirm(waiting, by, now))
    waiting.confirmed_by = by
    _carry_out(waiting, now)


@transaction.atomic
def confirm_on_server(*, act: JointAct, name: str, now: datetime) -> None:
    """The emergency way: who runs the server confirms, with their name, where no second administrator can.

    Raises JointRefused, RoleRefused.
    """
    waiting, text = _locked(act), clean(name, lines=False)[:SERVER_NAME_MAX]
    if not text:
        raise JointRefused(_("Say who confirms: the name stays with it."), code="no_name")
    if not administrators(day_of(now)).filter(pk=waiting.asked_by_id).exists():
        raise JointRefused(
            _("Who asked for it is administrator no longer. Drop it and ask anew."), code="asker_gone"
        )
    waiting.on_server = text
    _carry_out(waiting, now)


def _carry_out(act: JointAct, now: datetime) -> None:
    kind, person = JointKind(act.kind), act.person
    act.confirmed_at = now
    act.save(update_fields=["confirmed_by", "confirmed_at", "on_server"])
    _must_be_due(kind, person, act.role, now)
    # The audit trail names who confirmed; or who asked, where the server stood in for a second one.
    by, data = act.confirmed_by or act.asked_by, {"request": act.pk}
    match kind:
        case JointKind.GIVE_ROLE:
            give_role(person=person, role=act.role, by=by, given_by=act.asked_by, now=now, data=data)
        case JointKind.END_ROLE:
            held = person.appointments.get(role=act.role, ends_on__isnull=True)
            end_locked(appointment=held, by=by, ended_by=act.asked_by, now=now, data=data)
        case JointKind.FACTORS_OFF:
            _take_factors_off(person, by, now, data)
        case JointKind.CLOSE:
            close_locked(
                account=person.account, why=act.why, by=by, given_by=act.asked_by, now=now, data=data
            )
        case JointKind.OPEN:
            open_locked(account=person.account, by=by, now=now, data=data)


def _take_factors_off(person: Person, by: Person, now: datetime, data: dict[str, Any]) -> None:
    """Second factors and keys for programs go, and all sessions: the person sets up anew at the next log-in."""
    account = person.account
    Authenticator.objects.filter(user=account).delete()
    Session.objects.filter(account=account).delete()
    ApiKey.objects.filter(person=person, ended_at__isnull=True).update(ended_at=now)
    note_change(account=account, kind="factors_reset", now=now, by=by, data=data)


@transaction.atomic
def drop_jointly(*, act: JointAct, by: Person, now: datetime) -> None:
    """Drops a request that waits. Any administrator may; whom it is about only where their own second step would go.

    Raises NotAllowed, JointRefused.
    """
    demand(may(by, Act.APPOINT_STAFF, day_of(now)))
    waiting = _locked(act)
    if by.pk == waiting.person_id and waiting.kind != JointKind.FACTORS_OFF:
        raise JointRefused(_("Another administrator does this, not you."), code="oneself")
    waiting.dropped_at = now
    waiting.save(update_fields=["dropped_at"])
    record("JointActDropped", f"person:{waiting.person_id}", by=by, at=now, data={"request": waiting.pk})

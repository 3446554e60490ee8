"""Who acts on the staff, and who acts for whom: roles and mandates, given and withdrawn."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from typing import Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean
from commonweal.people.access import demand, may, roles_of
from commonweal.people.actions.people import record
from commonweal.people.actions.turns import wait_for_administrators, wait_turn
from commonweal.people.models import Mandate, Person, StaffAppointment
from commonweal.people.queries import administrators, holds_role, namesake_on_staff
from commonweal.people.rules import ADMINISTRATOR, ROLES, Act, Channel, MandateScope, incompatible_with


class UnknownRole(Refusal):
    """No staff role has this code."""

    code = "unknown_role"


class RoleRefused(Refusal):
    """Someone would hold two roles that watch each other, or do alone what two do; the code says which."""

    code = "role_refused"


def may_hold(person: Person, role: str, on: date) -> None:
    """Whether somebody may get a role on a day. Raises UnknownRole, or RoleRefused for what does not go together.

    Nobody holds roles with two accounts: then no two persons would do what two persons must.
    """
    if role not in {each.code for each in ROLES}:
        raise UnknownRole(_("There is no staff role with this name."))
    others = incompatible_with(role, roles_of(person, on), on)
    if others:
        names = ", ".join(str(_(each.name)) for each in ROLES if each.code in others)
        raise RoleRefused(
            _("One person does not hold this role together with: %(roles)s. End that one first.")
            % {"roles": names},
            code="incompatible",
        )
    other = namesake_on_staff(person)
    if other is not None:
        raise RoleRefused(
            _(
                "%(name)s is on the staff already with another account: same name or same e-mail address. "
                "One person has one account for all roles."
            )
            % {"name": str(other)},
            code="namesake",
        )


@transaction.atomic
def set_up_staff(*, person: Person, role: str, now: datetime, on_server: str = "") -> StaffAppointment:
    """Gives a staff role on the server itself, as long as there are no two administrators who could; who has it keeps it.

    `on_server`, the name of who does it, adds an administrator all the same: the two may both have lost their second
    factor. All administrators are told. Raises UnknownRole, RoleRefused.
    """
    name = clean(on_server, lines=False)
    wait_for_administrators()
    may_hold(person, role, day_of(now))
    held = holds_role(person, role)
    if held is not None:
        return held
    if administrators(day_of(now)).count() >= 2 and not (name and role == ADMINISTRATOR):
        raise RoleRefused(
            _("There are two administrators: one of them asks for it on the staff desk, the other confirms."),
            code="set_up",
        )
    with connection.cursor() as cursor:
        # The database lets it pass in this transaction only.
        cursor.execute("SELECT set_config('commonweal.on_server', %s, true)", [name])
    data = {"on_server": name} if name else {}
    return give_role(person=person, role=role, by=None, given_by=None, now=now, data=data)


def give_role(
    *,
    person: Person,
    role: str,
    by: Person | None,
    given_by: Person | None,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> StaffAppointment:
    """The step of `set_up_staff` and of what two administrators do. Caller has checked `may_hold`."""
    made = StaffAppointment.objects.create(
        person=person, role=role, starts_on=day_of(now), given_at=now, given_by=given_by
    )
    record("StaffAppointed", f"person:{person.pk}", by=by, at=now, data={"role": role, **(data or {})})
    return made


@transaction.atomic
def end_appointment(*, appointment: StaffAppointment, by: Person, now: datetime) -> None:
    """Takes a staff role away at once; ending it twice changes nothing. An administrator's is ended by two.

    All administrators are told. Raises NotAllowed, RoleRefused.
    """
    demand(may(by, Act.APPOINT_STAFF, day_of(now)))
    if appointment.role == ADMINISTRATOR:
        raise RoleRefused(
            _("One administrator asks to end the role of another, and a third person confirms."), code="two"
        )
    locked = (
        StaffAppointment.objects.select_for_update().filter(pk=appointment.pk, ends_on__isnull=True).first()
    )
    if locked is not None:
        end_locked(appointment=locked, by=by, ended_by=by, now=now)


def end_locked(
    *,
    appointment: StaffAppointment,
    by: Person | None,
    ended_by: Person,
    now: datetime,
    data: dict[str, Any] | None = None,
) -> None:
    """The step of `end_appointment` and of what two administrators do. Caller holds the row and has checked.

    The last day is the one before: one that was given today was held on no day, and stays in the list.
    """
    appointment.ends_on, appointment.ended_by = day_of(now) - timedelta(days=1), ended_by
    appointment.save(update_fields=["ends_on", "ended_by"])
    record(
        *("StaffAppointmentEnded", f"person:{appointment.person_id}"),
        by=by,
        at=now,
        data={"role": appointment.role, **(data or {})},
    )


@transaction.atomic
def give_mandate(
    *,
    principal: Person,
    agent: Person,
    scope: MandateScope,
    ends_on: date,
    by: Person,
    now: datetime,
    channel: Channel = Channel.WEB,
) -> Mandate:
    """Lets `agent` act for `principal` from today until a day; the same mandate again is the one that is there.

    Only the principal, or staff for them, may give it. Raises NotAllowed.
    """
    if by != principal:
        demand(may(by, Act.ENTER_FOR_OTHERS, day_of(now)))
    wait_turn("mandate", principal.pk, agent.pk)
    equal = {"principal": principal, "agent": agent, "scope": scope, "ends_on": ends_on}
    known = Mandate.objects.filter(**equal, withdrawn_at__isnull=True).first()
    if known is not None:
        return known
    mandate = Mandate.objects.create(**equal, starts_on=day_of(now))
    record(
        "MandateGiven",
        f"person:{principal.pk}",
        by=by,
        at=now,
        channel=channel,
        behalf_of=principal,
        data={"agent": agent.pk, "scope": scope, "ends_on": ends_on.isoformat()},
    )
    return mandate


@transaction.atomic
def withdraw_mandate(*, mandate: Mandate, by: Person, now: datetime) -> None:
    """Ends a mandate at once; the principal, the agent or staff for them may. Twice changes nothing. Raises NotAllowed."""
    if by.pk not in (mandate.principal_id, mandate.agent_id):
        demand(may(by, Act.ENTER_FOR_OTHERS, day_of(now)))
    if not Mandate.objects.filter(pk=mandate.pk, withdrawn_at__isnull=True).update(withdrawn_at=now):
        return
    record("MandateWithdrawn", f"person:{mandate.principal_id}", by=by, at=now, data={"mandate": mandate.pk})

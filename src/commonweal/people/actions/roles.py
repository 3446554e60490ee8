"""Who acts on the staff, and who acts for whom: roles and mandates, given and withdrawn."""

from __future__ import annotations

from datetime import date, datetime, timedelta

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.decision import Refusal, demand
from commonweal.people.access import may, roles_of
from commonweal.people.actions.people import record
from commonweal.people.actions.turns import wait_turn
from commonweal.people.models import Mandate, Person, StaffAppointment
from commonweal.people.queries import administrators
from commonweal.people.rules import ADMINISTRATOR, ROLES, Act, Channel, MandateScope, incompatible_with


class UnknownRole(Refusal):
    """No staff role has this code."""

    code = "unknown_role"


class RoleRefused(Refusal):
    """Someone would give a role to themselves, hold two that watch each other, or leave no administrator."""

    code = "role_refused"


@transaction.atomic
def appoint_staff(*, person: Person, role: str, by: Person | None, now: datetime) -> StaffAppointment:
    """Gives a staff role from today; who has it keeps it. `by=None` only for the set-up of a new site.

    Nobody appoints themselves, and roles that watch each other are not held together (`rules.INCOMPATIBLE`).
    All administrators are told. Raises UnknownRole, NotAllowed, RoleRefused.
    """
    if role not in {each.code for each in ROLES}:
        raise UnknownRole(_("There is no staff role with this name."))
    if by is not None:
        demand(may(by, Act.APPOINT_STAFF, now.date()))
        if by == person:
            raise RoleRefused(
                _("Nobody gives a role to themselves: another administrator does it."), code="oneself"
            )
    wait_turn("appointment", person.pk)
    others = incompatible_with(role, roles_of(person, now.date()), now.date())
    if others:
        names = ", ".join(str(_(each.name)) for each in ROLES if each.code in others)
        raise RoleRefused(
            _("One person does not hold this role together with: %(roles)s. End that one first.")
            % {"roles": names},
            code="incompatible",
        )
    appointment, made = StaffAppointment.objects.get_or_create(
        person=person, role=role, ends_on=None, defaults={"starts_on": now.date(), "given_by": by}
    )
    if made:
        record("StaffAppointed", f"person:{person.pk}", by=by, at=now, data={"role": role})
    return appointment


@transaction.atomic
def end_appointment(*, appointment: StaffAppointment, by: Person, now: datetime) -> None:
    """Takes a staff role away at once. Raises NotAllowed, RoleRefused; ending it twice changes nothing.

    The last administrator stays: somebody must be able to give roles. All administrators are told.

    One that was given today is taken back whole, since its first day would also be its last; both events stay.
    """
    demand(may(by, Act.APPOINT_STAFF, now.date()))
    wait_turn("administrators")
    held = (
        StaffAppointment.objects.select_for_update().filter(pk=appointment.pk, ends_on__isnull=True).first()
    )
    if held is None:
        return
    if held.role == ADMINISTRATOR and not administrators(now.date()).exclude(pk=held.person_id).exists():
        raise RoleRefused(
            _(
                "This is the last administrator. Give the role to a colleague first, who can then end this one."
            ),
            code="last_administrator",
        )
    if held.starts_on >= now.date():
        held.delete()
    else:
        held.ends_on, held.ended_by = now.date() - timedelta(days=1), by
        held.save(update_fields=["ends_on", "ended_by"])
    record("StaffAppointmentEnded", f"person:{held.person_id}", by=by, at=now, data={"role": held.role})


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
        demand(may(by, Act.ENTER_FOR_OTHERS, now.date()))
    wait_turn("mandate", principal.pk, agent.pk)
    equal = {"principal": principal, "agent": agent, "scope": scope, "ends_on": ends_on}
    known = Mandate.objects.filter(**equal, withdrawn_at__isnull=True).first()
    if known is not None:
        return known
    mandate = Mandate.objects.create(**equal, starts_on=now.date())
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
    """Ends a mandate at once; the principal, the agent or staff for them may."""
    if by.pk not in (mandate.principal_id, mandate.agent_id):
        demand(may(by, Act.ENTER_FOR_OTHERS, now.date()))
    Mandate.objects.filter(pk=mandate.pk, withdrawn_at__isnull=True).update(withdrawn_at=now)
    record("MandateWithdrawn", f"person:{mandate.principal_id}", by=by, at=now, data={"mandate": mandate.pk})

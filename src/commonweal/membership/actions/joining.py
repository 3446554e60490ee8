"""Applications for shares: ask, accept, refuse, withdraw, let lapse, enter in the register once paid."""

from __future__ import annotations

import uuid
from dataclasses import dataclass, field
from datetime import date, datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean
from commonweal.membership.access import may_enter_applications, may_keep_register
from commonweal.membership.actions.flows import APPLICATIONS
from commonweal.membership.actions.flows.applications import ReasonMissing as ReasonMissing
from commonweal.membership.actions.flows.applications import WrongState as WrongState
from commonweal.membership.actions.members import admit_member
from commonweal.membership.actions.refusals import ask
from commonweal.membership.actions.shares import Movement, MovementRefused, booked
from commonweal.membership.models import Application, InformationNote, Member
from commonweal.membership.queries.exits import leaves_with_all
from commonweal.membership.queries.guardianships import is_protected
from commonweal.membership.queries.joining import (
    child_of,
    entries_for,
    entry_key,
    holder_on,
    holds,
    left_last,
    note_on,
    open_application_of,
    overdue_applications,
    payment_days,
    subject_of,
)
from commonweal.membership.queries.shares import terms_on
from commonweal.membership.rules import joining as rules
from commonweal.membership.rules.joining import ApplicationState, Asker, HolderRole
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.rules.notes import NOTES, VERSION
from commonweal.membership.rules.statutes import BEGINNING
from commonweal.people.access import demand, not_ones_own
from commonweal.people.actions import (
    complete_person,
    confirm_speaker,
    record,
    register_organisation,
    register_person,
    wait_turn,
)
from commonweal.people.rules import Channel
from commonweal.treasury.actions.receivables import owe_back
from commonweal.treasury.queries.receivables import last_paid_on

if TYPE_CHECKING:
    from commonweal.people.models import Organisation, Person


class CannotAsk(Refusal):
    """The statutes, or an application that is open already, stand against asking; the code says which."""

    code = "cannot_ask"


@dataclass(frozen=True, slots=True)
class Asking:
    """What someone asks for. `applicant` is known already, or told by `identity` (fields of Person) at the desk.

    `home` completes who holds the shares (born_on, street, postcode; municipality, or country and town); `child` and
    `organisation` are the fields of a minor's Person and of the Organisation when the shares are for them.
    """

    token: uuid.UUID
    role: HolderRole
    share_class: str
    count: int
    language: str
    home: dict[str, Any]
    applicant: Person | None = None
    identity: dict[str, Any] = field(default_factory=dict)
    child: dict[str, Any] = field(default_factory=dict)
    organisation: dict[str, Any] = field(default_factory=dict)


@transaction.atomic
def load_notes(*, by: Person | None, now: datetime) -> int:
    """The information notes of `rules.notes`, where there are none of their version; gives how many were new."""
    count = 0
    for language, body in NOTES.items():
        _note, made = InformationNote.objects.get_or_create(
            version=VERSION, language=language, defaults={"starts_on": BEGINNING, "body": body}
        )
        count += made
    if count:
        record("NotesLoaded", "register:notes", by=by, at=now, data={"version": VERSION, "count": count})
    return count


@transaction.atomic
def ask_for_shares(
    *, asking: Asking, by: Person, now: datetime, channel: Channel = Channel.WEB
) -> Application:
    """A new application; the same token again gives the one that is there. The note of the day, in the applicant's
    language, is accepted with it, through this door. Raises NotAllowed, CannotAsk, WrongCompanyNumber.
    """
    wait_turn("application", asking.token)
    known = Application.objects.filter(token=asking.token).first()
    if known is not None:
        return known
    today = day_of(now)
    if by != asking.applicant:
        demand(may_enter_applications(by, today))
    else:
        _asks_alone(by, today)
    terms, note = terms_on(asking.share_class, today), note_on(today, asking.language)
    if terms is None:
        raise CannotAsk(_("The statutes know no such class of shares on that day."), code="no_class")
    if note is None:
        raise CannotAsk(_("The information note is not there in this language yet. Call us."), code="no_note")
    person, organisation, representative = _holder(asking, by, now, channel)
    if open_application_of(person, organisation) is not None:
        raise CannotAsk(
            _("A request for shares is open already: it is paid or withdrawn first."), code="open"
        )
    _stays(holder_on(person, organisation, today), today)
    held = holds(person, organisation, asking.share_class, today)
    asker = Asker(person is not None, person.born_on if person else None, representative is not None, held)
    ask(CannotAsk, rules.may_ask(terms, asker, asking.count, today))
    application = _kept(
        asking,
        now,
        state=ApplicationState.ASKED if rules.needs_check(asker) else ApplicationState.AWAITING,
        person=person,
        organisation=organisation,
        representative=representative,
        price_cents=terms.price_cents,
        note=note,
        channel=channel,
        lapses_on=rules.lapses_on(today, payment_days(today)),
    )
    record(
        "ApplicationMoved",
        f"application:{application.pk}",
        by=by,
        at=now,
        channel=channel,
        behalf_of=person or representative,
        data={
            "to": application.state,
            "class": asking.share_class,
            "count": asking.count,
            "note": note.version,
        },
    )
    return application


def _asks_alone(person: Person, today: date) -> None:
    if is_protected(person, today):
        raise CannotAsk(
            _(
                "Somebody administers your affairs: shares are asked for on paper, signed by them too. Call us."
            ),
            code="protected",
        )


def _stays(member: Member | None, today: date) -> None:
    if member is not None and leaves_with_all(member, today):
        raise CannotAsk(
            _("They asked to leave with all shares, so they receive none. The request is taken back first."),
            code="leaving",
        )


def _kept(asking: Asking, now: datetime, **decided: Any) -> Application:
    number = _next_number()
    try:
        with transaction.atomic():
            return Application.objects.create(
                pk=number,
                token=asking.token,
                communication=rules.communication_for(number),
                **_place(asking),
                language=asking.language,
                share_class=asking.share_class,
                count=asking.count,
                asked_at=now,
                changed_at=now,
                **decided,
            )
    except IntegrityError as error:
        # Two tabs at once: one of them was first.
        raise CannotAsk(
            _("A request for shares is open already: it is paid or withdrawn first."), code="open"
        ) from error


def _place(asking: Asking) -> dict[str, Any]:
    """Where who would hold the shares lives: fields of `places.Located`."""
    return {name: asking.home[name] for name in ("municipality", "country", "town") if asking.home.get(name)}


def _holder(
    asking: Asking, by: Person, now: datetime, channel: Channel
) -> tuple[Person | None, Organisation | None, Person | None]:
    """Who would hold the shares and who represents them, made where they are new."""
    told: dict[str, Any] = {"by": by, "now": now, "channel": channel}
    who = asking.applicant or register_person(
        **asking.identity,
        **told,
        **(asking.home if asking.role == HolderRole.SELF else {}),
    )
    if asking.role == HolderRole.CHILD:
        known = child_of(who, born_on=asking.home["born_on"], **asking.child)
        child = {"language": asking.language, **asking.child, **asking.home}
        return known or register_person(**child, **told), None, who
    if asking.role == HolderRole.ORGANISATION:
        seat = {**_place(asking), "postcode": asking.home.get("postcode", "")}
        # Nobody speaks for it before their papers are seen: who speaks for an organisation reads its dossiers.
        return None, register_organisation(**asking.organisation, **seat, kind=None, **told), who
    if asking.applicant is not None:
        who = complete_person(person=who, by=by, now=now, **asking.home)
    return who, None, None


def _next_number() -> int:
    # The communication is made of the number, so it must be known before the row is.
    with connection.cursor() as cursor:
        cursor.execute("SELECT nextval(pg_get_serial_sequence('membership_application', 'id'))")
        return int(cursor.fetchone()[0])


def moved(
    *,
    application: Application,
    move: str,
    by: Person,
    now: datetime,
    reason: str = "",
    member: Member | None = None,
) -> Application:
    """Makes one move of the table, inside the transaction of an action. Raises NotAllowed, WrongState, ReasonMissing."""
    held = APPLICATIONS.hold(application.pk, move, by=by, now=now)
    held.reason, held.member = clean(reason, lines=False)[:500], member
    return APPLICATIONS.move(
        held,
        move,
        by=by,
        now=now,
        reason=held.reason,
        behalf_of=held.person or held.representative,
        context=member,
        fields=("reason", "member"),
    )


@transaction.atomic
def accept_application(*, application: Application, by: Person, now: datetime) -> Application:
    """The papers of who represents are in order: now it can be paid, and they speak for their organisation.

    Raises NotAllowed, WrongState, and SpeakerRefused where staff would confirm themselves.
    """
    demand(may_keep_register(by, day_of(now)))
    demand(not_ones_own(by, day_of(now), [application]))
    held = moved(application=application, move="accept", by=by, now=now)
    held.lapses_on = rules.lapses_on(day_of(now), payment_days(day_of(now)))
    held.save(update_fields=["lapses_on"])
    if held.organisation and held.representative:
        who, papers = held.representative, f"application:{held.pk}"
        confirm_speaker(person=who, organisation=held.organisation, document=papers, by=by, now=now)
    return held


@transaction.atomic
def refuse_application(*, application: Application, reason: str, by: Person, now: datetime) -> Application:
    """Refuses, with the objective reason the law wants told. Raises NotAllowed, WrongState, ReasonMissing."""
    demand(may_keep_register(by, day_of(now)))
    demand(not_ones_own(by, day_of(now), [application]))
    held = moved(application=application, move="refuse", by=by, now=now, reason=reason)
    owe_back(subject=subject_of(held))
    return held


@transaction.atomic
def withdraw_application(*, application: Application, by: Person, now: datetime) -> Application:
    """Takes an application back before it is paid; what was paid in part is noted to be paid back.

    Raises NotAllowed, WrongState.
    """
    held = moved(application=application, move="withdraw", by=by, now=now)
    owe_back(subject=subject_of(held))
    return held


@transaction.atomic
def lapse_applications(*, by: Person, now: datetime) -> int:
    """Lets all applications lapse whose last day to pay has passed without any money; gives how many. Raises
    NotAllowed. Those that paid a part stay: somebody decides about that money first."""
    demand(may_keep_register(by, day_of(now)))
    overdue = overdue_applications(day_of(now))
    for each in overdue:
        moved(application=each, move="lapse", by=by, now=now)
    return len(overdue)


def enter(*, application: Application, by: Person, now: datetime) -> Application:
    """Admits who paid and books their shares, for an action that holds the numbers; stays paid, with the reason, when
    the statutes of the day do not let it: as it stands in the source, so that each reads it in their own language."""
    # What is kept is read by others than whoever confirmed the file.
    with translation.override(None):
        try:
            with transaction.atomic():
                return _entered(application, by, now)
        except Refusal as refusal:
            reason = str(refusal)[:500]
    Application.objects.filter(pk=application.pk).update(reason=reason)
    record("ApplicationStuck", f"application:{application.pk}", by=by, at=now, data={"reason": reason})
    application.refresh_from_db()
    return application


def _entered(application: Application, by: Person, now: datetime) -> Application:
    paid_on, today = _paid_on(application, now), day_of(now)
    terms = terms_on(application.share_class, paid_on)
    if terms is None or terms.price_cents != application.price_cents:
        raise MovementRefused(
            _("The price of a share changed between the request and the payment."), code="price"
        )
    whose: dict[str, Any] = {"person": application.person, "organisation": application.organisation}
    member = holder_on(**whose, day=today) or admit_member(
        **whose,
        municipality=application.municipality,
        country=application.country,
        town=application.town,
        language=application.language,
        # Who was a member before and left since they paid starts afresh from that day.
        joined_on=max(paid_on, left_last(**whose) or paid_on),
        by=by,
        now=now,
        channel=Channel(application.channel),
    )
    movement = Movement(
        MovementKind.SUBSCRIPTION,
        application.share_class,
        max(paid_on, member.joined_on),
        application.count,
        cents=application.due_cents,
        document=f"application:{application.pk}",
    )
    booked(
        member=member,
        movement=movement,
        key=entry_key(application, len(entries_for(application)) + 1),
        by=by,
        now=now,
        channel=Channel(application.channel),
    )
    return moved(application=application, move="admit", by=by, now=now, member=member)


def _paid_on(application: Application, now: datetime) -> date:
    last = last_paid_on(subject_of(application))
    # Money may be there before someone asks; their shares are not.
    return min(max(last or day_of(now), day_of(application.asked_at)), day_of(now))

"""What may be done with persons, organisations, roles and mandates; and the one way to record an event."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import datetime
from typing import Any

from django.conf import settings
from django.db import connection, transaction
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _
from procrastinate.contrib.django import app as jobs
from stdnum.be import vat
from stdnum.exceptions import ValidationError as NotANumber

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean, plain
from commonweal.people.access import demand, may
from commonweal.people.actions.turns import wait_turn
from commonweal.people.models import (
    Account,
    Event,
    Message,
    Organisation,
    Person,
    Position,
)
from commonweal.people.rules import (
    Act,
    Channel,
    PositionKind,
    kept_names,
    plausible_birthday,
)


class WrongCompanyNumber(Refusal):
    """The company number fails its own check digits."""

    code = "wrong_company_number"


class NameMissing(Refusal):
    """Neither a first nor a family name."""

    code = "name_missing"


class ImpossibleBirthday(Refusal):
    """A day on which nobody alive was born."""

    code = "impossible_birthday"


class StillOnStaff(Refusal):
    """Whoever holds a staff role is not forgotten: what they may do would stay."""

    code = "still_on_staff"


def record(
    name: str,
    subject: str,
    *,
    by: Person | None,
    at: datetime,
    channel: Channel = Channel.WEB,
    behalf_of: Person | None = None,
    data: dict[str, Any] | None = None,
) -> Event:
    """Adds the row that says what happened, and hands it to its handlers once this transaction holds.

    `subject` is `kind:id`. Must run inside the action's own transaction.
    """
    event = Event.objects.create(
        name=name, subject=subject, by=by, behalf_of=behalf_of, at=at, channel=channel, data=data or {}
    )
    if import_string(settings.EVENT_HANDLERS).get(name):
        jobs.configure_task("commonweal.people.tasks.deliver").defer(event_id=event.pk)
    return event


def company_number(text: str) -> str | None:
    """The ten digits of a Belgian company number, or None for an empty text. Raises WrongCompanyNumber."""
    if not text.strip():
        return None
    try:
        return str(vat.validate(text))
    except NotANumber as wrong:
        raise WrongCompanyNumber(
            _("This is not a Belgian company number. It has ten digits, for example 0403.581.960.")
        ) from wrong


@transaction.atomic
def register_person(
    *,
    given_name: str,
    family_name: str,
    by: Person | None,
    now: datetime,
    channel: Channel = Channel.WEB,
    **details: Any,
) -> Person:
    """A new person. `details` are fields of Person (language, email, phone, born_on, municipality …).

    One of the names may be empty. Raises NameMissing, ImpossibleBirthday.
    """
    given_name, family_name = kept_names(clean(given_name, lines=False), clean(family_name, lines=False))
    if not family_name:
        raise NameMissing(_("Write a name. Who has one name only writes it alone."))
    born_on = details.get("born_on")
    if born_on and not plausible_birthday(born_on, day_of(now)):
        raise ImpossibleBirthday(_("Nobody alive was born on this day. Check the year."))
    if details.get("phone"):
        details["phone"] = plain(details["phone"])
    person = Person.objects.create(given_name=given_name, family_name=family_name, created_at=now, **details)
    record(
        "PersonRegistered", f"person:{person.pk}", by=by or person, at=now, channel=channel, behalf_of=person
    )
    return person


@transaction.atomic
def complete_person(*, person: Person, by: Person, now: datetime, **details: Any) -> Person:
    """Fills in what a person had not told yet (born_on, street, postcode, municipality or country and town …); what is
    known stays, and so does a country that goes with a place known already.

    Only the person, or staff for them. Raises NotAllowed.
    """
    if by != person:
        demand(may(by, Act.ENTER_FOR_OTHERS, day_of(now)))
    person = Person.objects.select_for_update().get(pk=person.pk)
    new = {name: value for name, value in details.items() if value and not getattr(person, name)}
    if not person.is_placed and details.get("country", person.country) != person.country:
        new["country"] = details["country"]
    if "born_on" in new and not plausible_birthday(new["born_on"], day_of(now)):
        raise ImpossibleBirthday(_("Nobody alive was born on this day. Check the year."))
    if new:
        for name, value in new.items():
            setattr(person, name, value)
        person.save(update_fields=list(new))
        record(
            *("PersonCompleted", f"person:{person.pk}"),
            by=by,
            at=now,
            behalf_of=person,
            data={"fields": sorted(new)},
        )
    return person


@transaction.atomic
def register_organisation(
    *,
    name: str,
    legal_form: str,
    by: Person,
    now: datetime,
    number: str = "",
    kind: PositionKind | None = PositionKind.CONTACT,
    speaker: Person | None = None,
    channel: Channel = Channel.WEB,
    **details: Any,
) -> Organisation:
    """The organisation with this company number, made if it is new; `speaker` (or `by`) may speak for it.

    Raises WrongCompanyNumber. Someone new to an organisation that exists already becomes one more contact;
    `kind=None` lets nobody speak for it yet.
    """
    digits = company_number(number)
    if digits:
        wait_turn("company", digits)
    organisation = Organisation.objects.filter(company_number=digits).first() if digits else None
    if organisation is None:
        organisation = Organisation.objects.create(
            name=clean(name, lines=False),
            legal_form=legal_form,
            company_number=digits,
            created_at=now,
            **details,
        )
        record("OrganisationRegistered", f"organisation:{organisation.pk}", by=by, at=now, channel=channel)
    if kind is not None:
        who = speaker or by
        take_position(person=who, organisation=organisation, kind=kind, by=by, now=now, channel=channel)
    return organisation


@transaction.atomic
def take_position(
    *,
    person: Person,
    organisation: Organisation,
    kind: PositionKind,
    by: Person,
    now: datetime,
    channel: Channel = Channel.WEB,
) -> Position:
    """Lets a person speak for an organisation from today; asking twice changes nothing."""
    wait_turn("position", person.pk, organisation.pk, kind)
    current = Position.objects.filter(
        person=person, organisation=organisation, kind=kind, ends_on__isnull=True
    ).first()
    if current:
        return current
    position = Position.objects.create(
        person=person, organisation=organisation, kind=kind, starts_on=day_of(now)
    )
    record(
        "PositionTaken",
        f"organisation:{organisation.pk}",
        by=by,
        at=now,
        channel=channel,
        behalf_of=person,
        data={"kind": kind},
    )
    return position


@transaction.atomic
def open_account(*, person: Person, email: str, password: str | None, now: datetime) -> Account:
    """An account for a person. Raises IntegrityError when the address or the person has one already."""
    account = Account.objects.create_user(email=email, password=password, person=person)
    record("AccountOpened", f"person:{person.pk}", by=person, at=now)
    return account


@transaction.atomic
def introduce(
    *, account: Account, now: datetime, given_name: str, family_name: str, **details: Any
) -> Person:
    """The person behind a new account tells their name; an account that has a person keeps it."""
    account = Account.objects.select_for_update().get(pk=account.pk)
    if account.person is not None:
        return account.person
    details.setdefault("email", account.email)
    person = register_person(given_name=given_name, family_name=family_name, by=None, now=now, **details)
    account.person = person
    account.save(update_fields=["person"])
    return person


@transaction.atomic
def write_to(*, event: Event, person: Person, subject: str, body: str, address: str = "") -> Message | None:
    """One message to one person about one event, by e-mail or, without an address, as a letter to print.

    Writing twice about the same event is the same message. An erased person gets none. `address` is for what must
    reach them elsewhere than at their own: the address that was theirs before it was changed.
    """
    if person.erased_at:
        return None
    message, made = Message.objects.get_or_create(
        event=event,
        person=person,
        defaults={
            "subject": subject,
            "body": body,
            "by_letter": not (address or person.email),
            "address": address,
            "language": person.language,
        },
    )
    if made and not message.by_letter:
        jobs.configure_task("commonweal.people.tasks.send_message").defer(message_id=message.pk)
    return message


@transaction.atomic
def mark_printed(*, messages: Iterable[int], by: Person, now: datetime) -> int:
    """Notes that letters were printed and posted; gives how many were still waiting. Raises NotAllowed."""
    demand(may(by, Act.ENTER_FOR_OTHERS, day_of(now)))
    waiting = Message.objects.filter(pk__in=list(messages), by_letter=True, sent_at__isnull=True)
    count = waiting.update(sent_at=now)
    if count:
        record("LettersPrinted", "letters:all", by=by, at=now, data={"count": count})
    return count


def load_people(rows: Iterable[tuple[Any, ...]], columns: tuple[str, ...]) -> None:
    """Many persons at once (imports, the large demo), by COPY; inside the caller's transaction and event."""
    _copied("people_person", rows, columns)


def load_organisations(rows: Iterable[tuple[Any, ...]], columns: tuple[str, ...]) -> None:
    """Many organisations at once (imports), by COPY; inside the caller's transaction and event."""
    _copied("people_organisation", rows, columns)


def _copied(table: str, rows: Iterable[tuple[Any, ...]], columns: tuple[str, ...]) -> None:
    with (
        connection.cursor() as cursor,
        cursor.copy(f"COPY {table} ({', '.join(columns)}) FROM STDIN") as copy,
    ):
        for row in rows:
            copy.write_row(row)

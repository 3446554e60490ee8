"""Reads of people, organisations and what happened to something."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date, datetime, timedelta
from hashlib import sha256
from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import connection, models
from django.db.models import Q, QuerySet
from django.db.models.expressions import RawSQL
from django.utils.module_loading import import_string

from commonweal.kernel.days import day_of
from commonweal.kernel.privacy import Personal
from commonweal.kernel.text import folded, plain
from commonweal.people.models import (
    Account,
    ApiKey,
    Consent,
    Event,
    JointAct,
    Mandate,
    Message,
    Organisation,
    Person,
    Position,
    Session,
    StaffAppointment,
)
from commonweal.people.rules import ADMINISTRATOR, CONSENT_VERSION, ROLES, Act, Purpose, phone_tail
from commonweal.people.rules.measures import ADMINISTRATOR_HOURS, measure


def prefix_query(text: str) -> str:
    """A text-search expression in which each word typed is the start of a word looked for; empty when none."""
    # Folded words hold no quote: every sign of punctuation is a blank by then.
    return " & ".join(
        f"'{word.replace('|', '')}':*" for word in folded(text[:200]).split() if word.strip("|")
    )


def people_named(text: str) -> QuerySet[Person]:
    """Persons whose names start with the words typed, whatever the accents; none for an empty text."""
    wanted = prefix_query(text)
    if not wanted:
        return Person.objects.none()
    return Person.objects.filter(erased_at__isnull=True).filter(
        pk__in=RawSQL(
            "SELECT id FROM people_person WHERE public.commonweal_name_words(given_name, family_name) @@ %s::tsquery",
            (wanted,),
        )
    )


def people_reached_at(text: str) -> QuerySet[Person]:
    """Persons whose e-mail address starts with the text, or whose telephone ends in its eight last digits; for staff."""
    text = plain(text)
    if "@" in text:
        wanted = (
            text.replace(" ", "").lower().replace("\\", "\\\\").replace("%", r"\%").replace("_", r"\_") + "%"
        )
        found = RawSQL("SELECT id FROM people_person WHERE email <> '' AND lower(email) LIKE %s", (wanted,))
    elif tail := phone_tail(text):
        found = RawSQL(
            "SELECT id FROM people_person WHERE phone <> '' AND right(regexp_replace(phone, '\\D', '', 'g'), 8) = %s",
            (tail,),
        )
    else:
        return Person.objects.none()
    return Person.objects.filter(pk__in=found)


def organisation_with(pk: int) -> Organisation | None:
    """One organisation."""
    return Organisation.objects.filter(pk=pk).first()


def organisations_named(text: str) -> QuerySet[Organisation]:
    """Organisations whose names hold words that start with those typed, or whose company number it is."""
    wanted = prefix_query(text)
    if not wanted:
        return Organisation.objects.none()
    digits = "".join(c for c in plain(text) if c.isascii() and c.isdigit())
    return Organisation.objects.filter(
        pk__in=RawSQL(
            "SELECT id FROM people_organisation WHERE public.commonweal_name_words(name, '') @@ %s::tsquery "
            "OR company_number = %s",
            (wanted, digits[-10:].rjust(10, "0")),
        )
    )


def people_with_ids(ids: Iterable[int]) -> dict[int, Person]:
    """Persons by id, those that exist; one query."""
    return Person.objects.in_bulk(list(ids))


def organisation_with_number(digits: str) -> Organisation | None:
    """The organisation with a company number, if it is known."""
    return Organisation.objects.filter(company_number=digits).first()


def company_numbers(organisations: Iterable[int]) -> list[str]:
    """The Belgian company numbers of some organisations, by id; those that have none are left out."""
    found = Organisation.objects.filter(pk__in=organisations, company_number__isnull=False)
    return [str(number) for number in found.values_list("company_number", flat=True)]


def organisations_numbered(digits: Iterable[str]) -> dict[str, int]:
    """Company number -> id of the organisations that are known; one query."""
    found = Organisation.objects.filter(company_number__in=list(digits))
    return {number: pk for number, pk in found.values_list("company_number", "pk") if number}


def history_of(subject: str) -> QuerySet[Event]:
    """What happened to something, oldest first."""
    return Event.objects.filter(subject=subject).select_related("by", "behalf_of").order_by("id")


def letters_to_print() -> QuerySet[Message]:
    """Messages to people without an e-mail address that were not yet printed."""
    return (
        Message.objects.filter(by_letter=True, sent_at__isnull=True).select_related("person").order_by("id")
    )


def staff_who_may(act: Act, on: date) -> list[Person]:
    """Persons whose staff roles grant an act on a day, by name; one query."""
    codes = [role.code for role in ROLES if act in role.grants]
    held = StaffAppointment.objects.filter(role__in=codes, starts_on__lte=on).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    )
    return list(Person.objects.filter(pk__in=held.values("person")))


def administrators(on: date) -> QuerySet[Person]:
    """Persons who may give and end staff roles on a day; without those whose account is blocked."""
    held = StaffAppointment.objects.filter(role=ADMINISTRATOR, starts_on__lte=on).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=on)
    )
    return Person.objects.filter(pk__in=held.values("person")).exclude(account__is_active=False)


def sessions_of(account: Account, now: datetime) -> QuerySet[Session]:
    """Sessions of an account that hold, the one seen last first."""
    return Session.objects.filter(account=account, expire_date__gt=now).defer("session_data")


def account_numbered(pk: int) -> QuerySet[Account]:
    """One account, with its person and who closed it."""
    return Account.objects.filter(pk=pk).select_related("person", "blocked_by")


def account_with_address(email: str) -> Account | None:
    """The account with an e-mail address, whatever its case, closed or not."""
    return Account.objects.filter(email=email.strip().lower()).select_related("person", "blocked_by").first()


def joint_acts_waiting() -> QuerySet[JointAct]:
    """What waits for a second administrator, oldest first."""
    waiting = JointAct.objects.filter(confirmed_at__isnull=True, dropped_at__isnull=True)
    return waiting.select_related("asked_by", "person__account")


def joint_act_numbered(pk: int) -> QuerySet[JointAct]:
    """One of what administrators do together, settled or not."""
    return JointAct.objects.filter(pk=pk).select_related("asked_by", "confirmed_by", "person__account")


def tie_between(one: Person, other: Person) -> str:
    """What two persons share that one person with two accounts would: `person`, `email`, `name`, `phone`, `address`.

    Empty where they share nothing. The database asks the same function; one query.
    """
    return _answer("SELECT coalesce(people_tie(%s, %s), '')", one.pk, other.pk)


def namesake_on_staff(person: Person) -> Person | None:
    """Somebody else on the staff who seems to be the same person: same name or same address; one query."""
    found = _answer("SELECT coalesce(people_namesake(%s), 0)", person.pk)
    return Person.objects.filter(pk=found).first() if found else None


def _answer(statement: str, *values: int) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0]


def settled_administrator(person: Person, asked_at: datetime) -> bool:
    """Whether somebody was administrator for `ADMINISTRATOR_HOURS` before a moment; at once where set up on the server."""
    since = asked_at - timedelta(hours=measure(ADMINISTRATOR_HOURS, day_of(asked_at)))
    held = StaffAppointment.objects.filter(person=person, role=ADMINISTRATOR, ends_on__isnull=True)
    return held.filter(Q(given_by__isnull=True) | Q(given_at__lte=since)).exists()


def holds_role(person: Person, role: str) -> StaffAppointment | None:
    """The appointment by which somebody holds a role today and on."""
    return StaffAppointment.objects.filter(person=person, role=role, ends_on__isnull=True).first()


def person_with_address(email: str) -> Person | None:
    """The person behind the account with an e-mail address, whatever its case; None without account or name."""
    found = (
        Account.objects.filter(email=email.strip().lower(), is_active=True).select_related("person").first()
    )
    return found.person if found else None


def appointments_on(day: date) -> QuerySet[StaffAppointment]:
    """Staff appointments that hold on a day, by role and name."""
    held = StaffAppointment.objects.filter(starts_on__lte=day).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    )
    return held.select_related("person", "given_by").order_by(
        "role", "person__family_name", "person__given_name", "id"
    )


def speakers_of(organisation: Organisation, day: date) -> list[Position]:
    """Who speaks for an organisation on a day, or says so; those whose papers were seen first."""
    held = organisation.positions.filter(starts_on__lte=day).filter(
        Q(ends_on__isnull=True) | Q(ends_on__gte=day)
    )
    shown = held.select_related("person", "confirmed_by")
    return list(shown.order_by(models.F("confirmed_at").asc(nulls_last=True), "id"))


def mandates_of(person: Person, day: date) -> QuerySet[Mandate]:
    """Mandates the person gave or holds that are in force on a day, the first to end first."""
    held = Mandate.objects.filter(withdrawn_at__isnull=True, starts_on__lte=day, ends_on__gte=day)
    return (
        held.filter(Q(principal=person) | Q(agent=person))
        .select_related("principal", "agent")
        .order_by("ends_on", "id")
    )


def keys_of(person: Person, now: datetime) -> QuerySet[ApiKey]:
    """The person's keys that still hold, newest first."""
    return person.api_keys.filter(ended_at__isnull=True, ends_on__gte=day_of(now))


def key_with(secret: str, now: datetime) -> ApiKey | None:
    """The key a program shows, while it holds; None for any other."""
    digest = sha256(secret.encode()).hexdigest()
    found = ApiKey.objects.select_related("person").filter(digest=digest, ended_at__isnull=True)
    return found.filter(ends_on__gte=day_of(now), person__erased_at__isnull=True).first()


def consents_of(person: Person) -> dict[Purpose, Consent]:
    """What someone agrees to today, in the wording of today: purpose -> the row that says so."""
    found: dict[Purpose, Consent] = {}
    for each in Consent.objects.filter(person=person):
        purpose = Purpose(each.purpose)
        found.pop(purpose, None)
        if each.given and each.version == CONSENT_VERSION:
            found[purpose] = each
    return found


_NEVER_TOLD = (models.BinaryField, models.FileField, models.UUIDField)
_SECRETS = {"password", "digest", "session_data"}


def rows_about(model: type[models.Model], person: Person) -> QuerySet[Any]:
    """The rows of a model that are about a person: those that one of its `about` paths leads from to them."""
    about = [Q(**{path: person.pk}) for path in getattr(model, "about", ())]
    found = model._default_manager.all()
    return found.filter(Q(*about, _connector=Q.OR)) if about else found.none()


def told_fields(model: type[models.Model]) -> list[str]:
    """Columns of a model that say something of a person and are told to them: no secret, no bytes, not who it is about."""
    fates: dict[str, Personal] = getattr(model, "personal", {})
    return [
        field.attname
        for field in model._meta.concrete_fields
        if fates.get(field.name, Personal.NONE) != Personal.NONE
        and field.name not in {*getattr(model, "about", ()), *_SECRETS}
        and not isinstance(field, _NEVER_TOLD)
    ]


def data_about(person: Person) -> dict[str, list[dict[str, object]]]:
    """Every row that is about a person, by model, with the fields that say something of them (GDPR, art. 15 and 20).

    One query a model, and those of the areas that tie rows to people otherwise (`ABOUT` of `config/wiring.py`). What
    somebody chose in a ballot is tied to nobody, so it is not among them; nor is what staff did for others.
    """
    found: dict[str, list[dict[str, object]]] = {}
    for model in apps.get_models():
        told = told_fields(model) if hasattr(model, "about") else []
        if told and (rows := list(rows_about(model, person).order_by("pk").values(*told))):
            found[model._meta.label_lower] = rows
    for more in import_string(settings.ABOUT):
        found |= {name: rows for name, rows in more(person).items() if rows}
    return found

"""The people of the demo: those with a name of their own, and as many invented members as asked for."""

from __future__ import annotations

import random
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, timedelta
from typing import TYPE_CHECKING, Any

from allauth.account.models import EmailAddress
from allauth.mfa.totp.internal.auth import TOTP
from django.db import connection

from commonweal.kernel.days import day_of
from commonweal.membership.actions import admit_member, load_members
from commonweal.membership.queries import next_number
from commonweal.people.actions import load_people, open_account, record, register_person, set_up_staff
from commonweal.people.rules.published import PASSWORD, TOTP_SECRET
from commonweal.places.queries import municipalities
from commonweal.portal.demo.script import SEED, Calendar, cast

if TYPE_CHECKING:
    from commonweal.people.models import Person

# Ages of an adult population, in bands of years, by rough weight.
AGES = ((18, 24, 9), (25, 39, 23), (40, 54, 25), (55, 69, 25), (70, 84, 15), (85, 97, 3))
FLANDERS, WALLONIA = "02000", "03000"
PEOPLE = (
    *("id", "given_name", "family_name", "born_on", "language", "email", "phone", "street", "postcode"),
    *("municipality_id", "created_at"),
)
MEMBERS = ("number", "person_id", "municipality_id", "language", "joined_on", "left_on")
WITHOUT_EMAIL = 0.18
LEFT = 0.01


@dataclass(frozen=True, slots=True)
class Town:
    """A municipality as the crowd needs it. `weight` follows its population."""

    nis: str
    region: str
    latitude: float
    longitude: float
    postcodes: tuple[str, ...]
    weight: int


def towns(day: date) -> list[Town]:
    """The municipalities known on a day, weighed by population, or by the demo's own figures where it is not known."""
    weights = cast()["weights"]
    return [
        Town(
            each.nis,
            each.region_id,
            float(each.latitude),
            float(each.longitude),
            tuple(postcode.code for postcode in each.postcodes.all()) or ("1000",),
            (each.population or weights.get(each.nis, 5) * 1_000) // 100,
        )
        for each in municipalities(day).prefetch_related("postcodes")
    ]


def known_people(calendar: Calendar) -> dict[str, Person]:
    """The named people, with their accounts, roles and memberships, long settled; by their key in `cast.json`."""
    found = {}
    for key, written in cast()["people"].items():
        born_on = calendar.today.replace(year=calendar.today.year - written["age"], month=3, day=11)
        person = register_person(
            given_name=written["given"],
            family_name=written["family"],
            language=written["language"],
            municipality_id=written["nis"],
            email=written["email"],
            phone="04 555 01 82" if key == "elder" else "",
            street="rue du Vieux Mayeur 12" if key == "elder" else "",
            postcode="4000" if key == "elder" else "",
            born_on=born_on - timedelta(days=365) if born_on > calendar.today else born_on,
            by=None,
            now=calendar.settled,
        )
        found[key] = person
        if written["email"]:
            account = open_account(
                person=person, email=written["email"], password=PASSWORD, now=calendar.settled
            )
            EmailAddress.objects.create(user=account, email=written["email"], verified=True, primary=True)
        if written["role"]:
            set_up_staff(person=person, role=written["role"], now=calendar.settled)
            TOTP.activate(person.account, TOTP_SECRET)
        if written["member"]:
            admit_member(
                person=person,
                municipality=person.municipality,
                language=written["language"],
                joined_on=day_of(calendar.settled),
                by=None,
                now=calendar.settled,
            )
    return found


def crowd(count: int, calendar: Calendar, by: Person) -> list[tuple[int, Town]]:
    """Adds invented members, persons and memberships both by COPY; gives each one's number and town."""
    if count <= 0:
        return []
    # The demo must be the same each time; nothing secret is drawn here.
    dice = random.Random(SEED)  # noqa: S311
    known = towns(calendar.today)
    chosen = dice.choices(known, weights=[town.weight for town in known], k=count)
    first = next_number()
    ids = _reserved_ids(count)
    languages = [_language(town, dice.random()) for town in chosen]
    load_people(_people(ids, chosen, languages, dice, calendar), PEOPLE)
    load_members(_members(ids, chosen, languages, first, dice, calendar), MEMBERS)
    record("MembersLoaded", "register:members", by=by, at=calendar.settled, data={"count": count})
    return [(first + place, town) for place, town in enumerate(chosen)]


def _reserved_ids(count: int) -> list[int]:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT nextval(pg_get_serial_sequence('people_person', 'id')) FROM generate_series(1, %s)",
            [count],
        )
        return [number for (number,) in cursor.fetchall()]


def _language(town: Town, draw: float) -> str:
    if town.region == FLANDERS:
        return "nl"
    if town.region == WALLONIA:
        return "de" if town.nis in cast()["german"] and draw < 0.85 else "fr"
    return "fr" if draw < 0.72 else "nl" if draw < 0.92 else "en"


def _people(
    ids: list[int], chosen: list[Town], languages: list[str], dice: random.Random, calendar: Calendar
) -> Iterator[tuple[Any, ...]]:
    names = {
        kind: {language: text.split() for language, text in cast()[kind].items()}
        for kind in ("given", "family")
    }
    streets = cast()["streets"]
    draw, bands = dice.random, dice.choices(AGES, weights=[band[2] for band in AGES], k=len(ids))
    for person, town, language, (youngest, oldest, _weight) in zip(
        ids, chosen, languages, bands, strict=True
    ):
        spoken = "fr" if language == "en" else language
        given, family = _one(names["given"][spoken], draw()), _one(names["family"][spoken], draw())
        days = int((youngest + draw() * (oldest - youngest + 1)) * 365.25)
        email = "" if draw() < WITHOUT_EMAIL else f"member{person}@people.example"
        street = f"{_one(streets[spoken], draw())} {int(draw() * 180) + 1}"
        yield (
            person,
            given,
            family.replace("-", " "),
            calendar.today - timedelta(days=days),
            language,
            email,
            "",
            street,
            _one(town.postcodes, draw()),
            town.nis,
            calendar.settled,
        )


def _one(among: Any, draw: float) -> Any:
    return among[int(draw * len(among))]


def _members(
    ids: list[int],
    chosen: list[Town],
    languages: list[str],
    first: int,
    dice: random.Random,
    calendar: Calendar,
) -> Iterator[tuple[Any, ...]]:
    draw = dice.random
    for place, (person, town, language) in enumerate(zip(ids, chosen, languages, strict=True)):
        joined = calendar.today - timedelta(days=30 + int(draw() ** 2 * 9_000))
        left = calendar.today - timedelta(days=int(draw() * 29)) if draw() < LEFT else None
        yield first + place, person, town.nis, language, joined, left

"""Requests for shares in the demo, one in each state, and a bank's file that waits to be read in. Invented people."""

from __future__ import annotations

import uuid
from datetime import date, timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf import settings

from commonweal.membership.actions import joining
from commonweal.membership.rules.joining import HolderRole
from commonweal.people.actions import register_person
from commonweal.people.rules import Channel
from commonweal.places.queries import municipalities_coded
from commonweal.portal.demo.bank import Paid, coda
from commonweal.portal.demo.script import Calendar, cast
from commonweal.treasury.actions import payments
from commonweal.treasury.queries.bank_plans import plan_of
from commonweal.treasury.queries.payments import reading_of

if TYPE_CHECKING:
    from commonweal.membership.models import Application
    from commonweal.people.models import Person

BALANCE_CENTS = 84_215_30
IBANS = ("BE71096123456769", "BE43068999999501", "BE62510007547061")
# Members the requests bring: the one whose payment is read in.
ENTERED = 1
ASKED_DAYS = {"lapsed": 70, "entered": 20}


def bank_folder() -> Path:
    """Where the bank's file lies that waits to be brought in."""
    return Path(settings.VAR) / "demo" / "bank"


def requests_for_shares(calendar: Calendar, people: dict[str, Person]) -> None:
    """Who asked, what became of each, one statement read in, and the next one written as a file."""
    joining.load_notes(by=people["secretary"], now=calendar.settled)
    asked = {each["as"]: _asked(each, calendar, people) for each in cast()["asking"]}
    secretary, then = people["secretary"], calendar.at(-12, 11)
    _read_in(asked["entered"], calendar, people["finance"])
    joining.lapse_applications(by=secretary, now=calendar.at(-30, 9))
    withdrawn, refused = asked["withdrawn"], asked["refused"]
    if withdrawn.person is not None:
        joining.withdraw_application(application=withdrawn, by=withdrawn.person, now=then)
    reason = "The company this person runs is in court against the cooperative."
    joining.refuse_application(application=refused, reason=reason, by=secretary, now=then)
    content = _statement(calendar, 2, calendar.day(-1), _movements(asked))
    bank_folder().mkdir(parents=True, exist_ok=True)
    (bank_folder() / "statement.cod").write_bytes(content)


def _asked(told: dict[str, Any], calendar: Calendar, people: dict[str, Person]) -> Application:
    now = calendar.at(-ASKED_DAYS.get(told["as"], 15), 10)
    by_phone = told["as"] == "phone"
    who = register_person(
        given_name=told["given"],
        family_name=told["family"],
        language=told["language"],
        email="" if by_phone else f"{told['given'].lower()}@demo.example",
        by=people["counter1"],
        now=now,
    )
    child = told.get("child", {})
    home = {
        "born_on": calendar.day(-9 * 365) if child else date.fromisoformat(told["born"]),
        "street": told["street"],
        "postcode": told["postcode"],
        "municipality": municipalities_coded([told["nis"]])[told["nis"]],
    }
    return joining.ask_for_shares(
        asking=joining.Asking(
            token=uuid.uuid4(),
            role=HolderRole.CHILD if child else HolderRole.SELF,
            share_class="A",
            count=told["count"],
            language=told["language"],
            home=home,
            applicant=who,
            child={"given_name": child["given"], "family_name": child["family"]} if child else {},
        ),
        by=people["counter1"] if by_phone else who,
        now=now,
        channel=Channel.PHONE if by_phone else Channel.WEB,
    )


def _paid(application: Application, cents: int = 0, name: str = "", place: int = 0) -> Paid:
    """A payment on a request: all that is due by whoever asked, unless told."""
    who = name or str(application.representative or application.person)
    return Paid(
        cents or application.due_cents, who, IBANS[place % 3], communication=application.communication
    )


def _movements(asked: dict[str, Application]) -> list[Paid]:
    """One of each kind finance meets: exact, less, more, from someone else, twice, late, unknown, going out."""
    return [
        _paid(asked["pays"]),
        _paid(asked["short"], 200_00, place=1),
        _paid(asked["over"], 250_00, place=2),
        _paid(asked["other"], name="Garage du Pont SA"),
        _paid(asked["entered"], place=1),
        _paid(asked["lapsed"], place=2),
        Paid(50_00, "Rita Goossens", IBANS[0], text="mijn aandeel, groeten van Rita"),
        Paid(-12_50, "Bank", text="frais de compte"),
    ]


def _statement(calendar: Calendar, number: int, day: date, movements: list[Paid]) -> bytes:
    old = BALANCE_CENTS if number == 1 else BALANCE_CENTS + 600_00
    return coda(settings.SITE["iban"], number, day - timedelta(days=1), day, old, movements)


def _read_in(application: Application, calendar: Calendar, finance: Person) -> None:
    content, now = _statement(calendar, 1, calendar.day(-14), [_paid(application)]), calendar.at(-13, 9)
    file = payments.upload_file(
        name="statement-1.cod", content=content, account=settings.SITE["iban"], by=finance, now=now
    )
    payments.confirm_file(file=file, plan=plan_of(reading_of(file)).digest, by=finance, now=now)

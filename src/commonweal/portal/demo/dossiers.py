"""The demo's organisations and dossiers: each written, sent, checked and decided through the same actions as any."""

from __future__ import annotations

import random
import uuid
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import TYPE_CHECKING, Any

from commonweal.kernel.days import day_of
from commonweal.membership.actions import admit_member
from commonweal.people.actions import register_organisation, register_person
from commonweal.people.rules import Channel, LegalForm
from commonweal.portal.demo.script import SEED, Calendar, cast, projects
from commonweal.projects import actions
from commonweal.projects.queries import rule_versions
from commonweal.projects.rules.calendar import earliest_start, windows
from commonweal.projects.rules.eligibility import RuleVersion, evaluate, in_force
from commonweal.projects.rules.kinds import SupportKind
from commonweal.projects.rules.parts import Part
from commonweal.projects.rules.questions import facts_from_answers

if TYPE_CHECKING:
    from commonweal.people.models import Organisation, Person
    from commonweal.projects.models import Call, Dossier

MEMBER_ORGANISATIONS = 12


@dataclass(frozen=True, slots=True)
class Applicants:
    """Who applies for what: the named people, and each organisation with the person who speaks for it."""

    people: Mapping[str, Person]
    organisations: Mapping[str, tuple[Organisation, Person]]


def applicants(calendar: Calendar, people: Mapping[str, Person]) -> Applicants:
    """Registers the organisations and those who speak for them; the first dozen are members themselves."""
    homes: dict[str, tuple[str, str]] = {}
    for call in ("counted", "vote", "open"):
        for written in projects(call):
            homes.setdefault(written["org"], (written["nis"], written["language"]))
    found: dict[str, tuple[Organisation, Person]] = {}
    for key, (name, form, speaker) in cast()["organisations"].items():
        nis, language = homes[key]
        person = people.get(speaker) or _speaker(speaker, key, nis, language, calendar)
        organisation = register_organisation(
            name=name,
            legal_form=LegalForm(form),
            by=person,
            now=calendar.settled,
            municipality_id=nis,
            accredited=form == LegalForm.COOPERATIVE,
        )
        if len(found) < MEMBER_ORGANISATIONS:
            admit_member(
                organisation=organisation,
                municipality=organisation.municipality,
                language=language,
                joined_on=day_of(calendar.settled),
                by=person,
                now=calendar.settled,
            )
        found[key] = (organisation, person)
    return Applicants(people, found)


def _speaker(name: str, key: str, nis: str, language: str, calendar: Calendar) -> Person:
    given, _space, family = name.partition(" ")
    return register_person(
        given_name=given,
        family_name=family,
        language=language,
        email=f"{key}@organisations.example",
        municipality_id=nis,
        by=None,
        now=calendar.settled,
    )


class Desk:
    """Writes the dossiers of one call and brings each to where the content says it stands."""

    def __init__(
        self, call: Call, who: Applicants, calendar: Calendar, reasons: Mapping[str, list[str]]
    ) -> None:
        self.call, self.who, self.calendar, self.reasons = call, who, calendar, reasons
        self.versions = rule_versions(call.track)
        self.dice = random.Random(f"{SEED}:{call.slug}:desk")  # noqa: S311 - the same each time

    def write(self, written: Mapping[str, Any], begun: datetime, sent: datetime) -> Dossier:
        """A draft with every part that the content holds, to be sent at a moment."""
        organisation, speaker = self.who.organisations[written["org"]]
        channel = Channel(written.get("channel", "web"))
        by = self.who.people["counter1"] if channel != Channel.WEB else speaker
        dossier = actions.start_dossier(
            call=self.call,
            applicant=speaker,
            by=by,
            now=begun,
            language=written["language"],
            token=uuid.UUID(int=self.dice.getrandbits(128), version=4),
            channel=channel,
            answers=_answers(written, organisation),
        )
        # All pages at once: page by page the demo would take seconds longer and read no better.
        values = self._values(written, organisation, sent)
        actions.write_part(dossier=dossier, part=Part.STORY, values=values, by=by, now=begun)
        dossier.refresh_from_db()
        return dossier

    def _values(
        self, written: Mapping[str, Any], organisation: Organisation, sent: datetime
    ) -> dict[str, Any]:
        values: dict[str, Any] = {
            "organisation": organisation,
            "title": written["title"],
            "summary": written["summary"],
            "story": "\n\n".join(written["story"]),
        }
        if not written["money"]:
            return values
        starts_on = self._first_day(day_of(sent)) + timedelta(days=7 * self.dice.randint(1, 6))
        asks = {SupportKind(kind): tuple(ask) for kind, ask in written["asks"].items()}
        return values | {
            "municipality_id": written["nis"],
            "place_detail": written["place"],
            "target_group": written["target"],
            "starts_on": starts_on,
            "ends_on": starts_on + timedelta(days=30 * self.dice.randint(4, 11)),
            "claims": dict(written["serves"]),
            "costs": [(label, euro * 100) for label, euro in written["costs"].items()],
            "asks": {SupportKind.FINANCIAL: (written["money"] * 100, ""), **asks},
            "values_declared": True,
            "partners": list(written["partners"].items()),
        }

    def _first_day(self, sent_on: date) -> date:
        rule = next(each for each in in_force(self.versions, sent_on) if each.code == "not_already_done")
        return earliest_start(sent_on, windows(rule.parameters)) or sent_on

    def send(self, dossier: Dossier, sent: datetime) -> Dossier:
        """Hands it in, with what the rules said of it that day."""
        by = dossier.entered_by or dossier.applicant
        return actions.send_dossier(
            dossier=dossier,
            by=by,
            now=sent,
            findings=self._findings(dossier, sent),
            channel=Channel(dossier.channel),
        )

    def _findings(self, dossier: Dossier, sent: datetime) -> list[dict[str, Any]]:
        versions: list[RuleVersion] = self.versions
        answers = {**dossier.answers, "starts_on": dossier.starts_on.isoformat() if dossier.starts_on else ""}
        facts = facts_from_answers(answers, day_of(sent), round_deadline=day_of(self.call.applies_until))
        return [
            {"code": each.code, "verdict": each.verdict, "rule_from": each.rule_from.isoformat()}
            for each in evaluate(facts, versions, day_of(sent), self.call.track)
        ]

    def take_up(self, dossier: Dossier, taken: datetime) -> Dossier:
        """The adviser declares no tie and starts the check."""
        adviser = self.who.people["adviser"]
        actions.declare_conflict(dossier=dossier, by=adviser, has_conflict=False, text="", now=taken)
        return actions.take_up_dossier(dossier=dossier, by=adviser, now=taken)

    def admit(self, dossier: Dossier, reason: str, decided: datetime) -> Dossier:
        """The adviser admits it with a reason."""
        given = reason or self.dice.choice(self.reasons[dossier.language])
        return actions.admit_dossier(
            dossier=dossier, reason=given, by=self.who.people["adviser"], now=decided
        )


def _answers(written: Mapping[str, Any], organisation: Organisation) -> dict[str, str]:
    return {
        "applicant": organisation.legal_form,
        "accredited": "yes" if organisation.accredited else "no",
        "place": "here",
        "ambitions": ",".join(written["serves"]),
        "argued": "yes",
        "beneficiary": "ourselves",
        "activity": written.get("activity", "none"),
        "invoices": "no",
        "earlier": "no",
        "values": "yes",
    }


def admitted_dossiers(desk: Desk, key: str, calendar: Calendar, first: int, last: int, checked: int) -> None:
    """All dossiers of a call, sent between two days and admitted by a third; days count from today."""
    written = projects(key)
    for place, each in enumerate(desk.dice.sample(written, len(written))):
        sent = calendar.at(
            first + (last - first) * (place + 1) // (len(written) + 1), 10 + place % 9, place * 7 % 60
        )
        begun = max(sent - timedelta(days=3), desk.call.applies_from)
        dossier = desk.send(desk.write(each, begun, sent), sent)
        dossier = desk.take_up(dossier, sent + timedelta(days=2))
        desk.admit(dossier, each.get("reason", ""), calendar.at(checked, 9 + place % 8, place * 11 % 60))


def dossiers_under_way(desk: Desk, calendar: Calendar) -> None:
    """The dossiers of the open call, each where it stands: written, sent, in check, returned, decided, withdrawn."""
    for place, each in enumerate(projects("open")):
        state, days = each["state"], each.get("sent_days", 1)
        sent = calendar.at(-days, 9 + place % 9, place * 13 % 60)
        dossier = desk.write(each, sent - timedelta(hours=7 + place), sent)
        if state == "draft":
            continue
        dossier = desk.send(dossier, sent)
        if state == "withdrawn":
            actions.withdraw_dossier(dossier=dossier, by=dossier.applicant, now=sent + timedelta(days=2))
        if state in ("submitted", "withdrawn"):
            continue
        dossier = desk.take_up(dossier, sent + timedelta(days=3))
        decided = calendar.at(-max(days - 6, 1), 15, place)
        adviser = desk.who.people["adviser"]
        if state == "returned":
            actions.ask_for_more(
                dossier=dossier, parts=[Part.PLACE], message=each["question"], by=adviser, now=decided
            )
        elif state == "refused":
            actions.refuse_dossier(dossier=dossier, reason=each["reason"], by=adviser, now=decided)
        elif state == "admitted":
            desk.admit(dossier, each["reason"], decided)
        elif each.get("note"):
            actions.note_dossier(dossier=dossier, text=each["note"], by=adviser, now=decided)

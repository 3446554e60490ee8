"""People, organisations, calls, dossiers and ballots for tests, with sensible values for all that does not matter."""

from __future__ import annotations

import itertools
import uuid
from datetime import UTC, date, datetime, timedelta
from typing import Any

from django.db import connection, transaction

from commonweal.ambitions.models import Ambition, AmbitionText
from commonweal.membership import actions as membership
from commonweal.membership.actions import admit_member
from commonweal.membership.models import Member
from commonweal.membership.rules.movements import MovementKind
from commonweal.people import actions as people
from commonweal.people.models import JointAct, Organisation, Person, StaffAppointment
from commonweal.people.rules import JointKind, LegalForm
from commonweal.places.models import Municipality, Province, Region
from commonweal.projects import actions as projects
from commonweal.projects.models import Call, Dossier
from commonweal.projects.rules.kinds import SupportKind
from commonweal.projects.rules.parts import Part
from commonweal.voting import actions as voting
from commonweal.voting.committee import answer_in
from commonweal.voting.models import Ballot, Voter
from commonweal.voting.rules.choices import Form
from commonweal.voting.sealing import Sheet, key_text, new_committee
from tests.clock import NOW as NOW

_numbers = itertools.count(1)


def municipality(nis: str = "62063", name: str = "Liège", region: str = "03000") -> Municipality:
    """A municipality with its province and region; made once."""
    names = {
        "name_fr": name,
        "name_nl": name,
        "name_de": name,
        "name_en": name,
        "starts_on": date(2025, 1, 1),
    }
    area, _ = Region.objects.get_or_create(nis=region, defaults=names)
    province, _ = Province.objects.get_or_create(nis=nis[0] + "0000", defaults={**names, "region": area})
    place, _ = Municipality.objects.get_or_create(
        nis=nis,
        defaults={**names, "province": province, "region": area, "latitude": "50.63", "longitude": "5.57"},
    )
    return place


def ambition(code: str = "neighbourhoods") -> Ambition:
    """One of the ambitions, with a text in each language; made once."""
    found, made = Ambition.objects.get_or_create(
        code=code,
        defaults={
            "starts_on": date(2020, 1, 1),
            "position": {"inclusion": 1, "cooperatives": 2}.get(code, 3),
        },
    )
    if made:
        for language in ("fr", "nl", "de", "en"):
            AmbitionText.objects.create(
                ambition=found,
                language=language,
                name=f"{code} {language}",
                summary="…",
                vision="…",
                easy_text="…",
            )
    return found


def person(given_name: str = "Ada", family_name: str = "", **details: Any) -> Person:
    """A person; every one has another family name unless told."""
    return people.register_person(
        given_name=given_name,
        family_name=family_name or f"Lovelace{next(_numbers)}",
        by=None,
        now=NOW,
        **details,
    )


def account(who: Person, password: str = "a long password") -> Any:
    """A log-in for a person, with a verified address."""
    email = who.email or f"person{who.pk}@example.org"
    made = people.open_account(person=who, email=email, password=password, now=NOW)
    made.emailaddress_set.create(email=email, verified=True, primary=True)
    return made


def staff(*roles: str, **details: Any) -> Person:
    """Someone with staff roles since 2020, as set up on the server; also roles that nobody holds together.

    Not by the actions: what the staff are told of each appointment is part of no story but its own. The server lets it
    pass as a copy.
    """
    who = person("Sam", **details)
    enrol(who, *roles)
    return who


def enrol(who: Person, *roles: str) -> None:
    """Staff roles since 2020 for somebody who is there; see `staff`."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET LOCAL session_replication_role = replica")
        cursor.executemany(
            "INSERT INTO people_staffappointment (person_id, role, starts_on, given_at) VALUES (%s, %s, %s, %s)",
            [(who.pk, role, date(2020, 1, 1), datetime(2020, 1, 1, tzinfo=UTC)) for role in roles],
        )
        cursor.execute("SET LOCAL session_replication_role = origin")


def joint(kind: JointKind, who: Person, *, now: datetime = NOW, role: str = "", **by: Person) -> JointAct:
    """Something done by two administrators, `asked` and `confirmed`, made where none are named."""
    act = people.ask_jointly(
        kind=kind,
        person=who,
        role=role,
        why="as agreed",
        by=by.get("asked") or staff("administrator"),
        now=now,
    )
    people.confirm_jointly(act=act, by=by.get("confirmed") or staff("administrator"), now=now)
    return act


def role(who: Person, code: str, *, now: datetime = NOW, **by: Person) -> StaffAppointment:
    """A staff role given by two administrators."""
    joint(JointKind.GIVE_ROLE, who, now=now, role=code, **by)
    return who.appointments.get(role=code, ends_on__isnull=True)


def member(who: Person | None = None, place: Municipality | None = None, **details: Any) -> Member:
    """A member since 2015."""
    return admit_member(
        person=who or person(born_on=date(1980, 5, 1)),
        municipality=place or municipality(),
        language=details.pop("language", "fr"),
        joined_on=details.pop("joined_on", date(2015, 1, 1)),
        by=None,
        now=NOW,
    )


def organisation(by: Person, name: str = "Les Amis du Square", **details: Any) -> Organisation:
    """An association for which `by` speaks, by papers staff saw unless `confirmed=False`."""
    confirmed = details.pop("confirmed", True)
    legal_form = details.pop("legal_form", LegalForm.ASSOCIATION)
    made = people.register_organisation(name=name, legal_form=legal_form, by=by, now=NOW, **details)
    made.positions.update(starts_on=date(2020, 1, 1))
    if confirmed:
        people.confirm_speaker(
            person=by, organisation=made, document="statutes", by=staff("secretary"), now=NOW
        )
    return made


BYLAW = {
    "rule": "equal-shares",
    "utility": "cost",
    "completion": "add1u",
    "ties": "cost",
    "start": "exact",
    "step": "1",
    "stop": "exhaustive",
}


def call_values(**changes: Any) -> dict[str, Any]:
    """Values of a regional call that takes projects at `NOW`."""
    return {
        "slug": f"call-{next(_numbers)}",
        "track": "regional",
        "region": None,
        "budget_cents": 20_000_00,
        "amount_min_cents": 500_00,
        "amount_max_cents": 3_000_00,
        "applies_from": NOW - timedelta(days=10),
        "applies_until": NOW + timedelta(days=10),
        "check_until": (NOW + timedelta(days=20)).date(),
        "vote_from": NOW + timedelta(days=21),
        "vote_until": NOW + timedelta(days=35),
        "publish_on": (NOW + timedelta(days=37)).date(),
        "voters": "all",
        "form": "approval",
        "choices_min": 1,
        "choices_max": 3,
        "points_total": 0,
        "points_each": 0,
        "bylaw": BYLAW,
        **changes,
    }


def call(*, announced: bool = True, by: Person | None = None, **changes: Any) -> Call:
    """A call with texts in four languages, announced unless told."""
    ambition()
    made = projects.plan_call(by=by, now=NOW, values=call_values(**changes), ambitions=["neighbourhoods"])
    for language in ("fr", "nl", "de", "en"):
        projects.write_call_text(
            call=made,
            language=language,
            title=f"Chaleur de quartier {language}",
            summary="Des projets qui rapprochent.",
            body="Nous soutenons des projets de voisins.",
            easy_text="Vous avez un projet. Nous aidons.",
            by=by,
            now=NOW,
        )
    return projects.announce_call(call=made, by=by, now=NOW) if announced else made


def draft(in_call: Call, applicant: Person, **changes: Any) -> Dossier:
    """A draft with every part written."""
    dossier = projects.start_dossier(
        call=in_call, applicant=applicant, by=applicant, now=NOW, language="fr", token=uuid.uuid4()
    )
    parts: dict[Part, dict[str, Any]] = {
        Part.ORGANISATION: {"organisation": changes.pop("organisation", None) or organisation(applicant)},
        Part.STORY: {
            "title": changes.pop("title", "Un banc pour parler"),
            "summary": "Un banc, des voisins, un café.",
            "story": "Nous posons un banc et nous invitons la rue chaque jeudi.",
        },
        Part.PLACE: {
            "municipality": changes.pop("municipality", None) or municipality(),
            "place_detail": "place du Marché",
            "target_group": "les voisins",
            "starts_on": date(2027, 7, 1),
            "ends_on": date(2027, 12, 1),
        },
        Part.AMBITIONS: {"claims": {"neighbourhoods": "Les voisins se parlent."}},
        Part.COSTS: {"costs": [("bois", changes.get("asked_cents", 1_200_00)), ("café", 300_00)]},
        Part.SUPPORT: {
            "asks": {
                SupportKind.FINANCIAL: (changes.pop("asked_cents", 1_200_00), ""),
                SupportKind.COACHING: (6, "un menuisier"),
            },
            "values_declared": True,
        },
    }
    for part, values in parts.items():
        projects.write_part(dossier=dossier, part=part, values=values, by=applicant, now=NOW)
    dossier.refresh_from_db()
    return dossier


def sent(in_call: Call, applicant: Person | None = None, **changes: Any) -> Dossier:
    """A dossier that was handed in."""
    who = applicant or person(email=f"applicant{next(_numbers)}@example.org")
    dossier = draft(in_call, who, **changes)
    return projects.send_dossier(dossier=dossier, by=who, now=NOW, findings=[])


def admitted(in_call: Call, adviser: Person, applicant: Person | None = None, **changes: Any) -> Dossier:
    """A dossier that goes to the vote."""
    dossier = sent(in_call, applicant, **changes)
    projects.declare_conflict(dossier=dossier, by=adviser, has_conflict=False, text="", now=NOW)
    projects.take_up_dossier(dossier=dossier, by=adviser, now=NOW)
    return projects.admit_dossier(
        dossier=dossier, reason="Le projet répond aux conditions.", by=adviser, now=NOW
    )


def open_ballot(
    *,
    members: int = 3,
    options: int = 4,
    form: Form | None = None,
    budget_cents: int = 20_000_00,
    **changes: Any,
) -> tuple[Ballot, tuple[Sheet, ...]]:
    """An open ballot about nothing in particular, with its committee's sheets; open around `NOW`."""
    for _each in range(members):
        member()
    title = changes.pop("title", "Chose")
    ballot = voting.prepare_ballot(
        subject=f"test:{next(_numbers)}",
        titles=changes.pop("titles", {"fr": "Un vote", "en": "A vote"}),
        form=form or Form("approval", 1, 3),
        budget_cents=budget_cents,
        bylaw=voting.ByLaw.from_json(changes.pop("bylaw", BYLAW)),
        opens_at=changes.pop("opens_at", NOW - timedelta(days=1)),
        closes_at=changes.pop("closes_at", NOW + timedelta(days=7)),
        by=None,
        now=NOW,
    )
    key, sheets = new_committee(3, 2)
    envelope = voting.key_test(subject=ballot.subject, public_key=key, threshold=2)
    ballot = voting.open_ballot(
        ballot=ballot,
        options=[
            voting.NewOption(
                f"thing:{number}", f"{title} {number}", "fr", number * 1_000_00, "neighbourhoods"
            )
            for number in range(1, options + 1)
        ],
        electorate=changes.pop("electorate", Member.objects.all()),
        public_key=key,
        holders=["Ann", "Bo", "Cy"],
        threshold=2,
        answer=answer_in(envelope, sheets),
        by=None,
        now=NOW,
    )
    return ballot, sheets


def committee_for(in_call: Call) -> tuple[dict[str, Any], tuple[Sheet, ...]]:
    """A fresh committee that has tried its sheets: what `open_vote` asks for, and the sheets."""
    key, sheets = new_committee(3, 2)
    envelope = voting.key_test(subject=f"call:{in_call.pk}", public_key=key, threshold=2)
    asked = {"public_key": key, "holders": ["An", "Bo", "Cy"], "threshold": 2}
    return {**asked, "answer": answer_in(envelope, sheets)}, sheets


def committee_as_typed(in_call: Call) -> tuple[dict[str, str], tuple[Sheet, ...]]:
    """The same as typed into the page that opens the vote."""
    committee, sheets = committee_for(in_call)
    key = key_text(committee["public_key"])
    return {
        "public_key": key,
        "holders": "\n".join(committee["holders"]),
        "threshold": "2",
        "answer": committee["answer"],
    }, sheets


def voters(ballot: Ballot) -> list[Voter]:
    """The roll, in order."""
    return list(ballot.voters.select_related("member__person").order_by("id"))


def shares(holder: Member, count: int = 10, share_class: str = "A", **changes: Any) -> Any:
    """A subscription by a member, fully paid; gives the ledger's operation."""
    movement = membership.Movement(
        changes.pop("kind", MovementKind.SUBSCRIPTION),
        share_class,
        changes.pop("day", date(2020, 3, 1)),
        count,
        document="letter:1",
        **changes,
    )
    by = staff("secretary")
    return membership.book_movement(
        member=holder, movement=movement, key=f"test:{next(_numbers)}", by=by, now=NOW
    )

"""Brings in a Pabulib file as a counted call: its projects, its voters, its ballots, sealed and opened like ours.

The ballots are counted again with equal shares. Nothing of the file is changed to make it fit: what our ballots
cannot hold is refused in one line.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from fractions import Fraction
from itertools import count
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.conf.locale import LANG_INFO
from django.db import transaction
from django.utils import timezone
from django.utils.text import slugify

from commonweal.allocation import (
    BallotForm,
    ByLaw,
    Completion,
    Election,
    PabulibError,
    Project,
    Rule,
    Ties,
    Utility,
    read,
)
from commonweal.ambitions.actions import load_published
from commonweal.ambitions.queries import ambitions_on
from commonweal.kernel.days import day_of, moment_at
from commonweal.people.actions import register_organisation, register_person
from commonweal.people.rules import LegalForm
from commonweal.portal.demo.wording import call_texts, shortened, story_of
from commonweal.projects import actions
from commonweal.projects.queries import short_names
from commonweal.voting import actions as voting
from commonweal.voting import committee
from commonweal.voting.queries import sealed_bundle
from commonweal.voting.rules import choices as rules

if TYPE_CHECKING:
    from commonweal.people.models import Organisation, Person
    from commonweal.projects.models import Call
    from commonweal.voting.models import Ballot

Say = Callable[[str], object]
HOLDERS = ("(imported, 1)", "(imported, 2)")
_DAY = re.compile(r"(?:(?P<day>\d{1,2})\.(?P<month>\d{1,2})\.)?(?P<year>\d{4})")
_COUNTRIES = {
    "france": "fr",
    "belgium": "fr",
    "netherlands": "nl",
    "poland": "pl",
    "germany": "de",
    "austria": "de",
}
_REASON = "Published in the file that was imported."


class CannotImport(Exception):
    """The file cannot be brought in; the message is one line that says why."""


@dataclass(frozen=True, slots=True)
class Shape:
    """What our ballot must be for the file's ballots to fit."""

    kind: str
    choices_min: int
    choices_max: int
    points_total: int
    points_each: int
    utility: Utility


def pabulib(path: Path, say: Say = print) -> Call:
    """The counted and decided call made of a Pabulib file. Raises CannotImport; then nothing is kept.

    The same file again makes a second call with another short name.
    """
    try:
        election = read(path)
    except OSError as wrong:
        raise CannotImport(f"{path} cannot be read: {wrong.strerror}.") from wrong
    except PabulibError as wrong:
        raise CannotImport(f"{path.name}: {wrong}") from wrong
    shape = shape_of(election)
    say(f"{len(election.projects)} projects and {len(election.ballots)} ballots read.")
    with transaction.atomic():
        return _brought_in(election, shape, say)


def bylaw_of(shape: Shape) -> ByLaw:
    """Equal shares, completed by raising the shares and then by votes; the cheaper project first in a tie."""
    return ByLaw(rule=Rule.EQUAL_SHARES, utility=shape.utility, completion=Completion.ADD1U, ties=Ties.COST)


def shape_of(election: Election) -> Shape:
    """The ballot form that allows every ballot of the file. Raises CannotImport for what no form of ours holds."""
    if election.form is BallotForm.ORDINAL:
        raise CannotImport("Ranked ballots (vote_type ordinal) have no equal here: ours are ticks or points.")
    if not election.ballots:
        raise CannotImport("The file holds no ballots.")
    lengths = [len(ballot.choices) for ballot in election.ballots]
    _check_projects(election)
    if election.form.has_points:
        return _points_shape(election)
    if min(lengths) < 1:
        raise CannotImport(
            "A ballot in the file chooses nothing; here each ballot names at least one project."
        )
    most = _allowed_length(election, max(lengths))
    return Shape("approval", 1, most, 0, 0, Utility.COST)


def _check_projects(election: Election) -> None:
    if election.budget <= 0:
        raise CannotImport("The budget in the file is not more than zero.")
    for project in election.projects:
        if project.cost <= 0:
            raise CannotImport(f"Project {project.id} has no cost; equal shares cannot divide it.")
        if (project.cost * 100).denominator != 1:
            raise CannotImport(f"Project {project.id} costs a fraction of a cent.")
    if (election.budget * 100).denominator != 1:
        raise CannotImport("The budget is given in fractions of a cent.")
    if len(election.projects) > rules.OPTIONS_MAX:
        raise CannotImport(f"The file has more than {rules.OPTIONS_MAX} projects.")


def _points_shape(election: Election) -> Shape:
    given = [ballot.points or () for ballot in election.ballots]
    if any(points.denominator != 1 or points < 0 for ballot in given for points in ballot):
        raise CannotImport("The file gives negative or broken points; ours are whole numbers from zero up.")
    if election.limits.default_score:
        raise CannotImport("The file gives points to projects that a ballot does not name (default_score).")
    lengths = [sum(1 for points in ballot if points) for ballot in given]
    if min(lengths) < 1:
        raise CannotImport(
            "A ballot in the file gives no points; here each ballot names at least one project."
        )
    each = _whole(election.limits.max_points, max(max(ballot) for ballot in given))
    total = _whole(election.limits.max_sum_points, max(sum(ballot, Fraction(0)) for ballot in given))
    if total > rules.POINTS_MAX:
        raise CannotImport(f"A ballot gives more than {rules.POINTS_MAX} points.")
    most = min(_allowed_length(election, max(lengths)), total)
    return Shape("points", 1, most, total, min(each, total), Utility.POINTS)


def _whole(limit: Fraction | None, found: Fraction) -> int:
    # A published limit is kept where our form can hold it; a huge one only says that there is none.
    return int(limit) if limit is not None and found <= limit <= rules.POINTS_MAX else int(found)


def _allowed_length(election: Election, longest: int) -> int:
    if longest > rules.CHOICES_MAX:
        raise CannotImport(f"A ballot names {longest} projects; ours hold {rules.CHOICES_MAX} at most.")
    limit = election.limits.max_length
    return min(max(limit or longest, longest), rules.CHOICES_MAX, len(election.projects))


def _in_order_of_numbers(projects: tuple[Project, ...]) -> list[Project]:
    """The projects such that the texts of the option numbers sort as the file's own ids do.

    A last tie is decided by comparing ids as text; with this order it falls as it would on the file itself.
    """
    places = sorted(range(1, len(projects) + 1), key=str)
    by_number = dict(zip(places, sorted(projects, key=lambda each: each.id), strict=True))
    return [by_number[number] for number in range(1, len(projects) + 1)]


def _brought_in(election: Election, shape: Shape, say: Say) -> Call:
    now = timezone.now()
    unit = election.meta.get("unit") or election.meta.get("description") or "Pabulib"
    organisation, applicant = _behind(unit, now)
    ordered = _in_order_of_numbers(election.projects)
    call = _announced(election, shape, unit, now)
    actions.import_projects(
        call=call,
        organisation=organisation,
        applicant=applicant,
        projects=[_imported(project, election) for project in ordered],
        reason=_REASON,
        by=None,
        now=now,
    )
    call = actions.end_applications(call=call, by=None, now=now)
    public_key, sheets = committee.new_key(len(HOLDERS), len(HOLDERS))
    references = {ballot.voter_id: ballot for ballot in election.ballots}
    longest = max(len(reference) for reference in references)
    if longest > 80:
        raise CannotImport(f"A voter's name in the file has {longest} characters; there is room for 80.")
    needed = len(HOLDERS)
    envelope = actions.committee_test(call=call, public_key=public_key, threshold=needed, by=None, now=now)
    ballot = actions.open_vote(
        call=call,
        public_key=public_key,
        holders=HOLDERS,
        threshold=needed,
        answer=committee.answer_in(envelope, sheets),
        by=None,
        now=now,
        references=list(references),
    )
    _cast(ballot, election, ordered)
    say("Every ballot is sealed. Counting …")
    call = actions.close_vote(call=call, by=None, now=now)
    ballot = actions.hand_over(call=call, by=None, now=now)
    text = committee.opened_file(sealed_bundle(ballot), sheets)
    actions.bring_in_count(call=call, file=text, by=None, now=now)
    return actions.decide_call(call=call, by=None, now=now)


def _behind(unit: str, now: datetime) -> tuple[Organisation, Person]:
    # Published files name nobody, so nobody is written to: this person is known as erased from the start.
    applicant = register_person(
        given_name="—", family_name=shortened(unit, 80), language="en", erased_at=now, by=None, now=now
    )
    organisation = register_organisation(
        name=shortened(f"Imported: {unit}", 160),
        legal_form=LegalForm.PUBLIC,
        country="",
        by=applicant,
        now=now,
    )
    return organisation, applicant


def _announced(election: Election, shape: Shape, unit: str, now: datetime) -> Call:
    load_published()
    codes = [each.code for each in ambitions_on(day_of(timezone.now()), "en")]
    costs = [int(project.cost * 100) for project in election.projects]
    budget_cents = int(election.budget * 100)
    begins, ends = days_of(election, now)
    values: dict[str, Any] = {
        "slug": _free_slug(f"{unit} {election.meta.get('instance', '')}"),
        "track": "regional",
        "budget_cents": budget_cents,
        "amount_min_cents": min(*costs, budget_cents),
        "amount_max_cents": min(max(costs), budget_cents),
        "applies_from": begins - timedelta(days=30),
        "applies_until": begins - timedelta(days=15),
        "check_until": day_of(begins) - timedelta(days=1),
        "vote_from": begins,
        "vote_until": ends,
        "publish_on": day_of(ends) + timedelta(days=1),
        "voters": "all",
        "form": shape.kind,
        "choices_min": shape.choices_min,
        "choices_max": shape.choices_max,
        "points_total": shape.points_total,
        "points_each": shape.points_each,
        "bylaw": bylaw_of(shape).to_json(),
    }
    call = actions.plan_call(by=None, now=now, values=values, ambitions=codes)
    for text in call_texts(election, unit):
        actions.write_call_text(call=call, by=None, now=now, **text)
    return actions.announce_call(call=call, by=None, now=now)


def days_of(election: Election, now: datetime) -> tuple[datetime, datetime]:
    """When the vote began and ended, by the file (`11.09.2019` or `2022`); without usable days, yesterday."""
    first = _day(election.meta.get("date_begin", ""), 1, 1)
    last = _day(election.meta.get("date_end", ""), 12, 31)
    if first and last and first <= last and last < day_of(now):
        return moment_at(first, time(0)), moment_at(last, time(23, 59))
    return now - timedelta(days=1), now - timedelta(minutes=1)


def _day(text: str, month: int, day: int) -> date | None:
    found = _DAY.fullmatch(text.strip())
    if not found:
        return None
    try:
        return date(int(found["year"]), int(found["month"] or month), int(found["day"] or day))
    except ValueError:
        return None


def _free_slug(text: str) -> str:
    stem = slugify(text)[:50].strip("-") or "imported"
    taken = short_names(stem)
    numbered = (stem if number == 1 else f"{stem}-{number}" for number in count(1))
    return next(slug for slug in numbered if slug not in taken)


def language_of(election: Election) -> str:
    """The language the projects are written in, as far as the file or its country says; else English."""
    said = election.meta.get("language", "").strip().lower()[:2]
    guessed = said or _COUNTRIES.get(election.meta.get("country", "").strip().lower(), "")
    return guessed if guessed in LANG_INFO else "en"


def _imported(project: Project, election: Election) -> actions.ImportedProject:
    name = project.name or project.id
    return actions.ImportedProject(
        title=shortened(name, 120),
        summary=shortened(name, 300),
        story=story_of(project),
        language=language_of(election),
        cost_cents=int(project.cost * 100),
        place_detail=project.fields.get("subunit")
        or project.fields.get("district")
        or election.meta.get("unit", ""),
    )


def _cast(ballot: Ballot, election: Election, ordered: list[Project]) -> None:
    numbers = {project.id: number for number, project in enumerate(ordered, start=1)}
    lines = {voter.reference: voter for voter in ballot.voters.select_related("vote")}
    votes = []
    for each in election.ballots:
        points = each.points or (Fraction(1),) * len(each.choices)
        choice = rules.tidy(
            (numbers[code], int(given)) for code, given in zip(each.choices, points, strict=True)
        )
        votes.append(voting.BroughtVote(lines[each.voter_id], choice, ballot.opens_at))
    voting.cast_many(ballot=ballot, votes=votes, by=None, now=timezone.now())

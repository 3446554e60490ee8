"""Reads of ballots, the roll, sealed envelopes and counts. Never opens an envelope."""

from __future__ import annotations

import hashlib
import json
from functools import lru_cache
from types import MappingProxyType
from typing import TYPE_CHECKING, Any

from django.db.models import Count as CountOf
from django.db.models import F, Func, IntegerField, Q, QuerySet

from commonweal.membership.queries import members_matching
from commonweal.people.queries import history_of
from commonweal.voting.counting import RESULT_FORMAT, result_of
from commonweal.voting.models import Ballot, Count, Envelope, Option, PaperSheet, Vote, Voter
from commonweal.voting.rules.frozen import canonical
from commonweal.voting.rules.published import is_shelf, votes_in
from commonweal.voting.rules.turnout import UNKNOWN, Group, kept_turnout, shown_turnout
from commonweal.voting.states import BallotState

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Mapping
    from datetime import date

    from commonweal.membership.models import Member
    from commonweal.people.models import Person


BUNDLE_FORMAT = "commonweal-sealed-ballots/1"


def definition(ballot: Ballot) -> dict[str, Any]:
    """All that is frozen when a ballot opens, as plain data; its hash is `frozen_hash`."""
    return {
        "subject": ballot.subject,
        "titles": ballot.titles,
        "form": {
            "kind": ballot.form,
            "choices_min": ballot.choices_min,
            "choices_max": ballot.choices_max,
            "points_total": ballot.points_total,
            "points_each": ballot.points_each,
        },
        "budget_cents": ballot.budget_cents,
        "bylaw": ballot.bylaw,
        "region": ballot.region_id,
        "opens_at": ballot.opens_at.isoformat(),
        "closes_at": ballot.closes_at.isoformat(),
        "public_key": bytes(ballot.public_key or b"").hex(),
        "holders": ballot.holders,
        "threshold": ballot.threshold,
        "options": list(
            ballot.options.order_by("number").values(
                "number", "subject", "title", "language", "cost_cents", "category", "places"
            )
        ),
        "electorate": _roll_fingerprint(ballot),
    }


def _roll_fingerprint(ballot: Ballot) -> dict[str, Any]:
    digest = hashlib.sha256()
    count = 0
    lines = ballot.voters.order_by("member__number", "reference").values_list("member__number", "reference")
    for number, reference in lines.iterator(chunk_size=20_000):
        digest.update(f"{number or reference}\n".encode())
        count += 1
    return {"count": count, "sha256": digest.hexdigest()}


@lru_cache(maxsize=8)
def _definition_written(frozen_hash: str, pk: int) -> bytes:
    return canonical(definition(Ballot.objects.get(pk=pk)))


def definition_file(ballot: Ballot) -> bytes:
    """The frozen definition in its canonical form: its SHA-256 is the ballot's `frozen_hash`.

    Remembered by that hash, because writing it reads the whole roll.
    """
    return _definition_written(ballot.frozen_hash, ballot.pk)


def options_of(ballot: Ballot) -> Mapping[int, Option]:
    """Number -> option of the whole ballot, by rising number; the numbers a voter chose are looked up in it.

    A choice must never be part of a query: the server shows, logs and (when a backend dies) writes down its text.
    Remembered by the frozen hash, because an opened ballot's options do not change: no query from the second time on.
    """
    if ballot.state == BallotState.PREPARED:
        return _options_by_number(ballot.pk)
    return _options_kept(ballot.frozen_hash, ballot.pk)


def costs_of(ballot: Ballot) -> Mapping[int, int]:
    """Option number -> cost in cents, by rising number; remembered as `options_of`."""
    if ballot.state == BallotState.PREPARED:
        return _costs_by_number(_options_by_number(ballot.pk))
    return _costs_kept(ballot.frozen_hash, ballot.pk)


def _options_by_number(pk: int) -> Mapping[int, Option]:
    options = Option.objects.filter(ballot_id=pk).order_by("number")
    return MappingProxyType({option.number: option for option in options})


def _costs_by_number(options: Mapping[int, Option]) -> Mapping[int, int]:
    return MappingProxyType({number: option.cost_cents for number, option in options.items()})


@lru_cache(maxsize=8)
def _options_kept(_frozen_hash: str, pk: int) -> Mapping[int, Option]:
    return _options_by_number(pk)


@lru_cache(maxsize=8)
def _costs_kept(frozen_hash: str, pk: int) -> Mapping[int, int]:
    return _costs_by_number(_options_kept(frozen_hash, pk))


def voter_of(ballot: Ballot, member: Member | None) -> Voter | None:
    """The member's line on the roll, with the vote if there is one."""
    if member is None:
        return None
    return ballot.voters.filter(member=member).select_related("vote").first()


def lines_of(person: Person | None, ballots: Iterable[Ballot]) -> dict[int, Voter]:
    """Ballot key -> the person's line on its roll, with the vote if there is one; one query, none for a visitor.

    A roll holds those who were members when the ballot opened, so the line stays when someone leaves.
    """
    if person is None:
        return {}
    lines = Voter.objects.filter(member__person=person, ballot__in=[ballot.pk for ballot in ballots])
    return {line.ballot_id: line for line in lines.select_related("vote", "member")}


def lines_matching(ballot: Ballot, text: str, day: date) -> list[tuple[Member, Voter | None]]:
    """Members by number or name, each with their line on the roll (and vote) or None; two queries."""
    members = list(members_matching(text, day))
    lines = ballot.voters.filter(member__in=members).select_related("vote")
    line_by_member = {line.member_id: line for line in lines}
    return [(member, line_by_member.get(member.pk)) for member in members]


def line_on_roll(ballot: Ballot, pk: int) -> Voter | None:
    """A line of the ballot's roll by key, with its member and vote."""
    lines = ballot.voters.select_related(
        "member__person", "member__organisation", "member__municipality", "vote"
    )
    return lines.filter(pk=pk).first()


def votes_waiting_for(member: Member) -> list[Ballot]:
    """Open ballots in which the member may vote and has not yet."""
    waiting = Ballot.objects.filter(state=BallotState.OPEN, voters__member=member, voters__vote__isnull=True)
    return list(waiting.order_by("closes_at"))


def public_ballots() -> Any:
    """Ballots everyone may see, newest first."""
    return Ballot.objects.exclude(state=BallotState.PREPARED).order_by("-closes_at", "id")


def ballot_about(subject: str) -> Ballot | None:
    """The ballot about something (`call:3`), if there is one."""
    return Ballot.objects.filter(subject=subject).first()


def vote_figures(ballot: Ballot) -> dict[str, int]:
    """Voters on the roll, votes in, paper ballots handed out, and paper sheets typed twice."""
    votes = Vote.objects.filter(voter__ballot=ballot).aggregate(
        all=CountOf("id"), paper=CountOf("id", filter=Q(channel="paper"))
    )
    return {
        "voters": ballot.voters.count(),
        "votes": votes["all"],
        "paper": votes["paper"],
        "sheets": PaperSheet.objects.filter(ballot=ballot, second_at__isnull=False).count(),
        "waiting": PaperSheet.objects.filter(ballot=ballot, second_at__isnull=True).count(),
    }


def sheets_dropped(ballot: Ballot) -> list[int]:
    """The numbers of sheets whose first typing was dropped and that nobody typed since, rising."""
    dropped = history_of(f"ballot:{ballot.pk}").filter(name="PaperSheetDropped")
    numbers = set(dropped.values_list("data__sheet", flat=True))
    return sorted(numbers - set(PaperSheet.objects.filter(ballot=ballot).values_list("number", flat=True)))


def paper_not_counted(ballot: Ballot, count: Count) -> dict[str, int]:
    """Paper ballots that were handed out and not counted: `missing` did not come back, `untyped` did and were not typed.

    Only the numbers are known: a sheet is tied to nobody, so no group can say whose paper it was. No query where every
    paper ballot was counted.
    """
    in_box = count.votes_count + count.left_out_count
    without = sum(group["votes"] for group in count.turnout["region"]) - in_box
    untyped = min(len(sheets_dropped(ballot)), without) if without else 0
    return {"missing": without - untyped, "untyped": untyped}


def sheets_waiting(ballot: Ballot) -> QuerySet[PaperSheet]:
    """Paper sheets typed once, by number."""
    waiting = PaperSheet.objects.filter(ballot=ballot, second_at__isnull=True)
    return waiting.select_related("first_by").order_by("number")


def envelopes_in(ballot: Ballot) -> int:
    """How many envelopes lie in a ballot's box."""
    return Envelope.objects.filter(ballot=ballot).count()


def envelopes_of(ballot: Ballot) -> Iterator[bytes]:
    """The sealed envelopes of a ballot, sorted by their own bytes."""
    sealed = Envelope.objects.filter(ballot=ballot).order_by("sealed").values_list("sealed", flat=True)
    return (bytes(each) for each in sealed.iterator(chunk_size=2_000))


def sealed_lines(ballot: Ballot) -> Iterator[str]:
    """`sealed_bundle` as JSON in pieces, for a box too large to hold at once."""
    head = {"format": BUNDLE_FORMAT, "definition": definition(ballot), "frozen_hash": ballot.frozen_hash}
    yield json.dumps(head, ensure_ascii=False)[:-1] + ', "envelopes": ['
    for place, envelope in enumerate(envelopes_of(ballot)):
        yield f'{"," if place else ""}\n"{envelope.hex()}"'
    yield "]}\n"


def sealed_bundle(ballot: Ballot) -> dict[str, Any]:
    """All envelopes of a ballot without names, doors or times, sorted by their own bytes, for the committee."""
    return {
        "format": BUNDLE_FORMAT,
        "definition": definition(ballot),
        "frozen_hash": ballot.frozen_hash,
        "envelopes": [each.hex() for each in envelopes_of(ballot)],
    }


def turnout(ballot: Ballot) -> dict[str, list[dict[str, Any]]]:
    """Voters and votes by region, age band and door, groups merged in which few voted.

    Raises ValueError while votes come in: two looks at a group would show who voted in between.
    """
    if ballot.state in (BallotState.PREPARED, BallotState.OPEN):
        raise ValueError("turnout is counted once the ballot is closed")
    by_group = {}
    for name, field in (("region", "region"), ("age", "age_band")):
        rows = (
            ballot.voters.values_list(field)
            .annotate(voters=CountOf("id"), votes=CountOf("vote"))
            .order_by(field)
        )
        by_group[name] = [Group(code or UNKNOWN, voters, votes) for code, voters, votes in rows]
    doors = (
        Vote.objects.filter(voter__ballot=ballot)
        .values_list("channel")
        .annotate(n=CountOf("id"))
        .order_by("channel")
    )
    by_group["door"] = [Group(code, votes, votes) for code, votes in doors]
    return kept_turnout(by_group)


def count_of(ballot: Ballot) -> Count | None:
    """The count, once there is one, without its file.

    A result kept in an earlier shape is counted again from the file it was made of, once a process; a turnout kept under
    an earlier rule is put together by today's. The row stays.
    """
    count = Count.objects.defer("file").filter(ballot=ballot).first()
    if count:
        count.turnout = shown_turnout(count.turnout)
    if count and count.result.get("format") != RESULT_FORMAT:
        count.result = _counted_again(count.file_hash, ballot.pk)
    return count


@lru_cache(maxsize=8)
def _counted_again(_file_hash: str, pk: int) -> dict[str, Any]:
    ballot = Ballot.objects.get(pk=pk)
    return result_of(definition(ballot), ballot.frozen_hash, published_file(ballot), as_written=False)


def published_file(ballot: Ballot) -> str:
    """The published ballot file in Pabulib format. Raises Count.DoesNotExist before there is one."""
    return Count.objects.values_list("file", flat=True).get(ballot=ballot)


def counted_facts(ballots: Iterable[Ballot]) -> dict[int, dict[str, Any]]:
    """Ballot key -> `winners`, `losers`, `satisfied` of its count, without reading whole results; one query."""

    def length(path: str) -> Func:
        return Func(F(path), function="jsonb_array_length", output_field=IntegerField())

    rows = Count.objects.filter(ballot__in=[ballot.pk for ballot in ballots]).annotate(
        winners=length("result__outcome__winners"), losers=length("result__outcome__losers")
    )
    found = rows.values_list("ballot_id", "winners", "losers", "result__satisfied")
    return {
        ballot: {"winners": winners, "losers": losers, "satisfied": satisfied}
        for ballot, winners, losers, satisfied in found
    }


@lru_cache(maxsize=8)
def _shelf_written(file_hash: str, pk: int, shelf: str) -> bytes:
    count = Count.objects.select_related("ballot").get(ballot_id=pk)
    outcome = count.result["outcome"]
    rounds = [{key: found[key] for key in ("project", "phase", "price")} for found in outcome["rounds"]]
    options = options_of(count.ballot)
    content = {
        "outcome": {**{key: outcome[key] for key in ("bylaw", "endowment", "winners")}, "rounds": rounds},
        "options": {
            str(n): [option.cost_cents, option.title, option.language] for n, option in options.items()
        },
        "votes": votes_in(count.file, shelf),
    }
    return json.dumps(content, ensure_ascii=False, separators=(",", ":")).encode()


def votes_shelf(count: Count, shelf: str) -> bytes | None:
    """The published votes of one shelf as JSON, with what is needed to replay them; None for no such shelf."""
    if not is_shelf(shelf, count.votes_count):
        return None
    return _shelf_written(count.file_hash, count.ballot_id, shelf)

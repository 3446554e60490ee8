"""Reads of ballots, the roll, sealed envelopes and counts. Never opens an envelope."""

from __future__ import annotations

import hashlib
import json
from typing import TYPE_CHECKING, Any

from django.db.models import Count as CountOf
from django.db.models import Q

from commonweal.voting.models import Ballot, Count, Envelope, Option, PaperSheet, Vote, Voter
from commonweal.voting.rules.turnout import Group, merged
from commonweal.voting.states import BallotState

if TYPE_CHECKING:
    from collections.abc import Iterator

    from commonweal.membership.models import Member

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
                "number", "subject", "title", "language", "cost_cents", "category", "place"
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


def fingerprint(definition: dict[str, Any]) -> str:
    """SHA-256 of a definition in its canonical JSON form, in hexadecimal."""
    canonical = json.dumps(definition, sort_keys=True, ensure_ascii=False, separators=(",", ":"))
    return hashlib.sha256(canonical.encode()).hexdigest()


def options_of(ballot: Ballot) -> list[Option]:
    """The ballot's options by number."""
    return list(ballot.options.order_by("number"))


def costs_of(ballot: Ballot) -> dict[int, int]:
    """Option number -> cost in cents."""
    return dict(ballot.options.values_list("number", "cost_cents"))


def voter_of(ballot: Ballot, member: Member | None) -> Voter | None:
    """The member's line on the roll, with the vote if there is one."""
    if member is None:
        return None
    return ballot.voters.filter(member=member).select_related("vote").first()


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


def sealed_bundle(ballot: Ballot) -> dict[str, Any]:
    """All envelopes of a ballot without names, doors or times, sorted by their own bytes, for the committee."""
    envelopes: Iterator[Any] = (
        Envelope.objects.filter(ballot=ballot).order_by("sealed").values_list("sealed", flat=True).iterator()
    )
    return {
        "format": BUNDLE_FORMAT,
        "definition": definition(ballot),
        "frozen_hash": ballot.frozen_hash,
        "envelopes": [bytes(sealed).hex() for sealed in envelopes],
    }


def turnout(ballot: Ballot) -> dict[str, list[dict[str, Any]]]:
    """Voters and votes by region, age band and door, small groups merged."""
    by_group = {}
    for name, field in (("region", "region"), ("age", "age_band")):
        rows = ballot.voters.values_list(field).annotate(voters=CountOf("id"), votes=CountOf("vote")).order_by(field)
        by_group[name] = merged(Group(code or "unknown", voters, votes) for code, voters, votes in rows)
    doors = Vote.objects.filter(voter__ballot=ballot).values_list("channel").annotate(n=CountOf("id")).order_by("channel")
    by_group["door"] = merged(Group(code, votes, votes) for code, votes in doors)
    return {
        name: [{"code": g.code, "voters": g.voters, "votes": g.votes} for g in groups]
        for name, groups in by_group.items()
    }


def count_of(ballot: Ballot) -> Count | None:
    """The count, once there is one, without its file."""
    return Count.objects.defer("file").filter(ballot=ballot).first()


def published_file(ballot: Ballot) -> str:
    """The published ballot file in Pabulib format. Raises Count.DoesNotExist before there is one."""
    return Count.objects.values_list("file", flat=True).get(ballot=ballot)

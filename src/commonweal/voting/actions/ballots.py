"""The life of a ballot: prepared, opened and frozen, closed, counted, published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction

from commonweal.allocation import ByLaw
from commonweal.kernel.days import day_of
from commonweal.kernel.periods import age_on
from commonweal.people.actions import record
from commonweal.voting import queries
from commonweal.voting.actions.flows import BALLOTS, Counted, FileRefused, Opening, frozen
from commonweal.voting.actions.wrong_files import wrong_file_words
from commonweal.voting.counting import WrongFile, result_of
from commonweal.voting.models import Ballot, Count, Option
from commonweal.voting.rules.bundles import box_fingerprint
from commonweal.voting.rules.choices import Form
from commonweal.voting.rules.frozen import fingerprint
from commonweal.voting.rules.turnout import age_band
from commonweal.voting.states import BallotState

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from commonweal.membership.models import Member
    from commonweal.people.models import Person


@dataclass(frozen=True, slots=True)
class NewOption:
    """An option to put on a ballot; `places` are the names, by language, of where it is."""

    subject: str
    title: str
    language: str
    cost_cents: int
    category: str = ""
    places: Mapping[str, str] = field(default_factory=dict)


@transaction.atomic
def prepare_ballot(
    *,
    subject: str,
    titles: dict[str, str],
    form: Form,
    budget_cents: int,
    bylaw: ByLaw,
    opens_at: datetime,
    closes_at: datetime,
    by: Person | None,
    now: datetime,
    region: Any = None,
) -> Ballot:
    """A ballot in preparation about `subject`; preparing again replaces the settings while it is not open.

    Raises BallotFrozen.
    """
    ballot = Ballot.objects.select_for_update().filter(subject=subject).first() or Ballot(subject=subject)
    if ballot.state != BallotState.PREPARED:
        raise frozen()
    ballot.titles, ballot.region, ballot.bylaw = titles, region, bylaw.to_json()
    ballot.form, ballot.budget_cents = form.kind, budget_cents
    ballot.choices_min, ballot.choices_max = form.choices_min, form.choices_max
    ballot.points_total, ballot.points_each = form.points_total, form.points_each
    ballot.opens_at, ballot.closes_at = opens_at, closes_at
    ballot.save()
    record("BallotPrepared", f"ballot:{ballot.pk}", by=by, at=now)
    return ballot


@transaction.atomic
def open_ballot(
    *,
    ballot: Ballot,
    options: Sequence[NewOption],
    electorate: QuerySet[Member],
    public_key: bytes,
    holders: Sequence[str],
    threshold: int,
    by: Person | None,
    now: datetime,
    answer: str = "",
    references: Iterable[str] = (),
) -> Ballot:
    """Puts the options and the roll on the ballot, freezes everything under one hash, and lets voting begin.

    `answer` is what the holders found in the test envelope (`key_test`): a key whose sheets were not tried may
    be one that nobody can open. `references` name the voters of an imported ballot, who are not members here.
    Raises CannotOpen, BallotFrozen.
    """
    ballot = BALLOTS.hold(ballot.pk, "open", by=by, now=now)
    opening = Opening(len(options), tuple(holders), threshold, public_key, answer)
    BALLOTS.check(ballot, "open", by=by, now=now, context=opening)
    Option.objects.bulk_create(
        Option(
            ballot=ballot,
            number=number,
            subject=option.subject,
            title=option.title,
            language=option.language,
            cost_cents=option.cost_cents,
            category=option.category,
            places=dict(option.places),
        )
        for number, option in enumerate(options, start=1)
    )
    _fill_roll(ballot, electorate, references, now)
    ballot.public_key, ballot.holders, ballot.threshold = public_key, list(holders), threshold
    ballot.frozen_hash = fingerprint(queries.definition(ballot))
    return BALLOTS.move(ballot, "open", by=by, now=now, data={"frozen_hash": ballot.frozen_hash})


def _fill_roll(
    ballot: Ballot, electorate: QuerySet[Member], references: Iterable[str], now: datetime
) -> None:
    day = day_of(now)
    # Read whole before writing: one connection cannot answer a query while it takes in a COPY.
    lines = list(electorate.values_list("pk", "municipality__region_id", "person__born_on").order_by("pk"))
    with (
        connection.cursor() as cursor,
        cursor.copy(
            "COPY voting_voter (ballot_id, member_id, reference, region, age_band) FROM STDIN"
        ) as copy,
    ):
        for member, region, born_on in lines:
            copy.write_row(
                (ballot.pk, member, "", region or "", age_band(age_on(born_on, day) if born_on else None))
            )
        for reference in references:
            copy.write_row((ballot.pk, None, reference, "", ""))


@transaction.atomic
def close_ballot(*, ballot: Ballot, by: Person | None, now: datetime) -> Ballot:
    """Ends voting at or after the announced hour; `by=None` is the clock. Raises NotAllowed before it."""
    held = BALLOTS.hold(ballot.pk, "close", by=by, now=now)
    return BALLOTS.move(held, "close", by=by, now=now)


@transaction.atomic
def hand_over(*, ballot: Ballot, by: Person | None, now: datetime) -> Ballot:
    """Ends the typing of paper sheets and publishes the fingerprint of the box, before anybody gets its envelopes.

    With it the committee knows that what it is asked to open is this box: nothing taken out, nothing added.
    Done twice, it stays as it was. Raises NotAllowed, SheetsWaiting.
    """
    ballot = BALLOTS.hold(ballot.pk, "hand_over", by=by, now=now, done=(BallotState.HANDED_OVER,))
    if ballot.state == BallotState.HANDED_OVER:
        return ballot
    BALLOTS.check(ballot, "hand_over", by=by, now=now)
    ballot.box_hash = box_fingerprint(queries.envelopes_of(ballot))
    return BALLOTS.move(ballot, "hand_over", by=by, now=now, data={"box_hash": ballot.box_hash})


@transaction.atomic
def accept_count(
    *,
    ballot: Ballot,
    file: str,
    by: Person | None,
    now: datetime,
) -> Count:
    """Takes in the file the committee opened, checks that it is this ballot's and complete, and keeps the result.

    Raises FileRefused, NotAllowed.
    """
    ballot = BALLOTS.hold(ballot.pk, "count", by=by, now=now)
    try:
        kept = result_of(queries.definition(ballot), ballot.frozen_hash, file)
    except WrongFile as wrong:
        raise FileRefused(wrong_file_words(wrong)) from wrong
    left_out = kept.get("left_out", [])
    counted = Counted(kept["votes"], tuple(left_out))
    BALLOTS.check(ballot, "count", by=by, now=now, context=counted)
    count = Count.objects.create(
        ballot=ballot,
        file=file,
        file_hash=hashlib.sha256(file.encode()).hexdigest(),
        votes_count=kept["votes"],
        left_out_count=len(left_out),
        result=kept,
        turnout=queries.turnout(ballot),
        counted_at=now,
    )
    data = {"file_hash": count.file_hash, "votes": count.votes_count, "left_out": len(left_out)}
    BALLOTS.move(ballot, "count", by=by, now=now, data=data)
    return count


@transaction.atomic
def publish_result(*, ballot: Ballot, by: Person | None, now: datetime) -> Ballot:
    """Shows the result to everyone."""
    held = BALLOTS.hold(ballot.pk, "publish", by=by, now=now)
    return BALLOTS.move(held, "publish", by=by, now=now)

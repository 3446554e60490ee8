"""The life of a ballot: prepared, opened and frozen, closed, counted, published."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import connection, transaction
from django.utils.translation import gettext_lazy as _
from django.utils.translation import ngettext

from commonweal.allocation import ByLaw
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal, no
from commonweal.kernel.periods import age_on
from commonweal.people.access import demand, may
from commonweal.people.actions import record
from commonweal.people.rules import Act
from commonweal.voting import queries
from commonweal.voting.actions.keys import CannotOpen, check_answer
from commonweal.voting.actions.wrong_files import wrong_file_words
from commonweal.voting.counting import WrongFile, result_of
from commonweal.voting.models import Ballot, Count, Envelope, Option
from commonweal.voting.rules.bundles import box_fingerprint
from commonweal.voting.rules.choices import OPTIONS_MAX, Form
from commonweal.voting.rules.frozen import fingerprint
from commonweal.voting.rules.holders import named_twice
from commonweal.voting.rules.turnout import age_band
from commonweal.voting.states import BALLOT, NOT_HANDED_OVER, BallotState

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from commonweal.membership.models import Member
    from commonweal.people.models import Person


class BallotFrozen(Refusal):
    """The ballot is open or over; its form, rule, roll and options no longer change."""

    code = "ballot_frozen"


class SheetsWaiting(Refusal):
    """Paper sheets were typed once only."""

    code = "sheets_waiting"


class FileRefused(Refusal):
    """The opened ballots brought in do not belong to this ballot, or are not complete."""

    code = "file_refused"


@dataclass(frozen=True, slots=True)
class NewOption:
    """An option to put on a ballot; `places` are the names, by language, of where it is."""

    subject: str
    title: str
    language: str
    cost_cents: int
    category: str = ""
    places: Mapping[str, str] = field(default_factory=dict)


def _locked(ballot: Ballot) -> Ballot:
    return Ballot.objects.select_for_update().get(pk=ballot.pk)


def _moved(
    ballot: Ballot, move: str, by: Person | None, now: datetime, data: dict[str, Any] | None = None
) -> None:
    demand(BALLOT.permits(ballot.state, move))
    ballot.state = BALLOT.move(move).target
    ballot.save()
    name = {
        "open": "BallotOpened",
        "close": "BallotClosed",
        "hand_over": "BoxHandedOver",
        "count": "BallotCounted",
        "publish": "ResultPublished",
    }
    record(name[move], f"ballot:{ballot.pk}", by=by, at=now, data=data)


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
        raise BallotFrozen(
            _("The vote is open or over: its rules no longer change. Everyone votes under the same ones.")
        )
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
    ballot = _locked(ballot)
    if ballot.state != BallotState.PREPARED:
        raise BallotFrozen(
            _("The vote is open or over: its rules no longer change. Everyone votes under the same ones.")
        )
    if not 1 <= len(options) <= OPTIONS_MAX:
        raise CannotOpen(_("A vote needs at least one project to choose from."))
    if not 2 <= threshold <= len(holders):
        raise CannotOpen(_("There are fewer holders than are needed to open the ballots."))
    if named_twice(holders) is not None or not all(name.strip() for name in holders):
        raise CannotOpen(_("Each sheet of the committee has a holder of its own, with a name."))
    check_answer(subject=ballot.subject, public_key=public_key, threshold=threshold, answer=answer)
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
    _moved(ballot, "open", by, now, {"frozen_hash": ballot.frozen_hash})
    return ballot


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
    if by is not None:
        demand(may(by, Act.CLOSE_BALLOTS, day_of(now)))
    ballot = _locked(ballot)
    if now < ballot.closes_at:
        demand(no("too_early", _("The vote stays open until the announced hour; people count on it.")))
    _moved(ballot, "close", by, now)
    return ballot


@transaction.atomic
def hand_over(*, ballot: Ballot, by: Person | None, now: datetime) -> Ballot:
    """Ends the typing of paper sheets and publishes the fingerprint of the box, before anybody gets its envelopes.

    With it the committee knows that what it is asked to open is this box: nothing taken out, nothing added.
    Done twice, it stays as it was. Raises NotAllowed, SheetsWaiting.
    """
    if by is not None:
        demand(may(by, Act.CLOSE_BALLOTS, day_of(now)))
    ballot = _locked(ballot)
    if ballot.state == BallotState.HANDED_OVER:
        return ballot
    if ballot.state in NOT_HANDED_OVER - {BallotState.CLOSED}:
        demand(no("not_closed", _("The box is handed over once the vote is closed.")))
    if queries.vote_figures(ballot)["waiting"]:
        raise SheetsWaiting(
            _(
                "Some paper sheets still wait for their second typing. Once counters have typed them, hand over the box."
            )
        )
    ballot.box_hash = box_fingerprint(queries.envelopes_of(ballot))
    _moved(ballot, "hand_over", by, now, {"box_hash": ballot.box_hash})
    return ballot


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
    if by is not None:
        demand(may(by, Act.PUBLISH_RESULTS, day_of(now)))
    ballot = _locked(ballot)
    if ballot.state == BallotState.CLOSED:
        raise FileRefused(
            _("First hand over the box, on the page of the call; the committee opens its envelopes.")
        )
    demand(BALLOT.permits(ballot.state, "count"))
    try:
        kept = result_of(queries.definition(ballot), ballot.frozen_hash, file)
    except WrongFile as wrong:
        raise FileRefused(wrong_file_words(wrong)) from wrong
    envelopes = Envelope.objects.filter(ballot=ballot).count()
    places = kept.get("left_out", [])
    left_out = len(places)
    if kept["votes"] + left_out != envelopes or max(places, default=0) > envelopes:
        raise FileRefused(
            ngettext(
                "The file holds one ballot, the box %(expected)s. Open the box again and bring the new file.",
                "The file holds %(found)s ballots, the box %(expected)s. Open the box again and bring the new file.",
                kept["votes"],
            )
            % {"found": kept["votes"], "expected": envelopes}
        )
    count = Count.objects.create(
        ballot=ballot,
        file=file,
        file_hash=hashlib.sha256(file.encode()).hexdigest(),
        votes_count=kept["votes"],
        left_out_count=left_out,
        result=kept,
        turnout=queries.turnout(ballot),
        counted_at=now,
    )
    _moved(
        ballot,
        "count",
        by,
        now,
        {"file_hash": count.file_hash, "votes": count.votes_count, "left_out": left_out},
    )
    return count


@transaction.atomic
def publish_result(*, ballot: Ballot, by: Person | None, now: datetime) -> Ballot:
    """Shows the result to everyone."""
    if by is not None:
        demand(may(by, Act.PUBLISH_RESULTS, day_of(now)))
    ballot = _locked(ballot)
    _moved(ballot, "publish", by, now)
    return ballot

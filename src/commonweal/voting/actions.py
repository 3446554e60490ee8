"""What may be done with ballots: prepare, open, cast, enter paper, close, bring in the count, publish.

No action ever stores, logs or records a choice in clear, nor a tracking code.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import IntegrityError, connection, transaction
from django.utils.translation import gettext as translated
from django.utils.translation import gettext_lazy as _

from commonweal.allocation import ByLaw
from commonweal.kernel.decision import Refusal, demand, no
from commonweal.kernel.periods import age_on
from commonweal.people.access import may
from commonweal.people.actions import record
from commonweal.people.rules import Act, Channel
from commonweal.voting import queries
from commonweal.voting.access import may_vote
from commonweal.voting.counting import WrongFile, result_of
from commonweal.voting.models import Ballot, Count, Envelope, Option, PaperSheet, Vote, Voter
from commonweal.voting.rules.choices import OPTIONS_MAX, Choice, Form, allowed
from commonweal.voting.rules.envelopes import ALPHABET, code_from, packed
from commonweal.voting.rules.turnout import age_band
from commonweal.voting.sealing import SALT_LENGTH, commitment, sealed
from commonweal.voting.states import BALLOT, BallotState

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from commonweal.membership.models import Member
    from commonweal.people.models import Person


class BallotFrozen(Refusal):
    """The ballot is open or over; its form, rule, roll and options no longer change."""

    code = "ballot_frozen"


class ChoiceNotAllowed(Refusal):
    """The choice does not fit the ballot form."""

    code = "choice_not_allowed"


class SheetTrouble(Refusal):
    """A paper sheet cannot be entered like this."""

    code = "sheet_trouble"


class CannotOpen(Refusal):
    """The ballot lacks something it needs before it opens."""

    code = "cannot_open"


class FileRefused(Refusal):
    """The opened ballots brought in do not belong to this ballot, or are not complete."""

    code = "file_refused"


@dataclass(frozen=True, slots=True)
class NewOption:
    """An option to put on a ballot."""

    subject: str
    title: str
    language: str
    cost_cents: int
    category: str = ""
    place: str = ""


def _locked(ballot: Ballot) -> Ballot:
    return Ballot.objects.select_for_update().get(pk=ballot.pk)


def _moved(ballot: Ballot, move: str, by: Person | None, now: datetime, data: dict[str, Any] | None = None) -> None:
    demand(BALLOT.permits(ballot.state, move))
    ballot.state = BALLOT.move(move).target
    ballot.save()
    name = {"open": "BallotOpened", "close": "BallotClosed", "count": "BallotCounted", "publish": "ResultPublished"}
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
        raise BallotFrozen(_("The vote is open or over: its rules no longer change. Everyone votes under the same ones."))
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
    references: Iterable[str] = (),
) -> Ballot:
    """Puts the options and the roll on the ballot, freezes everything under one hash, and lets voting begin.

    `references` name the voters of an imported ballot, who are not members here.
    Raises CannotOpen, BallotFrozen.
    """
    ballot = _locked(ballot)
    if ballot.state != BallotState.PREPARED:
        raise BallotFrozen(_("The vote is open or over: its rules no longer change. Everyone votes under the same ones."))
    if not 1 <= len(options) <= OPTIONS_MAX:
        raise CannotOpen(_("A vote needs at least one project to choose from."))
    if len(public_key) != 32:
        raise CannotOpen(_("The committee's public key has 64 figures and letters. Copy it whole from the first sheet."))
    Option.objects.bulk_create(
        Option(
            ballot=ballot,
            number=number,
            subject=option.subject,
            title=option.title,
            language=option.language,
            cost_cents=option.cost_cents,
            category=option.category,
            place=option.place,
        )
        for number, option in enumerate(options, start=1)
    )
    _fill_roll(ballot, electorate, references, now)
    ballot.public_key, ballot.holders, ballot.threshold = public_key, list(holders), threshold
    ballot.frozen_hash = queries.fingerprint(queries.definition(ballot))
    _moved(ballot, "open", by, now, {"frozen_hash": ballot.frozen_hash})
    return ballot


def _fill_roll(ballot: Ballot, electorate: QuerySet[Member], references: Iterable[str], now: datetime) -> None:
    day = now.date()
    # Read whole before writing: one connection cannot answer a query while it takes in a COPY.
    lines = list(electorate.values_list("pk", "municipality__region_id", "person__born_on").order_by("pk"))
    with connection.cursor() as cursor, cursor.copy(
        "COPY voting_voter (ballot_id, member_id, reference, region, age_band) FROM STDIN"
    ) as copy:
        for member, region, born_on in lines:
            copy.write_row((ballot.pk, member, "", region, age_band(age_on(born_on, day) if born_on else None)))
        for reference in references:
            copy.write_row((ballot.pk, None, reference, "", ""))


def new_code() -> str:
    """A fresh tracking code; it exists only on the voter's pages and inside the envelope."""
    return code_from(secrets.token_bytes(8))


def _hold_open(ballot: Ballot) -> None:
    # Many votes may go on side by side, but none while the ballot is being closed.
    with connection.cursor() as cursor:
        cursor.execute("SELECT state FROM voting_ballot WHERE id = %s FOR SHARE", [ballot.pk])
        (ballot.state,) = cursor.fetchone()


def _checked(choice: Choice, ballot: Ballot) -> None:
    decision = allowed(choice, ballot.rules_form(), queries.costs_of(ballot))
    if not decision:
        raise ChoiceNotAllowed(translated(str(decision.reason)), code=decision.code)


@transaction.atomic
def cast_vote(
    *,
    ballot: Ballot,
    voter: Voter | None,
    choice: Choice,
    code: str,
    by: Person | None,
    now: Callable[[], datetime],
    channel: Channel = Channel.WEB,
) -> None:
    """Puts the voter's choice, sealed, in the box, or replaces the one they put there before.

    `now` is asked after the ballot's row is held, so that a vote that waited past the end is late.
    Raises NotAllowed (closed, not on the roll, on paper) and ChoiceNotAllowed.
    """
    _hold_open(ballot)
    at = now()
    demand(may_vote(ballot, voter, at))
    _checked(choice, ballot)
    envelope = sealed(packed(ballot.mark, code, choice, ballot.choices_max), bytes(ballot.public_key or b""))
    try:
        with transaction.atomic():
            vote = Vote.objects.create(voter=voter, channel=channel, cast_at=at)
            Envelope.objects.create(ballot=ballot, vote=vote, sealed=envelope)
        record("VoteCast", f"ballot:{ballot.pk}", by=by, at=at, channel=channel)
    except IntegrityError:
        vote = Vote.objects.select_for_update().get(voter=voter)
        vote.voter.vote = vote
        demand(may_vote(ballot, vote.voter, at))
        vote.cast_at = at
        vote.save(update_fields=["cast_at"])
        Envelope.objects.filter(vote=vote).update(sealed=envelope)
        record("VoteReplaced", f"ballot:{ballot.pk}", by=by, at=at, channel=channel)


@transaction.atomic
def hand_out_paper(
    *, ballot: Ballot, voter: Voter | None, by: Person, now: datetime, door: Channel = Channel.COUNTER
) -> None:
    """Marks that a member votes on paper; a vote sent over the web leaves the box.

    `door` is how they asked for it: at the counter, by phone, by letter.
    Raises NotAllowed when they vote on paper already, or the vote is closed.
    """
    demand(may(by, Act.ENTER_PAPER_BALLOTS, now.date()))
    _hold_open(ballot)
    vote = None
    if voter is not None:
        # The line is held, so that a vote over the web arriving at this moment waits and is then refused.
        voter = Voter.objects.select_for_update(of=("self",)).select_related("member__person").get(pk=voter.pk)
        vote = Vote.objects.select_for_update().filter(voter=voter).first()
        if vote is not None:
            voter.vote = vote
    demand(may_vote(ballot, voter, now))
    if vote is not None:
        Envelope.objects.filter(vote=vote).delete()
        vote.channel, vote.cast_at, vote.entered_by = Channel.PAPER, now, by
        vote.save()
    else:
        Vote.objects.create(voter=voter, channel=Channel.PAPER, cast_at=now, entered_by=by)
    behalf_of = voter.member.person if voter and voter.member else None
    record("PaperBallotHandedOut", f"ballot:{ballot.pk}", by=by, at=now, channel=door, behalf_of=behalf_of)


@transaction.atomic
def type_sheet_first(*, ballot: Ballot, number: int, choice: Choice, by: Person, now: datetime) -> str:
    """The first typing of a paper sheet. Gives the control code to write on the sheet; it is kept nowhere else.

    Raises SheetTrouble, ChoiceNotAllowed, NotAllowed.
    """
    demand(may(by, Act.ENTER_PAPER_BALLOTS, now.date()))
    _check_sheets_welcome(ballot)
    _checked(choice, ballot)
    salt = secrets.token_bytes(SALT_LENGTH)
    control = "".join(secrets.choice(ALPHABET) for _place in range(8))
    sheet = PaperSheet.objects.filter(ballot=ballot, number=number).first()
    if sheet is not None:
        raise SheetTrouble(_("A sheet with this number was typed already. Look at the number printed on the sheet."))
    if PaperSheet.objects.filter(ballot=ballot).count() >= queries.vote_figures(ballot)["paper"]:
        raise SheetTrouble(_("More sheets than paper ballots handed out: first note who received this one."))
    PaperSheet.objects.create(
        ballot=ballot,
        number=number,
        salt=salt,
        commitment=commitment(_sheet_content(ballot, choice), control, salt),
        first_by=by,
        first_at=now,
    )
    record("PaperSheetTyped", f"ballot:{ballot.pk}", by=by, at=now, channel=Channel.PAPER, data={"sheet": number})
    return control


def _sheet_content(ballot: Ballot, choice: Choice) -> bytes:
    return packed(ballot.mark, ALPHABET[0] * 12, choice, ballot.choices_max)


def _check_sheets_welcome(ballot: Ballot) -> None:
    if ballot.state not in (BallotState.OPEN, BallotState.CLOSED):
        raise SheetTrouble(_("Paper sheets are typed from the opening of the vote until the committee counts."))


@transaction.atomic
def type_sheet_second(
    *, ballot: Ballot, number: int, choice: Choice, control: str, by: Person, now: datetime
) -> str:
    """The second typing, by someone else. When both agree the choice is sealed; gives its tracking code.

    Raises SheetTrouble when it is the same person, the control code is wrong, or the two typings differ.
    """
    demand(may(by, Act.ENTER_PAPER_BALLOTS, now.date()))
    _check_sheets_welcome(ballot)
    _checked(choice, ballot)
    sheet = PaperSheet.objects.select_for_update().filter(ballot=ballot, number=number).first()
    if sheet is None or sheet.second_at:
        raise SheetTrouble(_("No sheet with this number waits for a second typing."))
    if sheet.first_by_id == by.pk:
        raise SheetTrouble(_("Someone else types this sheet the second time: four eyes see more than two."))
    typed = commitment(_sheet_content(ballot, choice), control, bytes(sheet.salt))
    if not secrets.compare_digest(typed, bytes(sheet.commitment)):
        raise SheetTrouble(
            _("The two typings or the control code differ. Compare with the sheet; if the first was wrong, start it again.")
        )
    sheet.second_by, sheet.second_at = by, now
    # The fingerprint has done its work; nothing of the choice stays beside the sheet's number.
    sheet.salt, sheet.commitment = b"", b""
    sheet.save()
    code = new_code()
    envelope = sealed(packed(ballot.mark, code, choice, ballot.choices_max), bytes(ballot.public_key or b""))
    Envelope.objects.create(ballot=ballot, vote=None, sealed=envelope)
    record("PaperSheetSealed", f"ballot:{ballot.pk}", by=by, at=now, channel=Channel.PAPER, data={"sheet": number})
    return code


@transaction.atomic
def start_sheet_again(*, ballot: Ballot, number: int, by: Person, now: datetime) -> None:
    """Drops a first typing that turned out wrong, so that the sheet can be typed afresh."""
    demand(may(by, Act.ENTER_PAPER_BALLOTS, now.date()))
    dropped, _rows = PaperSheet.objects.filter(ballot=ballot, number=number, second_at__isnull=True).delete()
    if not dropped:
        raise SheetTrouble(_("No sheet with this number waits for a second typing."))
    record("PaperSheetDropped", f"ballot:{ballot.pk}", by=by, at=now, channel=Channel.PAPER, data={"sheet": number})


@transaction.atomic
def close_ballot(*, ballot: Ballot, by: Person | None, now: datetime) -> Ballot:
    """Ends voting at or after the announced hour; `by=None` is the clock. Raises NotAllowed before it."""
    if by is not None:
        demand(may(by, Act.CLOSE_BALLOTS, now.date()))
    ballot = _locked(ballot)
    if now < ballot.closes_at:
        demand(no("too_early", _("The vote stays open until the announced hour; people count on it.")))
    _moved(ballot, "close", by, now)
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
        demand(may(by, Act.PUBLISH_RESULTS, now.date()))
    ballot = _locked(ballot)
    demand(BALLOT.permits(ballot.state, "count"))
    figures = queries.vote_figures(ballot)
    if figures["waiting"]:
        raise FileRefused(_("Some paper sheets still wait for their second typing. Type them, then open the ballots."))
    try:
        kept = result_of(queries.definition(ballot), ballot.frozen_hash, file)
    except WrongFile as wrong:
        raise FileRefused(_("This file cannot be taken in: %(why)s.") % {"why": wrong}) from wrong
    envelopes = Envelope.objects.filter(ballot=ballot).count()
    if kept["votes"] != envelopes:
        raise FileRefused(
            _("The file holds %(found)s ballots, the box %(expected)s. Open the box again and bring the new file.")
            % {"found": kept["votes"], "expected": envelopes}
        )
    count = Count.objects.create(
        ballot=ballot,
        file=file,
        file_hash=hashlib.sha256(file.encode()).hexdigest(),
        votes_count=kept["votes"],
        result=kept,
        turnout=queries.turnout(ballot),
        counted_at=now,
    )
    _moved(ballot, "count", by, now, {"file_hash": count.file_hash, "votes": count.votes_count})
    return count


@transaction.atomic
def publish_result(*, ballot: Ballot, by: Person | None, now: datetime) -> Ballot:
    """Shows the result to everyone."""
    if by is not None:
        demand(may(by, Act.PUBLISH_RESULTS, now.date()))
    ballot = _locked(ballot)
    _moved(ballot, "publish", by, now)
    return ballot

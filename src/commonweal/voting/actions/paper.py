"""Votes on paper: handing out, typing twice by two people, sealing. No sheet is ever tied to a voter."""

from __future__ import annotations

import secrets
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import IntegrityError, transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.people.access import demand, may
from commonweal.people.actions import record, wait_turn
from commonweal.people.rules import Act, Channel
from commonweal.voting import queries
from commonweal.voting.access import may_vote
from commonweal.voting.actions.votes import check_choice, hold_open, new_code
from commonweal.voting.models import Ballot, Envelope, PaperSheet, Vote, Voter
from commonweal.voting.rules.choices import Choice
from commonweal.voting.rules.envelopes import ALPHABET, packed
from commonweal.voting.sealing import SALT_LENGTH, commitment, sealed
from commonweal.voting.states import BallotState

if TYPE_CHECKING:
    from commonweal.people.models import Person


class SheetTrouble(Refusal):
    """A paper sheet cannot be entered like this."""

    code = "sheet_trouble"


@transaction.atomic
def hand_out_paper(
    *, ballot: Ballot, voter: Voter | None, by: Person, now: datetime, door: Channel = Channel.COUNTER
) -> None:
    """Marks that a member votes on paper; a vote sent over the web leaves the box.

    `door` is how they asked for it: at the counter, by phone, by letter.
    Raises NotAllowed when they vote on paper already, or the vote is closed.
    """
    demand(may(by, Act.ENTER_PAPER_BALLOTS, day_of(now)))
    hold_open(ballot)
    demand(may_vote(ballot, voter, now))
    assert voter is not None, "who is not on the roll was refused above"
    data: dict[str, int] = {}
    try:
        with transaction.atomic():
            Vote.objects.create(voter=voter, channel=Channel.PAPER, cast_at=now, entered_by=by)
    except IntegrityError:
        # They voted already, perhaps this very moment over the web: the insertion waited for that vote to be whole.
        vote = Vote.objects.select_for_update().get(voter=voter)
        vote.voter.vote = vote
        demand(may_vote(ballot, vote.voter, now))
        Envelope.objects.filter(vote=vote).delete()
        vote.channel, vote.cast_at, vote.entered_by = Channel.PAPER, now, by
        vote.save()
        # They are told: whoever hands out paper in somebody's name takes their vote away.
        data = {"web_vote_of": voter.member.number} if voter.member else {}
    behalf_of = voter.member.person if voter.member else None
    record(
        "PaperBallotHandedOut",
        f"ballot:{ballot.pk}",
        by=by,
        at=now,
        channel=door,
        behalf_of=behalf_of,
        data=data,
    )


@transaction.atomic
def type_sheet_first(*, ballot: Ballot, number: int, choice: Choice, by: Person, now: datetime) -> str:
    """The first typing of a paper sheet. Gives the control code to write on the sheet; it is kept nowhere else.

    Raises SheetTrouble, ChoiceNotAllowed, NotAllowed.
    """
    demand(may(by, Act.ENTER_PAPER_BALLOTS, day_of(now)))
    wait_turn("sheets", ballot.pk)
    _check_sheets_welcome(ballot)
    check_choice(choice, ballot)
    salt = secrets.token_bytes(SALT_LENGTH)
    control = "".join(secrets.choice(ALPHABET) for _place in range(8))
    sheet = PaperSheet.objects.filter(ballot=ballot, number=number).first()
    if sheet is not None:
        raise SheetTrouble(
            _("A sheet with this number was typed already. Look at the number printed on the sheet.")
        )
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
    record(
        "PaperSheetTyped", f"ballot:{ballot.pk}", by=by, at=now, channel=Channel.PAPER, data={"sheet": number}
    )
    return control


def _sheet_content(ballot: Ballot, choice: Choice) -> bytes:
    return packed(ballot.mark, ALPHABET[0] * 12, choice, ballot.choices_max)


def sheets_welcome(ballot: Ballot) -> bool:
    """Whether paper sheets are typed: from the opening of the vote until its box is handed over."""
    return ballot.state in (BallotState.OPEN, BallotState.CLOSED)


def _check_sheets_welcome(ballot: Ballot) -> None:
    hold_open(ballot)
    if not sheets_welcome(ballot):
        raise SheetTrouble(
            _("Paper sheets are typed from the opening of the vote until its box is handed over.")
        )


@transaction.atomic
def type_sheet_second(
    *, ballot: Ballot, number: int, choice: Choice, control: str, by: Person, now: datetime
) -> str:
    """The second typing, by someone else. When both agree the choice is sealed; gives its tracking code.

    Raises SheetTrouble when it is the same person, the control code is wrong, or the two typings differ.
    """
    demand(may(by, Act.ENTER_PAPER_BALLOTS, day_of(now)))
    _check_sheets_welcome(ballot)
    check_choice(choice, ballot)
    sheet = PaperSheet.objects.select_for_update().filter(ballot=ballot, number=number).first()
    if sheet is None or sheet.second_at:
        raise SheetTrouble(_("No sheet with this number waits for a second typing."))
    if sheet.first_by_id == by.pk:
        raise SheetTrouble(_("Someone else types this sheet the second time: four eyes see more than two."))
    typed = commitment(_sheet_content(ballot, choice), control, bytes(sheet.salt))
    if not secrets.compare_digest(typed, bytes(sheet.commitment)):
        raise SheetTrouble(
            _(
                "The two typings or the control code differ. Compare with the sheet; "
                "if the first was wrong, start it again."
            )
        )
    sheet.second_by, sheet.second_at = by, now
    # The fingerprint has done its work; nothing of the choice stays beside the sheet's number.
    sheet.salt, sheet.commitment = b"", b""
    sheet.save()
    code = new_code()
    envelope = sealed(packed(ballot.mark, code, choice, ballot.choices_max), bytes(ballot.public_key or b""))
    Envelope.objects.create(ballot=ballot, vote=None, sealed=envelope)
    record(
        "PaperSheetSealed",
        f"ballot:{ballot.pk}",
        by=by,
        at=now,
        channel=Channel.PAPER,
        data={"sheet": number},
    )
    return code


@transaction.atomic
def start_sheet_again(*, ballot: Ballot, number: int, by: Person, now: datetime) -> None:
    """Drops a first typing that turned out wrong, so that the sheet can be typed afresh."""
    demand(may(by, Act.ENTER_PAPER_BALLOTS, day_of(now)))
    dropped, _rows = PaperSheet.objects.filter(ballot=ballot, number=number, second_at__isnull=True).delete()
    if not dropped:
        raise SheetTrouble(_("No sheet with this number waits for a second typing."))
    record(
        "PaperSheetDropped",
        f"ballot:{ballot.pk}",
        by=by,
        at=now,
        channel=Channel.PAPER,
        data={"sheet": number},
    )

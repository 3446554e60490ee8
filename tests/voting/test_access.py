"""Who may see, vote and read the result: every role in every state, each answer with its reason."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest

from commonweal.people.models import Person
from commonweal.voting import access, actions
from commonweal.voting.models import Ballot
from commonweal.voting.states import BALLOT, BallotState
from tests import factories as make
from tests.voting.steps import counted, opened, person_of

pytestmark = pytest.mark.django_db
STATES = [state.value for state in BallotState]
ROLES = ("visitor", "person", "member", "adviser", "counter", "programme", "administrator")


def ballot_in(state: str) -> Ballot:
    if state == "prepared":
        return actions.prepare_ballot(
            subject="test:prepared",
            titles={"en": "A vote"},
            form=actions_form(),
            budget_cents=1_000_00,
            bylaw=actions.ByLaw.from_json(make.BYLAW),
            opens_at=make.NOW - timedelta(days=1),
            closes_at=make.NOW + timedelta(days=1),
            by=None,
            now=make.NOW,
        )
    ballot, sheets = make.open_ballot()
    if state == "closed":
        actions.close_ballot(ballot=ballot, by=None, now=ballot.closes_at)
    elif state == "handed_over":
        opened(ballot, sheets)
    elif state in ("counted", "published"):
        counted(ballot, sheets, publish=state == "published")
    ballot.refresh_from_db()
    assert ballot.state == state
    return ballot


def actions_form() -> Any:
    from commonweal.voting.rules.choices import Form

    return Form("approval", 1, 3)


def someone(role: str, ballot: Ballot) -> Person | None:
    if role == "visitor":
        return None
    if role == "person":
        return make.person()
    if role == "member":
        voters = make.voters(ballot)
        return person_of(voters[0]) if voters else make.member().person
    return make.staff(role)


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", ROLES)
def test_who_sees_a_ballot(role: str, state: str) -> None:
    ballot = ballot_in(state)
    seen = access.visible_ballots(someone(role, ballot), make.NOW).filter(pk=ballot.pk).exists()
    assert seen is (state != "prepared" or role == "programme")


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("role", ROLES)
def test_who_sees_a_result(role: str, state: str) -> None:
    ballot = ballot_in(state)
    decision = access.may_see_result(ballot, someone(role, ballot), make.NOW)
    expected = state == "published" or (state == "counted" and role == "programme")
    assert bool(decision) is expected
    assert bool(decision.reason) is not expected


@pytest.mark.parametrize("state", STATES)
@pytest.mark.parametrize("on_roll", [True, False])
def test_who_votes(on_roll: bool, state: str) -> None:
    ballot = ballot_in(state)
    voter = make.voters(ballot)[0] if on_roll and state != "prepared" else None
    decision = access.may_vote(ballot, voter, make.NOW)
    assert bool(decision) is (state == "open" and on_roll)
    assert decision.code == ("not_open" if state != "open" else "" if on_roll else "not_on_roll")


@pytest.mark.parametrize(
    ("moment", "code"),
    [
        ({"opens_at": timedelta(seconds=1)}, "not_open"),
        ({"opens_at": timedelta(0)}, ""),
        ({"closes_at": timedelta(seconds=1)}, ""),
        ({"closes_at": timedelta(0)}, "closed"),
    ],
)
def test_one_votes_from_the_first_hour_to_the_last(moment: dict[str, timedelta], code: str) -> None:
    ballot, _sheets = make.open_ballot(**{name: make.NOW + after for name, after in moment.items()})
    assert access.may_vote(ballot, make.voters(ballot)[0], make.NOW).code == code


def test_who_votes_on_paper_does_not_vote_over_the_web() -> None:
    ballot, _sheets = make.open_ballot()
    voter = make.voters(ballot)[0]
    assert access.may_vote(ballot, voter, make.NOW)
    actions.hand_out_paper(ballot=ballot, voter=voter, by=make.staff("counter"), now=make.NOW)
    assert access.may_vote(ballot, make.voters(ballot)[0], make.NOW).code == "on_paper"


def test_a_ballot_only_moves_forward() -> None:
    order = list(BallotState)
    for move in BALLOT.moves:
        (source,) = move.sources
        assert order.index(BallotState(move.target)) == order.index(BallotState(source)) + 1
        for state in BallotState:
            assert bool(BALLOT.permits(state, move.name)) is (state == source)
    assert BALLOT.moves_from("published") == ()

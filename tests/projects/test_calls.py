"""A call from plan to result: frozen rules, gates between steps, winners told."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from commonweal.kernel.decision import NotAllowed
from commonweal.projects import access, actions
from commonweal.projects.models import Call, Dossier
from commonweal.projects.states import CALL, CallState
from commonweal.voting import actions as voting
from commonweal.voting.committee import opened_file
from commonweal.voting.models import Ballot
from commonweal.voting.queries import count_of, sealed_bundle
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def adviser() -> Any:
    return make.staff("adviser")


def test_a_call_opens_only_when_written_in_four_languages() -> None:
    call = make.call(announced=False)
    call.texts.filter(language="de").delete()
    with pytest.raises(actions.NotReady, match="Deutsch"):
        actions.announce_call(call=call, by=None, now=make.NOW)
    assert call not in access.visible_calls(None, make.NOW.date())
    assert call in access.visible_calls(make.staff("programme"), make.NOW.date())


@pytest.mark.parametrize(
    "change",
    [
        {"budget_cents": 1},
        {"form": "points", "points_total": 3, "points_each": 1},
        {"bylaw": {**make.BYLAW, "rule": "greedy"}},
        {"voters": "region"},
        {"amount_max_cents": 9_000_00},
    ],
)
def test_what_was_announced_no_longer_changes(change: dict[str, Any]) -> None:
    call = make.call()
    values = {name: getattr(call, name) for name in make.call_values() if name != "slug"}
    with pytest.raises(actions.CallFrozen, match="same rules"):
        actions.plan_call(
            call=call, by=None, now=make.NOW, values={**values, **change}, ambitions=["neighbourhoods"]
        )
    later = {**values, "publish_on": call.publish_on + timedelta(days=3)}
    actions.plan_call(call=call, by=None, now=make.NOW, values=later, ambitions=["neighbourhoods"])


def test_only_programme_staff_lead_a_call() -> None:
    for who, allowed in (
        (make.staff("programme"), True),
        (make.staff("adviser"), False),
        (make.person(), False),
    ):
        call = make.call(announced=False)
        if allowed:
            actions.announce_call(call=call, by=who, now=make.NOW)
        else:
            with pytest.raises(NotAllowed):
                actions.announce_call(call=call, by=who, now=make.NOW)


@pytest.mark.parametrize("state", list(CallState))
@pytest.mark.parametrize("move", CALL.moves, ids=lambda move: move.name)
def test_the_state_table_of_a_call_is_the_only_way(state: CallState, move: Any) -> None:
    assert bool(CALL.permits(state, move.name)) == (state.value in move.sources)


def test_projects_come_in_until_the_announced_hour() -> None:
    call = make.call()
    with pytest.raises(actions.NotReady):
        actions.end_applications(call=call, by=None, now=call.applies_until - timedelta(seconds=1))
    assert actions.end_applications(call=call, by=None, now=call.applies_until).state == CallState.CHECK


def test_the_vote_waits_until_every_project_has_its_answer(adviser: Any) -> None:
    call = make.call()
    make.admitted(call, adviser)
    waiting = make.sent(call)
    actions.end_applications(call=call, by=None, now=call.applies_until)
    committee, _sheets = make.committee_for(call)
    given: dict[str, Any] = {"call": call, "by": None, **committee}
    with pytest.raises(actions.NotReady, match="One project"):
        actions.open_vote(**given, now=call.vote_from)
    actions.withdraw_dossier(dossier=waiting, by=waiting.applicant, now=make.NOW)
    with pytest.raises(voting.CannotOpen), transaction.atomic():
        actions.open_vote(**{**given, "public_key": b"short"}, now=call.vote_from)
    assert actions.open_vote(**given, now=call.vote_from).options.count() == 1


@pytest.mark.parametrize(
    "values",
    [
        {"amount_max_cents": 100_00},
        {"budget_cents": 1_00},
        {"vote_until": make.NOW},
        {"applies_until": make.NOW - timedelta(days=30)},
        {"voters": "region"},
    ],
)
def test_the_database_refuses_a_call_that_makes_no_sense(values: dict[str, Any]) -> None:
    call = make.call()
    with pytest.raises(IntegrityError), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(**values)


def test_from_the_vote_to_the_result_every_project_learns_why(
    adviser: Any, run_jobs: Any, mailoutbox: Any
) -> None:
    call = make.call(budget_cents=3_000_00)
    members = [make.member() for _each in range(6)]
    dossiers = [
        make.admitted(call, adviser, title=f"P{cost}", asked_cents=cost)
        for cost in (1_000_00, 1_500_00, 2_500_00)
    ]
    actions.end_applications(call=call, by=None, now=call.applies_until)
    committee, sheets = make.committee_for(call)
    ballot = actions.open_vote(call=call, **committee, by=None, now=call.vote_from)
    numbers = {option.subject: option.number for option in ballot.options.all()}
    for index, member in enumerate(members):
        chosen = dossiers[0] if index < 3 else dossiers[1]
        voting.cast_vote(
            ballot=ballot,
            voter=ballot.voters.get(member=member),
            choice=((numbers[f"dossier:{chosen.pk}"], 1),),
            code=voting.new_code(),
            by=member.person,
            now=lambda: call.vote_from,
        )
    with pytest.raises(NotAllowed):
        actions.close_vote(call=call, by=None, now=call.vote_until - timedelta(seconds=1))
    actions.close_vote(call=call, by=None, now=call.vote_until)
    with pytest.raises(actions.NotReady):
        actions.decide_call(call=call, by=None, now=call.vote_until)
    ballot = Ballot.objects.get(pk=ballot.pk)
    file = opened_file(sealed_bundle(ballot), sheets[1:])
    with pytest.raises(voting.FileRefused, match="First hand over the box"):
        actions.bring_in_count(call=call, file=file, by=None, now=call.vote_until)
    actions.hand_over(call=call, by=None, now=call.vote_until)
    with pytest.raises(voting.FileRefused):
        actions.bring_in_count(call=call, file=file.replace("1500", "1501", 1), by=None, now=call.vote_until)
    actions.bring_in_count(call=call, file=file, by=None, now=call.vote_until)
    actions.decide_call(call=call, by=None, now=call.vote_until)
    states = dict(Dossier.objects.values_list("title", "state"))
    assert states == {"P100000": "funded", "P150000": "funded", "P250000": "not_funded"}
    assert Dossier.objects.get(title="P100000").awarded_cents == 1_000_00
    count = count_of(ballot)
    assert count is not None
    assert count.votes_count == 6
    run_jobs()
    assert (
        sum("members support" in message.body or "soutiennent" in message.body for message in mailoutbox) == 2
    )

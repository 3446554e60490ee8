"""Every flow of the product: each word has its function, each state and move its answer, nobody without a role gets by."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from importlib import import_module
from itertools import product
from typing import Any

import pytest
from django.core.exceptions import ObjectDoesNotExist
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext

from commonweal.casework.actions import program
from commonweal.kernel.decision import NotAllowed, Refusal, no
from commonweal.membership.models import (
    ExitRequest,
    HouseholdProposal,
    Import,
    ShareOffer,
)
from commonweal.membership.rules.imports import ImportKind
from commonweal.treasury.actions import PayableKind
from tests import factories as make
from tests.casework.flows import FLOWS, Rows, row_in, yes
from tests.dividends.steps import Staff, reckoned
from tests.membership.test_not_ones_own import Desk
from tests.test_consistency import STATES

pytestmark = pytest.mark.django_db
NOW = make.NOW
HERE = [
    (name, move.name)
    for name, flow in FLOWS.items()
    for move in flow.machine.moves
    if move.name not in flow.made_by
]


def refuses(*_asked: object) -> Any:
    return no("broken", "Not this time.")


def test_every_table_has_one_flow() -> None:
    assert sorted(id(flow.machine) for flow in FLOWS.values()) == sorted(map(id, STATES["TABLES"].values()))


@pytest.mark.parametrize("name", FLOWS)
def test_every_word_of_a_table_has_its_function(name: str) -> None:
    flow = FLOWS[name]
    for move in flow.machine.moves:
        if move.name not in flow.made_by:
            assert callable(flow.who[move.who])
            assert not move.guard or callable(flow.guards[move.guard])


@pytest.mark.parametrize("name", FLOWS)
def test_a_row_is_held_where_the_table_permits_the_move_and_nowhere_else(name: str) -> None:
    flow = FLOWS[name]
    words = {move.who for move in flow.machine.moves}
    for state, move in product(flow.machine.states, flow.machine.moves):
        row = row_in(flow, state)
        open_to_all = replace(flow, rows=lambda row=row: Rows(row), who=dict.fromkeys(words, yes))
        if state in move.sources:
            assert open_to_all.hold(1, move.name, by=None, now=NOW) is row
        else:
            with pytest.raises(Refusal):
                open_to_all.hold(1, move.name, by=None, now=NOW)


@pytest.mark.parametrize(("name", "move"), HERE)
def test_without_who_may_nothing_is_held(name: str, move: str) -> None:
    flow = FLOWS[name]
    step = flow.machine.move(move)
    row = row_in(flow, min(step.sources))
    asked = {word: refuses if word == step.who else yes for word in flow.who}
    with pytest.raises(NotAllowed) as refused:
        replace(flow, rows=lambda: Rows(row), who=asked).hold(1, move, by=None, now=NOW)
    assert refused.value.code == "broken"


@pytest.mark.parametrize(("name", "move"), HERE)
def test_a_guard_that_says_no_keeps_the_row_where_it_is(name: str, move: str) -> None:
    flow = FLOWS[name]
    step = flow.machine.move(move)
    row = row_in(flow, min(step.sources))
    broken = replace(
        flow,
        rows=lambda: Rows(row),
        who=dict.fromkeys(flow.who, yes),
        guards={word: refuses if word == step.guard else yes for word in flow.guards},
    )
    held = broken.hold(1, move, by=None, now=NOW)
    if not step.guard:
        broken.check(held, move, by=None, now=NOW)
        return
    with pytest.raises(flow.refusal) as refused:
        broken.move(held, move, by=None, now=NOW, reason="x")
    assert (refused.value.code, held.state) == ("broken", min(step.sources))


@pytest.mark.parametrize(("name", "move"), HERE)
def test_a_move_without_its_reason_is_not_made(name: str, move: str) -> None:
    flow = FLOWS[name]
    step = flow.machine.move(move)
    if not step.needs_reason:
        return
    row = row_in(flow, min(step.sources))
    silent = replace(
        flow, rows=lambda: Rows(row), who=dict.fromkeys(flow.who, yes), guards=dict.fromkeys(flow.guards, yes)
    )
    with pytest.raises(Refusal):
        silent.move(silent.hold(1, move, by=None, now=NOW), move, by=None, now=NOW)
    assert row.state == min(step.sources)


@pytest.mark.parametrize("name", FLOWS)
def test_a_row_is_locked_when_it_is_held(name: str) -> None:
    flow = FLOWS[name]
    with CaptureQueriesContext(connection) as asked, pytest.raises(ObjectDoesNotExist):
        flow.hold(0, flow.machine.moves[0].name, by=None, now=NOW)
    assert [each["sql"].count(" FOR UPDATE OF ") for each in asked] == [1]


def _offer(desk: Desk) -> Model:
    return ShareOffer.objects.create(
        token="0" * 32, giver=desk.member, taker=make.member(), share_class="A", count=1, offered_at=NOW
    )


def _import(desk: Desk) -> Model:
    return Import.objects.create(
        kind=ImportKind.MEMBERS,
        name="x",
        digest="0" * 64,
        content=b"",
        uploaded_by=desk.by,
        uploaded_at=NOW,
        state="checking",
        changed_at=NOW,
    )


ROWS: dict[str, Callable[[Desk], Model]] = {
    "CALLS": lambda desk: make.call(),
    "DOSSIERS": lambda desk: make.sent(make.call()),
    "BALLOTS": lambda desk: make.open_ballot(members=2)[0],
    "APPLICATIONS": lambda desk: desk.application(),
    "IMPORTS": _import,
    "OFFERS": _offer,
    "CONVERSIONS": lambda desk: desk.conversion(),
    "HOUSEHOLDS": lambda desk: HouseholdProposal.objects.create(
        asker=desk.member, other=make.member(), proposed_at=NOW
    ),
    "EXITS": lambda desk: ExitRequest.objects.get(season=desk.season()),
    "SEASONS": lambda desk: desk.season(),
    "ESTATES": lambda desk: desk.estate(),
    "EXCLUSIONS": lambda desk: desk.exclusion(),
    "DIVIDENDS": lambda desk: reckoned(Staff()),
}
# Words that mean the program too, or it alone: the clock, an import, a command, the set-up of a new site.
PROGRAM_TOO = {
    ("CALLS", "manage_calls"),
    ("DOSSIERS", "count"),
    *(("BALLOTS", word) for word in ("manage_calls", "close_ballots", "committee", "publish_results")),
    ("IMPORTS", "keep_register"),
    ("IMPORTS", "the program"),
}


@pytest.mark.parametrize("name", FLOWS)
def test_somebody_without_any_role_moves_nothing(name: str) -> None:
    flow, row, stranger = FLOWS[name], ROWS[name](Desk()), make.person("Xaver", "Stranger")
    for move in flow.machine.moves:
        if move.who not in flow.who:
            continue
        for state in sorted(move.sources):
            row.state = state  # type: ignore[attr-defined]
            with pytest.raises(NotAllowed):
                replace(flow, rows=lambda: Rows(row)).hold(row.pk, move.name, by=stranger, now=NOW)


@pytest.mark.parametrize("name", FLOWS)
def test_the_program_by_itself_moves_only_what_is_meant_for_it(name: str) -> None:
    flow, row = FLOWS[name], ROWS[name](Desk())
    let = {word for word in flow.who if flow.who[word](row, None, NOW)}
    assert let == {word for named, word in PROGRAM_TOO if named == name}
    assert {word for word in flow.who if flow.who[word] is program} == ({"the program"} & set(flow.who))


@pytest.mark.parametrize("name", FLOWS)
def test_what_makes_a_move_by_itself_is_there_and_reads_the_table(name: str) -> None:
    for actions in FLOWS[name].made_by.values():
        assert actions
        for each in actions:
            area, module, function = each.split(".")
            found = import_module(f"commonweal.{area}.actions.{module}")
            # An action, or what an area gives the treasury to pay.
            assert callable(made := getattr(found, function)) or isinstance(made, PayableKind)
            assert any(value is FLOWS[name].machine for value in vars(found).values()), each

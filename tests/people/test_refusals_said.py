"""Refusals of pure rules and state tables: whoever meets one reads it in the language of the page."""

from __future__ import annotations

import ast
import re
from itertools import product
from pathlib import Path

import pytest
from django.utils.translation import override

from commonweal.kernel.decision import NotAllowed, no
from commonweal.kernel.states import Machine
from commonweal.membership import states as membership
from commonweal.people.access import demand, said
from commonweal.projects import actions as projects_actions
from commonweal.projects import states as projects
from commonweal.voting import actions as voting_actions
from commonweal.voting import states as voting
from tests import factories as make
from tests.clock import NOW
from tests.sign_in import signed_in
from tests.voting.steps import cast, counted

SOURCE = Path(__file__).parents[2] / "src" / "commonweal"
LANGUAGES = ("fr", "nl", "de")
MACHINES = [
    machine
    for module in (membership, projects, voting)
    for machine in vars(module).values()
    if isinstance(machine, Machine)
]


def _pure_reasons() -> set[str]:
    """The second argument of every `no(...)` of the pure parts of each area."""
    files = [
        each
        for each in SOURCE.rglob("*.py")
        if {"rules", "states", "kernel"} & set(each.relative_to(SOURCE).with_suffix("").parts)
    ]
    found = set()
    for file in files:
        for node in ast.walk(ast.parse(file.read_text(encoding="utf-8"))):
            if isinstance(node, ast.Call) and getattr(node.func, "id", "") == "no" and len(node.args) == 2:
                reasons = [
                    each.args[0]
                    for each in ast.walk(node.args[1])
                    if isinstance(each, ast.Call) and getattr(each.func, "id", "") == "gettext_noop"
                ]
                found |= {ast.literal_eval(each) for each in reasons}
    return found


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_reason_of_a_pure_rule_is_said_in_the_readers_language(language: str) -> None:
    reasons = _pure_reasons()
    assert len(reasons) > 50
    with override(language):
        for reason in reasons:
            with pytest.raises(NotAllowed) as refused:
                demand(no("refused", reason))
            assert str(refused.value) != reason
            assert said(no("refused", reason)) == str(refused.value)


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_move_that_no_state_table_knows_is_refused_in_the_readers_language(language: str) -> None:
    assert len(MACHINES) > 5
    with override(language):
        for machine in MACHINES:
            for state, move in product(machine.states, machine.moves):
                permitted = machine.permits(state.value, move.name)
                if permitted:
                    continue
                with pytest.raises(NotAllowed) as refused:
                    demand(permitted)
                assert "something changed meanwhile" not in str(refused.value)


def test_no_template_shows_a_reason_in_english() -> None:
    shown = re.compile(r"\{\{ ?(?:[\w.]*decision|may_\w+|allowed|permitted)\.reason ?\}\}")
    assert not [each for each in SOURCE.rglob("*.html") if shown.search(each.read_text(encoding="utf-8"))]


@pytest.mark.django_db
def test_a_second_count_is_refused_in_french() -> None:
    ballot, sheets = make.open_ballot(members=3)
    for voter in make.voters(ballot):
        cast(ballot, voter)
    count = counted(ballot, sheets, publish=False)
    with override("fr"), pytest.raises(NotAllowed, match="quelque chose a changé entre-temps"):
        voting_actions.accept_count(ballot=ballot, file=count.file, by=None, now=ballot.closes_at)


@pytest.mark.django_db
def test_a_call_announced_twice_and_a_dossier_that_cannot_move_are_refused_in_french() -> None:
    call = make.call()
    lead = signed_in(make.staff("programme"))
    page = lead.post(f"/fr/calls/{call.slug}/manage/", {"move": "announce"}, follow=True).content.decode()
    assert "quelque chose a changé entre-temps" in page
    dossier = make.admitted(call, make.staff("adviser"), title="Un banc")
    with override("fr"), pytest.raises(NotAllowed, match="quelque chose a changé entre-temps"):
        projects_actions.withdraw_dossier(dossier=dossier, by=dossier.applicant, now=NOW)

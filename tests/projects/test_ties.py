"""A declared tie is lifted by a colleague who has none, never by its owner."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import DatabaseError, transaction

from commonweal.kernel.decision import NotAllowed
from commonweal.people.models import Event, Person
from commonweal.projects import access, actions
from commonweal.projects.models import ConflictDeclaration, Dossier
from tests import factories as make
from tests.portal.steps import signed_in, text_of

pytestmark = pytest.mark.django_db
TODAY = make.NOW.date()


def declared(dossier: Dossier, who: Person, tie: bool) -> ConflictDeclaration:
    return actions.declare_conflict(
        dossier=dossier, by=who, has_conflict=tie, text="my sister" if tie else "", now=make.NOW
    )


@pytest.fixture
def tied() -> tuple[Dossier, Person, Person, ConflictDeclaration]:
    dossier, owner, colleague = make.sent(make.call()), make.staff("adviser"), make.staff("adviser")
    said = declared(dossier, owner, True)
    declared(dossier, colleague, False)
    return dossier, owner, colleague, said


def test_a_tie_is_not_lifted_by_saying_that_there_is_none(tied: Any) -> None:
    dossier, owner, _colleague, said = tied
    with pytest.raises(actions.TieStands):
        declared(dossier, owner, False)
    with pytest.raises((actions.TieStands, NotAllowed)):
        actions.lift_tie(said=said, why="a slip", by=owner, now=make.NOW)
    desk = signed_in(owner)
    base = f"/en/desk/dossiers/{dossier.pk}/"
    desk.post(f"{base}ties/", {"has_conflict": "no"})
    answer = desk.get(base)
    assert answer.status_code == 403
    assert "ties/" not in answer.content.decode()
    assert desk.get(f"{base}ties/{said.pk}/lift/").status_code == 403
    assert access.may_check(dossier, owner, TODAY).code == "conflict"


def test_a_colleague_lifts_it_and_says_why(tied: Any) -> None:
    dossier, owner, colleague, said = tied
    desk = signed_in(colleague)
    address = f"/en/desk/dossiers/{dossier.pk}/ties/{said.pk}/lift/"
    assert "my sister" in text_of(desk, f"/en/desk/dossiers/{dossier.pk}/")
    assert "error-summary" in desk.post(address, {"why": " "}).content.decode()
    assert access.may_check(dossier, owner, TODAY).code == "conflict"
    assert desk.post(address, {"why": "another person of the same name"}).status_code == 302
    assert access.may_check(dossier, owner, TODAY)
    event = Event.objects.get(name="ConflictLifted")
    assert (event.by, event.data["of"]) == (colleague, owner.pk)
    assert desk.get(address).status_code == 404, "once is enough"


def test_who_has_a_tie_or_no_right_lifts_none(tied: Any) -> None:
    dossier, _owner, _colleague, said = tied
    also = make.staff("adviser")
    declared(dossier, also, True)
    for by in (also, make.staff("adviser"), make.staff("finance"), make.person()):
        with pytest.raises(NotAllowed):
            actions.lift_tie(said=said, why="a favour", by=by, now=make.NOW)


def test_a_new_tie_after_one_was_lifted_counts_again(tied: Any) -> None:
    dossier, owner, colleague, said = tied
    actions.lift_tie(said=said, why="a slip", by=colleague, now=make.NOW)
    actions.lift_tie(said=said, why="a slip", by=colleague, now=make.NOW)
    assert Event.objects.filter(name="ConflictLifted").count() == 1
    declared(dossier, owner, True)
    assert access.may_check(dossier, owner, TODAY).code == "conflict"


@pytest.mark.parametrize(
    "change",
    [
        {"has_conflict": False},
        {"lifted_at": make.NOW, "lifted_why": "x"},
        {"lifted_at": make.NOW, "lifted_why": "x", "lifted_by": "owner"},
        {"lifted_at": make.NOW, "lifted_by": "colleague"},
        {"text": ""},
    ],
)
def test_the_database_lets_nobody_lift_their_own_tie_or_rewrite_it(tied: Any, change: dict[str, Any]) -> None:
    _dossier, owner, colleague, said = tied
    people = {"owner": owner, "colleague": colleague}
    values = {name: people.get(value, value) for name, value in change.items()}
    row = ConflictDeclaration.objects.filter(pk=said.pk)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.update(**values)
    with pytest.raises(DatabaseError), transaction.atomic():
        row.delete()


def test_a_tie_that_was_lifted_stays_as_it_was_lifted(tied: Any) -> None:
    _dossier, _owner, colleague, said = tied
    actions.lift_tie(said=said, why="not related after all", by=colleague, now=make.NOW)
    row = ConflictDeclaration.objects.filter(pk=said.pk)
    for change in ({"lifted_why": "x"}, {"lifted_at": None, "lifted_by": None, "lifted_why": ""}):
        with pytest.raises(DatabaseError, match="lifted once"), transaction.atomic():
            row.update(**change)


def test_the_same_said_twice_stands_once(tied: Any) -> None:
    dossier, owner, colleague, said = tied
    for _twice in range(2):
        again = actions.declare_conflict(
            dossier=dossier, by=owner, has_conflict=True, text=said.text, now=make.NOW
        )
        assert again.pk == said.pk
        assert actions.note_dossier(dossier=dossier, text="Rang them", by=colleague, now=make.NOW)
    assert dossier.notes.count() == 1
    assert actions.note_dossier(dossier=dossier, text="Rang again", by=colleague, now=make.NOW)
    assert actions.note_dossier(dossier=dossier, text="Rang them", by=colleague, now=make.NOW)
    assert dossier.notes.count() == 3
    later = make.NOW + timedelta(days=4)
    actions.note_dossier(dossier=dossier, text="Rang them", by=colleague, now=later)
    assert dossier.notes.count() == 4, "on another day the same words are another remark"

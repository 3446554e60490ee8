"""Whoever brings a sheet in brings in nothing of their own, nor of somebody close to them: said by the check, asked again
by the loading."""

from __future__ import annotations

from typing import Any

import pytest

from commonweal.membership import actions, queries
from commonweal.membership.models import Import, Member
from commonweal.membership.rules.imports import ImportKind
from commonweal.membership.states import ImportState
from commonweal.people.rules import Channel
from tests import factories as make
from tests.membership.imports_steps import moves, person_row, uploaded, wrong
from tests.membership.joining_steps import asked_for_child
from tests.membership.test_not_ones_own import Desk

pytestmark = pytest.mark.django_db
TODAY = make.NOW.date()


def shares(number: int) -> int:
    return queries.held_on(number, "A", TODAY).shares


def partner_of(desk: Desk) -> Member:
    partner = make.member(make.person("Bo", "Peeters"))
    actions.note_household(
        asker=desk.member,
        other=partner,
        channel=Channel.PAPER,
        agreement="letter",
        by=make.staff("counter"),
        now=make.NOW,
    )
    return partner


def one_day(reference: str, number: int, **changes: Any) -> dict[str, Any]:
    return moves(reference, number, effective_on=TODAY.isoformat(), **changes)


def test_movements_of_ones_own_shares_are_problems_of_the_check() -> None:
    desk, other = Desk(), make.member()
    ward, partner = desk.guardianship().member, partner_of(desk)
    make.shares(other, 5)
    make.shares(partner, 5)
    speaks_for = make.member()
    Member.objects.filter(pk=speaks_for.pk).update(person=None, organisation=make.organisation(desk.by))
    found = uploaded(
        ImportKind.MOVEMENTS,
        one_day("1", desk.member.number),
        one_day("2", other.number),
        one_day("3", ward.number),
        one_day("4", partner.number, kind="refund", count=1, amount="50"),
        one_day("5", other.number, kind="transfer", count=1, amount="50", counterpart=desk.member.number),
        one_day("6", speaks_for.number),
        by=desk.by,
    )
    assert wrong(found) == [
        *((2, "number"), (4, "number"), (5, "number"), (6, "counterpart"), (7, "number")),
    ]
    assert "colleague" in found.problems[0][2]
    with pytest.raises(actions.CannotMove):
        actions.load_import(importing=found, by=make.staff("secretary"), now=make.NOW, background=False)
    assert shares(desk.member.number) == 10
    fine = uploaded(ImportKind.MOVEMENTS, one_day("1", desk.member.number), by=make.staff("secretary"))
    assert wrong(fine) == []


def test_members_who_are_oneself_or_close_are_problems_of_the_check() -> None:
    desk = Desk()
    organisation = make.organisation(desk.by, name="Le Verger", number="0403581960")
    child = asked_for_child(desk.by).person
    assert child is not None
    family = desk.by.family_name
    found = uploaded(
        ImportKind.MEMBERS,
        person_row(901, given_name="Somebody", family_name="Else"),
        person_row(902, given_name=family, family_name=desk.by.given_name),
        person_row(903, given_name=f"Mme {desk.by.given_name}", family_name=family.upper()),
        person_row(904, given_name=child.given_name, family_name=child.family_name),
        person_row(905, given_name="", family_name="", organisation="Other", company_number="0403.581.960"),
        person_row(906, given_name="", family_name="", organisation="ASBL Le Verger"),
        by=desk.by,
    )
    assert organisation.company_number == "0403581960"
    assert wrong(found) == [
        *((3, "family_name"), (4, "family_name"), (5, "family_name")),
        *((6, "company_number"), (7, "organisation")),
    ]


def test_what_is_in_already_is_no_problem() -> None:
    desk, colleague = Desk(), make.staff("secretary")
    row = one_day("1", desk.member.number)
    first = uploaded(ImportKind.MOVEMENTS, row, by=colleague)
    actions.load_import(importing=first, by=colleague, now=make.NOW, background=False)
    assert actions.run_import(importing=first, now=make.NOW).state == ImportState.DONE
    assert shares(desk.member.number) == 13
    again = uploaded(ImportKind.MOVEMENTS, row, one_day("2", make.member().number), by=desk.by)
    assert wrong(again) == []
    actions.load_import(importing=again, by=desk.by, now=make.NOW, background=False)
    assert actions.run_import(importing=again, now=make.NOW).state == ImportState.DONE


@pytest.mark.parametrize("kind", list(ImportKind))
def test_who_loads_what_a_colleague_uploaded_is_asked_as_well(kind: ImportKind) -> None:
    desk, colleague = Desk(), make.staff("secretary")
    rows = {
        ImportKind.MEMBERS: person_row(901, given_name=desk.by.given_name, family_name=desk.by.family_name),
        ImportKind.MOVEMENTS: one_day("1", desk.member.number),
    }
    found = uploaded(kind, rows[kind], by=colleague)
    assert wrong(found) == []
    actions.load_import(importing=found, by=desk.by, now=make.NOW, background=False)
    stopped = actions.run_import(importing=found, now=make.NOW)
    assert (stopped.state, stopped.done_count) == (ImportState.STOPPED, 0)
    assert "colleague" in stopped.reason
    assert (shares(desk.member.number), Member.objects.filter(number=901).exists()) == (10, False)
    actions.load_import(importing=stopped, by=colleague, now=make.NOW, background=False)
    assert actions.run_import(importing=found, now=make.NOW).state == ImportState.DONE


def test_who_is_close_is_asked_anew_when_rows_come_in() -> None:
    desk = Desk()
    other = make.member(make.person("Bo", "Peeters"))
    found = uploaded(ImportKind.MOVEMENTS, one_day("1", other.number), by=desk.by)
    assert wrong(found) == []
    Member.objects.filter(pk=other.pk).update(person=asked_for_child(desk.by).person)
    actions.load_import(importing=found, by=make.staff("secretary"), now=make.NOW, background=False)
    assert actions.run_import(importing=found, now=make.NOW).state == ImportState.STOPPED


def test_the_operators_command_asks_nobody() -> None:
    desk = Desk()
    found = uploaded(ImportKind.MOVEMENTS, one_day("1", desk.member.number))
    assert (wrong(found), Import.objects.get().uploaded_by) == ([], None)

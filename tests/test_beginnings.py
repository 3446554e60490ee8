"""Every row that moves from state to state begins at the beginning: the database refuses one that is born further on."""

from __future__ import annotations

from types import ModuleType

import pytest
from django.apps import apps
from django.db import DatabaseError, IntegrityError, connection, models, transaction

from commonweal.dividends import states as dividends
from commonweal.kernel.states import Machine
from commonweal.membership import states as membership
from commonweal.projects import states as projects
from commonweal.voting import states as voting

pytestmark = pytest.mark.django_db


def machines() -> dict[str, Machine]:
    modules: tuple[ModuleType, ...] = (dividends, membership, projects, voting)
    found = {
        name: each for module in modules for name, each in vars(module).items() if isinstance(each, Machine)
    }
    assert len(found) > 10
    return found


def model_of(machine: Machine) -> type[models.Model]:
    """The model whose `state` has the states of a machine, and no other."""
    wanted = {state.value for state in machine.states}
    (found,) = [
        model
        for model in apps.get_models()
        for field in model._meta.concrete_fields
        if field.name == "state" and {value for value, _label in field.choices or ()} == wanted
    ]
    return found


@pytest.mark.parametrize("name", machines())
def test_a_row_that_is_born_further_on_is_refused(name: str) -> None:
    machine = machines()[name]
    table = model_of(machine)._meta.db_table
    states = {state.value for state in machine.states}
    for state in sorted(states - machine.firsts):
        with (
            pytest.raises(IntegrityError, match="begins as"),
            transaction.atomic(),
            connection.cursor() as cursor,
        ):
            cursor.execute(f"INSERT INTO {table} (state) VALUES (%s)", [state])
    for state in machine.firsts:
        # All else is missing, which is the next thing to be refused.
        with pytest.raises(DatabaseError) as refused, transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(f"INSERT INTO {table} (state) VALUES (%s)", [state])
        assert "begins as" not in str(refused.value)


@pytest.mark.parametrize(
    ("table", "column", "value"),
    [
        ("treasury_bankfile", "confirmed_at", "2026-11-23"),
        ("treasury_refund", "made_on", "2026-11-23"),
        ("treasury_refund", "taken_back_id", "1"),
        ("voting_papersheet", "second_at", "2026-11-23"),
    ],
)
def test_a_row_that_is_born_paid_read_in_or_typed_twice_is_refused(
    table: str, column: str, value: str
) -> None:
    with (
        pytest.raises(IntegrityError, match="begins open"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(f"INSERT INTO {table} ({column}) VALUES (%s)", [value])


def test_every_model_with_a_state_has_a_machine() -> None:
    having = {
        model for model in apps.get_models() if any(f.name == "state" for f in model._meta.concrete_fields)
    }
    own = {model for model in having if model.__module__.startswith("commonweal.")}
    assert own == {model_of(machine) for machine in machines().values()}

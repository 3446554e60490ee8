"""What the database itself refuses, whoever writes; what a tampered row leaves behind; what writers in a crowd get."""

from __future__ import annotations

import hashlib
import json
import multiprocessing
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from django.db import DatabaseError, connection, connections, transaction

from commonweal.config import cli
from commonweal.ledger import actions, queries
from commonweal.ledger.models import Operation, Seal
from tests import factories as make
from tests.ledger.conftest import apples, open_accounts

Given = Callable[..., Operation]
OPERATION = (
    "INSERT INTO ledger_operation (id, kind, key, effective_on, recorded_at, author, document, note) "
    "VALUES ({0}, 'gift', 'raw:{0}', '2026-01-01', now(), '', '', '')"
)
POSTING = (
    "INSERT INTO ledger_posting (effective_on, operation_id, account_id, owner, quantity) "
    "SELECT '2026-01-01'::date, * FROM (VALUES {}) AS given"
)


def run(*statements: str) -> None:
    """Writes past the actions, then asks for everything that waits for the end of the transaction."""
    with transaction.atomic(), connection.cursor() as cursor:
        for statement in statements:
            cursor.execute(statement)
        settle()


def settle() -> None:
    """What a commit would ask for, asked for now."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


@contextmanager
def guards_off() -> Iterator[None]:
    """As someone with the keys of the server could: no trigger fires."""
    with connection.cursor() as cursor:
        cursor.execute("SET session_replication_role = replica")
        try:
            yield
        finally:
            cursor.execute("SET session_replication_role = origin")


@pytest.fixture
def posted(given: Given) -> None:
    """One operation, with nothing waiting for the end of the transaction."""
    given(7, 4)
    settle()


@pytest.mark.django_db
@pytest.mark.parametrize("table", ["limit", "account", "operation", "posting", "seal"])
@pytest.mark.parametrize("statement", ["DELETE FROM {}", "TRUNCATE {} CASCADE", "UPDATE {0} SET {1} = {1}"])
def test_no_row_is_changed_or_taken_away(posted: None, table: str, statement: str) -> None:
    column = {"limit": "floor", "account": "unit", "operation": "note", "seal": "digest"}
    with pytest.raises(DatabaseError, match="only ever added"):
        run(statement.format(f"ledger_{table}", column.get(table, "quantity")))


@pytest.mark.django_db
def test_a_role_of_its_own_is_refused_all_the_same(posted: None) -> None:
    # Tests run as the server's owner, whom no privilege binds: here is a role like the one of a real site.
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("CREATE ROLE ledger_clerk")
        cursor.execute("GRANT ALL ON ALL TABLES IN SCHEMA public TO ledger_clerk")
        cursor.execute("GRANT ALL ON ALL SEQUENCES IN SCHEMA public TO ledger_clerk")
        cursor.execute("SET LOCAL ROLE ledger_clerk")
        actions.post(draft=apples(8, 1), now=make.NOW)
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        for statement in (
            "UPDATE ledger_posting SET quantity = 9",
            "DELETE FROM ledger_operation",
            "TRUNCATE ledger_seal CASCADE",
        ):
            with pytest.raises(DatabaseError, match="only ever added"), transaction.atomic():
                cursor.execute(statement)
        cursor.execute("RESET ROLE")
        transaction.set_rollback(True)


@pytest.mark.django_db
def test_the_owner_gave_up_the_right_to_delete() -> None:
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT c.relname, acl.privilege_type FROM pg_class c, aclexplode(c.relacl) acl "
            "WHERE c.relname LIKE 'ledger\\_%%' AND c.relkind = 'r' "
            "AND (acl.privilege_type IN ('DELETE', 'TRUNCATE') "
            "OR c.relname = 'ledger_posting' AND acl.privilege_type = 'UPDATE')"
        )
        assert cursor.fetchall() == []


@pytest.mark.django_db
def test_what_the_actions_would_never_write_is_refused(posted: None) -> None:
    basket, tree = "'apples', 7", "'tree', 0"
    wrong = {
        "balance": (OPERATION.format(901), POSTING.format(f"(901, {basket}, 1), (901, {tree}, -2)")),
        "ledger_operation_sealed": (OPERATION.format(902),),
        "operation 903 does not exist": (POSTING.format(f"(903, {basket}, 1), (903, {tree}, -1)"),),
        "takes effect on another day": (
            OPERATION.format(907),
            POSTING.format(f"(907, {basket}, 1), (907, {tree}, -1)").replace("2026", "2025"),
        ),
        "ledger_owner_not_negative": (
            OPERATION.format(912),
            POSTING.format("(912, 'tree', 7, 1), (912, 'tree', -7, -1)"),
        ),
        "account pears does not exist": (
            OPERATION.format(904),
            POSTING.format("(904, 'pears', 7, 1), (904, 'pears', 8, -1)"),
        ),
        "would hold": (OPERATION.format(905), POSTING.format(f"(905, {basket}, -5), (905, {tree}, 5)")),
        "ledger_posting_moves": (OPERATION.format(906), POSTING.format(f"(906, {basket}, 0)")),
        "postings alone": ("INSERT INTO ledger_seal VALUES (2, sha256(''), 907)",),
        "ledger_key_once": (OPERATION.format(908), OPERATION.format(909).replace("raw:909", "raw:908")),
        "mirror": (
            OPERATION.format(910).replace("note)", "note, reverses_id)").replace("'')", "'', 911)"),
            POSTING.format(f"(910, {basket}, 1), (910, {tree}, -1)"),
        ),
    }
    for message, statements in wrong.items():
        with pytest.raises(DatabaseError, match=message):
            run(*statements)
    run(OPERATION.format(920), POSTING.format(f"(920, {basket}, 1), (920, {tree}, -1)"))


@pytest.mark.django_db
def test_an_operation_takes_no_more_postings_once_it_is_sealed(given: Given) -> None:
    operation = given(7, 4)
    more = POSTING.format(f"({operation.pk}, 'apples', 8, 1), ({operation.pk}, 'tree', 9, -1)")
    with pytest.raises(DatabaseError, match=r"ledger_seal_operation_id|ledger_posting_pkey"):
        run(more.replace("2026-01-01", operation.effective_on.isoformat()))


@pytest.mark.django_db
def test_a_seal_can_be_computed_again_by_hand(given: Given) -> None:
    digest = hashlib.sha256(b"").digest()
    for operation in (given(7, 4, key="é1"), given(8, 1)):
        operation.refresh_from_db()
        moved = sorted(queries.entries_of(operation).items(), key=lambda row: row[0][::-1])
        content = [
            operation.pk,
            operation.kind,
            operation.key,
            operation.effective_on.isoformat(),
            int(operation.recorded_at.timestamp() * 1_000_000),
            operation.author,
            operation.document,
            operation.note,
            operation.reverses_id,
            " ".join(f"{account}/{owner}:{quantity}" for (account, owner), quantity in moved),
        ]
        written = json.dumps(content, ensure_ascii=False).encode()
        digest = hashlib.sha256(digest + hashlib.sha256(written).digest()).digest()
        assert bytes(operation.seal.digest) == digest
    assert queries.last_seal() == f"{Seal.objects.latest('number').number}:{digest.hex()}"


TAMPERED = {
    "quantities": ("UPDATE ledger_posting SET quantity = quantity * 2 WHERE operation_id = {0}", "changed"),
    "a day": ("UPDATE ledger_operation SET effective_on = '2020-01-01' WHERE id = {0}", "changed"),
    "a moment": ("UPDATE ledger_operation SET recorded_at = now() WHERE id = {0}", "changed"),
    "an author": ("UPDATE ledger_operation SET author = 'person:2' WHERE id = {0}", "changed"),
    "an owner": ("UPDATE ledger_posting SET owner = 99 WHERE owner = 8", "changed"),
    "one posting": (
        "UPDATE ledger_posting SET quantity = 9 WHERE operation_id = {0} AND quantity > 0",
        "unbalanced",
    ),
    "postings gone": ("DELETE FROM ledger_posting WHERE operation_id = {0}", "changed"),
    "an operation gone": ("DELETE FROM ledger_operation WHERE id = {0}", "lost"),
    "a seal gone": ("DELETE FROM ledger_seal WHERE operation_id = {0}", "unsealed"),
    "an account gone": (
        "UPDATE ledger_posting SET account_id = 'pears' WHERE operation_id = {0} AND owner = 8",
        "lost",
    ),
    "a posting's day": (
        "UPDATE ledger_posting SET effective_on = '2020-01-01' WHERE operation_id = {0} AND quantity > 0",
        "astray",
    ),
    "a debt": ("UPDATE ledger_posting SET quantity = -quantity WHERE operation_id = {0}", "below_floor"),
}


@pytest.mark.django_db
@pytest.mark.parametrize(("statement", "code"), list(TAMPERED.values()), ids=list(TAMPERED))
def test_a_row_changed_behind_the_guards_shows_and_says_where(
    given: Given, statement: str, code: str
) -> None:
    given(7, 4)
    middle = given(8, 3)
    given(9, 2)
    settle()
    assert queries.troubles() == []
    with guards_off():
        with connection.cursor() as cursor:
            cursor.execute(statement.format(middle.pk))
        found = queries.troubles()
    named = [each for each in found if each.code == code]
    assert named, found
    assert all("8" in each.where or str(middle.pk) in each.where for each in named)


@pytest.mark.django_db
def test_cutting_the_end_off_shows_against_a_noted_seal(given: Given) -> None:
    given(7, 4)
    last = given(8, 3)
    noted = queries.last_seal()
    given(9, 2)
    assert queries.troubles(noted) == []
    with guards_off():
        with connection.cursor() as cursor:
            for table, column in (("seal", "operation_id"), ("posting", "operation_id"), ("operation", "id")):
                cursor.execute(f"DELETE FROM ledger_{table} WHERE {column} >= %s", [last.pk])
        assert [each.code for each in queries.troubles(noted)] == ["cut"]
        assert queries.troubles() == [], "without a noted seal nothing tells that there was more"


@pytest.mark.django_db
def test_a_guard_that_is_off_shows(given: Given) -> None:
    given(7, 4)
    settle()
    with connection.cursor() as cursor:
        cursor.execute("ALTER TABLE ledger_posting DISABLE TRIGGER ledger_take_in")
    assert [(each.code, each.where) for each in queries.troubles()] == [("guard_off", "table ledger_posting")]


@pytest.mark.django_db(transaction=True)
def test_only_writers_who_see_each_other_may_write() -> None:
    open_accounts()
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ")
        with pytest.raises(DatabaseError, match="READ COMMITTED"):
            actions.post(draft=apples(7, 1), now=make.NOW)
        transaction.set_rollback(True)


def _take(number: int, key: str) -> str:
    """What one process does: takes an apple out of the same basket."""
    connections.close_all()
    try:
        actions.post(draft=apples(7, -1, key=key.format(number)), now=make.NOW)
        return "took"
    except actions.BeyondLimit:
        return "none left"
    finally:
        connections.close_all()


def crowd(task: Any, jobs: list[Any], at_once: int = 32) -> list[Any]:
    """Runs a task in so many processes at once."""
    connections.close_all()
    with multiprocessing.get_context("fork").Pool(at_once) as pool:
        return pool.starmap(task, jobs, chunksize=1)


@pytest.mark.django_db(transaction=True)
def test_thirty_two_processes_at_one_basket_take_what_is_there_and_no_more() -> None:
    open_accounts()
    actions.post(draft=apples(7, 10), now=make.NOW)
    answers = crowd(_take, [(number, "take:{}") for number in range(32)])
    assert sorted(answers) == ["none left"] * 22 + ["took"] * 10
    assert queries.balance(("apples", 7), make.NOW.date()) == 0
    assert queries.troubles() == []
    assert list(Seal.objects.order_by("number").values_list("number", flat=True)) == list(range(1, 12))


@pytest.mark.django_db(transaction=True)
def test_thirty_two_processes_with_one_key_post_once() -> None:
    open_accounts()
    actions.post(draft=apples(7, 10), now=make.NOW)
    assert crowd(_take, [(number, "the same") for number in range(32)]) == ["took"] * 32
    assert queries.balance(("apples", 7), make.NOW.date()) == 9
    assert Operation.objects.count() == 2


@pytest.mark.django_db
def test_the_command_says_what_is_wrong_where_and_ends_with_one(
    given: Given, capsys: pytest.CaptureFixture[str]
) -> None:
    operation = given(7, 4)
    settle()
    assert cli.main(["check-ledger"]) == 0
    assert (
        f"No troubles. The last seal, to note down elsewhere: {queries.last_seal()}"
        in capsys.readouterr().out
    )
    with guards_off():
        with connection.cursor() as cursor:
            cursor.execute("UPDATE ledger_operation SET note = 'x'")
        assert cli.main(["check-ledger", "--seal", "5:00"]) == 1
    said = capsys.readouterr().out
    assert f"changed: operation {operation.pk}: " in said
    assert "cut: seal 5: " in said

"""A database for tests: cloned from a template that holds the reference data, and put back after each test that commits.

Migrations and reference data (places, ambitions, rulebook, statutes, accounts of the ledger) are loaded once for a state of
the source, not once a test. The template's comment names that state, so nothing stale is ever cloned.
"""

from __future__ import annotations

import contextlib
import hashlib
import os
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psycopg
import pytest
from psycopg import sql

from tests.clock import NOW

TEMPLATE = "commonweal_template"
# Any number; what matters is that all who build the template ask for the same.
BUILDING = 7_201_554
ROOT = Path(__file__).parent.parent
SOURCE = ROOT / "src" / "commonweal"
BESIDE = (ROOT / "uv.lock", ROOT / "tests" / "clock.py", ROOT / "tests" / "database.py")


def fingerprint(folder: Path = SOURCE) -> str:
    """The digest of all that decides what is in a fresh database: code, migrations and data files, the packages with
    migrations of their own, the moment at which reference data is loaded, and this file."""
    digest = hashlib.sha256()
    for path in [*sorted(folder.rglob("*")), *BESIDE]:
        if path.suffix in (".py", ".csv", ".json", ".sql", ".lock"):
            digest.update(path.name.encode() + b"\0" + path.read_bytes())
    return digest.hexdigest()


def server() -> psycopg.Connection[Any]:
    """A connection to the server past any test's database, for creating and dropping databases."""
    return psycopg.connect(os.environ["DATABASE_URL"], autocommit=True)


def _drop(connection: psycopg.Connection[Any], name: str) -> None:
    connection.execute(sql.SQL("DROP DATABASE IF EXISTS {} WITH (FORCE)").format(sql.Identifier(name)))


def _use(name: str) -> None:
    from django.conf import settings
    from django.db import connection

    connection.close()
    settings.DATABASES["default"]["NAME"] = name
    connection.settings_dict["NAME"] = name


def _reference_data() -> None:
    from django.core.management import call_command
    from django.db import connection

    from commonweal.ambitions.actions import load_published
    from commonweal.membership.actions import load_statutes
    from commonweal.membership.actions.joining import load_notes
    from commonweal.places.actions import import_gazetteer
    from commonweal.projects.actions import load_rulebook

    call_command("migrate", verbosity=0, run_syncdb=True)
    call_command("createcachetable", verbosity=0)
    import_gazetteer()
    load_published()
    load_rulebook(by=None, now=NOW)
    load_statutes(by=None, now=NOW)
    load_notes(by=None, now=NOW)
    with connection.cursor() as cursor:
        # Tests count events and jobs; those of the loading belong to nobody's story.
        cursor.execute("SET session_replication_role = replica")
        cursor.execute("DELETE FROM people_event; DELETE FROM procrastinate_jobs")
        cursor.execute("SET session_replication_role = origin")


def _keep_a_copy() -> None:
    """The copies from which `put_back` restores what a test changed: schema `pristine`, one table for each with rows."""
    from django.db import connection

    with connection.cursor() as cursor:
        cursor.execute("CREATE SCHEMA pristine")
        for table in _filled(cursor, _tables(cursor)):
            cursor.execute(f'CREATE TABLE pristine."{table}" AS TABLE public."{table}"')


def _tables(cursor: Any) -> list[str]:
    cursor.execute(
        "SELECT relname FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace"
        " AND relname NOT IN ('django_migrations') ORDER BY relname"
    )
    return [name for (name,) in cursor.fetchall()]


def _filled(cursor: Any, tables: list[str]) -> list[str]:
    cursor.execute(" UNION ALL ".join(f"(SELECT '{each}' FROM public.\"{each}\" LIMIT 1)" for each in tables))
    return [name for (name,) in cursor.fetchall()]


def _build_template() -> None:
    with server() as connection:
        _drop(connection, TEMPLATE)
        connection.execute(sql.SQL("CREATE DATABASE {}").format(sql.Identifier(TEMPLATE)))
    _use(TEMPLATE)
    _reference_data()
    _keep_a_copy()
    from django.db import connection as django_connection

    django_connection.close()


def _clone(name: str) -> None:
    wanted = fingerprint()
    with server() as connection:
        # One builds, the others wait and find it there.
        connection.execute("SELECT pg_advisory_lock(%s)", (BUILDING,))
        found = connection.execute(
            "SELECT shobj_description(oid, 'pg_database') FROM pg_database WHERE datname = %s", (TEMPLATE,)
        ).fetchone()
        if found is None or found[0] != wanted:
            _build_template()
            connection.execute(
                sql.SQL("COMMENT ON DATABASE {} IS {}").format(sql.Identifier(TEMPLATE), sql.Literal(wanted))
            )
        _drop(connection, name)
        connection.execute(
            sql.SQL("CREATE DATABASE {} TEMPLATE {}").format(sql.Identifier(name), sql.Identifier(TEMPLATE))
        )
    _use(name)


def put_back() -> None:
    """The database as the template has it: what tests committed is gone, reference data they changed is as before.

    Tables that nobody may empty (the ledger, for one) refuse it from everyone; for these statements the server
    is asked to act as a copy of another, whose triggers do not fire.
    """
    from django.db import connection

    with connection.cursor() as cursor:
        tables = _tables(cursor)
        cursor.execute("SELECT relname FROM pg_class WHERE relnamespace = 'pristine'::regnamespace")
        reference = {name for (name,) in cursor.fetchall()}
        steps = [f'DELETE FROM public."{each}"' for each in _filled(cursor, tables) if each not in reference]
        for table in sorted(reference):
            cursor.execute(
                f'SELECT count(*), sum(hashtextextended(t::text, 0)) FROM public."{table}" t'
                f' UNION ALL SELECT count(*), sum(hashtextextended(t::text, 0)) FROM pristine."{table}" t'
            )
            now, before = cursor.fetchall()
            if now != before:
                steps += [
                    f'DELETE FROM public."{table}"',
                    f'INSERT INTO public."{table}" OVERRIDING SYSTEM VALUE SELECT * FROM pristine."{table}"',
                ]
        if steps:
            cursor.execute("SET session_replication_role = replica")
            cursor.execute("; ".join(steps))
            cursor.execute("SET session_replication_role = origin")


@pytest.fixture(scope="session")
def django_db_setup(django_test_environment: None, django_db_blocker: Any) -> Iterator[None]:
    """Replaces pytest-django's: a clone of the template for this process, dropped at its end."""
    from django.test import TransactionTestCase

    name = f"commonweal_test_{os.environ.get('PYTEST_XDIST_WORKER', 'alone')}_{os.getpid()}"
    with django_db_blocker.unblock():
        _clone(name)
    TransactionTestCase._fixture_teardown = lambda self: put_back()
    yield
    with django_db_blocker.unblock(), contextlib.suppress(psycopg.Error):
        _use("postgres")
        with server() as connection:
            _drop(connection, name)

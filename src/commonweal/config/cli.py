"""The command `commonweal`: serve, migrate, demo, count, committee, import, export. Thin: each calls one thing."""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import secrets
import shutil
import signal
import sys
import threading
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

from commonweal.config import embedded, environment
from commonweal.config.environment import Trouble
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import for_terminal


def main(arguments: list[str] | None = None) -> int:
    """Runs one command and gives its exit code; trouble is one line on stderr and exit code 1, or 2 for a file of another
    kind."""
    parser = argparse.ArgumentParser(
        prog="commonweal", description="The platform a members' cooperative runs on."
    )
    commands = parser.add_subparsers(dest="command", required=True, metavar="COMMAND")
    _describe(commands)
    options = parser.parse_args(arguments)
    try:
        with _stops_when_asked():
            return int(options.run(options) or 0)
    except (Trouble, environment.MissingSetting, embedded.DatabaseTrouble) as trouble:
        # What it says may come from a file: it is one line, and a terminal does nothing with it.
        print(for_terminal(" ".join(str(trouble).split())), file=sys.stderr)
        return trouble.code if isinstance(trouble, Trouble) else 1
    except BrokenPipeError:
        # The reader of our output (head, less) has seen enough.
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except KeyboardInterrupt:
        return 130


@contextlib.contextmanager
def _stops_when_asked() -> Iterator[None]:
    """Makes the signals that ask a process to end do what Ctrl-C does, from the first moment on.

    Python would end at once and leave the database it had started behind.
    """
    if threading.current_thread() is not threading.main_thread():
        yield
        return

    def stop(*_signal: object) -> None:
        raise KeyboardInterrupt

    before = {number: signal.signal(number, stop) for number in embedded.STOPS}
    try:
        yield
    finally:
        for number, handler in before.items():
            signal.signal(number, handler)


def _describe(commands: Any) -> None:
    def command(name: str, run: Any, text: str) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = commands.add_parser(name, help=text, description=text)
        made.set_defaults(run=run)
        return made

    serve = command("serve", _serve, "Start everything and answer requests until Ctrl-C.")
    serve.add_argument("--demo", action="store_true", help="load the demo when the database is empty")
    command("migrate", _migrate, "Bring the database to this version.")
    command("worker", _worker, "Run background jobs only.")
    demo = command("demo", _demo, "Load the invented cooperative.")
    demo.add_argument("--members", type=int, default=2_000, help="how many members (default 2,000)")
    demo.add_argument(
        "--projects", type=int, default=0, help="extra admitted projects, to try the lists at size"
    )

    from commonweal.config import staffing

    staffing.describe(command, _site)
    check = command(
        "check-ledger", _check_ledger, "Look through the live ledger and say what is wrong where."
    )
    check.add_argument(
        "--seal", default="", metavar="NUMBER:DIGEST", help="the last seal an earlier check printed"
    )

    from commonweal.allocation import commandline

    count = command("count", commandline.run, "Count a Pabulib file; needs no database.")
    commandline.add_arguments(count)
    from commonweal.config import committee

    committee.describe(command("committee", None, "Make a committee's key, open ballots with it."))
    from commonweal.config import bank

    bank.describe(command)
    bring = command(
        "import",
        _import,
        "Bring in a Pabulib file as a counted call, the official places, statutes, members or movements of shares.",
    )
    bring.add_argument("what", choices=("pabulib", "places", "statutes", "members", "movements"))
    bring.add_argument(
        "file", type=Path, nargs="?", help="the .pb, CSV or XLSX file, or the folder with the official files"
    )
    bring.add_argument(
        "--check", action="store_true", help="members, movements: only say what is wrong, by row and column"
    )
    out = command("export", _export, "Write a call's published ballot file, or its sealed envelopes.")
    out.add_argument("what", choices=("ballots", "sealed"))
    out.add_argument("call", help="the call's short name, as in its address")
    out.add_argument("--out", type=Path, help="file to write (default: standard output)")


def _var() -> Path:
    return Path(environment.value("COMMONWEAL_VAR")).resolve()


@contextlib.contextmanager
def _ready() -> Iterator[None]:
    """The environment a command needs: folder, key, database. Starts the embedded server where none is named."""
    var = _var()
    var.mkdir(parents=True, exist_ok=True)
    with contextlib.ExitStack() as stack:
        if not os.environ.get("SECRET_KEY"):
            key = var / "secret_key"
            if not key.exists():
                key.touch(mode=0o600)
                key.write_text(secrets.token_urlsafe(50))
            os.environ["SECRET_KEY"] = key.read_text()
        if not os.environ.get("DATABASE_URL"):
            os.environ["DATABASE_URL"] = stack.enter_context(embedded.server(var / "postgres"))
            stack.callback(_close_connections)
        os.environ.setdefault("DJANGO_SETTINGS_MODULE", "commonweal.config.settings")
        yield


def _close_connections() -> None:
    """Closes what was opened to the database, before its server is stopped: the pool would else report it missing."""
    # A stop may come in the middle of loading the framework: then there is nothing to close, and little to import.
    registry = getattr(sys.modules.get("django.apps"), "apps", None)
    if registry is not None and registry.ready:
        from django.db import connections

        connections.close_all()
        connections["default"].close_pool()  # type: ignore[attr-defined]


def _set_up() -> None:
    import django
    import psycopg

    try:
        # Past the pool, which would wait half a minute and then keep the reason to itself.
        psycopg.connect(os.environ["DATABASE_URL"], connect_timeout=10).close()
    except psycopg.Error as wrong:
        raise Trouble(f"The database does not answer: {str(wrong).splitlines()[0]}") from wrong
    django.setup()


@contextlib.contextmanager
def _site() -> Iterator[None]:
    """The program itself, ready to be asked, in the environment a command needs."""
    with _ready():
        _set_up()
        yield


def _prepare() -> None:
    from django.core.management import call_command
    from django.db import connection
    from django.db.migrations.executor import MigrationExecutor

    from commonweal.config import translations

    translations.compile_all()
    executor = MigrationExecutor(connection)
    if executor.migration_plan(executor.loader.graph.leaf_nodes()):
        # Looking is much faster than migrating to where one is: after a fall the site is back sooner.
        call_command("migrate", verbosity=0)
    call_command("createcachetable", verbosity=0)
    prepare_files()


def prepare_files() -> None:
    """Writes what a proxy reads by itself: static files, and the pages for while the program does not answer."""
    from commonweal.config import outages, static_files

    static_files.collect_where_changed()
    folder = _var() / "pages"
    folder.mkdir(exist_ok=True)
    for name, text in outages.pages_of_proxy().items():
        (folder / name).write_text(text, encoding="utf-8")


def _migrate(_options: argparse.Namespace) -> int:
    with _site():
        _prepare()
    return 0


def _serve(options: argparse.Namespace) -> int:
    from commonweal.config import serving

    port = int(environment.value("COMMONWEAL_PORT"))
    serving.demand_free(port)
    own_database = not os.environ.get("DATABASE_URL")
    if options.demo:
        # The web server's processes read it too.
        os.environ["COMMONWEAL_DEMO"] = "yes"
    with _ready():
        # Before anything that counts is imported: the parts of the program count in files they share, from zero.
        counts = _var() / "metrics"
        shutil.rmtree(counts, ignore_errors=True)
        counts.mkdir()
        os.environ["PROMETHEUS_MULTIPROC_DIR"] = str(counts)
        _set_up()
        _prepare()
        said = ""
        if options.demo:
            from commonweal.portal.demo import load

            load.if_empty(say=print)
            said = load.log_ins()
        return serving.serve(port=port, database=_var() / "postgres" if own_database else None, say=said)


def _worker(_options: argparse.Namespace) -> int:
    with _site():
        from django.core.management import call_command

        from commonweal.kernel import tied

        tied.keep_to_itself()
        call_command("procrastinate", "worker")
    return 0


def _demo(options: argparse.Namespace) -> int:
    with _site():
        _prepare()
        from commonweal.portal.demo import load

        started = time.monotonic()
        load.everything(members=options.members, extra_projects=options.projects, say=print)
        print(f"Loaded in {time.monotonic() - started:.1f} s.")
        print(load.log_ins())
        print("These open the site only while it runs as a demo: commonweal serve --demo")
    return 0


def _check_ledger(options: argparse.Namespace) -> int:
    with _site():
        from django.utils import timezone

        from commonweal.dividends.queries import dividend_troubles
        from commonweal.ledger import queries as ledger
        from commonweal.membership.queries import payment_troubles, share_troubles

        found = ledger.troubles(options.seal) + share_troubles(day_of(timezone.now()))
        found += dividend_troubles() + payment_troubles()
        for trouble in found:
            print(f"{trouble.code}: {trouble.where}: {trouble.what}")
        print(f"{len(found) or 'No'} troubles. The last seal, to note down elsewhere: {ledger.last_seal()}")
    return int(bool(found))


def _import(options: argparse.Namespace) -> int:
    if options.file is None and options.what not in ("places", "statutes"):
        raise Trouble(f"Name the file: commonweal import {options.what} FILE")
    with _site():
        _prepare()
        from commonweal.portal.demo import load

        if options.what == "places":
            folder = options.file or Path(environment.value("COMMONWEAL_DATA")) / "belgium"
            try:
                print(load.official_places(folder))
            except Refusal as wrong:
                raise Trouble(str(wrong)) from wrong
            return 0
        if options.what == "statutes":
            from django.utils import timezone

            from commonweal.membership.actions import load_statutes

            print(f"{load_statutes(by=None, now=timezone.now())} new values of the statutes are in.")
            return 0
        if options.what in ("members", "movements"):
            from commonweal.config import sheets

            return sheets.bring_in(options.what, options.file, only_check=options.check, say=print)
        from commonweal.portal.demo import imported

        try:
            call = imported.pabulib(options.file, say=print)
        except imported.CannotImport as wrong:
            raise Trouble(str(wrong)) from wrong
        port = environment.value("COMMONWEAL_PORT")
        print(f"Counted. The result: http://127.0.0.1:{port}/fr/calls/{call.slug}/")
    return 0


def _export(options: argparse.Namespace) -> int:
    with _site():
        from commonweal.projects.queries import ballot_of_call
        from commonweal.voting.queries import published_file, sealed_bundle
        from commonweal.voting.states import NOT_HANDED_OVER

        ballot = ballot_of_call(options.call)
        if ballot is None:
            raise Trouble(f"There is no call named {options.call} with a vote.")
        if options.what == "sealed":
            if ballot.state in NOT_HANDED_OVER:
                raise Trouble(
                    "First hand over the box, on the page of the call: its fingerprint is published then."
                )
            text = json.dumps(sealed_bundle(ballot), ensure_ascii=False)
        else:
            text = published_file(ballot)
        if options.out:
            options.out.write_text(text, encoding="utf-8")
            print(f"Written to {options.out}")
        else:
            sys.stdout.write(text)
    return 0


if __name__ == "__main__":
    sys.exit(main())

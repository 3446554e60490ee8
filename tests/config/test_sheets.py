"""`commonweal import members|movements` as the operator uses it; and, killed with its database, run once more."""

from __future__ import annotations

import os
import signal
import subprocess
import time
from datetime import date, timedelta
from pathlib import Path

import pytest

from commonweal.config import sheets
from commonweal.config.environment import Trouble
from commonweal.membership import queries
from commonweal.membership.models import Import
from tests import factories as make
from tests.config.test_command_line import COMMAND, bare

HEAD = "reference,number,kind,share_class,count,amount,effective_on\n"


@pytest.mark.django_db
def test_a_sheet_is_checked_then_brought_in(tmp_path: Path) -> None:
    member, said, path = make.member(), list[str](), tmp_path / "old.csv"
    path.write_text(
        f"{HEAD}1,{member.number},subscription,A,3,150,2020-06-01\n1,{member.number},gift,A,1,50,2020-06-01\n"
    )
    assert sheets.bring_in("movements", path, only_check=False, say=said.append) == 1
    assert said[:2] == [
        "row 3, kind: This is not a kind of movement.",
        "row 3, reference: This stands in an earlier row already.",
    ]
    assert "Nothing was brought in" in said[-1]
    path.write_text(f"{HEAD}1,{member.number},subscription,A,3,150,2020-06-01\n")
    assert sheets.bring_in("movements", path, only_check=True, say=said.append) == 0
    assert queries.holdings_of([member.number], make.NOW.date()) == {}
    assert sheets.bring_in("movements", path, only_check=False, say=said.append) == 0
    assert said[-1] == "1 rows, 0 in already, 0 problems. All are in."
    assert queries.held_on(member.number, "A", make.NOW.date()).shares == 3
    assert not Import.objects.exclude(content=None).exists()


@pytest.mark.django_db
def test_trouble_is_one_line(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(Trouble, match="could not be read"):
        sheets.bring_in("members", tmp_path / "none.csv", only_check=False, say=print)
    member, path = make.member(), tmp_path / "old.csv"
    path.write_text(f"{HEAD}1,{member.number},subscription,A,60,3000,2020-06-01\n")
    checking = sheets.actions.check_import

    def meanwhile(**given: object) -> Import:
        found = checking(**given)
        make.shares(member, 60)
        return found

    monkeypatch.setattr(sheets.actions, "check_import", meanwhile)
    with pytest.raises(Trouble, match=r"Stopped after 0 rows: .*than is allowed"):
        sheets.bring_in("movements", path, only_check=False, say=print)


def ran(folder: Path, *command: str) -> str:
    """What a command says that must go well, on the database of a folder."""
    told = subprocess.run(
        [*COMMAND, *command], env=bare(COMMONWEAL_VAR=str(folder)), capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def inside(folder: Path, program: str) -> str:
    """What a few lines print that run inside the program, on the database of a folder."""
    lines = f"from commonweal.config import cli\nwith cli._ready():\n    cli._set_up()\n    {program}"
    told = subprocess.run(
        [COMMAND[0], "-c", lines], env=bare(COMMONWEAL_VAR=str(folder)), capture_output=True, text=True
    )
    assert told.returncode == 0, told.stderr
    return told.stdout


def ask(folder: Path, question: str) -> int:
    """One number out of the database of a folder."""
    program = f"from django.db import connection as c; x = c.cursor(); x.execute({question!r}); print(x.fetchone()[0])"
    return int(inside(folder, program).split()[-1])


def killed_midway(folder: Path, path: Path) -> None:
    """Runs the import, and kills the database and the program once a part of the rows is in."""
    running = subprocess.Popen(
        [*COMMAND, "import", "movements", str(path)],
        env=bare(COMMONWEAL_VAR=str(folder)),
        stdout=subprocess.DEVNULL,
        stderr=subprocess.DEVNULL,
    )
    import psycopg

    pid_file = folder / "postgres" / "postmaster.pid"
    count = 0
    while count == 0:
        assert running.poll() is None, "the import ended before it could be killed"
        time.sleep(0.05)
        lines = pid_file.read_text().splitlines() if pid_file.exists() else []
        if len(lines) < 5 or not lines[4]:
            continue
        try:
            with psycopg.connect(host=lines[4], user="postgres", dbname="postgres") as connection:
                row = connection.execute(
                    "SELECT done_count FROM membership_import WHERE kind = 'movements'"
                ).fetchone()
                count = row[0] if row else 0
        except psycopg.Error:
            continue
    server = int(lines[0])
    os.kill(server, signal.SIGKILL)
    running.kill()
    running.wait()
    while Path(f"/proc/{server}").exists():
        time.sleep(0.05)


@pytest.mark.proof
def test_an_import_killed_with_its_database_goes_on(tmp_path: Path) -> None:
    """Sixty thousand movements; the server is killed with the first pieces in. Nothing is lost, nothing is in twice."""
    members, days = 2_000, 30
    start = date(2020, 1, 1)
    with (tmp_path / "members.csv").open("w") as file:
        file.write("number,given_name,family_name,language,postcode,joined_on\n")
        file.writelines(f"{n},Given,Family {n},fr,1300,2011-01-01\n" for n in range(1, members + 1))
    with (tmp_path / "moves.csv").open("w") as file:
        file.write(HEAD)
        for number in range(1, members + 1):
            file.writelines(
                f"{number}:{day},{number},subscription,A,1,50,{start + timedelta(days=day)}\n"
                for day in range(days)
            )
    folder = tmp_path / "var"
    ran(folder, "import", "statutes")
    inside(folder, "from commonweal.places.actions import import_gazetteer; import_gazetteer()")
    ran(folder, "import", "members", str(tmp_path / "members.csv"))
    killed_midway(folder, tmp_path / "moves.csv")
    before = ask(folder, "SELECT count(*) FROM ledger_operation")
    assert 0 < before < members * days
    ran(folder, "import", "movements", str(tmp_path / "moves.csv"))
    assert ask(folder, "SELECT count(*) FROM ledger_operation") == members * days
    wrong = "SELECT owner FROM ledger_posting WHERE account_id = 'shares.A' GROUP BY owner HAVING sum(quantity) <> 30"
    assert ask(folder, f"SELECT count(*) FROM ({wrong}) w WHERE owner > 0") == 0
    assert ran(folder, "check-ledger").startswith("No troubles")
    print(f"\nkilled with {before:,} of {members * days:,} movements in; all in after the second run")

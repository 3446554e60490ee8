"""`commonweal count`: the same result as the library, one JSON object or a table, one clear line when a file
is bad.
"""

import argparse
import hashlib
import io
import json
import runpy
import subprocess
import sys
from fractions import Fraction
from pathlib import Path

import pytest

from commonweal.allocation import (
    ByLaw,
    Completion,
    Rule,
    Ties,
    Utility,
    commandline,
    count,
    explained,
    read,
    write,
)
from commonweal.allocation.__main__ import main

from .elections import approval


@pytest.fixture
def small(tmp_path: Path) -> Path:
    path = tmp_path / "small.pb"
    election = approval(10, [6, Fraction("2.5"), 6], ["9 10", "9", "b", "10 b", "10", ""])
    named = write(election).replace("project_id;cost", "project_id;cost;name")
    for place, row in enumerate(("9;6", "10;2.5", "b;6")):
        named = named.replace(f"\n{row}\n", f"\n{row};{'A long name ' * 8 if place else 'Swings'}\n")
    path.write_text(named, encoding="utf-8")
    return path


def test_json_is_one_object_with_the_outcome(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert (
        main([str(small), "--json", "--rule", "equal-shares", "--completion", "add1u", "--ties", "id"]) == 0
    )
    said = json.loads(capsys.readouterr().out)
    outcome = count(read(small), ByLaw(completion=Completion.ADD1U, ties=Ties.ID))
    assert said == json.loads(json.dumps(outcome.to_json()))
    assert said["rule"] == "equal-shares"
    assert said["winners"] == list(outcome.winners)
    assert said["budget"] == 10
    assert Fraction(said["spent"]) == outcome.spent
    assert list(said)[:4] == ["rule", "bylaw", "budget", "spent"]


def test_every_argument_reaches_the_bylaw(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    words = "--rule equal-shares --utility cardinality --completion add1 --ties cost --start floor --step 1/3"
    assert main([str(small), "--json", "--stop", "over-budget", *words.split()]) == 0
    assert json.loads(capsys.readouterr().out)["bylaw"] == {
        "rule": "equal-shares",
        "utility": "cardinality",
        "completion": "add1",
        "ties": "cost",
        "start": "floor",
        "step": "1/3",
        "stop": "over-budget",
        "lot": "",
        "weights": "",
        "labels": "",
        "floors": "",
        "ceilings": "",
    }


def test_the_table_names_winners_payers_and_totals(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(small), "--completion", "greedy", "--ties", "id"]) == 0
    lines = capsys.readouterr().out.splitlines()
    assert lines[0].split() == ["project", "cost", "supporters", "paid", "by", "through", "name"]
    assert lines[1].split()[:6] == ["1", "10", "2.50", "3", "3", "equal-shares"]
    assert lines[1].endswith("…")
    assert max(map(len, lines)) < 130
    assert lines[2].split()[:5] == ["2", "9", "6", "2", "greedy"]
    assert "2 of 3 projects, 6 voters" in lines
    assert "spent 8.50 of 10" in lines
    assert "share of each voter 1.67" in lines
    assert lines[-1].startswith("rule equal-shares, utility cost, completion greedy, ties id")


def test_greedy_has_no_share_to_print(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main([str(small), "--rule", Rule.GREEDY.value]) == 0
    assert "share of each voter" not in capsys.readouterr().out


@pytest.mark.parametrize(
    ("old", "new", "extra", "words"),
    [
        ("vote_type;approval", "vote_type;lottery", [], "line 6, column 11: vote_type 'lottery'"),
        ("vote_type", "vote_type", ["--utility", "points"], "carry no points"),
        ("vote_type", "vote_type", ["--step", "0"], "step Fraction(0, 1)"),
    ],
)
def test_a_bad_file_or_bylaw_ends_with_one_line_and_code_1(
    small: Path, capsys: pytest.CaptureFixture[str], old: str, new: str, extra: list[str], words: str
) -> None:
    small.write_text(small.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")
    assert main([str(small), *extra]) == 1
    said = capsys.readouterr()
    assert said.out == ""
    assert words in said.err
    assert str(small) in said.err
    assert len(said.err.splitlines()) == 1


def test_the_module_itself_is_the_command(
    small: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(sys, "argv", ["count", str(small)])
    monkeypatch.delitem(sys.modules, "commonweal.allocation.__main__")
    with pytest.raises(SystemExit) as caught:
        runpy.run_module("commonweal.allocation", run_name="__main__")
    assert caught.value.code == 0
    assert "6 voters" in capsys.readouterr().out


def test_a_missing_file_ends_with_one_line_and_code_1(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(tmp_path / "none.pb")]) == 1
    assert capsys.readouterr().err == f"{tmp_path / 'none.pb'}: No such file or directory\n"


@pytest.mark.parametrize("step", ["x", "1/0", "1/x", "1e9"])
def test_a_step_that_is_no_number_is_refused_by_the_parser(small: Path, step: str) -> None:
    with pytest.raises(SystemExit) as caught:
        main([str(small), "--step", step])
    assert caught.value.code == 2


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


def test_progress_rewrites_one_line_on_a_terminal(monkeypatch: pytest.MonkeyPatch) -> None:
    screen = Terminal()
    clock = iter([0.0, 0.05, 0.2, 5.0])
    monkeypatch.setattr(sys, "stderr", screen)
    monkeypatch.setattr(commandline.time, "monotonic", lambda: next(clock))
    teller = commandline.ProgressLine()
    for done in range(3):
        teller("counting", done, 3)
    teller.close()
    assert screen.getvalue() == "\rcounting: 1 of 3\rcounting: 2 of 3\n"


def test_progress_in_a_log_file_waits_two_seconds(monkeypatch: pytest.MonkeyPatch) -> None:
    log = io.StringIO()
    clock = iter([0.0, 1.9, 2.1, 3.0])
    monkeypatch.setattr(sys, "stderr", log)
    monkeypatch.setattr(commandline.time, "monotonic", lambda: next(clock))
    teller = commandline.ProgressLine()
    for done in range(3):
        teller("counting", done, None)
    teller.close()
    assert log.getvalue() == "counting: 1\n"


def test_the_arguments_fit_into_another_parser(small: Path, capsys: pytest.CaptureFixture[str]) -> None:
    parser = argparse.ArgumentParser()
    commandline.add_arguments(parser.add_subparsers().add_parser("count"))
    assert commandline.run(parser.parse_args(["count", str(small), "--completion", "greedy"])) == 0
    assert "2 of 3 projects" in capsys.readouterr().out


def test_the_command_runs_alone_and_imports_nothing_heavy(small: Path) -> None:
    code = (
        "import sys\nfrom commonweal.allocation.__main__ import main\nmain([sys.argv[1]])\n"
        "heavy = {'django', 'psycopg', 'pyarrow'} & set(sys.modules)\n"
        "sys.exit(f'imported {heavy}' if heavy else 0)"
    )
    done = subprocess.run(
        [sys.executable, "-c", code, str(small)], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
    alone = [sys.executable, "-m", "commonweal.allocation", str(small)]
    assert subprocess.run(alone, capture_output=True, text=True, check=True).stdout == done.stdout


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("rule", "how"), [("mes-cost+add1u", "whole"), ("mes-card", "fast"), ("phragmen", "fast")]
)
def test_what_the_benchmark_runs_counts_as_the_command_does(small: Path, rule: str, how: str) -> None:
    runner = Path(__file__).parents[2] / "bench" / "peers" / "ours.py"
    done = subprocess.run(
        [sys.executable, str(runner), str(small), rule, how], capture_output=True, text=True, check=False
    )
    assert done.returncode == 0, done.stderr
    bylaw = {
        "mes-cost+add1u": ByLaw(completion=Completion.ADD1U, ties=Ties.ID),
        "mes-card": ByLaw(utility=Utility.CARDINALITY, completion=Completion.NONE, ties=Ties.ID),
        "phragmen": ByLaw(Rule.PHRAGMEN, ties=Ties.ID),
    }[rule]
    assert json.loads(done.stdout)["winners"] == sorted(count(read(small), bylaw).winners)


def test_reasons_and_certificates_are_part_of_the_json(
    small: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert main([str(small), "--json", "--explain", "--compare", "greedy", "--ties", "id"]) == 0
    said = json.loads(capsys.readouterr().out)
    found = explained(read(small), ByLaw(ties=Ties.ID))
    assert said["not_funded"] == json.loads(json.dumps([each.to_json() for each in found.not_funded]))
    assert said["input_hash"] == hashlib.sha256(small.read_bytes()).hexdigest()
    assert said["certificates"]["priceability"] == {"holds": True, "failing": None}
    assert said["certificates"]["proportionality"]["holds"] is True
    assert said["beside"]["rule"] == "greedy"
    assert main([str(small), "--json", "--explain", "--ties", "id", "--engine", "plain"]) == 0
    plain = json.loads(capsys.readouterr().out)
    assert plain == {key: value for key, value in said.items() if key != "beside"}


def test_reasons_and_certificates_are_said_in_words(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "split.pb"
    path.write_text(write(approval(10, [5, 5, 3], ["9 10"] * 6 + ["b"] * 4)), encoding="utf-8")
    assert main([str(path), "--rule", "greedy", "--explain", "--compare", "equal-shares"]) == 0
    said = capsys.readouterr().out
    assert "Not funded, and what would have been enough:" in said
    assert "proportional to groups (EJR+ up to one): fails" in said
    assert "  4 supporters of b deserve 4, and each would have at most 3 with it" in said
    assert "voters with nothing: 4 under greedy, 0 under equal-shares" in said
    assert "price system" not in said
    assert main([str(path), "--explain"]) == 0
    said = capsys.readouterr().out
    assert "what would have been enough, everyone's share being the same:" in said
    assert "price system: holds" in said


def test_a_certificate_that_does_not_apply_is_null(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "fine.pb"
    cents = Fraction(1, 2**40)
    path.write_text(write(approval(cents, [Fraction(10**9)] * 2, ["9", "10"])), encoding="utf-8")
    assert main([str(path), "--rule", "greedy", "--explain", "--json"]) == 0
    assert json.loads(capsys.readouterr().out)["certificates"] == {
        "priceability": None,
        "proportionality": None,
    }
    assert main([str(path), "--rule", "greedy", "--explain"]) == 0
    assert "costs are too fine to be checked" in capsys.readouterr().out

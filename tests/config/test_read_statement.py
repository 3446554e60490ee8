"""`commonweal read-statement` as a stranger runs it: no database, no settings, files from a bank."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

from tests.config.test_command_line import COMMAND, bare
from tests.treasury.bank_files import ACCOUNT

CASES = Path(__file__).parent.parent / "treasury" / "cases"


def run(*words: str | Path) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [*COMMAND, "read-statement", *map(str, words)],
        env=bare(LC_ALL="C.UTF-8"),
        capture_output=True,
        text=True,
        timeout=60,
        check=False,
    )


def reports(*names: str) -> tuple[int, list[dict[str, Any]]]:
    done = run(*(CASES / name for name in names), "--account", ACCOUNT, "--json")
    assert done.stderr == ""
    return done.returncode, json.loads(done.stdout)


def test_a_file_is_shown_with_its_statements_and_movements() -> None:
    code, (file,) = reports("camt-ultimate-debtor-is-the-member.xml")
    assert (code, file["ok"], file["refusal"], file["format"]) == (0, True, None, "camt.053.001.08")
    (statement,) = file["statements"]
    assert {
        key: statement[key] for key in ("number", "day", "account", "opening_balance", "closing_balance")
    } == {
        "number": "2026-012",
        "day": "2026-11-20",
        "account": ACCOUNT,
        "opening_balance": "1000.00",
        "closing_balance": "1500.00",
    }
    (move,) = statement["movements"]
    assert (move["day"], move["amount"], move["direction"], move["reference"]) == (
        "2026-11-20",
        "500.00",
        "in",
        "A1",
    )
    assert (move["payer"], move["ultimate_payer"]) == ("WISE PAYMENTS LTD", "JEANNE DELVAUX")
    assert (move["account"], move["communication"], move["odd"]) == ("BE39001112223319", "310000014739", [])


def test_what_is_odd_and_what_is_refused_is_named() -> None:
    code, (odd, packed) = reports("coda-payer-account-bad-iban.cod", "camt-zipped-by-the-bank.zip")
    assert (code, odd["ok"], packed["ok"]) == (1, True, False)
    first, second = odd["statements"][0]["movements"]
    assert [(each["code"], each["detail"]) for each in first["odd"]] == [
        ("payer_account", "BE11001112223319")
    ]
    assert (first["account"], first["account_is_iban"], second["odd"]) == ("BE11001112223319", False, [])
    assert (packed["refusal"]["kind"], packed["refusal"]["line"]) == ("zip", 1)


def test_files_are_read_one_after_the_other_and_nothing_is_passed_over_in_silence() -> None:
    code, files = reports("trial-g1_ntryref.xml", "trial-g2_ntryref.xml", "trial-g1_ntryref.xml")
    assert code == 0
    (first,), (second,), (again,) = ([*each["statements"]] for each in files)
    assert first["movements"][0]["reference"] == second["movements"][0]["reference"] == "1"
    assert second["movements"][0]["equals"] is None, "the same reference is not the same movement"
    assert again["read_before"] == {"file": str(CASES / "trial-g1_ntryref.xml"), "statement": "2026-007"}
    assert again["movements"][0]["equals"]["line"] == first["movements"][0]["line"]
    _code, (one, two) = reports("trial-h1_sameseq.xml", "trial-h2_sameseq.xml")
    assert one["statements"][0]["number"] == two["statements"][0]["number"]
    assert two["statements"][0]["read_before"] is None, "the same number is not the same statement"


def test_it_is_readable_for_people_and_trouble_is_one_line() -> None:
    done = run(CASES / "trial-d3_badref_foreign.xml", "--account", "be68 5390 0754 7034")
    assert (done.returncode, done.stderr) == (0, "")
    assert "statement 2026-005 of 2026-11-30, 9350.28 to 9400.28 EUR" in done.stdout
    assert "+50.00 Hans Muster DE89370400440532013000" in done.stdout
    assert "structured communication do not hold" in done.stdout
    packed = run(CASES / "camt-zipped-by-the-bank.zip", "--account", ACCOUNT)
    assert (packed.returncode, "this is a ZIP" in packed.stdout) == (1, True)
    other = run(CASES / "coda-two-accounts-second-in-usd.cod", "--account", ACCOUNT)
    assert "set aside: BE43068999999501 in USD (line 9)" in other.stdout
    cases = ("trial-g1_ntryref.xml", "trial-g1_ntryref.xml")
    assert "equals line 8 of" in run(*(CASES / name for name in cases), "--account", ACCOUNT).stdout
    first = CASES / "camt-amount-leading-zeros.xml"
    second = CASES / "camt-ultimate-debtor-is-the-member.xml"
    both = run(first, second, "--account", ACCOUNT)
    assert (
        "a statement of the same day and balances was read in before, with another movement in its place"
        in both.stdout
    )
    missing = run("/nowhere.cod", "--account", ACCOUNT)
    assert (missing.returncode, missing.stdout.count("\n")) == (1, 1)
    wrong = run(CASES / "trial-d1_zoe.cod", "--account", "BE00")
    assert (wrong.returncode, wrong.stderr) == (1, "BE00 is no account number (IBAN).\n")


def test_it_loads_no_framework() -> None:
    code = (
        "import sys; from commonweal.config import cli; "
        f"cli.main(['read-statement', {str(CASES / 'trial-d1_zoe.cod')!r}, '--account', {ACCOUNT!r}]); "
        "sys.exit('django' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], env=bare(), capture_output=True, check=False).returncode
        == 0
    )

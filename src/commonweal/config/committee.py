"""`commonweal committee`: a key for those who count, and the opening of a bundle of envelopes. Needs no database."""

from __future__ import annotations

import argparse
import json
from pathlib import Path
from typing import Any

from commonweal.config.environment import Trouble


def describe(parser: argparse.ArgumentParser) -> None:
    """Adds the steps `new`, `check` and `open` to the command."""
    steps = parser.add_subparsers(dest="step", required=True)
    new = steps.add_parser("new", help="make a key and print a sheet for each holder")
    new.add_argument("--holders", required=True, help="names, separated by commas")
    new.add_argument(
        "--threshold", type=int, default=2, help="how many holders open the ballots together (default 2)"
    )
    new.add_argument("--out", type=Path, required=True, help="folder for the sheets")
    new.set_defaults(run=_committee_new)
    check = steps.add_parser("check", help="open the test envelope of the page with the holders' sheets")
    check.add_argument(
        "envelope", type=Path, help="file `test-envelope.txt` from the page that opens the vote"
    )
    check.add_argument(
        "--sheet", type=Path, action="append", required=True, help="a holder's sheet; several times"
    )
    check.set_defaults(run=_committee_check)
    opening = steps.add_parser("open", help="open the envelopes of a bundle with the holders' sheets")
    opening.add_argument("bundle", type=Path, help="file made by `commonweal export sealed CALL`")
    opening.add_argument(
        "--sheet", type=Path, action="append", required=True, help="a holder's sheet; several times"
    )
    opening.add_argument("--out", type=Path, required=True, help="the ballot file to write (.pb)")
    opening.set_defaults(run=_committee_open)


def _committee_new(options: argparse.Namespace) -> int:
    from commonweal.voting.committee import write_sheets
    from commonweal.voting.sealing import key_text

    names = [name.strip() for name in options.holders.split(",") if name.strip()]
    try:
        key, sheets = write_sheets(options.out, names, options.threshold)
    except ValueError as wrong:
        raise Trouble(str(wrong)) from wrong
    for name, sheet in zip(names, sheets, strict=True):
        print(f"{options.out / f'sheet-{sheet.number}.txt'}: for {name}")
    print(f"Public key, to paste when the vote opens: {key_text(key)}")
    return 0


def _committee_check(options: argparse.Namespace) -> int:
    from commonweal.voting.committee import BrokenBundle, answer_in
    from commonweal.voting.sealing import WrongSheets

    try:
        sheets = [read_sheet(path) for path in options.sheet]
        answer = answer_in(_envelope_in(options.envelope), sheets)
    except (OSError, ValueError, WrongSheets, BrokenBundle) as wrong:
        raise Trouble(f"The key was not shown to be right: {wrong}") from wrong
    numbers = ", ".join(str(sheet.number) for sheet in sheets)
    print(f"Sheets {numbers} open what is sealed to the key of this vote.")
    print(f"Answer to type on the page: {answer}")
    return 0


def _envelope_in(path: Path) -> bytes:
    """The envelope in a file: its last line, in hexadecimal. Raises ValueError, OSError."""
    lines = path.read_text(encoding="utf-8").split("\n")
    written = next((line.strip() for line in reversed(lines) if line.strip()), "")
    try:
        return bytes.fromhex(written)
    except ValueError as wrong:
        raise ValueError(
            f"{path} is no test envelope: its last line holds figures and the letters a-f."
        ) from wrong


def read_sheet(path: Path) -> Any:
    """The holder's sheet in a file: its line that starts with CW. Raises WrongSheets, OSError."""
    from commonweal.voting.sealing import Sheet

    lines = path.read_text(encoding="utf-8").splitlines()
    return Sheet.read(next((line for line in lines if line.startswith("CW ")), ""))


def _committee_open(options: argparse.Namespace) -> int:
    from commonweal.voting.committee import BrokenBundle, opened_file
    from commonweal.voting.sealing import WrongSheets

    try:
        bundle = json.loads(options.bundle.read_text(encoding="utf-8"))
        text = opened_file(bundle, [read_sheet(path) for path in options.sheet])
        options.out.write_text(text, encoding="utf-8")
    except (OSError, json.JSONDecodeError, KeyError, WrongSheets, BrokenBundle) as wrong:
        raise Trouble(f"The ballots were not opened: {wrong}") from wrong
    print(
        f"{len(bundle['envelopes'])} ballots opened into {options.out}. Bring this file to the call's page."
    )
    return 0

"""`commonweal committee`: a key for those who count, and the opening of a bundle of envelopes. Needs no database."""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from commonweal.config.environment import Trouble
from commonweal.kernel.days import ZONE
from commonweal.kernel.text import for_terminal
from commonweal.voting.rules.turnout import SMALLEST_GROUP


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
        "--box", help="needed: the fingerprint of the box, as you read it on the page of the vote"
    )
    opening.add_argument(
        "--sheet", type=Path, action="append", required=True, help="a holder's sheet; several times"
    )
    opening.add_argument("--out", type=Path, required=True, help="the ballot file to write (.pb); a new one")
    opening.add_argument(
        "--still-open",
        action="store_true",
        help="open although the vote has not closed, by this machine's clock",
    )
    opening.add_argument(
        "--few-envelopes",
        action="store_true",
        help=f"open although there are fewer than {SMALLEST_GROUP} envelopes",
    )
    opening.add_argument(
        "--leave-out",
        action="store_true",
        help="leave out envelopes that cannot be counted, and say in the file how many and at which places of the box",
    )
    opening.set_defaults(run=_committee_open)


def now() -> datetime:
    """The moment by this machine's clock."""
    return datetime.now(UTC)


def say(text: str) -> None:
    """Prints a line; names and paths in it do nothing to a terminal."""
    print(for_terminal(text))


def _committee_new(options: argparse.Namespace) -> int:
    from commonweal.voting.committee import write_sheets
    from commonweal.voting.sealing import key_text

    names = [name.strip() for name in options.holders.split(",") if name.strip()]
    try:
        key, sheets = write_sheets(options.out, names, options.threshold)
    except (ValueError, OSError) as wrong:
        raise Trouble(f"No key was made: {wrong}") from wrong
    for name, sheet in zip(names, sheets, strict=True):
        say(f"{options.out / f'sheet-{sheet.number}.txt'}: for {name}")
    say(f"Public key, to paste when the vote opens: {key_text(key)}")
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
    say(f"Sheets {numbers} open what is sealed to the key of this vote.")
    say(f"Answer to type on the page: {answer}")
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
    from commonweal.voting.committee import BrokenBundle, bundle_in, left_out_of, opened_file, write_new
    from commonweal.voting.rules.bundles import NoBundle
    from commonweal.voting.sealing import WrongSheets, opening_key

    try:
        bundle = bundle_in(options.bundle.read_text(encoding="utf-8"))
    except (NoBundle, UnicodeDecodeError) as wrong:
        what = str(wrong) if isinstance(wrong, NoBundle) else "it is no text."
        raise Trouble(
            f"The ballots were not opened: {options.bundle} is no bundle of sealed envelopes: {what}", code=2
        ) from wrong
    except OSError as wrong:
        raise Trouble(f"The ballots were not opened: {wrong}") from wrong
    _ask_twice(bundle, options)
    sheets, unread = _sheets_in(options.sheet)
    bad = "".join(f" {path} was not used: {why}" for path, why in unread)
    try:
        _key, strays = opening_key(sheets, bytes.fromhex(bundle["definition"]["public_key"]))
        used = [each for each in sheets if each not in strays]
        text = opened_file(bundle, used, leave_out=options.leave_out)
        left_out = len(left_out_of(text))
        _few_are_left(bundle, left_out, options)
        write_new(options.out, text)
    except (OSError, ValueError, WrongSheets, BrokenBundle) as wrong:
        raise Trouble(f"The ballots were not opened: {wrong}{bad}") from wrong
    if bad:
        say(bad.strip())
    for each in strays:
        say(f"Sheet {each.number} was not used: it does not go with the others.")
    count = len(bundle["envelopes"]) - left_out
    say(f"{count} ballots opened into {options.out}. Bring this file to the call's page.")
    if left_out:
        say(
            f"{left_out} envelope{'s' * (left_out > 1)} could not be counted: the file names the places in the box, and "
            "the page of the result says how many. Write down together that you left them out, and why."
        )
    return 0


def _few_are_left(bundle: dict[str, Any], left_out: int, options: argparse.Namespace) -> None:
    """Refuses to write few ballots beside many envelopes that somebody may have spoiled for it. Raises Trouble."""
    left = len(bundle["envelopes"]) - left_out
    if left_out and left < SMALLEST_GROUP and not options.few_envelopes:
        raise Trouble(
            f"Only {left} envelopes can be counted, fewer than {SMALLEST_GROUP}: whose they are may be known. Nothing was "
            "written. If you mean it, add --few-envelopes."
        )


def _ask_twice(bundle: dict[str, Any], options: argparse.Namespace) -> None:
    """Refuses another box than the one that was handed over, and what is opened only when it is meant. Raises Trouble."""
    from commonweal.voting.rules.bundles import moment_of, same_box, still_open, too_few, typed_fingerprint

    if not options.box:
        raise Trouble(
            "Read the fingerprint of the box on the page of the vote, on a screen of your own, and add it: "
            "--box 1234-5678-9abc-def0-1234-5678-9abc-def0. It shows that nothing was added to this bundle "
            "or taken from it."
        )
    try:
        box = typed_fingerprint(options.box)
    except ValueError as wrong:
        raise Trouble(
            f"This is no fingerprint of a box: {wrong} Type it as it stands on the page of the vote."
        ) from wrong
    if not same_box(bundle, box):
        raise Trouble(
            "This is not the box with that fingerprint: compare what you typed with the page of the vote. If it is "
            "the same, this bundle is another one, with envelopes added or taken away: open nothing, and tell the other "
            "holders and the members of the board."
        )
    if still_open(bundle, now()) and not options.still_open:
        closes = shown_moment(moment_of(bundle["definition"]["closes_at"]))
        raise Trouble(
            f"The vote is open until {closes} in Belgium: votes that are opened before tell who else may still win. "
            "If this clock is wrong, or you mean it, add --still-open."
        )
    count = len(bundle["envelopes"])
    if too_few(bundle) and not options.few_envelopes:
        raise Trouble(
            f"The bundle holds {count} envelope{'s' * (count > 1)}, fewer than {SMALLEST_GROUP}: whose they are may be "
            "known. If so few voted, add --few-envelopes."
        )


def shown_moment(moment: datetime) -> str:
    """A moment as clocks in Belgium show it: `Saturday 12 December 2026, 20:00`."""
    local = moment.astimezone(ZONE)
    return f"{local:%A} {local.day} {local:%B %Y, %H:%M}"


def _sheets_in(paths: Sequence[Path]) -> tuple[list[Any], list[tuple[Path, str]]]:
    """The sheets that can be read, and why the others cannot."""
    sheets, unread = [], []
    for path in paths:
        try:
            sheets.append(read_sheet(path))
        except (OSError, ValueError) as wrong:
            unread.append((path, str(wrong)))
    return sheets, unread

"""The command `read-statement`: what bank files say, read as the pages read them. Needs no database and keeps nothing."""

from __future__ import annotations

import argparse
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

from commonweal.config.environment import Trouble
from commonweal.kernel.text import for_terminal
from commonweal.treasury.rules.ibans import read_iban
from commonweal.treasury.rules.statements import FILE_BYTES
from commonweal.treasury.rules.statements.report import Reports, as_text, unread


def describe(command: Callable[..., argparse.ArgumentParser]) -> None:
    """Adds the command to the command line."""
    made = command(
        "read-statement", run, "Read bank files (CODA, camt.053) and show what they say; needs no database."
    )
    made.add_argument("files", nargs="+", metavar="FILE", help="files as the bank gives them")
    made.add_argument(
        "--account", required=True, metavar="IBAN", help="the account whose statements are read"
    )
    made.add_argument("--json", action="store_true", help="a JSON list with one object for each file")


def run(options: argparse.Namespace) -> int:
    """Shows what each file says; 0 when all of all was read, 1 otherwise. Raises Trouble."""
    try:
        account = read_iban(options.account)
    except ValueError as wrong:
        raise Trouble(f"{options.account} is no account number (IBAN).") from wrong
    reader = Reports(account)
    reports = [_report(reader, name) for name in options.files]
    if options.json:
        print(for_terminal(json.dumps(reports, ensure_ascii=False, indent=1)))
    else:
        print(*map(for_terminal, as_text(reports)), sep="\n")
    return int(not all(each["ok"] for each in reports))


def _report(reader: Reports, name: str) -> dict[str, Any]:
    try:
        with Path(name).open("rb") as file:
            data = file.read(FILE_BYTES + 1)
    except OSError as wrong:
        why = {"kind": "no_file", "line": 0, "what": wrong.strerror or "cannot be opened", "detail": name}
        return unread(name, why)
    return reader.add(name, data)

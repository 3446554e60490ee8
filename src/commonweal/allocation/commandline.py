"""The command `commonweal count FILE.pb`: counts one Pabulib file and prints the result.

Works on the file alone: no database, no settings, no network. A bad file ends with exit code 1 and one clear
line.
"""

import argparse
import json
import sys
import time
from dataclasses import fields
from fractions import Fraction
from pathlib import Path

from commonweal.allocation.bylaw import ByLaw, ByLawError, Completion, Rule, Start, Stop, Ties, Utility
from commonweal.allocation.count import count
from commonweal.allocation.election import Election, ElectionError, number_from_text
from commonweal.allocation.outcome import Outcome
from commonweal.allocation.pabulib import PabulibError, read
from commonweal.allocation.tally import UtilityError

# Work that is over sooner than this is not worth a progress line in a log file.
QUIET_SECONDS = 2.0


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Add the arguments of `commonweal count` to a parser; `run` takes what it parses."""
    parser.add_argument("file", type=Path, metavar="FILE.pb", help="an election in the Pabulib format")
    parser.add_argument("--rule", choices=list(Rule), default=Rule.EQUAL_SHARES)
    parser.add_argument("--utility", choices=list(Utility), default=Utility.COST)
    parser.add_argument("--completion", choices=list(Completion), default=Completion.NONE)
    parser.add_argument("--ties", choices=list(Ties), default=Ties.COST)
    parser.add_argument("--lot", default="", metavar="TEXT", help="orders projects that are still equal")
    parser.add_argument(
        "--weights", default="", metavar="COLUMN", help="column of the votes with the shares held"
    )
    parser.add_argument(
        "--start", choices=list(Start), default=Start.EXACT, help="the first share of each voter"
    )
    parser.add_argument("--step", type=_step, default=Fraction(1), metavar="N", help="raise of each share")
    parser.add_argument(
        "--stop", choices=list(Stop), default=Stop.EXHAUSTIVE, help="when raising the shares ends"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")


def _step(text: str) -> Fraction:
    """A step such as 1, 0.5 or 1/3; argparse turns the ValueError into its own message."""
    above, slash, below = text.partition("/")
    if slash and not (below.isdecimal() and int(below)):
        raise ValueError(text)
    return number_from_text(above) / (int(below) if slash else 1)


def bylaw_from(args: argparse.Namespace) -> ByLaw:
    """The by-law the arguments name; ByLawError when there is no such by-law."""
    return ByLaw(**{field.name: getattr(args, field.name) for field in fields(ByLaw)})


def run(args: argparse.Namespace) -> int:
    """Count the file and print the result; 0, or 1 after one line on stderr saying what is wrong."""
    try:
        bylaw = bylaw_from(args)
        teller = ProgressLine()
        election = read(Path(args.file))
        teller("ballots read", len(election.ballots), len(election.ballots))
        outcome = count(election, bylaw, teller)
        teller.close()
    except (PabulibError, ByLawError, UtilityError, ElectionError) as error:
        print(f"{args.file}: {error}", file=sys.stderr)
        return 1
    except OSError as error:
        print(f"{args.file}: {error.strerror or error}", file=sys.stderr)
        return 1
    if args.json:
        print(json.dumps(outcome.to_json(), ensure_ascii=False))
    else:
        print(table(election, outcome), end="")
    return 0


class ProgressLine:
    """A progress callback that rewrites one line on stderr.

    On a terminal from the start, elsewhere only after two seconds and then at most once in two seconds.
    """

    def __init__(self) -> None:
        self.terminal = sys.stderr.isatty()
        self.said_at = time.monotonic()
        self.shown = False

    def __call__(self, what: str, done: int, total: int | None) -> None:
        now = time.monotonic()
        if now - self.said_at < (0.1 if self.terminal else QUIET_SECONDS):
            return
        self.said_at, self.shown = now, True
        of_all = "" if total is None else f" of {total}"
        line = f"{what}: {done}{of_all}"
        print(
            f"\r{line}" if self.terminal else line,
            end="" if self.terminal else "\n",
            file=sys.stderr,
            flush=True,
        )

    def close(self) -> None:
        """End the line on a terminal, so that what follows starts on its own."""
        if self.terminal and self.shown:
            print(file=sys.stderr)


def amount_text(amount: Fraction) -> str:
    """Currency units for a reader: whole amounts as they are, others to two places, rounded half to even."""
    if amount.denominator == 1:
        return f"{amount.numerator:,}"
    hundredths = round(amount * 100)
    return f"{hundredths // 100:,}.{hundredths % 100:02}"


def table(election: Election, outcome: Outcome) -> str:
    """The winners in order of selection as an aligned table, with the totals below; ends in a newline."""
    rows = [("", "project", "cost", "supporters", "paid by", "through", "name")]
    for found in outcome.rounds:
        project = election.project(found.project)
        paid_by = str(found.payers) if found.payments else ""
        name = " ".join(project.name.split())
        if len(name) > 60:
            name = name[:59] + "…"
        cost = amount_text(project.cost)
        number, supporters = str(found.number), str(found.supporters)
        rows.append((number, project.id, cost, supporters, paid_by, found.phase.value, name))
    widths = [max(len(row[at]) for row in rows) for at in range(7)]
    lines = []
    for row in rows:
        cells = [cell.rjust(width) for cell, width in zip(row[:5], widths[:5], strict=True)]
        lines.append("  ".join([*cells, row[5].ljust(widths[5]), row[6]]).rstrip())
    law = outcome.bylaw.to_json()
    lines.append("")
    shares = f" with {outcome.voters} shares" if outcome.bylaw.weights else ""
    lines.append(
        f"{len(outcome.winners)} of {len(election.projects)} projects, {len(election.ballots)} voters{shares}"
    )
    lines.append(f"spent {amount_text(outcome.spent)} of {amount_text(outcome.budget)}")
    if outcome.endowment is not None:
        lines.append(f"share of each voter {amount_text(outcome.endowment)}")
    lines.append(", ".join([f"{name} {word}" for name, word in law.items() if word]))
    return "\n".join(lines) + "\n"

"""The command `commonweal count FILE.pb`: counts one Pabulib file and prints the result.

Works on the file alone: no database, no settings, no network. A bad file ends with exit code 1 and one clear
line.
"""

import argparse
import hashlib
import json
import sys
import time
from dataclasses import fields, replace
from fractions import Fraction
from pathlib import Path

from commonweal.allocation.bylaw import (
    ByLaw,
    ByLawError,
    Completion,
    Rule,
    Start,
    Stop,
    Ties,
    Utility,
    without_effect,
)
from commonweal.allocation.certify import priceability, proportionality
from commonweal.allocation.count import Engine, count, counted, written_down
from commonweal.allocation.election import Election, ElectionError, number_from_text
from commonweal.allocation.explain import NotFunded, reasons_of
from commonweal.allocation.fast.engine import FastCount
from commonweal.allocation.invalid import Treatment, read_treating
from commonweal.allocation.notes import notes_on
from commonweal.allocation.outcome import JsonValue, Outcome
from commonweal.allocation.pabulib import PabulibError
from commonweal.allocation.plain.engine import PlainCount
from commonweal.allocation.tally import UtilityError
from commonweal.allocation.voters import Comparison, compare
from commonweal.kernel.text import for_terminal

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
    parser.add_argument("--labels", default="", metavar="COLUMN", help="column of the projects to bound by")
    parser.add_argument("--floors", default="", metavar="LABEL=N;…", help="the least for a label")
    parser.add_argument("--ceilings", default="", metavar="LABEL=N;…", help="the most for a label")
    parser.add_argument(
        "--start", choices=list(Start), default=Start.EXACT, help="the first share of each voter"
    )
    parser.add_argument("--step", type=_step, default=Fraction(1), metavar="N", help="raise of each share")
    parser.add_argument(
        "--stop", choices=list(Stop), default=Stop.EXHAUSTIVE, help="when raising the shares ends"
    )
    parser.add_argument(
        "--invalid-ballots",
        choices=list(Treatment),
        default=Treatment.REFUSE,
        help="what to do with ballots that break a limit of the file (default: refuse the file)",
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object instead of a table")
    parser.add_argument(
        "--explain",
        action="store_true",
        help="say why each project won or lost, with certificates of fairness",
    )
    parser.add_argument(
        "--compare", choices=list(Rule), metavar="RULE", help=f"set another rule beside it: {', '.join(Rule)}"
    )
    parser.add_argument(
        "--engine", choices=list(Engine), default=Engine.FAST, help="plain counts by the definitions, slowly"
    )


def _step(text: str) -> Fraction:
    """A step such as 1, 0.5 or 1/3; argparse turns the ValueError into its own message."""
    above, slash, below = text.partition("/")
    if slash and not (below.isdecimal() and int(below)):
        raise ValueError(text)
    return number_from_text(above) / (int(below) if slash else 1)


def bylaw_from(args: argparse.Namespace) -> ByLaw:
    """The by-law the arguments name; ByLawError when there is no such by-law, or an argument changes nothing."""
    bylaw = ByLaw(**{field.name: getattr(args, field.name) for field in fields(ByLaw)})
    for name, why in without_effect(bylaw).items():
        raise ByLawError(f"--{name} has no effect here: {why}. Leave it out")
    if args.compare == bylaw.rule:
        raise ByLawError(
            f"--compare has no effect here: {args.compare} is the rule that counts. Leave it out"
        )
    return bylaw


def run(args: argparse.Namespace) -> int:
    """Count the file and print the result; 0, or 1 after one line on stderr saying what is wrong."""
    try:
        bylaw = bylaw_from(args)
        teller = ProgressLine()
        data = Path(args.file).read_bytes()
        reading = read_treating(data, Treatment(args.invalid_ballots))
        election = reading.election
        teller("ballots read", len(election.ballots), len(election.ballots))
        found = counted(election, bylaw, teller, Engine(args.engine))
        outcome = written_down(found.standing, bylaw, found.tally)
        reasons = reasons_of(found, outcome, teller) if args.explain else None
        other = count(election, replace(bylaw, rule=args.compare), teller) if args.compare else None
        teller.close()
    except (PabulibError, ByLawError, UtilityError, ElectionError) as error:
        print(for_terminal(f"{args.file}: {error}"), file=sys.stderr)
        return 1
    except OSError as error:
        print(for_terminal(f"{args.file}: {error.strerror or error}"), file=sys.stderr)
        return 1
    beside = None if other is None else compare(outcome, other, election)
    notes = notes_on(reading)
    if args.json:
        said = outcome.to_json()
        if reading.broken:
            said["invalid_ballots"] = reading.to_json()
        if notes:
            said["notes"] = list(notes)
        if reasons is not None:
            said["input_hash"] = hashlib.sha256(data).hexdigest()
            said |= reasons.to_json() | certificates(election, outcome, found)
        if beside is not None:
            said["beside"] = {"rule": str(args.compare), **beside.to_json()}
        print(for_terminal(json.dumps(said, ensure_ascii=False)))
        return 0
    text = table(election, outcome) + "".join(f"note: {line}\n" for line in notes)
    if reasons is not None:
        text += lacking_table(election, outcome, reasons.not_funded) + certificate_lines(election, outcome)
    if beside is not None:
        text += comparison_lines(beside, str(outcome.bylaw.rule), str(args.compare))
    print(for_terminal(text), end="")
    return 0


def certificates(election: Election, outcome: Outcome, found: FastCount | PlainCount) -> dict[str, JsonValue]:
    """The certificates of an outcome as JSON; None where a check does not apply."""
    marks = found.standing if isinstance(found, FastCount) else None
    priced = priceability(election, outcome, marks)
    try:
        proportional: JsonValue = proportionality(election, outcome, marks).to_json()
    except ValueError:
        proportional = None
    return {
        "certificates": {
            "priceability": None if priced is None else priced.to_json(),
            "proportionality": proportional,
        }
    }


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
    rows: list[tuple[str, ...]] = [("", "project", "cost", "supporters", "paid by", "through", "name")]
    for found in outcome.rounds:
        project = election.project(found.project)
        paid_by = str(found.payers) if found.payments else ""
        name = short_name(project.name)
        cost = amount_text(project.cost)
        number, supporters = str(found.number), str(found.supporters)
        rows.append((number, project.id, cost, supporters, paid_by, found.phase.value, name))
    lines = aligned(rows, right=5)
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


def short_name(name: str) -> str:
    """A project's name on one line of at most 60 characters."""
    name = " ".join(name.split())
    return name if len(name) <= 60 else name[:59] + "…"


def aligned(rows: list[tuple[str, ...]], right: int) -> list[str]:
    """The rows as lines of columns, the first `right` of them flush right."""
    widths = [max(len(row[at]) for row in rows) for at in range(len(rows[0]))]
    lines = []
    for row in rows:
        cells = [
            cell.rjust(width) if at < right else cell.ljust(width)
            for at, (cell, width) in enumerate(zip(row, widths, strict=True))
        ]
        lines.append("  ".join(cells).rstrip())
    return lines


def lacking_table(election: Election, outcome: Outcome, not_funded: tuple[NotFunded, ...]) -> str:
    """What each other project lacked, most supporters first.

    Where voters have a share, what would have been enough is counted with the share they had in the end.
    """
    shares = outcome.bylaw.rule in (Rule.EQUAL_SHARES, Rule.OVERSPENDING)
    enough = "enough, everyone's share being the same" if shares else "enough"
    heading = (
        "project",
        "supporters",
        "had",
        "missing",
        "more voters",
        "at cost",
        "lost in round",
        "reason",
        "name",
    )
    rows: list[tuple[str, ...]] = [heading]
    names = {project.id: short_name(project.name) for project in election.projects}
    for found in sorted(not_funded, key=lambda each: -each.supporters):
        needed = [
            "" if value is None else f"{value:,}"
            for value in (found.votes_needed, found.cost_needed, found.lost_in_round)
        ]
        had, missing = amount_text(found.money_left), amount_text(found.missing)
        cells = (found.project, f"{found.supporters:,}", had, missing, *needed)
        rows.append((*cells, found.reason.value, names[found.project]))
    return "\n".join(["", f"Not funded, and what would have been {enough}:", *aligned(rows, right=7)]) + "\n"


def certificate_lines(election: Election, outcome: Outcome) -> str:
    """The certificates in words."""
    lines = [""]
    priced = priceability(election, outcome)
    if priced is not None:
        lines.append(f"price system: {'holds' if priced.holds else f'fails at {priced.failing}'}")
    try:
        found = proportionality(election, outcome)
    except ValueError:
        return "\n".join([*lines, "proportional to groups: costs are too fine to be checked"]) + "\n"
    lines.append(f"proportional to groups (EJR+ up to one): {'holds' if found.holds else 'fails'}")
    for neglect in found.neglects:
        deserves, at_most = amount_text(neglect.deserves), amount_text(neglect.at_most)
        lines.append(
            f"  {neglect.voters:,} supporters of {neglect.project} deserve {deserves}, "
            f"and each would have at most {at_most} with it"
        )
    return "\n".join(lines) + "\n"


def comparison_lines(beside: Comparison, rule: str, other: str) -> str:
    """Two rules side by side: what only one funds, and who gains."""
    lines = [
        "",
        f"{rule} beside {other}: {len(beside.both)} projects under both",
        f"  only {rule}: {', '.join(beside.only_a) or 'none'}",
        f"  only {other}: {', '.join(beside.only_b) or 'none'}",
        f"  voters with more of their projects: {beside.prefer_a:,} under {rule}, {beside.prefer_b:,} under {other}",
        f"  voters with nothing: {beside.nothing_a:,} under {rule}, {beside.nothing_b:,} under {other}",
    ]
    return "\n".join(lines) + "\n"

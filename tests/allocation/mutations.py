"""Valid Pabulib files of every vote type, spoiled one line at a time, and a third reading to compare with."""

import csv
import io
from collections.abc import Iterator
from dataclasses import dataclass, field
from fractions import Fraction
from random import Random

from commonweal.allocation import Election, PabulibError, read, write
from commonweal.allocation.pabulib_columns import read_quickly
from commonweal.allocation.pabulib_rows import text_from_bytes
from commonweal.allocation.pabulib_strict import read_strictly

PROJECTS = """PROJECTS
project_id;cost;name;{beneficiaries}
1;400;Swings;play
15;600.5;Slide for élèves;all
L007;10;"Bench; a ""long"" one";
a-project-with-a-long-id;99;Tree;all
"""
VOTES = {
    "approval": """voter_id;vote;age;neighbourhood
1;1,15;34;Île d'Or
22;L007;;Liberté
333;;82;
tracking-code-4444;15,a-project-with-a-long-id,L007;7;Ost, West
""",
    "choose-1": """voter_id;vote
1;L007
2;15
3;
4;1
""",
    "ordinal": """voter_id;sex;vote
1;F;15,1
2;M;a-project-with-a-long-id
3;;1,15,L007
""",
    "cumulative": """voter_id;vote;points;voting_method
1;1,15;3,2;paper
2;15;0.5;web
3;;;
4;L007,1,15;1,1,1;web
""",
    "scoring": """voter_id;points;vote
1;-1,2.25;1,15
2;1000000000000;a-project-with-a-long-id
3;0;L007
""",
}
LIMITS = {
    "approval": "max_length;3\n",
    "cumulative": "max_sum_points;5\nmax_points;3\n",
    "scoring": "min_points;-5\n",
}


def valid_files() -> dict[str, bytes]:
    """One small file for each vote type; the two spellings of the beneficiaries take turns."""
    found = {}
    for place, (form, votes) in enumerate(VOTES.items()):
        meta = f"META\nkey;value\nbudget;1000.50\nvote_type;{form}\nnum_votes;{votes.count(chr(10)) - 1}\n"
        projects = PROJECTS.format(beneficiaries=("target", "beneficiaries")[place % 2])
        found[form] = f"{meta}{LIMITS.get(form, '')}{projects}VOTES\n{votes}".encode()
    return found


INSERTED = [
    b"VOTES\n",
    b"\r",
    b'"',
    b'""',
    b"\0",
    b"\xef\xbb\xbf",
    b" ",
    b"\t",
    b"\x1f",
    b";",
    b",",
    b"\n",
    b"\r\n",
]
INSERTED += ["é".encode(), "\u00a0".encode(), "\u3000".encode(), "\u2028".encode(), b"\x85", b"\xff"]
NUMBERS = ["1e3", "-0", "١٢", "+1", "1_0", "1.", ".5", "007", "NaN", "0x1", "1/2", "2.50", "9" * 25, "-1"]
NUMBERS += [" 3", "1,", "1", "2"]
LONG_ID = "a-project-with-a-long-id"
NAMES = ["nobody", "1", "15", "L007", LONG_ID, LONG_ID[:-1], LONG_ID + "2", "1 ", "L007\0", ""]


# Named twice, tried twice as often.
KINDS = ["flip", "byte", "delete", "twice", "insert", "insert", "drop", "double", "swap", "cut"]
KINDS += ["exchange", "line-end", "shift", "number", "number", "name", "name", "more", "more"]


def spoiled(data: bytes, at: int, random: Random) -> bytes:
    """The file with one change in or around line `at`."""
    lines = data.splitlines(keepends=True)
    line = lines[at]
    place = random.randrange(len(line))
    kind = random.choice(KINDS)
    if kind == "flip":
        lines[at] = line[:place] + bytes([line[place] ^ 1 << random.randrange(8)]) + line[place + 1 :]
    elif kind == "byte":
        lines[at] = line[:place] + bytes([random.randrange(256)]) + line[place + 1 :]
    elif kind == "delete":
        lines[at] = line[:place] + line[place + random.randint(1, 3) :]
    elif kind == "twice":
        lines[at] = line[:place] + line[place : place + 2] + line[place:]
    elif kind == "insert":
        lines[at] = line[:place] + random.choice(INSERTED) + line[place:]
    elif kind == "drop":
        del lines[at]
    elif kind == "double":
        lines[at] = line * 2
    elif kind == "cut":
        return b"".join(lines[:at]) + line[:place]
    elif kind == "exchange":
        other = random.randrange(len(lines))
        lines[at], lines[other] = lines[other], lines[at]
    elif kind == "shift" and at + 1 < len(lines):
        # The same number of fields in both lines together, but one too many in one of them.
        more, fewer = random.sample([at, at + 1], 2)
        lines[more] = lines[more].rstrip(b"\n") + b";\n"
        lines[fewer] = lines[fewer].replace(b";", b",", 1)
    elif kind == "line-end":
        lines[at] = line.rstrip(b"\n") + random.choice([b"", b"\r\n", b"\r", b"\n\n", b" \n", b"\r\r\n"])
    else:
        lines[at] = _with_another_part(line, kind, random)
    return b"".join(lines)


def _with_another_part(line: bytes, kind: str, random: Random) -> bytes:
    """The line with two fields swapped, or another number or one more name in one of its fields."""
    fields = line.rstrip(b"\n").split(b";")
    one, two = random.randrange(len(fields)), random.randrange(len(fields))
    if kind == "swap":
        fields[one], fields[two] = fields[two], fields[one]
    elif kind == "more":
        fields[one] += b"," + random.choice(NAMES).encode()
    else:
        parts = fields[one].split(b",")
        parts[random.randrange(len(parts))] = random.choice(NUMBERS if kind == "number" else NAMES).encode()
        fields[one] = b",".join(parts)
    return b";".join(fields) + b"\n"


def mutations(count: int, seed: int) -> Iterator[tuple[str, bytes]]:
    """`count` spoiled files: every line of every valid file in turn, each time changed otherwise."""
    random = Random(seed)
    files = valid_files()
    lines = [(form, at) for form, data in files.items() for at in range(len(data.splitlines()))]
    for number in range(count):
        form, at = lines[number % len(lines)]
        yield form, spoiled(files[form], at, random)


def rows_of(data: bytes) -> list[list[str]]:
    """The rows as the `csv` module sees them, spaces around values and blank lines left out."""
    text = data.decode().removeprefix("\ufeff")
    table = csv.reader(io.StringIO(text, newline=""), delimiter=";", skipinitialspace=True)
    rows = [[value.strip() for value in row] for row in table]
    return [row for row in rows if row not in ([], [""])]


def votes_of(data: bytes) -> dict[str, list[tuple[str, Fraction | None]]]:
    """What each voter gave to which project, read without any code of ours."""
    rows = rows_of(data)
    header, *votes = rows[max(at for at, row in enumerate(rows) if row == ["VOTES"]) + 1 :]
    found = {}
    for row in votes:
        facts = dict(zip(header, row, strict=True))
        choices = [choice.strip() for choice in facts["vote"].split(",")] if facts["vote"] else []
        points = (
            [Fraction(value.strip()) for value in facts["points"].split(",") if value]
            if "points" in facts
            else None
        )
        found[facts["voter_id"]] = list(zip(choices, points or [None] * len(choices), strict=True))
    return found


@dataclass
class Verdicts:
    """How often the quick reader took a file, the strict one alone did, and neither did; what was wrong."""

    quick: int = 0
    strict: int = 0
    refused: int = 0
    wrong: list[tuple[str, bytes]] = field(default_factory=list)


def verdicts(count: int, seed: int, most_wrong: int = 20) -> Verdicts:
    """Read `count` spoiled files in both ways. Any other error than PabulibError is let through.

    Ends early once `most_wrong` of them were read wrongly.
    """
    found = Verdicts()
    files = valid_files()
    originals = {form: read_strictly(data.decode()) for form, data in files.items()}
    for form, data in mutations(count, seed):
        if len(found.wrong) >= most_wrong:
            break
        quick = read_quickly(data)
        try:
            strict: Election | None = read_strictly(text_from_bytes(data))
        except PabulibError as error:
            found.refused += 1
            if quick is not None or not _said_alike(data, error):
                found.wrong.append(("refused by one", data))
            continue
        assert strict is not None
        found.quick, found.strict = found.quick + (quick is not None), found.strict + (quick is None)
        if quick is not None and not _same(quick, strict):
            found.wrong.append(("read in two ways", data))
        given = {ballot.voter_id.strip(): _given(ballot.choices, ballot.points) for ballot in strict.ballots}
        if given != votes_of(data):
            found.wrong.append(("a wrong count", data))
        same_text = rows_of(data) == rows_of(files[form])
        if same_text and rows_of(write(strict).encode()) != rows_of(write(originals[form]).encode()):
            found.wrong.append(("a difference that is none", data))
    return found


def _said_alike(data: bytes, error: PabulibError) -> bool:
    """Whether `read` says the same, with a line and a column that exist."""
    try:
        read(data)
    except PabulibError as said:
        lines = data.split(b"\n")
        placed = 1 <= said.line <= len(lines) and 1 <= said.column <= len(lines[said.line - 1]) + 1
        return placed and str(said) == str(error)
    return False


def _same(quick: Election, strict: Election) -> bool:
    """Equal, down to the arrays."""
    one, two = quick.ballots, strict.ballots
    kinds = [None if ballots.points is None else ballots.points.dtype for ballots in (one, two)]
    return quick == strict and one.points_parts == two.points_parts and kinds[0] == kinds[1]


def _given(
    choices: tuple[str, ...], points: tuple[Fraction, ...] | None
) -> list[tuple[str, Fraction | None]]:
    return list(zip(choices, points or [None] * len(choices), strict=True))

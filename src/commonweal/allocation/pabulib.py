"""Elections in the Pabulib format (pabulib.org/format; Stolicki, Szufa, Talmon 2020): read, written, checked.

Strict: whatever could make a count silently wrong (a repeated voter, a missing line, an unknown project,
points that do not match the choices) is a PabulibError with line and column. Never changes a value to make a
file fit.
"""

from collections import Counter
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from commonweal.allocation.election import Election, number_from_text
from commonweal.allocation.pabulib_columns import read_quickly
from commonweal.allocation.pabulib_rows import PabulibError, text_from_bytes
from commonweal.allocation.pabulib_strict import read_strictly
from commonweal.allocation.pabulib_write import write

__all__ = ["PabulibError", "TotalMismatch", "check_totals", "read", "write"]


@dataclass(frozen=True, slots=True)
class TotalMismatch:
    """A `votes` or `score` column that disagrees with the ballots: what the file says and what they add up
    to.
    """

    project_id: str
    column: str
    stated: str
    counted: Fraction


def read(text_or_path: str | bytes | Path) -> Election:
    """The election in a Pabulib text, in bytes, or in a file.

    A Path, or a str of one line, names a file; a str of several lines is the text itself. Blank lines and a
    byte order mark are passed over. Raises PabulibError (line and column from 1), and OSError for a file out
    of reach.
    """
    text = text_or_path if isinstance(text_or_path, str) and "\n" in text_or_path else None
    if text is not None:
        data = text.encode("utf-8", "surrogatepass")
    else:
        data = text_or_path if isinstance(text_or_path, bytes) else Path(str(text_or_path)).read_bytes()
    election = read_quickly(data)
    if election is None:
        election = read_strictly(text_from_bytes(data) if text is None else text)
    return election


def check_totals(election: Election) -> list[TotalMismatch]:
    """Where the columns `votes` and `score` of the projects differ from the ballots; empty when they agree.

    `votes` is compared with the number of ballots naming the project, `score` with its total points (with the
    number of ballots when they carry no points). Published files need not agree, so `read` does not insist.
    """
    votes: Counter[str] = Counter()
    scores: dict[str, Fraction] = {project.id: Fraction(0) for project in election.projects}
    for ballot in election.ballots:
        votes.update(ballot.choices)
        for choice, value in zip(
            ballot.choices, ballot.points or [Fraction(1)] * len(ballot.choices), strict=True
        ):
            scores[choice] += value
    found = []
    for project in election.projects:
        for column, counted in (("votes", Fraction(votes[project.id])), ("score", scores[project.id])):
            stated = project.fields.get(column, "")
            if stated and not _says(stated, counted):
                found.append(TotalMismatch(project.id, column, stated, counted))
    return found


def _says(stated: str, counted: Fraction) -> bool:
    try:
        return number_from_text(stated) == counted
    except ValueError:
        return False

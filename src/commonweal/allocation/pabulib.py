"""Elections in the Pabulib format (pabulib.org/format; Stolicki, Szufa, Talmon 2020): read, written, checked.

Strict: whatever could make a count silently wrong (a repeated voter, a missing line, an unknown project,
points that do not match the choices) is a PabulibError with line and column. Never changes a value to make a
file fit.
"""

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from pathlib import Path

from commonweal.allocation.election import Ballot, BallotForm, Election, number_from_text
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

    `votes` is compared with the number of ballots naming the project, `score` with its total points. Ballots without
    points give one for each project; ranked ones as many as the projects ranked at or below it, or (as many files
    count that let voters rank fewer) as if `max_length` had been ranked. Published files need not agree, so `read` does
    not insist.
    """
    votes: Counter[str] = Counter()
    scores: dict[str, Fraction] = {project.id: Fraction(0) for project in election.projects}
    for ballot in election.ballots:
        votes.update(ballot.choices)
        for choice, value in zip(ballot.choices, _points_of(ballot, election.form), strict=True):
            scores[choice] += value
    from_most = _scores_from_most(election)
    found = []
    for project in election.projects:
        score, other = scores[project.id], from_most.get(project.id, scores[project.id])
        for column, counted in (("votes", (Fraction(votes[project.id]),)), ("score", (score, other))):
            stated = project.fields.get(column, "")
            if stated and not any(_says(stated, total) for total in counted):
                found.append(TotalMismatch(project.id, column, stated, counted[0]))
    return found


def _points_of(ballot: Ballot, form: BallotForm) -> Sequence[Fraction]:
    if ballot.points is not None:
        return ballot.points
    length = len(ballot.choices)
    if form is BallotForm.ORDINAL:
        return [Fraction(length - rank) for rank in range(length)]
    return [Fraction(1)] * length


def _scores_from_most(election: Election) -> dict[str, Fraction]:
    """The scores of ranked ballots where the first place is worth `max_length`, however many were ranked."""
    most = election.limits.max_length
    if election.form is not BallotForm.ORDINAL or most is None or election.ballots.points is not None:
        return {}
    scores: dict[str, Fraction] = {project.id: Fraction(0) for project in election.projects}
    for ballot in election.ballots:
        for rank, choice in enumerate(ballot.choices):
            scores[choice] += most - rank
    return scores


def _says(stated: str, counted: Fraction) -> bool:
    try:
        return number_from_text(stated) == counted
    except ValueError:
        return False

"""What is done with ballots that break a limit of their own file: refuse the file, drop them, or keep them.

Never decides silently: what was broken, by whom, and what was done about it comes with the election.
"""

from dataclasses import dataclass
from enum import StrEnum

from commonweal.allocation.ballot_checks import problem_of
from commonweal.allocation.election import Election, Limits
from commonweal.allocation.outcome import JsonValue
from commonweal.allocation.pabulib import PabulibError, read
from commonweal.allocation.pabulib_rows import rows, text_from_bytes
from commonweal.allocation.pabulib_strict import read_meta, read_strictly, sections

LIMITS = (
    *("min_length", "max_length", "min_points", "max_points"),
    *("min_sum_points", "max_sum_points", "min_sum_cost", "max_sum_cost"),
)


class Treatment(StrEnum):
    """What is done with ballots that break a limit: `refuse` the whole file, `drop` them, `keep` them as they are."""

    REFUSE = "refuse"
    DROP = "drop"
    KEEP = "keep"


@dataclass(frozen=True, slots=True)
class Broken:
    """A ballot that breaks a limit, and which."""

    voter_id: str
    problem: str


@dataclass(frozen=True, slots=True)
class Reading:
    """An election as it is counted, with the ballots of its file that break a limit; a kept limit is left out of META."""

    election: Election
    treatment: Treatment
    broken: tuple[Broken, ...]

    def to_json(self) -> dict[str, JsonValue]:
        """Plain values in a fixed order of keys."""
        listed: list[JsonValue] = [
            {"voter_id": each.voter_id, "problem": each.problem} for each in self.broken
        ]
        return {"treatment": self.treatment.value, "ballots": listed}


def read_treating(data: bytes, treatment: Treatment) -> Reading:
    """The election in a Pabulib file, with its broken ballots treated so. Raises PabulibError.

    With `refuse` one broken ballot is such an error; what is no matter of limits is one in any case.
    """
    if treatment is Treatment.REFUSE:
        return Reading(read(data), treatment, ())
    try:
        return Reading(read(data), treatment, ())
    except PabulibError:
        return _treated(text_from_bytes(data), treatment)


def _treated(text: str, treatment: Treatment) -> Reading:
    election = read_strictly(text, without=LIMITS)
    meta = read_meta(sections(rows(text))[0])
    limits = Limits.from_meta(meta)
    costs = {project.id: project.cost for project in election.projects}
    broken, kept = [], []
    for ballot in election.ballots:
        _column, problem = problem_of(ballot, election.form, limits, costs)
        if problem:
            broken.append(Broken(ballot.voter_id, problem))
        else:
            kept.append(ballot)
    if treatment is Treatment.DROP:
        meta.pop("num_votes", None)
        columns = election.project_columns, election.vote_columns
        election = Election(meta, election.projects, kept, *columns)
    return Reading(election, treatment, tuple(broken))

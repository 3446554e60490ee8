"""What a reader of a count should know of the file it came from: said beside the result, never acted upon."""

from commonweal.allocation.election import Election
from commonweal.allocation.invalid import Reading, Treatment
from commonweal.allocation.limits import number_to_text
from commonweal.allocation.pabulib import check_totals

_LISTED = 10


def notes_on(reading: Reading) -> list[str]:
    """One line for each thing: broken ballots, projects that cost nothing, totals that disagree with the ballots."""
    return [*_broken(reading), *_free(reading.election), *_totals(reading.election)]


def _broken(reading: Reading) -> list[str]:
    if not reading.broken:
        return []
    many = len(reading.broken)
    done = "dropped: not counted" if reading.treatment is Treatment.DROP else "kept: counted as they are"
    lines = [f"{many} ballot{'s' if many > 1 else ''} broke a limit of the file and were {done}"]
    lines += [f"  voter {each.voter_id}: {each.problem}" for each in reading.broken[:_LISTED]]
    return [*lines, f"  and {many - _LISTED} more"] if many > _LISTED else lines


def _free(election: Election) -> list[str]:
    free = [project.id for project in election.projects if not project.cost]
    return [f"cost 0: {_list(free)}; what costs nothing is funded without anybody paying"] if free else []


def _totals(election: Election) -> list[str]:
    found = check_totals(election)
    lines = [
        f"project {each.project_id}: the file says {each.stated} in column {each.column}, "
        f"its ballots add up to {number_to_text(each.counted)}"
        for each in found[:_LISTED]
    ]
    return (
        [*lines, f"and {len(found) - _LISTED} more totals that disagree"] if len(found) > _LISTED else lines
    )


def _list(ids: list[str]) -> str:
    more = len(ids) - _LISTED
    return ", ".join(ids[:_LISTED]) + (f" and {more} more" if more > 0 else "")

"""What no ballot of an election may hold, written twice: ballot by ballot, and for all at once in columns.

The columns only find the rows worth a look; what is said about a row is said by the plain check alone, so both
refuse the same ballot with the same words. Never changes a ballot.
"""

from collections.abc import Iterable, Mapping
from fractions import Fraction
from math import ceil, floor, lcm

import numpy as np
from numpy.typing import NDArray

from commonweal.allocation.ballots import Ballot, Ballots, Numbers, whole_numbers
from commonweal.allocation.limits import BallotForm, ElectionError, Limits

# Voters x projects marked off at a time in search of repeats: a table that stays in a processor's cache.
_CELLS = 1 << 21


def check_each(
    ballots: Iterable[Ballot], form: BallotForm, limits: Limits, costs: Mapping[str, Fraction]
) -> None:
    """Raise ElectionError for the first ballot that breaks a rule; `costs` has every project of the election."""
    seen: set[str] = set()
    for row, ballot in enumerate(ballots):
        _refuse(row, ballot, ballot.voter_id in seen, form, limits, costs)
        seen.add(ballot.voter_id)


def check_columns(ballots: Ballots, form: BallotForm, limits: Limits, costs: Mapping[str, Fraction]) -> None:
    """The same as `check_each`, quickly; the ballots carry the project numbers in the order of `costs`."""
    again = ballots.voter_ids.repeats()
    suspects = again | (ballots.voter_ids.starts == ballots.voter_ids.ends)
    _suspect_choices(ballots, limits, list(costs.values()), suspects)
    _suspect_points(ballots, form, limits, suspects)
    lengths = np.diff(ballots.starts)
    most = 1 if form is BallotForm.CHOOSE_ONE else None
    suspects |= _outside(lengths, limits.min_length, limits.max_length) | _outside(lengths, None, most)
    for row in np.flatnonzero(suspects).tolist():
        _refuse(row, ballots[row], bool(again[row]), form, limits, costs)


def _suspect_choices(
    ballots: Ballots, limits: Limits, costs: list[Fraction], suspects: NDArray[np.bool_]
) -> None:
    """Add the rows with an unknown project, a forbidden sum of costs, or perhaps a repeat."""
    count = len(costs)
    _add_rows(ballots, ballots.choices >= count, suspects)
    if limits.min_sum_cost is not None or limits.max_sum_cost is not None:
        parts = lcm(*[cost.denominator for cost in costs])
        wholes = whole_numbers([int(cost * parts) for cost in costs] + [0])
        totals = _totals(ballots, wholes[np.minimum(ballots.choices, count)])
        suspects |= _outside(totals, limits.min_sum_cost, limits.max_sum_cost, parts)
    if not _all_rise(ballots):
        _suspect_repeats(ballots, suspects)


def _all_rise(ballots: Ballots) -> bool:
    """Whether the project numbers rise within each ballot, so that none can occur twice: true of many files."""
    first = np.zeros(len(ballots.choices) + 1, np.bool_)
    first[ballots.starts] = True
    return bool((first[1:-1] | (ballots.choices[1:] > ballots.choices[:-1])).all())


def _suspect_repeats(ballots: Ballots, suspects: NDArray[np.bool_]) -> None:
    """Add every row of a block of rows in which some ballot names a project twice."""
    projects = len(ballots.project_ids)
    step = max(_CELLS // projects, 1)
    for first in range(0, len(ballots), step):
        starts = ballots.starts[first : first + step + 1]
        rows = np.arange(len(starts) - 1) * projects
        cells = np.repeat(rows, np.diff(starts)) + ballots.choices[starts[0] : starts[-1]]
        named = np.zeros(len(rows) * projects, np.bool_)
        named[cells] = True
        if np.count_nonzero(named) < len(cells):
            suspects[first : first + step] = True


def _suspect_points(ballots: Ballots, form: BallotForm, limits: Limits, suspects: NDArray[np.bool_]) -> None:
    """Add the rows with points where none belong or none where they do, or with points beyond a limit."""
    points, parts = ballots.points, ballots.points_parts
    if (form.has_points and points is None) or (points is not None and not form.may_have_points):
        suspects |= True
    elif points is not None:
        least = None if form is BallotForm.SCORING else Fraction(0)
        if form is BallotForm.ORDINAL:
            _add_rows(ballots, _rising(ballots, points), suspects)
        _add_rows(ballots, _outside(points, limits.min_points, limits.max_points, parts), suspects)
        _add_rows(ballots, _outside(points, least, None, parts), suspects)
        if limits.min_sum_points is not None or limits.max_sum_points is not None:
            totals = _totals(ballots, points)
            suspects |= _outside(totals, limits.min_sum_points, limits.max_sum_points, parts)


def _rising(ballots: Ballots, points: Numbers) -> NDArray[np.bool_]:
    """Which choices have more points than the one before them on the same ballot."""
    found = np.zeros(len(points), np.bool_)
    found[1:] = (points[1:] > points[:-1]).astype(np.bool_)
    found[ballots.starts[:-1][np.diff(ballots.starts) > 0]] = False
    return found


def _outside(
    values: Numbers, least: Fraction | int | None, most: Fraction | int | None, parts: int = 1
) -> NDArray[np.bool_]:
    """Which of the whole numbers, in parts of a unit, lie outside the limits, in units."""
    found = np.zeros(len(values), np.bool_)
    if least is not None:
        found |= (values < ceil(least * parts)).astype(np.bool_)
    if most is not None:
        found |= (values > floor(most * parts)).astype(np.bool_)
    return found


def _totals(ballots: Ballots, values: Numbers) -> Numbers:
    """The sum of the values of the choices of each ballot; Python integers where int64 might not hold it."""
    longest = int(np.diff(ballots.starts).max(initial=0))
    largest = max(abs(int(values.max(initial=0))), abs(int(values.min(initial=0)))) if len(values) else 0
    if longest * largest >= 2**63:
        values = values.astype(object)
    # In int64 the running sum may wrap around; the difference of two of its values is right all the same.
    running: Numbers = np.concatenate([np.zeros(1, values.dtype), np.cumsum(values)])
    totals: Numbers = running[ballots.starts[1:]] - running[ballots.starts[:-1]]
    return totals


def _add_rows(ballots: Ballots, choices: NDArray[np.bool_], suspects: NDArray[np.bool_]) -> None:
    """Add the rows to which these choices belong."""
    suspects[np.searchsorted(ballots.starts, np.flatnonzero(choices), side="right") - 1] = True


def _refuse(
    row: int, ballot: Ballot, again: bool, form: BallotForm, limits: Limits, costs: Mapping[str, Fraction]
) -> None:
    """Raise ElectionError if the ballot breaks a rule; `again` says that its voter id stood before."""
    if not ballot.voter_id or again:
        message = f"voter_id {ballot.voter_id!r} is empty or occurs twice"
        raise ElectionError(message, section="votes", row=row, column="voter_id")
    column, problem = problem_of(ballot, form, limits, costs)
    if problem:
        raise ElectionError(f"voter {ballot.voter_id}: {problem}", section="votes", row=row, column=column)


def problem_of(
    ballot: Ballot, form: BallotForm, limits: Limits, costs: Mapping[str, Fraction]
) -> tuple[str, str | None]:
    """The column of a ballot that breaks a rule and what it breaks; None where it keeps to all."""
    problem = _choices_problem(ballot, form, limits, costs)
    return ("vote", problem) if problem else ("points", _points_problem(ballot, form, limits))


def _choices_problem(
    ballot: Ballot, form: BallotForm, limits: Limits, costs: Mapping[str, Fraction]
) -> str | None:
    choices = ballot.choices
    for choice in choices:
        if choice not in costs:
            return f"there is no project {choice!r}"
    length = len(choices)
    if len(set(choices)) != length:
        return "the same project is named twice"
    if form is BallotForm.CHOOSE_ONE and length > 1:
        return f"{length} projects named, at most 1 may be"
    if limits.min_length is not None and length < limits.min_length:
        return f"{length} projects named, at least {limits.min_length} must be"
    if limits.max_length is not None and length > limits.max_length:
        return f"{length} projects named, at most {limits.max_length} may be"
    if limits.min_sum_cost is not None or limits.max_sum_cost is not None:
        total = sum((costs[choice] for choice in choices), Fraction(0))
        if limits.min_sum_cost is not None and total < limits.min_sum_cost:
            return f"the named projects cost {total}, at least {limits.min_sum_cost} is required"
        if limits.max_sum_cost is not None and total > limits.max_sum_cost:
            return f"the named projects cost {total}, at most {limits.max_sum_cost} is allowed"
    return None


def _points_problem(ballot: Ballot, form: BallotForm, limits: Limits) -> str | None:
    points = ballot.points
    if points is None and not form.has_points:
        return None
    if not form.may_have_points:
        return f"points do not belong on a {form} ballot"
    if points is None or len(points) != len(ballot.choices):
        given = 0 if points is None else len(points)
        return f"{len(ballot.choices)} projects named but {given} numbers of points given"
    for value in points:
        if form is not BallotForm.SCORING and value < 0:
            article = "an" if form is BallotForm.ORDINAL else "a"
            return f"{value} points: {article} {form} ballot has no negative points"
        if limits.min_points is not None and value < limits.min_points:
            return f"{value} points for a project, at least {limits.min_points} must be given"
        if limits.max_points is not None and value > limits.max_points:
            return f"{value} points for a project, at most {limits.max_points} may be given"
    if form is BallotForm.ORDINAL and list(points) != sorted(points, reverse=True):
        return "a project has more points than one ranked before it"
    total = sum(points, Fraction(0))
    if limits.min_sum_points is not None and total < limits.min_sum_points:
        return f"{total} points in all, at least {limits.min_sum_points} must be given"
    if limits.max_sum_points is not None and total > limits.max_sum_points:
        return f"{total} points in all, at most {limits.max_sum_points} may be given"
    return None

"""How many shares each voter holds, where the statutes do not give everyone the same. Reads a column of the votes.

A voter with n shares counts as n supporters and pays n times what one share pays; a group of voters is as large as
its shares. Never rounds and never guesses: a missing or crooked number is an error that names the voter.
"""

import re

from commonweal.allocation.election import Ballot, Election, ElectionError

# Longer numbers are no shares of anybody.
_SHARES = re.compile(r"[1-9][0-9]{0,17}", re.ASCII)


def shares_of_ballots(election: Election, column: str) -> list[int] | None:
    """The shares of the voter of each ballot, in order, from this column; None where `column` is empty: 1 each.

    Raises ElectionError for the first ballot whose entry is not a whole number from 1 on, of at most 18 digits.
    """
    ballots = election.ballots
    if not column:
        return None
    if column not in ballots.columns and len(ballots):
        known_columns = ", ".join(ballots.columns) or "none"
        message = f"weights: the votes have no column {column!r}; further columns: {known_columns}"
        raise ElectionError(message, section="votes", row=0, column=column)
    texts = ballots.columns.get(column, ())
    known: dict[str, int] = {}
    found = []
    for row, text in enumerate(texts):
        if text not in known:
            known[text] = _whole(text, ballots.voter_ids[row], column, row)
        found.append(known[text])
    return found


def shares_of_ballot(ballot: Ballot, column: str) -> int:
    """The shares of the voter of this one ballot; raises as `shares_of_ballots` does."""
    return _whole(ballot.fields.get(column, ""), ballot.voter_id, column, 0) if column else 1


def _whole(text: str, voter_id: str, column: str, row: int) -> int:
    if not _SHARES.fullmatch(text):
        message = f"voter {voter_id}: {column} {text!r} is not a whole number of shares from 1 on"
        raise ElectionError(message, section="votes", row=row, column=column)
    return int(text)

"""Which movements and statements were read before. Pure.

The same movement means the same account, day, amount and direction, reference, payer and text. The same statement means the
same account, number, day and balances. Anything less is another one.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from typing import Generic, TypeVar

from commonweal.kernel.text import folded
from commonweal.membership.rules.statements.facts import BankLine, BankStatement, Odd, Oddity

Kept = TypeVar("Kept")
# CODA cuts a name after so many characters: the same payment in the other format bears more of it.
NAME_PLACES = 35
StatementKey = tuple[str, str, date, int, int]


@dataclass(frozen=True, slots=True)
class Compared(Generic[Kept]):
    """A movement beside those kept before: `equals` is the one it is and then it is not kept again; else it is new, and
    `occurrence` counts from 1 among the same ones."""

    line: BankLine
    fingerprint: str
    occurrence: int
    equals: Kept | None


def statement_key(statement: BankStatement) -> StatementKey:
    """What makes two statements the same."""
    return (
        statement.account,
        statement.number,
        statement.day,
        statement.old_cents,
        statement.new_cents,
    )


def fingerprint(account: str, line: BankLine) -> str:
    """The same 64 characters for the same movement, whatever capitals, accents and blanks the format knows."""
    parts = (
        account,
        line.booked_on.isoformat(),
        str(line.amount_cents),
        line.reference,
        line.payer_iban or _bare(line.other_account),
        _bare(line.payer_name[:NAME_PLACES]),
        _bare(line.ultimate_name),
        line.communication,
        _bare(line.text),
    )
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


def _bare(text: str) -> str:
    return "".join(c for c in folded(text) if c.isalnum())


def shares_its_balances(statement: BankStatement, read: Collection[StatementKey]) -> bool:
    """Whether one of these statements has the same account, day and balances, whatever its number: the same money may have
    come in another format, where a bank numbers and names everything anew."""
    account, _number, *rest = statement_key(statement)
    return any(each[0] == account and [*each[2:]] == rest for each in read)


def compared(
    statement: BankStatement,
    kept: Mapping[str, Sequence[Kept]],
    *,
    known: bool,
    follows: bool,
    contradicts: bool | None = None,
) -> list[Compared[Kept]]:
    """Each movement of a statement beside those kept before, by fingerprint and in their order.

    `known`: the same statement was read before. `contradicts`: what is new in it waits for a person, as in every known
    one; also where another number stands over the same day and balances (`shares_its_balances`). `follows`: its old
    balance is the last one kept, so all of it is new money; a movement that equals an earlier one is then kept and
    marked, for a person to decide.
    """
    seen: Counter[str] = Counter()
    found = []
    for line in statement.lines:
        mark = fingerprint(statement.account, line)
        same = kept.get(mark, ())
        place = seen[mark]
        seen[mark] += 1
        earlier = same[place] if place < len(same) else None
        if earlier is not None and not (follows and not known):
            found.append(Compared(line, mark, place + 1, earlier))
        elif earlier is not None:
            marked = _marked(line, Oddity.REPEATED)
            found.append(Compared(marked, mark, len(same) + place + 1, None))
        elif known or contradicts:
            found.append(Compared(_marked(line, Oddity.CONTRADICTS), mark, place + 1, None))
        else:
            found.append(Compared(line, mark, place + 1, None))
    return found


def _marked(line: BankLine, code: Oddity) -> BankLine:
    return replace(line, odd=(*line.odd, Odd(code)))

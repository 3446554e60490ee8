"""Movements of CODA put together from their records 21 to 23 and the information in 31 to 33 (Febelfin 2.6). Pure."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal

from stdnum.be import ogm_vcs

from commonweal.kernel.text import clean
from commonweal.treasury.rules.statements import facts
from commonweal.treasury.rules.statements.coda_records import UNKNOWN, Record
from commonweal.treasury.rules.statements.communications import (
    NOTHING_NAMED,
    Named,
    chosen,
    communications_in,
)
from commonweal.treasury.rules.statements.facts import (
    BankLine,
    Odd,
    Oddity,
    Unreadable,
    gettext_noop,
)

_PART = gettext_noop("a part of the movement before is missing")
# The first digit of a transaction code: 1 and 2 are totals made by the customer or the bank, 5 to 9 details of others
# (8 are charges and the like of a simple movement, 9 those of a detail: no payments of their own).
TOTALS, DETAILS = ("1", "2"), ("5", "6", "7", "8", "9")
DETAIL_OF_DETAIL = "9"
BELGIAN = ("101", "102")
# Transactions of every family that take another back: 49 and 99, "cancellation or correction".
TAKES_BACK = ("49", "99")
ULTIMATE_PAYER = "009"
# Characters of one information record with those that go on with it; the standard knows 278.
INFORMATION = 2_000
# The bank's code, three blanks, then the kind of R-transaction and the reason (ISO 20022), since version 2.3.
_RETURNED = re.compile(r"[A-Z0-9 ]{11} {3}[1-5]([A-Z]{2}[A-Z0-9]{2}| {4})", re.ASCII)


@dataclass(slots=True)
class Move:
    """One movement: record 21, the records that go on with it, its information, the payments a total is made of (`parts`),
    and details that say more about it and are no payments of their own."""

    head: Record
    more: dict[str, Record] = field(default_factory=dict)
    information: list[str] = field(default_factory=list)
    parts: list[Move] = field(default_factory=list)
    details: list[Move] = field(default_factory=list)
    odd: list[Odd] = field(default_factory=list)

    def note(self, record: Record) -> None:
        """Notes what is strange about one of its records."""
        if record.strange:
            self.odd.append(Odd(Oddity.OTHER, record.strange))

    @property
    def is_total(self) -> bool:
        """Whether the details are payments of their own that give the amount."""
        return self.head.field(54, 54) in TOTALS

    def field(self, kind: str, first: int, last: int) -> str:
        """A field of record 22 or 23; blanks when there is none."""
        record = self.more.get(kind)
        return record.field(first, last) if record else " " * (last - first + 1)


def moves_of(records: list[Record]) -> list[Move]:
    """The movements of a statement, details under what they belong to. Raises Unreadable for a part before any movement.

    What does not fit where it stands is noted beside the movement: whether the money is right, the sums say.
    """
    moves: list[Move] = []
    latest: dict[str, Move] = {}
    last: Move | None = None
    for record in records:
        number = record.text[2:6]
        if record.kind == "21":
            last = _begun(record, moves, latest)
        elif record.kind in ("22", "23"):
            if not moves:
                raise Unreadable(record.line, _PART, kind="part")
            if last is None or last.head.text[2:10] != record.text[2:10] or record.kind in last.more:
                (last or moves[-1]).odd.append(Odd(Oddity.OTHER, clean(record.field(1, 10), lines=False)))
            else:
                last.more[record.kind] = record
                last.note(record)
        elif record.kind in ("31", "32", "33", UNKNOWN) and moves:
            known = latest.get(number)
            (known or moves[-1]).note(record)
            if record.kind == "31":
                _informed(known, record)
            elif record.kind != UNKNOWN and known and known.information:
                more = record.field(11, 115 if record.kind == "32" else 100)
                known.information[-1] = (known.information[-1] + more)[:INFORMATION]
        if record.kind not in ("21", "22", "23"):
            last = None
    return moves


def _begun(record: Record, moves: list[Move], latest: dict[str, Move]) -> Move:
    """The movement, payment or detail that a record 21 begins, put where it belongs."""
    move, number = Move(record), record.text[2:6]
    move.note(record)
    above = moves[-1] if moves and moves[-1].head.text[2:6] == number else None
    if not _is_detail(record, moves):
        moves.append(move)
        latest[number] = move
    elif above is None:
        # A detail of nothing: if its money is counted, the sums hold with it, and else they do not.
        move.odd.append(Odd(Oddity.OTHER, record.field(54, 54)))
        moves.append(move)
        latest[number] = move
    elif above.is_total and record.field(54, 54) != DETAIL_OF_DETAIL:
        above.parts.append(move)
        latest[number] = move
    else:
        (above.parts[-1] if above.parts else above).details.append(move)
    return move


def _is_detail(record: Record, moves: list[Move]) -> bool:
    """Whether a movement is a detail: by its type or, as some banks write it, by its detail number within a total."""
    inside = bool(moves) and moves[-1].is_total and moves[-1].head.text[2:6] == record.text[2:6]
    return record.field(54, 54) in DETAILS or (inside and record.field(7, 10) != "0000")


def _informed(move: Move | None, record: Record) -> None:
    if move is not None:
        move.information.append(record.field(40, 113))


@dataclass(frozen=True, slots=True)
class _Whole:
    """What a total says of all the payments in it, looked up once: it may have thousands of them."""

    head: Record
    odd: tuple[Odd, ...]
    named: Named


def lines_of(move: Move, day: date) -> Iterator[BankLine]:
    """The movement as lines: one, or the payments that give its amount. `day` stands in where the bank gives none.

    Raises Unreadable for parts of a cent in what was booked.
    """
    if not move.is_total:
        yield line_of(move, day)
        return
    if len(move.parts) <= facts.PARTS_MAX and (split := _split(move)):
        odd = [*move.odd, *_details_odd(move), *_subtotals_odd(move, split), *_both_ways_odd(move, split)]
        whole = _Whole(move.head, tuple(facts.few(odd)), _named(move)[0])
        for part in split:
            yield line_of(part, day, whole=whole, unsplit=part.is_total)
        return
    amounts = [part.head.amount(32, 33) for part in move.parts]
    if len(amounts) == 1 and not any(amounts):
        move.details += [each for part in move.parts for each in (part, *part.details)]
        yield line_of(move, day)
        return
    if any(amounts) and len(amounts) <= facts.PARTS_MAX:
        move.odd.append(Odd(Oddity.PARTS, f"{sum(amounts) / 1000:.3f}"))
    # What customers put together themselves, such as a payment file of ours, comes without details.
    own = not move.parts and move.head.field(54, 54) == "1" and move.head.amount(32, 33) < 0
    yield line_of(move, day, unsplit=not own)


def _split(move: Move) -> list[Move]:
    """The payments of a total, where whole cents of them give its amount; totals within it may stand beside their own."""
    for parts in (move.parts, [part for part in move.parts if not part.is_total]):
        amounts = [part.head.amount(32, 33) for part in parts]
        if (
            any(amounts)
            and sum(amounts) == move.head.amount(32, 33)
            and not any(each % 10 for each in amounts)
        ):
            return parts
    return []


def _both_ways_odd(move: Move, split: list[Move]) -> Iterator[Odd]:
    """Where one part goes back, another is more than came: neither is what it seems alone."""
    total = move.head.amount(32, 33)
    if any(part.head.amount(32, 33) * total < 0 for part in split):
        yield Odd(Oddity.PARTS, f"{Decimal(total) / 1000:.2f}")


def _subtotals_odd(move: Move, split: list[Move]) -> Iterator[Odd]:
    """What is odd in totals within a total that stand beside their own payments: those after one must give its amount."""
    if len(split) == len(move.parts):
        return
    # From the last to the first: what is left of the total after each payment.
    left, later = 0, {0}
    for each in reversed(move.parts):
        amount = each.head.amount(32, 33)
        if not each.is_total:
            left += amount
            later.add(left)
            continue
        yield from each.odd
        if left - amount not in later:
            yield Odd(Oddity.PARTS, f"{Decimal(amount) / 1000:.3f}")


def line_of(move: Move, day: date, *, whole: _Whole | None = None, unsplit: bool = False) -> BankLine:
    """One movement as a line; `whole` is the total it is a part of. `day` stands in where the bank gives none."""
    head, odd = move.head, [*move.odd, *(whole.odd if whole else ())]
    booked = head.day(116) or (whole.head.day(116) if whole else None)
    if booked is None:
        odd.append(Odd(Oddity.NO_DAY, _cut(head.field(116, 121), 6)))
    account = _account(move)
    odd += account.odd
    odd += _details_odd(move)
    communication, text = _said(move, whole, odd)
    ultimate = next((each[4:74] for each in move.information if each[:4] == f"1{ULTIMATE_PAYER}"), "")
    returned = move.field("22", 113, 117) if _RETURNED.fullmatch(move.field("22", 99, 117)) else ""
    cents = head.cents(32, 33)
    if whole is not None and cents * whole.head.amount(32, 33) < 0:
        odd.append(Odd(Oddity.SIGN, f"{Decimal(cents) / 100:.2f}"))
    if returned and cents > 0:
        odd.append(Odd(Oddity.RETURN, move.field("22", 114, 117).strip()))
    elif returned or head.field(57, 58) in TAKES_BACK:
        odd.append(Odd(Oddity.REVERSAL, _cut(head.field(54, 61), 8)))
    if unsplit:
        odd.append(Odd(Oddity.UNSPLIT, str(len(move.parts)) if move.parts else ""))
        text = clean(" ".join([text, *map(_told_by, move.parts)]), lines=False)[: facts.TEXT]
        communication = ""
    reference = head.field(11, 31).strip() or (whole.head.field(11, 31).strip() if whole else "")
    return BankLine(
        line=head.line,
        amount_cents=cents,
        booked_on=booked or day,
        reference=_cut(reference, facts.REFERENCE),
        payer_iban=account.iban,
        payer_name=_cut(_name(move), facts.NAME),
        communication=communication,
        text=text,
        ultimate_name=_cut(ultimate, facts.NAME),
        other_account=account.other,
        end_to_end=_cut(move.field("22", 64, 98), 35),
        return_code=_cut(move.field("22", 114, 117), 4) if returned else "",
        odd=tuple(dict.fromkeys(odd)),
    )


def _only_detail(move: Move) -> Move | None:
    return move.details[0] if len(move.details) == 1 and not move.is_total else None


def _name(move: Move) -> str:
    """The name in record 23; where there is none, that of the only detail."""
    detail = _only_detail(move)
    return move.field("23", 48, 82).strip() or (detail.field("23", 48, 82) if detail else "")


def _details_odd(move: Move) -> Iterator[Odd]:
    """What is odd in details that are no payments of their own, and amounts in them that do not give the movement's.

    Details without an amount only say more. Details of a detail (type 9) give the amount of the one before them.
    """
    booked = move.head.amount(32, 33)
    # Those of the movement itself, then those that follow each of them.
    groups: list[tuple[int, list[int]]] = [(booked, []), (booked, [])]
    for each in move.details:
        yield from each.odd
        amount = each.head.amount(32, 33)
        if each.head.field(54, 54) == DETAIL_OF_DETAIL:
            groups[-1][1].append(amount)
        else:
            groups[0][1].append(amount)
            groups.append((amount, []))
    for total, amounts in groups:
        if any(amounts) and sum(amounts) != total:
            other_way = sum(amounts) == -total
            yield Odd(Oddity.SIGN if other_way else Oddity.PARTS, f"{Decimal(sum(amounts)) / 1000:.3f}")


def _said(move: Move, whole: _Whole | None, odd: list[Odd]) -> tuple[str, str]:
    """The communication and the text of a movement; what only its details say counts as well, or the total it is in."""
    named, text = _named(move)
    told = [_named(each) for each in move.details]
    for each, _text in told:
        named |= each
    communication, several = chosen(named | (whole.named if whole else NOTHING_NAMED))
    odd += several
    more = " ".join(each for _found, each in told if each and each not in text)
    return communication, _cut(f"{text} {more}", facts.TEXT)


def _cut(text: str, most: int) -> str:
    return clean(text, lines=False)[:most]


def _told_by(part: Move) -> str:
    named, text = _named(part)
    return f"{part.field('23', 48, 82).strip()} {chosen(named)[0] or text};"


def _account(move: Move) -> facts.Account:
    """The account in record 23: 34 characters and a currency, or twelve digits and a currency written the old way."""
    whole = move.field("23", 11, 44)
    if not whole.strip() and (detail := _only_detail(move)):
        whole = detail.field("23", 11, 44)
    found = facts.other_party(whole)
    if found.iban:
        return found
    return facts.other_party(whole.split()[0]) if whole.split() else found


def _named(move: Move) -> tuple[Named, str]:
    """Each Belgian communication in the records of one movement, and the free text, with that of information records."""
    said = move.head.field(63, 115) + move.field("22", 11, 63) + move.field("23", 83, 125)
    digits, free, wrong = "", said, ""
    # A type of communication that nobody knows is read as free text.
    if move.head.field(62, 62) == "1":
        kind = said[:3]
        digits, free = _structured(kind, said)
        if kind in BELGIAN and digits and not ogm_vcs.is_valid(digits):
            digits, free, wrong = "", f"{digits} {free}", digits
    # An unstructured part (type 0) may go on in the next record in the middle of a number: nothing is put between.
    informed = [each[1:] for each in move.information if each[:1] != "1"]
    about = " ".join(each[4:] for each in move.information if each[:1] == "1" and each[1:4] == "002")
    text = _cut(f"{free.rstrip()} {about.strip()} {''.join(informed)}", facts.TEXT)
    typed = communications_in(free) | communications_in(*informed)
    in_place = Named(frozenset({digits} - {""}), wrong=frozenset({wrong} - {""}))
    return typed | in_place, text


def _structured(kind: str, said: str) -> tuple[str, str]:
    if kind in BELGIAN:
        return (said[3:15].strip() if said[3:15].strip().strip("0") else ""), said[15:]
    if kind == "127":
        # European direct debit: settlement date, type, scheme, reason, creditor, mandate, then the communication.
        return "", said[82:144]
    return "", said[3:]

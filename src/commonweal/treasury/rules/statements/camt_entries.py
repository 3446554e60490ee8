"""Movements of camt.053: one entry, or its parts, with who paid and what for (ISO 20022). Pure.

The amount and sign of an entry are the account's own and must hold. All else is somebody else's: what is odd there is kept
beside the movement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, replace
from datetime import date
from decimal import Decimal

from stdnum.be import ogm_vcs

from commonweal.kernel.text import clean
from commonweal.treasury.rules.statements import facts
from commonweal.treasury.rules.statements.camt_tree import Node
from commonweal.treasury.rules.statements.camt_values import SIGNS, cents_of, day_at, sign_of, signed_cents
from commonweal.treasury.rules.statements.communications import Named, chosen, communications_in
from commonweal.treasury.rules.statements.facts import BankLine, Odd, Oddity, Unreadable

LEFT_OUT = ("PDNG", "INFO", "FUTR")
# The issuer of Belgian structured communications (Febelfin guidelines for camt.053).
BELGIAN = "BBA"
# Whether an entry takes another back (xs:boolean).
TAKEN_BACK, STANDS = ("true", "1"), ("false", "0")
NO_REFERENCE = ("NOTPROVIDED", "NONREF", "NOT PROVIDED")
# What was instructed, what moved, its counter-value, and what a bank names itself.
_NAMED_AMOUNTS = ("InstdAmt", "TxAmt", "CntrValAmt", "AnncdPstngAmt", "PrtryAmt")
_PART_AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt")
# What a document that is paid lets take off, such as a discount.
_TAKEN_OFF = ("DscntApldAmt", "DscntApldAmt/Amt", "CdtNoteAmt")
# Where the payer's words stand.
_FREE = ("RmtInf/Ustrd", "RmtInf/Strd/AddtlRmtInf")
# What kind of transaction it is, as ISO 20022 sorts them.
_KIND = "BkTxCd/Domn/Fmly/SubFmlyCd"
# Stands for a number of payments that cannot be read.
MANY = 1_000_000_000


def is_booked(entry: Node) -> bool | None:
    """Whether an entry is booked; one without a status is. None for a status nobody knows."""
    text = entry.first("Sts/Cd", "Sts") or "BOOK"
    return text == "BOOK" if text in ("BOOK", *LEFT_OUT) else None


def lines_of(entry: Node, day: date) -> Iterator[BankLine]:
    """The movement of an entry; its parts where the bank gives their amounts. `day` stands in where there is none.

    Raises Unreadable.
    """
    total, sign, parts = signed_cents(entry), sign_of(entry), entry.all("NtryDtls/TxDtls")
    said, shared = _number_said(entry), _shared(entry, day)
    charged = _charged(entry)
    if len(parts) < 2 and said <= max(len(parts), 1):
        part = parts[0] if parts else entry
        odd = _details_odd(part, sign, total, charged) if parts else ()
        yield _line(shared, part, total, (*odd, *_batches_odd(entry, sign, total, charged)))
        return
    amounts = [_part_cents(part, sign) for part in parts]
    readable = [each for each in amounts if each is not None]
    whole = 2 <= len(parts) == len(readable)
    if not whole or sum(readable) != total or len(parts) > facts.PARTS_MAX:
        odd = (Odd(Oddity.UNSPLIT, str(said or len(parts)) if said < MANY else ""),)
        if whole and abs(sum(readable) - total) not in charged:
            odd += (Odd(Oddity.PARTS, f"{Decimal(sum(readable)) / 100:.2f}"),)
        yield _unsplit(shared, parts, total, odd)
        return
    batches = _batches_odd(entry, sign, total, charged)
    if any(each * sign < 0 for each in readable):
        # One part is more than came, because another goes back: neither is what it seems alone.
        batches += (Odd(Oddity.PARTS, f"{Decimal(total) / 100:.2f}"),)
    for part, amount in zip(parts, readable, strict=True):
        yield _line(shared, part, amount, (*_details_odd(part, sign, amount, _charged(part)), *batches))


@dataclass(frozen=True, slots=True)
class _Shared:
    """What an entry says of all its parts, looked up once: it may have thousands of them."""

    node: Node
    booked_on: date
    reference: str
    text: str
    communications: Named
    kind: str
    is_reversed: bool
    odd: tuple[Odd, ...]


def _shared(entry: Node, day: date) -> _Shared:
    # ISO 20022 lets a bank leave out the day of booking; that of its value is then the nearest.
    written = entry.first("BookgDt/Dt", "BookgDt/DtTm")
    booked = day_at(entry, "BookgDt") or day_at(entry, "ValDt")
    odd, more = _strange(entry), [each.text for each in entry.all("AddtlNtryInf")]
    if booked is None or (written and day_at(entry, "BookgDt") is None):
        odd += (Odd(Oddity.NO_DAY, _cut(written, 40)),)
    return _Shared(
        entry,
        booked or day,
        entry.first("AcctSvcrRef", "NtryRef"),
        _cut(" ".join(more), facts.TEXT),
        communications_in(*more),
        entry.first(_KIND),
        any(each in TAKEN_BACK for each in _reversals(entry)),
        odd,
    )


def _strange(entry: Node) -> tuple[Odd, ...]:
    """What the standard does not know in an entry: its status, how its currency is written, whether it takes another back,
    signs that were taken out; and an amount of what was paid that is not the one booked."""
    found = []
    if is_booked(entry) is None:
        found.append(Odd(Oddity.OTHER, _cut(entry.first("Sts/Cd", "Sts"), 40)))
    currencies = (node.attributes.get("Ccy", "EUR") for node in entry.all("Amt"))
    found += [Odd(Oddity.OTHER, _cut(each, 40)) for each in currencies if each != "EUR"]
    found += [
        Odd(Oddity.OTHER, _cut(each, 40)) for each in _reversals(entry) if each not in (*TAKEN_BACK, *STANDS)
    ]
    if any(node.mended for node in entry.walk()):
        found.append(Odd(Oddity.OTHER))
    found += _other_amounts(entry, abs(signed_cents(entry)), _charged(entry))
    return tuple(found)


def _reversals(entry: Node) -> list[str]:
    """What the bank writes where it says whether an entry takes another back."""
    return [node.text.strip().lower() for node in entry.all("RvslInd")]


def _number_said(entry: Node) -> int:
    """How many payments the bank says are in an entry, 0 where it does not say. What is no number is more than one."""
    return sum(map(_number, entry.all("NtryDtls/Btch/NbOfTxs")))


def _number(node: Node) -> int:
    written = node.text.strip()
    return int(written) if re.fullmatch(r"\d{1,9}", written, re.ASCII) else MANY


def _batches_odd(entry: Node, sign: int, total: int, charged: frozenset[int]) -> tuple[Odd, ...]:
    """What the bank says of whole batches, where it is not what their parts are: number, amount and sign."""
    groups, found = entry.all("NtryDtls"), []
    for group in groups:
        parts, batches = group.all("TxDtls"), group.all("Btch")
        if not batches:
            continue
        counts = [node for batch in batches for node in batch.all("NbOfTxs")]
        found += [
            Odd(Oddity.COUNT, _cut(node.text, 40)) for node in counts if parts and _number(node) != len(parts)
        ]
        signs = [node for batch in batches for node in batch.all("CdtDbtInd")]
        found += _signs_odd(signs, sign)
        amounts = [_part_cents(part, sign) for part in parts] if len(groups) > 1 else []
        readable = [each for each in amounts if each is not None]
        cents = sum(readable) if readable and len(readable) == len(amounts) else total
        found += (
            Odd(Oddity.PARTS, _cut(node.text, 40))
            for batch in batches
            for node in batch.all("TtlAmt")
            if not _agrees(node, abs(cents), charged)
        )
    return tuple(found)


def _signs_odd(signs: list[Node], sign: int) -> list[Odd]:
    """What is odd about the signs written in details: another one than the movement's, none, or one too many."""
    found = []
    for place, node in enumerate(signs):
        written = node.text.strip()
        if SIGNS.get(written) != sign:
            found.append(Odd(Oddity.SIGN if written in SIGNS else Oddity.OTHER, _cut(written, 40)))
        elif place:
            found.append(Odd(Oddity.OTHER, _cut(written, 40)))
    return found


def _charged(around: Node) -> frozenset[int]:
    """By how many cents the charges named in here can have changed an amount: not at all, by one of them, or by all.

    What lies between is no charge: else a large one would explain any amount.
    """
    charges = [node for node in around.walk() if node.name == "Chrgs"]
    totals = [_euro_cents(node) for each in charges for node in each.all("TtlChrgsAndTaxAmt")]
    single = [
        _euro_cents(node) for each in charges for path in ("Amt", "Rcrd/Amt") for node in each.all(path)
    ]
    return frozenset({0, *totals, *single, sum(totals), sum(single)})


def _euro_cents(node: Node) -> int:
    try:
        return cents_of(node)
    except Unreadable:
        return 0


def _part_cents(part: Node, sign: int) -> int | None:
    """The amount of a part in euro; None where the bank gives none that can be read."""
    for path in _PART_AMOUNTS:
        for node in part.all(path):
            try:
                own = SIGNS.get(part.first("CdtDbtInd"), sign)
                return own * cents_of(node)
            except Unreadable:
                return None
    return None


def _details_odd(part: Node, sign: int, cents: int, charged: frozenset[int]) -> tuple[Odd, ...]:
    """What is odd about the sign and the amounts of a part, beside those of the movement it is."""
    found = _signs_odd(part.all("CdtDbtInd"), sign)
    found += (
        Odd(Oddity.PARTS, _cut(node.text, 40))
        for node in part.all("Amt")
        if not _agrees(node, abs(cents), charged)
    )
    return (*found, *_other_amounts(part, abs(cents), charged), *_documents_odd(part, abs(cents), charged))


def _documents_odd(part: Node, cents: int, charged: frozenset[int]) -> list[Odd]:
    """What the documents a payment is for say was paid, where that is not the amount booked: all of them together."""
    nodes = part.all("RmtInf/Strd/RfrdDocAmt")
    if any(
        each.attributes.get("Ccy", "EUR").strip().upper() != "EUR" for node in nodes for each in node.walk()
    ):
        return []
    try:
        told = [each for each in map(_document_cents, nodes) if each is not None]
    except Unreadable as wrong:
        return [Odd(Oddity.PARTS, wrong.detail[:40])]
    if not told or abs(sum(told) - cents) in charged:
        return []
    return [Odd(Oddity.PARTS, f"{Decimal(sum(told)) / 100:.2f}")]


def _document_cents(document: Node) -> int | None:
    """What of a payment is for a document: the amount remitted or, without one, what was due with what was taken off or put
    to it. None where the bank says neither. Raises Unreadable."""
    for node in document.all("RmtdAmt"):
        return cents_of(node)
    due = document.all("DuePyblAmt")
    if not due:
        return None
    # Older versions write these amounts themselves, newer ones in an element of their own (ISO 20022).
    less = [node for path in _TAKEN_OFF for node in document.all(path) if node.text.strip()]
    cents = sum(map(cents_of, due)) - sum(map(cents_of, less))
    for each in document.all("AdjstmntAmtAndRsn"):
        sign = -1 if each.first("CdtDbtInd") == "CRDT" else 1
        cents += sign * sum(map(cents_of, each.all("Amt")))
    return cents


def _other_amounts(around: Node, cents: int, charged: frozenset[int]) -> list[Odd]:
    """The amounts of what was paid, by whatever name, that are not the one booked."""
    named = (node for name in _NAMED_AMOUNTS for node in around.all(f"AmtDtls/{name}/Amt"))
    return [Odd(Oddity.PARTS, _cut(node.text, 40)) for node in named if not _agrees(node, cents, charged)]


def _agrees(node: Node, cents: int, charged: frozenset[int]) -> bool:
    """Whether an amount is the one booked, but for charges; in another currency there is nothing to compare."""
    if node.attributes.get("Ccy", "EUR").strip().upper() != "EUR":
        return True
    try:
        return abs(cents_of(node) - cents) in charged
    except Unreadable:
        return False


def _unsplit(shared: _Shared, parts: list[Node], total: int, odd: tuple[Odd, ...]) -> BankLine:
    """One movement for a batch whose parts do not give its amount: who is in it stands in its text."""
    names = [f"{_name(part, total)} {_named_once(part) or _free(part)}".strip() for part in parts]
    line = _line(shared, shared.node, total, odd)
    text = "; ".join(each for each in [line.text, *names] if each)
    return replace(line, communication="", text=clean(text, lines=False)[: facts.TEXT])


def _line(shared: _Shared, part: Node, cents: int, odd: tuple[Odd, ...]) -> BankLine:
    account = _account(part, cents)
    found = [*shared.odd, *odd, *account.odd, *_taken_back(shared, part, cents)]
    own = [] if part is shared.node else [each.text for each in part.all("AddtlTxInf")]
    communication, several = chosen(_communications(part) | communications_in(*own) | shared.communications)
    found += several
    # Where banks put texts that have no place of their own.
    more = _cut(" ".join([*own, shared.text]), facts.TEXT)
    reference = part.first("Refs/AcctSvcrRef") or shared.reference
    end_to_end = part.first("Refs/EndToEndId", "Refs/InstrId")
    return BankLine(
        line=part.line,
        amount_cents=cents,
        booked_on=shared.booked_on,
        reference=_cut(reference, facts.REFERENCE),
        payer_iban=account.iban,
        payer_name=_cut(_name(part, cents), facts.NAME),
        communication=communication,
        text=_free(part, communication) or more,
        ultimate_name=_cut(_ultimate(part, cents), facts.NAME),
        other_account=account.other,
        end_to_end="" if end_to_end.upper() in NO_REFERENCE else _cut(end_to_end, 35),
        return_code=_cut(part.first("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"), 4),
        odd=tuple(found),
    )


def _cut(text: str, most: int) -> str:
    return clean(text, lines=False)[:most]


def _taken_back(shared: _Shared, part: Node, cents: int) -> list[Odd]:
    """Whether the bank says that a movement undoes an earlier one, or that a payment of ours comes back."""
    code = part.first("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
    kind = shared.kind or part.first(_KIND)
    if cents > 0 and (part.all("RtrInf") or kind == "RRTN"):
        return [Odd(Oddity.RETURN, _cut(code, 40))]
    undoes = shared.is_reversed or part.all("RtrInf") or kind == "RRTN"
    return [Odd(Oddity.REVERSAL, _cut(code, 40))] if undoes else []


def _others(part: Node, cents: int) -> tuple[str, ...]:
    """The party on the other side; of money that is taken back, whoever the bank names."""
    return ("Dbtr", "Cdtr")[:1] if cents > 0 else ("Cdtr", "Dbtr")


def _name(part: Node, cents: int) -> str:
    return part.first(
        *(path for who in _others(part, cents) for path in (f"RltdPties/{who}/Nm", f"RltdPties/{who}/Pty/Nm"))
    )


def _ultimate(part: Node, cents: int) -> str:
    who = "UltmtDbtr" if cents > 0 else "UltmtCdtr"
    return part.first(f"RltdPties/{who}/Nm", f"RltdPties/{who}/Pty/Nm")


def _account(part: Node, cents: int) -> facts.Account:
    for who in _others(part, cents):
        text = part.first(f"RltdPties/{who}Acct/Id/IBAN", f"RltdPties/{who}Acct/Id/Othr/Id")
        if text:
            return facts.other_party(text)
    return facts.Account()


def _belgian(part: Node) -> dict[str, bool]:
    """Each Belgian structured communication of a part, and whether its check digits hold. Creditor references (RF) and
    those of other issuers are none of ours; nor are twelve digits without an issuer that do not hold."""
    found = {}
    for node in part.all("RmtInf/Strd/CdtrRefInf"):
        issuer = node.first("Tp/Issr").upper()
        for reference in node.all("Ref"):
            digits = _digits(reference.text.strip())
            holds = bool(re.fullmatch(r"\d{12}", digits, re.ASCII)) and ogm_vcs.is_valid(digits)
            if issuer in (BELGIAN, "") and (holds or (issuer and re.fullmatch(r"\d{12}", digits, re.ASCII))):
                found[digits] = holds
    return found


def _digits(written: str) -> str:
    return re.sub(r"[+*/ ]", "", written)


def _communications(part: Node) -> Named:
    """Every communication a part names, in its own place or typed into its free text."""
    lines = (node.text for path in _FREE for node in part.all(path))
    return _in_place(part) | communications_in(*lines)


def _in_place(part: Node) -> Named:
    """The communications of a part in their own place."""
    found = _belgian(part)
    holding = frozenset(digits for digits, holds in found.items() if holds)
    return Named(sure=holding, wrong=frozenset(found) - holding)


def _named_once(part: Node) -> str:
    """The only communication of a part in its own place."""
    return chosen(_in_place(part))[0]


def _free(part: Node, communication: str = "") -> str:
    """The free text, and every reference that is not the communication of the movement."""
    said = [node.text for path in _FREE for node in part.all(path)]
    references = (node.text for node in part.all("RmtInf/Strd/CdtrRefInf/Ref"))
    said += [each for each in references if not communication or _digits(each.strip()) != communication]
    return _cut(" ".join(said), facts.TEXT)

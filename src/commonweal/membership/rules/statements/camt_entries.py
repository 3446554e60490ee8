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
from commonweal.membership.rules.statements import facts
from commonweal.membership.rules.statements.camt_tree import Node
from commonweal.membership.rules.statements.camt_values import SIGNS, cents_of, day_at, sign_of, signed_cents
from commonweal.membership.rules.statements.facts import BankLine, Odd, Oddity, Unreadable

LEFT_OUT = ("PDNG", "INFO", "FUTR")
# The issuer of Belgian structured communications (Febelfin guidelines for camt.053).
BELGIAN = "BBA"
NO_REFERENCE = ("NOTPROVIDED", "NONREF", "NOT PROVIDED")
_PART_AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt")
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
    if len(parts) < 2 and said <= max(len(parts), 1):
        part = parts[0] if parts else entry
        odd = _details_odd(part, sign, total, _charged(entry)) if parts else ()
        yield _line(shared, part, total, odd)
        return
    amounts = [_part_cents(part, sign) for part in parts]
    readable = [each for each in amounts if each is not None]
    whole = 2 <= len(parts) == len(readable)
    if not whole or sum(readable) != total or len(parts) > facts.PARTS_MAX:
        odd = (Odd(Oddity.UNSPLIT, str(said or len(parts)) if said < MANY else ""),)
        if whole and abs(sum(readable) - total) > _charged(entry):
            odd += (Odd(Oddity.PARTS, f"{Decimal(sum(readable)) / 100:.2f}"),)
        yield _unsplit(shared, parts, total, odd)
        return
    for part, amount in zip(parts, readable, strict=True):
        yield _line(shared, part, amount, _details_odd(part, sign, amount, _charged(part)))


@dataclass(frozen=True, slots=True)
class _Shared:
    """What an entry says of all its parts, looked up once: it may have thousands of them."""

    node: Node
    booked_on: date
    reference: str
    text: str
    kind: str
    is_reversed: bool
    odd: tuple[Odd, ...]


def _shared(entry: Node, day: date) -> _Shared:
    # ISO 20022 lets a bank leave out the day of booking; that of its value is then the nearest.
    written = entry.first("BookgDt/Dt", "BookgDt/DtTm")
    booked = day_at(entry, "BookgDt") or day_at(entry, "ValDt")
    odd = _strange(entry)
    if booked is None or (written and day_at(entry, "BookgDt") is None):
        odd += (Odd(Oddity.NO_DAY, _cut(written, 40)),)
    return _Shared(
        entry,
        booked or day,
        entry.first("AcctSvcrRef", "NtryRef"),
        _cut(" ".join(each.text for each in entry.all("AddtlNtryInf")), facts.TEXT),
        entry.first(_KIND),
        entry.first("RvslInd").lower() in ("true", "1"),
        odd,
    )


def _strange(entry: Node) -> tuple[Odd, ...]:
    """What the standard does not know in an entry: its status, how its currency is written, signs that were taken out;
    and an amount of what was paid that is not the one booked."""
    found = []
    if is_booked(entry) is None:
        found.append(Odd(Oddity.OTHER, _cut(entry.first("Sts/Cd", "Sts"), 40)))
    currencies = (node.attributes.get("Ccy", "EUR") for node in entry.all("Amt"))
    found += [Odd(Oddity.OTHER, _cut(each, 40)) for each in currencies if each != "EUR"]
    if any(node.mended for node in entry.walk()):
        found.append(Odd(Oddity.OTHER))
    found += _other_amounts(entry, abs(signed_cents(entry)), _charged(entry))
    return tuple(found)


def _number_said(entry: Node) -> int:
    """How many payments the bank says are in an entry, 0 where it does not say. What is no number is more than one."""
    said = [node.text.strip() for node in entry.all("NtryDtls/Btch/NbOfTxs")]
    return sum(int(each) if re.fullmatch(r"\d{1,9}", each, re.ASCII) else MANY for each in said)


def _charged(around: Node) -> int:
    """The most cents that charges named in here can have taken from an amount or added to it."""
    return sum(_charges_cents(node) for node in around.walk() if node.name == "Chrgs")


def _charges_cents(charges: Node) -> int:
    """Charges as their total, or as the sum of what they are made of; those in other currencies explain nothing."""
    total = sum(map(_euro_cents, charges.all("TtlChrgsAndTaxAmt")))
    return max(total, sum(_euro_cents(node) for path in ("Amt", "Rcrd/Amt") for node in charges.all(path)))


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


def _details_odd(part: Node, sign: int, cents: int, charged: int) -> tuple[Odd, ...]:
    """What is odd about the sign and the amounts of a part, beside those of the movement it is."""
    found = []
    written = part.first("CdtDbtInd")
    if written and SIGNS.get(written) != sign:
        found.append(Odd(Oddity.SIGN if written in SIGNS else Oddity.OTHER, _cut(written, 40)))
    found += (
        Odd(Oddity.PARTS, _cut(node.text, 40))
        for node in part.all("Amt")
        if not _agrees(node, abs(cents), charged)
    )
    return (*found, *_other_amounts(part, abs(cents), charged))


def _other_amounts(around: Node, cents: int, charged: int) -> list[Odd]:
    """The amounts of what was paid that are not the one booked."""
    named = around.all("AmtDtls/TxAmt/Amt")
    return [Odd(Oddity.PARTS, _cut(node.text, 40)) for node in named if not _agrees(node, cents, charged)]


def _agrees(node: Node, cents: int, charged: int) -> bool:
    """Whether an amount is the one booked, but for charges; in another currency there is nothing to compare."""
    if node.attributes.get("Ccy", "EUR").strip().upper() != "EUR":
        return True
    try:
        return abs(cents_of(node) - cents) <= charged
    except Unreadable:
        return False


def _unsplit(shared: _Shared, parts: list[Node], total: int, odd: tuple[Odd, ...]) -> BankLine:
    """One movement for a batch whose parts do not give its amount: who is in it stands in its text."""
    names = [f"{_name(part, total)} {_structured(part) or _free(part)}".strip() for part in parts]
    line = _line(shared, shared.node, total, odd)
    text = "; ".join(each for each in [line.text, *names] if each)
    return replace(line, communication="", text=clean(text, lines=False)[: facts.TEXT])


def _line(shared: _Shared, part: Node, cents: int, odd: tuple[Odd, ...]) -> BankLine:
    account = _account(part, cents)
    found = [*shared.odd, *odd, *account.odd, *_taken_back(shared, part, cents)]
    found += [Odd(Oddity.COMMUNICATION, digits) for digits, holds in _belgian(part).items() if not holds]
    own = [] if part is shared.node else [each.text for each in part.all("AddtlTxInf")]
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
        communication=_communication(part, more),
        text=_free(part) or more,
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
        digits, issuer = _digits(node.first("Ref")), node.first("Tp/Issr").upper()
        holds = bool(re.fullmatch(r"\d{12}", digits, re.ASCII)) and ogm_vcs.is_valid(digits)
        if issuer in (BELGIAN, "") and (holds or (issuer and re.fullmatch(r"\d{12}", digits, re.ASCII))):
            found[digits] = holds
    return found


def _digits(written: str) -> str:
    return re.sub(r"[+*/ ]", "", written)


def _structured(part: Node) -> str:
    """The only structured communication of a part that holds; of several, none says what the money is for."""
    valid = [digits for digits, holds in _belgian(part).items() if holds]
    return valid[0] if len(valid) == 1 else ""


def _communication(part: Node, more: str) -> str:
    """The communication of a part: a structured one before one that was typed. Of several structured ones, none."""
    if any(_belgian(part).values()):
        return _structured(part)
    return _typed(part) or facts.communication_in(more)


def _free(part: Node) -> str:
    """The free text, and every reference that is not the structured communication."""
    said = [node.text for node in part.all("RmtInf/Ustrd")]
    said += [node.text for node in part.all("RmtInf/Strd/AddtlRmtInf")]
    structured = _structured(part)
    references = (node.text for node in part.all("RmtInf/Strd/CdtrRefInf/Ref"))
    said += [each for each in references if not structured or _digits(each.strip()) != structured]
    return _cut(" ".join(said), facts.TEXT)


def _typed(part: Node) -> str:
    """A communication typed into the free text, also one that a line of 140 characters cut in two."""
    lines = [node.text for node in part.all("RmtInf/Ustrd")] + [
        node.text for node in part.all("RmtInf/Strd/AddtlRmtInf")
    ]
    joined = facts.communication_in(_cut(" ".join(lines), 2_000))
    return joined or facts.communication_in(_cut("".join(lines), 2_000))

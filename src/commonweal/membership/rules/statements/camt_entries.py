"""Movements of camt.053: one entry, or its parts, with who paid and what for (ISO 20022). Pure.

The amount and sign of an entry are the account's own and must hold. All else is somebody else's: what is odd there is kept
beside the movement.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import replace
from datetime import date
from decimal import Decimal

from stdnum.be import ogm_vcs

from commonweal.kernel.text import clean
from commonweal.membership.rules.statements import facts
from commonweal.membership.rules.statements.camt_tree import Node
from commonweal.membership.rules.statements.camt_values import SIGNS, cents_of, day_at, signed_cents
from commonweal.membership.rules.statements.facts import BankLine, Odd, Oddity, Unreadable

LEFT_OUT = ("PDNG", "INFO", "FUTR")
# The issuer of Belgian structured communications (Febelfin guidelines for camt.053).
BELGIAN = "BBA"
NO_REFERENCE = ("NOTPROVIDED", "NONREF", "NOT PROVIDED")
_PART_AMOUNTS = ("Amt", "AmtDtls/TxAmt/Amt")
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
    total, strange = signed_cents(entry), _strange(entry)
    parts = entry.all("NtryDtls/TxDtls")
    said = _number_said(entry)
    if len(parts) < 2 and said <= max(len(parts), 1):
        part = parts[0] if parts else entry
        yield _line(entry, part, total, day, (*strange, *_one_part(entry, part, total)))
        return
    amounts = [_part_cents(part, 1 if total >= 0 else -1) for part in parts]
    readable = [each for each in amounts if each is not None]
    if len(parts) < 2 or len(readable) < len(parts) or sum(readable) != total:
        wrong = len(parts) > 1 and len(readable) == len(parts) and not _has_charges(entry)
        odd = [*strange, Odd(Oddity.UNSPLIT, str(said or len(parts)) if said < MANY else "")]
        if wrong:
            odd.append(Odd(Oddity.PARTS, f"{Decimal(sum(readable)) / 100:.2f}"))
        yield _unsplit(entry, parts, total, day, tuple(odd))
        return
    for part, amount in zip(parts, readable, strict=True):
        yield _line(entry, part, amount, day, strange)


def _strange(entry: Node) -> tuple[Odd, ...]:
    """What the standard does not know in an entry: its status, how its currency is written, signs that were taken out."""
    found = []
    if is_booked(entry) is None:
        found.append(Odd(Oddity.OTHER, _cut(entry.first("Sts/Cd", "Sts"), 40)))
    currencies = (node.attributes.get("Ccy", "EUR") for node in entry.all("Amt"))
    found += [Odd(Oddity.OTHER, _cut(each, 40)) for each in currencies if each != "EUR"]
    if any(node.mended for node in entry.walk()):
        found.append(Odd(Oddity.OTHER))
    return tuple(found)


def _number_said(entry: Node) -> int:
    """How many payments the bank says are in an entry, 0 where it does not say. What is no number is more than one."""
    said = [node.text.strip() for node in entry.all("NtryDtls/Btch/NbOfTxs")]
    return sum(int(each) if re.fullmatch(r"\d{1,9}", each, re.ASCII) else MANY for each in said)


def _has_charges(entry: Node) -> bool:
    return any(node.name == "Chrgs" for node in entry.walk())


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


def _one_part(entry: Node, part: Node, total: int) -> tuple[Odd, ...]:
    """What is odd about the amount of the only part: it should be that of the entry, but for charges and other money."""
    if part is entry or _has_charges(entry) or not part.all("Amt"):
        return ()
    cents = _part_cents(part, 1 if total >= 0 else -1)
    if cents is None or abs(cents) == abs(total):
        return ()
    return (Odd(Oddity.PARTS, _cut(part.first("Amt"), 40)),)


def _unsplit(entry: Node, parts: list[Node], total: int, day: date, odd: tuple[Odd, ...]) -> BankLine:
    """One movement for a batch whose parts do not give its amount: who is in it stands in its text."""
    names = [f"{_name(part, total)} {_structured(part, []) or _free(part)}".strip() for part in parts]
    line = _line(entry, entry, total, day, odd)
    text = "; ".join(each for each in [line.text, *names] if each)
    return replace(line, communication="", text=clean(text, lines=False)[: facts.TEXT])


def _line(entry: Node, part: Node, cents: int, day: date, odd: tuple[Odd, ...]) -> BankLine:
    # ISO 20022 lets a bank leave out the day of booking; that of its value is then the nearest.
    written = entry.first("BookgDt/Dt", "BookgDt/DtTm")
    booked = day_at(entry, "BookgDt") or day_at(entry, "ValDt")
    found = list(odd)
    if booked is None or (written and day_at(entry, "BookgDt") is None):
        found.append(Odd(Oddity.NO_DAY, _cut(written, 40)))
    account = _account(part, cents)
    found += [*account.odd, *_taken_back(entry, part, cents)]
    structured, free = _structured(part, found), _free(part)
    more = _cut(" ".join(each.text for each in _additional(entry, part)), facts.TEXT)
    reference = part.first("Refs/AcctSvcrRef") or entry.first("AcctSvcrRef", "NtryRef")
    end_to_end = part.first("Refs/EndToEndId", "Refs/InstrId")
    return BankLine(
        line=part.line,
        amount_cents=cents,
        booked_on=booked or day,
        reference=_cut(reference, facts.REFERENCE),
        payer_iban=account.iban,
        payer_name=_cut(_name(part, cents), facts.NAME),
        communication=structured or _typed(part) or facts.communication_in(more),
        text=free or more,
        ultimate_name=_cut(_ultimate(part, cents), facts.NAME),
        other_account=account.other,
        end_to_end="" if end_to_end.upper() in NO_REFERENCE else _cut(end_to_end, 35),
        return_code=_cut(part.first("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry"), 4),
        odd=tuple(found),
    )


def _cut(text: str, most: int) -> str:
    return clean(text, lines=False)[:most]


def _taken_back(entry: Node, part: Node, cents: int) -> list[Odd]:
    """Whether the bank says that a movement undoes an earlier one, or that a payment of ours comes back."""
    code = part.first("RtrInf/Rsn/Cd", "RtrInf/Rsn/Prtry")
    kind = entry.first("BkTxCd/Domn/Fmly/SubFmlyCd") or part.first("BkTxCd/Domn/Fmly/SubFmlyCd")
    if cents > 0 and (part.all("RtrInf") or kind == "RRTN"):
        return [Odd(Oddity.RETURN, _cut(code, 40))]
    reversed_ = entry.first("RvslInd").lower() in ("true", "1")
    return [Odd(Oddity.REVERSAL, _cut(code, 40))] if reversed_ or part.all("RtrInf") or kind == "RRTN" else []


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


def _structured(part: Node, odd: list[Odd]) -> str:
    """The structured communication: twelve digits that hold. Creditor references (RF) and those of other issuers are
    none of ours."""
    for node in part.all("RmtInf/Strd/CdtrRefInf"):
        digits = re.sub(r"[+*/ ]", "", node.first("Ref"))
        issuer = node.first("Tp/Issr").upper()
        if not re.fullmatch(r"\d{12}", digits, re.ASCII) or issuer not in (BELGIAN, ""):
            continue
        if ogm_vcs.is_valid(digits):
            return digits
        if issuer == BELGIAN:
            odd.append(Odd(Oddity.COMMUNICATION, digits))
    return ""


def _free(part: Node) -> str:
    """The free text; without any, references that are no Belgian communication."""
    said = _cut(" ".join(node.text for node in part.all("RmtInf/Ustrd")), facts.TEXT)
    more = " ".join(node.text for node in part.all("RmtInf/Strd/AddtlRmtInf"))
    if said or more:
        return _cut(f"{said} {more}", facts.TEXT)
    references = [node.text for node in part.all("RmtInf/Strd/CdtrRefInf/Ref")]
    return "" if _structured(part, []) else _cut(" ".join(references), facts.TEXT)


def _typed(part: Node) -> str:
    """A communication typed into the free text, also one that a line of 140 characters cut in two."""
    lines = [node.text for node in part.all("RmtInf/Ustrd")] + [
        node.text for node in part.all("RmtInf/Strd/AddtlRmtInf")
    ]
    joined = facts.communication_in(_cut(" ".join(lines), 2_000))
    return joined or facts.communication_in(_cut("".join(lines), 2_000))


def _additional(entry: Node, part: Node) -> list[Node]:
    """Where banks put texts that have no place of their own."""
    own = part.all("AddtlTxInf") if part is not entry else []
    return own + entry.all("AddtlNtryInf")

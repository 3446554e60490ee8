"""camt.053, the statement of ISO 20022. Read with expat alone: a document type is refused before anything is expanded,
and depth and size are bounded. Only the standard's elements named here are read.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from xml.parsers import expat

from stdnum.be import ogm_vcs

from commonweal.kernel.text import clean
from commonweal.membership.rules.statements import facts
from commonweal.membership.rules.statements.facts import BankLine, BankStatement, Unreadable, gettext_noop

SPACE = re.compile(r"urn:iso:std:iso:20022:tech:xsd:camt\.053\.001\.\d\d", re.ASCII)
DEPTH, NODES = 40, 500_000
_AMOUNT = re.compile(r"\d{1,13}(?:\.\d{1,5})?", re.ASCII)
_DAY = re.compile(r"\d{4}-\d\d-\d\d", re.ASCII)
LEFT_OUT = {"PDNG", "INFO", "FUTR"}
_MISSING = gettext_noop("something is missing or stands there twice:")


@dataclass(slots=True)
class Node:
    """An element with its line, its text and what stands in it."""

    name: str
    line: int
    attributes: dict[str, str]
    text: str = ""
    children: list[Node] = field(default_factory=list)

    def all(self, path: str) -> list[Node]:
        """The elements at a path such as `Acct/Id/IBAN`."""
        found = [self]
        for name in path.split("/"):
            found = [child for node in found for child in node.children if child.name == name]
        return found

    def one(self, path: str) -> Node:
        """The only element at a path. Raises Unreadable."""
        found = self.all(path)
        if len(found) != 1:
            raise Unreadable(found[1].line if found else self.line, _MISSING, f"{self.name}/{path}")
        return found[0]

    def first(self, *paths: str) -> str:
        """The text at the first of these paths that has one."""
        texts = (node.text.strip() for path in paths for node in self.all(path))
        return next((text for text in texts if text), "")


class _Tree:
    """Builds the nodes while expat reads."""

    def __init__(self) -> None:
        self.parser = expat.ParserCreate(namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.said
        self.parser.StartDoctypeDeclHandler = self.refused
        self.parser.buffer_text = True
        self.open: list[Node] = []
        self.root: Node | None = None
        self.count = 0

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Opens an element of the standard's own namespace."""
        space, _blank, bare = name.rpartition(" ")
        line, self.count = self.parser.CurrentLineNumber, self.count + 1
        if len(self.open) >= DEPTH or self.count > NODES:
            raise Unreadable(line, gettext_noop("the file is too deep or too long for a bank statement"))
        if not self.open and not SPACE.fullmatch(space):
            raise Unreadable(line, gettext_noop("this is no camt.053 statement"))
        node = Node(bare, line, attributes)
        if self.open:
            self.open[-1].children.append(node)
        else:
            self.root = node
        self.open.append(node)

    def end(self, _name: str) -> None:
        """Closes it."""
        self.open.pop()

    def said(self, text: str) -> None:
        """Adds to the text of the element that is open."""
        self.open[-1].text += text

    def refused(self, *_all: object) -> None:
        """Refuses a document type, and with it every entity."""
        raise Unreadable(
            self.parser.CurrentLineNumber, gettext_noop("a bank statement declares no document type")
        )


def read(data: bytes) -> tuple[BankStatement, ...]:
    """The statements of a camt.053 file. Raises Unreadable."""
    tree = _Tree()
    try:
        tree.parser.Parse(data, True)
    except expat.ExpatError as wrong:
        raise Unreadable(wrong.lineno, gettext_noop("this is not well-formed XML")) from wrong
    except (ValueError, LookupError) as wrong:
        # An encoding Python does not know.
        raise Unreadable(1, gettext_noop("this is not well-formed XML")) from wrong
    if tree.root is None or tree.root.name != "Document":
        raise Unreadable(1, gettext_noop("this is no camt.053 statement"))
    return tuple(_statement(node) for node in tree.root.one("BkToCstmrStmt").all("Stmt"))


def _statement(node: Node) -> BankStatement:
    account = node.one("Acct/Id/IBAN")
    iban = facts.account_number(account.text.strip(), account.line)
    if not iban:
        raise Unreadable(account.line, gettext_noop("the check digits of an account number do not hold"))
    if node.first("Acct/Ccy") not in ("EUR", ""):
        raise Unreadable(account.line, gettext_noop("the account is not kept in euro"))
    old, first = _balance(node, "OPBD", "PRCD")
    new, day = _balance(node, "CLBD")
    entries = [entry for entry in node.all("Ntry") if _is_booked(entry)]
    lines = tuple(line for entry in entries for line in _entry(entry))
    _counted(node, entries)
    sequence = node.first("LglSeqNb", "ElctrncSeqNb", "Id")
    if not sequence:
        raise Unreadable(node.line, _MISSING, "Stmt/Id")
    number = facts.statement_number(day.year, sequence)
    return facts.checked(BankStatement(iban, number, day, old, new, lines), first, node.line)


def _balance(node: Node, *codes: str) -> tuple[int, date]:
    for code in codes:
        found = [each for each in node.all("Bal") if each.one("Tp/CdOrPrtry").first("Cd") == code]
        if len(found) == 1:
            return _signed(found[0]), _day(found[0].one("Dt"))
        if found:
            raise Unreadable(found[1].line, _MISSING, f"Bal {code}")
    raise Unreadable(node.line, _MISSING, f"Bal {codes[0]}")


def _amount(node: Node) -> int:
    text = node.text.strip()
    if node.attributes.get("Ccy") != "EUR":
        raise Unreadable(node.line, gettext_noop("the account is not kept in euro"))
    if not _AMOUNT.fullmatch(text):
        raise Unreadable(node.line, gettext_noop("this is no amount"), text)
    cents = Decimal(text) * 100
    if cents != int(cents):
        raise Unreadable(node.line, gettext_noop("an amount has parts of a cent"))
    return int(cents)


def _signed(node: Node, amount: str = "Amt") -> int:
    sign = node.one("CdtDbtInd")
    signs = {"CRDT": 1, "DBIT": -1}
    if sign.text.strip() not in signs:
        raise Unreadable(sign.line, gettext_noop("money comes (CRDT) or goes (DBIT)"), sign.text)
    return signs[sign.text.strip()] * _amount(node.one(amount))


def _day(node: Node) -> date:
    text = node.first("Dt") or node.first("DtTm")[:10]
    try:
        if not _DAY.fullmatch(text):
            raise ValueError(text)
        return date.fromisoformat(text)
    except ValueError as wrong:
        raise Unreadable(node.line, gettext_noop("this day does not exist"), text) from wrong


def _is_booked(entry: Node) -> bool:
    status = entry.one("Sts")
    text = status.first("Cd") or status.text.strip()
    if text != "BOOK" and text not in LEFT_OUT:
        raise Unreadable(status.line, gettext_noop("this is no status of a movement"), text)
    return text == "BOOK"


def _entry(entry: Node) -> Iterator[BankLine]:
    total, day = _signed(entry), _day(entry.one("BookgDt"))
    parts = entry.all("NtryDtls/TxDtls")
    if len(parts) < 2:
        yield _line(entry, parts[0] if parts else entry, total, day)
        return
    amounts = [_part(part, 1 if total > 0 else -1) for part in parts]
    if sum(amounts) != total:
        raise Unreadable(entry.line, gettext_noop("the parts of a movement do not give its amount"))
    for part, amount in zip(parts, amounts, strict=True):
        yield _line(entry, part, amount, day)


def _part(part: Node, sign: int) -> int:
    path = "Amt" if part.all("Amt") else "AmtDtls/TxAmt/Amt"
    return _signed(part, path) if part.all("CdtDbtInd") else sign * _amount(part.one(path))


def _line(entry: Node, part: Node, cents: int, day: date) -> BankLine:
    other = "Dbtr" if cents > 0 else "Cdtr"
    account = part.first(f"RltdPties/{other}Acct/Id/IBAN")
    free = clean(" ".join(node.text for node in part.all("RmtInf/Ustrd")), lines=False)[: facts.TEXT]
    return BankLine(
        line=part.line,
        amount_cents=cents,
        booked_on=day,
        reference=clean(part.first("Refs/AcctSvcrRef") or entry.first("AcctSvcrRef", "NtryRef"), lines=False)[
            : facts.REFERENCE - 8
        ]
        or f"{day.isoformat()}/{part.line}",
        payer_iban=facts.account_number(account, part.line),
        payer_name=clean(part.first(f"RltdPties/{other}/Nm", f"RltdPties/{other}/Pty/Nm"), lines=False)[
            : facts.NAME
        ],
        communication=_communication(part) or facts.communication_in(free),
        text=free,
    )


def _communication(part: Node) -> str:
    """The structured communication: twelve digits that hold; other creditor references (RF) are none of ours."""
    for node in part.all("RmtInf/Strd/CdtrRefInf/Ref"):
        digits = re.sub(r"[+*/ ]", "", node.text)
        if re.fullmatch(r"\d{12}", digits, re.ASCII):
            if ogm_vcs.is_valid(digits):
                return digits
            raise Unreadable(
                node.line, gettext_noop("the check digits of a structured communication do not hold")
            )
    return ""


def _counted(node: Node, entries: list[Node]) -> None:
    """Holds the entries against the summary, where the bank gives one."""
    said = node.first("TxsSummry/TtlNtries/NbOfNtries")
    if said and said != str(len(node.all("Ntry"))) and said != str(len(entries)):
        raise Unreadable(
            node.line, gettext_noop("the number of movements is not the one the bank counted"), said
        )
    for path, sign in (("TtlCdtNtries", 1), ("TtlDbtNtries", -1)):
        total = node.first(f"TxsSummry/{path}/Sum")
        found = sum(abs(_signed(each)) for each in entries if _signed(each) * sign > 0)
        if total and (not _AMOUNT.fullmatch(total) or Decimal(total) * 100 != found):
            raise Unreadable(
                node.line, gettext_noop("the sum of movements is not the one the bank gives"), total
            )

"""The elements of a camt file, read with expat alone: a document type is refused before anything is expanded, and depth
and size are bounded. Pure; knows XML and names of messages (ISO 20022), nothing of money.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from itertools import pairwise
from xml.parsers import expat

from commonweal.treasury.rules.statements.camt_mending import MARK, masked, mended
from commonweal.treasury.rules.statements.facts import Unreadable, gettext_noop

STATEMENT = re.compile(r"urn:iso:std:iso:20022:tech:xsd:(camt\.053\.001\.\d\d)", re.ASCII)
_MESSAGE = re.compile(r"\b(camt|pain|pacs)\.(\d{3})(?:\.\d{3}\.\d\d)?", re.ASCII)
# A statement of 5 MB has fewer than a third of these.
DEPTH, NODES = 40, 250_000
# Files put together: the statements of three years, day by day.
DOCUMENTS_MAX = 1_000
_BROKEN = gettext_noop(
    "this is not well-formed XML: the file was cut or changed; take it from the bank once more"
)
_TOO_LONG = gettext_noop("the file is too deep or too long for a bank statement")
MISSING = gettext_noop("something is missing or stands there twice:")
_NO_STATEMENT = gettext_noop("this is no camt.053 statement")
_WEB_PAGE = gettext_noop(
    "this is a page of the web, perhaps the bank's log-in: download the statement once more"
)
_NAMES = {
    "camt.052": gettext_noop(
        "this is a camt.052, a report during the day: wait for the statement of the day, camt.053, and bring that in"
    ),
    "camt.054": gettext_noop(
        "this is a camt.054, a note of single movements: bring in the statement of the day, camt.053"
    ),
    "pain.001": gettext_noop("this is a payment file for the bank (pain.001), not a statement from it"),
    "pain.002": gettext_noop("this is the bank's answer to a payment file (pain.002), not a statement"),
    "pain.008": gettext_noop(
        "this is a file of direct debits for the bank (pain.008), not a statement from it"
    ),
}
_DECLARATION = re.compile(r"<\?xml\s")
# One run of blanks each, and bounded names: two runs side by side would try every way to share a long one.
_BLANKS = re.compile(r"[\ufeff\s]*")
_BEFORE = re.compile(r"[\ufeff \t\r\n]*")
_DECLARED = re.compile(r"(?:<\?xml\s[^>]{0,200}>)?")
_OPENS = re.compile(r"<(?:[\w.-]{1,100}:)?Document[\s>]")
_DOCUMENT_ENDS = re.compile(r"</(?:[\w.-]+:)?Document\s*>")


@dataclass(slots=True)
class Node:
    """An element with its line, its text and what stands in it; `mended` when a sign was taken out of the text."""

    name: str
    line: int
    attributes: dict[str, str]
    space: str = ""
    text: str = ""
    children: list[Node] = field(default_factory=list)
    mended: bool = False

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
            line = found[1].line if found else self.line
            raise Unreadable(line, MISSING, f"{self.name}/{path}", kind="missing")
        return found[0]

    def first(self, *paths: str) -> str:
        """The text at the first of these paths that has one."""
        texts = (node.text.strip() for path in paths for node in self.all(path))
        return next((text for text in texts if text), "")

    def walk(self) -> Iterator[Node]:
        """This element and all in it, in the file's order."""
        waiting = [self]
        while waiting:
            node = waiting.pop()
            yield node
            waiting.extend(reversed(node.children))


class _Tree:
    """Builds the nodes while expat reads; `offset` is how many lines of the file lie before this piece."""

    def __init__(self, offset: int) -> None:
        # The text was decoded before, whatever code page it declares.
        self.parser = expat.ParserCreate(encoding="utf-8", namespace_separator=" ")
        self.parser.StartElementHandler = self.start
        self.parser.EndElementHandler = self.end
        self.parser.CharacterDataHandler = self.add_text
        self.parser.StartDoctypeDeclHandler = self.refuse
        self.parser.buffer_text = True
        # What everything stands in: its only child is the root of a well-formed file.
        self.top = Node("", 0, {})
        self.open: list[Node] = []
        # What was read so far of the text of each open element: put together once, when it closes.
        self.texts: list[list[str]] = []
        self.offset = offset

    @property
    def line(self) -> int:
        """The line of the file expat stands at."""
        return self.parser.CurrentLineNumber + self.offset

    def start(self, name: str, attributes: dict[str, str]) -> None:
        """Opens an element; one of another namespace than what it stands in keeps that before its name."""
        space, _blank, bare = name.rpartition(" ")
        if len(self.open) >= DEPTH:
            raise Unreadable(self.line, _TOO_LONG, kind="too_deep")
        above = self.open[-1] if self.open else self.top
        own = above is self.top or space == above.space or bare == "Document"
        node = Node(bare if own else name, self.line, attributes, space)
        above.children.append(node)
        self.open.append(node)
        self.texts.append([])

    def end(self, _name: str) -> None:
        """Closes it."""
        self.open.pop().text = "".join(self.texts.pop())

    def add_text(self, text: str) -> None:
        """Adds to the text of the element that is open."""
        node = self.open[-1]
        node.mended = node.mended or MARK in text
        self.texts[-1].append(text.replace(MARK, ""))

    def refuse(self, *_all: object) -> None:
        """Refuses a document type, and with it every entity."""
        what = gettext_noop("a bank statement declares no document type")
        raise Unreadable(self.line, what, kind="doctype")


def messages_in(text: str) -> Iterator[tuple[str, Node] | Unreadable]:
    """Name and root of every camt.053 message in a file, also of several files put together; why another part of it is
    none. Raises Unreadable for what is no message at all, or built to do harm."""
    if re.match(r"\s*<(!doctype\s+)?html", text, re.IGNORECASE):
        raise Unreadable(1, _WEB_PAGE, kind="html")
    if text.count("<") - text.count("</") > NODES:
        # Before anything is built.
        raise Unreadable(1, _TOO_LONG, kind="too_many_elements")
    for piece, offset in _pieces(text):
        try:
            root = _parsed(mended(piece), offset)
        except expat.ExpatError as wrong:
            yield Unreadable(wrong.lineno + offset, _BROKEN, kind="xml")
            continue
        documents = [node for node in root.walk() if node.name == "Document"]
        yield from map(_named, documents or [root])


def _pieces(text: str) -> Iterator[tuple[str, int]]:
    """The XML documents of a file with the number of lines before each. Raises Unreadable for too many.

    The text is gone through once: lines are counted from one document to the next.
    """
    place = lines = 0
    for count, (start, end) in enumerate(_bounds(text), start=1):
        blanks = _BEFORE.match(text, start, end)
        start = blanks.end() if blanks else start
        lines += text.count("\n", place, start)
        place = start
        if count > DOCUMENTS_MAX:
            raise Unreadable(lines + 1, _TOO_LONG, kind="too_many_documents")
        yield text[start:end].rstrip("\ufeff\x1a\x00 \t\r\n"), lines


def _bounds(text: str) -> Iterator[tuple[int, int]]:
    """Where each document begins and ends: a declaration begins one, and so does what comes after a root that is a
    Document. In an envelope several Documents stand in one root."""
    elements = masked(text)
    starts = [each.start() for each in _DECLARATION.finditer(elements)]
    if not starts or text[: starts[0]].strip("\ufeff \t\r\n"):
        starts.insert(0, 0)
    for start, end in pairwise([*starts, len(text)]):
        ends = [each.end() for each in _DOCUMENT_ENDS.finditer(elements, start, end)]
        if _opens_document(elements, start):
            for stop in ends[:-1]:
                yield start, stop
                start = stop
        yield start, end


def _opens_document(text: str, start: int) -> bool:
    place = start
    for pattern in (_BLANKS, _DECLARED, _BLANKS):
        # Each of them matches nothing as well.
        place = found.end() if (found := pattern.match(text, place)) else place
    return _OPENS.match(text, place) is not None


def _parsed(piece: str, offset: int) -> Node:
    tree = _Tree(offset)
    tree.parser.Parse(piece.encode("utf-8", "replace"), True)
    return tree.top.children[0]


def _named(document: Node) -> tuple[str, Node] | Unreadable:
    """A message with its name; why something else is none."""
    if document.name != "Document":
        return _other(document)
    known = STATEMENT.fullmatch(document.space)
    if known:
        return known[1], document
    if not document.space and document.all("BkToCstmrStmt"):
        return "camt.053", document
    return _other(document)


def _other(root: Node) -> Unreadable:
    """The refusal of another message or another XML, by its name."""
    said = _MESSAGE.search(root.space)
    name = f"{said[1]}.{said[2]}" if said else ""
    if name in _NAMES:
        return Unreadable(root.line, _NAMES[name], kind=name)
    return Unreadable(root.line, _NO_STATEMENT, root.space or root.name, kind="other_xml")

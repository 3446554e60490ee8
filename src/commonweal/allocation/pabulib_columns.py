"""Reads plain Pabulib files quickly: the votes of a whole chunk of lines at once, in columns, from the bytes.

Never says what is wrong and never reads a file otherwise than `pabulib_strict`: whatever this reader cannot prove
to be plain (quotes, an unknown project, a line with another number of fields, …) it leaves to the strict one.
"""

import re
from collections.abc import Iterator, Sequence
from fractions import Fraction
from math import lcm

import numpy as np
from numpy.typing import NDArray

from commonweal.allocation.ballots import Ballots, whole_numbers
from commonweal.allocation.election import Election, ElectionError, number_from_text
from commonweal.allocation.pabulib_rows import PabulibError, rows
from commonweal.allocation.pabulib_strict import VoteColumns, read_meta, read_projects, sections, vote_columns
from commonweal.allocation.texts import Lookup, Places, Texts, loadable

# Bytes looked at together: what is made of them should stay in a processor's cache.
_CHUNK = 1 << 17
# More different numbers of points than this are not worth a table.
_KINDS_MAX = 4096
# Quotes can change what any other character means; a stray carriage return or a NUL is an error.
_ODD = (b'"', b"\r", b"\0")
_TITLE = re.compile(rb"\nVOTES[ \t]*\r?\n")
_COMMA, _SEMICOLON, _LINE_FEED = b",;\n"


_NONE: NDArray[np.int32] = np.zeros(0, np.int32)


class NotPlainError(ValueError):
    """The file may well be right, but it takes the strict reader to tell."""


def read_quickly(data: bytes) -> Election | None:
    """The election in a plain file, exactly as `read_strictly` gives it; None for one that it must read."""
    try:
        data, begin = _parted(data)
        meta_section, project_section, vote_section = sections(rows(data[:begin].decode()))
        meta, projects = read_meta(meta_section), read_projects(project_section)
        names = vote_section.header.values
        where = vote_columns(vote_section, meta)
        votes = _Votes([project.id for project in projects], len(names), where, len(data))
        _keep_freed_memory(len(data))
        for first, end in _chunks(data, begin):
            votes.add(data[first:end], first)
        return Election(meta, projects, votes.ballots(data), project_section.header.values, names)
    except (NotPlainError, PabulibError, ElectionError, UnicodeDecodeError):
        return None


def _parted(data: bytes) -> tuple[bytes, int]:
    """The file and where its votes begin, below their header, as lines that all end in LF; NotPlainError."""
    # A whole line: a project may be called VOTES.
    title = _TITLE.search(data)
    header = title.end() if title else 0
    begin = data.find(b"\n", header) + 1
    if not title or not begin:
        raise NotPlainError
    if data.find(b"\r", begin) >= 0:
        data = data[:begin] + data[begin:].replace(b"\r\n", b"\n")
    if any(data.find(odd, begin) >= 0 for odd in _ODD):
        raise NotPlainError
    return data if data.endswith(b"\n") else data + b"\n", begin


def _chunks(data: bytes, begin: int) -> Iterator[tuple[int, int]]:
    """Where chunks of whole lines begin and end, from `begin` on."""
    while begin < len(data):
        end = data.rfind(b"\n", begin, begin + _CHUNK) + 1 or data.index(b"\n", begin) + 1
        yield begin, end
        begin = end


def _keep_freed_memory(size: int) -> None:
    """Let the next chunk have the memory of the last one: a quarter of the time for a large file.

    The GNU C library gives freed memory back to the system, page by page, until it has seen a large block freed
    (mallopt(3), M_MMAP_THRESHOLD). The block is never touched, so it takes no memory.
    """
    np.empty(min(size, 1 << 24), np.uint8)


class _Votes:
    """Gathers the columns of the votes, chunk by chunk."""

    def __init__(self, project_ids: Sequence[str], width: int, where: VoteColumns, size: int) -> None:
        self.project_ids = tuple(project_ids)
        self.width = width
        self.where = where
        self.projects = Lookup([project_id.encode() for project_id in project_ids])
        self.kinds: dict[bytes, Fraction] = {}
        self.points = Lookup([])
        self.lengths: list[Places] = []
        self.choices: list[NDArray[np.int32]] = []
        self.given: list[NDArray[np.int32]] = []
        self.fields: dict[int, list[tuple[Places, Places]]] = {at: [] for at in (0, *dict(where.extra))}
        self.offsets = np.int32 if size < 2**31 else np.int64

    def add(self, chunk: bytes, begin: int) -> None:
        """Read a chunk of whole lines, which begins at byte `begin`; NotPlainError, UnicodeDecodeError."""
        if not chunk.isascii():
            chunk.decode("utf-8")
        lines = _Lines(chunk, self.width)
        ends, lengths = lines.items(self.where.vote)
        numbers = lines.look_up(self.projects, ends)
        if np.any(numbers == len(self.projects)):
            raise NotPlainError
        self.lengths.append(lengths)
        self.choices.append(numbers)
        if self.where.points is not None:
            ends, counts = lines.items(self.where.points)
            if not np.array_equal(counts, lengths):
                raise NotPlainError
            self.given.append(self._points(lines, ends))
        for at, found in self.fields.items():
            starts, ends = lines.field(at)
            found.append(((starts + begin).astype(self.offsets), (ends + begin).astype(self.offsets)))

    def _points(self, lines: "_Lines", ends: Places) -> NDArray[np.int32]:
        """The place in `kinds` of each number of points; numbers met for the first time are added."""
        numbers = lines.look_up(self.points, ends)
        unknown = np.flatnonzero(numbers == len(self.points))
        if not len(unknown):
            return numbers
        for text in {lines.item(end) for end in ends[unknown].tolist()}:
            try:
                self.kinds[text] = number_from_text(text.decode())
            except ValueError:
                raise NotPlainError from None
        if len(self.kinds) > _KINDS_MAX:
            raise NotPlainError
        self.points = Lookup(list(self.kinds))
        return lines.look_up(self.points, ends)

    def ballots(self, data: bytes) -> Ballots:
        """The ballots of all chunks together."""
        lengths = np.concatenate([[0], *self.lengths])
        points, parts = None, 1
        if self.where.points is not None:
            parts = lcm(*[value.denominator for value in self.kinds.values()])
            kinds = whole_numbers([int(value * parts) for value in self.kinds.values()])
            points = kinds[np.concatenate([_NONE, *self.given])]
        texts = {}
        for at, found in self.fields.items():
            starts = np.concatenate([_NONE, *[starts for starts, _ in found]])
            ends = np.concatenate([_NONE, *[ends for _, ends in found]])
            texts[at] = Texts(data, starts, ends)
        return Ballots(
            self.project_ids,
            np.cumsum(lengths),
            np.concatenate([_NONE, *self.choices]),
            points,
            parts,
            texts[0],
            {name: texts[at] for at, name in self.where.extra},
        )


class _Lines:
    """A chunk of lines cut at every comma, semicolon and line end; all lines have the same number of fields.

    `marks` are the places of the cuts, after one just before the chunk; field `at` of line `i` lies between the
    cuts with the numbers `bounds[i, at]` and `bounds[i, at + 1]`.
    """

    def __init__(self, chunk: bytes, width: int) -> None:
        self.chunk = chunk
        self.bytes = np.frombuffer(chunk, np.uint8)
        cuts = (self.bytes == _COMMA) | (self.bytes == _SEMICOLON) | (self.bytes == _LINE_FEED)
        self.marks = np.concatenate([[-1], np.flatnonzero(cuts)])
        # Place -1 is the last byte: a line end, as the cut before the first line should be.
        kinds = self.bytes[self.marks]
        ends, inner = np.flatnonzero(kinds == _LINE_FEED), np.flatnonzero(kinds == _SEMICOLON)
        if len(inner) != (len(ends) - 1) * (width - 1):
            raise NotPlainError
        self.bounds = np.column_stack([ends[:-1], inner.reshape(-1, width - 1), ends[1:]])
        if (self.bounds[:, 0] > self.bounds[:, 1]).any() or (self.bounds[:, -2] > self.bounds[:, -1]).any():
            raise NotPlainError
        self.loaded = loadable(chunk)

    def items(self, at: int) -> tuple[Places, Places]:
        """The numbers of the cuts that end the items of a field of listed items, and how many a line has."""
        first, last = self.bounds[:, at], self.bounds[:, at + 1]
        counts = last - first
        empty = (counts == 1) & (self.marks[last] - self.marks[first] == 1)
        if empty.any():
            counts[empty] = 0
            first, last = first[~empty], last[~empty]
        steps = np.zeros(len(self.marks) + 1, np.int8)
        steps[first + 1] = 1
        steps[last + 1] = -1
        return np.flatnonzero(np.cumsum(steps, dtype=np.int8)), counts

    def look_up(self, table: Lookup, ends: Places) -> NDArray[np.int32]:
        """The numbers in the table of the items that end at these cuts."""
        starts = self.marks[ends - 1] + 1
        return table.find(self.loaded, starts, self.marks[ends] - starts)

    def item(self, end: int) -> bytes:
        """The item that ends at this cut."""
        return self.chunk[self.marks[end - 1] + 1 : self.marks[end]]

    def field(self, at: int) -> tuple[Places, Places]:
        """Where a field begins and ends in each line, without the spaces around it."""
        starts, ends = self.marks[self.bounds[:, at]] + 1, self.marks[self.bounds[:, at + 1]]
        edges = np.stack([self.bytes[starts], self.bytes[ends - 1]])
        doubtful = ((edges <= 32) | (edges >= 127)).any(axis=0) & (starts < ends)
        for row in np.flatnonzero(doubtful).tolist():
            text = self.chunk[starts[row] : ends[row]].decode().lstrip()
            starts[row] = ends[row] - len(text.encode())
            ends[row] = starts[row] + len(text.rstrip().encode())
        return starts, ends

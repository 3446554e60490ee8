"""A column of texts, kept as bytes and decoded only when asked: 400,000 voter ids in the bytes they came in.

Never changes a text: what goes in comes out, whatever characters it holds.
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import Any, Self, overload

import numpy as np
from numpy.typing import NDArray

Places = NDArray[np.signedinteger[Any]]
Words = NDArray[np.uint64]

# Texts beyond this many words of eight bytes are compared one by one: not worth a pass over the column each.
WORDS_MAX = 8
_ROWS_AT_ONCE = 1 << 15
# An odd number with bits all over: the golden ratio in 64 bits (Knuth, The Art of Computer Programming 3, 6.4).
GOLDEN = np.uint64(0x9E3779B97F4A7C15)
# What is left of eight bytes, read as a little-endian number, when a text has 0, 1, … 8 of them.
_KEPT: Words = np.array([(1 << 8 * length) - 1 for length in range(9)], np.uint64)


def loadable(data: bytes) -> Words:
    """The eight bytes from every place of `data` on as a little-endian word, zeros after its end: a view."""
    padded = np.frombuffer(data + bytes(8), np.uint8)
    return np.ndarray((len(data) + 1,), "<u8", padded, strides=(1,))


def words(loaded: Words, starts: Places, lengths: Places, number: int) -> Words:
    """Bytes 8 x `number` to 8 x `number` + 7 of each text as one word, zeros after its end."""
    if number == 0:
        return loaded[starts] & _KEPT.take(lengths, mode="clip")
    at = np.minimum(starts + 8 * number, len(loaded) - 1)
    return loaded[at] & _KEPT.take(lengths - 8 * number, mode="clip")


@dataclass(frozen=True, slots=True, eq=False)
class Texts(Sequence[str]):
    """Text `i` is `data[starts[i]:ends[i]]` in UTF-8 (lone surrogates pass, so that any `str` can be kept).

    `absent` marks the rows that have no text at all, which read as "". Compared with `list(texts)`.
    """

    data: bytes
    starts: Places
    ends: Places
    absent: NDArray[np.bool_] | None = None

    @classmethod
    def of(cls, values: Iterable[str | None]) -> Self:
        """The column of these texts; None for a row that has none."""
        listed = list(values)
        encoded = [(value or "").encode("utf-8", "surrogatepass") for value in listed]
        ends = np.cumsum([len(value) for value in encoded], dtype=np.int64)
        starts = ends - np.array([len(value) for value in encoded], np.int64)
        absent = np.array([value is None for value in listed], np.bool_)
        return cls(b"".join(encoded), starts, ends, absent if absent.any() else None)

    def __len__(self) -> int:
        return len(self.starts)

    @overload
    def __getitem__(self, at: int) -> str: ...
    @overload
    def __getitem__(self, at: slice) -> "Texts": ...
    def __getitem__(self, at: int | slice) -> "str | Texts":
        if isinstance(at, slice):
            return self.take(np.arange(*at.indices(len(self))))
        return self.data[self.starts[at] : self.ends[at]].decode("utf-8", "surrogatepass")

    def __iter__(self) -> Iterator[str]:
        for first in range(0, len(self), _ROWS_AT_ONCE):
            starts = self.starts[first : first + _ROWS_AT_ONCE].tolist()
            ends = self.ends[first : first + _ROWS_AT_ONCE].tolist()
            for start, end in zip(starts, ends, strict=True):
                yield self.data[start:end].decode("utf-8", "surrogatepass")

    def or_none(self) -> Iterator[str | None]:
        """The texts in order, None where there is none."""
        if self.absent is None:
            yield from self
        else:
            for text, absent in zip(self, self.absent.tolist(), strict=True):
                yield None if absent else text

    def take(self, rows: Places) -> "Texts":
        """The texts of these rows, in this order."""
        absent = None if self.absent is None else self.absent[rows]
        return Texts(self.data, self.starts[rows], self.ends[rows], absent)

    def repeats(self) -> NDArray[np.bool_]:
        """Which rows hold a text that an earlier row holds already."""
        lengths = self.ends - self.starts
        count = -(-int(lengths.max(initial=0)) // 8)
        if count <= WORDS_MAX and self._all_differ(lengths, count):
            return np.zeros(len(self), np.bool_)
        seen: set[str] = set()
        again = []
        for text in self:
            again.append(text in seen)
            seen.add(text)
        return np.array(again, np.bool_)

    def _all_differ(self, lengths: Places, count: int) -> bool:
        """True when the bytes prove that no two texts are equal; False proves nothing."""
        found = [np.zeros(len(self), np.uint64) for _ in range(count)]
        for first in range(0, len(self), _ROWS_AT_ONCE):
            rows = slice(first, first + _ROWS_AT_ONCE)
            begin = int(self.starts[rows].min())
            loaded = loadable(self.data[begin : int(self.ends[rows].max())])
            for number, column in enumerate(found):
                column[rows] = words(loaded, self.starts[rows] - begin, lengths[rows], number)
        if _rise([lengths, *[column.byteswap() for column in found]]):
            return True
        sums = np.zeros(len(self), np.uint64)
        for column in found:
            sums = (sums + column) * GOLDEN
        sums.sort()
        return not (sums[1:] == sums[:-1]).any()


def _rise(columns: Sequence[NDArray[Any]]) -> bool:
    """Whether each row is greater than the row before it, the first column weighing most: many files are sorted."""
    size = max(len(columns[0]) - 1, 0)
    greater, equal = np.zeros(size, np.bool_), np.ones(size, np.bool_)
    for column in columns:
        greater |= equal & (column[1:] > column[:-1])
        equal &= column[1:] == column[:-1]
    return bool(greater.all())


class Lookup:
    """Finds the number of a short text by its bytes, for many at once: a hash table with open addresses.

    Texts without NUL bytes only: a text is told by its words of eight bytes, zeros after its end.
    """

    def __init__(self, keys: Sequence[bytes]) -> None:
        lengths = np.array([len(key) for key in keys], np.int64)
        self.count = max(-(-int(lengths.max(initial=0)) // 8), 1)
        loaded = loadable(b"".join(keys))
        starts = np.cumsum(lengths) - lengths
        found = [words(loaded, starts, lengths, number) for number in range(self.count)]
        # One more key than there are, of no length: whoever is not found gets its number.
        self.keys = [np.append(word, np.uint64(0)) for word in found]
        bits = max((16 * len(keys)).bit_length(), 6)
        self.shift = np.uint64(64 - bits)
        self.table = np.full(1 << bits, len(keys), np.int32)
        for number, slot in enumerate(self._slots(found).tolist()):
            while self.table[slot] < len(keys):
                slot = (slot + 1) % len(self.table)
            self.table[slot] = number

    def __len__(self) -> int:
        return len(self.keys[0]) - 1

    def _slots(self, found: Sequence[Words]) -> Places:
        sums = found[0] * GOLDEN
        for word in found[1:]:
            sums = (sums + word) * GOLDEN
        return (sums >> self.shift).view(np.int64)

    def find(self, loaded: Words, starts: Places, lengths: Places) -> NDArray[np.int32]:
        """The number of each text; the number of keys for a text that is not among them."""
        found = [words(loaded, starts, lengths, number) for number in range(self.count)]
        slots = self._slots(found)
        numbers = self.table[slots]
        doubtful = np.flatnonzero(self._differ(found, numbers))
        while len(doubtful):
            slots[doubtful] = (slots[doubtful] + 1) % len(self.table)
            numbers[doubtful] = self.table[slots[doubtful]]
            differ = self._differ([word[doubtful] for word in found], numbers[doubtful])
            doubtful = doubtful[differ & (numbers[doubtful] < len(self))]
        if lengths.max(initial=0) > 8 * self.count:
            numbers[lengths > 8 * self.count] = len(self)
        return numbers

    def _differ(self, found: Sequence[Words], numbers: NDArray[np.int32]) -> NDArray[np.bool_]:
        """Where a text is not the key with this number."""
        differ: NDArray[np.bool_] = self.keys[0][numbers] != found[0]
        for key, word in zip(self.keys[1:], found[1:], strict=True):
            differ |= key[numbers] != word
        return differ

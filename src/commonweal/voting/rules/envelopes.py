"""What a sealed envelope holds: the ballot's mark, a tracking code, a choice; always the same length.

A length that followed the number of choices would tell how many there are, so the content is padded.
"""

from __future__ import annotations

import struct

from commonweal.voting.rules.choices import CHOICES_MAX, Choice

# Crockford's base 32: no I, L, O, U, so that a code can be read aloud and typed back.
ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
CODE_LENGTH = 12
MARK_LENGTH = 8
_VERSION = 1
_HEAD = struct.Struct(f">B{MARK_LENGTH}s{CODE_LENGTH}sH")
_ENTRY = struct.Struct(">HH")


# Longer than any vote's head could be mistaken for, and unlike one in its first byte.
_TEST_HEAD = struct.Struct(f">16sB{CODE_LENGTH}s")
_TEST_MARK = b"commonweal-test1"
SEAL_LENGTH = 48  # what a sealed box adds: a key of 32 bytes and 16 that show a change


class BadEnvelope(ValueError):
    """The content is not one this program wrote for this ballot."""


def code_from(random_bytes: bytes) -> str:
    """A tracking code of twelve letters and figures (60 bits) from at least eight random bytes."""
    number = int.from_bytes(random_bytes[:8], "big")
    return "".join(ALPHABET[(number >> (5 * place)) & 31] for place in range(CODE_LENGTH))


def code_as_typed(text: str) -> str:
    """A code as people type it, made plain: spaces and dashes dropped, O read as 0, I and L as 1."""
    kept = "".join(c for c in text.upper() if c.isalnum())
    return kept.translate(str.maketrans("OIL", "011"))


def code_shown(code: str) -> str:
    """A code in groups of four, as it is printed."""
    return "-".join(code[start : start + 4] for start in range(0, len(code), 4))


def is_code(code: str) -> bool:
    """Whether a text is a tracking code in its plain form."""
    return len(code) == CODE_LENGTH and all(c in ALPHABET for c in code)


def packed(mark: bytes, code: str, choice: Choice, choices_max: int) -> bytes:
    """The content of an envelope: `_HEAD`, then `choices_max` entries, unused ones zero."""
    if len(mark) != MARK_LENGTH or not is_code(code) or len(choice) > choices_max:
        raise BadEnvelope("the mark, the code or the number of choices is off")
    entries = b"".join(_ENTRY.pack(number, points) for number, points in choice)
    return _HEAD.pack(_VERSION, mark, code.encode(), len(choice)) + entries.ljust(
        choices_max * _ENTRY.size, b"\0"
    )


def unpacked(content: bytes, mark: bytes) -> tuple[str, Choice]:
    """The tracking code and the choice in an envelope's content. Raises BadEnvelope."""
    if len(content) < _HEAD.size or (len(content) - _HEAD.size) % _ENTRY.size:
        raise BadEnvelope("wrong length")
    version, its_mark, code, count = _HEAD.unpack_from(content)
    room = (len(content) - _HEAD.size) // _ENTRY.size
    if version != _VERSION or its_mark != mark:
        raise BadEnvelope("made for another ballot")
    if count > room or room > CHOICES_MAX:
        raise BadEnvelope("wrong number of choices")
    entries = [_ENTRY.unpack_from(content, _HEAD.size + place * _ENTRY.size) for place in range(room)]
    if any(entry != (0, 0) for entry in entries[count:]):
        raise BadEnvelope("something is written in the padding")
    text = code.decode("ascii", "replace")
    if not is_code(text):
        raise BadEnvelope("no tracking code")
    return text, tuple(entries[:count])


def sealed_length(choices_max: int) -> int:
    """How many bytes every sealed envelope of a ballot has."""
    return SEAL_LENGTH + _HEAD.size + choices_max * _ENTRY.size


def packed_test(answer: str, threshold: int) -> bytes:
    """The content of a test envelope: the answer to type back, and how many holders are said to be needed."""
    if not is_code(answer) or not 0 < threshold < 256:
        raise BadEnvelope("the answer or the number of holders is off")
    return _TEST_HEAD.pack(_TEST_MARK, threshold, answer.encode())


def unpacked_test(content: bytes) -> tuple[str, int]:
    """The answer and the number of holders in a test envelope. Raises BadEnvelope for anything else, such as a vote.

    Else holders who check their key could be brought to open somebody's vote.
    """
    if len(content) != _TEST_HEAD.size:
        raise BadEnvelope("this is no test envelope")
    mark, threshold, answer = _TEST_HEAD.unpack(content)
    text = answer.decode("ascii", "replace")
    if mark != _TEST_MARK or not is_code(text):
        raise BadEnvelope("this is no test envelope")
    return text, threshold

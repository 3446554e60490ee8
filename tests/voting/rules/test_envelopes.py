"""What an envelope holds, and tracking codes as people read and type them."""

from __future__ import annotations

import struct

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.voting.rules.envelopes import (
    ALPHABET,
    BadEnvelope,
    code_as_typed,
    code_from,
    code_shown,
    is_code,
    packed,
    sealed_length,
    unpacked,
)
from commonweal.voting.sealing import new_committee, sealed

MARK = b"8 bytes!"
CODE = "7K2M9QXA40TB"
codes = st.text(ALPHABET, min_size=12, max_size=12)
choices = st.dictionaries(st.integers(1, 65_535), st.integers(1, 65_535), max_size=10).map(
    lambda found: tuple(sorted(found.items()))
)


@given(codes, choices, st.integers(10, 200))
def test_what_goes_in_comes_out_and_the_length_says_nothing(
    code: str, choice: tuple[tuple[int, int], ...], room: int
) -> None:
    content = packed(MARK, code, choice, room)
    assert unpacked(content, MARK) == (code, choice)
    assert len(content) == len(packed(MARK, CODE, (), room))


@pytest.mark.parametrize(
    ("mark", "code", "choice"),
    [(b"short", CODE, ()), (MARK, "SHORT", ()), (MARK, "7K2M9QXA40TU", ()), (MARK, CODE, ((1, 1), (2, 1)))],
    ids=["mark", "length of the code", "letter of the code", "too many"],
)
def test_what_does_not_fit_is_not_packed(mark: bytes, code: str, choice: tuple[tuple[int, int], ...]) -> None:
    with pytest.raises(BadEnvelope):
        packed(mark, code, choice, 1)


def altered(**changes: object) -> bytes:
    parts = {
        "version": 1,
        "mark": MARK,
        "code": CODE.encode(),
        "count": 1,
        "entries": (3, 1, 0, 0),
        **changes,
    }
    entries = parts["entries"]
    assert isinstance(entries, tuple)
    return struct.pack(
        ">B8s12sH", parts["version"], parts["mark"], parts["code"], parts["count"]
    ) + struct.pack(f">{len(entries)}H", *entries)


def test_the_altered_contents_below_start_from_one_that_opens() -> None:
    assert unpacked(altered(), MARK) == (CODE, ((3, 1),))


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"", "wrong length"),
        (altered()[:-1], "wrong length"),
        (altered()[:10], "wrong length"),
        (altered(version=2), "another ballot"),
        (altered(mark=b"another!"), "another ballot"),
        (altered(count=3), "number of choices"),
        (altered(entries=(0, 0) * 201), "number of choices"),
        (altered(entries=(3, 1, 4, 0)), "padding"),
        (altered(count=0), "padding"),
        (altered(code=b"lower case!!"), "no tracking code"),
        (altered(code=b"\xff" * 12), "no tracking code"),
    ],
)
def test_a_content_this_program_did_not_write_is_refused(content: bytes, said: str) -> None:
    with pytest.raises(BadEnvelope, match=said):
        unpacked(content, MARK)


@given(st.binary(min_size=8, max_size=8))
def test_random_bytes_make_a_code(random: bytes) -> None:
    assert is_code(code_from(random))


def test_sixty_bits_of_the_bytes_are_in_the_code() -> None:
    assert len({code_from((1 << bit).to_bytes(8, "big")) for bit in range(64)}) == 61


@given(codes)
def test_a_code_as_shown_is_read_back_however_it_is_typed(code: str) -> None:
    for typed in (
        code_shown(code),
        code_shown(code).lower(),
        code_shown(code).replace("-", " "),
        f" {code}\n",
    ):
        assert code_as_typed(typed) == code


def test_letters_that_look_like_figures_are_read_as_figures() -> None:
    assert code_as_typed("oO1iIlL-0") == "00111110"


@pytest.mark.parametrize("room", [1, 3, 200])
def test_every_envelope_of_a_ballot_has_the_same_length(room: int) -> None:
    key, _sheets = new_committee(2, 2)
    lengths = {len(sealed(packed(MARK, CODE, chosen, room), key)) for chosen in ((), ((7, 1),))}
    assert lengths == {sealed_length(room)}

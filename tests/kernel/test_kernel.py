"""The small pure parts everything stands on."""

from __future__ import annotations

import sys
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.kernel.decision import YES, NotAllowed, Refusal, no
from commonweal.kernel.money import shared_out
from commonweal.kernel.periods import Period, age_on, years_later
from commonweal.kernel.states import Machine, Move
from commonweal.kernel.text import _HIDDEN, clean, folded, has_control, plain, safe_cell, same_name
from commonweal.kernel.words import Words


@given(st.integers(0, 10**12), st.lists(st.integers(0, 10**6), min_size=1, max_size=30).filter(any))
def test_shares_add_up_to_the_cent_and_follow_the_weights(total: int, weights: list[int]) -> None:
    parts = shared_out(total, weights)
    assert sum(parts) == total
    for part, weight in zip(parts, weights, strict=True):
        assert abs(part * sum(weights) - total * weight) < sum(weights)


@pytest.mark.parametrize("weights", [[], [0, 0], [3, -1]])
def test_nothing_can_be_shared_without_a_weight(weights: list[int]) -> None:
    with pytest.raises(ValueError):
        shared_out(100, weights)


@given(st.text())
def test_cleaned_text_holds_nothing_hidden_and_stays_as_it_is_when_cleaned_again(text: str) -> None:
    once = clean(text)
    assert clean(once) == once
    assert not {"\x00", "\u202e", "\u2066", "\ufeff"} & set(once)


@pytest.mark.untraced
def test_texts_that_need_no_cleaning_are_told_from_those_that_do() -> None:
    hidden = set(map(chr, _HIDDEN))

    def one_by_one(text: str) -> str:
        composed = unicodedata.normalize("NFC", text.replace("\r", "\n"))
        return "".join(
            c
            for c in composed
            if c not in hidden and (c in "\n\t" or unicodedata.category(c) not in ("Cc", "Cs"))
        ).strip()

    # Every character there is.
    for code in range(sys.maxunicode + 1):
        text = f"a{chr(code)}b"
        assert clean(text) == one_by_one(text), hex(code)


@pytest.mark.parametrize(
    ("text", "has"),
    [("Écoute\n\tça\r", False), ("a\x00b", True), ("\x1b[2J", True), ("half \ud83d", True), ("🙂", False)],
)
def test_a_control_character_is_seen(text: str, has: bool) -> None:
    assert has_control(text) is has


def test_one_line_texts_lose_their_line_breaks() -> None:
    assert clean(" a\r\n b\t c ", lines=False) == "a b c"


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        *(
            ("Liège", "liege"),
            ("Œuvre", "oeuvre"),
            ("STRAẞE", "strasse"),
            ("straße", "strasse"),
            ("Łódź", "lodz"),
        ),
        *(
            ("Đặng", "dang"),
            ("Guðrún Þórs", "gudrun thors"),
            ("Işıl İnan", "isil inan"),
            ("ŊƏǢǾǼ ŉ", "neaeoae n"),
        ),
        *(("Ħal Għargħur", "hal gharghur"), ("Gal·la Ŀ", "galla l"), ("Ŧ ĸ ƈ ɨ ʒ ǥ", "t k c i z g")),
        *(("ΟΔΥΣΣΕΎΣ", "οδυσσευσ"), ("Ｅｌｓ", "els"), ("ĳ ǆ ﬁ", "ij dz fi")),
        ("D̦ H̱ r̥ m̂ z̄", "d h r m z"),
    ],
)
def test_search_sees_no_accents(text: str, expected: str) -> None:
    assert folded(text) == expected


def test_every_latin_letter_of_european_names_folds_to_plain_ones() -> None:
    # DIN 91379: Latin, its supplements and extensions. Letters of phonetics and of Africa beyond them are not asked for.
    for point in [*range(0xC0, 0x180), *range(0x1CD, 0x1DD), *range(0x1DE, 0x21C), *range(0x1E00, 0x1F00)]:
        letter = chr(point)
        if unicodedata.category(letter)[0] == "L" and letter not in "ƿǷ":
            assert folded(letter).isascii(), letter
            assert folded(letter), letter
            assert folded(letter) == folded(letter.upper()) == folded(letter.lower()), letter


APOSTROPHES = "'’‘‛ʼʻʹʽʾʿˈ´`′＇Ꞌꞌ՚׳"
HYPHENS = "-‐‑‒–—―−﹣－⸺"
BLANKS = " \u00a0\u1680\u2000\u2002\u2003\u2007\u2009\u202f\u205f\u3000\t\n"
INVISIBLE = (
    "\u00ad\u034f\u061c\u180e\u200b\u200c\u200d\u200e\u200f\u202a\u202d\u202c\u2060\u2066\u2069\ufeff\ufe0f"
)


@pytest.mark.parametrize("sign", [*APOSTROPHES, *HYPHENS, *BLANKS, ".", "/", "·"], ids=ascii)
def test_search_sees_one_blank_in_whatever_divides_a_name(sign: str) -> None:
    assert folded(f"D{sign}Hondt") == ("dhondt" if sign == "·" else "d hondt")
    assert folded(f" {sign}D {sign} Hondt{sign}") == "d hondt"
    assert same_name(f"d{sign}hondt", "DHondt")


@pytest.mark.parametrize("sign", INVISIBLE, ids=ascii)
def test_search_sees_nothing_in_what_is_invisible(sign: str) -> None:
    assert folded(f"{sign}Ma{sign}rie{sign}") == "marie"
    assert plain(f"{sign}20{sign}01{sign}") == "2001"


def test_what_is_pasted_is_read_as_a_keyboard_would_write_it() -> None:
    assert plain("\u202d+32\u202f2‑555–01—23\u202c") == "+32 2-555-01-23"
    assert plain("ｊａｎ＠x.be\u200b") == "jan@x.be"
    assert plain("O’Neill\u00a0 é") == "O'Neill é"


def test_a_bar_stays_for_who_joins_several_texts() -> None:
    assert folded("|Gent|Gand|") == "|gent|gand|"


FORMULA_SIGNS = "=+-@＝＋－＠﹦﹢﹣﹫"


@pytest.mark.parametrize("sign", FORMULA_SIGNS)
@pytest.mark.parametrize(
    "before", ["", " ", "\t", "\r", "x;", "x,", "x\t", "x|", 'x";', "x;  ", 'x,"', "\u00a0", "a\n;"]
)
def test_no_cell_becomes_a_formula(before: str, sign: str) -> None:
    made = safe_cell(f"{before}{sign}1+1")
    for separator in (";", ",", "\t", "|"):
        for cell in made.split(separator):
            assert cell.strip(' "\t\r\n\u00a0')[:1] not in FORMULA_SIGNS, (made, cell)


def test_cells_that_hold_no_formula_stay_as_they_are() -> None:
    for text in ("plain", "Dupont; fils", "a-b", "1+1", "x = y", "jan@x.be", ""):
        assert safe_cell(text) == text
    assert safe_cell("rue\r\nbox") == "rue box"
    assert safe_cell("\tx") == " x"


def test_a_period_knows_its_days() -> None:
    spring = Period(date(2026, 3, 1), date(2026, 5, 31))
    assert date(2026, 5, 31) in spring
    assert date(2026, 6, 1) not in spring
    assert date(2026, 2, 28) not in spring
    assert date(2099, 1, 1) in Period(date(2026, 3, 1))
    assert spring.overlaps(Period(date(2026, 5, 31)))
    assert not spring.overlaps(Period(date(2026, 6, 1)))
    assert not Period(date(2027, 1, 1)).overlaps(spring)
    with pytest.raises(ValueError):
        Period(date(2026, 3, 2), date(2026, 3, 1))


def test_years_and_ages_mind_the_leap_day() -> None:
    assert years_later(date(2024, 2, 29), 1) == date(2025, 2, 28)
    assert years_later(date(2024, 2, 29), 4) == date(2028, 2, 29)
    assert age_on(date(2008, 2, 29), date(2026, 2, 28)) == 17
    assert age_on(date(2008, 2, 29), date(2026, 3, 1)) == 18


def test_a_decision_carries_its_reason() -> None:
    late = no("late", "It is over.")
    assert (bool(YES), bool(late), late.code, late.reason) == (True, False, "late", "It is over.")
    refusal = NotAllowed(late.reason, code=late.code)
    assert (refusal.code, str(refusal)) == ("late", "It is over.")
    assert Refusal("x").code == "refused"


class Light(Words):
    RED = "red", "stop"
    GREEN = "green", "go"


def test_a_state_table_refuses_what_it_does_not_know() -> None:
    go = Move("go", frozenset({"red"}), "green", "driver", "Go")
    machine = Machine(Light, (go,))
    assert machine.permits("red", "go")
    assert machine.permits("green", "go").code == "wrong_state"
    assert machine.moves_from("red") == (go,)
    assert machine.between("red", "green") is go
    for source, target in (("red", "red"), ("green", "red")):
        with pytest.raises(KeyError):
            machine.between(source, target)
    assert "| go | red | green | driver |" in machine.table()
    assert Light.choices() == [("red", "stop"), ("green", "go")]
    with pytest.raises(ValueError, match="share a name"):
        Machine(Light, (go, go))
    with pytest.raises(ValueError, match="does not exist"):
        Machine(Light, (Move("fly", frozenset({"red"}), "blue", "driver", "Fly"),))
    assert machine.firsts == {"red"}
    assert Machine(Light, (go,), frozenset({"red", "green"})).firsts == {"red", "green"}
    with pytest.raises(ValueError, match="begins in a state"):
        Machine(Light, (go,), frozenset({"blue"}))
    with pytest.raises(KeyError):
        machine.move("fly")

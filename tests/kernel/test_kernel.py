"""The small pure parts everything stands on."""

from __future__ import annotations

import sys
import unicodedata
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.kernel.decision import YES, NotAllowed, Refusal, demand, no
from commonweal.kernel.money import shared_out
from commonweal.kernel.periods import Period, age_on, years_later
from commonweal.kernel.states import Machine, Move
from commonweal.kernel.text import _HIDDEN, clean, folded, safe_cell
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


def test_one_line_texts_lose_their_line_breaks() -> None:
    assert clean(" a\r\n b\t c ", lines=False) == "a b c"


@pytest.mark.parametrize(
    ("text", "expected"),
    [("Liège", "liege"), ("Œuvre", "oeuvre"), ("STRAẞE", "strasse"), ("straße", "strasse"), ("Łódź", "lodz")],
)
def test_search_sees_no_accents(text: str, expected: str) -> None:
    assert folded(text) == expected


@pytest.mark.parametrize("text", ["=1+1", "+32 4", "-x", "@cmd", "\tx", "\rx"])
def test_no_cell_becomes_a_formula(text: str) -> None:
    assert safe_cell(text) == "'" + text
    assert safe_cell("plain") == "plain"
    assert safe_cell(-5) == -5


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
    demand(YES)
    with pytest.raises(NotAllowed) as refusal:
        demand(no("late", "It is over."))
    assert (refusal.value.code, str(refusal.value)) == ("late", "It is over.")
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
    assert "| go | red | green | driver |" in machine.table()
    assert Light.choices() == [("red", "stop"), ("green", "go")]
    with pytest.raises(ValueError, match="share a name"):
        Machine(Light, (go, go))
    with pytest.raises(ValueError, match="does not exist"):
        Machine(Light, (Move("fly", frozenset({"red"}), "blue", "driver", "Fly"),))
    with pytest.raises(KeyError):
        machine.move("fly")

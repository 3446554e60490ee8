"""Asking for shares and judging payments, as pure rules: every branch, and promises that hold for any figures."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.be import ogm_vcs

from commonweal.membership.rules import joining, movements
from commonweal.membership.rules.joining import ApplicationState as State
from commonweal.membership.rules.joining import Asker
from commonweal.membership.rules.notes import NOTES
from commonweal.membership.rules.statutes import TERMS
from commonweal.membership.states import APPLICATION
from commonweal.treasury.rules import matching
from commonweal.treasury.rules.matching import Due, Outcome, Verdict
from commonweal.treasury.rules.names import HolderName
from commonweal.treasury.rules.receivables import Standing
from commonweal.treasury.rules.statements import Oddity
from commonweal.treasury.rules.statements.communications import NUMBER_MAX, Named, printed

TODAY = date(2026, 11, 23)
A = next(terms for terms in TERMS if terms.share_class == "A")
OLD_B = [terms for terms in TERMS if terms.share_class == "B"][-1]
C = next(terms for terms in TERMS if terms.share_class == "C")
GROWN, CHILD = date(1980, 5, 1), date(2015, 1, 1)


@pytest.mark.parametrize(
    ("terms", "asker", "count", "code"),
    [
        (A, Asker(True, GROWN, False), 10, ""),
        (A, Asker(True, CHILD, True), 1, ""),
        (C, Asker(False, None, True), 2, ""),
        (A, Asker(True, date(2008, 11, 23), False), 1, ""),
        (A, Asker(True, date(2008, 11, 24), False), 1, "not_represented"),
        (A, Asker(True, GROWN, True), 1, "of_age"),
        (A, Asker(True, None, False), 1, "no_birthday"),
        (A, Asker(True, date(2027, 1, 1), False), 1, "no_birthday"),
        (C, Asker(False, None, False), 1, "not_represented"),
        (A, Asker(False, None, True), 1, "wrong_holder"),
        (A, Asker(True, GROWN, False), 101, "too_many"),
        (A, Asker(True, GROWN, False, holds=95), 6, "too_many"),
        (A, Asker(True, GROWN, False, holds=95), 5, ""),
        (OLD_B, Asker(True, GROWN, False), 1, "not_on_issue"),
    ],
)
def test_who_may_ask_for_what(terms: object, asker: Asker, count: int, code: str) -> None:
    decision = joining.may_ask(terms, asker, count, TODAY)  # type: ignore[arg-type]
    assert (decision.allowed, decision.code) == (not code, code)


def test_papers_are_checked_only_for_those_who_are_represented() -> None:
    assert [joining.needs_check(each) for each in (Asker(True, GROWN, False), Asker(False, None, True))] == [
        False,
        True,
    ]
    assert joining.fits(A, True)
    assert not joining.fits(A, False)
    assert not joining.fits(OLD_B, True)


@given(st.integers(1, NUMBER_MAX))
def test_a_communication_holds_its_check_digits_and_belongs_to_one_number(number: int) -> None:
    code = joining.communication_for(number)
    assert ogm_vcs.validate(code) == code
    assert int(code[2:10]) == number
    assert ogm_vcs.validate(printed(code)) == code
    assert len(printed(code)) == 20


@pytest.mark.parametrize("number", [0, -1, NUMBER_MAX + 1])
def test_a_number_without_place_gives_no_communication(number: int) -> None:
    with pytest.raises(ValueError, match=str(number)):
        joining.communication_for(number)


def due(**changes: object) -> Due:
    values: dict[str, object] = {
        "standing": Standing.DUE,
        "due_cents": 500_00,
        "paid_cents": 0,
        "lapses_on": TODAY,
        "names": (HolderName("Delvaux", "Jeanne"),),
    }
    return Due(**{**values, **changes})  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("amount", "day", "name", "facts", "said"),
    [
        (500_00, 0, "DELVAUX JEANNE", due(), Verdict.EXACT),
        (500_00, 0, "", due(), Verdict.OTHER_PAYER),
        (200_00, 0, "Mme Delvaux-Martin", due(paid_cents=300_00), Verdict.EXACT),
        (499_99, 0, "Delvaux", due(), Verdict.UNDER),
        (500_01, 0, "Delvaux", due(), Verdict.OVER),
        (500_00, 1, "Delvaux", due(), Verdict.LATE),
        (500_00, 0, "Delvaux", due(standing=Standing.LAPSED), Verdict.LATE),
        (500_00, 0, "Delvaux", due(standing=Standing.ENTERED), Verdict.DOUBLE),
        (500_00, 0, "Delvaux", due(standing=Standing.PAID), Verdict.DOUBLE),
        (500_00, 0, "Delvaux", due(standing=Standing.ENDED), Verdict.CLOSED),
        (500_00, 0, "Delvaux", due(standing=Standing.EARLY), Verdict.EARLY),
        (500_00, 0, "Piet de la Cour", due(), Verdict.OTHER_PAYER),
        (500_00, 0, "Delvaux", None, Verdict.UNKNOWN),
        (-500_00, 0, "Delvaux", due(), Verdict.REVERSAL),
        (-500_00, 0, "Delvaux", None, Verdict.OUTGOING),
        (0, 0, "", None, Verdict.OUTGOING),
    ],
)
def test_what_a_payment_is(amount: int, day: int, name: str, facts: Due | None, said: Verdict) -> None:
    assert matching.verdict(amount, TODAY + timedelta(days=day), name, facts) == said


def test_what_is_odd_waits_and_what_comes_back_or_is_taken_back_is_named() -> None:
    def said(amount: int, facts: Due | None, *odd: Oddity, back: Verdict | None = None) -> Verdict:
        return matching.verdict(amount, TODAY, "Delvaux", facts, odd=frozenset(odd), comes_back=back)

    assert said(500_00, due(), Oddity.PAYER_ACCOUNT) == Verdict.ODD
    assert said(500_00, None, Oddity.PAYER_ACCOUNT) == Verdict.UNKNOWN
    assert said(500_00, due(), back=Verdict.RETURNED) == Verdict.RETURNED
    assert said(-500_00, None, Oddity.REVERSAL) == Verdict.REVERSAL
    assert said(-500_00, None, Oddity.REPEATED) == Verdict.ODD_OUT
    assert said(-500_00, None) == Verdict.OUTGOING


@pytest.mark.parametrize(
    ("amount", "bank", "noted", "said"),
    [
        (100_00, True, False, Verdict.RETURNED),
        (100_00, True, True, Verdict.NOTED),
        (95_00, True, True, Verdict.NOTED),
        (100_00, False, False, Verdict.MAY_RETURN),
        (100_00, False, True, Verdict.MAY_RETURN),
        (99_99, True, False, Verdict.RETURNED_LESS),
        (50_01, True, False, Verdict.RETURNED_LESS),
        (50_00, True, False, None),
        (95_00, False, False, None),
        (100_01, True, False, None),
    ],
)
def test_what_money_with_our_reference_is(amount: int, bank: bool, noted: bool, said: Verdict | None) -> None:
    assert matching.returned_as(amount, 100_00, told_by_bank=bank, noted=noted) == said


def test_every_verdict_has_a_way_out_and_only_the_sure_ones_go_by_themselves() -> None:
    assert set(matching.MAY_BE) == set(Verdict)
    assert all(matching.MAY_BE.values())
    assert set(matching.BY_ITSELF) == {Verdict.EXACT, Verdict.OUTGOING}
    assert all(outcome in matching.MAY_BE[said] for said, outcome in matching.BY_ITSELF.items())


@given(st.integers(1, 10**9), st.integers(1, 10**9), st.integers(0, 10**9))
def test_what_goes_back_and_what_counts_are_the_whole_payment(amount: int, cost: int, paid: int) -> None:
    facts = due(due_cents=cost, paid_cents=paid)
    back = matching.over_cents(amount, facts)
    assert 0 <= back <= amount
    assert (amount - back) + paid <= max(cost, paid)
    said = matching.verdict(amount, TODAY, "Delvaux", facts)
    if said == Verdict.EXACT:
        assert back == 0
        assert paid + amount == cost
    if said == Verdict.UNDER:
        assert back == 0
        assert Outcome.ACCEPT not in matching.MAY_BE[said]


def test_states_reach_their_ends_and_the_note_is_there_in_four_languages() -> None:
    # A bank may take the money of a member back: then the request waits for payment again.
    ends = {"withdrawn", "refused"}
    assert {state.value for state in State if not APPLICATION.moves_from(state)} == ends
    assert set(NOTES) == {"fr", "nl", "de", "en"}
    assert {len(text.split("\n\n")) for text in NOTES.values()} == {6}


@pytest.mark.parametrize("whole", [True, False])
@pytest.mark.parametrize("standing", list(Standing))
def test_what_becomes_of_a_part_of_a_payment(standing: Standing, whole: bool) -> None:
    due = Due(standing, 500_00, 0, TODAY, ())
    expected = {
        (Standing.DUE, True): Outcome.ACCEPT,
        (Standing.LAPSED, True): Outcome.ACCEPT,
        (Standing.DUE, False): Outcome.WAIT,
        (Standing.EARLY, True): Outcome.WAIT,
        (Standing.EARLY, False): Outcome.WAIT,
    }.get((standing, whole))
    assert matching.outcome_of_part(due, 500_00 if whole else 250_00) == expected


@pytest.mark.parametrize(
    ("outcome", "verdict", "odd", "asked"),
    [
        (Outcome.UNDO, Verdict.ODD_OUT, frozenset(), True),
        (Outcome.UNDO, Verdict.REVERSAL, frozenset({Oddity.REVERSAL}), False),
        (Outcome.ACCEPT, Verdict.ODD, frozenset(), True),
        (Outcome.WAIT, Verdict.UNDER, frozenset({Oddity.NEAR}), True),
        (Outcome.DIVIDED, Verdict.EXACT, frozenset(), False),
        (Outcome.REFUND, Verdict.ODD, frozenset({Oddity.NEAR}), False),
    ],
)
def test_who_must_say_why(outcome: Outcome, verdict: Verdict, odd: frozenset[Oddity], asked: bool) -> None:
    assert matching.needs_reason(outcome, verdict, odd) is asked


def test_a_movement_takes_effect_a_year_on_at_most() -> None:
    assert movements.latest_effect(date(2026, 11, 30)) == date(2027, 12, 1)


def test_what_two_lines_name_is_named_by_both_together() -> None:
    one, other = Named(sure=frozenset({"1"}), wrong=frozenset({"9"})), Named(bare=frozenset({"2"}))
    both = one | other
    assert (both.sure, both.bare, both.wrong) == ({"1"}, {"2"}, {"9"})
    assert both.every == {"1", "2"}

"""The public check: its order, what it skips, how answers become facts, and that rubbish is only silence."""

from __future__ import annotations

import json
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from commonweal.projects.rules import eligibility
from commonweal.projects.rules.eligibility import EarlierAward, Facts, Verdict
from commonweal.projects.rules.facts import FACT_NAMES
from commonweal.projects.rules.inputs import Kind, ambitions_in, day_from_text, gaps_in, is_answered
from commonweal.projects.rules.questions import QUESTIONS, facts_from_answers, next_question
from commonweal.projects.rules.rulebook import REGIONAL_RULES
from tests.examples_count import examples

TODAY = date(2026, 11, 23)
GOOD = {
    "applicant": "association",
    "place": "here",
    "ambitions": "inclusion,neighbourhoods",
    "argued": "yes",
    "beneficiary": "ourselves",
    "activity": "none",
    "starts_on": "2027-03-09",
    "invoices": "no",
    "earlier": "no",
    "values": "yes",
}


def _overall(answers: dict[str, str], deadline: date | None = TODAY) -> Verdict:
    facts = facts_from_answers(answers, TODAY, round_deadline=deadline)
    return eligibility.overall(eligibility.evaluate(facts, REGIONAL_RULES, TODAY))


def _pages(answers: dict[str, str]) -> list[str]:
    given: dict[str, str] = {}
    pages = []
    while question := next_question(given):
        pages.append(question.code)
        given |= {each.name: answers[each.name] for each in question.inputs if each.name in answers}
        assert len(pages) < 20
    return pages


def test_an_association_answers_eight_questions_and_a_cooperative_nine() -> None:
    eight = ["applicant", "place", "ambitions", "beneficiary", "activity", "timing", "earlier", "values"]
    assert _pages(GOOD) == eight
    assert _pages({**GOOD, "applicant": "cooperative", "accredited": "unsure"}) == [
        "applicant",
        "accredited",
        *eight[1:],
    ]


def test_good_answers_lead_to_a_yes_and_no_answers_to_not_known() -> None:
    assert _overall(GOOD) == Verdict.YES
    assert _overall({}) == Verdict.UNKNOWN
    assert _overall(GOOD, deadline=None) == Verdict.UNKNOWN


@pytest.mark.parametrize(
    "change",
    [
        {"applicant": "company"},
        {"applicant": "cooperative", "accredited": "no"},
        {"place": "abroad"},
        {"place": "project_abroad"},
        {"place": "organisation_abroad"},
        {"ambitions": "none"},
        {"beneficiary": "others"},
        {"beneficiary": "person"},
        {"activity": "party"},
        {"starts_on": "2027-03-08"},
        {"invoices": "yes"},
        {
            "earlier": "yes",
            "earlier_same": "same",
            "earlier_applied_on": "1/2/2025",
            "earlier_awarded_on": "1/5/2025",
        },
        {"values": "no"},
    ],
)
def test_each_answer_that_rules_a_project_out_does(change: dict[str, str]) -> None:
    assert _overall({**GOOD, **change}) == Verdict.NO


@pytest.mark.parametrize(
    "change",
    [
        {"applicant": "cooperative", "accredited": "yes"},
        {"activity": "sports"},
        {"activity": "sports_for_disabled"},
        {"earlier": "yes", "earlier_same": "other_site"},
        {"earlier": "yes", "earlier_same": "other_people"},
        {
            "earlier": "yes",
            "earlier_same": "same",
            "earlier_applied_on": "2020-02-01",
            "earlier_awarded_on": "2020-05-01",
        },
    ],
)
def test_each_answer_that_needs_a_second_look_can_still_be_a_yes(change: dict[str, str]) -> None:
    assert _overall({**GOOD, **change}) == Verdict.YES


@pytest.mark.parametrize(
    "change",
    [
        {"applicant": "cooperative", "accredited": "unsure"},
        {"argued": "unsure"},
        {"invoices": "unsure"},
        {"earlier": "unsure"},
        {"earlier": "yes", "earlier_same": "same"},
        {"earlier": "yes", "earlier_same": "same", "earlier_applied_on": "2020-02-01"},
        {
            "earlier": "yes",
            "earlier_same": "unsure",
            "earlier_applied_on": "2025-02-01",
            "earlier_awarded_on": "2025-05-01",
        },
        {"values": "unsure"},
    ],
)
def test_not_knowing_yet_is_an_answer_and_never_a_no(change: dict[str, str]) -> None:
    assert next_question({**GOOD, **change}) is None
    assert _overall({**GOOD, **change}) == Verdict.UNKNOWN


def test_answers_become_exactly_these_facts() -> None:
    answers = {
        **GOOD,
        "applicant": "cooperative",
        "accredited": "yes",
        "activity": "sports_for_disabled",
        "earlier": "yes",
        "earlier_same": "same",
        "earlier_applied_on": "15/10/2024",
        "earlier_awarded_on": "20.12.2024",
    }
    assert facts_from_answers(answers, TODAY, round_deadline=date(2026, 11, 30)) == Facts(
        legal_form="cooperative",
        accredited=True,
        organisation_country="BE",
        project_country="BE",
        beneficiary="organisation",
        beneficiary_is_applicant=True,
        ambitions=frozenset({"inclusion", "neighbourhoods"}),
        ambitions_argued=True,
        is_sports_club=True,
        sports_for_disabled=True,
        is_party=False,
        declares_values=True,
        earlier_applications=(EarlierAward(date(2024, 10, 15), date(2024, 12, 20), True, True),),
        submitted_on=TODAY,
        starts_on=date(2027, 3, 9),
        invoices_before_decision=False,
        round_deadline=date(2026, 11, 30),
    )


def test_an_answer_to_a_question_that_is_no_longer_asked_counts_for_nothing() -> None:
    assert facts_from_answers({**GOOD, "accredited": "no"}, TODAY).accredited is None
    assert facts_from_answers({**GOOD, "ambitions": "none"}, TODAY).ambitions_argued is None


def test_an_ambition_out_of_force_is_dropped_and_nothing_left_means_not_answered() -> None:
    codes = frozenset({"inclusion"})
    assert facts_from_answers(GOOD, TODAY, ambition_codes=codes).ambitions == codes
    old = {**GOOD, "ambitions": "long-ago"}
    assert facts_from_answers(old, TODAY, ambition_codes=codes).ambitions is None
    none = {**GOOD, "ambitions": "none"}
    assert facts_from_answers(none, TODAY, ambition_codes=codes).ambitions == frozenset()


def test_who_serves_none_of_the_ambitions_is_not_asked_to_explain_how() -> None:
    question = next(each for each in QUESTIONS if each.code == "ambitions")
    assert gaps_in(question, {}) == ("ambitions",)
    assert gaps_in(question, {"ambitions": "none"}) == ()
    assert gaps_in(question, {"ambitions": "inclusion"}) == ("argued",)


@pytest.mark.parametrize(
    ("typed", "day"),
    [
        ("2026-06-09", date(2026, 6, 9)),
        (" 9/6/2026 ", date(2026, 6, 9)),
        ("09.06.2026", date(2026, 6, 9)),
        ("9-6-2026", date(2026, 6, 9)),
        ("29/2/2028", date(2028, 2, 29)),
        ("29/2/2027", None),
        ("31/6/2026", None),
        ("6/2026", None),
        ("1989-12-31", None),
        ("1990-01-01", date(1990, 1, 1)),
        ("2100-12-31", date(2100, 12, 31)),
        ("2101-01-01", None),
        ("tomorrow", None),
        ("", None),
    ],
)
def test_days_are_read_as_belgians_and_machines_write_them(typed: str, day: date | None) -> None:
    assert day_from_text(typed) == day


@pytest.mark.parametrize(
    ("typed", "codes"),
    [
        ("", None),
        (" , ,", None),
        ("<script>", None),
        ("none", set()),
        ("none,inclusion", {"inclusion"}),
        (" inclusion , a-b_1 ", {"inclusion", "a-b_1"}),
        (",".join(f"code{number}" for number in range(99)), {f"code{number}" for number in range(20)}),
    ],
)
def test_ambitions_are_read_as_codes_parted_by_commas(typed: str, codes: set[str] | None) -> None:
    assert ambitions_in({"ambitions": typed}) == (None if codes is None else frozenset(codes))


NAMES = sorted({each.name for question in QUESTIONS for each in question.inputs})
KNOWN = sorted({option.code for question in QUESTIONS for each in question.inputs for option in each.options})
RUBBISH = st.text(max_size=30) | st.sampled_from([*KNOWN, "none", "inclusion", "2026-06-09", "30/2/2026"])


@given(st.dictionaries(st.sampled_from(NAMES), RUBBISH | st.none() | st.integers() | st.lists(st.text())))
@examples(300)
def test_whatever_is_typed_the_check_goes_on(answers: dict[str, str]) -> None:
    facts = facts_from_answers(answers, TODAY)
    eligibility.evaluate(facts, REGIONAL_RULES, TODAY)
    question = next_question(answers)
    assert question is None or gaps_in(question, answers)


@given(st.fixed_dictionaries(dict.fromkeys(NAMES, st.just("\u202e rubbish"))))
@settings(max_examples=2)
def test_rubbish_everywhere_is_the_same_as_no_answer(answers: dict[str, str]) -> None:
    assert facts_from_answers(answers, TODAY) == facts_from_answers({}, TODAY)
    assert next_question(answers) == QUESTIONS[0]


def test_questions_are_whole_and_their_names_are_used_once() -> None:
    assert len({question.code for question in QUESTIONS}) == len(QUESTIONS)
    assert len(NAMES) == sum(len(question.inputs) for question in QUESTIONS)
    for question in QUESTIONS:
        assert question.title.endswith("?")
        assert question.hint.endswith(".")
        assert set(question.sets) <= set(FACT_NAMES)
        for each in question.inputs:
            assert each.options or each.kind is not Kind.CHOICE
            assert {name for option in each.options for name in option.sets} <= set(question.sets)
            assert not is_answered(each, {})


def test_all_answers_can_be_kept_as_json() -> None:
    assert json.loads(json.dumps(GOOD)) == GOOD

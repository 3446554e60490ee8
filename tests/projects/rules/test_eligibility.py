"""Rule versions as dated data, the overall answer, and what holds for any facts whatever."""

from __future__ import annotations

import json
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.projects.rules import eligibility
from commonweal.projects.rules.eligibility import EarlierAward, Facts, Finding, RuleVersion, Verdict
from commonweal.projects.rules.facts import FACT_NAMES
from commonweal.projects.rules.preferences import preferences
from commonweal.projects.rules.rulebook import NATIONAL_RULES, REGIONAL_RULES, RULEBOOK
from tests.examples_count import examples

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
START, END = date(2024, 1, 1), date(2025, 12, 31)

DAYS = st.dates(date(1995, 1, 1), date(2090, 12, 31))
MAYBE = st.sampled_from([None, True, False])
AWARDS = st.builds(EarlierAward, DAYS, st.none() | DAYS, MAYBE, MAYBE)
PEOPLE = st.sampled_from([None, "organisation", "person"])
COUNTRY = st.sampled_from([None, "BE", "FR"])
FORMS = st.sampled_from(
    [None, "association", "foundation", "public", "informal", "cooperative", "company", "?"]
)
AMBITIONS = st.none() | st.frozensets(st.sampled_from(["inclusion", "cooperatives", "neighbourhoods"]))
OTHERS: dict[str, st.SearchStrategy[object]] = {
    "legal_form": FORMS,
    "organisation_country": COUNTRY,
    "project_country": COUNTRY,
    "beneficiary": PEOPLE,
    "ambitions": AMBITIONS,
    "earlier_applications": st.none() | st.lists(AWARDS, max_size=3).map(tuple),
    "submitted_on": st.none() | DAYS,
    "starts_on": st.none() | DAYS,
    "round_deadline": st.none() | DAYS,
    "scale": st.sampled_from([None, "local", "region", "country"]),
    "partners_count": st.none() | st.integers(0, 9),
}
FACTS = st.builds(Facts, **{name: OTHERS.get(name, MAYBE) for name in FACT_NAMES})
VERSIONS = [*RULEBOOK, replace(RULEBOOK[0], code="only_social_cohesion", ends_on=None)]


def without(facts: Facts, names: set[str]) -> Facts:
    nothing: dict[str, Any] = dict.fromkeys(names, None)
    return replace(facts, **nothing)


def _verdicts(facts: Facts, on: date) -> dict[tuple[str, str], Verdict]:
    found: dict[tuple[str, str], Verdict] = {}
    for track in ("regional", "national"):
        for each in eligibility.evaluate(facts, VERSIONS, on, track):
            found[each.code, track] = each.verdict
    return found


@given(FACTS, DAYS, st.sets(st.sampled_from(FACT_NAMES)))
@examples(400)
def test_what_is_decided_on_some_facts_holds_whatever_else_becomes_known(
    facts: Facts, on: date, forgotten: set[str]
) -> None:
    less = without(facts, forgotten)
    complete = _verdicts(facts, on)
    for key, verdict in _verdicts(less, on).items():
        if verdict is not UNKNOWN:
            assert complete[key] is verdict, key


@given(FACTS, DAYS)
@examples(200)
def test_a_no_or_a_yes_names_only_facts_and_rests_on_a_known_one(facts: Facts, on: date) -> None:
    for each in eligibility.evaluate(facts, VERSIONS, on):
        assert set(each.facts_used) <= set(FACT_NAMES)
        if each.verdict is not UNKNOWN:
            assert any(getattr(facts, name) is not None for name in each.facts_used)


@given(FACTS, DAYS)
@examples(200)
def test_every_sentence_can_be_filled_in_with_its_values(facts: Facts, on: date) -> None:
    for each in eligibility.evaluate(facts, VERSIONS, on):
        assert "%(" not in each.reason % each.values
        assert each.reason.endswith(".")


@given(FACTS)
@examples(100)
def test_preferences_never_gate_and_always_say_something(facts: Facts) -> None:
    strengths = preferences(facts)
    assert [each.code for each in strengths] == [
        "cooperation",
        "volunteers",
        "vulnerable_people",
        "bringing_together",
        "lever",
        "lasting_impact",
    ]
    assert all(each.advice and each.title for each in strengths)
    used = {name for each in strengths for name in each.facts_used}
    assert _regional(facts) == _regional(without(facts, used))


def _regional(facts: Facts) -> list[Verdict]:
    return [each.verdict for each in eligibility.evaluate(facts, REGIONAL_RULES, date(2026, 1, 1))]


@pytest.mark.parametrize(
    ("count", "explained", "expected"),
    [
        (2, True, YES),
        (1, True, YES),
        (0, None, NO),
        (2, False, NO),
        (2, None, UNKNOWN),
        (None, True, UNKNOWN),
    ],
)
def test_cooperation_counts_when_partners_are_named_and_their_part_is_said(
    count: int | None, explained: bool | None, expected: Verdict
) -> None:
    assert preferences(Facts(partners_count=count, partners_explained=explained))[0].verdict == expected


@pytest.mark.parametrize(("known", "expected"), [(True, YES), (False, NO), (None, UNKNOWN)])
def test_each_other_preference_follows_its_fact(known: bool | None, expected: Verdict) -> None:
    facts = Facts(
        volunteers=known,
        with_vulnerable_people=known,
        brings_people_together=known,
        strengthens_applicant=known,
        lasting_local_impact=known,
    )
    assert {each.verdict for each in preferences(facts)[1:]} == {expected}


def _finding(verdict: Verdict, gates: bool = True) -> Finding:
    return Finding("in_time", verdict, "", "", {}, (), START, gates)


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [([], YES), ([YES], YES), ([YES, UNKNOWN], UNKNOWN), ([UNKNOWN, NO, YES], NO), ([NO], NO)],
)
def test_one_no_decides_then_one_gap_then_yes(verdicts: list[Verdict], expected: Verdict) -> None:
    assert eligibility.overall(_finding(verdict) for verdict in verdicts) == expected


def test_advice_never_keeps_a_project_out() -> None:
    assert eligibility.overall([_finding(NO, gates=False), _finding(YES)]) == YES
    facts = Facts(partners_count=0, volunteers=False, brings_something_new=False, advisory_group=False)
    advice = [
        each for each in eligibility.evaluate(facts, NATIONAL_RULES, date(2026, 1, 1)) if not each.gates
    ]
    assert len(advice) == 5
    assert NO in {each.verdict for each in advice}
    assert eligibility.overall(advice) == YES


@pytest.mark.parametrize(
    ("on", "holds"),
    [(START - timedelta(days=1), False), (START, True), (END, True), (END + timedelta(days=1), False)],
)
def test_a_version_holds_from_its_first_day_to_its_last(on: date, holds: bool) -> None:
    version = RuleVersion("no_party", "regional", START, END)
    assert bool(eligibility.in_force([version], on)) is holds


def test_of_two_versions_the_one_that_started_last_holds_in_any_order() -> None:
    old = RuleVersion("no_party", "regional", START)
    new = RuleVersion("no_party", "regional", END)
    assert eligibility.in_force([old, new], END) == eligibility.in_force([new, old], END) == [new]
    assert eligibility.in_force([old, new], START) == [old]


def test_the_same_rule_may_hold_on_both_tracks_or_be_asked_for_on_one() -> None:
    assert len(eligibility.in_force(RULEBOOK, date(2026, 1, 1))) == 11 + 11
    assert {each.track for each in eligibility.in_force(RULEBOOK, date(2026, 1, 1), "national")} == {
        "national"
    }


def test_a_rule_nobody_knows_is_an_error_and_not_a_yes() -> None:
    version = RuleVersion("unheard_of", "regional", START)
    with pytest.raises(ValueError, match="no rule"):
        eligibility.evaluate(Facts(), [version], START)
    with pytest.raises(ValueError, match="no rule"):
        version.check()


@pytest.mark.parametrize(
    "version", RULEBOOK, ids=lambda version: f"{version.track}-{version.code}-{version.starts_on}"
)
def test_the_rulebook_is_sound_and_survives_the_way_through_a_database(version: RuleVersion) -> None:
    version.check()
    assert version.source
    assert json.loads(json.dumps(version.parameters)) == version.parameters


@pytest.mark.parametrize(
    ("code", "parameters"),
    [
        ("belgian_and_in_belgium", {}),
        ("belgian_and_in_belgium", {"country": 32}),
        ("belgian_and_in_belgium", {"country": ""}),
        ("not_a_company", {"forms": "association", "cooperative_ambitions": []}),
        ("not_a_company", {"forms": ["association"], "cooperative_ambitions": [1]}),
        ("not_a_company", {"forms": ["association"]}),
        ("not_already_done", {}),
        ("not_already_done", {"windows": []}),
        ("not_already_done", {"windows": ["01-10"]}),
        ("not_already_done", {"windows": [{"from": "01-10", "to": "04-09"}]}),
        ("not_already_done", {"windows": [{"from": "01-10", "to": "13-09", "earliest": "06-09"}]}),
        ("not_already_done", {"windows": [{"from": "01-10", "to": "02-30", "earliest": "06-09"}]}),
        ("interval_between_awards", {"years": 3}),
        ("interval_between_awards", {"reading": "by_moon", "years": 3}),
        ("interval_between_awards", {"reading": "between_applications"}),
        ("interval_between_awards", {"reading": "between_applications", "years": "3"}),
        ("interval_between_awards", {"reading": "between_applications", "years": True}),
        ("interval_between_awards", {"reading": "between_applications", "years": -1}),
        ("interval_between_awards", {"reading": "between_applications", "years": 101}),
        ("several_partners", {}),
        ("large_scale", {"scales": None}),
    ],
)
def test_a_wrong_parameter_is_found_before_it_is_used(code: str, parameters: dict[str, object]) -> None:
    with pytest.raises(ValueError):
        RuleVersion(code, "regional", START, None, parameters).check()


def test_a_version_cannot_end_before_it_starts() -> None:
    with pytest.raises(ValueError):
        RuleVersion("no_party", "regional", END, START).check()

"""Every condition of both tracks: yes, no, not known, and each day on which the answer turns."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest

from commonweal.projects.rules import eligibility
from commonweal.projects.rules.eligibility import RULES, EarlierAward, Facts, Finding, RuleVersion, Verdict
from commonweal.projects.rules.rulebook import NATIONAL_RULES, REGIONAL_RULES

YES, NO, UNKNOWN = Verdict.YES, Verdict.NO, Verdict.UNKNOWN
DAY = date(2026, 11, 23)

GOOD = Facts(
    legal_form="association",
    organisation_country="BE",
    project_country="BE",
    beneficiary="organisation",
    beneficiary_is_applicant=True,
    ambitions=frozenset({"inclusion"}),
    ambitions_argued=True,
    is_sports_club=False,
    is_party=False,
    only_social_cohesion=False,
    declares_values=True,
    earlier_applications=(),
    submitted_on=DAY,
    starts_on=date(2027, 3, 9),
    invoices_before_decision=False,
    round_deadline=DAY,
    scale="country",
    need_argued=True,
    partners_count=3,
    partners_explained=True,
    volunteers=True,
    with_vulnerable_people=True,
    brings_people_together=True,
    strengthens_applicant=True,
    lasting_local_impact=True,
    brings_something_new=True,
    advisory_group=True,
    spreads_results=True,
)


def finding(code: str, facts: Facts, on: date = DAY) -> Finding:
    versions = (*REGIONAL_RULES, *NATIONAL_RULES)
    found = [each for each in eligibility.evaluate(facts, versions, on) if each.code == code]
    return found[0]


def verdict(code: str, **changes: Any) -> Verdict:
    return finding(code, replace(GOOD, **changes)).verdict


@pytest.mark.parametrize("track", ["regional", "national"])
def test_a_good_project_passes_every_rule_of_its_track(track: str) -> None:
    found = eligibility.evaluate(GOOD, (*REGIONAL_RULES, *NATIONAL_RULES), DAY, track)
    assert {each.verdict for each in found} == {YES}
    assert eligibility.overall(found) == YES


@pytest.mark.parametrize("track", ["regional", "national"])
def test_a_project_nobody_knows_anything_of_is_never_refused(track: str) -> None:
    found = eligibility.evaluate(Facts(), (*REGIONAL_RULES, *NATIONAL_RULES), DAY, track)
    assert {each.verdict for each in found} == {UNKNOWN}
    assert all("still need" in each.reason for each in found)


@pytest.mark.parametrize(
    ("code", "changes", "expected"),
    [
        ("serves_an_ambition", {"ambitions": frozenset()}, NO),
        ("serves_an_ambition", {"ambitions": frozenset(), "ambitions_argued": None}, NO),
        ("serves_an_ambition", {"ambitions_argued": False}, NO),
        ("serves_an_ambition", {"ambitions_argued": None}, UNKNOWN),
        ("serves_an_ambition", {"ambitions": None}, UNKNOWN),
        ("belgian_and_in_belgium", {"organisation_country": "FR"}, NO),
        ("belgian_and_in_belgium", {"project_country": "LU"}, NO),
        ("belgian_and_in_belgium", {"project_country": "LU", "organisation_country": None}, NO),
        ("belgian_and_in_belgium", {"project_country": None}, UNKNOWN),
        ("belgian_and_in_belgium", {"organisation_country": None}, UNKNOWN),
        ("not_a_company", {"legal_form": "company"}, NO),
        ("not_a_company", {"legal_form": "company", "accredited": True}, NO),
        ("not_a_company", {"legal_form": "foundation"}, YES),
        ("not_a_company", {"legal_form": "public"}, YES),
        ("not_a_company", {"legal_form": "informal"}, YES),
        ("not_a_company", {"legal_form": None}, UNKNOWN),
        ("not_a_company", {"legal_form": "something else"}, UNKNOWN),
        ("not_a_company", {"legal_form": "cooperative"}, UNKNOWN),
        ("not_a_company", {"legal_form": "cooperative", "accredited": False}, NO),
        ("not_a_company", {"legal_form": "cooperative", "accredited": True}, YES),
        ("not_a_company", {"legal_form": "cooperative", "accredited": True, "ambitions": None}, UNKNOWN),
        ("benefits_an_organisation", {"beneficiary": "person"}, NO),
        ("benefits_an_organisation", {"beneficiary": None}, UNKNOWN),
        ("benefits_an_organisation", {"beneficiary": "cat"}, UNKNOWN),
        ("benefits_applicant_directly", {"beneficiary_is_applicant": False}, NO),
        ("benefits_applicant_directly", {"beneficiary_is_applicant": None}, UNKNOWN),
        ("not_already_done", {"invoices_before_decision": True}, NO),
        ("not_already_done", {"invoices_before_decision": True, "starts_on": None, "submitted_on": None}, NO),
        ("not_already_done", {"invoices_before_decision": None}, UNKNOWN),
        ("not_already_done", {"starts_on": None}, UNKNOWN),
        ("not_already_done", {"submitted_on": None}, UNKNOWN),
        ("cooperative_values", {"declares_values": False}, NO),
        ("cooperative_values", {"declares_values": None}, UNKNOWN),
        ("in_time", {"round_deadline": DAY - timedelta(days=1)}, NO),
        ("in_time", {"round_deadline": DAY + timedelta(days=1)}, YES),
        ("in_time", {"round_deadline": None}, UNKNOWN),
        ("in_time", {"submitted_on": None}, UNKNOWN),
        ("no_party", {"is_party": True}, NO),
        ("no_party", {"is_party": None}, UNKNOWN),
        ("need_argued", {"need_argued": False}, NO),
        ("need_argued", {"need_argued": None}, UNKNOWN),
        ("large_scale", {"scale": "local"}, NO),
        ("large_scale", {"scale": "region"}, YES),
        ("large_scale", {"scale": "the moon"}, UNKNOWN),
        ("several_partners", {"partners_count": 1}, NO),
        ("several_partners", {"partners_count": 2}, YES),
        ("several_partners", {"partners_count": None}, UNKNOWN),
        ("volunteers_take_part", {"volunteers": False}, NO),
        ("something_new", {"brings_something_new": False}, NO),
        ("advisory_group", {"advisory_group": False}, NO),
        ("spreads_results", {"spreads_results": False}, NO),
    ],
)
def test_each_condition_says_yes_no_or_not_known(
    code: str, changes: dict[str, object], expected: Verdict
) -> None:
    assert verdict(code, **changes) == expected


@pytest.mark.parametrize(
    ("ambitions", "accredited", "expected"),
    [
        ({"neighbourhoods"}, True, YES),
        ({"cooperatives", "inclusion"}, True, YES),
        ({"cooperatives"}, True, NO),
        ({"cooperatives"}, None, NO),
        ({"cooperatives"}, False, NO),
        ({"inclusion"}, None, UNKNOWN),
    ],
)
def test_an_accredited_cooperative_may_apply_for_two_of_the_ambitions(
    ambitions: set[str], accredited: bool | None, expected: Verdict
) -> None:
    facts = replace(GOOD, legal_form="cooperative", ambitions=frozenset(ambitions), accredited=accredited)
    found = finding("not_a_company", facts)
    assert found.verdict == expected
    if accredited and expected is not UNKNOWN:
        assert found.values["ambitions"] == ("inclusion", "neighbourhoods")


@pytest.mark.parametrize(
    ("club", "disabled", "ambitions", "argued", "expected"),
    [
        (False, None, None, None, YES),
        (True, True, None, None, YES),
        (True, None, {"inclusion"}, True, YES),
        (True, False, {"inclusion"}, True, YES),
        (True, False, {"inclusion"}, False, NO),
        (True, False, set(), None, NO),
        (True, False, {"inclusion"}, None, UNKNOWN),
        (True, None, set(), None, UNKNOWN),
        (None, False, set(), None, UNKNOWN),
        (None, True, None, None, YES),
    ],
)
def test_a_sports_club_needs_disabled_athletes_or_an_ambition(
    club: bool | None,
    disabled: bool | None,
    ambitions: set[str] | None,
    argued: bool | None,
    expected: Verdict,
) -> None:
    facts = Facts(
        is_sports_club=club,
        sports_for_disabled=disabled,
        ambitions=None if ambitions is None else frozenset(ambitions),
        ambitions_argued=argued,
    )
    assert finding("no_sports_club", facts).verdict == expected


# Window by window: the first and last day of sending, and the first day on which the project may start.
@pytest.mark.parametrize(
    ("submitted_on", "earliest"),
    [
        (date(2026, 1, 9), date(2026, 3, 9)),
        (date(2026, 1, 10), date(2026, 6, 9)),
        (date(2026, 4, 9), date(2026, 6, 9)),
        (date(2026, 4, 10), date(2026, 11, 9)),
        (date(2026, 9, 9), date(2026, 11, 9)),
        (date(2026, 9, 10), date(2027, 3, 9)),
        (date(2026, 12, 31), date(2027, 3, 9)),
        (date(2027, 1, 1), date(2027, 3, 9)),
        (date(2028, 2, 29), date(2028, 6, 9)),
    ],
)
def test_a_project_may_start_on_the_first_day_after_the_decision_and_not_a_day_before(
    submitted_on: date, earliest: date
) -> None:
    facts = replace(GOOD, submitted_on=submitted_on)
    on_the_day = finding("not_already_done", replace(facts, starts_on=earliest))
    day_before = finding("not_already_done", replace(facts, starts_on=earliest - timedelta(days=1)))
    assert (on_the_day.verdict, day_before.verdict) == (YES, NO)
    assert on_the_day.values == day_before.values == {"earliest": earliest}


def _window(**changes: str) -> RuleVersion:
    row = {"from": "03-01", "to": "03-31", "earliest": "02-29", **changes}
    return RuleVersion("not_already_done", "regional", date(2016, 1, 1), None, {"windows": [row]})


def test_a_day_outside_all_windows_is_not_known_rather_than_refused() -> None:
    (found,) = eligibility.evaluate(replace(GOOD, submitted_on=date(2026, 4, 1)), [_window()], DAY)
    assert found.verdict == UNKNOWN


@pytest.mark.parametrize(("year", "earliest"), [(2026, date(2027, 2, 28)), (2027, date(2028, 2, 29))])
def test_a_window_that_opens_on_a_leap_day_opens_on_the_28th_in_other_years(
    year: int, earliest: date
) -> None:
    facts = replace(GOOD, submitted_on=date(year, 3, 1), starts_on=None)
    (found,) = eligibility.evaluate(facts, [_window()], DAY)
    assert found.values == {"earliest": earliest}


def test_a_project_may_start_on_the_day_it_is_sent_when_the_window_says_so() -> None:
    facts = replace(GOOD, submitted_on=date(2026, 3, 5), starts_on=date(2026, 3, 5))
    (found,) = eligibility.evaluate(facts, [_window(earliest="03-05")], DAY)
    assert found.verdict == YES


BETWEEN = {"reading": "between_applications", "years": 3}
CALENDAR = {"reading": "calendar_years_after_award", "years": 2}


def interval(parameters: dict[str, object], submitted_on: date | None, *earlier: EarlierAward) -> Finding:
    version = RuleVersion("interval_between_awards", "regional", date(2016, 1, 1), None, parameters)
    (found,) = eligibility.evaluate(
        Facts(submitted_on=submitted_on, earlier_applications=earlier), [version], DAY
    )
    return found


def award(applied_on: date, awarded_on: date | None = None, same: bool | None = True) -> EarlierAward:
    return EarlierAward(applied_on, awarded_on, same, same)


@pytest.mark.parametrize(
    ("parameters", "applied_on", "awarded_on", "free_on"),
    [
        (BETWEEN, date(2023, 10, 15), date(2023, 12, 20), date(2026, 10, 15)),
        (BETWEEN, date(2024, 2, 29), date(2024, 5, 1), date(2027, 2, 28)),
        (CALENDAR, date(2023, 10, 15), date(2023, 12, 20), date(2026, 1, 1)),
        (CALENDAR, date(2023, 10, 15), date(2024, 1, 1), date(2027, 1, 1)),
        (CALENDAR, date(2024, 2, 1), date(2024, 2, 29), date(2027, 1, 1)),
    ],
)
def test_an_organisation_may_apply_again_on_the_day_of_the_interval_and_not_a_day_before(
    parameters: dict[str, object], applied_on: date, awarded_on: date, free_on: date
) -> None:
    before = interval(parameters, free_on - timedelta(days=1), award(applied_on, awarded_on))
    assert (before.verdict, before.values) == (NO, {"free_on": free_on})
    assert interval(parameters, free_on, award(applied_on, awarded_on)).verdict == YES


def test_the_two_readings_of_the_three_year_rule_differ_and_their_day_is_data() -> None:
    facts = replace(GOOD, earlier_applications=(award(date(2023, 10, 15), date(2023, 12, 20)),))
    facts = replace(facts, submitted_on=date(2026, 2, 1))
    code = "interval_between_awards"
    assert finding(code, facts, on=date(2025, 12, 31)).verdict == NO
    assert finding(code, facts, on=date(2026, 1, 1)).verdict == YES
    assert finding(code, facts, on=date(2026, 1, 1)).rule_from == date(2026, 1, 1)


def test_three_years_between_applications_run_into_a_common_year_from_a_leap_day() -> None:
    assert interval(BETWEEN, date(2027, 2, 27), award(date(2024, 2, 29), date(2024, 6, 1))).verdict == NO
    assert interval(BETWEEN, date(2027, 2, 28), award(date(2024, 2, 29), date(2024, 6, 1))).verdict == YES


@pytest.mark.parametrize("parameters", [BETWEEN, CALENDAR])
@pytest.mark.parametrize(
    ("same_site", "same_people", "expected"),
    [
        (True, True, NO),
        (False, None, YES),
        (None, False, YES),
        (False, True, YES),
        (True, False, YES),
        (True, None, UNKNOWN),
        (None, True, UNKNOWN),
        (None, None, UNKNOWN),
    ],
)
def test_another_site_or_another_target_group_lifts_the_interval(
    parameters: dict[str, object], same_site: bool | None, same_people: bool | None, expected: Verdict
) -> None:
    recent = EarlierAward(date(2026, 2, 1), date(2026, 5, 1), same_site, same_people)
    assert interval(parameters, DAY, recent).verdict == expected


@pytest.mark.parametrize("parameters", [BETWEEN, CALENDAR])
def test_an_application_that_was_refused_does_not_count(parameters: dict[str, object]) -> None:
    assert interval(parameters, DAY, award(date(2026, 2, 1))).verdict == YES


def test_a_cooperative_may_let_refused_applications_count_between_applications_only() -> None:
    assert interval({**BETWEEN, "refused_count": True}, DAY, award(date(2026, 2, 1))).verdict == NO
    assert interval({**CALENDAR, "refused_count": True}, DAY, award(date(2026, 2, 1))).verdict == YES


def test_the_latest_of_several_awards_decides_and_one_doubt_does_not_hide_a_no() -> None:
    old = award(date(2019, 2, 1), date(2019, 5, 1))
    older = award(date(2024, 1, 10), date(2024, 3, 1))
    newer = award(date(2025, 3, 1), date(2025, 6, 1))
    unclear = award(date(2026, 2, 1), date(2026, 5, 1), None)
    for order in ((old, older, newer, unclear), (unclear, newer, older, old)):
        found = interval(BETWEEN, DAY, *order)
        assert (found.verdict, found.values) == (NO, {"free_on": date(2028, 3, 1)})


def test_the_interval_is_not_known_without_history_or_day_of_sending() -> None:
    version = RuleVersion("interval_between_awards", "regional", date(2016, 1, 1), None, BETWEEN)
    (found,) = eligibility.evaluate(Facts(submitted_on=DAY), [version], DAY)
    assert found.verdict == UNKNOWN
    assert interval(BETWEEN, None, award(date(2026, 2, 1), date(2026, 5, 1))).verdict == UNKNOWN
    assert interval(BETWEEN, None).verdict == YES
    assert interval(BETWEEN, DAY).verdict == YES


@pytest.mark.parametrize(("only", "expected"), [(True, NO), (False, YES), (None, UNKNOWN)])
def test_cohesion_alone_was_not_enough_until_the_rule_ended(only: bool | None, expected: Verdict) -> None:
    facts = replace(GOOD, only_social_cohesion=only)
    assert finding("only_social_cohesion", facts, on=date(2021, 12, 31)).verdict == expected
    after = eligibility.evaluate(facts, REGIONAL_RULES, date(2022, 1, 1))
    assert "only_social_cohesion" not in {each.code for each in after}


def test_every_rule_the_program_knows_is_used_by_the_rulebook() -> None:
    assert {version.code for version in (*REGIONAL_RULES, *NATIONAL_RULES)} == set(RULES)


def test_a_doubt_about_one_award_stays_when_another_one_is_clear() -> None:
    unclear = award(date(2026, 2, 1), date(2026, 5, 1), None)
    clear = award(date(2010, 2, 1), date(2010, 5, 1))
    assert interval(BETWEEN, DAY, unclear, clear).verdict == UNKNOWN
    assert interval(BETWEEN, DAY, clear, unclear).verdict == UNKNOWN

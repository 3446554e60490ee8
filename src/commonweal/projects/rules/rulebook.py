"""The rules the demo starts with, as dated data. A cooperative puts its own in their place."""

from __future__ import annotations

from datetime import date

from commonweal.projects.rules.eligibility import RuleVersion
from commonweal.projects.rules.tracks import Track

REGIONAL, NATIONAL = Track.REGIONAL.value, Track.NATIONAL.value

_SOURCE = "Published conditions of a comparable cooperative, restated"
_BEGINNING = date(2016, 1, 1)
_TODAY_S_POLICY = date(2022, 1, 1)
_SECOND_READING = date(2026, 1, 1)

_IN_BELGIUM = {"country": "BE"}
_NO_COMPANY = {
    "forms": ["association", "foundation", "public", "informal"],
    "cooperative_ambitions": ["inclusion", "neighbourhoods"],
}
_WINDOWS = {
    "windows": [
        {"from": "01-10", "to": "04-09", "earliest": "06-09"},
        {"from": "04-10", "to": "09-09", "earliest": "11-09"},
        {"from": "09-10", "to": "01-09", "earliest": "03-09"},
    ]
}
_THREE_YEARS = {"reading": "between_applications", "years": 3, "refused_count": False}
_ADVICE = {"advice": True}
_TWO_CALENDAR_YEARS = {"reading": "calendar_years_after_award", "years": 2, "refused_count": False}

REGIONAL_RULES = (
    RuleVersion("serves_an_ambition", REGIONAL, _BEGINNING, source=_SOURCE),
    RuleVersion("belgian_and_in_belgium", REGIONAL, _BEGINNING, parameters=_IN_BELGIUM, source=_SOURCE),
    RuleVersion("not_a_company", REGIONAL, _BEGINNING, parameters=_NO_COMPANY, source=_SOURCE),
    RuleVersion("benefits_an_organisation", REGIONAL, _BEGINNING, source=_SOURCE),
    RuleVersion("benefits_applicant_directly", REGIONAL, _BEGINNING, source=_SOURCE),
    RuleVersion("not_already_done", REGIONAL, _BEGINNING, parameters=_WINDOWS, source=_SOURCE),
    RuleVersion("cooperative_values", REGIONAL, _BEGINNING, source=_SOURCE),
    RuleVersion(
        "interval_between_awards",
        REGIONAL,
        _BEGINNING,
        date(2025, 12, 31),
        _THREE_YEARS,
        f"{_SOURCE}: Dutch and German text, three years between two applications. That only awarded "
        "applications count, and the day the reading changes, are choices of the demo.",
    ),
    RuleVersion(
        "interval_between_awards",
        REGIONAL,
        _SECOND_READING,
        None,
        _TWO_CALENDAR_YEARS,
        f"{_SOURCE}: French text, two full calendar years after the year of the award. The texts differ; "
        "each cooperative chooses one reading and dates it.",
    ),
    RuleVersion("in_time", REGIONAL, _BEGINNING, source=_SOURCE),
    RuleVersion("no_sports_club", REGIONAL, _BEGINNING, source=_SOURCE),
    RuleVersion("no_party", REGIONAL, _BEGINNING, source=_SOURCE),
    RuleVersion(
        "only_social_cohesion",
        REGIONAL,
        _BEGINNING,
        date(2021, 12, 31),
        {},
        f"{_SOURCE}: an earlier version; today cohesion is preferred. Its last day is a choice of the demo.",
    ),
)

NATIONAL_RULES = (
    RuleVersion("serves_an_ambition", NATIONAL, _BEGINNING, source=_SOURCE),
    RuleVersion("belgian_and_in_belgium", NATIONAL, _BEGINNING, parameters=_IN_BELGIUM, source=_SOURCE),
    RuleVersion("benefits_an_organisation", NATIONAL, _BEGINNING, source=_SOURCE),
    RuleVersion("cooperative_values", NATIONAL, _BEGINNING, source=_SOURCE),
    RuleVersion("need_argued", NATIONAL, _BEGINNING, source=_SOURCE),
    RuleVersion(
        "large_scale", NATIONAL, _BEGINNING, parameters={"scales": ["region", "country"]}, source=_SOURCE
    ),
    # What a project grows into together with its coordinator is shown from the first idea, and gates nothing.
    RuleVersion(
        "several_partners",
        NATIONAL,
        _TODAY_S_POLICY,
        parameters={"partners_min": 2, "advice": True},
        source=_SOURCE,
    ),
    RuleVersion("volunteers_take_part", NATIONAL, _TODAY_S_POLICY, parameters=_ADVICE, source=_SOURCE),
    RuleVersion("something_new", NATIONAL, _TODAY_S_POLICY, parameters=_ADVICE, source=_SOURCE),
    RuleVersion("advisory_group", NATIONAL, _TODAY_S_POLICY, parameters=_ADVICE, source=_SOURCE),
    RuleVersion("spreads_results", NATIONAL, _TODAY_S_POLICY, parameters=_ADVICE, source=_SOURCE),
)

RULEBOOK = REGIONAL_RULES + NATIONAL_RULES

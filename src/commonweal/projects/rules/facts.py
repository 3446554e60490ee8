"""What the rules need to know of a project. Holds facts only; None means "not known yet", never "no"."""

from __future__ import annotations

from dataclasses import dataclass, fields
from datetime import date


@dataclass(frozen=True, slots=True)
class EarlierAward:
    """An earlier application of the same organisation, and the award if there was one.

    `same_site` and `same_target_group` compare it with the new project; None when nobody said.
    """

    applied_on: date
    awarded_on: date | None = None
    same_site: bool | None = None
    same_target_group: bool | None = None


@dataclass(frozen=True, slots=True)
class Facts:
    """Everything known of an applicant and a project, each fact optional.

    `legal_form` is a code of `people.rules.LegalForm`; countries are ISO 3166 codes of two letters.
    `ambitions` are the codes claimed among those in force (the caller drops others).
    `scale` is "local", "region" or "country"; `beneficiary` is "organisation" or "person".
    `round_deadline` is the last day of the round.
    """

    legal_form: str | None = None
    accredited: bool | None = None
    organisation_country: str | None = None
    project_country: str | None = None
    beneficiary: str | None = None
    beneficiary_is_applicant: bool | None = None
    ambitions: frozenset[str] | None = None
    ambitions_argued: bool | None = None
    is_sports_club: bool | None = None
    sports_for_disabled: bool | None = None
    is_party: bool | None = None
    only_social_cohesion: bool | None = None
    declares_values: bool | None = None
    earlier_applications: tuple[EarlierAward, ...] | None = None
    submitted_on: date | None = None
    starts_on: date | None = None
    invoices_before_decision: bool | None = None
    round_deadline: date | None = None
    scale: str | None = None
    need_argued: bool | None = None
    partners_count: int | None = None
    partners_explained: bool | None = None
    volunteers: bool | None = None
    with_vulnerable_people: bool | None = None
    brings_people_together: bool | None = None
    strengthens_applicant: bool | None = None
    lasting_local_impact: bool | None = None
    brings_something_new: bool | None = None
    advisory_group: bool | None = None
    spreads_results: bool | None = None


FACT_NAMES = tuple(field.name for field in fields(Facts))

"""Can this project be supported, and why: dated rules laid over known facts. Pure; never asks the day.

A rule is a function (`conditions`, `national`); a rule *version* is data: which rule, on which track, from
when to when, with which parameters. Other parts of the area use this module only.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date

from commonweal.kernel.periods import Period
from commonweal.kernel.words import gettext_noop
from commonweal.projects.rules import conditions, national
from commonweal.projects.rules.answers import Answer, Parameters, Value, Verdict
from commonweal.projects.rules.facts import EarlierAward, Facts

__all__ = [
    "EarlierAward",
    "Facts",
    "Finding",
    "Rule",
    "RuleVersion",
    "Verdict",
    "evaluate",
    "in_force",
    "overall",
]


@dataclass(frozen=True, slots=True)
class Rule:
    """A rule the program knows: its title (English source) and its function."""

    title: str
    judge: Callable[[Facts, Parameters], Answer]


RULES: Mapping[str, Rule] = {
    "serves_an_ambition": Rule(gettext_noop("It serves one of our ambitions"), conditions.serves_an_ambition),
    "belgian_and_in_belgium": Rule(
        gettext_noop("Belgian, and in Belgium"), conditions.belgian_and_in_belgium
    ),
    "not_a_company": Rule(gettext_noop("Not a company"), conditions.not_a_company),
    "benefits_an_organisation": Rule(
        gettext_noop("For a group, not one person"), conditions.benefits_an_organisation
    ),
    "benefits_applicant_directly": Rule(
        gettext_noop("Straight to those who apply"), conditions.benefits_applicant_directly
    ),
    "not_already_done": Rule(gettext_noop("Not started before the decision"), conditions.not_already_done),
    "cooperative_values": Rule(gettext_noop("Shared values"), conditions.cooperative_values),
    "interval_between_awards": Rule(
        gettext_noop("Some years after earlier support"), conditions.interval_between_awards
    ),
    "in_time": Rule(gettext_noop("Sent in time"), conditions.in_time),
    "no_sports_club": Rule(gettext_noop("Sports clubs"), conditions.no_sports_club),
    "no_party": Rule(gettext_noop("Parties and anniversaries"), conditions.no_party),
    "only_social_cohesion": Rule(
        gettext_noop("More than bringing people together"), conditions.only_social_cohesion
    ),
    "need_argued": Rule(gettext_noop("The need is shown"), national.need_argued),
    "large_scale": Rule(gettext_noop("A region or the country"), national.large_scale),
    "several_partners": Rule(gettext_noop("Several partners"), national.several_partners),
    "volunteers_take_part": Rule(gettext_noop("Volunteers"), national.volunteers_take_part),
    "something_new": Rule(gettext_noop("Something new"), national.something_new),
    "advisory_group": Rule(gettext_noop("An advisory group"), national.advisory_group),
    "spreads_results": Rule(gettext_noop("Results that reach others"), national.spreads_results),
}


@dataclass(frozen=True, slots=True)
class RuleVersion:
    """A rule in force from one day to another, as data. `parameters` hold only what JSON can hold.

    With the parameter `advice` true it is shown and never counted against the project. `source` says where it
    comes from.
    """

    code: str
    track: str
    starts_on: date
    ends_on: date | None = None
    parameters: Mapping[str, object] = field(default_factory=dict)
    source: str = ""

    @property
    def gates(self) -> bool:
        """Whether a no keeps the project out."""
        return self.parameters.get("advice") is not True

    def check(self) -> None:
        """Raises ValueError when the rule is not known, its days are out of order or a parameter is wrong."""
        if self.code not in RULES:
            raise ValueError(f"there is no rule {self.code!r}")
        Period(self.starts_on, self.ends_on)
        RULES[self.code].judge(Facts(legal_form="association", earlier_applications=()), self.parameters)


@dataclass(frozen=True, slots=True)
class Finding:
    """What one rule says of one project. Translate `reason`, then fill it with `values`."""

    code: str
    verdict: Verdict
    title: str
    reason: str
    values: Mapping[str, Value]
    facts_used: tuple[str, ...]
    rule_from: date
    gates: bool


def in_force(versions: Iterable[RuleVersion], on: date, track: str | None = None) -> list[RuleVersion]:
    """The versions that hold on a day, one a rule and track, in the order given; the last to start wins."""
    chosen: dict[tuple[str, str], RuleVersion] = {}
    for version in versions:
        if on not in Period(version.starts_on, version.ends_on) or track not in (None, version.track):
            continue
        rival = chosen.get((version.code, version.track))
        if rival is None or rival.starts_on <= version.starts_on:
            chosen[version.code, version.track] = version
    return list(chosen.values())


def evaluate(
    facts: Facts, versions: Iterable[RuleVersion], on: date, track: str | None = None
) -> list[Finding]:
    """One finding for each rule in force on a day (on one track, when named).

    Raises ValueError for a rule nobody knows or a wrong parameter: a rule left out in silence would be a yes.
    """
    findings = []
    for version in in_force(versions, on, track):
        if version.code not in RULES:
            raise ValueError(f"there is no rule {version.code!r}")
        rule = RULES[version.code]
        answer = rule.judge(facts, version.parameters)
        findings.append(
            Finding(
                version.code,
                answer.verdict,
                rule.title,
                answer.reason,
                answer.values,
                answer.used,
                version.starts_on,
                version.gates,
            )
        )
    return findings


def overall(findings: Iterable[Finding]) -> Verdict:
    """No if a gate says no, not known if a gate misses something, else yes. Advice does not count."""
    verdicts = {finding.verdict for finding in findings if finding.gates}
    for verdict in (Verdict.NO, Verdict.UNKNOWN):
        if verdict in verdicts:
            return verdict
    return Verdict.YES

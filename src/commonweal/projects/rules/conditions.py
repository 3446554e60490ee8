"""Conditions of the regional track: functions of facts and parameters. An unknown fact never gives a no."""

from __future__ import annotations

from commonweal.kernel.words import gettext_noop
from commonweal.projects.rules.answers import (
    Answer,
    Parameters,
    Sentences,
    Verdict,
    all_of,
    any_of,
    texts,
    three_way,
    whole,
    word,
)
from commonweal.projects.rules.calendar import Reading, earliest_start, free_again_on, windows
from commonweal.projects.rules.facts import EarlierAward, Facts


def _serves(facts: Facts) -> bool | None:
    claims = None if facts.ambitions is None else bool(facts.ambitions)
    return all_of(claims, facts.ambitions_argued)


def serves_an_ambition(facts: Facts, parameters: Parameters) -> Answer:
    """At least one ambition in force is served, and the project says how."""
    used = ("ambitions", "ambitions_argued")
    if facts.ambitions is not None and not facts.ambitions:
        reason = gettext_noop(
            "The project serves none of our ambitions. Serving at least one is the first condition."
        )
        return Answer(Verdict.NO, reason, used)
    says = Sentences(
        gettext_noop("The project serves at least one of our ambitions and says how."),
        gettext_noop("The project does not explain how it serves an ambition. A few sentences are enough."),
        gettext_noop("We still need to know which ambition the project serves, and how."),
    )
    return three_way(_serves(facts), says, *used)


def belgian_and_in_belgium(facts: Facts, parameters: Parameters) -> Answer:
    """Organisation and project are both in the country named by the parameter `country`."""
    country = word(parameters, "country")
    used = ("organisation_country", "project_country")
    home = None if facts.organisation_country is None else facts.organisation_country == country
    here = None if facts.project_country is None else facts.project_country == country
    if home is False:
        return Answer(Verdict.NO, gettext_noop("The organisation is not based in Belgium."), used)
    says = Sentences(
        gettext_noop("The organisation is Belgian and the project takes place in Belgium."),
        gettext_noop("The project takes place outside Belgium."),
        gettext_noop(
            "We still need to know where the organisation is based and where the project takes place."
        ),
    )
    return three_way(all_of(home, here), says, *used)


def not_a_company(facts: Facts, parameters: Parameters) -> Answer:
    """No company; an accredited cooperative only for some ambitions.

    Parameters: `forms` are welcome as they are; `cooperative_ambitions` are those an accredited cooperative
    may apply for. A form neither list knows counts as not known.
    """
    forms, open_ambitions = texts(parameters, "forms"), texts(parameters, "cooperative_ambitions")
    if facts.legal_form in forms:
        reason = gettext_noop("The applicant is not a company.")
        return Answer(Verdict.YES, reason, ("legal_form",))
    if facts.legal_form == "company":
        reason = gettext_noop(
            "The applicant is a company. We support associations, public bodies and groups of people."
        )
        return Answer(Verdict.NO, reason, ("legal_form",))
    if facts.legal_form != "cooperative":
        reason = gettext_noop("We still need to know what kind of organisation applies.")
        return Answer(Verdict.UNKNOWN, reason, ("legal_form",))
    used = ("legal_form", "accredited", "ambitions")
    values = {"ambitions": open_ambitions}
    if facts.accredited is False:
        reason = gettext_noop(
            "Of cooperatives, only accredited ones can apply. Accreditation is free: ask us how."
        )
        return Answer(Verdict.NO, reason, used)
    fitting = None if facts.ambitions is None else not facts.ambitions.isdisjoint(open_ambitions)
    if fitting is False:
        reason = gettext_noop("An accredited cooperative can apply for these ambitions only: %(ambitions)s.")
        return Answer(Verdict.NO, reason, used, values)
    if all_of(facts.accredited, fitting):
        reason = gettext_noop("An accredited cooperative can apply for these ambitions: %(ambitions)s.")
        return Answer(Verdict.YES, reason, used, values)
    reason = gettext_noop(
        "We still need to know whether the cooperative is accredited, and which ambition it serves."
    )
    return Answer(Verdict.UNKNOWN, reason, used)


def benefits_an_organisation(facts: Facts, parameters: Parameters) -> Answer:
    """The support goes to an organisation, not to one person."""
    known = {"organisation": True, "person": False}.get(facts.beneficiary or "")
    says = Sentences(
        gettext_noop("The support goes to an organisation or a group."),
        gettext_noop("The support would go to one person. We support organisations and groups."),
        gettext_noop("We still need to know who receives the support."),
    )
    return three_way(known, says, "beneficiary")


def benefits_applicant_directly(facts: Facts, parameters: Parameters) -> Answer:
    """The support goes straight to the applicant."""
    says = Sentences(
        gettext_noop("The support goes straight to the applicant."),
        gettext_noop(
            "The support would pass through the applicant to others. "
            "Let those who carry out the project apply."
        ),
        gettext_noop("We still need to know whether the support stays with the applicant."),
    )
    return three_way(facts.beneficiary_is_applicant, says, "beneficiary_is_applicant")


def not_already_done(facts: Facts, parameters: Parameters) -> Answer:
    """Nothing is carried out or invoiced before the council decides.

    Parameter `windows`: see `calendar.windows`.
    """
    among = windows(parameters)
    used = ("submitted_on", "starts_on", "invoices_before_decision")
    if facts.invoices_before_decision:
        reason = gettext_noop(
            "Some costs are invoiced before the council decides. Only later costs can be supported."
        )
        return Answer(Verdict.NO, reason, used)
    earliest = None if facts.submitted_on is None else earliest_start(facts.submitted_on, among)
    if earliest is None:
        reason = gettext_noop(
            "We still need to know when the application is sent and when the project starts."
        )
        return Answer(Verdict.UNKNOWN, reason, used)
    values = {"earliest": earliest}
    if facts.starts_on is None:
        reason = gettext_noop(
            "We still need to know when the project starts. It can start from %(earliest)s."
        )
        return Answer(Verdict.UNKNOWN, reason, used, values)
    if facts.starts_on < earliest:
        reason = gettext_noop(
            "The project starts before the council has decided. It can start from %(earliest)s."
        )
        return Answer(Verdict.NO, reason, used, values)
    if facts.invoices_before_decision is None:
        reason = gettext_noop("We still need to know that no invoice is dated before the council decides.")
        return Answer(Verdict.UNKNOWN, reason, used)
    reason = gettext_noop("The project starts after the council has decided: it can start from %(earliest)s.")
    return Answer(Verdict.YES, reason, used, values)


def cooperative_values(facts: Facts, parameters: Parameters) -> Answer:
    """The applicant declares the values it shares with the cooperative."""
    says = Sentences(
        gettext_noop("The project respects cooperation, solidarity and every person."),
        gettext_noop("The project does not respect cooperation, solidarity and every person."),
        gettext_noop(
            "We still need your word that the project respects cooperation, solidarity and every person."
        ),
    )
    return three_way(facts.declares_values, says, "declares_values")


def _counted(earlier: tuple[EarlierAward, ...], parameters: Parameters) -> list[EarlierAward]:
    everything = parameters.get("refused_count", False) is True
    return [each for each in earlier if everything or each.awarded_on is not None]


def interval_between_awards(facts: Facts, parameters: Parameters) -> Answer:
    """Some years lie between two awards, unless the site or the target group is another one.

    Parameters: `reading` (see `calendar.Reading`), `years`, and `refused_count` (whether applications that
    were not awarded count too; they do not unless it is true). Under the calendar-year reading an
    application without an award never counts, because there is no award to count from.
    """
    reading, years = Reading(word(parameters, "reading")), whole(parameters, "years")
    used = ("earlier_applications", "submitted_on")
    if facts.earlier_applications is None:
        reason = gettext_noop("We still need to know whether we supported the organisation before, and when.")
        return Answer(Verdict.UNKNOWN, reason, used)
    unsure = False
    blocked_until = None
    for each in _counted(facts.earlier_applications, parameters):
        if each.awarded_on is None and reading is Reading.CALENDAR_YEARS_AFTER_AWARD:
            continue
        free_on = free_again_on(reading, years, each.applied_on, each.awarded_on or each.applied_on)
        passed = None if facts.submitted_on is None else facts.submitted_on >= free_on
        clear = any_of(passed, _differs(each.same_site), _differs(each.same_target_group))
        unsure = unsure or clear is None
        if clear is False and (blocked_until is None or free_on > blocked_until):
            blocked_until = free_on
    if blocked_until is not None:
        reason = gettext_noop(
            "We supported the organisation not long ago, at the same place and for the same people. "
            "It can apply again from %(free_on)s."
        )
        return Answer(Verdict.NO, reason, used, {"free_on": blocked_until})
    if unsure:
        reason = gettext_noop(
            "We supported the organisation not long ago. "
            "We still need to know whether the place or the people reached are different this time."
        )
        return Answer(Verdict.UNKNOWN, reason, used)
    return Answer(Verdict.YES, gettext_noop("No earlier support stands in the way."), used)


def _differs(same: bool | None) -> bool | None:
    return None if same is None else not same


def in_time(facts: Facts, parameters: Parameters) -> Answer:
    """Sent on the last day of the round at the latest."""
    used = ("submitted_on", "round_deadline")
    if facts.submitted_on is None or facts.round_deadline is None:
        reason = gettext_noop("We still need to know in which round the application is sent.")
        return Answer(Verdict.UNKNOWN, reason, used)
    values = {"deadline": facts.round_deadline}
    if facts.submitted_on <= facts.round_deadline:
        return Answer(
            Verdict.YES,
            gettext_noop("The application is in time: the round closes on %(deadline)s."),
            used,
            values,
        )
    reason = gettext_noop("The round closed on %(deadline)s. The application can go into the next one.")
    return Answer(Verdict.NO, reason, used, values)


def no_sports_club(facts: Facts, parameters: Parameters) -> Answer:
    """No sports club, unless for athletes with a disability or tied to an ambition."""
    used = ("is_sports_club", "sports_for_disabled", "ambitions", "ambitions_argued")
    if facts.is_sports_club is False:
        return Answer(Verdict.YES, gettext_noop("The applicant is not a sports club."), used)
    says = Sentences(
        gettext_noop("The sports club is for people with a disability, or its project serves an ambition."),
        gettext_noop("A sports club can apply only for people with a disability, or to serve an ambition."),
        gettext_noop(
            "We still need to know whether a sports club applies, for whom, and which ambition it serves."
        ),
    )
    club = facts.is_sports_club
    fine = any_of(_differs(club), facts.sports_for_disabled, _serves(facts))
    return three_way(fine, says, *used)


def no_party(facts: Facts, parameters: Parameters) -> Answer:
    """No street party, village party or anniversary."""
    says = Sentences(
        gettext_noop("The project is not a party or an anniversary."),
        gettext_noop("We do not support a street party, a village party or an anniversary."),
        gettext_noop("We still need to know whether the project is a party or an anniversary."),
    )
    return three_way(_differs(facts.is_party), says, "is_party")


def only_social_cohesion(facts: Facts, parameters: Parameters) -> Answer:
    """A rule of earlier years, kept to explain old decisions: cohesion was not enough by itself."""
    says = Sentences(
        gettext_noop("The project had more aims than bringing people together."),
        gettext_noop(
            "At the time, a project that only aimed at bringing people together could not be supported."
        ),
        gettext_noop(
            "We still need to know whether the project has more aims than bringing people together."
        ),
    )
    return three_way(_differs(facts.only_social_cohesion), says, "only_social_cohesion")

"""The conditions and the advice of the national track, where a project grows together with a coordinator."""

from __future__ import annotations

from commonweal.kernel.words import gettext_noop
from commonweal.projects.rules.answers import Answer, Parameters, Sentences, texts, three_way, whole
from commonweal.projects.rules.facts import Facts


def need_argued(facts: Facts, parameters: Parameters) -> Answer:
    """The need is shown, not only felt."""
    says = Sentences(
        gettext_noop("The need is shown with figures, research or the words of those concerned."),
        gettext_noop("The need is not shown yet. Bring figures, research or the words of those concerned."),
        gettext_noop("We still need to know what shows that the project is needed."),
    )
    return three_way(facts.need_argued, says, "need_argued")


def large_scale(facts: Facts, parameters: Parameters) -> Answer:
    """The project reaches far. Parameter `scales`: the scales that count; others of the three do not."""
    scales = texts(parameters, "scales")
    known = facts.scale in scales if facts.scale in ("local", "region", "country") else None
    says = Sentences(
        gettext_noop("The project reaches a whole region or the country."),
        gettext_noop(
            "The project stays in one place. The regional track is made for that, and it is lighter."
        ),
        gettext_noop("We still need to know how far the project reaches."),
    )
    return three_way(known, says, "scale")


def several_partners(facts: Facts, parameters: Parameters) -> Answer:
    """Several partners carry the project. Parameter `partners_min`."""
    least = whole(parameters, "partners_min")
    known = None if facts.partners_count is None else facts.partners_count >= least
    says = Sentences(
        gettext_noop("Several partners carry the project together."),
        gettext_noop(
            "Few partners carry the project yet. Look for %(partners_min)s or more, from several fields."
        ),
        gettext_noop("We still need to know who carries the project with you."),
    )
    answer = three_way(known, says, "partners_count")
    return Answer(answer.verdict, answer.reason, answer.used, {"partners_min": least})


def volunteers_take_part(facts: Facts, parameters: Parameters) -> Answer:
    """Volunteers have a part in it."""
    says = Sentences(
        gettext_noop("Volunteers take part."),
        gettext_noop("No volunteers take part yet. Think of what people could do beside the staff."),
        gettext_noop("We still need to know whether volunteers take part."),
    )
    return three_way(facts.volunteers, says, "volunteers")


def something_new(facts: Facts, parameters: Parameters) -> Answer:
    """The project tries what has not been tried there."""
    says = Sentences(
        gettext_noop("The project tries something new."),
        gettext_noop("The project repeats what exists. Say what others could learn from it."),
        gettext_noop("We still need to know what is new in the project."),
    )
    return three_way(facts.brings_something_new, says, "brings_something_new")


def advisory_group(facts: Facts, parameters: Parameters) -> Answer:
    """A group of people beside the project advises it."""
    says = Sentences(
        gettext_noop("A group of people will advise the project."),
        gettext_noop("No group advises the project yet. The coordinator helps you to bring one together."),
        gettext_noop("We still need to know who could advise the project."),
    )
    return three_way(facts.advisory_group, says, "advisory_group")


def spreads_results(facts: Facts, parameters: Parameters) -> Answer:
    """What is learned reaches others."""
    says = Sentences(
        gettext_noop("The results will be shared with others."),
        gettext_noop("The results stay with the project. Plan how others can use them."),
        gettext_noop("We still need to know how the results will reach others."),
    )
    return three_way(facts.spreads_results, says, "spreads_results")

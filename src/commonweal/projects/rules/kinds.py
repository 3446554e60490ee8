"""The kinds of support a project may ask for, each in its own unit."""

from __future__ import annotations

from commonweal.kernel.words import Words, gettext_noop


class SupportKind(Words):
    """The eight kinds of support of the cooperative's mission."""

    FINANCIAL = "financial", gettext_noop("money")
    LOGISTIC = "logistic", gettext_noop("rooms, vans and material")
    KNOW_HOW = "know_how", gettext_noop("know-how")
    KNOWLEDGE_SHARING = "knowledge_sharing", gettext_noop("knowledge sharing")
    COACHING = "coaching", gettext_noop("coaching")
    AWARENESS = "awareness", gettext_noop("awareness raising")
    ACCOMPANIMENT = "accompaniment", gettext_noop("accompaniment")
    PROMOTION = "promotion", gettext_noop("promotion")


class Unit(Words):
    """What a quantity of support is counted in."""

    EURO = "euro", gettext_noop("euro")
    HOURS = "hours", gettext_noop("hours")
    DAYS = "days", gettext_noop("days")
    ITEMS = "items", gettext_noop("items")
    SEATS = "seats", gettext_noop("seats")
    REACH = "reach", gettext_noop("people reached")


UNITS = {
    SupportKind.FINANCIAL: Unit.EURO,
    SupportKind.LOGISTIC: Unit.DAYS,
    SupportKind.KNOW_HOW: Unit.HOURS,
    SupportKind.KNOWLEDGE_SHARING: Unit.SEATS,
    SupportKind.COACHING: Unit.HOURS,
    SupportKind.AWARENESS: Unit.REACH,
    SupportKind.ACCOMPANIMENT: Unit.HOURS,
    SupportKind.PROMOTION: Unit.ITEMS,
}

EXAMPLES = {
    SupportKind.FINANCIAL: gettext_noop("What you ask the members to pay for."),
    SupportKind.LOGISTIC: gettext_noop("A room, a van, tables, a kitchen: for how many days?"),
    SupportKind.KNOW_HOW: gettext_noop("An accountant, a builder, a designer: for how many hours?"),
    SupportKind.KNOWLEDGE_SHARING: gettext_noop("Seats in workshops and courses for your people."),
    SupportKind.COACHING: gettext_noop("Someone experienced beside you, in hours."),
    SupportKind.AWARENESS: gettext_noop("How many people should hear about the question you work on?"),
    SupportKind.ACCOMPANIMENT: gettext_noop("Someone who goes along: visits, steps, appointments, in hours."),
    SupportKind.PROMOTION: gettext_noop("Posters, articles, announcements: how many?"),
}

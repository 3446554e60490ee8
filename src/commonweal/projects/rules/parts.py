"""The parts a dossier is written in, and when each is complete. One part is one page; nothing here is personal."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

from commonweal.kernel.words import Words, gettext_noop

PHOTOS_MAX = 6
COSTS_MAX = 12
PARTNERS_MAX = 8


class Part(Words):
    """A page of the dossier."""

    ORGANISATION = "organisation", gettext_noop("Your organisation")
    STORY = "story", gettext_noop("Your project")
    PLACE = "place", gettext_noop("Where, when and for whom")
    AMBITIONS = "ambitions", gettext_noop("What it serves")
    COSTS = "costs", gettext_noop("What it costs")
    SUPPORT = "support", gettext_noop("What you ask")
    PARTNERS = "partners", gettext_noop("Who joins in")
    PHOTOS = "photos", gettext_noop("Photos")


@dataclass(frozen=True, slots=True)
class Content:
    """What a dossier holds, as far as completeness asks. Amounts in cents."""

    has_organisation: bool
    title: str
    summary: str
    story: str
    has_place: bool
    target_group: str
    starts_on: date | None
    ends_on: date | None
    ambitions_argued: int
    costs_cents: int
    asked_cents: int
    other_asks: int
    values_declared: bool


@dataclass(frozen=True, slots=True)
class Gap:
    """Something still missing, on which page, and the sentence that says so."""

    part: Part
    reason: str


def gaps(content: Content, amount_min_cents: int, amount_max_cents: int) -> tuple[Gap, ...]:
    """What is missing before the dossier can be sent, in the order of the pages."""
    checks = (
        (Part.ORGANISATION, content.has_organisation, gettext_noop("Say which organisation asks.")),
        (Part.STORY, bool(content.title), gettext_noop("Give your project a name.")),
        (Part.STORY, bool(content.summary), gettext_noop("Say in one or two sentences what it is.")),
        (Part.STORY, bool(content.story), gettext_noop("Tell what you want to do.")),
        (Part.PLACE, content.has_place, gettext_noop("Say where it happens.")),
        (Part.PLACE, bool(content.target_group), gettext_noop("Say for whom and with whom it is.")),
        (Part.PLACE, content.starts_on is not None, gettext_noop("Say when it starts.")),
        (Part.PLACE, content.ends_on is not None, gettext_noop("Say when it ends.")),
        (
            Part.AMBITIONS,
            content.ambitions_argued > 0,
            gettext_noop("Choose at least one ambition and say how you serve it."),
        ),
        (Part.COSTS, content.costs_cents > 0, gettext_noop("Name at least one cost.")),
        (Part.SUPPORT, content.asked_cents > 0, gettext_noop("Say how much money you ask.")),
        (
            Part.SUPPORT,
            content.asked_cents == 0 or amount_min_cents <= content.asked_cents <= amount_max_cents,
            gettext_noop("The amount lies outside what this call allows."),
        ),
        (
            Part.SUPPORT,
            content.asked_cents <= content.costs_cents or content.costs_cents == 0,
            gettext_noop("You ask more than the project costs."),
        ),
        (
            Part.SUPPORT,
            content.values_declared,
            gettext_noop("Say that your project respects the cooperative values."),
        ),
    )
    return tuple(Gap(part, reason) for part, holds, reason in checks if not holds)

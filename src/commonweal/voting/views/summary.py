"""Ballots in the reader's words: titles, forms, running totals, rows of options. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import Any

from django.utils import timezone
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _

from commonweal.ambitions.queries import ambitions_on
from commonweal.kernel.days import day_of
from commonweal.ui.formats import euros, number
from commonweal.voting.models import Ballot, Option
from commonweal.voting.rules.choices import BallotForm, Form, Totals
from commonweal.voting.states import BallotState
from commonweal.voting.wording.titles import in_language


def phase(ballot: Ballot, now: datetime) -> str:
    """Where the ballot stands for a reader: the state, with `soon` before the first hour and `over` after the last."""
    if ballot.state == BallotState.OPEN and now < ballot.opens_at:
        return "soon"
    if ballot.state == BallotState.OPEN and now >= ballot.closes_at:
        return "over"
    return ballot.state


def form_words(form: Form) -> str:
    """How one votes, in a sentence or two."""
    most = form.choices_max
    if form.kind == BallotForm.APPROVAL:
        return ngettext(
            "Choose the project you want to see supported.",
            "Choose up to %(most)s projects you want to see supported. All your choices count the same.",
            most,
        ) % {"most": number(most)}
    if form.kind == BallotForm.POINTS:
        return ngettext(
            "You have %(total)s points to give to one project, no more than %(each)s.",
            "You have %(total)s points to share among at most %(most)s projects, no more than %(each)s for one. "
            "More points say that a project matters more to you.",
            most,
        ) % {"total": number(form.points_total), "most": number(most), "each": number(form.points_each)}
    return ngettext(
        "Choose one project, for no more than the budget of %(budget)s.",
        "Fill a basket with at most %(most)s projects, for no more than the budget of %(budget)s. "
        "All your choices count the same.",
        most,
    ) % {"most": number(most), "budget": euros(form.budget_cents)}


def total_patterns(form: Form) -> dict[str, str]:
    """The running total as sentences with gaps, for the server and the page script alike.

    Gaps: `{chosen}` `{most}` `{left}` `{whole}` `{over}`.
    """
    if form.kind == BallotForm.APPROVAL:
        within = _("{chosen} of {most} chosen")
        over = _("{chosen} chosen: {over} more than the {most} you may choose")
        return {"within": within, "over": over, "many": ""}
    many = _("{chosen} projects chosen: {over} more than the {most} you may choose")
    if form.kind == BallotForm.POINTS:
        within = _("You have {left} of {whole} points left")
        over = _("You gave {over} points more than the {whole} you have")
    else:
        within, over = _("You have {left} of {whole} left"), _("Your basket costs {over} more than {whole}")
    return {"within": within, "over": over, "many": many}


def total_words(form: Form, totals: Totals) -> str:
    """The running total in words."""
    patterns = total_patterns(form)
    used, whole = _used(form, totals)
    write = euros if form.kind == BallotForm.BASKET else number
    extra = totals.chosen - form.choices_max
    pattern = patterns["over"] if used > whole else patterns["within"]
    said = pattern.format(
        chosen=number(totals.chosen),
        most=number(form.choices_max),
        left=write(max(whole - used, 0)),
        whole=write(whole),
        over=write(max(used - whole, 0)),
    )
    if patterns["many"] and extra > 0:
        said += ". " + patterns["many"].format(
            chosen=number(totals.chosen), most=number(form.choices_max), over=number(extra)
        )
    return said


def _used(form: Form, totals: Totals) -> tuple[int, int]:
    if form.kind == BallotForm.APPROVAL:
        return totals.chosen, form.choices_max
    if form.kind == BallotForm.POINTS:
        return totals.points, form.points_total
    return totals.cost_cents, form.budget_cents


def categories() -> dict[str, str]:
    """Ambition code -> name in the reader's language."""
    return {each.code: each.name for each in ambitions_on(day_of(timezone.now()), get_language() or "en")}


def chosen_options(options: Mapping[int, Option], given: Iterable[int]) -> list[Option]:
    """The options a choice names, by rising number; numbers that are not on the ballot are passed over."""
    return [options[number] for number in sorted(set(given)) if number in options]


def option_rows(
    options: Iterable[Option], names: Mapping[str, str], given: Mapping[int, str] | None = None
) -> list[dict[str, Any]]:
    """Options as rows: what the list, the review page and the result show of each."""
    chosen = given or {}
    return [
        {
            "number": option.number,
            "title": option.title,
            "language": option.language,
            "cost_cents": option.cost_cents,
            "code": option.category,
            "category": names.get(option.category, option.category),
            "place": in_language(option.places),
            "dossier": option.subject.removeprefix("dossier:")
            if option.subject.startswith("dossier:")
            else "",
            "points": chosen.get(option.number, ""),
            "count": int(chosen[option.number]) if chosen.get(option.number, "").isdecimal() else 0,
            "chosen": option.number in chosen,
        }
        for option in options
    ]

"""Words around leaving, as pages and documents write them. Decides nothing."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _

from commonweal.membership.models import ExitRequest
from commonweal.membership.rules.exits import Window
from commonweal.membership.rules.movements import Held
from commonweal.membership.states import ExitState
from commonweal.membership.views import wording
from commonweal.people.rules import Channel
from commonweal.ui.formats import day, euros

TAGS = {
    "granted": "good",
    "paid": "good",
    "estate": "good",
    "part": "good",
    "refused": "problem",
    "queued": "warning",
}


def what(share_class: str, count: int | None) -> str:
    """What is asked for, in words."""
    return wording.shares(count or 0, share_class) if share_class else _("all shares")


def asked(
    share_class: str, count: int | None, held: Mapping[str, Held], window: Window | None
) -> list[dict[str, str]]:
    """What is about to be asked, as rows of label and value."""
    given = {share_class: held[share_class]} if share_class else held
    most = sum(each.paid_on(count) if count else each.paid_cents for each in given.values())
    rows = [
        (_("Given back"), capfirst(what(share_class, count))),
        (_("What is paid at most"), euros(most)),
    ]
    if window:
        rows += [
            (_("Season"), str(window.year)),
            (_("Can be taken back until"), day(window.closes_on)),
            (_("Takes effect on"), day(window.effect_on)),
            (_("Paid by"), day(window.pay_by)),
        ]
    return [{"label": label, "value": value} for label, value in rows]


def steps(window: Window, today: date) -> list[dict[str, str]]:
    """What happens when, as a list of steps."""
    told = (
        (_("You ask"), _("Until %(day)s you can take it back.") % {"day": day(window.closes_on)}),
        (
            _("All requests of the year are looked at together"),
            _("The board checks that the cooperative can pay, after %(day)s.")
            % {"day": day(window.closes_on)},
        ),
        (_("Your shares end"), _("With effect on %(day)s.") % {"day": day(window.effect_on)}),
        (_("You are paid"), _("By %(day)s.") % {"day": day(window.pay_by)}),
    )
    return [
        {"title": title, "detail": detail, "state": "current" if place == 0 else "todo"}
        for place, (title, detail) in enumerate(told)
    ]


def request(each: ExitRequest, language: str) -> dict[str, Any]:
    """One request as a page shows it: what was asked, where it stands, what came of it and why."""
    refunds = list(each.refunds.all())
    return {
        "pk": each.pk,
        "what": what(each.share_class, each.count),
        "state": ExitState(each.state).label,
        "tag": TAGS.get(each.state, "info"),
        "asked_at": each.asked_at,
        "channel": Channel(each.channel).label,
        "document": each.document,
        "season": each.season,
        "refunds": [
            {"text": wording.shares(row.shares, row.share_class), "cents": row.cents} for row in refunds
        ],
        "cents": sum(row.cents for row in refunds),
        "reason": reason(each, language),
        "carried_on": each.state in ("part", "queued"),
    }


def reason(each: ExitRequest, language: str) -> str:
    """Why the board decided so, in the reader's language; empty where it paid in full or did not decide yet."""
    if each.state in ("waiting", "withdrawn", "overtaken"):
        return ""
    return str(each.season.reasons.get(language, ""))

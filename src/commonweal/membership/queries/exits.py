"""Reads around leaving: what the statutes of a day say, who asks, which requests and seasons there are."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING

from django.db.models import Count, Q, QuerySet

from commonweal.kernel.days import day_of
from commonweal.membership.models import ExitRequest, ExitSeason, Member, StatuteSetting
from commonweal.membership.queries.guardianships import guardianship_of
from commonweal.membership.rules.exits import ExitTerms, Leaver
from commonweal.membership.rules.statutes import SettingName

if TYPE_CHECKING:
    from collections.abc import Iterable

    from commonweal.people.models import Person

REQUESTS_SHOWN = 50
_TERMS = {
    "year_starts": SettingName.FINANCIAL_YEAR_MONTH,
    "window_months": SettingName.EXIT_WINDOW_MONTHS,
    "partial": SettingName.EXIT_PARTIAL,
    "effect_month": SettingName.EXIT_EFFECT_MONTH,
    "refund_months": SettingName.REFUND_MONTHS,
    "lock_years": SettingName.FOUNDERS_LOCK_YEARS,
    "refusal_percent": SettingName.REFUSAL_PERCENT,
}


def exit_terms_on(day: date) -> ExitTerms | None:
    """What the statutes say about leaving on a day; None before they say all of it. One query."""
    rows = StatuteSetting.objects.filter(code__in=_TERMS.values(), starts_on__lte=day).order_by("starts_on")
    values = {row.code: row.value for row in rows}
    if len(values) < len(_TERMS):
        return None
    return ExitTerms(**{name: values[code] for name, code in _TERMS.items()})


def leaver(member: Member, day: date, *, by: Person, papers: bool) -> Leaver:
    """What matters of a member who asks on a day. The cooperative was founded when its first member joined."""
    first = Member.objects.order_by("number").values_list("joined_on", flat=True).first()
    founded_on = first or member.joined_on
    born_on = member.person.born_on if member.person else None
    guardianship = guardianship_of(member, day)
    return Leaver(
        member.joined_on <= founded_on,
        founded_on,
        born_on,
        protected=guardianship is not None,
        papers=papers,
        administered=guardianship is not None and guardianship.administrator_id == by.pk,
    )


def season_of(year: int) -> ExitSeason | None:
    """The exit season of a financial year, if it was opened."""
    return ExitSeason.objects.filter(year=year).first()


def all_seasons() -> QuerySet[ExitSeason]:
    """All exit seasons, the latest first, each with how many requests wait (`waiting`) and came (`came`)."""
    return ExitSeason.objects.annotate(
        came=Count("requests"), waiting=Count("requests", filter=Q(requests__state="waiting"))
    )


def waiting_request(member: Member) -> ExitRequest | None:
    """The member's request that waits for its season."""
    return (
        ExitRequest.objects.filter(member=member, state="waiting").select_related("season", "member").first()
    )


def leaving_with_all(members: Iterable[int]) -> dict[int, date]:
    """Member id -> the day on which they asked to leave with all shares, where that request waits; one query."""
    rows = ExitRequest.objects.filter(member__in=list(members), state="waiting", share_class="")
    return {pk: day_of(asked_at) for pk, asked_at in rows.values_list("member_id", "asked_at")}


def leaves_with_all(member: Member, day: date) -> bool:
    """Whether a member has asked, by a day, to leave with all shares."""
    asked_on = leaving_with_all([member.pk]).get(member.pk)
    return asked_on is not None and asked_on <= day


def requests_of(member: Member) -> list[ExitRequest]:
    """All a member asked for, latest first, with seasons and refunds; two queries."""
    found = ExitRequest.objects.filter(member=member).select_related("season").prefetch_related("refunds")
    return list(found.order_by("-pk"))


def requests_in(season: ExitSeason, states: Iterable[str] = ()) -> QuerySet[ExitRequest]:
    """The requests of a season in the order they were made, with who asks; of some states only where given."""
    found = ExitRequest.objects.filter(season=season).select_related(
        "season", "member__person", "member__organisation"
    )
    found = found.prefetch_related("refunds").order_by("asked_at", "pk")
    return found.filter(state__in=list(states)) if states else found

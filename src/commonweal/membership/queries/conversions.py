"""Reads of requests to convert shares: what waits, what was answered, which classes a member's shares may become."""

from __future__ import annotations

from datetime import date

from django.db.models import QuerySet

from commonweal.membership.models import ConversionRequest, Member
from commonweal.membership.queries.shares import all_terms
from commonweal.membership.rules.statutes import Terms, may_hold, may_issue
from commonweal.membership.states import ConversionState

OWN_SHOWN, DESK_SHOWN = 20, 50


def conversions_of(member: Member) -> list[ConversionRequest]:
    """What a member asked for, latest first; at most twenty, one query."""
    return list(ConversionRequest.objects.filter(member=member)[:OWN_SHOWN])


def waiting_conversion(member: Member) -> ConversionRequest | None:
    """The member's request that waits for the secretary."""
    return ConversionRequest.objects.filter(member=member, state=ConversionState.ASKED).first()


def _asked() -> QuerySet[ConversionRequest]:
    return ConversionRequest.objects.filter(state=ConversionState.ASKED)


def conversions_waiting() -> int:
    """How many requests wait for the secretary."""
    return _asked().count()


def conversions_to_decide() -> list[ConversionRequest]:
    """Requests that wait for the secretary, those who wait longest first; at most fifty, one query."""
    return list(_asked().select_related("member__person", "member__organisation").order_by("id")[:DESK_SHOWN])


def conversion_with(pk: int) -> ConversionRequest | None:
    """One request, with its member."""
    found = ConversionRequest.objects.select_related("member__person", "member__organisation", "asked_by")
    return found.filter(pk=pk).first()


def current_terms(day: date) -> dict[str, Terms]:
    """What holds for each class on a day; one query."""
    return {each.share_class: each for each in all_terms() if each.starts_on <= day}


def targets_for(terms: dict[str, Terms], *, is_person: bool) -> list[Terms]:
    """The classes of which such a member may get new shares."""
    found = terms.values()
    return [
        each for each in found if may_issue(each) and may_hold(each, 0, each.shares_min, is_person=is_person)
    ]

"""Households: members who get post once and share partners' benefits. Nothing else hangs on them: no vote, no shares."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal
from commonweal.membership.models.members import Member
from commonweal.membership.states import HouseholdState
from commonweal.people.rules import Channel


class Household(models.Model):
    """Members who share their post, for as long as there are two of them."""

    began_on = models.DateField()

    personal: ClassVar[dict[str, Personal]] = {"began_on": Personal.NONE}


class HouseholdMember(models.Model):
    """A member shares post in a household from a day until before another; it only ever gets an end."""

    household = models.ForeignKey(Household, models.PROTECT, related_name="members")
    member = models.ForeignKey(Member, models.PROTECT, related_name="households")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    about: ClassVar[tuple[str, ...]] = ("member__person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("household", "member", "starts_on", "ends_on"), Personal.KEPT
    )

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                name="household_one_at_a_time", fields=("member",), condition=Q(ends_on__isnull=True)
            ),
            models.CheckConstraint(
                name="household_days_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        )


class HouseholdProposal(models.Model):
    """One member proposes to another to share their post; `agreement` is who told staff that both agree, and how."""

    asker = models.ForeignKey(Member, models.PROTECT, related_name="+")
    other = models.ForeignKey(Member, models.PROTECT, related_name="+")
    state = models.CharField(max_length=10, choices=HouseholdState.choices(), default=HouseholdState.PROPOSED)
    proposed_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    channel = models.CharField(max_length=8, choices=Channel.choices(), default=Channel.WEB)
    agreement = models.CharField(max_length=120, blank=True)
    household = models.ForeignKey(Household, models.PROTECT, null=True, blank=True, related_name="+")

    about: ClassVar[tuple[str, ...]] = ("asker__person", "other__person")
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("asker", "other", "state", "proposed_at", "answered_at", "channel", "agreement", "household"),
        Personal.KEPT,
    )

    class Meta:
        ordering = ("-proposed_at", "-id")
        constraints = (
            models.CheckConstraint(name="household_between_two", condition=~Q(asker=F("other"))),
            models.CheckConstraint(
                name="household_accepted_is_one",
                condition=Q(state="accepted", household__isnull=False)
                | (~Q(state="accepted") & Q(household__isnull=True)),
            ),
            models.CheckConstraint(
                name="household_answered",
                condition=Q(state="proposed", answered_at__isnull=True)
                | (~Q(state="proposed") & Q(answered_at__isnull=False)),
            ),
            # What was agreed elsewhere than on one's own page says by whom and how.
            models.CheckConstraint(
                name="household_says_who_agreed", condition=Q(channel="web") | ~Q(agreement="")
            ),
            models.UniqueConstraint(
                name="household_proposed_once", fields=("asker", "other"), condition=Q(state="proposed")
            ),
        )

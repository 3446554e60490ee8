"""Leaving: exit seasons with their tests, requests, and what was given back. Decided rows stay as they are."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from commonweal.kernel.privacy import Personal
from commonweal.membership.rules.exits import ExitTest, Outcome
from commonweal.membership.states import ExitState, SeasonState
from commonweal.people.rules import Channel

_FIGURES = ("asked_cents", "all_cents", "leavers", "members", "total_cents", "room_cents")


class ExitSeason(models.Model):
    """One financial year's exits, handled together; its days are those of the statutes when it was opened."""

    year = models.PositiveSmallIntegerField(unique=True)
    opens_on = models.DateField()
    closes_on = models.DateField()
    effect_on = models.DateField()
    pay_by = models.DateField()
    state = models.CharField(
        max_length=12, choices=SeasonState.choices(), default=SeasonState.COLLECTING.value
    )
    outcome = models.CharField(max_length=8, choices=Outcome.choices(), blank=True)
    budget_cents = models.PositiveBigIntegerField(null=True, blank=True)
    reasons = models.JSONField(default=dict, blank=True)
    document = models.CharField(max_length=80, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)
    decided_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    # What the decision rested on, as it was reckoned at that moment.
    asked_cents = models.PositiveBigIntegerField(null=True, blank=True)
    all_cents = models.PositiveBigIntegerField(null=True, blank=True)
    leavers = models.PositiveIntegerField(null=True, blank=True)
    members = models.PositiveIntegerField(null=True, blank=True)
    total_cents = models.PositiveBigIntegerField(null=True, blank=True)
    room_cents = models.PositiveBigIntegerField(null=True, blank=True)

    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(
            ("year", "opens_on", "closes_on", "effect_on", "pay_by", "state", "outcome", "budget_cents"),
            Personal.NONE,
        ),
        **dict.fromkeys(("reasons", "document", "decided_on", "decided_at", *_FIGURES), Personal.NONE),
        "decided_by": Personal.KEPT,
    }

    class Meta:
        ordering = ("-year",)
        constraints = (
            models.CheckConstraint(
                name="exit_season_days_in_order",
                condition=Q(opens_on__lte=models.F("closes_on"), effect_on__lte=models.F("pay_by")),
            ),
            models.CheckConstraint(
                name="exit_season_decided_by_someone",
                condition=Q(decided_at__isnull=True, decided_by__isnull=True)
                | Q(decided_at__isnull=False, decided_by__isnull=False),
            ),
            models.CheckConstraint(
                name="exit_season_decided_whole",
                condition=Q(state="collecting", outcome="", decided_at__isnull=True)
                | (
                    Q(state="decided", decided_on__isnull=False, decided_at__isnull=False)
                    & ~Q(outcome="")
                    & ~Q(document="")
                    & Q(**{f"{name}__isnull": False for name in _FIGURES})
                    & (Q(outcome="part", budget_cents__isnull=False, budget_cents__gt=0) | ~Q(outcome="part"))
                ),
            ),
        )

    def __str__(self) -> str:
        return str(self.year)


class SeasonTest(models.Model):
    """One test of the law for a season: what there is, what must stay; the latest of each kind counts. Only added to.

    `have_cents` are the net assets (or the means of the coming months), `keep_cents` what may not be paid out (or what
    falls due). `values` holds the net asset value of one share, by class, of the same accounts, as text with four decimals.
    """

    season = models.ForeignKey(ExitSeason, models.PROTECT, related_name="tests")
    kind = models.CharField(max_length=12, choices=ExitTest.choices())
    as_of = models.DateField()
    have_cents = models.BigIntegerField()
    keep_cents = models.PositiveBigIntegerField()
    values = models.JSONField(default=dict, blank=True)
    document = models.CharField(max_length=80)
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(
            ("season", "kind", "as_of", "have_cents", "keep_cents", "values", "document", "at"), Personal.NONE
        ),
        "by": Personal.KEPT,
    }

    class Meta:
        ordering = ("id",)
        constraints = (models.CheckConstraint(name="season_test_has_document", condition=~Q(document="")),)


class ExitRequest(models.Model):
    """A member asks to leave with all shares (no class named), or to give back some of one class.

    `document` is the paper it rests on, when it did not come from the member over the web. `follows` is the request of
    the season before that was granted in part or had to wait.
    """

    season = models.ForeignKey(ExitSeason, models.PROTECT, related_name="requests")
    member = models.ForeignKey("membership.Member", models.PROTECT, related_name="exit_requests")
    share_class = models.CharField(max_length=4, blank=True)
    count = models.PositiveIntegerField(null=True, blank=True)
    state = models.CharField(max_length=12, choices=ExitState.choices(), default=ExitState.WAITING.value)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices())
    document = models.CharField(max_length=80, blank=True)
    follows = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="followed_by")
    closed_at = models.DateTimeField(null=True, blank=True)

    about: ClassVar[tuple[str, ...]] = ("member__person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        (
            *("season", "member", "share_class", "count", "state", "asked_at", "asked_by", "channel"),
            *("document", "follows", "closed_at"),
        ),
        Personal.KEPT,
    )

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("season", "state", "id"), name="exit_request_season"),)
        constraints = (
            models.UniqueConstraint(
                name="exit_request_once_at_a_time", fields=("member",), condition=Q(state="waiting")
            ),
            models.CheckConstraint(
                name="exit_request_all_or_some",
                condition=Q(share_class="", count__isnull=True)
                | (~Q(share_class="") & Q(count__isnull=False, count__gte=1)),
            ),
            models.CheckConstraint(
                name="exit_request_closed_has_moment",
                condition=Q(state="waiting", closed_at__isnull=True)
                | (~Q(state="waiting") & Q(closed_at__isnull=False)),
            ),
        )


class ExitRefund(models.Model):
    """What a granted request gives back in one class: shares, what was paid on them, what is refunded. Only added to."""

    request = models.ForeignKey(ExitRequest, models.PROTECT, related_name="refunds")
    share_class = models.CharField(max_length=4)
    shares = models.PositiveIntegerField()
    paid_cents = models.PositiveBigIntegerField()
    cents = models.PositiveBigIntegerField()

    about: ClassVar[tuple[str, ...]] = ("request__member__person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("request", "share_class", "shares", "paid_cents", "cents"), Personal.KEPT
    )

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(name="exit_refund_once", fields=("request", "share_class")),
            models.CheckConstraint(
                name="exit_refund_at_most_paid",
                condition=Q(shares__gte=1, cents__lte=models.F("paid_cents")),
            ),
        )

"""Shares one member offers to another: both sign, by offering and by accepting."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal
from commonweal.membership.models.members import Member
from commonweal.membership.states import OfferState


class ShareOffer(models.Model):
    """So many shares of a class that a member would pass to another; `operation` is their movement, once accepted."""

    token = models.UUIDField(unique=True)
    giver = models.ForeignKey(Member, models.PROTECT, related_name="+")
    taker = models.ForeignKey(Member, models.PROTECT, related_name="+")
    share_class = models.CharField(max_length=4)
    count = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=OfferState.choices(), default=OfferState.OFFERED)
    offered_at = models.DateTimeField()
    answered_at = models.DateTimeField(null=True, blank=True)
    operation = models.OneToOneField(
        "ledger.Operation", models.PROTECT, null=True, blank=True, related_name="+"
    )

    about: ClassVar[tuple[str, ...]] = ("giver__person", "taker__person")
    personal: ClassVar[dict[str, Personal]] = {
        "token": Personal.NONE,
        **dict.fromkeys(
            (
                *("giver", "taker", "share_class", "count", "state", "offered_at", "answered_at"),
                "operation",
            ),
            Personal.KEPT,
        ),
    }

    class Meta:
        ordering = ("-offered_at", "-id")
        constraints = (
            models.CheckConstraint(
                name="share_offer_between_two", condition=~Q(giver=F("taker")) & Q(count__gte=1)
            ),
            models.CheckConstraint(
                name="share_offer_passed_is_booked",
                condition=Q(state="passed", operation__isnull=False)
                | (~Q(state="passed") & Q(operation__isnull=True)),
            ),
            models.CheckConstraint(
                name="share_offer_answered",
                condition=Q(state="offered", answered_at__isnull=True)
                | (~Q(state="offered") & Q(answered_at__isnull=False)),
            ),
            # One at a time between the same two: what waits is seen, and nothing is offered twice by a slip.
            models.UniqueConstraint(
                name="share_offer_once",
                fields=("giver", "taker", "share_class"),
                condition=Q(state="offered"),
            ),
        )

"""Requests to have shares of one class become shares of another: the member asks, the secretary books or refuses."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal
from commonweal.membership.states import ConversionState
from commonweal.people.rules import Channel


class ConversionRequest(models.Model):
    """So many shares of a class that would become so many of another; `operation` is their movement, once booked."""

    member = models.ForeignKey("membership.Member", models.PROTECT, related_name="conversion_requests")
    share_class = models.CharField(max_length=4)
    count = models.PositiveIntegerField()
    to_class = models.CharField(max_length=4)
    to_count = models.PositiveIntegerField()
    state = models.CharField(max_length=10, choices=ConversionState.choices(), default=ConversionState.ASKED)
    asked_at = models.DateTimeField()
    asked_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices())
    document = models.CharField(max_length=80, blank=True)
    answered_at = models.DateTimeField(null=True, blank=True)
    reason = models.CharField(max_length=500, blank=True)
    operation = models.OneToOneField(
        "ledger.Operation", models.PROTECT, null=True, blank=True, related_name="+"
    )

    about: ClassVar[tuple[str, ...]] = ("member__person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        (
            *("member", "share_class", "count", "to_class", "to_count", "state", "asked_at", "asked_by"),
            *("channel", "document", "answered_at", "reason", "operation"),
        ),
        Personal.KEPT,
    )

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="conversion_into_another_class",
                condition=~Q(share_class=F("to_class")) & Q(count__gte=1, to_count__gte=1),
            ),
            models.CheckConstraint(
                name="conversion_booked_has_operation",
                condition=Q(state="booked", operation__isnull=False)
                | (~Q(state="booked") & Q(operation__isnull=True)),
            ),
            models.CheckConstraint(
                name="conversion_refused_with_reason",
                condition=(Q(state="refused") & ~Q(reason="")) | (~Q(state="refused") & Q(reason="")),
            ),
            models.CheckConstraint(
                name="conversion_answered",
                condition=Q(state="asked", answered_at__isnull=True)
                | (~Q(state="asked") & Q(answered_at__isnull=False)),
            ),
            models.CheckConstraint(
                name="conversion_paper_has_document", condition=~Q(channel="paper") | ~Q(document="")
            ),
            models.UniqueConstraint(
                name="conversion_once_at_a_time", fields=("member",), condition=Q(state="asked")
            ),
        )

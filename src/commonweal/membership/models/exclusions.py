"""Exclusions: what is held against a member, what they answered, what was decided, when they were told."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal
from commonweal.membership.rules.exclusions import SentBy
from commonweal.membership.states import ExclusionState

_SENT = ("member", "grounds", "document", "sent_on", "sent_by", "answer_until", "opened_at", "opened_by")
_ANSWERED = ("answered_on", "answer", "asked_to_be_heard", "heard_on", "hearing")
_DECIDED = ("decided_on", "decision", "reasons", "notify_until", "notified_on", "notification")


class Exclusion(models.Model):
    """One proposal to exclude a member, until it is dropped, or the member stays, or is excluded, told and refunded.

    `grounds` are those of the statutes with the facts; documents are named, never kept here.
    """

    member = models.ForeignKey("membership.Member", models.PROTECT, related_name="exclusions")
    grounds = models.TextField()
    document = models.CharField(max_length=80)
    sent_on = models.DateField()
    sent_by = models.CharField(max_length=12, choices=SentBy.choices())
    answer_until = models.DateField()
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    state = models.CharField(
        max_length=12, choices=ExclusionState.choices(), default=ExclusionState.PROPOSED.value
    )
    answered_on = models.DateField(null=True, blank=True)
    answer = models.CharField(max_length=80, blank=True)
    asked_to_be_heard = models.BooleanField(default=False)
    heard_on = models.DateField(null=True, blank=True)
    hearing = models.CharField(max_length=80, blank=True)
    decided_on = models.DateField(null=True, blank=True)
    decision = models.CharField(max_length=80, blank=True)
    reasons = models.TextField(blank=True)
    notify_until = models.DateField(null=True, blank=True)
    notified_on = models.DateField(null=True, blank=True)
    notification = models.CharField(max_length=80, blank=True)
    refund_cents = models.PositiveBigIntegerField(null=True, blank=True)

    about: ClassVar[tuple[str, ...]] = ("member__person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        (*_SENT, *_ANSWERED, *_DECIDED, "state", "refund_cents"), Personal.KEPT
    )

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(
                name="exclusion_once_at_a_time", fields=("member",), condition=Q(state="proposed")
            ),
            models.CheckConstraint(
                name="exclusion_proposed_whole",
                condition=~Q(grounds="") & ~Q(document="") & Q(answer_until__gt=F("sent_on")),
            ),
            models.CheckConstraint(
                name="exclusion_decided_whole",
                condition=Q(state__in=("proposed", "dropped"))
                | (Q(decided_on__isnull=False) & ~Q(decision="") & ~Q(reasons="")),
            ),
            models.CheckConstraint(
                name="exclusion_after_the_answer",
                condition=Q(state__in=("proposed", "dropped", "kept"))
                | (
                    Q(decided_on__gt=F("answer_until"), notify_until__isnull=False)
                    & (Q(asked_to_be_heard=False) | Q(heard_on__isnull=False, heard_on__lte=F("decided_on")))
                ),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)

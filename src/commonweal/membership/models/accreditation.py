"""What the board noted about the conditions of accreditation."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from commonweal.kernel.privacy import Personal
from commonweal.membership.rules.accreditation import Condition


class AccreditationNote(models.Model):
    """How a condition was met in a year, with the document it rests on. Only added to; the latest counts."""

    year = models.PositiveSmallIntegerField()
    condition = models.CharField(max_length=12, choices=Condition.choices())
    fulfilled = models.BooleanField()
    text = models.CharField(max_length=1000)
    document = models.CharField(max_length=120)
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(("year", "condition", "fulfilled", "text", "document", "at"), Personal.NONE),
        "by": Personal.KEPT,
    }

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            models.CheckConstraint(
                name="accreditation_note_says_something", condition=~Q(text="") & ~Q(document="")
            ),
        )

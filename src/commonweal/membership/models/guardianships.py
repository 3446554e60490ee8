"""Protected members: who administers their affairs, from which day, by which document."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal


class Guardianship(models.Model):
    """Someone administers a member's affairs from a day on; it only ever gets an end."""

    member = models.ForeignKey("membership.Member", models.PROTECT, related_name="guardianships")
    administrator = models.ForeignKey("people.Person", models.PROTECT, related_name="administers")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    document = models.CharField(max_length=80)
    noted_at = models.DateTimeField()
    noted_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")

    about: ClassVar[tuple[str, ...]] = ("member__person", "administrator")
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("member", "administrator", "starts_on", "ends_on", "document", "noted_at", "noted_by"), Personal.KEPT
    )

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                name="guardianship_once_at_a_time", fields=("member",), condition=Q(ends_on__isnull=True)
            ),
            models.CheckConstraint(name="guardianship_has_document", condition=~Q(document="")),
            models.CheckConstraint(
                name="guardianship_days_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        )

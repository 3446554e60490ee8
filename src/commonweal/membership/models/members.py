"""Members: a number, a person or an organisation, a place, a language, and the days they belong.

Shares stand on the ledger under the member's number; nothing here may grow a second register.
"""

from __future__ import annotations

from datetime import date
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal
from commonweal.places.located import Located, somewhere


class Member(Located):
    """One member of the cooperative."""

    number = models.PositiveIntegerField(unique=True)
    person = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, blank=True, related_name="memberships"
    )
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    joined_on = models.DateField()
    left_on = models.DateField(null=True, blank=True)

    about: ClassVar[tuple[str, ...]] = ("person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        (
            *("number", "person", "organisation", "municipality", "country", "town"),
            *("language", "joined_on", "left_on"),
        ),
        Personal.KEPT,
    )

    class Meta(Located.Meta):
        ordering = ("number",)
        constraints = (
            *Located.Meta.constraints,
            somewhere(),
            models.CheckConstraint(
                name="member_is_person_or_organisation",
                condition=Q(person__isnull=False, organisation__isnull=True)
                | Q(person__isnull=True, organisation__isnull=False),
            ),
            models.CheckConstraint(
                name="member_days_in_order",
                condition=Q(left_on__isnull=True) | Q(left_on__gte=F("joined_on")),
            ),
            models.UniqueConstraint(
                name="member_once_at_a_time", fields=("person",), condition=Q(left_on__isnull=True)
            ),
            models.UniqueConstraint(
                name="organisation_member_once_at_a_time",
                fields=("organisation",),
                condition=Q(left_on__isnull=True),
            ),
        )

    def __str__(self) -> str:
        return str(self.number)

    def belongs_on(self, day: date) -> bool:
        """Whether they are a member on a day; the day they leave is the first without."""
        return self.joined_on <= day and (self.left_on is None or day < self.left_on)

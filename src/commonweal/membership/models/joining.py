"""Asking for shares: the note someone accepts, and the application."""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import Q

from commonweal.kernel.privacy import Personal
from commonweal.membership.models.members import Member
from commonweal.membership.states import OPEN, ApplicationState
from commonweal.people.rules import Channel
from commonweal.places.located import Located, somewhere


class InformationNote(models.Model):
    """What someone reads and accepts before asking for shares, in one language; rows are only ever added."""

    version = models.CharField(max_length=20)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    starts_on = models.DateField()
    body = models.TextField()

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("version", "language", "starts_on", "body"), Personal.NONE
    )

    class Meta:
        ordering = ("starts_on", "version", "language")
        constraints = (models.UniqueConstraint(fields=("version", "language"), name="note_once_a_language"),)


class Application(Located):
    """Someone asks for shares: who, how many at which price, what they accepted, where it stands."""

    token = models.UUIDField(unique=True)
    communication = models.CharField(max_length=12, unique=True)
    state = models.CharField(max_length=10, choices=ApplicationState.choices())
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    representative = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, blank=True, related_name="+"
    )
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    share_class = models.CharField(max_length=4)
    count = models.PositiveIntegerField()
    price_cents = models.PositiveBigIntegerField()
    note = models.ForeignKey(InformationNote, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices())
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    lapses_on = models.DateField()
    reason = models.CharField(max_length=500, blank=True)
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")

    about: ClassVar[tuple[str, ...]] = ("person", "representative")
    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(("token", "price_cents", "lapses_on", "changed_at"), Personal.NONE),
        **dict.fromkeys(
            (
                *("communication", "state", "person", "organisation", "representative", "municipality"),
                *("country", "town"),
                *("language", "share_class", "count", "note", "channel", "asked_at", "reason", "member"),
            ),
            Personal.KEPT,
        ),
    }

    class Meta(Located.Meta):
        ordering = ("-asked_at", "-id")
        indexes = (models.Index(fields=("state", "lapses_on"), name="application_state"),)
        constraints = (
            *Located.Meta.constraints,
            somewhere(),
            models.CheckConstraint(
                name="application_by_one",
                condition=Q(person__isnull=False, organisation__isnull=True)
                | Q(person__isnull=True, organisation__isnull=False, representative__isnull=False),
            ),
            models.CheckConstraint(
                name="application_of_shares", condition=Q(count__gte=1, price_cents__gte=1)
            ),
            models.CheckConstraint(
                name="application_communication", condition=Q(communication__regex=r"^\d{12}$")
            ),
            models.CheckConstraint(
                name="application_in_register",
                condition=Q(state="member", member__isnull=False)
                | (~Q(state="member") & Q(member__isnull=True)),
            ),
            models.UniqueConstraint(
                name="application_open_once", fields=("person",), condition=Q(state__in=sorted(OPEN))
            ),
            models.UniqueConstraint(
                name="organisation_application_open_once",
                fields=("organisation",),
                condition=Q(state__in=sorted(OPEN)),
            ),
        )

    @property
    def due_cents(self) -> int:
        """What these shares cost."""
        return self.count * self.price_cents

    @property
    def holder_name(self) -> str:
        """Who would hold the shares."""
        return str(self.person or self.organisation)

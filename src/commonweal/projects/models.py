"""Calls for projects, dossiers and all that belongs to them.

A dossier that is admitted is what the public knows as a project: one row, one life.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal
from commonweal.people.rules import Channel
from commonweal.projects.rules.kinds import SupportKind
from commonweal.projects.rules.tracks import Track, VotersKind
from commonweal.projects.states import CallState, DossierState
from commonweal.voting.rules.choices import BallotForm

NONE, KEPT, SCRUBBED, ERASED = Personal.NONE, Personal.KEPT, Personal.SCRUBBED, Personal.ERASED


def _all(fate: Personal, *names: str) -> dict[str, Personal]:
    return dict.fromkeys(names, fate)


class RuleRow(models.Model):
    """One version of one condition: its days of validity, its parameters, where it is written."""

    code = models.CharField(max_length=40)
    track = models.CharField(max_length=12, choices=Track.choices())
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    parameters = models.JSONField(default=dict)
    source = models.TextField()

    personal: ClassVar = _all(NONE, "code", "track", "starts_on", "ends_on", "parameters", "source")

    class Meta:
        ordering = ("track", "code", "starts_on")
        constraints = (
            models.UniqueConstraint(fields=("code", "track", "starts_on"), name="rule_version_once"),
            models.CheckConstraint(
                name="rule_days_in_order", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))
            ),
        )


class Call(models.Model):
    """A call for projects: who may ask what until when, who decides, and how votes are counted."""

    slug = models.SlugField(max_length=60, unique=True)
    track = models.CharField(max_length=12, choices=Track.choices())
    state = models.CharField(max_length=14, choices=CallState.choices(), default=CallState.PREPARED)
    ambitions = models.ManyToManyField("ambitions.Ambition", related_name="+")
    region = models.ForeignKey("places.Region", models.PROTECT, null=True, blank=True, related_name="+")
    budget_cents = models.BigIntegerField()
    amount_min_cents = models.BigIntegerField()
    amount_max_cents = models.BigIntegerField()
    applies_from = models.DateTimeField()
    applies_until = models.DateTimeField()
    check_until = models.DateField()
    vote_from = models.DateTimeField()
    vote_until = models.DateTimeField()
    publish_on = models.DateField()
    voters = models.CharField(max_length=8, choices=VotersKind.choices(), default=VotersKind.ALL)
    form = models.CharField(max_length=10, choices=BallotForm.choices(), default=BallotForm.APPROVAL)
    choices_min = models.PositiveSmallIntegerField(default=1)
    choices_max = models.PositiveSmallIntegerField(default=5)
    points_total = models.PositiveIntegerField(default=0)
    points_each = models.PositiveIntegerField(default=0)
    bylaw = models.JSONField()
    created_at = models.DateTimeField()

    personal: ClassVar = _all(
        NONE,
        *("slug", "track", "state", "region", "budget_cents", "amount_min_cents", "amount_max_cents"),
        *("applies_from", "applies_until", "check_until", "vote_from", "vote_until", "publish_on", "voters"),
        *("form", "choices_min", "choices_max", "points_total", "points_each", "bylaw", "created_at"),
    )

    class Meta:
        ordering = ("-applies_until", "id")
        constraints = (
            models.CheckConstraint(
                name="call_days_in_order",
                condition=Q(applies_until__gt=F("applies_from"))
                & Q(vote_from__gte=F("applies_until"))
                & Q(vote_until__gt=F("vote_from")),
            ),
            models.CheckConstraint(
                name="call_amounts_in_order",
                condition=Q(amount_min_cents__gte=0)
                & Q(amount_max_cents__gte=F("amount_min_cents"))
                & Q(budget_cents__gte=F("amount_max_cents")),
            ),
            models.CheckConstraint(
                name="call_region_when_regional_vote", condition=~Q(voters="region") | Q(region__isnull=False)
            ),
        )

    def __str__(self) -> str:
        return self.slug


class CallText(models.Model):
    """A call in one language."""

    call = models.ForeignKey(Call, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    title = models.CharField(max_length=120)
    summary = models.CharField(max_length=300)
    body = models.TextField(max_length=8000)
    easy_text = models.TextField(max_length=2000, blank=True)

    personal: ClassVar = _all(NONE, "call", "language", "title", "summary", "body", "easy_text")

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("call", "language"), name="call_text_once_a_language"),
        )


class Dossier(models.Model):
    """A project someone asks support for. `token` comes from the form, so that a double click makes one."""

    token = models.UUIDField(unique=True, default=uuid.uuid4)
    reference = models.CharField(max_length=16, unique=True)
    call = models.ForeignKey(Call, models.PROTECT, related_name="dossiers")
    state = models.CharField(max_length=12, choices=DossierState.choices(), default=DossierState.DRAFT)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, blank=True, related_name="dossiers"
    )
    applicant = models.ForeignKey("people.Person", models.PROTECT, related_name="dossiers")
    entered_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices(), default=Channel.WEB)
    adviser = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    title = models.CharField(max_length=120, blank=True)
    summary = models.CharField(max_length=300, blank=True)
    story = models.TextField(max_length=6000, blank=True)
    target_group = models.CharField(max_length=200, blank=True)
    municipality = models.ForeignKey(
        "places.Municipality", models.PROTECT, null=True, blank=True, related_name="+"
    )
    place_detail = models.CharField(max_length=160, blank=True)
    starts_on = models.DateField(null=True, blank=True)
    ends_on = models.DateField(null=True, blank=True)
    values_declared = models.BooleanField(default=False)
    requested_cents = models.BigIntegerField(default=0)
    awarded_cents = models.BigIntegerField(null=True, blank=True)
    answers = models.JSONField(default=dict)
    findings = models.JSONField(default=list)
    decision_reason = models.TextField(blank=True)
    created_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True, blank=True)
    decided_at = models.DateTimeField(null=True, blank=True)

    about: ClassVar[tuple[str, ...]] = ("applicant",)
    personal: ClassVar = {
        **_all(NONE, "token", "reference", "call", "state", "language", "organisation", "channel"),
        **_all(
            NONE,
            "municipality",
            "starts_on",
            "ends_on",
            "values_declared",
            "requested_cents",
            "awarded_cents",
        ),
        **_all(NONE, "findings", "created_at", "changed_at", "submitted_at", "decided_at"),
        **_all(KEPT, "applicant", "entered_by", "adviser", "title", "summary", "story", "target_group"),
        **_all(KEPT, "place_detail", "answers", "decision_reason"),
    }

    class Meta:
        ordering = ("-changed_at", "id")
        constraints = (
            models.CheckConstraint(
                name="dossier_days_in_order",
                condition=Q(starts_on__isnull=True)
                | Q(ends_on__isnull=True)
                | Q(ends_on__gte=F("starts_on")),
            ),
            models.CheckConstraint(name="dossier_amount_not_negative", condition=Q(requested_cents__gte=0)),
            models.CheckConstraint(
                name="dossier_sent_is_dated",
                condition=Q(state__in=("draft", "withdrawn")) | Q(submitted_at__isnull=False),
            ),
            models.CheckConstraint(
                name="dossier_decision_has_reason",
                condition=~Q(state__in=("admitted", "refused", "funded", "not_funded"))
                | ~Q(decision_reason=""),
            ),
        )
        indexes = (models.Index(fields=("call", "state"), name="dossier_call_state"),)

    def __str__(self) -> str:
        return f"{self.reference} {self.title}"


class AmbitionClaim(models.Model):
    """Which ambition a project serves, and how, in the applicant's words."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="claims")
    ambition = models.ForeignKey("ambitions.Ambition", models.PROTECT, related_name="+")
    argument = models.TextField(max_length=600)

    personal: ClassVar = _all(NONE, "dossier", "ambition", "argument")

    class Meta:
        ordering = ("ambition_id",)
        constraints = (
            models.UniqueConstraint(fields=("dossier", "ambition"), name="claim_once_an_ambition"),
        )


class CostLine(models.Model):
    """One line of what a project costs."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="costs")
    position = models.PositiveSmallIntegerField()
    label = models.CharField(max_length=120)
    amount_cents = models.BigIntegerField()

    personal: ClassVar = _all(NONE, "dossier", "position", "label", "amount_cents")

    class Meta:
        ordering = ("position",)
        constraints = (models.CheckConstraint(name="cost_positive", condition=Q(amount_cents__gt=0)),)


class SupportAsk(models.Model):
    """What is asked of one kind of support, in that kind's unit (cents for money)."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="asks")
    kind = models.CharField(max_length=20, choices=SupportKind.choices())
    quantity = models.PositiveIntegerField()
    detail = models.CharField(max_length=200, blank=True)

    personal: ClassVar = _all(NONE, "dossier", "kind", "quantity", "detail")

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("dossier", "kind"), name="ask_once_a_kind"),
            models.CheckConstraint(name="ask_positive", condition=Q(quantity__gt=0)),
        )


class PartnerLine(models.Model):
    """An organisation the project works with."""

    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="partners")
    name = models.CharField(max_length=120)
    role = models.CharField(max_length=200, blank=True)

    personal: ClassVar = _all(NONE, "dossier", "name", "role")

    class Meta:
        ordering = ("id",)


class Photo(models.Model):
    """A picture of the project: re-encoded, without metadata, with a text for those who do not see it."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    dossier = models.ForeignKey(Dossier, models.CASCADE, related_name="photos")
    file = models.FileField(upload_to="photos/")
    alt = models.CharField(max_length=200)
    width = models.PositiveIntegerField()
    height = models.PositiveIntegerField()
    focus_x = models.PositiveSmallIntegerField(default=50)
    focus_y = models.PositiveSmallIntegerField(default=50)
    added_at = models.DateTimeField()

    about: ClassVar[tuple[str, ...]] = ("dossier__applicant",)
    personal: ClassVar = {
        **_all(NONE, "id", "dossier", "width", "height", "focus_x", "focus_y", "added_at"),
        **_all(KEPT, "file", "alt"),
    }

    class Meta:
        ordering = ("added_at", "id")
        constraints = (
            models.CheckConstraint(
                name="photo_focus_inside", condition=Q(focus_x__lte=100) & Q(focus_y__lte=100)
            ),
        )


class InformationRequest(models.Model):
    """What staff asked for, and exactly which parts of the dossier that reopened."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="requests")
    asked_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    message = models.TextField(max_length=2000)
    parts = models.JSONField()
    answered_at = models.DateTimeField(null=True, blank=True)

    about: ClassVar[tuple[str, ...]] = ("dossier__applicant",)
    personal: ClassVar = {
        **_all(KEPT, "asked_by", "message"),
        **_all(NONE, "dossier", "asked_at", "parts", "answered_at"),
    }

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                fields=("dossier",), condition=Q(answered_at__isnull=True), name="one_open_request_a_dossier"
            ),
        )


class InternalNote(models.Model):
    """A remark among staff; never shown outside."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="notes")
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    text = models.TextField(max_length=4000)

    personal: ClassVar = {**_all(KEPT, "by", "text"), **_all(NONE, "dossier", "at")}

    class Meta:
        ordering = ("id",)


class ConflictDeclaration(models.Model):
    """What someone on the staff said about their ties with a project before opening it."""

    dossier = models.ForeignKey(Dossier, models.PROTECT, related_name="conflicts")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    has_conflict = models.BooleanField()
    text = models.CharField(max_length=300, blank=True)
    at = models.DateTimeField()
    # A colleague found that there is no tie after all, or no longer.
    lifted_at = models.DateTimeField(null=True, blank=True)
    lifted_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    lifted_why = models.CharField(max_length=300, blank=True)

    about: ClassVar[tuple[str, ...]] = ("person",)
    personal: ClassVar = {
        **_all(KEPT, "person", "has_conflict", "text", "lifted_by", "lifted_why"),
        **_all(NONE, "dossier", "at", "lifted_at"),
    }

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="tie_lifted_by_a_colleague",
                condition=Q(lifted_at__isnull=True, lifted_by__isnull=True, lifted_why="")
                | (
                    Q(lifted_at__isnull=False, lifted_by__isnull=False, has_conflict=True)
                    & ~Q(lifted_why="")
                    & ~Q(lifted_by=models.F("person"))
                ),
            ),
        )


class SavedView(models.Model):
    """Filters of the staff desk that someone keeps under a name."""

    person = models.ForeignKey("people.Person", models.CASCADE, related_name="+")
    name = models.CharField(max_length=60)
    query = models.CharField(max_length=400)

    about: ClassVar[tuple[str, ...]] = ("person",)
    personal: ClassVar = _all(ERASED, "person", "name", "query")

    class Meta:
        ordering = ("name",)
        constraints = (models.UniqueConstraint(fields=("person", "name"), name="view_name_once"),)

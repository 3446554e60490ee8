"""Ballots, options, the electoral roll, who voted, sealed envelopes and the count.

A vote says that a voter has voted and through which door. An envelope holds the choice, sealed to the
committee's key. Triggers in the migrations refuse what must not happen: read them beside these classes.
"""

from __future__ import annotations

import uuid
from typing import ClassVar

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Length
from django.db.models.lookups import Exact, GreaterThanOrEqual, LessThanOrEqual

from commonweal.kernel.privacy import Personal
from commonweal.people.rules import Channel
from commonweal.voting.rules.bundles import box_shown
from commonweal.voting.rules.choices import CHOICES_MAX, OPTIONS_MAX, POINTS_MAX, BallotForm, Form
from commonweal.voting.rules.envelopes import sealed_length
from commonweal.voting.states import BallotState


class Ballot(models.Model):
    """One decision put to the members. Frozen, with its hash, from the moment it opens."""

    subject = models.CharField(max_length=60, unique=True)
    titles = models.JSONField()
    state = models.CharField(max_length=12, choices=BallotState.choices(), default=BallotState.PREPARED)
    form = models.CharField(max_length=10, choices=BallotForm.choices())
    choices_min = models.PositiveSmallIntegerField(default=1)
    choices_max = models.PositiveSmallIntegerField(default=5)
    points_total = models.PositiveIntegerField(default=0)
    points_each = models.PositiveIntegerField(default=0)
    budget_cents = models.BigIntegerField()
    bylaw = models.JSONField()
    region = models.ForeignKey("places.Region", models.PROTECT, null=True, blank=True, related_name="+")
    opens_at = models.DateTimeField()
    closes_at = models.DateTimeField()
    public_key = models.BinaryField(max_length=32, null=True)
    holders = models.JSONField(default=list)
    threshold = models.PositiveSmallIntegerField(default=2)
    frozen_hash = models.CharField(max_length=64, blank=True)
    box_hash = models.CharField(max_length=64, blank=True)

    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(
            (
                "subject",
                "titles",
                "state",
                "form",
                "choices_min",
                "choices_max",
                "points_total",
                "points_each",
                "budget_cents",
                "bylaw",
                "region",
                "opens_at",
                "closes_at",
                "public_key",
                "threshold",
                "frozen_hash",
                "box_hash",
            ),
            Personal.NONE,
        ),
        "holders": Personal.KEPT,
    }

    class Meta:
        ordering = ("-closes_at", "id")
        constraints = (
            models.CheckConstraint(name="ballot_days_in_order", condition=Q(closes_at__gt=F("opens_at"))),
            models.CheckConstraint(name="ballot_budget_positive", condition=Q(budget_cents__gt=0)),
            models.CheckConstraint(
                name="ballot_open_is_frozen",
                condition=Q(state="prepared") | (Q(public_key__isnull=False) & ~Q(frozen_hash="")),
            ),
            models.CheckConstraint(
                name="ballot_key_is_whole",
                condition=Q(public_key__isnull=True) | Q(Exact(Length("public_key"), 32)),
            ),
            models.CheckConstraint(
                name="ballot_handed_over_has_fingerprint",
                condition=Q(state__in=("prepared", "open", "closed"), box_hash="")
                | (Q(state__in=("handed_over", "counted", "published")) & ~Q(box_hash="")),
            ),
            models.CheckConstraint(
                name="ballot_frozen_hash_is_one", condition=Q(frozen_hash__regex=r"^([0-9a-f]{64})?$")
            ),
            models.CheckConstraint(
                name="ballot_form_makes_sense",
                condition=~Q(subject="")
                & Q(form__in=[form.value for form in BallotForm])
                & Q(choices_min__gte=1, choices_min__lte=F("choices_max"), choices_max__lte=CHOICES_MAX)
                & (
                    ~Q(form=BallotForm.POINTS.value)
                    | Q(points_each__gte=1, points_each__lte=F("points_total"), points_total__lte=POINTS_MAX)
                ),
            ),
            # One holder alone would read every ballot.
            models.CheckConstraint(name="ballot_opened_by_two", condition=Q(threshold__gte=2)),
            models.CheckConstraint(
                name="ballot_box_hash_is_one", condition=Q(box_hash__regex=r"^([0-9a-f]{64})?$")
            ),
        )

    def __str__(self) -> str:
        return self.subject

    def rules_form(self) -> Form:
        """The ballot's form with its limits, for the rules."""
        return Form(
            self.form,
            self.choices_min,
            self.choices_max,
            self.points_total,
            self.points_each,
            self.budget_cents if self.form == BallotForm.BASKET else 0,
        )

    @property
    def box_shown(self) -> str:
        """The fingerprint of the box as people read and type it; empty until it is handed over."""
        return box_shown(self.box_hash)

    @property
    def mark(self) -> bytes:
        """Eight bytes in every envelope, so that none can be moved to another ballot."""
        return bytes.fromhex(self.frozen_hash)[:8]


class Option(models.Model):
    """Something to choose, with a cost; what it stands for is named by `subject`, where by `places` (language -> name)."""

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="options")
    number = models.PositiveSmallIntegerField()
    subject = models.CharField(max_length=60)
    title = models.CharField(max_length=300)
    language = models.CharField(max_length=2)
    cost_cents = models.BigIntegerField()
    category = models.CharField(max_length=40, blank=True)
    places = models.JSONField(default=dict)

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("ballot", "number", "subject", "title", "language", "cost_cents", "category", "places"),
        Personal.NONE,
    )

    class Meta:
        ordering = ("number",)
        constraints = (
            models.UniqueConstraint(fields=("ballot", "number"), name="option_number_once"),
            models.UniqueConstraint(fields=("ballot", "subject"), name="option_subject_once"),
            models.CheckConstraint(name="option_cost_positive", condition=Q(cost_cents__gt=0)),
            models.CheckConstraint(
                name="option_numbered_and_named",
                condition=Q(number__gte=1, number__lte=OPTIONS_MAX) & ~Q(subject="") & ~Q(title=""),
            ),
        )


class Voter(models.Model):
    """One line of the electoral roll, frozen when the ballot opens. `reference` is for imported ballots."""

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="voters")
    member = models.ForeignKey("membership.Member", models.PROTECT, null=True, related_name="+")
    reference = models.CharField(max_length=80, blank=True)
    region = models.CharField(max_length=5, blank=True)
    age_band = models.CharField(max_length=12, blank=True)

    about: ClassVar[tuple[str, ...]] = ("member__person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("ballot", "member", "reference", "region", "age_band"), Personal.KEPT
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("ballot", "member"), name="voter_once_a_ballot", condition=Q(member__isnull=False)
            ),
            models.UniqueConstraint(
                fields=("ballot", "reference"), name="reference_once_a_ballot", condition=~Q(reference="")
            ),
            models.CheckConstraint(
                name="voter_is_member_or_reference",
                condition=Q(member__isnull=False, reference="") | (Q(member__isnull=True) & ~Q(reference="")),
            ),
        )


class Vote(models.Model):
    """That a voter has voted, and through which door. Says nothing of what was chosen."""

    voter = models.OneToOneField(Voter, models.PROTECT, related_name="vote")
    channel = models.CharField(max_length=8, choices=Channel.choices())
    cast_at = models.DateTimeField()
    entered_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")

    about: ClassVar[tuple[str, ...]] = ("voter__member__person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("voter", "channel", "cast_at", "entered_by"), Personal.KEPT
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="vote_door_known", condition=Q(channel__in=(Channel.WEB.value, Channel.PAPER.value))
            ),
        )


class Envelope(models.Model):
    """A sealed choice. Sent over the web it lies beside its vote, so that it can be replaced until closing;
    from a paper sheet it lies beside nobody's.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="envelopes")
    vote = models.OneToOneField(Vote, models.PROTECT, null=True, related_name="envelope")
    sealed = models.BinaryField()

    personal: ClassVar[dict[str, Personal]] = {
        "id": Personal.NONE,
        "ballot": Personal.NONE,
        "vote": Personal.KEPT,
        "sealed": Personal.KEPT,
    }

    class Meta:
        # The exact length follows from the ballot: a trigger holds it.
        constraints = (
            models.CheckConstraint(
                name="envelope_sealed_length",
                condition=Q(
                    GreaterThanOrEqual(Length("sealed"), sealed_length(1)),
                    LessThanOrEqual(Length("sealed"), sealed_length(CHOICES_MAX)),
                ),
            ),
        )


class PaperSheet(models.Model):
    """A paper ballot typed once and waiting for the second pair of eyes. Belongs to no voter."""

    ballot = models.ForeignKey(Ballot, models.PROTECT, related_name="sheets")
    number = models.PositiveIntegerField()
    salt = models.BinaryField(max_length=16)
    commitment = models.BinaryField(max_length=32)
    first_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    first_at = models.DateTimeField()
    second_by = models.ForeignKey("people.Person", models.PROTECT, null=True, related_name="+")
    second_at = models.DateTimeField(null=True)

    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(("ballot", "number", "salt", "commitment"), Personal.NONE),
        **dict.fromkeys(("first_by", "first_at", "second_by", "second_at"), Personal.KEPT),
    }

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("ballot", "number"), name="sheet_number_once"),
            models.CheckConstraint(
                name="sheet_typed_by_two_people",
                condition=Q(second_by__isnull=True) | ~Q(second_by=F("first_by")),
            ),
            models.CheckConstraint(
                name="sheet_second_complete",
                condition=Q(second_by__isnull=True, second_at__isnull=True)
                | Q(second_by__isnull=False, second_at__isnull=False),
            ),
            # What tells of the choice goes when the choice is sealed.
            models.CheckConstraint(
                name="sheet_sealed_tells_nothing",
                condition=Q(second_at__isnull=True) | Q(salt=b"", commitment=b""),
            ),
        )


class Count(models.Model):
    """The published file of opened ballots, and the result that follows from it and the frozen rule."""

    ballot = models.OneToOneField(Ballot, models.PROTECT, related_name="count")
    file = models.TextField()
    file_hash = models.CharField(max_length=64)
    votes_count = models.PositiveIntegerField()
    # Envelopes of the box that could not be counted; the file names their places.
    left_out_count = models.PositiveIntegerField(default=0)
    result = models.JSONField()
    turnout = models.JSONField()
    counted_at = models.DateTimeField()

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("ballot", "file", "file_hash", "votes_count", "left_out_count", "result", "turnout", "counted_at"),
        Personal.NONE,
    )

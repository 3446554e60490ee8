"""What the bank tells: files, statements, movements, what was decided about each, and what is paid back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from commonweal.kernel.privacy import Personal
from commonweal.membership.models.joining import Application
from commonweal.membership.rules.matching import Outcome


class BankFile(models.Model):
    """A bank's file as it came; read in once, when someone confirms what it would do."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    uploaded_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    # Bank statements are accounting documents: the law keeps them, with the names on them.
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("digest", "name", "content", "uploaded_by", "uploaded_at", "confirmed_by", "confirmed_at"),
        Personal.KEPT,
    )

    class Meta:
        ordering = ("-uploaded_at", "-id")
        constraints = (
            models.CheckConstraint(
                name="bank_file_confirmed_whole",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
        )


class AccountStatement(models.Model):
    """One statement of an account, with its balances; the same one is read in once, from whatever file."""

    file = models.ForeignKey(BankFile, models.PROTECT, related_name="statements")
    account = models.CharField(max_length=34)
    number = models.CharField(max_length=35)
    day = models.DateField()
    old_cents = models.BigIntegerField()
    new_cents = models.BigIntegerField()

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("file", "account", "number", "day", "old_cents", "new_cents"), Personal.NONE
    )

    class Meta:
        ordering = ("day", "id")
        constraints = (models.UniqueConstraint(fields=("account", "number"), name="statement_once"),)


class BankMovement(models.Model):
    """One movement on the cooperative's account, as the bank tells it; rows are only ever added."""

    statement = models.ForeignKey(AccountStatement, models.PROTECT, related_name="movements")
    account = models.CharField(max_length=34)
    reference = models.CharField(max_length=90)
    amount_cents = models.BigIntegerField()
    booked_on = models.DateField()
    payer_iban = models.CharField(max_length=34, blank=True)
    payer_name = models.CharField(max_length=140, blank=True)
    communication = models.CharField(max_length=12, blank=True)
    text = models.CharField(max_length=280, blank=True)

    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(("statement", "account", "reference"), Personal.NONE),
        **dict.fromkeys(
            ("amount_cents", "booked_on", "payer_iban", "payer_name", "communication", "text"),
            Personal.KEPT,
        ),
    }

    class Meta:
        ordering = ("booked_on", "id")
        constraints = (models.UniqueConstraint(fields=("account", "reference"), name="bank_movement_once"),)


class Handling(models.Model):
    """What was decided about a movement, and for which application it counts. Once a movement; never changed."""

    movement = models.OneToOneField(BankMovement, models.PROTECT, related_name="handling")
    application = models.ForeignKey(
        Application, models.PROTECT, null=True, blank=True, related_name="handlings"
    )
    outcome = models.CharField(max_length=8, choices=Outcome.choices())
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("movement", "application", "outcome", "by", "at", "reason"), Personal.KEPT
    )

    class Meta:
        ordering = ("-at", "-id")
        constraints = (
            models.CheckConstraint(
                name="handling_counts_for_one",
                condition=~Q(outcome__in=("accept", "wait")) | Q(application__isnull=False),
            ),
        )


class Refund(models.Model):
    """Money of a movement that is to be paid back, and the day it was."""

    handling = models.ForeignKey(Handling, models.PROTECT, related_name="refunds")
    cents = models.PositiveBigIntegerField()
    made_on = models.DateField(null=True, blank=True)

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(("handling", "cents", "made_on"), Personal.KEPT)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(name="refund_of_something", condition=Q(cents__gte=1)),
            models.UniqueConstraint(
                name="refund_open_once", fields=("handling",), condition=Q(made_on__isnull=True)
            ),
        )

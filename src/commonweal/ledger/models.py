"""What a ledger is made of: groups, limits, accounts, operations, postings, seals. Rows are only ever added.

Quantities are whole numbers of a unit (cents, pieces, minutes). What an account stands for is the business of the
area that opened it; nothing here may know.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal


class Group(models.Model):
    """Accounts of one kind, in one unit. Its limits hold for each account in it."""

    code = models.CharField(max_length=40, primary_key=True)
    unit = models.CharField(max_length=20)

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(("code", "unit"), Personal.NONE)


class Limit(models.Model):
    """The least and the most an account of a group may hold, from a day on; empty means without limit."""

    group = models.ForeignKey(Group, models.PROTECT, related_name="limits")
    starts_on = models.DateField()
    floor = models.BigIntegerField(null=True, blank=True)
    ceiling = models.BigIntegerField(null=True, blank=True)

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("group", "starts_on", "floor", "ceiling"), Personal.NONE
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("group", "starts_on"), name="ledger_limit_once_a_day"),
            models.CheckConstraint(
                name="ledger_limit_in_order",
                condition=Q(floor__isnull=True) | Q(ceiling__isnull=True) | Q(floor__lte=F("ceiling")),
            ),
        )


class Account(models.Model):
    """A place where quantities stand: one an owner in a group; without owner, the group's own."""

    group = models.ForeignKey(Group, models.PROTECT, db_index=False, related_name="+")
    owner = models.BigIntegerField(null=True, blank=True)

    personal: ClassVar[dict[str, Personal]] = {"group": Personal.NONE, "owner": Personal.KEPT}

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("owner", "group"), name="ledger_account_once", nulls_distinct=False
            ),
        )


class Operation(models.Model):
    """One thing that happened, as of a day (`effective_on`), known since a moment (`recorded_at`).

    `author` and `document` are `kind:id`. An operation that `reverses` another undoes it on the day it happened.
    """

    kind = models.CharField(max_length=20)
    key = models.CharField(max_length=80)
    effective_on = models.DateField()
    recorded_at = models.DateTimeField()
    author = models.CharField(max_length=40, blank=True)
    document = models.CharField(max_length=80, blank=True)
    note = models.CharField(max_length=500, blank=True)
    reverses = models.ForeignKey(
        "self", models.PROTECT, null=True, blank=True, db_index=False, db_constraint=False, related_name="+"
    )

    personal: ClassVar[dict[str, Personal]] = {
        "kind": Personal.NONE,
        "key": Personal.NONE,
        "effective_on": Personal.KEPT,
        "recorded_at": Personal.KEPT,
        "author": Personal.KEPT,
        "document": Personal.KEPT,
        "note": Personal.KEPT,
        "reverses": Personal.NONE,
    }

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("key",), name="ledger_key_once"),
            models.UniqueConstraint(
                fields=("reverses",), condition=Q(reverses__isnull=False), name="ledger_reversed_once"
            ),
        )


class Posting(models.Model):
    """What one operation adds to one account. The postings of an operation sum to zero in each unit."""

    pk = models.CompositePrimaryKey("operation_id", "account_id")
    # The trigger that takes postings in asks for both once a statement; a foreign key would ask row by row.
    operation = models.ForeignKey(
        Operation, models.PROTECT, db_index=False, db_constraint=False, related_name="postings"
    )
    account = models.ForeignKey(
        Account, models.PROTECT, db_index=False, db_constraint=False, related_name="postings"
    )
    quantity = models.BigIntegerField()

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("pk", "operation", "account", "quantity"), Personal.KEPT
    )

    class Meta:
        indexes = (
            models.Index(
                fields=("account",), include=("operation", "quantity"), name="ledger_posting_account"
            ),
        )
        constraints = (models.CheckConstraint(name="ledger_posting_moves", condition=~Q(quantity=0)),)


class Seal(models.Model):
    """An operation's link in the chain: a digest over the one before and all the operation says."""

    number = models.BigIntegerField(primary_key=True)
    operation = models.OneToOneField(Operation, models.PROTECT, db_constraint=False, related_name="seal")
    digest = models.BinaryField(max_length=32)

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(("number", "operation", "digest"), Personal.NONE)

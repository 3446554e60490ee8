"""What a ledger is made of: accounts, limits, operations, postings, seals. Rows are only ever added.

Quantities are whole numbers of a unit (cents, pieces, minutes). What an account stands for, and what an owner's number
means, is the business of the area that opened it; nothing here may know.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal


class Account(models.Model):
    """A line of the chart of accounts, in one unit. Each owner has a place of their own on it; its limits hold for each."""

    code = models.CharField(max_length=40, primary_key=True)
    unit = models.CharField(max_length=20)

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(("code", "unit"), Personal.NONE)


class Limit(models.Model):
    """The least and the most an owner may hold on an account, from a day on; empty means without limit."""

    account = models.ForeignKey(Account, models.PROTECT, related_name="limits")
    starts_on = models.DateField()
    floor = models.BigIntegerField(null=True, blank=True)
    ceiling = models.BigIntegerField(null=True, blank=True)

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("account", "starts_on", "floor", "ceiling"), Personal.NONE
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("account", "starts_on"), name="ledger_limit_once_a_day"),
            models.CheckConstraint(
                name="ledger_limit_in_order",
                condition=Q(floor__isnull=True) | Q(ceiling__isnull=True) | Q(floor__lte=F("ceiling")),
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
    # Whether the call that gave this operation posted it, rather than finding it by its key.
    is_new: bool = False

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("key",), name="ledger_key_once"),
            models.UniqueConstraint(
                fields=("reverses",), condition=Q(reverses__isnull=False), name="ledger_reversed_once"
            ),
        )


class Posting(models.Model):
    """What one operation adds for one owner on one account; `owner` 0 is nobody: the account's own side.

    The postings of an operation sum to zero in each unit. They repeat its `effective_on`, so that a balance of any day
    is read from this table alone.
    """

    pk = models.CompositePrimaryKey("operation_id", "account_id", "owner")
    # The trigger that takes postings in asks for both once a statement; a foreign key would ask row by row.
    operation = models.ForeignKey(
        Operation, models.PROTECT, db_index=False, db_constraint=False, related_name="postings"
    )
    account = models.ForeignKey(
        Account, models.PROTECT, db_index=False, db_constraint=False, related_name="+"
    )
    owner = models.BigIntegerField(default=0)
    quantity = models.BigIntegerField()
    effective_on = models.DateField()

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("pk", "operation", "account", "owner", "quantity", "effective_on"), Personal.KEPT
    )

    class Meta:
        indexes = (
            models.Index(
                fields=("owner", "account", "effective_on"),
                include=("quantity", "operation"),
                name="ledger_posting_owner",
            ),
        )
        constraints = (
            models.CheckConstraint(name="ledger_posting_moves", condition=~Q(quantity=0)),
            models.CheckConstraint(name="ledger_owner_not_negative", condition=Q(owner__gte=0)),
        )


class Seal(models.Model):
    """An operation's link in the chain: a digest over the one before and all the operation says."""

    number = models.BigIntegerField(primary_key=True)
    operation = models.OneToOneField(Operation, models.PROTECT, db_constraint=False, related_name="seal")
    digest = models.BinaryField(max_length=32)

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(("number", "operation", "digest"), Personal.NONE)

"""What the bank tells: files, statements, movements, what was decided about each, and what is paid back."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Exists, Func, OuterRef, Q, Value
from django.db.models.functions import Coalesce

from commonweal.kernel.privacy import Personal
from commonweal.treasury.rules.matching import Outcome
from commonweal.treasury.rules.receivables import SUBJECT_MAX, SUBJECT_PATTERN
from commonweal.treasury.rules.statements import Odd, Oddity

# A list of pairs of texts, and nothing else (SQL/JSON path of PostgreSQL).
ODD_PAIRS = (
    'strict $.type() == "array" && !exists($[*] ? '
    '(@.type() != "array" || @.size() != 2 || exists(@[*] ? (@.type() != "string"))))'
)
# What `rules.statements.kept` makes of a reading: a file's page is written from nothing else.
READING_WHOLE = (
    '$.type() == "object" && $.format.type() == "string" && $.more_follows.type() == "boolean" '
    '&& $.statements.type() == "array" && $.set_aside.type() == "array" && $.refused.type() == "array" '
    # What stands before a filter is taken out of its array: kinds are asked for first.
    '&& !exists($.statements[*].type() ? (@ != "object")) && !exists($.set_aside[*].type() ? (@ != "object")) '
    '&& !exists($.refused[*].type() ? (@ != "array")) && !exists($.refused[*].size() ? (@ != 4)) '
    '&& !exists($.statements[*] ? (!(@.account.type() == "string" && @.number.type() == "string" '
    '&& @.day.type() == "string" && @.old_cents.type() == "number" && @.new_cents.type() == "number" '
    '&& @.lines.type() == "array" && exists(@.first)))) '
    '&& !exists($.set_aside[*] ? (!(@.account.type() == "string" && @.currency.type() == "string" '
    '&& @.line.type() == "number")))'
)
_CODES = frozenset(each.value for each in Oddity)


def _follows(field: str, path: str) -> Coalesce:
    """Whether JSON is as an SQL/JSON path describes it."""
    found = Func(field, Value(path), function="jsonb_path_match", output_field=models.BooleanField())
    return Coalesce(found, Value(False))


class BankFile(models.Model):
    """A bank's file as it came, and what was read in it then (`rules.statements.kept`); read in once, when someone confirms
    what it would do."""

    digest = models.CharField(max_length=64, unique=True)
    name = models.CharField(max_length=120)
    content = models.BinaryField()
    reading = models.JSONField()
    uploaded_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    uploaded_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)

    # Bank statements are accounting documents: the law keeps them, with the names on them.
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        (
            "digest",
            "name",
            "content",
            "reading",
            "uploaded_by",
            "uploaded_at",
            "confirmed_by",
            "confirmed_at",
        ),
        Personal.KEPT,
    )

    class Meta:
        ordering = ("-uploaded_at", "-id")
        constraints = (
            models.CheckConstraint(
                name="bank_file_reading_whole", condition=_follows("reading", READING_WHOLE)
            ),
            models.CheckConstraint(
                name="bank_file_confirmed_whole",
                condition=Q(confirmed_by__isnull=True, confirmed_at__isnull=True)
                | Q(confirmed_by__isnull=False, confirmed_at__isnull=False),
            ),
        )


class AccountStatement(models.Model):
    """One statement of an account, with its balances; the same one (number, day and balances) is read in once, from
    whatever file. Numbers alone come again: banks let them restart. `first_day` is the day of the old balance."""

    file = models.ForeignKey(BankFile, models.PROTECT, related_name="statements")
    account = models.CharField(max_length=34)
    number = models.CharField(max_length=35)
    day = models.DateField()
    old_cents = models.BigIntegerField()
    new_cents = models.BigIntegerField()
    first_day = models.DateField(null=True, blank=True)

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("file", "account", "number", "day", "old_cents", "new_cents", "first_day"), Personal.NONE
    )

    class Meta:
        ordering = ("day", "id")
        constraints = (
            models.UniqueConstraint(
                fields=("account", "number", "day", "old_cents", "new_cents"), name="statement_once"
            ),
        )


class BankMovementSet(models.QuerySet["BankMovement"]):
    """Movements of the bank."""

    def waiting(self) -> BankMovementSet:
        """Those nobody decided about, or whose decision was undone."""
        return self.filter(~Exists(Handling.objects.standing().filter(movement=OuterRef("pk"))))


class BankMovement(models.Model):
    """One movement on the cooperative's account, as the bank tells it; rows are only ever added.

    `fingerprint` is the same for the same movement (`rules.statements.repeats`); `occurrence` counts those that
    are the same in everything. `odd` are pairs of an oddity's code and what the file says there. `part_of` is the movement
    this is a part of, where somebody divided it: then the parts are decided about, one by one, and together they are the
    whole.
    """

    part_of = models.ForeignKey("self", models.PROTECT, null=True, blank=True, related_name="parts")
    statement = models.ForeignKey(AccountStatement, models.PROTECT, related_name="movements")
    file = models.ForeignKey(BankFile, models.PROTECT, related_name="movements")
    account = models.CharField(max_length=34)
    reference = models.CharField(max_length=90, blank=True)
    amount_cents = models.BigIntegerField()
    booked_on = models.DateField()
    payer_iban = models.CharField(max_length=34, blank=True)
    payer_name = models.CharField(max_length=140, blank=True)
    ultimate_name = models.CharField(max_length=140, blank=True)
    other_account = models.CharField(max_length=40, blank=True)
    communication = models.CharField(max_length=12, blank=True)
    text = models.CharField(max_length=500, blank=True)
    end_to_end = models.CharField(max_length=35, blank=True)
    return_code = models.CharField(max_length=4, blank=True)
    odd = models.JSONField(default=list, blank=True)
    fingerprint = models.CharField(max_length=64)
    occurrence = models.PositiveIntegerField()

    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(
            (
                "part_of",
                "statement",
                "file",
                "account",
                "reference",
                "return_code",
                "fingerprint",
                "occurrence",
            ),
            Personal.NONE,
        ),
        **dict.fromkeys(
            (
                "amount_cents",
                "booked_on",
                "payer_iban",
                "payer_name",
                "ultimate_name",
                "other_account",
                "communication",
                "text",
                "end_to_end",
                "odd",
            ),
            Personal.KEPT,
        ),
    }

    objects = BankMovementSet.as_manager()

    class Meta:
        ordering = ("booked_on", "id")
        indexes = (models.Index(fields=("payer_iban",), name="movement_of_account"),)
        constraints = (
            models.UniqueConstraint(fields=("fingerprint", "occurrence"), name="bank_movement_once"),
            models.CheckConstraint(
                name="bank_movement_odd_pairs",
                condition=_follows("odd", ODD_PAIRS),
            ),
        )

    @property
    def decision(self) -> Handling | None:
        """What stands decided about it; None where nothing was, or where that was undone."""
        rows = sorted(self.handlings.all(), key=lambda each: each.turn)
        return rows[-1] if rows and rows[-1].outcome != Outcome.AGAIN else None

    @property
    def oddities(self) -> tuple[Odd, ...]:
        """What is odd about it, as its file was read. What cannot be read of that is odd as well."""
        pairs = self.odd if isinstance(self.odd, list) else [self.odd]
        return tuple(map(_odd_of, pairs))


def _odd_of(pair: object) -> Odd:
    match pair:
        case [str(code), str(detail)] if code in _CODES:
            return Odd(Oddity(code), detail)
    return Odd(Oddity.OTHER)


class RepeatedMovement(models.Model):
    """A movement of a file that was recognised as read in before, and which one it is; `place` counts the movements of the
    file from 1. Rows are only ever added."""

    file = models.ForeignKey(BankFile, models.PROTECT, related_name="repeated")
    movement = models.ForeignKey(BankMovement, models.PROTECT, related_name="repeats")
    statement = models.ForeignKey(AccountStatement, models.PROTECT, related_name="repeated")
    place = models.PositiveIntegerField()

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("file", "movement", "statement", "place"), Personal.NONE
    )

    class Meta:
        ordering = ("file", "place")
        constraints = (models.UniqueConstraint(fields=("file", "place"), name="repeated_movement_once"),)


class HandlingSet(models.QuerySet["Handling"]):
    """Decisions on movements of the bank."""

    def standing(self) -> HandlingSet:
        """Decisions that stand: not those somebody undid as a mistake, nor the undoing itself."""
        return self.exclude(outcome=Outcome.AGAIN).exclude(undone_by__outcome=Outcome.AGAIN)


class Handling(models.Model):
    """What was decided about a movement, and for which receivable it counts. Rows are only ever added.

    `subject` is the receivable (`kind:id`), empty where it counts for none. `undoes` is the decision on the payment that
    this movement takes back whole, or the decision on this same movement that was a mistake; what takes less, or of several
    payments, has its parts instead (`TakenPart`). `turn` counts the rows of a
    movement: odd ones decide, even ones undo the one before, after which the movement waits again.
    """

    movement = models.ForeignKey(BankMovement, models.PROTECT, related_name="handlings")
    turn = models.PositiveSmallIntegerField(default=1)
    subject = models.CharField(max_length=SUBJECT_MAX, blank=True)
    outcome = models.CharField(max_length=8, choices=Outcome.choices())
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()
    reason = models.CharField(max_length=500, blank=True)
    undoes = models.OneToOneField("self", models.PROTECT, null=True, blank=True, related_name="undone_by")

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("movement", "turn", "subject", "outcome", "by", "at", "reason", "undoes"), Personal.KEPT
    )

    objects = HandlingSet.as_manager()

    class Meta:
        ordering = ("-at", "-id")
        indexes = (models.Index(fields=("subject",), name="handling_subject"),)
        constraints = (
            models.UniqueConstraint(fields=("movement", "turn"), name="handling_once_a_turn"),
            models.CheckConstraint(
                name="handling_of_a_subject", condition=Q(subject="") | Q(subject__regex=SUBJECT_PATTERN)
            ),
            models.CheckConstraint(
                name="handling_counts_for_one",
                condition=~Q(outcome__in=("accept", "wait")) | ~Q(subject=""),
            ),
            models.CheckConstraint(
                name="handling_that_undoes",
                condition=(Q(undoes__isnull=True) & ~Q(outcome__in=("undo", "again")))
                | Q(outcome="undo")
                | (Q(outcome="again") & Q(undoes__isnull=False)),
            ),
        )


class TakenPart(models.Model):
    """Cents of a payment that the bank took back by a movement which takes less than the whole payment, or of several; by
    the decision about that movement. They are here no more, whatever is decided about the payment. Rows are only ever
    added."""

    handling = models.ForeignKey(Handling, models.PROTECT, related_name="takes")
    payment = models.ForeignKey(BankMovement, models.PROTECT, related_name="taken")
    cents = models.PositiveBigIntegerField()

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(("handling", "payment", "cents"), Personal.KEPT)

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(name="taken_part_of_something", condition=Q(cents__gte=1)),
            models.UniqueConstraint(name="taken_part_once", fields=("handling", "payment")),
        )


class Refund(models.Model):
    """Money of a movement that is to be paid back, and the day it was; or the decision on the movement by which the bank
    took the money back itself (`taken_back`), after which there is nothing to pay.

    A decision has more than one where money goes back for more than one reason: what was too much, then the rest, once the
    request is closed. Together they are at most what came (`treasury_refund_within`)."""

    handling = models.ForeignKey(Handling, models.PROTECT, related_name="refunds")
    cents = models.PositiveBigIntegerField()
    made_on = models.DateField(null=True, blank=True)
    taken_back = models.ForeignKey(Handling, models.PROTECT, null=True, blank=True, related_name="+")

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("handling", "cents", "made_on", "taken_back"), Personal.KEPT
    )

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(name="refund_of_something", condition=Q(cents__gte=1)),
            models.CheckConstraint(
                name="refund_paid_or_taken", condition=Q(made_on__isnull=True) | Q(taken_back__isnull=True)
            ),
        )

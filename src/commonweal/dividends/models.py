"""Dividends: a run with its figures, its approvals, and a line for each holder. What was decided is never changed."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from commonweal.dividends.states import DividendState
from commonweal.kernel.privacy import Personal
from commonweal.membership.rules.exits import ExitTest


class DividendRun(models.Model):
    """A dividend over a financial year: proposed with its rate, reckoned, approved by two, paid in files.

    The database lets the state move as `states.DIVIDEND` says, the figures be set once, and nothing else be changed.
    `known_at` is what the register knew then; `rates` is class -> gross rate in hundredths of a percent, `by_class` is
    class -> [cent-days, gross cents]. What a holder is due below `smallest_cents` is added to their next dividend.
    """

    year_starts_on = models.DateField()
    year_ends_on = models.DateField()
    known_at = models.DateTimeField()
    decided_on = models.DateField()
    document = models.CharField(max_length=80)
    rates = models.JSONField()
    smallest_cents = models.PositiveBigIntegerField(default=0)
    pay_on = models.DateField()
    tax_percent = models.PositiveSmallIntegerField()
    exempt_cents = models.PositiveBigIntegerField()
    at_source = models.BooleanField()
    proposed_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    proposed_at = models.DateTimeField()
    state = models.CharField(max_length=12, choices=DividendState.choices(), default=DividendState.PROPOSED)
    reason = models.CharField(max_length=500, blank=True)
    reckoned_at = models.DateTimeField(null=True, blank=True)
    lines_count = models.PositiveIntegerField(default=0)
    gross_cents = models.PositiveBigIntegerField(default=0)
    tax_cents = models.PositiveBigIntegerField(default=0)
    by_class = models.JSONField(default=dict)
    booked_count = models.PositiveIntegerField(default=0)
    booked_until = models.BigIntegerField(default=0)

    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(
            (
                *(
                    "year_starts_on",
                    "year_ends_on",
                    "known_at",
                    "decided_on",
                    "document",
                    "rates",
                    "smallest_cents",
                    "pay_on",
                ),
                *(
                    "tax_percent",
                    "exempt_cents",
                    "at_source",
                    "proposed_at",
                    "state",
                    "reason",
                    "reckoned_at",
                ),
                *("lines_count", "gross_cents", "tax_cents", "by_class", "booked_count", "booked_until"),
            ),
            Personal.NONE,
        ),
        "proposed_by": Personal.KEPT,
    }

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.CheckConstraint(
                name="dividend_days_in_order",
                condition=Q(year_starts_on__lt=F("year_ends_on"), decided_on__gt=F("year_ends_on"))
                & Q(pay_on__gte=F("decided_on")),
            ),
            models.CheckConstraint(
                name="dividend_figures_in_order",
                condition=Q(tax_percent__lt=100, tax_cents__lte=F("gross_cents"))
                & Q(booked_count__lte=F("lines_count")),
            ),
            models.UniqueConstraint(
                name="dividend_proposed_once",
                fields=("year_starts_on", "year_ends_on", "decided_on", "rates"),
                condition=~Q(state="withdrawn"),
            ),
        )

    @property
    def net_cents(self) -> int:
        """What all holders are paid together."""
        return self.gross_cents - self.tax_cents

    @property
    def days(self) -> int:
        """Days of the financial year."""
        return (self.year_ends_on - self.year_starts_on).days + 1

    @property
    def is_booked(self) -> bool:
        """Whether all that is owed stands in the ledger."""
        return self.reckoned_at is not None and self.booked_count == self.lines_count


class DividendTest(models.Model):
    """Figures of the net-asset or the liquidity test of a dividend, in cents; the latest of each kind counts.

    A dividend is a distribution (articles 6:115 and 6:116 CSA/WVV): the database lets none be approved without both, nor
    one above what they leave.
    """

    run = models.ForeignKey(DividendRun, models.PROTECT, related_name="tests")
    kind = models.CharField(max_length=12, choices=ExitTest.choices())
    as_of = models.DateField()
    have_cents = models.BigIntegerField()
    keep_cents = models.PositiveBigIntegerField()
    document = models.CharField(max_length=80)
    by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(
            ("run", "kind", "as_of", "have_cents", "keep_cents", "document", "at"), Personal.NONE
        ),
        "by": Personal.KEPT,
    }

    class Meta:
        ordering = ("id",)
        constraints = (models.CheckConstraint(name="dividend_test_has_document", condition=~Q(document="")),)


class DividendCarry(models.Model):
    """What a holder is due of a dividend, too little to be paid, added to a later one. Only added to, once a dividend."""

    run = models.ForeignKey(DividendRun, models.PROTECT, related_name="carried_on")
    member = models.ForeignKey("membership.Member", models.PROTECT, related_name="+")
    into = models.ForeignKey(DividendRun, models.PROTECT, related_name="carried_in")
    cents = models.PositiveBigIntegerField()

    about: ClassVar[tuple[str, ...]] = ("member__person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(("run", "member", "into", "cents"), Personal.KEPT)

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("into", "member"), name="dividend_carried_into"),)
        constraints = (
            models.UniqueConstraint(name="dividend_carried_once", fields=("run", "member")),
            models.CheckConstraint(
                name="dividend_carried_forward", condition=Q(into__gt=F("run"), cents__gte=1)
            ),
        )


class DividendApproval(models.Model):
    """One of the two yeses a run needs; never of the one who proposed it (kept by the database)."""

    run = models.ForeignKey(DividendRun, models.PROTECT, related_name="approvals")
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    at = models.DateTimeField()

    about: ClassVar[tuple[str, ...]] = ("person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(("run", "person", "at"), Personal.KEPT)

    class Meta:
        ordering = ("id",)
        constraints = (models.UniqueConstraint(fields=("run", "person"), name="dividend_approved_once"),)


class DividendLine(models.Model):
    """What one holder gets in a run, for which cent-days; whole cents."""

    pk = models.CompositePrimaryKey("run_id", "member_id")
    # The trigger that takes lines in asks for both once a statement; a foreign key would ask row by row.
    run = models.ForeignKey(
        DividendRun, models.PROTECT, db_index=False, db_constraint=False, related_name="lines"
    )
    member = models.ForeignKey(
        "membership.Member", models.PROTECT, db_constraint=False, related_name="dividend_lines"
    )
    cent_days = models.BigIntegerField()
    gross_cents = models.BigIntegerField()
    exempt_cents = models.BigIntegerField()
    tax_cents = models.BigIntegerField()

    about: ClassVar[tuple[str, ...]] = ("member__person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("pk", "run", "member", "cent_days", "gross_cents", "exempt_cents", "tax_cents"), Personal.KEPT
    )

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="dividend_line_in_order",
                condition=Q(cent_days__gt=0, gross_cents__gt=0, exempt_cents__gte=0, tax_cents__gte=0)
                & Q(exempt_cents__lte=F("gross_cents"), tax_cents__lt=F("gross_cents")),
            ),
        )

    @property
    def net_cents(self) -> int:
        """What the holder is paid."""
        return self.gross_cents - self.tax_cents

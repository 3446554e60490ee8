"""Estates: memberships that ended by death, bankruptcy or winding up, and who claims which part of the shares."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal
from commonweal.membership.rules.estates import EndKind
from commonweal.membership.states import EstateState
from commonweal.treasury.rules.ibans import PAID_PATTERN


class Estate(models.Model):
    """The shares of a member who died, went bankrupt or was wound up on a day, until they are settled.

    `document` proves what happened, `heirship` says who the heirs are, `decision` is the board's. `settled_cents` is
    what is paid in all. `left_before` and `overtook` are what was there before it was noted: the day they had left on or
    were to leave, and the request to leave it ended; an estate noted by mistake gives both back.
    """

    member = models.ForeignKey("membership.Member", models.PROTECT, related_name="estates")
    kind = models.CharField(max_length=12, choices=EndKind.choices())
    ended_on = models.DateField()
    document = models.CharField(max_length=80)
    state = models.CharField(max_length=12, choices=EstateState.choices(), default=EstateState.OPEN.value)
    opened_at = models.DateTimeField()
    opened_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    heirship = models.CharField(max_length=80, blank=True)
    decision = models.CharField(max_length=80, blank=True)
    settled_at = models.DateTimeField(null=True, blank=True)
    settled_cents = models.PositiveBigIntegerField(null=True, blank=True)
    left_before = models.DateField(null=True, blank=True)
    overtook = models.ForeignKey(
        "membership.ExitRequest", models.PROTECT, null=True, blank=True, related_name="+"
    )

    about: ClassVar[tuple[str, ...]] = ("member__person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        (
            *("member", "kind", "ended_on", "document", "state", "opened_at", "opened_by", "heirship"),
            *("decision", "settled_at", "settled_cents", "left_before", "overtook"),
        ),
        Personal.KEPT,
    )

    class Meta:
        ordering = ("-id",)
        constraints = (
            models.UniqueConstraint(name="estate_once", fields=("member",), condition=~Q(state="withdrawn")),
            models.CheckConstraint(name="estate_has_document", condition=~Q(document="")),
            models.CheckConstraint(
                name="estate_settled_whole",
                condition=Q(state__in=("open", "withdrawn"), settled_at__isnull=True)
                | (Q(settled_at__isnull=False, settled_cents__isnull=False) & ~Q(decision="")),
            ),
        )

    def __str__(self) -> str:
        return str(self.pk)


class Claimant(models.Model):
    """An heir with a part of the estate, or the curator or liquidator with all of it; frozen once it is settled.

    `heir` is the member who would take shares over. `cents` is what they are paid, once it is settled so.
    """

    estate = models.ForeignKey(Estate, models.PROTECT, related_name="claimants")
    name = models.CharField(max_length=160)
    numerator = models.PositiveIntegerField()
    denominator = models.PositiveIntegerField()
    heir = models.ForeignKey("membership.Member", models.PROTECT, null=True, blank=True, related_name="+")
    iban = models.CharField(max_length=34, blank=True)
    agreed_on = models.DateField(null=True, blank=True)
    agreement = models.CharField(max_length=80, blank=True)
    cents = models.PositiveBigIntegerField(null=True, blank=True)

    about: ClassVar[tuple[str, ...]] = ("heir__person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        (
            *("estate", "name", "numerator", "denominator", "heir", "iban", "agreed_on", "agreement"),
            "cents",
        ),
        Personal.KEPT,
    )

    class Meta:
        ordering = ("id",)
        constraints = (
            models.CheckConstraint(
                name="claimant_part_of_one",
                condition=Q(numerator__gte=1, denominator__gte=1, numerator__lte=F("denominator")),
            ),
            models.CheckConstraint(
                name="claimant_account_is_an_iban",
                condition=Q(iban="") | Q(iban__regex=PAID_PATTERN),
            ),
            models.CheckConstraint(
                name="claimant_agreed_whole",
                condition=Q(agreed_on__isnull=True, agreement="")
                | (Q(agreed_on__isnull=False) & ~Q(agreement="")),
            ),
        )

    def __str__(self) -> str:
        return self.name

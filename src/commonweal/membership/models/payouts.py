"""Where members are paid: accounts as rows that are only ever added, so that it stays known where money went."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q

from commonweal.kernel.privacy import Personal


class PayoutAccount(models.Model):
    """The account a member is paid on from a moment on; the latest row holds."""

    member = models.ForeignKey("membership.Member", models.PROTECT, related_name="payout_accounts")
    iban = models.CharField(max_length=34)
    holder = models.CharField(max_length=70)
    since = models.DateTimeField()
    set_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")

    # Kept: it proves where dividends and refunds were paid.
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("member", "iban", "holder", "since", "set_by"), Personal.KEPT
    )

    class Meta:
        ordering = ("id",)
        indexes = (models.Index(fields=("member", "-id"), name="payout_account_latest"),)
        constraints = (
            models.CheckConstraint(
                name="payout_account_is_an_iban",
                condition=Q(iban__regex=r"^[A-Z]{2}[0-9]{2}[A-Z0-9]{11,30}$"),
            ),
            models.CheckConstraint(name="payout_account_has_a_holder", condition=~Q(holder="")),
        )

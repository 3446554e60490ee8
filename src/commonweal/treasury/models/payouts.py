"""Where somebody is paid, and what was: accounts, files for the bank, payments, returns. Rows are only ever added."""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.indexes import OpClass
from django.db import models
from django.db.models import Q
from django.db.models.functions import Reverse

from commonweal.kernel.privacy import Personal
from commonweal.treasury.rules.ibans import PAID_PATTERN
from commonweal.treasury.rules.payables import Payee, ReturnReason


class PayoutAccount(models.Model):
    """The account a person or an organisation is paid on from a moment on; the latest row of each holds."""

    person = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, blank=True, db_index=False, related_name="+"
    )
    iban = models.CharField(max_length=34)
    holder = models.CharField(max_length=70)
    since = models.DateTimeField()
    set_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")

    # Kept: it proves where money that was owed was paid.
    about: ClassVar[tuple[str, ...]] = ("person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("person", "organisation", "iban", "holder", "since", "set_by"), Personal.KEPT
    )

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(
                fields=("person", "-id"), name="account_latest_of_person", condition=Q(person__isnull=False)
            ),
            models.Index(
                fields=("organisation", "-id"),
                name="account_latest_of_organisation",
                condition=Q(organisation__isnull=False),
            ),
            # Staff find somebody by the last signs of an account number.
            models.Index(OpClass(Reverse("iban"), name="text_pattern_ops"), name="payout_account_tail"),
        )
        constraints = (
            models.CheckConstraint(
                name="payout_account_of_one",
                condition=Q(person__isnull=False, organisation__isnull=True)
                | Q(person__isnull=True, organisation__isnull=False),
            ),
            models.CheckConstraint(name="payout_account_is_an_iban", condition=Q(iban__regex=PAID_PATTERN)),
            models.CheckConstraint(name="payout_account_has_a_holder", condition=~Q(holder="")),
        )

    @property
    def payee(self) -> Payee:
        """Whose account it is."""
        return Payee(self.person_id, self.organisation_id)


class PaymentFile(models.Model):
    """A file of payments for the bank, as it was made; `kind` is one of the wired kinds (`actions.payables`), `reference`
    what it pays, `kind:id`. Rows are only added."""

    kind = models.CharField(max_length=12)
    reference = models.CharField(max_length=40)
    number = models.PositiveIntegerField()
    pay_on = models.DateField()
    count = models.PositiveIntegerField()
    cents = models.PositiveBigIntegerField()
    # The file itself, gzipped: what the bank got can be shown for ever.
    content = models.BinaryField()
    made_at = models.DateTimeField()

    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(
            ("kind", "reference", "number", "pay_on", "count", "cents", "made_at"), Personal.NONE
        ),
        "content": Personal.KEPT,
    }

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(fields=("reference", "number"), name="payment_file_number_once"),
            models.CheckConstraint(name="payment_file_pays", condition=Q(count__gte=1, cents__gte=1)),
        )

    @property
    def message_id(self) -> str:
        """What the file is called at the bank."""
        return f"{self.reference.replace(':', '-')}-{self.number}"


class Payment(models.Model):
    """One payment in a file, to whom and on which account; `end_to_end` comes back with it when a bank returns it.

    `person` or `organisation` is whom the money is owed to, nobody where someone unknown is paid back; `owner` the owner
    in the ledger who is owed it, 0 where it is not owed there. `subject` is the id of the row it pays, such as the request
    to leave; none where file and owner say it, as with a dividend. Rows are only added.
    """

    # No constraint in the database on purpose: ten thousand come at once, with a file and payees read in the same
    # transaction, and neither is ever deleted.
    file = models.ForeignKey(
        PaymentFile, models.PROTECT, db_index=False, db_constraint=False, related_name="payments"
    )
    person = models.ForeignKey(
        "people.Person",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    organisation = models.ForeignKey(
        "people.Organisation",
        models.PROTECT,
        null=True,
        blank=True,
        db_index=False,
        db_constraint=False,
        related_name="+",
    )
    owner = models.BigIntegerField(default=0)
    subject = models.BigIntegerField(null=True, blank=True)
    iban = models.CharField(max_length=34)
    holder = models.CharField(max_length=70)
    cents = models.BigIntegerField()
    end_to_end = models.CharField(max_length=35)

    about: ClassVar[tuple[str, ...]] = ("person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("file", "person", "organisation", "owner", "subject", "iban", "holder", "cents", "end_to_end"),
        Personal.KEPT,
    )

    class Meta:
        ordering = ("id",)
        indexes = (
            models.Index(fields=("subject",), name="payment_of_row", condition=Q(subject__isnull=False)),
            # All of them: who is paid is read member by member, where the planner cannot see that no number is nought.
            models.Index(fields=("owner",), name="payment_of_owner"),
        )
        constraints = (
            # It holds what is paid and the number of the attempt: nothing is paid twice.
            models.UniqueConstraint(fields=("end_to_end",), name="payment_once"),
            models.CheckConstraint(name="payment_pays", condition=Q(cents__gte=1)),
            models.CheckConstraint(
                name="payment_to_someone", condition=Q(iban__regex=PAID_PATTERN) & ~Q(holder="")
            ),
            models.CheckConstraint(
                name="payment_for_something", condition=Q(subject__isnull=False) | ~Q(owner=0)
            ),
            models.CheckConstraint(
                name="payment_to_one", condition=Q(person__isnull=True) | Q(organisation__isnull=True)
            ),
        )

    @property
    def row(self) -> int:
        """The id of the row it pays. Raises ValueError where file and owner say what it pays."""
        if self.subject is None:
            raise ValueError(f"payment {self.end_to_end} names no row")
        return self.subject


class ReturnedPayment(models.Model):
    """A payment that came back; what it paid is owed again."""

    payment = models.OneToOneField(Payment, models.PROTECT, related_name="returned")
    reason = models.CharField(max_length=16, choices=ReturnReason.choices())
    returned_on = models.DateField()
    noted_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    noted_at = models.DateTimeField()

    about: ClassVar[tuple[str, ...]] = ("payment__person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("payment", "reason", "returned_on", "noted_by", "noted_at"), Personal.KEPT
    )

    class Meta:
        ordering = ("id",)

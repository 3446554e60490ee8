"""The statutes as dated rows: what holds for a class of shares, and the settings, each from a day on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal
from commonweal.membership.rules.matching import Outcome
from commonweal.membership.rules.statutes import Evidence, HolderKind, RefundRule, SettingName
from commonweal.membership.states import OPEN, ApplicationState
from commonweal.people.rules import Channel


class ShareTerms(models.Model):
    """What holds for a class of shares from a day on; rows are only ever added."""

    share_class = models.CharField(max_length=4)
    starts_on = models.DateField()
    price_cents = models.PositiveBigIntegerField()
    shares_min = models.PositiveIntegerField()
    shares_max = models.PositiveIntegerField(null=True, blank=True)
    holders = models.CharField(max_length=12, choices=HolderKind.choices())
    refund = models.CharField(max_length=8, choices=RefundRule.choices())
    on_issue = models.BooleanField()
    source = models.CharField(max_length=200)
    evidence = models.CharField(max_length=8, choices=Evidence.choices())

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        (
            *("share_class", "starts_on", "price_cents", "shares_min", "shares_max", "holders", "refund"),
            *("on_issue", "source", "evidence"),
        ),
        Personal.NONE,
    )

    class Meta:
        ordering = ("share_class", "starts_on")
        constraints = (
            models.UniqueConstraint(fields=("share_class", "starts_on"), name="share_terms_once_a_day"),
            models.CheckConstraint(
                name="share_terms_in_order",
                condition=Q(shares_min__gte=1, price_cents__gte=1)
                & (Q(shares_max__isnull=True) | Q(shares_max__gte=F("shares_min"))),
            ),
            models.CheckConstraint(
                name="share_class_is_a_word", condition=Q(share_class__regex=r"^[A-Z0-9]{1,4}$")
            ),
        )


class StatuteSetting(models.Model):
    """One value of the statutes or the law from a day on, with its source; rows are only ever added."""

    code = models.CharField(max_length=40, choices=SettingName.choices())
    starts_on = models.DateField()
    value = models.JSONField()
    source = models.CharField(max_length=200)
    evidence = models.CharField(max_length=8, choices=Evidence.choices())

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("code", "starts_on", "value", "source", "evidence"), Personal.NONE
    )

    class Meta:
        ordering = ("code", "starts_on")
        constraints = (models.UniqueConstraint(fields=("code", "starts_on"), name="setting_once_a_day"),)


class InformationNote(models.Model):
    """What someone reads and accepts before asking for shares, in one language; rows are only ever added."""

    version = models.CharField(max_length=20)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    starts_on = models.DateField()
    body = models.TextField()

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("version", "language", "starts_on", "body"), Personal.NONE
    )

    class Meta:
        ordering = ("starts_on", "version", "language")
        constraints = (models.UniqueConstraint(fields=("version", "language"), name="note_once_a_language"),)


class Application(models.Model):
    """Someone asks for shares: who, how many at which price, what they accepted, where it stands."""

    token = models.UUIDField(unique=True)
    communication = models.CharField(max_length=12, unique=True)
    state = models.CharField(max_length=10, choices=ApplicationState.choices())
    person = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    organisation = models.ForeignKey(
        "people.Organisation", models.PROTECT, null=True, blank=True, related_name="+"
    )
    representative = models.ForeignKey(
        "people.Person", models.PROTECT, null=True, blank=True, related_name="+"
    )
    municipality = models.ForeignKey("places.Municipality", models.PROTECT, related_name="+")
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    share_class = models.CharField(max_length=4)
    count = models.PositiveIntegerField()
    price_cents = models.PositiveBigIntegerField()
    note = models.ForeignKey(InformationNote, models.PROTECT, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices())
    asked_at = models.DateTimeField()
    changed_at = models.DateTimeField()
    lapses_on = models.DateField()
    reason = models.CharField(max_length=500, blank=True)
    member = models.ForeignKey(Member, models.PROTECT, null=True, blank=True, related_name="+")

    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(("token", "price_cents", "lapses_on", "changed_at"), Personal.NONE),
        **dict.fromkeys(
            (
                *("communication", "state", "person", "organisation", "representative", "municipality"),
                *("language", "share_class", "count", "note", "channel", "asked_at", "reason", "member"),
            ),
            Personal.KEPT,
        ),
    }

    class Meta:
        ordering = ("-asked_at", "-id")
        indexes = (models.Index(fields=("state", "lapses_on"), name="application_state"),)
        constraints = (
            models.CheckConstraint(
                name="application_by_one",
                condition=Q(person__isnull=False, organisation__isnull=True)
                | Q(person__isnull=True, organisation__isnull=False, representative__isnull=False),
            ),
            models.CheckConstraint(
                name="application_of_shares", condition=Q(count__gte=1, price_cents__gte=1)
            ),
            models.CheckConstraint(
                name="application_communication", condition=Q(communication__regex=r"^\d{12}$")
            ),
            models.CheckConstraint(
                name="application_in_register",
                condition=Q(state="member", member__isnull=False)
                | (~Q(state="member") & Q(member__isnull=True)),
            ),
            models.UniqueConstraint(
                name="application_open_once", fields=("person",), condition=Q(state__in=sorted(OPEN))
            ),
            models.UniqueConstraint(
                name="organisation_application_open_once",
                fields=("organisation",),
                condition=Q(state__in=sorted(OPEN)),
            ),
        )

    @property
    def due_cents(self) -> int:
        """What these shares cost."""
        return self.count * self.price_cents

    @property
    def holder_name(self) -> str:
        """Who would hold the shares."""
        return str(self.person or self.organisation)


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

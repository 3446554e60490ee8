"""Accounts, persons, organisations, roles, mandates, and the audit trail that is also the outbox: the tables."""

from __future__ import annotations

from datetime import timedelta
from typing import Any, ClassVar

from django.conf import settings
from django.contrib.auth.base_user import AbstractBaseUser, BaseUserManager
from django.db import models
from django.db.models import Q
from django.db.models.functions import Lower
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.privacy import Personal
from commonweal.people.rules import Channel, LegalForm, MandateScope, PositionKind, Purpose
from commonweal.places.located import Located


class Person(Located):
    """Someone the cooperative deals with. May have no e-mail address and no account."""

    # Who has one name only bears it as family name: see `rules.kept_names`.
    given_name = models.CharField(_("first name"), max_length=80, blank=True)
    family_name = models.CharField(_("family name"), max_length=80)
    born_on = models.DateField(_("date of birth"), null=True, blank=True)
    language = models.CharField(_("language"), max_length=2, choices=settings.LANGUAGES, default="fr")
    email = models.EmailField(_("e-mail address"), blank=True)
    phone = models.CharField(_("telephone"), max_length=30, blank=True)
    street = models.CharField(_("street and number"), max_length=120, blank=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True)
    created_at = models.DateTimeField()
    erased_at = models.DateTimeField(null=True, blank=True)

    about: ClassVar[tuple[str, ...]] = ("pk",)
    personal: ClassVar[dict[str, Personal]] = {
        "given_name": Personal.SCRUBBED,
        "family_name": Personal.SCRUBBED,
        "born_on": Personal.ERASED,
        "language": Personal.KEPT,
        "email": Personal.ERASED,
        "phone": Personal.ERASED,
        "street": Personal.ERASED,
        "postcode": Personal.ERASED,
        "municipality": Personal.KEPT,
        "country": Personal.KEPT,
        "town": Personal.ERASED,
        "created_at": Personal.NONE,
        "erased_at": Personal.NONE,
    }

    class Meta(Located.Meta):
        ordering = ("family_name", "given_name", "id")

    def __str__(self) -> str:
        return f"{self.given_name} {self.family_name}".strip()

    @property
    def last_name(self) -> str:
        """The name by which lists and checks know them: the family name, or the only one."""
        return self.family_name or self.given_name

    @property
    def first_name(self) -> str:
        """The name by which they are greeted: the first name, or the only one."""
        return self.given_name or self.family_name


class AccountManager(BaseUserManager["Account"]):
    """Makes accounts; an e-mail address names one account whatever its case."""

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> Account:
        """A new account. Raises IntegrityError when the address is taken."""
        account = self.model(email=email.lower(), **fields)
        account.set_password(password)
        account.save(using=self._db)
        return account

    def get_by_natural_key(self, username: str | None) -> Account:
        return self.get(email=(username or "").lower())


class Account(AbstractBaseUser):
    """A way to log in. What it may do follows from its person's roles, never from the account."""

    email = models.EmailField(_("e-mail address"), unique=True)
    person = models.OneToOneField(Person, models.PROTECT, null=True, blank=True, related_name="account")
    is_active = models.BooleanField(default=True)
    # An administrator closed it, and may open it again; an account that was erased has none of the three.
    blocked_at = models.DateTimeField(null=True, blank=True)
    blocked_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    blocked_why = models.CharField(max_length=200, blank=True)
    date_joined = models.DateTimeField(auto_now_add=True)

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []
    objects = AccountManager()

    about: ClassVar[tuple[str, ...]] = ("person",)
    personal: ClassVar[dict[str, Personal]] = {
        "password": Personal.ERASED,
        "last_login": Personal.ERASED,
        "email": Personal.SCRUBBED,
        "person": Personal.KEPT,
        "is_active": Personal.NONE,
        "blocked_at": Personal.KEPT,
        "blocked_by": Personal.KEPT,
        "blocked_why": Personal.ERASED,
        "date_joined": Personal.NONE,
    }

    class Meta:
        constraints = (
            models.CheckConstraint(name="account_email_lower", condition=Q(email=Lower("email"))),
            models.CheckConstraint(
                name="account_blocked_by_another",
                condition=Q(blocked_at__isnull=True, blocked_by__isnull=True, blocked_why="")
                | (
                    Q(blocked_at__isnull=False, blocked_by__isnull=False, is_active=False)
                    & (Q(person__isnull=True) | ~Q(blocked_by=models.F("person")))
                ),
            ),
        )

    def __str__(self) -> str:
        return self.email


class Organisation(Located):
    """A partner, applicant or cooperative; keyed by its Belgian company number where it has one."""

    name = models.CharField(_("name"), max_length=160)
    legal_form = models.CharField(_("legal form"), max_length=20, choices=LegalForm.choices())
    company_number = models.CharField(_("company number"), max_length=10, null=True, blank=True, unique=True)
    postcode = models.CharField(_("postcode"), max_length=10, blank=True, default="", db_default="")
    accredited = models.BooleanField(
        _("accredited cooperative (National Council for Cooperation)"), default=False
    )
    website = models.URLField(_("website"), blank=True)
    created_at = models.DateTimeField()

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        (
            "name",
            "legal_form",
            "company_number",
            "postcode",
            "country",
            "town",
            "accredited",
            "municipality",
            "website",
            "created_at",
        ),
        Personal.NONE,
    )

    class Meta(Located.Meta):
        ordering = ("name", "id")
        constraints = (
            *Located.Meta.constraints,
            models.CheckConstraint(
                name="company_number_ten_digits",
                condition=Q(company_number__isnull=True) | Q(company_number__regex=r"^[01]\d{9}$"),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Position(models.Model):
    """What a person is in an organisation; several people may speak for one.

    People say it of themselves. Only with papers that `confirmed_by` saw do they act for what is the organisation's own.
    """

    person = models.ForeignKey(Person, models.PROTECT, related_name="positions")
    organisation = models.ForeignKey(Organisation, models.PROTECT, related_name="positions")
    kind = models.CharField(max_length=12, choices=PositionKind.choices(), default=PositionKind.CONTACT)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    confirmed_at = models.DateTimeField(null=True, blank=True)
    confirmed_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    about: ClassVar[tuple[str, ...]] = ("person",)
    personal: ClassVar[dict[str, Personal]] = {
        "person": Personal.KEPT,
        "organisation": Personal.NONE,
        "kind": Personal.KEPT,
        "starts_on": Personal.KEPT,
        "ends_on": Personal.KEPT,
        "confirmed_at": Personal.KEPT,
        "confirmed_by": Personal.KEPT,
    }

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "organisation", "kind", "starts_on"), name="position_once"
            ),
            models.CheckConstraint(
                name="position_days_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on")),
            ),
            models.CheckConstraint(
                name="position_confirmed_by_another",
                condition=Q(confirmed_at__isnull=True, confirmed_by__isnull=True)
                | (
                    Q(confirmed_at__isnull=False, confirmed_by__isnull=False)
                    & ~Q(confirmed_by=models.F("person"))
                ),
            ),
        )


class StaffAppointment(models.Model):
    """A staff role held by a person from one day to another; the roles are in `rules.py`."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="appointments")
    role = models.CharField(max_length=20)
    starts_on = models.DateField()
    # The day before it starts, where it was taken back on the day it was given: it then held on no day.
    ends_on = models.DateField(null=True, blank=True)
    given_at = models.DateTimeField()
    # Who asked for it. Nobody only where a new site was set up from its own machine.
    given_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    ended_by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")

    about: ClassVar[tuple[str, ...]] = ("person",)
    personal: ClassVar[dict[str, Personal]] = {
        "person": Personal.KEPT,
        "role": Personal.KEPT,
        "starts_on": Personal.KEPT,
        "ends_on": Personal.KEPT,
        "given_at": Personal.KEPT,
        "given_by": Personal.KEPT,
        "ended_by": Personal.KEPT,
    }

    class Meta:
        constraints = (
            models.UniqueConstraint(
                fields=("person", "role"), condition=Q(ends_on__isnull=True), name="appointment_once"
            ),
            models.CheckConstraint(
                name="appointment_days_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=models.F("starts_on") - timedelta(days=1)),
            ),
            models.CheckConstraint(
                name="appointment_given_by_another",
                condition=Q(given_by__isnull=True) | ~Q(given_by=models.F("person")),
            ),
        )


class Mandate(models.Model):
    """Someone may act for someone else: for what, and until when."""

    principal = models.ForeignKey(Person, models.PROTECT, related_name="mandates_given")
    agent = models.ForeignKey(Person, models.PROTECT, related_name="mandates_held")
    scope = models.CharField(max_length=12, choices=MandateScope.choices())
    starts_on = models.DateField()
    ends_on = models.DateField()
    withdrawn_at = models.DateTimeField(null=True, blank=True)

    about: ClassVar[tuple[str, ...]] = ("principal", "agent")
    personal: ClassVar[dict[str, Personal]] = {
        "principal": Personal.KEPT,
        "agent": Personal.KEPT,
        "scope": Personal.KEPT,
        "starts_on": Personal.KEPT,
        "ends_on": Personal.KEPT,
        "withdrawn_at": Personal.KEPT,
    }

    class Meta:
        constraints = (
            models.CheckConstraint(
                name="mandate_days_in_order", condition=Q(ends_on__gte=models.F("starts_on"))
            ),
            models.UniqueConstraint(
                name="mandate_once",
                fields=("principal", "agent", "scope", "ends_on"),
                condition=Q(withdrawn_at__isnull=True),
            ),
            models.CheckConstraint(name="mandate_not_to_oneself", condition=~Q(principal=models.F("agent"))),
        )


class Event(models.Model):
    """One thing that happened: the audit trail, and the outbox handlers are fed from.

    Rows are only ever added; the database refuses to change or delete them.
    `data` never holds a ballot choice, a password or a code.
    """

    name = models.CharField(max_length=60)
    at = models.DateTimeField()
    by = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    behalf_of = models.ForeignKey(Person, models.PROTECT, null=True, blank=True, related_name="+")
    channel = models.CharField(max_length=8, choices=Channel.choices(), default=Channel.WEB)
    subject = models.CharField(max_length=60)
    data = models.JSONField(default=dict)

    about: ClassVar[tuple[str, ...]] = ("behalf_of",)
    personal: ClassVar[dict[str, Personal]] = {
        "name": Personal.NONE,
        "at": Personal.KEPT,
        "by": Personal.KEPT,
        "behalf_of": Personal.KEPT,
        "channel": Personal.KEPT,
        "subject": Personal.NONE,
        "data": Personal.KEPT,
    }

    class Meta:
        indexes = (models.Index(fields=("subject", "id"), name="event_subject"),)
        ordering = ("id",)

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.name} {self.subject}"


class Message(models.Model):
    """A message to one person about one event: by e-mail, or as a letter to print."""

    event = models.ForeignKey(Event, models.PROTECT, related_name="+")
    person = models.ForeignKey(Person, models.PROTECT, related_name="messages")
    language = models.CharField(max_length=2)
    subject = models.CharField(max_length=200)
    body = models.TextField()
    by_letter = models.BooleanField()
    # Where another than the person's own is meant: the one that was theirs until it was changed.
    address = models.EmailField(blank=True)
    sent_at = models.DateTimeField(null=True, blank=True)

    about: ClassVar[tuple[str, ...]] = ("person",)
    personal: ClassVar[dict[str, Personal]] = {
        "event": Personal.KEPT,
        "person": Personal.KEPT,
        "language": Personal.KEPT,
        "subject": Personal.ERASED,
        "body": Personal.ERASED,
        "address": Personal.ERASED,
        "by_letter": Personal.NONE,
        "sent_at": Personal.KEPT,
    }

    class Meta:
        constraints = (models.UniqueConstraint(fields=("event", "person"), name="message_once_an_event"),)


class Consent(models.Model):
    """What someone agreed to, or no longer: which text in which language, when, through which door. Only added to."""

    person = models.ForeignKey(Person, models.PROTECT, related_name="consents")
    purpose = models.CharField(max_length=10, choices=Purpose.choices())
    version = models.CharField(max_length=20)
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    given = models.BooleanField()
    at = models.DateTimeField()
    channel = models.CharField(max_length=8, choices=Channel.choices())
    by = models.ForeignKey(Person, models.PROTECT, related_name="+")

    # That somebody agreed, and when they no longer did, is what we must be able to show.
    about: ClassVar[tuple[str, ...]] = ("person",)
    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("person", "purpose", "version", "language", "given", "at", "channel", "by"), Personal.KEPT
    )

    class Meta:
        ordering = ("at", "id")

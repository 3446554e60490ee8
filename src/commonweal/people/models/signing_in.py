"""Sessions, keys for programs, uses of what is limited, what two administrators do together.

Nothing here lets its reader sign in.
"""

from __future__ import annotations

from typing import ClassVar

from django.contrib.postgres.fields import ArrayField
from django.contrib.sessions.base_session import AbstractBaseSession
from django.db import models
from django.db.models import Q

from commonweal.kernel.privacy import Personal
from commonweal.people.rules import WITH_ROLE, JointKind, Scope

ROLE_KINDS = [kind.value for kind in WITH_ROLE]


class Session(AbstractBaseSession):
    """One browser's session. `session_key` is a keyed digest of the cookie, `session_data` sealed with the cookie itself.

    So neither this table nor a copy of it opens a session; see `config.sessions`, which writes it.
    """

    account = models.ForeignKey(
        "people.Account", models.CASCADE, null=True, blank=True, related_name="sessions"
    )
    started_at = models.DateTimeField(null=True, blank=True)
    seen_at = models.DateTimeField(null=True, blank=True)
    # The kind of browser and system, in two words: what somebody knows their own devices by.
    device = models.CharField(max_length=60, blank=True)

    about: ClassVar[tuple[str, ...]] = ("account__person",)
    personal: ClassVar[dict[str, Personal]] = {
        "session_key": Personal.NONE,
        **dict.fromkeys(
            ("session_data", "expire_date", "account", "started_at", "seen_at", "device"), Personal.ERASED
        ),
    }

    class Meta(AbstractBaseSession.Meta):
        # The account's own row is not asked for when a session is looked up.
        verbose_name = "session"
        verbose_name_plural = "sessions"
        ordering = ("-seen_at", "session_key")


class Use(models.Model):
    """How often something limited was used by somebody in a day or an hour. Kept until it no longer counts."""

    kind = models.CharField(max_length=12)
    # `person:id`, or a keyed digest of an address: no list of who came from where.
    who = models.CharField(max_length=60)
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    count = models.PositiveIntegerField()

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("kind", "who", "starts_at", "ends_at", "count"), Personal.NONE
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("kind", "who", "starts_at"), name="use_counted_once"),
            models.CheckConstraint(name="use_of_something", condition=models.Q(count__gte=1)),
        )


class JointAct(models.Model):
    """What no administrator does alone: one asks, another person confirms. Settled once and never rewritten."""

    kind = models.CharField(max_length=12, choices=JointKind.choices())
    person = models.ForeignKey("people.Person", models.PROTECT, related_name="joint_acts")
    role = models.CharField(max_length=20, blank=True)
    # Why, and how the one who asks made sure that it is them: seen at the counter, called back on a known number.
    why = models.CharField(max_length=200)
    asked_by = models.ForeignKey("people.Person", models.PROTECT, related_name="+")
    asked_at = models.DateTimeField()
    confirmed_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    confirmed_at = models.DateTimeField(null=True, blank=True)
    # The emergency way: the name of who confirmed it on the server itself, in place of a second administrator.
    on_server = models.CharField(max_length=80, null=True, blank=True)  # noqa: DJ001 - a check needs to tell it
    dropped_at = models.DateTimeField(null=True, blank=True)

    about: ClassVar[tuple[str, ...]] = ("person",)
    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(("person", "role", "why", "asked_by", "confirmed_by", "on_server"), Personal.KEPT),
        **dict.fromkeys(("kind", "asked_at", "confirmed_at", "dropped_at"), Personal.NONE),
    }

    class Meta:
        ordering = ("id",)
        constraints = (
            models.UniqueConstraint(
                name="joint_act_one_open",
                fields=("person", "kind", "role"),
                condition=models.Q(confirmed_at__isnull=True, dropped_at__isnull=True),
            ),
            models.CheckConstraint(
                name="joint_act_asked_by_another", condition=~models.Q(asked_by=models.F("person"))
            ),
            models.CheckConstraint(
                name="joint_act_names_a_role",
                condition=models.Q(kind__in=ROLE_KINDS) & ~models.Q(role="")
                | ~models.Q(kind__in=ROLE_KINDS) & models.Q(role=""),
            ),
            models.CheckConstraint(
                name="joint_act_by_two",
                condition=models.Q(
                    confirmed_at__isnull=True, confirmed_by__isnull=True, on_server__isnull=True
                )
                | models.Q(
                    confirmed_at__isnull=False,
                    confirmed_by__isnull=True,
                    on_server__isnull=False,
                    dropped_at__isnull=True,
                )
                & ~models.Q(on_server="")
                | models.Q(
                    confirmed_at__isnull=False,
                    confirmed_by__isnull=False,
                    on_server__isnull=True,
                    dropped_at__isnull=True,
                )
                & ~models.Q(confirmed_by=models.F("asked_by"))
                & ~models.Q(confirmed_by=models.F("person")),
            ),
        )


class ApiKey(models.Model):
    """A way for a program to act in a person's name, within scopes, until a day. Only a digest of it is kept."""

    person = models.ForeignKey("people.Person", models.PROTECT, related_name="api_keys")
    name = models.CharField(max_length=60)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=12, choices=Scope.choices()))
    made_at = models.DateTimeField()
    ends_on = models.DateField()
    ended_at = models.DateTimeField(null=True, blank=True)

    about: ClassVar[tuple[str, ...]] = ("person",)
    personal: ClassVar[dict[str, Personal]] = {
        "person": Personal.KEPT,
        "name": Personal.SCRUBBED,
        **dict.fromkeys(("digest", "scopes", "made_at", "ends_on", "ended_at"), Personal.NONE),
    }

    class Meta:
        ordering = ("-made_at", "-id")
        constraints = (
            models.CheckConstraint(name="api_key_for_something", condition=~Q(scopes=[])),
            models.CheckConstraint(name="api_key_digest", condition=Q(digest__regex=r"^[0-9a-f]{64}$")),
        )

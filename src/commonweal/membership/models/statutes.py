"""The statutes as dated rows: what holds for a class of shares, and the settings, each from a day on."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal
from commonweal.membership.rules.statutes import Evidence, HolderKind, RefundRule, SettingName


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

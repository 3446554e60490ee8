"""Regions, provinces, municipalities and postcodes of Belgium, with official codes and days of validity.

Public facts only: nothing here says anything of a person.
"""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal

_PLACE_FIELDS = ("nis", "name_fr", "name_nl", "name_de", "name_en", "starts_on", "ends_on", "outline")


class Place(models.Model):
    """What every kind of place has: the code of the national institute of statistics, four names, a drawing.

    `outline` is SVG path data in the frame `rules.VIEW_BOX`; empty where only a point is known.
    """

    nis = models.CharField(max_length=5, primary_key=True)
    name_fr = models.CharField(max_length=80)
    name_nl = models.CharField(max_length=80)
    name_de = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    outline = models.TextField(blank=True)

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(_PLACE_FIELDS, Personal.NONE)

    class Meta:
        abstract = True
        constraints = (
            models.CheckConstraint(name="%(class)s_nis_five_digits", condition=Q(nis__regex=r"^\d{5}$")),
            models.CheckConstraint(
                name="%(class)s_days_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        )

    def __str__(self) -> str:
        return self.name_fr


class Region(Place):
    """One of the regions."""


class Province(Place):
    """A province, or the Brussels region where there is none."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="provinces")

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys((*_PLACE_FIELDS, "region"), Personal.NONE)


class Municipality(Place):
    """A municipality; mergers end one row and start another."""

    province = models.ForeignKey(Province, models.PROTECT, related_name="municipalities")
    region = models.ForeignKey(Region, models.PROTECT, related_name="municipalities")
    latitude = models.DecimalField(max_digits=7, decimal_places=5)
    longitude = models.DecimalField(max_digits=7, decimal_places=5)
    population = models.PositiveIntegerField(null=True, blank=True)

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        (*_PLACE_FIELDS, "province", "region", "latitude", "longitude", "population"), Personal.NONE
    )


class Postcode(models.Model):
    """A postcode in a municipality; a postcode may span several, and a municipality has several."""

    code = models.CharField(max_length=4)
    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="postcodes")

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(("code", "municipality"), Personal.NONE)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("code", "municipality"), name="postcode_once_a_municipality"),
            models.CheckConstraint(name="postcode_four_digits", condition=Q(code__regex=r"^\d{4}$")),
        )

    def __str__(self) -> str:
        return self.code

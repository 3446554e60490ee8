"""Regions, provinces, municipalities and postcodes of Belgium, with their official codes and days of validity."""

from __future__ import annotations

from typing import ClassVar

from django.db import models

from commonweal.kernel.privacy import Personal


class Place(models.Model):
    """What every kind of place has: the code of the national institute of statistics and four names."""

    nis = models.CharField(max_length=5, primary_key=True)
    name_fr = models.CharField(max_length=80)
    name_nl = models.CharField(max_length=80)
    name_de = models.CharField(max_length=80)
    name_en = models.CharField(max_length=80)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)

    personal: ClassVar[dict[str, Personal]] = {}

    class Meta:
        abstract = True


class Region(Place):
    """One of the regions."""


class Province(Place):
    """A province, or the Brussels region where there is none."""

    region = models.ForeignKey(Region, models.PROTECT, related_name="provinces")


class Municipality(Place):
    """A municipality; mergers end one row and start another."""

    province = models.ForeignKey(Province, models.PROTECT, related_name="municipalities")
    region = models.ForeignKey(Region, models.PROTECT, related_name="municipalities")
    latitude = models.DecimalField(max_digits=7, decimal_places=5)
    longitude = models.DecimalField(max_digits=7, decimal_places=5)
    outline = models.TextField(blank=True)
    population = models.PositiveIntegerField(null=True, blank=True)


class Postcode(models.Model):
    """A postcode in a municipality; a postcode may span several, and a municipality has several."""

    code = models.CharField(max_length=4)
    municipality = models.ForeignKey(Municipality, models.CASCADE, related_name="postcodes")

    personal: ClassVar[dict[str, Personal]] = {}

    class Meta:
        constraints = (models.UniqueConstraint(fields=("code", "municipality"), name="postcode_once_a_municipality"),)

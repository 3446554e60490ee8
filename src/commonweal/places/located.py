"""What every model has whose rows live somewhere: part of the models of other areas, so a door of this one."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from commonweal.places.countries import HOME, country_name
from commonweal.places.rules import name_in


class Located(models.Model):
    """Where somebody lives or has their seat: a municipality of Belgium, or a town and its country.

    Neither is known where both are empty, nor the country where that is empty too; a subclass that must know says so by
    `somewhere`.
    """

    municipality = models.ForeignKey(
        "places.Municipality", models.PROTECT, null=True, blank=True, related_name="+"
    )
    # Defaults of the database as well: who brings in many rows at once names only the columns it fills.
    country = models.CharField(_("country"), max_length=2, default=HOME, db_default=HOME)
    # In words, where no official list has it: outside Belgium.
    town = models.CharField(_("town"), max_length=80, blank=True, default="", db_default="")

    class Meta:
        abstract = True
        constraints: ClassVar[tuple[models.BaseConstraint, ...]] = (
            models.CheckConstraint(
                name="%(class)s_here_or_abroad",
                condition=Q(country=HOME, town="") | (~Q(country=HOME) & Q(municipality__isnull=True)),
            ),
            models.CheckConstraint(
                name="%(class)s_country_code", condition=Q(country__regex=r"^([A-Z]{2})?$")
            ),
        )

    def place_in(self, language: str) -> str:
        """The municipality, or the town with its country, in a language; empty where it is not known."""
        if self.municipality is not None:
            return name_in(self.municipality, language)
        return f"{self.town} ({country_name(self.country, language)})" if self.town else ""

    @property
    def is_placed(self) -> bool:
        """Whether it is known at all where they are."""
        return self.municipality_id is not None or bool(self.town)


def somewhere() -> models.CheckConstraint:
    """The rule that a row of a subclass of Located says where, in its `Meta.constraints`."""
    return models.CheckConstraint(
        name="%(class)s_somewhere", condition=Q(municipality__isnull=False) | (~Q(town="") & ~Q(country=""))
    )

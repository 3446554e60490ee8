"""The published ambitions and their themes, dated, each written in four languages.

What the cooperative stands for is data: codes are looked up here and never spelled in code.
"""

from __future__ import annotations

from typing import ClassVar

from django.conf import settings
from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal


class Ambition(models.Model):
    """One published ambition, in force from one day to another; `position` orders pages."""

    code = models.SlugField(max_length=30, primary_key=True)
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    position = models.PositiveSmallIntegerField()

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("code", "starts_on", "ends_on", "position"), Personal.NONE
    )

    class Meta:
        ordering = ("position", "code")
        constraints = (
            models.CheckConstraint(
                name="ambition_days_in_order",
                condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on")),
            ),
        )

    def __str__(self) -> str:
        return self.code


class AmbitionText(models.Model):
    """An ambition in one language. `vision` and `easy_text` hold paragraphs parted by an empty line."""

    ambition = models.ForeignKey(Ambition, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    name = models.CharField(max_length=120)
    summary = models.TextField()
    vision = models.TextField()
    easy_text = models.TextField()

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("ambition", "language", "name", "summary", "vision", "easy_text"), Personal.NONE
    )

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("ambition", "language"), name="ambition_text_once_a_language"),
            models.CheckConstraint(
                name="ambition_text_written",
                condition=~(Q(name="") | Q(summary="") | Q(vision="") | Q(easy_text="")),
            ),
        )

    def __str__(self) -> str:
        return self.name


class Theme(models.Model):
    """A part of an ambition, dated as well."""

    code = models.SlugField(max_length=40, primary_key=True)
    ambition = models.ForeignKey(Ambition, models.CASCADE, related_name="themes")
    starts_on = models.DateField()
    ends_on = models.DateField(null=True, blank=True)
    position = models.PositiveSmallIntegerField()

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(
        ("code", "ambition", "starts_on", "ends_on", "position"), Personal.NONE
    )

    class Meta:
        ordering = ("position", "code")
        constraints = (
            models.CheckConstraint(
                name="theme_days_in_order", condition=Q(ends_on__isnull=True) | Q(ends_on__gte=F("starts_on"))
            ),
        )

    def __str__(self) -> str:
        return self.code


class ThemeText(models.Model):
    """A theme's name in one language."""

    theme = models.ForeignKey(Theme, models.CASCADE, related_name="texts")
    language = models.CharField(max_length=2, choices=settings.LANGUAGES)
    name = models.CharField(max_length=120)

    personal: ClassVar[dict[str, Personal]] = dict.fromkeys(("theme", "language", "name"), Personal.NONE)

    class Meta:
        constraints = (
            models.UniqueConstraint(fields=("theme", "language"), name="theme_text_once_a_language"),
            models.CheckConstraint(name="theme_text_written", condition=~Q(name="")),
        )

    def __str__(self) -> str:
        return self.name

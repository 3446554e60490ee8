"""Sheets that are brought in: the file, what a check found, how far it is."""

from __future__ import annotations

from typing import ClassVar

from django.db import models
from django.db.models import F, Q

from commonweal.kernel.privacy import Personal
from commonweal.membership.rules.imports import ImportKind
from commonweal.membership.states import ImportState


class Import(models.Model):
    """One sheet, from its upload to its end; then the file itself is thrown away."""

    kind = models.CharField(max_length=10, choices=ImportKind.choices())
    name = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    # Gzipped.
    content = models.BinaryField(null=True)
    state = models.CharField(max_length=10, choices=ImportState.choices())
    uploaded_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    uploaded_at = models.DateTimeField()
    # Who pressed last to have it brought in; nobody where the operator's command does.
    loaded_by = models.ForeignKey("people.Person", models.PROTECT, null=True, blank=True, related_name="+")
    changed_at = models.DateTimeField()
    row_count = models.PositiveIntegerField(default=0)
    known_count = models.PositiveIntegerField(default=0)
    problem_count = models.PositiveIntegerField(default=0)
    problems = models.JSONField(default=list)
    last_row = models.PositiveIntegerField(default=0)
    done_count = models.PositiveIntegerField(default=0)
    reason = models.CharField(max_length=500, blank=True)

    personal: ClassVar[dict[str, Personal]] = {
        **dict.fromkeys(
            (
                *("kind", "digest", "state", "uploaded_at", "changed_at", "row_count", "known_count"),
                *("problem_count", "problems", "last_row", "done_count", "reason"),
            ),
            Personal.NONE,
        ),
        # The file is gone as soon as it is in, or thrown away; the database sees to it.
        **dict.fromkeys(("name", "content", "uploaded_by", "loaded_by"), Personal.KEPT),
    }

    class Meta:
        ordering = ("-uploaded_at", "-id")
        constraints = (
            models.CheckConstraint(
                name="import_file_gone_at_the_end",
                condition=Q(state__in=("done", "discarded"), content__isnull=True)
                | (~Q(state__in=("done", "discarded")) & Q(content__isnull=False)),
            ),
            models.CheckConstraint(
                name="import_only_without_problems",
                condition=Q(state__in=("checking", "checked", "discarded")) | Q(problem_count=0),
            ),
            models.CheckConstraint(
                name="import_counts_in_order", condition=Q(done_count__lte=F("row_count"))
            ),
        )

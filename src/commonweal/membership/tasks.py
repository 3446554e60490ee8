"""Background jobs of the area: check a sheet, bring it in. Safe to run twice, and after one that was cut off."""

from __future__ import annotations

from django.utils import timezone
from procrastinate.contrib.django import app

from commonweal.membership import actions
from commonweal.membership.models import Import
from commonweal.membership.states import ImportState


@app.task
def check(import_id: int) -> None:
    """Checks an uploaded sheet."""
    importing = Import.objects.defer("content").get(pk=import_id)
    if importing.state == ImportState.CHECKING:
        actions.check_import(importing=importing, now=timezone.now())


@app.task
def load(import_id: int) -> None:
    """Brings a checked sheet in."""
    importing = Import.objects.defer("content").get(pk=import_id)
    if importing.state == ImportState.LOADING:
        actions.run_import(importing=importing, now=timezone.now())

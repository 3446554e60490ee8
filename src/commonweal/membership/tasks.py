"""Background work of the area: sheets. Safe to run twice, and after a break: each step holds by itself."""

from __future__ import annotations

import contextlib

from django.db import InterfaceError, OperationalError
from django.utils import timezone
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from commonweal.membership import actions
from commonweal.membership.models import Import
from commonweal.membership.states import ImportState

# What is wrong with a sheet is not mended by reading it again, only a database that was away.
AFTER_OUTAGES = RetryStrategy(
    max_attempts=8, exponential_wait=4, retry_exceptions={OperationalError, InterfaceError}
)


@app.task(retry=AFTER_OUTAGES)
def check(import_id: int) -> None:
    """Checks an uploaded sheet."""
    importing = Import.objects.defer("content").get(pk=import_id)
    if importing.state == ImportState.CHECKING:
        # It may be thrown away, or checked by another, while it is read.
        with contextlib.suppress(actions.CannotMove):
            actions.check_import(importing=importing, now=timezone.now())


@app.task(retry=AFTER_OUTAGES)
def load(import_id: int) -> None:
    """Brings a checked sheet in."""
    importing = Import.objects.defer("content").get(pk=import_id)
    if importing.state == ImportState.LOADING:
        actions.run_import(importing=importing, now=timezone.now())

"""Bank files that were looked at and never read in: taken away, so that the list shows what still matters."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.people.access import demand
from commonweal.people.actions import record
from commonweal.treasury.access import may_match_payments
from commonweal.treasury.models import BankFile

if TYPE_CHECKING:
    from commonweal.people.models import Person


class FileStays(Refusal):
    """The file was read in: the law keeps it."""

    code = "file_stays"


@transaction.atomic
def discard_file(*, file: BankFile, by: Person, now: datetime) -> None:
    """Takes away a file that was not read in; the event keeps its name and digest. Again changes nothing.

    Raises NotAllowed, FileStays.
    """
    demand(may_match_payments(by, day_of(now)))
    waiting = BankFile.objects.select_for_update().defer("content", "reading").filter(pk=file.pk).first()
    if waiting is None:
        return
    if waiting.confirmed_at is not None:
        raise FileStays(_("This file was read in: it stays, as the law wants."))
    data = {"digest": waiting.digest, "name": waiting.name}
    waiting.delete()
    record("BankFileDiscarded", f"bankfile:{file.pk}", by=by, at=now, data=data)

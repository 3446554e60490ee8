"""How a sheet that is brought in moves through its table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.utils.translation import gettext_lazy as _

from commonweal.casework.actions import Flow, person_or_program, program, state_refused
from commonweal.kernel.decision import YES, Decision, Refusal, no
from commonweal.kernel.states import not_yet
from commonweal.membership.actions.flows.who import keeps_register
from commonweal.membership.models import Import
from commonweal.membership.states import IMPORT, PROGRAM, SECRETARY


class CannotMove(Refusal):
    """The import stands elsewhere by now, or a problem stands against it."""

    code = "cannot_move"


def no_problems(importing: Import, now: datetime, context: Any) -> Decision:
    """Whether nothing was found wrong when the sheet was checked."""
    if importing.problem_count:
        return no("cannot_move", _("Mend the rows with problems first, then upload the sheet again."))
    return YES


def all_rows(importing: Import, now: datetime, context: Any) -> Decision:
    """Whether each row that was counted when the sheet was checked is in."""
    return YES if importing.done_count >= importing.row_count else not_yet("cannot_move")


IMPORTS = Flow(
    machine=IMPORT,
    kind="import",
    event="ImportMoved",
    rows=lambda: Import.objects.defer("content"),
    who={SECRETARY: person_or_program(keeps_register), PROGRAM: program},
    guards={"no_problems": no_problems, "all_rows": all_rows},
    refusal=CannotMove,
    wrong_state=state_refused(CannotMove),
    no_reason=lambda: CannotMove(_("Write the reason: the member reads it.")),
    stamp="changed_at",
)

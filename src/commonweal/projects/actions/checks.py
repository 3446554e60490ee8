"""The staff's side: declare ties, take up, ask for more, admit or refuse with a reason, assign, note."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.text import clean
from commonweal.people.access import demand, may
from commonweal.people.actions import record
from commonweal.people.rules import Act
from commonweal.projects.access import may_check
from commonweal.projects.actions.flows import DOSSIERS, Incomplete
from commonweal.projects.models import ConflictDeclaration, Dossier, InformationRequest, InternalNote
from commonweal.projects.queries import ties_of
from commonweal.projects.rules.parts import Part

if TYPE_CHECKING:
    from commonweal.people.models import Person


# A button pressed twice, or a page sent again; the same words on another day are another remark.
SENT_TWICE = timedelta(minutes=1)


class TieStands(Refusal):
    """A declared tie is not lifted by its owner, nor without a reason."""

    code = "tie_stands"


def _held(dossier: Dossier) -> Dossier:
    return Dossier.objects.select_for_update(of=("self",)).select_related("applicant").get(pk=dossier.pk)


@transaction.atomic
def declare_conflict(
    *, dossier: Dossier, by: Person, has_conflict: bool, text: str, now: datetime
) -> ConflictDeclaration:
    """Keeps what a member of staff says about their ties with a project; asked before it opens.

    A tie that was declared stands until a colleague lifts it. Raises NotAllowed, TieStands.
    """
    demand(may(by, Act.CHECK_DOSSIERS, day_of(now)))
    _held(dossier)
    if not has_conflict and ties_of(dossier).filter(person=by).exists():
        raise TieStands(
            _("You declared a tie with this project. A colleague who handles it can lift that, not you.")
        )
    # The same said twice is one button pressed twice: it stands once, and one lifting lifts it.
    last = dossier.conflicts.filter(person=by, lifted_at__isnull=True).order_by("-at", "-pk").first()
    if last is not None and (last.has_conflict, last.text) == (has_conflict, text):
        return last
    said = ConflictDeclaration.objects.create(
        dossier=dossier, person=by, has_conflict=has_conflict, text=text, at=now
    )
    record("ConflictDeclared", f"dossier:{dossier.pk}", by=by, at=now, data={"conflict": has_conflict})
    return said


@transaction.atomic
def lift_tie(*, said: ConflictDeclaration, why: str, by: Person, now: datetime) -> None:
    """Notes that a colleague's declared tie is none, or no longer; twice changes nothing. Raises NotAllowed, TieStands.

    Only who handles the project without a tie of their own may, and must say why.
    """
    dossier = _held(said.dossier)
    demand(may_check(dossier, by, day_of(now)))
    if said.person_id == by.pk:
        raise TieStands(
            _("You declared a tie with this project. A colleague who handles it can lift that, not you.")
        )
    why = clean(why, lines=False)[:300]
    if not why:
        raise TieStands(_("Say why the tie no longer counts."))
    if ties_of(dossier).filter(pk=said.pk).update(lifted_at=now, lifted_by=by, lifted_why=why):
        data = {"of": said.person_id, "reason": why}
        record("ConflictLifted", f"dossier:{dossier.pk}", by=by, at=now, data=data)


@transaction.atomic
def take_up_dossier(*, dossier: Dossier, by: Person, now: datetime) -> Dossier:
    """Starts the check and makes the one who starts it the adviser, unless there is one."""
    held = DOSSIERS.hold(dossier.pk, "take_up", by=by, now=now)
    held.adviser = held.adviser or by
    return DOSSIERS.move(held, "take_up", by=by, now=now)


@transaction.atomic
def assign_dossier(*, dossier: Dossier, to: Person, by: Person, now: datetime) -> Dossier:
    """Gives a dossier to a colleague who checks dossiers."""
    held = _held(dossier)
    demand(may_check(held, by, day_of(now)))
    demand(may(to, Act.CHECK_DOSSIERS, day_of(now)))
    held.adviser = to
    held.save(update_fields=["adviser"])
    record("DossierAssigned", f"dossier:{held.pk}", by=by, at=now, data={"to": to.pk})
    return held


@transaction.atomic
def ask_for_more(
    *, dossier: Dossier, parts: Sequence[Part], message: str, by: Person, now: datetime
) -> InformationRequest:
    """Sends the dossier back with a question and reopens exactly the parts named. Raises Incomplete."""
    held = DOSSIERS.hold(dossier.pk, "ask_more", by=by, now=now)
    if not parts:
        raise Incomplete(_("Say which parts the applicant may change."))
    DOSSIERS.move(held, "ask_more", by=by, now=now, reason=message)
    return InformationRequest.objects.create(
        dossier=held, asked_by=by, asked_at=now, message=message, parts=[str(part) for part in parts]
    )


@transaction.atomic
def admit_dossier(*, dossier: Dossier, reason: str, by: Person, now: datetime) -> Dossier:
    """Lets the project go to the vote; the applicant reads the reason."""
    return _decided(dossier, "admit", reason, by, now)


@transaction.atomic
def refuse_dossier(*, dossier: Dossier, reason: str, by: Person, now: datetime) -> Dossier:
    """Ends the dossier with a reason the applicant reads and can answer."""
    return _decided(dossier, "refuse", reason, by, now)


def _decided(dossier: Dossier, move: str, reason: str, by: Person, now: datetime) -> Dossier:
    held = DOSSIERS.hold(dossier.pk, move, by=by, now=now)
    held.decision_reason, held.decided_at = reason, now
    return DOSSIERS.move(held, move, by=by, now=now, reason=reason)


@transaction.atomic
def note_dossier(*, dossier: Dossier, text: str, by: Person, now: datetime) -> InternalNote:
    """A remark among staff; the same words as the last one, by the same person within a minute, are that one sent twice."""
    demand(may_check(dossier, by, day_of(now)))
    _held(dossier)
    last = dossier.notes.order_by("-at", "-pk").first()
    if last is not None and (last.by_id, last.text) == (by.pk, text) and now - last.at < SENT_TWICE:
        return last
    note = InternalNote.objects.create(dossier=dossier, by=by, at=now, text=text)
    record("DossierNoted", f"dossier:{dossier.pk}", by=by, at=now)
    return note

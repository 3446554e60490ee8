"""What each event about calls and projects says in a history."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING

from django.utils.translation import gettext_lazy as _

from commonweal.casework.wording.history import Told, state_reached
from commonweal.projects.states import CallState, DossierState

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

EVENTS: Mapping[str, StrOrPromise | Told] = {
    "CallPlanned": _("The frame of the call was kept."),
    "CallTextWritten": _("A text of the call was kept."),
    "CallMoved": state_reached(CallState),
    "ProjectsImported": _("Projects were brought in from a file."),
    "RulebookLoaded": _("The rulebook was loaded."),
    "DossierStarted": _("The project was started."),
    "DossierWritten": _("A part of the project was kept."),
    "DossierMoved": state_reached(DossierState),
    "DossierDecided": state_reached(DossierState),
    "DossierAssigned": _("The project was given to a colleague."),
    "DossierNoted": _("A note among staff was kept."),
    "ConflictDeclared": _("Somebody said whether they have a tie to the project."),
    "ConflictLifted": _("A tie to the project was lifted."),
    "PhotoAdded": _("A photo was added."),
    "PhotoRemoved": _("A photo was removed."),
}

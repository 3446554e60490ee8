"""What waits on the staff desk about people, letters, roles and accounts."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.casework.wording.tiles import Entry, Line, Search, Tile, TileKind
from commonweal.people.queries import joint_acts_waiting, letters_to_print
from commonweal.people.rules import Act
from commonweal.portal.forms import TEXT_MAX

if TYPE_CHECKING:
    from commonweal.people.models import Person


def for_others(person: Person, acts: frozenset[Act], now: datetime) -> Tile:
    """What one enters for somebody else, and letters to print."""
    count = letters_to_print().count()
    letters = ngettext("One letter to print", "%(total)s letters to print", count) % {"total": count}
    return Tile(
        _("For someone else"),
        _("Someone phones, comes by or writes on paper: it counts the same."),
        lines=(Line(letters, reverse("portal:desk-letters")),) if count else (),
        empty=_("No letters to print."),
        entries=(Entry(_("Enter a dossier"), reverse("projects:desk-entry"), first=True),),
    )


def members(person: Person, acts: frozenset[Act], now: datetime) -> Tile:
    """A search for members; organisations for who keeps the register."""
    label = _("Number, start of names, e-mail address, telephone or account")
    organisations = Entry(_("Organisations"), reverse("portal:desk-organisations"))
    return Tile(
        _("Members"),
        search=Search(label, reverse("portal:desk-members"), _("Find"), TEXT_MAX),
        entries=(organisations,) if Act.KEEP_REGISTER in acts else (),
    )


def roles(person: Person, acts: frozenset[Act], now: datetime) -> Tile:
    """Staff roles and accounts; what waits for a second administrator whom it is not about and who did not ask it."""
    accounts = reverse("portal:desk-accounts")
    count = joint_acts_waiting().exclude(asked_by=person).exclude(person=person).count()
    waits = ngettext(
        "One request waits for you or another administrator to confirm it",
        "%(n)s requests wait for you or another administrator to confirm them",
        count,
    )
    return Tile(
        _("Staff roles"),
        _("Who may do what here."),
        lines=(Line(waits % {"n": count}, accounts),) if count else (),
        entries=(
            Entry(_("Give or end a role"), reverse("portal:desk-staff")),
            Entry(_("Accounts"), accounts),
        ),
    )


FOR_OTHERS = TileKind(frozenset({Act.ENTER_FOR_OTHERS}), for_others)
MEMBERS = TileKind(frozenset({Act.SEE_MEMBERS}), members)
ROLES = TileKind(frozenset({Act.APPOINT_STAFF}), roles)

"""Pages on which one asks for a member: oneself, whoever acts for them, staff for those who phone, come by or write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.http import Http404, HttpRequest
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import NotAllowed
from commonweal.membership import queries
from commonweal.membership.access import member_spoken_for
from commonweal.people.access import signed_in_person

if TYPE_CHECKING:
    from commonweal.membership.models import Member
    from commonweal.people.models import Person


def spoken_for(request: HttpRequest, number: int) -> Member:
    """The organisation with a member number, for who speaks for it by papers we saw. Raises Http404 for everybody else."""
    member = member_spoken_for(signed_in_person(request), number, day_of(timezone.now()))
    if member is None:
        raise Http404
    return member


def acted_for(request: HttpRequest, number: int) -> Member:
    """The member whose affairs the reader administers today, or the organisation they speak for. Raises NotAllowed."""
    person, today = signed_in_person(request), day_of(timezone.now())
    spoken = member_spoken_for(person, number, today)
    found = next((each for each in queries.administered_by(person, today) if each.number == number), spoken)
    if found is None:
        raise NotAllowed(
            _("This is for the administrator of this member, or who speaks for it."), code="not_administrator"
        )
    return found


def frame(page: str, member: Member, by: Person, *, by_staff: bool) -> dict[str, Any]:
    """Whose page it is, and its addresses. Of each `page` there are three: `my-…`, `…-for` and `…-enter`."""
    own = member.person_id == by.pk and not by_staff
    stem = f"{page}-enter" if by_staff else f"my-{page}" if own else f"{page}-for"
    numbers = [] if own else [member.number]
    name = str(member.person or member.organisation)
    # Whoever enters requests for others need not be allowed to open a member's file.
    if by_staff:
        back, label = reverse("portal:desk-members"), _("Members")
    elif own:
        back, label = reverse("membership:my-shares"), _("My shares")
    elif member.organisation_id:
        back, label = reverse("membership:member-shares", args=numbers), name
    else:
        back, label = reverse("portal:my-page"), _("My page")
    return {
        "member": member,
        "name": name,
        "by_staff": by_staff,
        "for_other": not own,
        "stem": stem,
        "numbers": numbers,
        "here": reverse(f"membership:{stem}", args=numbers),
        "back": back,
        "back_label": label,
    }

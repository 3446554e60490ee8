"""Pages on which one asks for a member: oneself, whoever acts for them, staff for those who phone, come by or write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.urls import reverse

if TYPE_CHECKING:
    from commonweal.membership.models import Member
    from commonweal.people.models import Person


def frame(page: str, member: Member, by: Person, *, by_staff: bool) -> dict[str, Any]:
    """Whose page it is, and its addresses. Of each `page` there are three: `my-…`, `…-for` and `…-enter`."""
    own = member.person_id == by.pk and not by_staff
    stem = f"{page}-enter" if by_staff else f"my-{page}" if own else f"{page}-for"
    numbers = [] if own else [member.number]
    # Whoever enters requests for others need not be allowed to open a member's file.
    back = "portal:desk-members" if by_staff else "membership:my-shares" if own else "portal:my-page"
    return {
        "member": member,
        "name": str(member.person or member.organisation),
        "by_staff": by_staff,
        "for_other": not own,
        "stem": stem,
        "numbers": numbers,
        "here": reverse(f"membership:{stem}", args=numbers),
        "back": reverse(back),
    }

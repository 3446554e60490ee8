"""Requests for shares as receivables: words and addresses for pages about the money that pays them, and what is wired."""

from __future__ import annotations

import re
from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from commonweal.membership.actions import applications_paid as actions
from commonweal.membership.actions.members import lock_numbers
from commonweal.membership.queries import applications_paid as queries
from commonweal.membership.queries.applications_paid import Leaving, leaving
from commonweal.membership.queries.joining import (
    APPLICATION,
    application_with,
    applications_in,
    applications_with,
    subject_of,
)
from commonweal.membership.rules.joining import ApplicationState
from commonweal.membership.views.wording import reason_of, shares
from commonweal.treasury.queries.receivables import ReceivableKind
from commonweal.treasury.rules.receivables import Undone, Unentered
from commonweal.ui.formats import day

# The end of the address of a request's page, as somebody copies it; or its number alone.
_PAGE = re.compile(r"/requests/(\d{1,9})(?:/|$)", re.ASCII)
_NUMBER = re.compile(r"\d{1,9}", re.ASCII)


def number_in(text: str) -> int | None:
    """The number of the request that a text names by the address of its page, or by that number alone."""
    if (page := _PAGE.search(text)) is not None:
        return int(page[1])
    return int(text) if _NUMBER.fullmatch(text) else None


def address(number: int) -> str:
    """The address of a request's page."""
    return reverse("membership:request", args=[number])


def titles(numbers: Iterable[int]) -> dict[int, str]:
    """The shares each request is for."""
    return {each.pk: shares(each.count, each.share_class) for each in applications_with((), numbers)}


def unentered() -> list[Unentered]:
    """Requests that are paid and not yet in the register, each with what keeps it out."""
    return [
        Unentered(subject_of(each), each.holder_name, shares(each.count, each.share_class), reason_of(each))
        for each in applications_in(ApplicationState.PAID)
    ]


def undone(number: int) -> Undone:
    """What undoing the payment of a request does to its shares and to the membership."""
    application = application_with(number)
    left = leaving(application) if application is not None else None
    if left is None or left.entry is None:
        return Undone()
    return Undone(tuple(_lines(left)), (left.entry.pk, left.ends))


def _lines(left: Leaving) -> list[str]:
    application, entry, found = left.application, left.entry, []
    if entry is not None and application.member is not None:
        values = {
            "shares": shares(application.count, application.share_class),
            "holder": application.holder_name,
            "number": application.member.number,
            "day": day(entry.effective_on),
        }
        found.append(
            _("%(shares)s of %(holder)s (member %(number)s) leave the register, as of %(day)s.") % values
        )
    if left.ends:
        found.append(
            _("%(holder)s holds no other shares and is a member no longer.")
            % {"holder": application.holder_name}
        )
    return found


APPLICATIONS = ReceivableKind(
    APPLICATION,
    expected=queries.expected,
    waiting=queries.waiting,
    named=queries.named,
    open_subjects=queries.open_subjects,
    unentered=unentered,
    number_in=number_in,
    address=address,
    titles=titles,
    against_paying=queries.against_paying,
    against_undoing=queries.against_undoing,
    undone=undone,
    lock_first=lock_numbers,
    lock=actions.lock_applications,
    take=actions.count_application,
    enter=actions.enter_application,
    reopen=actions.reopen_application,
)

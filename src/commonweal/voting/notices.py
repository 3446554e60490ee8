"""Messages to members about their votes, in their language. Handlers may run twice; the same event is one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.kernel.days import day_of
from commonweal.kernel.subjects import number_of
from commonweal.membership.queries import member_with_number, readers_for
from commonweal.people.actions import write_to
from commonweal.ui.formats import moment
from commonweal.voting.models import Ballot

if TYPE_CHECKING:
    from commonweal.people.models import Event


def tell_web_vote_left(event: Event) -> None:
    """Tells a member that their vote over the web left the box, because a paper ballot was handed out in their name."""
    number = event.data.get("web_vote_of")
    member = member_with_number(number) if number else None
    if member is None:
        return
    ballot = Ballot.objects.get(pk=number_of(event.subject))
    for person in readers_for(member, day_of(event.at)):
        with translation.override(person.language):
            title = ballot.titles.get(person.language) or next(iter(ballot.titles.values()), "")
            body = (
                _("Dear %(name)s,") % {"name": str(person)},
                _(
                    "your vote over the web in “%(title)s” does not count any more: on %(when)s a paper ballot was handed "
                    "out in your name. Only that sheet counts, once it is filled in and brought back in time."
                )
                % {"title": title, "when": moment(event.at)},
                _("Was this not you? Call us at once: %(phone)s.") % {"phone": settings.SITE["phone"]},
            )
            write_to(
                event=event,
                person=person,
                subject=_("Your vote is on paper now"),
                body="\n\n".join(body),
            )

"""Messages about households: a proposal, its answer, an end. Handlers may run twice: one event is one message."""

from __future__ import annotations

from typing import TYPE_CHECKING

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext as _

from commonweal.kernel.subjects import number_of
from commonweal.kernel.words import gettext_noop
from commonweal.membership.models import HouseholdProposal, Member
from commonweal.membership.queries.households import BOTH
from commonweal.membership.states import HouseholdState
from commonweal.people.actions import write_to

if TYPE_CHECKING:
    from commonweal.people.models import Event, Person

_TEXTS = {
    HouseholdState.PROPOSED: gettext_noop(
        "%(name)s proposes that you two get our post once and share the benefits our partners offer, as one household. "
        "Nothing changes unless you accept. Each of you keeps your own membership, vote, shares and page."
    ),
    HouseholdState.ACCEPTED: gettext_noop(
        "you and %(name)s now share your post: what goes to all members comes once. Once one of you has the benefits "
        "our partners offer, both do. Each of you keeps your own membership, vote, shares and page. Either of you can "
        "stop it on any day."
    ),
    HouseholdState.DECLINED: gettext_noop(
        "%(name)s would rather not share post. Each of you gets your own, as before."
    ),
    HouseholdState.WITHDRAWN: gettext_noop("%(name)s withdrew the proposal to share your post."),
}


def tell_both_sides(event: Event) -> None:
    """Tells who has to answer, or who waits for the answer; what both agreed is told to both."""
    proposal = HouseholdProposal.objects.select_related(*BOTH).get(pk=number_of(event.subject))
    state = HouseholdState(event.data["to"])
    asker, other = proposal.asker.person, proposal.other.person
    to_asker = [(asker, other)] if state in (HouseholdState.ACCEPTED, HouseholdState.DECLINED) else []
    to_other = [] if state == HouseholdState.DECLINED else [(other, asker)]
    for reader, told_of in to_asker + to_other:
        # Who did it on their own page knows.
        if reader and reader.pk != event.by_id:
            _write(event, reader, _TEXTS[state], str(told_of))


def tell_who_shared(event: Event) -> None:
    """Tells whoever shared post with someone who stopped that, and them too where staff noted it."""
    gone = Member.objects.select_related("person").get(pk=number_of(event.subject))
    others = Member.objects.select_related("person").filter(pk__in=event.data["others"]).order_by("number")
    alone = event.data["alone"]
    for member in others:
        if member.person:
            text = _ALONE if alone else _STAYS
            _write(event, member.person, text, str(gone.person))
    if gone.person and gone.person.pk != event.by_id:
        _write(event, gone.person, _GONE, "")


_ALONE = gettext_noop("%(name)s no longer shares post with you. Each of you gets your own again.")
_STAYS = gettext_noop("%(name)s no longer shares post with you. The others of your household still do.")
_GONE = gettext_noop("you no longer share your post. From now on you get your own again.")


def _write(event: Event, person: Person, text: str, name: str) -> None:
    with translation.override(person.language):
        body = (
            _("Dear %(name)s,") % {"name": str(person)},
            _(text) % {"name": name},
            _("You find it on your page, under “Household”. Or call us: %(phone)s.")
            % {"phone": settings.SITE["phone"]},
        )
        write_to(event=event, person=person, subject=_("Post of your household"), body="\n\n".join(body))

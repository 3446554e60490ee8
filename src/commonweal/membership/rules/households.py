"""Whether two members may share their post as one household. Post and partners' benefits are all they share: never a
vote, shares or a page."""

from __future__ import annotations

from dataclasses import dataclass

from commonweal.kernel.decision import YES, Decision, no
from commonweal.kernel.words import gettext_noop


@dataclass(frozen=True, slots=True)
class Side:
    """One of the two: whether a person, a member on the day, protected, and in which household (None: in none)."""

    is_person: bool
    belongs: bool
    protected: bool = False
    household: int | None = None


def may_share_post(one: Side, other: Side, *, papers: bool) -> Decision:
    """Whether these two may be asked to share their post; `papers` when staff have noted who agreed.

    Says nothing of a household only the other is in: whom they live with is no business of who asks.
    """
    if not (one.is_person and other.is_person):
        return no(
            "not_persons",
            gettext_noop(
                "Only persons form a household. An organisation's post goes to those who speak for it."
            ),
        )
    if not (one.belongs and other.belongs):
        return no("not_members", gettext_noop("Both have to be members today."))
    if one.household is not None and one.household == other.household:
        return no("together", gettext_noop("You two share your post already."))
    if (one.protected or other.protected) and not papers:
        return no(
            "protected",
            gettext_noop(
                "Somebody administers the affairs of one of you two. Call us: we note it with them."
            ),
        )
    return YES


def may_come_together(one: Side, other: Side, *, papers: bool) -> Decision:
    """The same on the day both have agreed, when nobody may be in two households."""
    decision = may_share_post(one, other, papers=papers)
    if decision and one.household is not None and other.household is not None:
        return no(
            "two_households",
            gettext_noop(
                "Each of you shares post with others. One of you first stops that, then you can share with each other."
            ),
        )
    return decision

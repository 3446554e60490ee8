"""Pages of shares: one's own and an organisation's, movements, shares passed on and converted."""

from __future__ import annotations

from datetime import date
from uuid import uuid4

from commonweal.membership import actions
from commonweal.membership.models import ConversionRequest
from tests import factories as make
from tests.journeys.sites import Pages, Site

NO_PAGE = {"member-statement", "my-statement"}


def pages(site: Site) -> Pages:
    """A member who offers shares and speaks for an organisation with shares; another who would convert theirs."""
    member = site.member
    offer = actions.offer_shares(
        token=uuid4(),
        giver=member,
        taker=make.member(),
        share_class="A",
        count=2,
        by=site.applicant,
        now=make.NOW,
    )
    orchard = f"members/{site.organisation.number}/"
    file = f"members/register/{member.number}/"
    return Pages(
        applicant=[
            "members/shares/",
            "members/shares/account/",
            "members/shares/pass-on/",
            f"members/shares/offers/{offer.pk}/",
            "members/shares/convert/",
            f"{orchard}shares/",
            f"{orchard}shares/pass-on/",
            f"{orchard}convert/",
        ],
        staff=[
            f"members/{member.number}/account/",
            f"{file}movement/",
            f"{file}movement/?kind=conversion",
            f"{file}movement/{site.subscription.pk}/undo/",
            f"members/register/{site.other_member.number}/convert/",
            "members/conversions/",
            f"members/conversions/{_conversion().pk}/",
        ],
    )


def _conversion() -> ConversionRequest:
    """A request to convert shares that waits for the secretary."""
    member = make.member(joined_on=date(2010, 1, 1))
    make.shares(member, 250, "B", day=date(2012, 1, 1))
    wanted = {"member": member, "share_class": "B", "count": 250, "to_class": "A"}
    return actions.ask_to_convert(**wanted, by=member.person, now=make.NOW)

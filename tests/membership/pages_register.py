"""Pages of the register of members: who belongs, post at one address, sheets brought in, the accreditation."""

from __future__ import annotations

from commonweal.membership import actions
from commonweal.membership.models import Import, Member
from commonweal.membership.rules.imports import ImportKind
from tests import factories as make
from tests.journeys.sites import Pages, Site

NO_PAGE = {"import-move", "import-template", "post-list", "register-export", "special-report"}


def pages(site: Site) -> Pages:
    """A member who shares post with one and proposed it to another; sheets that may and may not come in."""
    member = site.member
    _share_post(member)
    sheets = [_checked_sheet(member.number, count) for count in ("many", "3")]
    return Pages(
        visitor=["members/statutes/"],
        applicant=["members/household/", "members/register/consult/"],
        staff=[
            "members/register/",
            "members/register/changes/",
            f"members/register/{member.number}/",
            f"members/{member.number}/household/",
            "members/register/accreditation/",
            f"members/register/accreditation/{make.NOW.year}/aim/",
            "members/register/imports/",
            *(f"members/register/imports/{sheet.pk}/" for sheet in sheets),
        ],
    )


def _share_post(member: Member) -> None:
    asker = {"asker": member, "by": member.person, "now": make.NOW}
    other = make.member()
    first = actions.propose_household(other=other, **asker)
    actions.accept_household(proposal=first, by=other.person, now=make.NOW)
    actions.propose_household(other=make.member(), **asker)


def _checked_sheet(number: int, count: str) -> Import:
    """A sheet with one movement of a member; a `count` that is no number is a wrong cell."""
    head = "reference,number,kind,share_class,count,amount,effective_on"
    content = f"{head}\n1,{number},subscription,A,{count},150,2020-06-01\n"
    sheet = actions.upload_import(
        kind=ImportKind.MOVEMENTS, name="old.csv", content=content.encode(), by=None, now=make.NOW
    )
    return actions.check_import(importing=sheet, now=make.NOW)

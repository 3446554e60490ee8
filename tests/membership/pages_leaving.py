"""Pages of leaving: exit seasons and their payments, protected members, exclusions, estates."""

from __future__ import annotations

from datetime import date, timedelta
from fractions import Fraction
from typing import Any

from commonweal.membership import actions
from commonweal.membership.models import Claimant, Estate, Exclusion, ExitSeason, Member
from commonweal.membership.rules.estates import EndKind, Settlement
from commonweal.membership.rules.exclusions import SentBy
from commonweal.membership.rules.exits import ExitTest, Outcome
from commonweal.people.models import Person
from tests import factories as make
from tests.journeys.sites import Pages, Site
from tests.membership.share_values import accounts, values
from tests.treasury import paying_steps as paying

NO_PAGE = {
    "claimant-remove",
    "estate-paid",
    "exclusion-paid",
    "exit-file-paid",
    "season-file",
    "season-report",
}


def pages(site: Site) -> Pages:
    """The applicant asked to leave, for themselves and for a protected member; staff decide on all endings."""
    decided = _decided_season(site.staff)
    ward = _protected_member(site.applicant, site.staff).number
    return Pages(
        applicant=[
            f"members/{ward}/leave/",
            f"members/{ward}/leave/back/",
            "members/shares/leave/",
            "members/shares/leave/back/",
        ],
        staff=[
            f"members/register/{ward}/administrator/",
            *_exclusion_pages(site),
            *_estate_pages(site),
            *_season_pages(site, decided),
        ],
    )


def _season_pages(site: Site, decided: ExitSeason) -> list[str]:
    leaving = actions.ask_to_leave(member=site.member, by=site.applicant, now=make.NOW).season
    season = f"members/exits/{leaving.year}/"
    return [
        "members/exits/",
        f"members/exits/{decided.year}/",
        f"{season}plan/",
        f"{season}decide/?outcome=part&budget=100",
        f"{season}tests/net_assets/",
        "members/exits/payments/",
        f"members/exits/{decided.year}/payments/",
        season,
        f"members/register/{site.other_member.number}/leave/",
        f"members/register/{site.member.number}/leave/back/",
    ]


def _exclusion_pages(site: Site) -> list[str]:
    exclusion = f"members/exclusions/{_exclusion(site.staff).pk}/"
    return [
        "members/exclusions/",
        exclusion,
        f"{exclusion}payment/",
        f"{exclusion}decide/",
        f"members/register/{site.other_member.number}/exclude/",
    ]


def _estate_pages(site: Site) -> list[str]:
    settled, paid_heir = _estate(site.staff)
    _settle(settled, paid_heir, site.staff)
    estate, heir = _estate(site.staff)
    address = f"members/estates/{estate.pk}/"
    return [
        "members/estates/",
        f"members/estates/{settled.pk}/payments/",
        address,
        f"{address}claims/",
        f"{address}claims/{heir.pk}/",
        f"{address}claims/{heir.pk}/account/",
        f"{address}settle/",
        f"{address}undo/",
        f"members/register/{site.other_member.number}/end/",
    ]


def _long_member() -> Member:
    """A member since 2016, with four shares."""
    member = make.member(joined_on=date(2016, 1, 1))
    make.shares(member, 4)
    return member


def _decided_season(by: Person) -> ExitSeason:
    """An exit season with one member paid a part, on a known account, and one without."""
    known, unknown = (_long_member() for _each in range(2))
    asked_at = make.NOW - timedelta(days=200)
    for member in (known, unknown):
        season = actions.ask_to_leave(member=member, by=member.person, now=asked_at).season
    actions.set_payout_account(
        member=known, iban="BE62510007547061", holder="J", by=known.person, now=make.NOW
    )
    staff = {"by": by, "now": make.NOW}
    for kind in ExitTest:
        actions.record_test(
            kind=kind,
            season=season,
            as_of=season.closes_on,
            document="accounts",
            have_cents=1_000_300_00,
            keep_cents=1_000_000_00,
            values=values(A="37.5", C="250"),
            **staff,
        )
    actions.decide_season(
        season=season,
        outcome=Outcome.PART,
        budget_cents=250_00,
        decided_on=make.NOW.date(),
        document="minutes",
        reasons=dict.fromkeys(("fr", "nl", "de", "en"), "Les tests ne laissent pas plus."),
        **staff,
    )
    paying.pay_season(season=season, pay_on=make.NOW.date(), **staff)
    return season


def _protected_member(administrator: Person, by: Person) -> Member:
    """A protected member whose administrator asked to leave for them."""
    member = _long_member()
    actions.note_guardianship(
        member=member,
        administrator=administrator,
        starts_on=date(2026, 1, 1),
        document="order",
        by=by,
        now=make.NOW,
    )
    actions.ask_to_leave(member=member, by=administrator, now=make.NOW)
    return member


def _exclusion(by: Person) -> Exclusion:
    """The exclusion of a member, told to them and to be paid."""
    step: dict[str, Any] = {"document": "letter", "by": by, "now": make.NOW}
    exclusion = actions.propose_exclusion(
        member=_long_member(),
        grounds="Article 9",
        sent_on=date(2026, 9, 1),
        sent_by=SentBy.EMAIL,
        **step,
    )
    exclusion = actions.decide_exclusion(
        exclusion=exclusion,
        excludes=True,
        decided_on=date(2026, 11, 2),
        reasons="Les faits sont établis.",
        **step,
    )
    exclusion = actions.notify_exclusion(exclusion=exclusion, on=make.NOW.date(), **step)
    return actions.refund_exclusion(exclusion=exclusion, accounts=accounts(A="50"), **step)


def _estate(by: Person) -> tuple[Estate, Claimant]:
    """An estate being put together, and its one heir."""
    staff = {"by": by, "now": make.NOW}
    estate = actions.open_estate(
        member=_long_member(),
        kind=EndKind.DEATH,
        ended_on=date(2026, 5, 1),
        document="certificate",
        **staff,
    )
    heir = actions.add_claimant(
        estate=estate, name="An Heir", part=Fraction(1), iban="BE62510007547061", **staff
    )
    return estate, heir


def _settle(estate: Estate, heir: Claimant, by: Person) -> None:
    """What an estate's heir agreed to is decided, and is to be paid."""
    staff = {"by": by, "now": make.NOW}
    actions.note_agreement(claimant=heir, on=make.NOW.date(), document="signed", **staff)
    actions.settle_estate(
        estate=estate,
        settlement=Settlement.REFUND,
        heirship="deed",
        decision="board",
        accounts=accounts(A="37.5"),
        **staff,
    )

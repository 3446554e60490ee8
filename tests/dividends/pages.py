"""Pages of dividends, and of a payment that came back."""

from __future__ import annotations

from commonweal.dividends.models import DividendRun
from commonweal.treasury import actions as treasury
from commonweal.treasury.models import Payment
from commonweal.treasury.rules.payables import ReturnReason
from tests.dividends import steps
from tests.journeys.sites import Pages, Site

NO_PAGE = {"dividend-lines", "member-dividend", "my-dividend", "payment-file"}


def pages(site: Site) -> Pages:
    """A dividend that is paid, with one who waits and one that came back; and one that waits for approval."""
    paid, proposed = _dividends(site)
    return Pages(
        applicant=[
            "members/shares/dividends/",
            f"members/{site.organisation.number}/shares/dividends/",
        ],
        staff=[
            "members/dividends/",
            "members/dividends/new/",
            f"members/dividends/{paid.pk}/",
            f"members/dividends/{paid.pk}/waiting/",
            f"members/dividends/{proposed.pk}/",
            f"members/dividends/{proposed.pk}/withdraw/",
            f"members/dividends/{proposed.pk}/tests/net_assets/",
            f"members/dividends/{proposed.pk}/tests/liquidity/",
            "members/paid-out/returned/",
        ],
    )


def _dividends(site: Site) -> tuple[DividendRun, DividendRun]:
    steps.gives_account(site.member)
    steps.holder(5, account=False)
    steps.holder(7)
    people = steps.Staff(first=site.staff)
    paid = steps.paid(people, pay_on=steps.NOW.date())
    treasury.book_return(
        end_to_end=Payment.objects.latest("id").end_to_end,
        reason=ReturnReason.CLOSED,
        returned_on=paid.pay_on,
        by=people.proposer,
        now=steps.NOW,
    )
    return paid, steps.reckoned(people, rate_bp=1_00)

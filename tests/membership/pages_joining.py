"""Pages of joining: requests for shares, at home and at the desk, and the payments for them."""

from __future__ import annotations

from commonweal.membership.models import Application
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions.payments import decide_movement
from commonweal.treasury.models import BankMovement, Refund
from commonweal.treasury.rules.matching import Outcome
from tests import factories as make
from tests.journeys.sites import Pages, Site
from tests.membership import joining_steps as steps

NO_PAGE = {"certificate", "request-accept", "request-enter", "requests-lapse"}
ELSEWHERE = {"desk-join-check", "join-check"}


def pages(site: Site) -> Pages:
    """A request that waits, one for a child, one paid too much; a statement read in, and one looked at."""
    staff = site.staff
    waits = steps.asked(site.applicant, 5)
    child = steps.asked_for_child(make.person("Rosa"))
    payer = steps.asked(make.person("Piet", "Maes"))
    read = steps.confirmed([steps.paid(payer, 600_00, "Piet Maes"), Paid(5_00, "Onbekend")], staff)
    over, unknown = BankMovement.objects.order_by("id")
    decide_movement(movement=over, outcome=Outcome.ACCEPT, by=staff, now=make.NOW)
    refund = Refund.objects.get(handling__movement=over)
    looked_at = steps.uploaded([steps.paid(waits), Paid(-2_00, "Bank")], staff, 13)
    entered = Application.objects.get(state="member")
    return Pages(
        visitor=["members/join/"],
        applicant=[
            "members/join/for/",
            "members/requests/",
            f"members/requests/{waits.pk}/",
            f"members/requests/{waits.pk}/withdraw/",
        ],
        staff=[
            "members/requests/desk/",
            "members/requests/desk/new/",
            "members/requests/desk/new/who/",
            f"members/requests/{child.pk}/",
            f"members/requests/{entered.pk}/",
            f"members/requests/{child.pk}/refuse/",
            "members/payments/",
            f"members/payments/{unknown.pk}/",
            f"members/payments/{over.pk}/",
            f"members/payments/{over.pk}/undo/",
            f"members/payments/{unknown.pk}/divide/",
            f"members/payments/files/{looked_at.pk}/",
            f"members/payments/files/{looked_at.pk}/discard/",
            f"members/payments/files/{read.pk}/",
            "members/payments/refunds/",
            f"members/payments/refunds/{refund.pk}/",
        ],
    )

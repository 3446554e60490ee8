"""Pages of the portal: home, help, one's own page, the desk of staff."""

from __future__ import annotations

from datetime import timedelta

from commonweal.people.actions import ask_jointly, give_mandate
from commonweal.people.rules import JointKind, MandateScope
from tests import factories as make
from tests.journeys.sites import Pages, Site

# One who has an app alone comes to `app-replace`, which shows the page by which one is set up.
NO_PAGE = {"app-replace", "key-end", "my-copy", "session-end"}


def pages(site: Site) -> Pages:
    """Pages around a newcomer, around an applicant who gave a mandate and speaks for an organisation, and around staff."""
    assert site.newcomer  # who is to sign in
    who = site.applicant
    mandate = give_mandate(
        principal=who,
        agent=make.person("Jo", "Peeters"),
        scope=MandateScope.APPLY,
        ends_on=(make.NOW + timedelta(days=37)).date(),
        by=who,
        now=make.NOW,
    )
    appointment = site.staff.appointments.first()
    assert appointment
    colleague = make.staff("counter", email="lost@example.org")
    lost = make.account(colleague)
    act = ask_jointly(
        kind=JointKind.FACTORS_OFF,
        person=colleague,
        why="carte vue",
        by=make.staff("administrator"),
        now=make.NOW,
    )
    return Pages(
        visitor=["", "help/", "developers/"],
        newcomer=["me/name/"],
        applicant=[
            "me/",
            "me/mandates/",
            f"me/mandates/{mandate.pk}/withdraw/",
            "me/keys/",
            "me/data/",
            "me/sessions/",
            "me/second-factor/",
        ],
        staff=[
            "desk/",
            "desk/members/?text=pet",
            "me/data/forget/",
            "desk/letters/",
            "desk/staff/",
            f"desk/staff/{appointment.pk}/end/",
            "desk/accounts/",
            f"desk/accounts/{who.account.pk}/",
            f"desk/accounts/{who.account.pk}/close/",
            f"desk/accounts/{lost.pk}/",
            f"desk/accounts/{lost.pk}/ask-reset/",
            f"desk/requests/{act.pk}/",
            "desk/organisations/?text=a",
            f"desk/organisations/{site.organisation.organisation_id}/",
        ],
    )

"""A member asks for more shares, for a child and for an association: papers looked at, paid by one file, certificates."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date

import pytest

from commonweal.ledger.queries import troubles
from commonweal.membership.queries import held_on
from commonweal.people.rules import LegalForm
from tests import factories as make
from tests.journeys.conftest import PASSWORD, press
from tests.journeys.steps import (
    CERTIFICATE,
    asked,
    asks_for,
    choose,
    fill,
    fill_day,
    home_told,
    pdf_text,
    plain,
    read_in,
    told_how_to_pay,
)
from tests.journeys.walks import Walk
from tests.membership.joining_steps import paid

SEAT = {
    "fr": "Où se trouve le siège de l’organisation ?",
    "nl": "Waar is de zetel van de organisatie?",
    "de": "Wo hat die Organisation ihren Sitz?",
    "en": "Where is the seat of the organisation?",
}


@pytest.fixture
def people(world: None) -> None:
    """A member with ten shares, finance and the secretary, each with a log-in."""
    who = make.person("Ada", "Peeters", email="ada@example.org", born_on=date(1980, 5, 1))
    make.shares(make.member(who), 10)
    for person in (
        who,
        make.staff("finance", email="finance@example.org"),
        make.staff("secretary", email="secretary@example.org"),
    ):
        make.account(person, PASSWORD)


def test_a_member_buys_more_shares_for_herself_her_child_and_her_association(
    people: None,
    walk: Walk,
    sign_in: Callable[..., None],
) -> None:
    page, language = walk.open_page(), walk.language
    sign_in(page, "ada@example.org", language)
    page.goto(f"/{language}/members/shares/")
    press(page, "main a[href$='/members/join/']")
    asks_for(page, "self")
    home_told(page, born=False, postcode="4000")
    own = asked(page, lambda _page: None)
    told_how_to_pay(page, own)

    page.goto(f"/{language}/members/join/")
    asks_for(page, "child")
    walk.look(page)
    fill(page, given_name="Lou", family_name="Peeters")
    fill_day(page, "born_on", date(2015, 1, 1))
    press(page)
    assert page.locator("main [name=street]").input_value() == "rue 3", (
        "a minor mostly lives where the parent does"
    )
    press(page)
    child = asked(page, lambda _page: None, count=1)

    page.goto(f"/{language}/members/join/")
    asks_for(page, "organisation")
    walk.look(page)
    fill(page, name="Les Amis du Square", number="0403.581.960")
    choose(page, "legal_form", LegalForm.ASSOCIATION.value)
    press(page)
    assert SEAT[language] in plain(page)
    fill(page, postcode="4000")
    press(page)
    seat = asked(page, lambda _page: None, share_class="C", count=2)
    assert page.locator("main svg.qr").count() == 0, "papers come before paying"

    sign_in(page, "secretary@example.org", language)
    for application in (child, seat):
        page.goto(f"/{language}/members/requests/desk/")
        press(page, f"main a[href$='/requests/{application.pk}/']")
        walk.look(page)
        press(page, "main form[action$='/accept/'] button")
        application.refresh_from_db()
        assert application.state == "awaiting"

    sign_in(page, "finance@example.org", language)
    read_in(page, language, [paid(each, name="Ada Peeters") for each in (own, child, seat)])
    for application, share_class, shares in ((own, "A", 14), (child, "A", 1), (seat, "C", 2)):
        application.refresh_from_db()
        assert application.member is not None
        assert held_on(application.member.number, share_class, make.NOW.date()).shares == shares
    assert troubles() == []

    sign_in(page, "ada@example.org", language)
    for application, holder in ((own, "Ada Peeters"), (child, "Lou Peeters"), (seat, "Les Amis du Square")):
        page.goto(f"/{language}/members/requests/{application.pk}/")
        text = pdf_text(page, "main a[href$='certificate.pdf']")
        assert CERTIFICATE[language] in text
        assert holder in text
    page.goto(f"/{language}/members/shares/")
    assert "14" in plain(page)

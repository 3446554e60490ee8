"""From "become a member" to the certificate: asked, paid by a file of the bank, in the register; in four languages;
once more by telephone.
"""

from __future__ import annotations

from collections.abc import Callable

import pytest

from commonweal.membership.queries import held_on
from tests import factories as make
from tests.journeys.conftest import PASSWORD, press
from tests.journeys.steps import (
    CERTIFICATE,
    asked,
    asks_for,
    choose,
    fill,
    home_told,
    pdf_text,
    read_in,
    told_how_to_pay,
)
from tests.journeys.walks import Walk
from tests.membership.joining_steps import paid


@pytest.fixture
def people(world: None) -> None:
    """A newcomer and two of the staff, each with a log-in."""
    for person in (
        make.person("Jeanne", "Delvaux", email="jeanne@example.org"),
        make.staff("counter", email="counter@example.org"),
        make.staff("finance", email="finance@example.org"),
        make.staff("secretary", email="secretary@example.org"),
    ):
        make.account(person, PASSWORD)


def test_a_newcomer_asks_pays_and_holds_a_certificate(
    people: None,
    walk: Walk,
    sign_in: Callable[..., None],
) -> None:
    page, language = walk.open_page(), walk.language
    sign_in(page, "jeanne@example.org", language)
    page.goto(f"/{language}/")
    press(page, "main a[href$='/members/join/']")
    asks_for(page, "self")
    home_told(page)
    application = asked(page, walk.look, too_many=400)
    told_how_to_pay(page, application)

    sign_in(page, "finance@example.org", language)
    read_in(page, language, [paid(application, name="Jeanne Delvaux")])
    application.refresh_from_db()
    assert application.member is not None
    assert held_on(application.member.number, "A", make.NOW.date()).shares == 4

    sign_in(page, "secretary@example.org", language)
    page.goto(f"/{language}/members/register/")
    assert "Delvaux Jeanne" in page.locator("main table").inner_text()

    sign_in(page, "jeanne@example.org", language)
    page.goto(f"/{language}/members/requests/")
    press(page, "main li a")
    walk.look(page)
    text = pdf_text(page, "main a[href$='certificate.pdf']")
    assert CERTIFICATE[language] in text
    assert "Jeanne Delvaux" in text


def test_someone_who_phones_becomes_a_member_the_same_way(
    people: None, walk: Walk, sign_in: Callable[..., None]
) -> None:
    page, language = walk.open_page(), walk.language
    sign_in(page, "counter@example.org", language)
    page.goto(f"/{language}/members/requests/desk/new/")
    press(page)
    choose(page, "channel", "phone")
    fill(page, given_name="Rita", family_name="Goossens")
    choose(page, "language", "nl")
    asks_for(page, "self")
    home_told(page)
    application = asked(page, lambda _page: None)
    assert (application.channel, str(application.person), application.language) == (
        "phone",
        "Rita Goossens",
        "nl",
    )

"""A member asks to leave, the board's decision is booked, the member reads what they get: in a browser, by language."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime

import pytest

from commonweal.membership import queries
from commonweal.membership.models import ExitRequest, Member
from tests import factories as make
from tests.journeys.conftest import PASSWORD, Clock, press
from tests.journeys.steps import fill, fill_day, plain
from tests.journeys.walks import Walk

MAY, JULY = datetime(2026, 5, 4, 9, tzinfo=UTC), datetime(2026, 7, 8, 9, tzinfo=UTC)
MEMBER, SECRETARY = "ada@example.org", "secretary@example.org"
# 375 euro and 30 June 2026, as each language writes them.
AMOUNT = {"fr": "375 €", "nl": "€ 375", "de": "375 €", "en": "€375"}
DAY = {"fr": "30 juin 2026", "nl": "30 juni 2026", "de": "30. Juni 2026", "en": "30 June 2026"}


@pytest.fixture
def member(db: None, clock: Clock) -> Member:
    """A member with ten shares, beside one who stays; the secretary; all with a log-in."""
    make.shares(make.member(), 100)
    made = make.member(make.person("Ada", "Peeters", email=MEMBER), joined_on=date(2020, 1, 1))
    make.shares(made, 10)
    make.account(made.person, PASSWORD)  # type: ignore[arg-type]
    make.account(make.staff("secretary", email=SECRETARY), PASSWORD)
    clock.go_to(MAY)
    return made


def test_a_member_leaves(
    member: Member,
    walk: Walk,
    sign_in: Callable[..., None],
    clock: Clock,
) -> None:
    page, language = walk.open_page(), walk.language
    sign_in(page, MEMBER, language)
    page.goto(f"/{language}/members/shares/")
    press(page, "main a[href$='/shares/leave/']")
    assert DAY[language] in plain(page)
    press(page)
    page.locator("button[name=checked]").wait_for()
    walk.look(page)
    press(page)
    page.locator("main a[href$='/leave/back/']").wait_for()
    assert ExitRequest.objects.get(member=member).state == "waiting"

    clock.go_to(JULY)
    sign_in(page, SECRETARY, language)
    season = f"/{language}/members/exits/2026/"
    for kind in ("net_assets", "liquidity"):
        page.goto(f"{season}tests/{kind}/")
        fill_day(page, "as_of", date(2026, 5, 31))
        fill(page, have_cents="90000", keep_cents="100", document="PV 12")
        if kind == "net_assets":
            fill(page, value_A="37,50", value_C="250")
        press(page)
        page.wait_for_url(f"**{season}")
    press(page, "main a[href$='/plan/']")
    assert AMOUNT[language] in plain(page)
    press(page, "main a[href*='/decide/']")
    fill_day(page, "decided_on", date(2026, 7, 6))
    fill(page, document="PV 13")
    press(page)
    page.wait_for_url(f"**{season}")
    assert queries.held_on(member.number, "A", JULY.date()).shares == 0

    sign_in(page, MEMBER, language)
    page.goto(f"/{language}/me/")
    press(page, "main a[href$='/shares/leave/']")
    said = plain(page)
    assert AMOUNT[language] in said
    assert DAY[language] in said

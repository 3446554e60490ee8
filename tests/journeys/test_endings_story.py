"""Memberships that end by themselves or by decision: an estate, a bankruptcy, an exclusion; booked, then paid."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

import pytest

from commonweal.ledger.queries import troubles
from commonweal.membership import queries
from commonweal.membership.actions import admit_member
from commonweal.membership.models import Claimant, Estate, Exclusion, Member
from commonweal.people.models import Person
from tests import factories as make
from tests.journeys.conftest import PASSWORD, Clock, press
from tests.journeys.steps import choose, fill, fill_day, plain
from tests.journeys.walks import Walk
from tests.membership import test_estates as noted

SECRETARY, FINANCE, MEMBER = "secretary@example.org", "finance@example.org", "rik@example.org"
IBANS = ("BE62510007547061", "NL91ABNA0417164300", "BE43068999999501")
SENT = {
    "fr": "Envoyée au sociétaire",
    "nl": "Verstuurd aan de vennoot",
    "de": "An das Mitglied gesendet",
    "en": "Sent to the member",
}
# An organisation leaves no estate behind.
WOUND_UP = {
    "fr": "Règlement des parts de Boulangerie Zoet",
    "nl": "Afhandeling van de aandelen van Boulangerie Zoet",
    "de": "Abwicklung der Anteile von Boulangerie Zoet",
    "en": "Settlement of the shares of Boulangerie Zoet",
}
# What three heirs with a half and two quarters get of ten shares at 37.55 euro: 375.50 in all.
PARTS = {"1/2": 187_75, "1/4": 93_88, " 1 / 4": 93_87}


@pytest.fixture
def staff(db: None, clock: Clock) -> None:
    """The secretary and finance with a log-in; someone who stays and keeps most of the capital."""
    make.shares(make.member(make.person("Vera", "Janssens")), 100)
    for role, email in (("secretary", SECRETARY), ("finance", FINANCE)):
        make.account(make.staff(role, email=email), PASSWORD)


def holder(who: Any, count: int = 10) -> Member:
    made = make.member(who, joined_on=date(2019, 1, 1))
    make.shares(made, count)
    return made


def opened(page: Any, language: str, member: Member, kind: str, document: str) -> Estate:
    """From a member's file to the estate they leave behind."""
    page.goto(f"/{language}/members/register/{member.number}/")
    press(page, "main a[href$='/end/']")
    choose(page, "kind", kind)
    fill_day(page, "ended_on", noted.DIED)
    fill(page, document=document)
    press(page)
    page.wait_for_url("**/estates/*/")
    return Estate.objects.get(member=member)


def claims(page: Any, name: str, part: str, iban: str) -> None:
    """Someone claims a part, with the account where it goes, and has signed."""
    press(page, "main a[href$='/claims/']")
    fill(page, name=name, part=part, iban=iban)
    press(page)
    press(page, f"main a[href$='/claims/{Claimant.objects.latest('pk').pk}/']")
    fill_day(page, "agreed_on", date(2026, 11, 20))
    fill(page, document="acte signé")
    press(page)


def settled(page: Any, settlement: str, **typed: str) -> None:
    """The board's decision about the estate is booked."""
    press(page, "main a[href$='/settle/']")
    choose(page, "settlement", settlement)
    fill(page, decision="CA 2026-11", **typed)
    press(page)


def by_accounts(page: Any, **typed: str) -> None:
    """The figures of the accounts a refund rests on."""
    fill_day(page, "as_of", date(2025, 12, 31))
    fill(page, net_assets_cents="1 000 000", **typed)


def looked_at(page: Any, walk: Walk) -> None:
    """What will be booked is looked at, then booked."""
    page.locator("button[name=checked]").wait_for()
    walk.look(page)
    press(page)


def bank_file(page: Any, language: str, link: str) -> str:
    """Finance follows a link of the list of what is to pay, makes the bank's file, takes it out and notes it as paid;
    gives the file."""
    page.goto(f"/{language}/members/exits/payments/")
    press(page, f"main a[href$='{link}']")
    press(page, "main form:not([action]) button")
    with page.expect_download() as taken:
        page.locator("main form[action*='/paid-out/files/'] button").click()
    content = taken.value.path().read_text()
    press(page, "main form[action$='/paid/'] button")
    page.wait_for_url("**/exits/payments/")
    return str(content)


def test_estates_are_shared_out(
    staff: None,
    walk: Walk,
    sign_in: Callable[..., None],
) -> None:
    ada, bert = holder(make.person("Ada", "Peeters")), holder(make.person("Bert", "Maes"))
    seat = make.organisation(make.person(), "Boulangerie Zoet")
    firm = admit_member(
        organisation=seat,
        municipality=make.municipality(),
        language="fr",
        joined_on=date(2019, 1, 1),
        by=None,
        now=make.NOW,
    )
    make.shares(firm, 2, "C")
    heir = make.member(make.person("Cleo", "Maes"))
    page, language = walk.open_page(), walk.language
    sign_in(page, SECRETARY, language)

    first = opened(page, language, ada, "death", "acte de décès")
    for part, iban in zip(PARTS, IBANS, strict=True):
        claims(page, f"Héritier {part[-1]}", part, iban)
    walk.look(page)
    settled(page, "refund", heirship="acte notarié")
    assert Estate.objects.get(pk=first.pk).state == "open", "the value of a share is asked first"
    by_accounts(page, value_A="37,55")
    press(page)
    looked_at(page, walk)
    page.wait_for_url(f"**/estates/{first.pk}/")

    secretary = Person.objects.get(email=SECRETARY)
    second = noted.opened(bert, secretary)
    noted.heirs(second, secretary, "1", members=(heir,))
    page.goto(f"/{language}/members/estates/{second.pk}/")
    settled(page, "takeover", heirship="acte notarié")
    looked_at(page, walk)
    page.wait_for_url(f"**/estates/{second.pk}/")
    assert queries.held_on(heir.number, "A", make.NOW.date()).shares == 10

    third = opened(page, language, firm, "bankruptcy", "jugement")
    assert WOUND_UP[language] in plain(page)
    noted.heirs(third, secretary, "1")
    page.reload()
    settled(page, "refund", value_C="200")
    by_accounts(page)
    press(page)
    looked_at(page, walk)
    page.wait_for_url(f"**/estates/{third.pk}/")

    sign_in(page, FINANCE, language)
    content = bank_file(page, language, f"/estates/{first.pk}/payments/")
    for iban, cents in zip(IBANS, PARTS.values(), strict=True):
        assert iban in content
        assert f">{cents // 100}.{cents % 100:02d}<" in content
    bank_file(page, language, f"/estates/{third.pk}/payments/")
    states = {each.pk: each.state for each in Estate.objects.all()}
    assert states == {first.pk: "paid", second.pk: "taken_over", third.pk: "paid"}
    assert queries.share_troubles(make.NOW.date()) == troubles() == []


def test_an_exclusion_takes_its_time_and_its_reasons(
    staff: None,
    walk: Walk,
    sign_in: Callable[..., None],
) -> None:
    rik = make.person("Rik", "Claes", email=MEMBER)
    member = holder(rik)
    make.account(rik, PASSWORD)
    page, language = walk.open_page(), walk.language
    sign_in(page, SECRETARY, language)
    page.goto(f"/{language}/members/register/{member.number}/")
    press(page, "main a[href$='/exclude/']")
    choose(page, "sent_by", "registered")
    fill_day(page, "sent_on", date(2026, 10, 1))
    fill(page, grounds="Art. 9", document="recommandé")
    press(page)
    page.wait_for_url("**/exclusions/*/")
    assert SENT[language] in plain(page)
    walk.look(page)

    def step(name: str, day: date | None, document: str = "", field: str = "on", **typed: str) -> None:
        press(page, f"main a[href$='/{name}/']")
        if day:
            fill_day(page, field, day)
        fill(page, document=document, **typed)

    step("answer", date(2026, 10, 20), "lettre")
    page.locator("main input[name=asks_to_be_heard]").check()
    press(page)
    step("decide", date(2026, 11, 1), "PV 11", "decided_on", reasons="Les faits sont établis.")
    choose(page, "what", "excluded")
    press(page)
    walk.look(page)
    # The member may answer up to that day; then asked to be heard: no decision before either.
    fill_day(page, "decided_on", date(2026, 11, 9))
    press(page)
    exclusion = Exclusion.objects.get(state="proposed")
    page.goto(f"/{language}/members/exclusions/{exclusion.pk}/")
    step("hearing", date(2026, 11, 5), "PV 10")
    press(page)
    step("decide", date(2026, 11, 9), "PV 11", "decided_on", reasons="Les faits sont établis.")
    choose(page, "what", "excluded")
    press(page)
    page.wait_for_url(f"**/exclusions/{exclusion.pk}/")
    step("notify", date(2026, 11, 12), "accusé de réception")
    press(page)
    step("refund", None, "CA 2026-11", value_A="37,55")
    by_accounts(page)
    press(page)
    looked_at(page, walk)
    page.wait_for_url(f"**/exclusions/{exclusion.pk}/")
    walk.look(page)

    sign_in(page, MEMBER, language)
    page.goto(f"/{language}/me/")
    press(page, "main a[href$='/shares/leave/']")
    walk.look(page)
    press(page, "main a[href$='/shares/account/']")
    fill(page, iban=IBANS[1], holder="Rik Claes")
    press(page)
    sign_in(page, FINANCE, language)
    assert ">375.50<" in bank_file(page, language, f"/exclusions/{exclusion.pk}/payment/")
    exclusion.refresh_from_db()
    member.refresh_from_db()
    assert (exclusion.state, exclusion.reasons) == ("paid", "Les faits sont établis.")
    assert (member.left_on, queries.held_on(member.number, "A", make.NOW.date()).shares) == (
        date(2026, 11, 9),
        0,
    )
    assert troubles() == []

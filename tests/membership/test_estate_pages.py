"""The pages of estates: from the note of a death to three heirs paid; who may see them; what is refused and why."""

from __future__ import annotations

import re
from datetime import date
from typing import Any

import pytest
from django.test import Client

from commonweal.membership import queries
from commonweal.membership.models import Claimant, Estate, Member
from commonweal.people.models import Event, Person
from commonweal.treasury.models import Payment, PaymentFile
from tests import factories as make
from tests.clock import Clock
from tests.membership.share_values import typed
from tests.membership.test_estates import IBANS, NOW, heirs, opened, settled
from tests.membership.test_estates import dora as dora
from tests.membership.test_estates import secretary as secretary
from tests.portal.steps import LANGUAGES, signed_in, text_of

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def _september(clock: Clock, settings: Any) -> None:
    clock.go_to(NOW)
    settings.SITE = {**settings.SITE, "iban": "BE71096123456769"}


@pytest.fixture
def desk(secretary: Person) -> Client:
    return signed_in(secretary)


def posted(client: Client, address: str, **values: Any) -> str:
    return " ".join(client.post(address, values, follow=True).content.decode().split())


def booked_as_seen(client: Client, address: str, **values: Any) -> str:
    """What is typed, looked at, and booked as it was seen."""
    seen = re.search(r'name="seen" value="(\w+)"', posted(client, address, **values))
    assert seen
    return posted(client, address, **values, checked="yes", seen=seen[1])


def on(prefix: str, day: date) -> dict[str, str]:
    return {f"{prefix}_day": str(day.day), f"{prefix}_month": str(day.month), f"{prefix}_year": str(day.year)}


def test_from_the_note_of_a_death_to_three_heirs_who_are_paid(dora: Member, desk: Client) -> None:
    assert "Death, bankruptcy or winding up" in text_of(desk, f"/en/members/register/{dora.number}/")
    new = f"/en/members/register/{dora.number}/end/"
    assert "counts as leaving on that day" in text_of(desk, new)
    told = {"kind": "death", "document": "certificate 7"}
    assert "still to come" in posted(desk, new, **told, **on("ended_on", date(2026, 9, 8)))
    page = posted(desk, new, **told, **on("ended_on", date(2026, 6, 14)))
    assert "The shares wait for the estate" in page
    address = f"/en/members/estates/{Estate.objects.get().pk}/"
    assert "Write a fraction such as 1/3" in posted(desk, f"{address}claims/", name="Jo", part="a third")
    assert "No member bears this number" in posted(desk, f"{address}claims/", name="Jo", part="1", heir="999")
    assert "This is no account number" in posted(desk, f"{address}claims/", name="Jo", part="1", iban="BE00")
    for place, name in enumerate(("An", "Bo", "Cy")):
        posted(desk, f"{address}claims/", name=name, part="1/3", iban=IBANS[place])
    posted(desk, f"{address}claims/", name="Not an heir", part="1/3", heir=str(dora.number - 1))
    posted(desk, f"{address}claims/{Claimant.objects.latest('pk').pk}/out/")
    page = text_of(desk, address)
    assert "Not an heir" not in page
    assert page.count("has not agreed yet") == 3
    settle = {"settlement": "refund", "heirship": "deed", "decision": "board 5/9", **typed(A="37,55")}
    assert "Not everyone has agreed yet" in posted(desk, f"{address}settle/", **settle)
    for each in Claimant.objects.all():
        early = posted(desk, f"{address}claims/{each.pk}/", document="x", **on("agreed_on", date(2026, 1, 1)))
        assert "Nobody could agree on that day" in early
        posted(desk, f"{address}claims/{each.pk}/", document="signed", **on("agreed_on", date(2026, 9, 1)))
    page = posted(desk, f"{address}settle/", **settle)
    for shown in ("It is not booked yet", "€125.17", "€125.16", "€375.50", "BE62 … 7061", "€37.5500"):
        assert shown in page
    assert Estate.objects.get().state == "open"
    page = posted(desk, f"{address}settle/", **settle, change="yes")
    assert 'value="37,55"' in page
    assert "Something changed since you looked" in posted(desk, f"{address}settle/", **settle, checked="yes")
    page = booked_as_seen(desk, f"{address}settle/", **settle)
    for shown in ("The estate is settled and booked", "€125.17", "€125.16", "€375.50"):
        assert shown in page
    assert "This estate is settled" in text_of(desk, f"{address}settle/")
    assert "can no longer be done" in posted(desk, f"{address}settle/", **settle)
    finance = signed_in(make.staff("finance"))
    assert "Estate of Dora Maes" in text_of(finance, "/en/members/exits/payments/")
    assert "€125.17" in text_of(finance, f"{address}payments/")
    made = posted(finance, f"{address}payments/", **on("pay_on", date(2026, 9, 7)))
    for shown in ("The payment file is made", "File 1: €375.50", "3 payments"):
        assert shown in made
    assert "nothing to pay" in posted(finance, f"{address}payments/", **on("pay_on", date(2026, 9, 7)))
    taken = finance.post(f"/en/members/paid-out/files/{PaymentFile.objects.get().pk}/")
    assert IBANS[0].encode() in taken.content
    assert Event.objects.get(name="PaymentFileTaken").subject.startswith("estate:")
    assert "Noted as paid" in posted(finance, f"{address}payments/paid/")
    assert finance.post(f"{address}payments/paid/").status_code == 409
    assert "paid out" in text_of(finance, f"{address}payments/")
    payment = Payment.objects.order_by("pk")[0]
    back = {"end_to_end": payment.end_to_end, "reason": "closed", **on("returned_on", date(2026, 9, 7))}
    assert "It is owed again" in posted(finance, "/en/members/paid-out/returned/", **back)
    page = text_of(finance, f"{address}payments/")
    assert "Another account is needed" in page
    assert "Make the payment file" not in page
    page = text_of(desk, address)
    assert page.count("Note another account") == 1
    account = f"{address}claims/{payment.subject}/account/"
    assert "This is no account number" in posted(desk, account, iban="BE00")
    assert "The account is noted" in posted(desk, account, iban="BE43068999999501")
    assert finance.get(account).status_code == 403
    assert "Make the payment file" in text_of(finance, f"{address}payments/")


def test_a_mistake_is_undone_on_its_page(dora: Member, secretary: Person, desk: Client) -> None:
    estate = opened(dora, secretary)
    address = f"/en/members/estates/{estate.pk}/"
    assert "Was this a mistake?" in text_of(desk, f"{address}undo/")
    assert "The membership goes on" in posted(desk, f"{address}undo/", reason="Another Dora.")
    assert queries.estate_of(dora) is None
    assert "can no longer be done" in posted(desk, f"{address}undo/", reason="Again.")
    assert "can no longer be done" in posted(desk, f"{address}claims/", name="Jo", part="1")


def test_pages_answer_in_every_language(dora: Member, secretary: Person, desk: Client) -> None:
    assert "No estate has been noted" in text_of(desk, "/en/members/estates/")
    estate = opened(dora, secretary)
    heirs(estate, secretary, "1", agree=False)
    claimant = Claimant.objects.get().pk
    for language in LANGUAGES:
        pages = (
            "",
            f"{estate.pk}/",
            f"{estate.pk}/claims/",
            f"{estate.pk}/claims/{claimant}/",
            f"{estate.pk}/settle/",
        )
        for page in (*pages, f"{estate.pk}/undo/"):
            text_of(desk, f"/{language}/members/estates/{page}")
        text_of(desk, f"/{language}/members/register/{dora.number}/end/")


def test_estates_are_for_the_secretary_and_their_payments_for_the_finance_officer(
    dora: Member, secretary: Person, desk: Client
) -> None:
    estate = opened(dora, secretary)
    heirs(estate, secretary, "1")
    claimant = Claimant.objects.get().pk
    settled(estate, secretary)
    counter = signed_in(make.staff("counter"))
    address = f"/en/members/estates/{estate.pk}/"
    for page in (
        "",
        "claims/",
        f"claims/{claimant}/",
        f"claims/{claimant}/account/",
        "settle/",
        "undo/",
        "payments/",
    ):
        assert counter.get(f"{address}{page}").status_code == 403
    assert counter.post(f"{address}claims/{claimant}/out/").status_code == 403
    assert counter.get("/en/members/estates/").status_code == 403
    assert counter.get(f"/en/members/register/{dora.number}/end/").status_code == 403
    for page in ("payments/", "payments/paid/"):
        assert desk.post(f"{address}{page}").status_code == 403
    assert "stays as it was" not in posted(desk, f"{address}claims/{claimant}/out/")
    assert Claimant.objects.count() == 1

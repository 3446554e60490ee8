"""Who speaks for an organisation that is a member: by papers staff saw, they read its shares and act; nobody else does."""

from __future__ import annotations

import io
from collections.abc import Callable
from datetime import date
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from django.test import Client
from django.utils import timezone
from pypdf import PdfReader

from commonweal.kernel.decision import NotAllowed
from commonweal.membership import actions, queries
from commonweal.membership.access import spoken_for
from commonweal.membership.actions import joining
from commonweal.membership.models import ConversionRequest, ExitRequest, Member, ShareOffer
from commonweal.membership.rules.joining import HolderRole
from commonweal.people import actions as people
from commonweal.people.models import Event, Message, Person, Position
from commonweal.people.rules import LegalForm, Scope
from tests import factories as make
from tests.dividends import steps as dividend_steps
from tests.journeys.conftest import PASSWORD, sign_in, world  # noqa: F401
from tests.journeys.walks import Walk
from tests.membership import joining_steps as steps
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

pytestmark = pytest.mark.django_db
OLD = date(2000, 1, 1)
NUMBER = "0403101811"


@pytest.fixture
def speaker() -> Person:
    return make.person("Lies", "Spreker", email="lies@people.example")


@pytest.fixture
def verger(speaker: Person) -> Member:
    """Le Verger holds 4 shares of class C, 1,000.00 euro paid."""
    made = actions.admit_member(
        organisation=make.organisation(speaker, name="Le Verger", number=NUMBER),
        municipality=make.municipality(),
        language="fr",
        joined_on=OLD,
        by=None,
        now=make.NOW,
    )
    make.shares(made, 4, "C")
    return made


def pages(member: Member) -> list[str]:
    stem = f"/en/members/{member.number}"
    return [
        f"{stem}/shares/",
        f"{stem}/shares/statement/",
        f"{stem}/shares/dividends/",
        f"{stem}/shares/pass-on/",
    ]


def acting(member: Member) -> list[str]:
    return [f"/en/members/{member.number}/convert/", f"/en/members/{member.number}/leave/"]


@pytest.mark.parametrize("language", LANGUAGES)
def test_who_speaks_for_it_reads_its_shares_under_its_name(
    verger: Member, speaker: Person, language: str
) -> None:
    own = make.member(speaker, joined_on=date(2016, 1, 1))
    make.shares(own, 77)
    client, address = signed_in(speaker), f"/{language}/members/{verger.number}/shares/"
    assert address in text_of(client, f"/{language}/me/")
    page = text_of(client, address)
    for shown in ("Le Verger", "1 000", "+4") if language == "fr" else ("Le Verger", "+4"):
        assert shown in page
    assert "+77" not in page
    assert queries_of(client, address) <= 20
    text_of(client, f"{address}dividends/")
    text_of(client, f"{address}pass-on/")
    for each in acting(verger):
        assert "Le Verger" in text_of(client, each.replace("/en/", f"/{language}/", 1))


def test_nobody_else_reads_or_acts(verger: Member, speaker: Person) -> None:
    others = {
        "a member": make.person(),
        "who speaks for another": make.person(),
        "staff": make.staff("counter", "finance", "secretary", "adviser"),
    }
    member = make.member(others["a member"])
    make.organisation(others["who speaks for another"], name="Ailleurs")
    for who, person in others.items():
        client = signed_in(person)
        for page in pages(verger):
            assert client.get(page).status_code == 404, (who, page)
        for page in acting(verger):
            assert client.get(page).status_code == 403, (who, page)
        assert "Le Verger" not in text_of(client, "/en/me/")
    for page in [*pages(verger), *acting(verger)]:
        assert Client().get(page).status_code == 302
    # A number that is a person's, or nobody's, is no organisation.
    for number in (member.number, 9_999):
        assert signed_in(speaker).get(f"/en/members/{number}/shares/").status_code == 404


def test_a_company_number_typed_in_a_dossier_opens_nothing(
    verger: Member, run_jobs: Callable[[], int]
) -> None:
    stranger = make.person("Sly", "Fox", email="sly@people.example")
    joined = people.register_organisation(
        name="Le Verger", legal_form=LegalForm.ASSOCIATION, number=NUMBER, by=stranger, now=make.NOW
    )
    assert joined == verger.organisation
    client = signed_in(stranger)
    assert spoken_for(stranger, make.NOW.date()) == []
    for page in pages(verger):
        assert client.get(page).status_code == 404
    for page in acting(verger):
        assert client.get(page).status_code == 403
    taker = make.member()
    told: dict[str, Any] = {"member": verger, "by": stranger, "now": make.NOW}
    with pytest.raises(NotAllowed):
        actions.ask_to_leave(**told)
    with pytest.raises(NotAllowed):
        actions.ask_to_convert(share_class="C", count=1, to_class="A", **told)
    offer: dict[str, Any] = {
        "token": "0" * 32,
        "giver": verger,
        "taker": taker,
        "share_class": "C",
        "count": 1,
    }
    with pytest.raises(NotAllowed):
        actions.offer_shares(**offer, by=stranger, now=make.NOW)
    # Nor do our letters about its money go there.
    assert stranger not in queries.speakers_for(verger, make.NOW.date())
    make.shares(verger, 1, "C")
    run_jobs()
    assert not Message.objects.filter(person=stranger).exists()


def test_papers_open_it_and_the_end_closes_it(verger: Member, speaker: Person) -> None:
    new = make.person("Bo", "Nieuw", email="bo@people.example")
    make.account(new)
    secretary = make.staff("secretary")
    desk, client = signed_in(secretary), signed_in(new)
    address, shares = f"/en/desk/organisations/{verger.organisation_id}/", pages(verger)[0]
    assert address in text_of(desk, f"/en/members/register/{verger.number}/")
    for language in LANGUAGES:
        assert "Lies Spreker" in text_of(desk, f"/{language}/desk/organisations/{verger.organisation_id}/")
    for wrong in (
        {"speaker": "no@people.example", "document": "x"},
        {"speaker": "bo@people.example", "document": ""},
    ):
        assert "error-summary" in desk.post(address, wrong).content.decode()
    assert client.get(shares).status_code == 404
    assert desk.post(address, {"speaker": "BO@people.example", "document": "mandate"}).status_code == 302
    assert client.get(shares).status_code == 200
    event = Event.objects.filter(name="SpeakerConfirmed").latest("id")
    assert (event.by, event.behalf_of, event.data["document"]) == (secretary, new, "mandate")
    position = Position.objects.get(person=new)
    desk.post(address, {"end": str(position.pk)})
    assert client.get(shares).status_code == 404
    assert new not in queries.speakers_for(verger, make.NOW.date())
    people.end_speaker(position=position, by=secretary, now=make.NOW)
    assert Event.objects.filter(name="SpeakerEnded").count() == 1
    assert desk.get("/en/desk/organisations/9999/").status_code == 404
    for role in ("counter", "finance"):
        assert signed_in(make.staff(role)).get(address).status_code == 403


def test_an_organisation_that_is_no_member_is_found_and_its_speaker_makes_a_partners_key() -> None:
    partner = make.person("Mo", "Partner", email="mo@people.example")
    make.account(partner)
    seat = make.organisation(partner, name="Théâtre du Pont", number=NUMBER, confirmed=False)
    for number in range(20):
        make.organisation(make.person(), name=f"Théâtre {number}")
    desk, key = (
        signed_in(make.staff("secretary")),
        {"name": "till", "scopes": [Scope.PARTNER], "now": timezone.now()},
    )
    with pytest.raises(NotAllowed) as refused:
        people.make_key(by=partner, **key)
    assert refused.value.code == "no_partner"
    address = f"/en/desk/organisations/{seat.pk}/"
    assert address not in text_of(desk, "/en/desk/organisations/")
    for language in LANGUAGES:
        for text in ("theatre pont", NUMBER):
            found = text_of(desk, f"/{language}/desk/organisations/?text={text}")
            assert address.replace("/en/", f"/{language}/") in found
    assert "No organisation found" in text_of(desk, "/en/desk/organisations/?text=nobody")
    assert queries_of(desk, "/en/desk/organisations/?text=theatre") <= 9
    assert desk.post(address, {"speaker": "mo@people.example", "document": "statutes"}).status_code == 302
    assert people.make_key(by=partner, **key)
    for role in ("counter", "finance"):
        assert signed_in(make.staff(role)).get("/en/desk/organisations/").status_code == 403


def test_nobody_confirms_themselves_and_papers_are_named(verger: Member) -> None:
    secretary = make.staff("secretary", email="sec@people.example")
    make.account(secretary)
    told: dict[str, Any] = {"organisation": verger.organisation, "now": make.NOW}
    for code, given in (
        ("oneself", {"person": secretary, "by": secretary, "document": "x"}),
        ("no_document", {"person": make.person(), "by": secretary, "document": " "}),
    ):
        with pytest.raises(people.SpeakerRefused) as refused:
            people.confirm_speaker(**told, **given)
        assert refused.value.code == code
    address = f"/en/desk/organisations/{verger.organisation_id}/"
    page = signed_in(secretary).post(address, {"speaker": "sec@people.example", "document": "x"})
    assert "Nobody confirms themselves" in page.content.decode()
    with pytest.raises(NotAllowed):
        people.confirm_speaker(**told, person=make.person(), by=make.staff("counter"), document="x")
    position = Position.objects.get(organisation=verger.organisation)
    with pytest.raises(NotAllowed):
        people.end_speaker(position=position, by=make.staff("counter"), now=make.NOW)
    for change in ({"confirmed_by": position.person}, {"confirmed_at": None}, {"confirmed_by": None}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Position.objects.filter(pk=position.pk).update(**change)


def test_who_speaks_for_it_passes_on_converts_and_leaves(verger: Member, speaker: Person) -> None:
    client = signed_in(speaker)
    taker = actions.admit_member(
        organisation=make.organisation(make.person(), name="Ailleurs"),
        municipality=make.municipality(),
        language="nl",
        joined_on=OLD,
        by=None,
        now=make.NOW,
    )
    typed = {
        "share_class": "C",
        "count": "1",
        "number": str(taker.number),
        "family_name": "ailleurs",
        "token": "12345678123456781234567812345678",
    }
    stem = f"/en/members/{verger.number}"
    assert "Ailleurs" in client.post(f"{stem}/shares/pass-on/", typed).content.decode()
    sent = client.post(f"{stem}/shares/pass-on/", {**typed, "checked": "yes"})
    assert sent["Location"] == f"{stem}/shares/"
    offer = ShareOffer.objects.get()
    assert offer.giver == verger
    assert f"/en/members/shares/offers/{offer.pk}/" in text_of(client, f"{stem}/shares/")
    make.shares(verger, 100, "B", day=date(2012, 1, 1))
    converts = client.post(
        f"{stem}/convert/", {"share_class": "B", "count": "100", "to_class": "C", "checked": "yes"}
    )
    assert "1250 shares of class B become 31 of class C" in converts.content.decode()
    assert not ConversionRequest.objects.exists()
    gone = actions.admit_member(
        organisation=make.organisation(speaker, name="Le Potager"),
        municipality=make.municipality(),
        language="fr",
        joined_on=date(2016, 1, 1),
        by=None,
        now=make.NOW,
    )
    make.shares(gone, 1, "C")
    client.post(f"/en/members/{gone.number}/leave/", {"checked": "yes"})
    assert ExitRequest.objects.get().member == gone
    assert f'href="/en/members/{gone.number}/shares/"' in text_of(client, f"/en/members/{gone.number}/leave/")


def test_its_statement_and_dividends_are_its_own(verger: Member, speaker: Person) -> None:
    client = signed_in(speaker)
    answer = client.get(pages(verger)[1])
    text = PdfReader(io.BytesIO(answer.content)).pages[0].extract_text()
    assert "Le Verger" in text
    assert "Lies" not in text
    staff = dividend_steps.Staff()
    dividend_steps.holder(5)
    run = dividend_steps.paid(staff)
    page = text_of(client, pages(verger)[2])
    assert "Dividends of Le Verger" in page
    assert "We have no account of this organisation yet" in page
    statement = f"/en/members/{verger.number}/shares/dividends/{run.pk}/"
    assert statement in page
    assert "Le Verger" in PdfReader(io.BytesIO(client.get(statement).content)).pages[0].extract_text()
    assert client.get(f"/en/members/{verger.number}/shares/dividends/9999/").status_code == 404
    assert signed_in(make.person()).get(statement).status_code == 404


def test_papers_seen_when_it_asked_for_shares_count() -> None:
    application = steps.asked(
        role=HolderRole.ORGANISATION,
        organisation={"name": "Ferme du Try", "legal_form": "cooperative", "number": "0403.581.960"},
    )
    secretary = make.staff("secretary")
    done = joining.accept_application(application=application, by=secretary, now=make.NOW)
    position = Position.objects.get(person=done.representative, organisation=done.organisation)
    assert position.confirmed_by == secretary


def test_a_speaker_finds_the_shares(
    world: None,  # noqa: F811
    walk: Walk,
    sign_in: Callable[..., None],  # noqa: F811
    verger: Member,
    speaker: Person,
) -> None:
    make.account(speaker, PASSWORD)
    page, language = walk.open_page(), walk.language
    sign_in(page, "lies@people.example", language)
    page.goto(f"/{language}/me/")
    with page.expect_navigation():
        page.locator(f"a[href$='/members/{verger.number}/shares/']").click()
    assert "Le Verger" in page.locator("h1").inner_text()
    assert "+4 C" in page.locator("table").inner_text()

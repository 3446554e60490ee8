"""Pages of asking for shares: each kind of asker, each door, what is refused and kept, who may read what."""

from __future__ import annotations

import io
import re
from collections.abc import Callable
from dataclasses import replace
from datetime import date, timedelta
from typing import Any

import pytest
import segno
from django.test import Client
from pypdf import PdfReader

from commonweal.ledger.models import Operation
from commonweal.membership.actions import correct_movement, joining, set_terms
from commonweal.membership.models import Application, InformationNote, ShareTerms
from commonweal.membership.notices.joining import tell_who_asked
from commonweal.membership.queries import terms_on
from commonweal.membership.rules.joining import ApplicationState, HolderRole
from commonweal.people.models import Event, Message, Person
from commonweal.places.models import Postcode
from tests import factories as make
from tests.membership.joining_steps import asked, asked_for_child, confirmed, paid
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

pytestmark = pytest.mark.django_db
JOIN, DESK = "/en/members/join/", "/en/members/requests/desk/new/"
BIRTHDAY = {"born_on_day": "1", "born_on_month": "5", "born_on_year": "1980"}
CHILD = {
    "given_name": "Lou",
    "family_name": "Petit",
    "born_on_day": "1",
    "born_on_month": "1",
    "born_on_year": "2015",
}
SEAT = {"name": "Ferme du Try", "legal_form": "cooperative", "number": "0403.581.960"}
WHO = {
    "channel": "phone",
    "given_name": "Piet",
    "family_name": "Maes",
    "email": "",
    "phone": "0470 12 34 56",
    "language": "nl",
}


@pytest.fixture(autouse=True)
def _ready(db: None) -> None:
    Postcode.objects.get_or_create(code="4000", municipality=make.municipality())


@pytest.fixture
def who() -> Person:
    return make.person("Jeanne", "Delvaux", email="jeanne@example.org", language="fr")


def note(language: str = "en") -> dict[str, str]:
    return {"note": str(InformationNote.objects.get(language=language).pk), "accept": "on"}


def pages(**changes: dict[str, str]) -> dict[str, dict[str, str]]:
    """What somebody types who asks for ten shares for themselves, page by page."""
    told: dict[str, dict[str, str]] = {
        "for": {"role": "self"},
        "home": {**BIRTHDAY, "street": "rue du Puits 3", "postcode": "4000"},
        "shares": {"share_class": "A", "count": "10"},
        "note": note(),
    }
    return {**told, **changes}


def walked(client: Client, told: dict[str, dict[str, str]], start: str = JOIN) -> Any:
    """Follows the pages from the start, typing on each what is told; gives the answer that is no page of these."""
    answer = client.post(start, follow=True)
    for _page in range(len(told) + 1):
        step = answer.request["PATH_INFO"].rstrip("/").rsplit("/", 1)[-1]
        if step not in told:
            return answer
        answer = client.post(answer.request["PATH_INFO"], told[step], follow=True)
    raise AssertionError(f"no way past {step}: {answer.context['form'].errors}")


def sent(client: Client, told: dict[str, dict[str, str]], start: str = JOIN) -> Application:
    """The same, and the button at the end pressed."""
    assert "check" in walked(client, told, start).request["PATH_INFO"]
    answer = client.post(f"{start}check/")
    application = Application.objects.latest("pk")
    assert answer.url == f"/en/members/requests/{application.pk}/", answer.context
    return application


def test_a_newcomer_asks_and_reads_how_to_pay(who: Person) -> None:
    client = signed_in(who)
    application = sent(client, pages())
    assert (application.person, application.count, application.state) == (who, 10, ApplicationState.AWAITING)
    who.refresh_from_db()
    assert (who.born_on, who.postcode, who.municipality) == (date(1980, 5, 1), "4000", make.municipality())
    page = text_of(client, f"/en/members/requests/{application.pk}/")
    for said in (
        "€500",
        "BE68 5390 0754 7034",
        "+++310/",
        "Wednesday 23 December 2026",
        "<svg",
        "30 days left",
    ):
        assert said in page
    assert "10 shares of class A" in text_of(client, "/en/members/requests/")


def test_ones_own_page_says_that_shares_wait_to_be_paid(who: Person) -> None:
    application, client = asked(who), signed_in(who)
    page = text_of(client, "/en/me/")
    assert "Pay for your shares: €500 <strong>30 days left</strong>" in page
    assert f"/en/members/requests/{application.pk}/" in page
    joining.withdraw_application(application=application, by=who, now=make.NOW)
    assert "Pay for your shares" not in text_of(client, "/en/me/")


def test_the_picture_holds_what_stands_beside_it(who: Person) -> None:
    application = asked(who)
    page = text_of(signed_in(who), f"/en/members/requests/{application.pk}/")
    told = (*("BCD", "002", "1", "SCT", "", "La Ruche commune", "BE68539007547034", "EUR500", ""),)
    code = segno.make_qr("\n".join((*told, application.communication)), error="m", boost_error=False)
    drawn = re.search(r'<svg[^>]*class="qr".*?</svg>', page)
    assert drawn is not None
    expected = code.svg_inline(
        border=4, omitsize=True, dark="black", light="white", svgclass="qr", lineclass=None
    )
    assert drawn[0] == expected


def test_answers_are_kept_changed_and_asked_again_from_the_first_gap(who: Person) -> None:
    client = signed_in(who)
    answer = walked(client, pages())
    assert "10 shares of class A" in answer.content.decode()
    assert 'value="10"' in text_of(client, f"{JOIN}shares/")
    answer = client.post(f"{JOIN}shares/", {"share_class": "A", "count": "12"}, follow=True)
    assert answer.request["PATH_INFO"] == f"{JOIN}check/"
    assert "12 shares of class A" in answer.content.decode()
    other = signed_in(make.person("Rosa"))
    for page in ("shares/", "check/", "child/"):
        other.post(JOIN)
        assert other.get(f"{JOIN}{page}").url == f"{JOIN}for/"
    assert other.get(f"{JOIN}nothing/").status_code == 404


def test_sent_twice_is_one_request_and_a_second_visit_says_that_one_is_open(who: Person) -> None:
    client = signed_in(who)
    sent(client, pages())
    assert client.post(f"{JOIN}check/").url == "/en/members/requests/"
    assert Application.objects.count() == 1
    client.post(JOIN)
    page = client.post(f"{JOIN}for/", {"role": "self"}).content.decode()
    assert "is open already" in page
    assert "Go on where you stopped" in text_of(client, JOIN)


@pytest.mark.parametrize(
    ("step", "typed", "said"),
    [
        ("shares", {"share_class": "A", "count": "101"}, "cannot hold so many"),
        ("shares", {"share_class": "C", "count": "1"}, "Select a valid choice"),
        (
            "home",
            {**BIRTHDAY, "born_on_year": "2015", "street": "x 1", "postcode": "4000"},
            "may represent them",
        ),
        ("home", {**BIRTHDAY, "street": "x 1", "postcode": "9999"}, "do not know this postcode"),
        ("note", {"note": "0", "accept": "on"}, "changed since you opened it"),
        ("note", {}, "This answer is still missing."),
        ("for", {"role": "dog"}, "Select a valid choice"),
    ],
)
def test_a_page_says_why_not_and_keeps_what_was_typed(
    who: Person, step: str, typed: dict[str, str], said: str
) -> None:
    told = {name: each for name, each in pages().items() if name != step}
    client = signed_in(who)
    walked(client, told)
    answer = client.post(f"{JOIN}{step}/", typed)
    page = answer.content.decode()
    assert said in page
    assert "Nothing you wrote is lost." in page
    for value in set(typed.values()) - {"0", "on", "dog", "C"}:
        assert f'value="{value}"' in page
    assert not Application.objects.exists()


def test_one_postcode_of_several_municipalities_asks_which(who: Person) -> None:
    Postcode.objects.create(code="4000", municipality=make.municipality("62003", "Ans"))
    client = signed_in(who)
    walked(client, {"for": {"role": "self"}})
    home = pages()["home"]
    page = client.post(f"{JOIN}home/", home).content.decode()
    assert "Which municipality?" in page
    assert "Ans" in page
    application = sent(client, pages(home={**home, "place": "62003"}))
    assert application.municipality.name_fr == "Ans"


def test_a_parent_asks_for_a_child_twice_and_it_stays_one_asked_for_child(who: Person) -> None:
    client = signed_in(who)
    told = pages(
        **{"for": {"role": "child"}, "child": CHILD, "home": {"street": "rue 3", "postcode": "4000"}}
    )
    first = sent(client, told)
    assert (str(first.person), first.representative, first.state) == (
        "Lou Petit",
        who,
        ApplicationState.ASKED,
    )
    assert "We look at the papers" in text_of(client, f"/en/members/requests/{first.pk}/")
    assert "Lou Petit" in text_of(client, "/en/members/requests/")
    joining.withdraw_application(application=first, by=who, now=make.NOW)
    assert sent(client, told).person == first.person
    who.street, who.postcode = "quai de Rome 4", "4000"
    who.save()
    walked(client, {"for": {"role": "child"}, "child": CHILD})
    assert 'value="quai de Rome 4"' in text_of(client, f"{JOIN}home/"), "a minor mostly lives there too"
    grown = client.post(f"{JOIN}", follow=True)
    assert grown.status_code == 200
    walked(client, {"for": {"role": "child"}})
    page = client.post(f"{JOIN}child/", {**CHILD, "born_on_year": "1990"}).content.decode()
    assert "is of age" in page


def test_the_one_who_speaks_for_an_organisation_asks_for_its_class(who: Person) -> None:
    client = signed_in(who)
    told = pages(
        **{
            "for": {"role": "organisation"},
            "organisation": SEAT,
            "home": {"postcode": "4000"},
            "shares": {"share_class": "C", "count": "2"},
        }
    )
    walked(client, {name: told[name] for name in ("for", "organisation", "home")})
    page = text_of(client, f"{JOIN}shares/")
    assert "are not for this kind of member" in page
    assert "No new shares of this class" in page
    wrong = client.post(f"{JOIN}organisation/", {**SEAT, "number": "0403.581.961"}).content.decode()
    assert "not a Belgian company number" in wrong
    application = sent(client, told)
    assert (str(application.organisation), application.due_cents) == ("Ferme du Try", 500_00)


def test_a_member_is_asked_only_for_what_is_missing_and_told_what_they_hold() -> None:
    member = make.member(make.person("Ada", born_on=date(1980, 5, 1), street="rue 1", postcode="4000"))
    make.shares(member, 95)
    client = signed_in(member.person)
    assert 'href="/en/members/join/"' in text_of(client, "/en/members/shares/")
    told = pages(shares={"share_class": "A", "count": "5"})
    del told["home"]
    walked(client, {"for": told["for"]})
    page = text_of(client, f"{JOIN}shares/")
    assert "You hold 95 already." in page
    assert (
        "cannot hold so many"
        in client.post(f"{JOIN}shares/", {"share_class": "A", "count": "6"}).content.decode()
    )
    assert client.get(f"{JOIN}home/", follow=True).request["PATH_INFO"] == f"{JOIN}shares/"
    assert sent(client, told).count == 5


def test_a_minor_is_told_who_may_ask_for_them() -> None:
    young = make.person("Lou", born_on=date(2015, 1, 1))
    client = signed_in(young)
    client.post(JOIN)
    assert "may represent them" in client.post(f"{JOIN}for/", {"role": "self"}).content.decode()


def test_what_changed_since_is_said_at_the_end_and_the_answers_stay(who: Person) -> None:
    client = signed_in(who)
    walked(client, pages())
    current = terms_on("A", make.NOW.date())
    assert current is not None
    set_terms(
        terms=replace(current, starts_on=make.NOW.date(), shares_max=5),
        by=make.staff("secretary"),
        now=make.NOW,
    )
    answer = client.post(f"{JOIN}check/", follow=True)
    assert answer.request["PATH_INFO"] == f"{JOIN}shares/"
    assert "cannot hold so many" in answer.content.decode()
    assert not Application.objects.exists()
    assert ShareTerms.objects.filter(share_class="A").count() == 2


def test_strangers_read_what_shares_are_and_sign_in_first_and_nobody_reads_anothers_request(
    who: Person,
) -> None:
    page = text_of(Client(), JOIN)
    assert "/en/account/signup/?next=/en/members/join/" in page
    application = asked(who)
    addresses = [
        *(f"{JOIN}for/", f"{JOIN}check/", "/en/members/requests/"),
        *(f"/en/members/requests/{application.pk}/{end}" for end in ("", "withdraw/", "certificate.pdf")),
    ]
    for address in addresses:
        assert Client().get(address).url.startswith("/en/account/login/")
    assert Client().post(JOIN).status_code == 302
    other = signed_in(make.person())
    for address in addresses[3:]:
        text_of(other, address, status=403)
        text_of(other, address.replace(str(application.pk), "999999"), status=403)
    assert other.post(addresses[4]).status_code == 403
    assert Application.objects.get().state == ApplicationState.AWAITING


def test_someone_withdraws_after_being_asked_once_more(who: Person) -> None:
    application, client = asked(who), signed_in(who)
    address = f"/en/members/requests/{application.pk}/withdraw/"
    assert "Withdraw this request?" in text_of(client, address)
    assert Application.objects.get().state == ApplicationState.AWAITING
    assert "is withdrawn" in client.post(address, follow=True).content.decode()
    assert Application.objects.get().state == ApplicationState.WITHDRAWN
    assert client.get(address).status_code == 302
    assert "can no longer be done" in client.post(address, follow=True).content.decode()


# Other doors


@pytest.fixture
def counter() -> Client:
    return signed_in(make.staff("counter"))


def test_staff_enter_a_request_for_someone_new_with_the_door(counter: Client) -> None:
    application = sent(counter, pages(who=WHO, note=note("nl")), DESK)
    assert (application.channel, application.language, str(application.person)) == (
        "phone",
        "nl",
        "Piet Maes",
    )
    page = text_of(counter, f"/en/members/requests/{application.pk}/")
    assert "+++310/" in page
    assert "What happened" in page
    moved = Event.objects.get(name="ApplicationMoved")
    assert (moved.channel, moved.behalf_of) == ("phone", application.person)


def test_staff_enter_for_someone_known_by_number_or_by_address_and_name_together(counter: Client) -> None:
    member = make.member(make.person("Ada", born_on=date(1980, 5, 1), street="rue 1", postcode="4000"))
    told = pages(
        who={"channel": "counter", "member_number": str(member.number), "language": "fr"}, note=note("fr")
    )
    assert sent(counter, told, DESK).person == member.person
    known = make.person("Piet", "Maes", email="piet@example.org")
    make.account(known)
    same = pages(who={**WHO, "email": "piet@example.org", "language": "fr"}, note=note("fr"))
    assert sent(counter, same, DESK).person == known
    partner = pages(who={**WHO, "given_name": "An", "email": "piet@example.org"}, note=note("nl"))
    assert str(sent(counter, partner, DESK).person) == "An Maes"


def test_staff_begin_each_request_with_empty_pages_apart_from_their_own(counter: Client) -> None:
    walked(counter, pages(who=WHO), DESK)
    counter.post(DESK)
    assert 'value="Piet"' not in text_of(counter, f"{DESK}who/")
    assert "kept" not in counter.get(JOIN).content.decode()
    for typed, said in (
        ({**WHO, "member_number": "77"}, "bears this number"),
        ({**WHO, "family_name": ""}, "first and family name"),
    ):
        assert said in counter.post(f"{DESK}who/", typed).content.decode()


def test_only_staff_who_enter_for_others_may(who: Person) -> None:
    for person in (who, make.staff("finance")):
        client = signed_in(person)
        for address in (DESK, f"{DESK}who/", f"{DESK}check/"):
            text_of(client, address, status=403)


def test_staff_withdraw_for_someone(counter: Client) -> None:
    application = asked()
    counter.post(f"/en/members/requests/{application.pk}/withdraw/")
    assert Application.objects.get().state == ApplicationState.WITHDRAWN


# The secretary's desk


@pytest.fixture
def secretary() -> Client:
    return signed_in(make.staff("secretary"))


def test_the_secretary_accepts_papers_and_time_to_pay_starts(secretary: Client, who: Person) -> None:
    application = asked_for_child(who)
    assert "Lou Petit" in text_of(secretary, "/en/members/requests/desk/")
    page = text_of(secretary, f"/en/members/requests/{application.pk}/")
    assert "The papers are in order" in page
    assert "The papers are in order" not in text_of(signed_in(who), f"/en/members/requests/{application.pk}/")
    address = f"/en/members/requests/{application.pk}/accept/"
    assert signed_in(make.staff("counter", "finance")).post(address).status_code == 403
    assert secretary.get(address).status_code == 405
    secretary.post(address)
    assert Application.objects.get().state == ApplicationState.AWAITING
    assert "can no longer be done" in secretary.post(address, follow=True).content.decode()


def test_the_secretary_refuses_with_a_reason_and_money_goes_back(secretary: Client, who: Person) -> None:
    application = asked(who)
    address = f"/en/members/requests/{application.pk}/refuse/"
    assert "This answer is still missing." in secretary.post(address, {"reason": " "}).content.decode()
    text_of(signed_in(who), address, status=403)
    secretary.post(address, {"reason": "Concurrent direct"})
    assert Application.objects.get().state == ApplicationState.REFUSED
    assert "Concurrent direct" in text_of(signed_in(who), f"/en/members/requests/{application.pk}/")
    assert "can no longer be done" in secretary.post(address, {"reason": "x"}).content.decode()


def test_what_was_not_paid_in_time_lapses_by_one_button(secretary: Client) -> None:
    asked(now=make.NOW - timedelta(days=60))
    asked(make.person("Rosa"))
    assert "One request was not paid in time." in text_of(secretary, "/en/members/requests/desk/")
    assert secretary.get("/en/members/requests/desk/lapse/").status_code == 405
    assert (
        "One request lapsed."
        in secretary.post("/en/members/requests/desk/lapse/", follow=True).content.decode()
    )
    assert "Delvaux" not in text_of(secretary, "/en/members/requests/desk/")
    assert "Delvaux" in text_of(secretary, "/en/members/requests/desk/?state=lapsed")
    assert "Nothing here." in text_of(secretary, "/en/members/requests/desk/?state=refused")


def test_the_list_takes_as_many_queries_for_five_as_for_one(secretary: Client) -> None:
    asked(make.person())
    one = queries_of(secretary, "/en/members/requests/desk/")
    for _each in range(4):
        asked(make.person())
    assert queries_of(secretary, "/en/members/requests/desk/") == one <= 16


# Who opens what


@pytest.mark.parametrize(
    ("role", "opens"),
    [
        ("", set()),
        ("administrator", set()),
        ("programme", set()),
        ("counter", {"list", "enter", "read"}),
        ("adviser", {"list", "enter", "read"}),
        ("secretary", {"list", "enter", "read", "refuse"}),
        ("finance", {"list", "read", "payments"}),
    ],
)
def test_each_role_opens_its_own_pages_and_no_others(role: str, opens: set[str]) -> None:
    application, client = asked(), signed_in(make.staff(*([role] if role else [])))
    addresses = {
        "list": "/en/members/requests/desk/",
        "enter": DESK,
        "read": f"/en/members/requests/{application.pk}/",
        "refuse": f"/en/members/requests/{application.pk}/refuse/",
        "payments": "/en/members/payments/",
    }
    found = {name for name, address in addresses.items() if client.get(address).status_code == 200}
    assert found == opens


# Papers and letters


def test_the_certificate_speaks_the_holders_language_and_is_not_given_once_undone(who: Person) -> None:
    application = asked(who, language="nl", now=make.NOW - timedelta(days=5))
    client = signed_in(who)
    address = f"/en/members/requests/{application.pk}/certificate.pdf"
    assert client.get(address).url == f"/en/members/requests/{application.pk}/"
    confirmed([paid(application)], make.staff("finance"))
    assert "certificate.pdf" in text_of(client, f"/en/members/requests/{application.pk}/")
    answer = client.get(address)
    assert answer["Content-Type"] == "application/pdf"
    reader = PdfReader(io.BytesIO(answer.content))
    text = " ".join(" ".join(page.extract_text() for page in reader.pages).split())
    assert "pdfuaid" in reader.xmp_metadata.stream.get_data().decode()  # type: ignore[union-attr]
    assert reader.trailer["/Root"]["/Lang"] == "nl"
    for said in ("Bewijs van aandelen", "Jeanne Delvaux", "10 aandelen", "€ 500", "vrijdag 20 november 2026"):
        assert said in text
    correct_movement(
        operation=Operation.objects.get(), reason="x", key="undo", by=make.staff("secretary"), now=make.NOW
    )
    assert client.get(address).status_code == 302


@pytest.mark.parametrize("language", LANGUAGES)
def test_whoever_asked_is_told_what_became_of_it_once_in_their_language(
    run_jobs: Callable[[], int], who: Person, language: str
) -> None:
    secretary = make.staff("secretary")
    application = asked_for_child(who, language=language)
    joining.accept_application(application=application, by=secretary, now=make.NOW)
    lapsed = asked(
        make.person("Old", email="old@example.org"), now=make.NOW - timedelta(days=60), language=language
    )
    joining.lapse_applications(by=secretary, now=make.NOW)
    joining.refuse_application(application=application, reason="Pas de preuve", by=secretary, now=make.NOW)
    enters = asked(make.person("Jeanne", "Delvaux"), language=language)
    confirmed([paid(enters)], make.staff("finance"))
    run_jobs()
    mine = [each.body for each in Message.objects.filter(person=who).order_by("id")]
    assert len(mine) == 3
    assert "Lou Petit" in mine[0]
    assert "BE68539007547034" in mine[1]
    assert "Pas de preuve" in mine[2]
    assert Message.objects.filter(person=lapsed.person).count() == 2
    letters = Message.objects.filter(person=enters.person, by_letter=True)
    assert letters.count() == 2
    enters.refresh_from_db()
    assert str(enters.member.number) in letters.latest("id").body  # type: ignore[union-attr]
    for event in Event.objects.filter(name="ApplicationMoved"):
        tell_who_asked(event)
    assert Message.objects.filter(person=who).count() == 3


def test_who_represents_an_organisation_is_told_and_sees_them_named_on_the_certificate(who: Person) -> None:
    seat = {"name": "Ferme du Try", "legal_form": "cooperative", "number": "0403.581.960"}
    application = asked(who, 2, role=HolderRole.ORGANISATION, organisation=seat, language="en")
    joining.accept_application(application=application, by=make.staff("secretary"), now=make.NOW)
    confirmed([paid(application)], make.staff("finance"))
    answer = signed_in(who).get(f"/en/members/requests/{application.pk}/certificate.pdf")
    text = " ".join(PdfReader(io.BytesIO(answer.content)).pages[0].extract_text().split())
    assert "Ferme du Try" in text
    assert "Represented by Jeanne Delvaux" in text
    event = Event.objects.filter(name="ApplicationMoved").latest("pk")
    event.subject = "application:999999"
    tell_who_asked(event)
    assert Message.objects.filter(event=event).count() == 0


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_page_opens_in_each_language(who: Person, language: str) -> None:
    client = signed_in(who)
    walked(client, pages(), JOIN.replace("/en/", f"/{language}/"))
    for page in ("", "for/", "home/", "shares/", "note/", "check/"):
        assert f'lang="{language}"' in text_of(client, f"/{language}/members/join/{page}")
    application = asked(who)
    for page in ("requests/", f"requests/{application.pk}/", f"requests/{application.pk}/withdraw/"):
        text_of(client, f"/{language}/members/{page}")

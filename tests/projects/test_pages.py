"""Pages of calls, dossiers and projects: who sees them, what they cost, what hostile input gets."""

from __future__ import annotations

import uuid
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from commonweal.projects.models import Call, Dossier, SavedView
from commonweal.projects.rules.parts import Part
from tests import factories as make
from tests.clock import Clock
from tests.projects.steps import queries_of, signed_in, typed
from tests.projects.test_dossiers import picture

LANGUAGES = ("fr", "nl", "de", "en")


@pytest.mark.parametrize("language", LANGUAGES)
def test_public_pages_answer_in_every_language(db: None, client: Client, language: str) -> None:
    call = make.call()
    project = make.admitted(call, make.staff("adviser"))
    for page in (
        "calls/",
        f"calls/{call.slug}/",
        f"calls/{call.slug}/?easy=1",
        "projects/",
        "projects/?view=map",
        f"projects/{project.pk}/",
        f"projects/compare/?project={project.pk}",
        "projects/compare/",
        "check/",
        "check/result/",
    ):
        answer = client.get(f"/{language}/{page}")
        assert answer.status_code == 200, page
        assert f'<html lang="{language}"' in answer.content.decode()


def test_a_call_in_preparation_is_shown_to_programme_staff_only(db: None, client: Client) -> None:
    call = make.call(announced=False)
    address = f"/en/calls/{call.slug}/"
    assert client.get(address).status_code == 404
    assert signed_in(make.person()).get(address).status_code == 404
    assert signed_in(make.staff("programme")).get(address).status_code == 200


@pytest.mark.parametrize("filters", ["", "?text=banc", "?ambition=neighbourhoods&kind=coaching", "?view=map"])
def test_a_list_of_projects_costs_the_same_for_one_and_for_five(
    db: None, client: Client, filters: str
) -> None:
    call, adviser = make.call(), make.staff("adviser")
    make.admitted(call, adviser)
    client.get("/fr/projects/")
    one = queries_of(client, f"/fr/projects/{filters}")
    for _each in range(4):
        make.admitted(call, adviser)
    assert queries_of(client, f"/fr/projects/{filters}") == one
    assert one <= 16


def test_the_desk_costs_the_same_for_one_and_for_five(db: None) -> None:
    call, adviser = make.call(), make.staff("adviser")
    desk = signed_in(adviser)
    make.sent(call)
    desk.get("/fr/desk/dossiers/")
    one = queries_of(desk, "/fr/desk/dossiers/")
    for _each in range(4):
        make.sent(call)
    assert queries_of(desk, "/fr/desk/dossiers/") == one
    assert one <= 16


@pytest.mark.parametrize("text", ["bibliotheque", "BIBLIOTHÈQUE", "biblio rue", "liege biblio"])
def test_search_finds_words_without_accents(db: None, client: Client, text: str) -> None:
    call, adviser = make.call(), make.staff("adviser")
    make.admitted(call, adviser, title="Une bibliothèque de rue")
    make.admitted(call, adviser, title="Un four à pain")
    page = client.get("/fr/projects/", {"text": text}).content.decode()
    expected = "liege" not in text
    assert ("Une bibliothèque de rue" in page) == expected
    assert "Un four à pain" not in page


@pytest.mark.parametrize(
    "query",
    [
        {"text": "'); DROP TABLE x; --"},
        {"text": "&|!():*<->"},
        {"call": "none", "region": "x", "ambition": "y"},
        {"page": "99999999999"},
        {"page": "-1"},
        {"text": "\u202e" * 50},
        {"project": "1e9"},
        {"sort": "; --"},
    ],
)
def test_strange_filters_are_answered(db: None, client: Client, query: dict[str, str]) -> None:
    for page in ("projects/", "projects/compare/", "calls/"):
        assert client.get(f"/nl/{page}", query).status_code == 200


def test_the_check_asks_answers_and_remembers(db: None, client: Client) -> None:
    client.post("/en/check/")
    answers: dict[str, Any] = {
        "applicant": {"applicant": "association"},
        "place": {"place": "here"},
        "ambitions": {"ambitions": ["neighbourhoods"], "argued": "yes"},
    }
    for code, data in answers.items():
        assert client.post(f"/en/check/{code}/", data).status_code == 302, code
    page = client.get("/en/check/result/").content.decode()
    assert "Perhaps" in page
    assert client.session["check"]["ambitions"] == "neighbourhoods"
    assert client.get("/en/check/accredited/").status_code == 404, "only asked of cooperatives"
    client.post("/en/check/applicant/", {"applicant": "cooperative"})
    assert client.get("/en/check/accredited/").status_code == 200


@pytest.mark.parametrize(
    "rubbish", [{"applicant": "king"}, {"applicant": "x" * 5000}, {"applicant": "\u0000"}]
)
def test_rubbish_in_the_check_is_asked_again(db: None, client: Client, rubbish: dict[str, str]) -> None:
    answer = client.post("/en/check/applicant/", rubbish)
    assert answer.status_code == 200
    assert "error-summary" in answer.content.decode()


def test_an_applicant_writes_and_sends_and_others_see_nothing(db: None) -> None:
    call, who = make.call(), make.person()
    mine, other = signed_in(who), signed_in(make.person())
    token = uuid.uuid4()
    for _press in range(2):
        answer = mine.post(f"/en/calls/{call.slug}/apply/", {"token": token})
    dossier = Dossier.objects.get()
    assert answer.url == f"/en/dossiers/{dossier.pk}/write/organisation/"
    base = f"/en/dossiers/{dossier.pk}/"
    pages: dict[str, dict[str, Any]] = {
        "organisation": {
            "name": "Buren",
            "legal_form": "association",
            "company_number": "0403.581.960",
            "kind": "contact",
        },
        "story": {"title": "Een bank", "summary": "Een bank.", "story": "Wij zetten een bank."},
        "place": {
            "place": "Gent",
            "target_group": "buren",
            **{f"starts_on_{n}": v for n, v in enumerate((1, 9, 2027))},
            **{f"starts_on_{n}": v for n, v in (("day", 1), ("month", 9), ("year", 2027))},
            **{f"ends_on_{n}": v for n, v in (("day", 1), ("month", 12), ("year", 2027))},
        },
        "ambitions": {"ambitions": ["neighbourhoods"], "argument_neighbourhoods": "Buren praten."},
        "costs": {"label_1": "hout", "amount_1": "1.200,50", "label_2": "", "amount_2": ""},
        "support": {"quantity_financial": "1200", "quantity_coaching": "3", "values_declared": "on"},
        "partners": {"name_1": "School", "role_1": "zaal"},
    }
    for part, data in pages.items():
        assert other.get(f"{base}write/{part}/").status_code == 404
        assert mine.get(f"{base}write/{part}/").status_code == 200
        answer = mine.post(f"{base}write/{part}/", data)
        assert answer.status_code == 302, (part, answer.content.decode()[:2000])
    photo = SimpleUploadedFile("bank.jpg", picture(size=(80, 60)).read(), "image/jpeg")
    assert (
        mine.post(f"{base}write/photos/", {"file": photo, "alt": "een bank", "focus": "50,50"}).status_code
        == 302
    )
    address = f"/en/projects/photos/{dossier.photos.get().pk}.jpg"
    assert b"".join(mine.get(address).streaming_content)[:3] == b"\xff\xd8\xff"  # type: ignore[arg-type]
    assert other.get(address).status_code == 404
    assert mine.get(f"{base}review/").status_code == 200
    for _press in range(2):
        assert mine.post(f"{base}review/").url == base
    dossier.refresh_from_db()
    assert (dossier.state, dossier.requested_cents, dossier.municipality.name_nl) == (
        "submitted",
        1_200_00,
        "Gent",
    )
    receipt = mine.get(f"{base}receipt.pdf")
    assert receipt.content.startswith(b"%PDF")
    for page in ("", "review/", "receipt.pdf", "withdraw/"):
        assert other.get(base + page).status_code == 404


def test_the_receipt_says_what_was_sent_and_when(db: None) -> None:
    import io

    from pypdf import PdfReader

    dossier = make.sent(make.call())
    pdf = signed_in(dossier.applicant).get(f"/fr/dossiers/{dossier.pk}/receipt.pdf").content
    reader = PdfReader(io.BytesIO(pdf))
    text = " ".join(page.extract_text() for page in reader.pages)
    for expected in (dossier.reference, "Un banc pour parler", "23 novembre 2026", "1 200"):
        assert expected in text.replace("\u00a0", " "), expected
    assert reader.trailer["/Root"]["/MarkInfo"]["/Marked"], "tagged, so that it can be read aloud"


@pytest.mark.parametrize(
    ("part", "data"),
    [
        (
            "organisation",
            {"name": "X", "legal_form": "association", "company_number": "123", "kind": "contact"},
        ),
        ("story", {"title": "x" * 121}),
        ("place", {"place": "Nowhere at all"}),
        ("place", {"starts_on_day": "31", "starts_on_month": "2", "starts_on_year": "2027"}),
        ("costs", {"label_1": "wood", "amount_1": "-5"}),
        ("costs", {"label_1": "wood"}),
        ("support", {"quantity_coaching": "many"}),
        ("ambitions", {"ambitions": ["neighbourhoods"]}),
    ],
)
def test_a_wrong_answer_is_explained_and_nothing_typed_is_lost(
    db: None, part: str, data: dict[str, str]
) -> None:
    who = make.person()
    dossier = make.draft(make.call(), who)
    page = signed_in(who).post(f"/en/dossiers/{dossier.pk}/write/{part}/", data).content.decode()
    assert "error-summary" in page
    for value in data.values():
        if isinstance(value, str):
            assert value[:100] in page


def test_a_page_kept_after_the_call_closed_is_refused_with_the_reason(db: None, clock: Clock) -> None:
    who = make.person()
    dossier = make.draft(make.call(), who)
    client = signed_in(who)
    clock.go_to(dossier.call.applies_until)
    answer = client.post(f"/en/dossiers/{dossier.pk}/write/story/", {"title": "Late"})
    assert answer.status_code == 403
    assert "no longer takes projects" in answer.content.decode()
    assert client.get(f"/en/dossiers/{dossier.pk}/").status_code == 200


def test_staff_check_a_dossier_from_ties_to_decision(db: None) -> None:
    adviser = make.staff("adviser")
    dossier, desk = make.sent(make.call()), signed_in(adviser)
    base = f"/en/desk/dossiers/{dossier.pk}/"
    assert desk.get(base).url == f"{base}ties/"
    assert desk.post(f"{base}ties/", {"has_conflict": "no"}).url == base
    assert desk.get(base).status_code == 200
    desk.post(base, {"what": "take_up"})
    desk.post(base, {"what": "note", "text": "A secret remark"})
    assert "A secret remark" in desk.get(base).content.decode()
    assert desk.post(f"{base}ask/", {"parts": ["costs"], "message": "How much?"}).status_code == 302
    applicant = signed_in(dossier.applicant)
    status = applicant.get(f"/en/dossiers/{dossier.pk}/").content.decode()
    assert "How much?" in status
    assert "A secret remark" not in status
    assert applicant.get(f"/en/dossiers/{dossier.pk}/write/story/").status_code == 403
    applicant.post(f"/en/dossiers/{dossier.pk}/write/costs/", {"label_1": "wood", "amount_1": "1500"})
    applicant.post(f"/en/dossiers/{dossier.pk}/review/")
    assert "error-summary" in desk.post(f"{base}admit/", {"reason": ""}).content.decode()
    assert desk.post(f"{base}admit/", {"reason": "It meets the conditions."}).url == base
    dossier.refresh_from_db()
    assert dossier.state == "admitted"
    public = Client().get(f"/en/projects/{dossier.pk}/").content.decode()
    assert "A secret remark" not in public


def test_a_tie_closes_the_dossier_for_that_colleague(db: None) -> None:
    dossier, desk = make.sent(make.call()), signed_in(make.staff("adviser"))
    base = f"/en/desk/dossiers/{dossier.pk}/"
    desk.post(f"{base}ties/", {"has_conflict": "yes", "text": "my sister"})
    answer = desk.get(base)
    assert answer.status_code == 403
    assert dossier.story not in answer.content.decode()


@pytest.mark.parametrize(
    ("page", "roles"),
    [
        ("desk/dossiers/", {"adviser", "programme"}),
        ("desk/dossiers/new/", {"adviser", "counter"}),
        ("calls/new/", {"programme"}),
    ],
)
@pytest.mark.parametrize("role", ["adviser", "counter", "programme", "administrator", ""])
def test_each_staff_page_is_for_its_roles(db: None, page: str, roles: set[str], role: str) -> None:
    who = make.staff(role) if role else make.person()
    assert signed_in(who).get(f"/en/{page}").status_code == (200 if role in roles else 403)
    answer = Client().get(f"/en/{page}")
    assert answer.status_code == 302
    assert answer.url.startswith("/en/account/login/")


def test_staff_enter_a_project_by_phone_and_it_counts_the_same(db: None) -> None:
    call, member = make.call(), make.member()
    counter = signed_in(make.staff("counter"))
    data = {"channel": "phone", "member_number": member.number, "call": call.slug, "token": uuid.uuid4()}
    assert counter.get("/nl/desk/dossiers/new/").status_code == 200
    assert "/write/organisation/" in counter.post("/nl/desk/dossiers/new/", data).url
    dossier = Dossier.objects.get()
    assert (dossier.applicant, dossier.channel) == (member.person, "phone")
    wrong = counter.post("/nl/desk/dossiers/new/", {**data, "member_number": 999999, "token": uuid.uuid4()})
    assert "error-summary" in wrong.content.decode()
    named = {
        "channel": "paper",
        "given_name": "Germaine",
        "family_name": "Petit",
        "call": call.slug,
        "token": uuid.uuid4(),
    }
    counter.post("/nl/desk/dossiers/new/", named)
    assert Dossier.objects.get(channel="paper").applicant.given_name == "Germaine"


def test_filters_of_the_desk_are_kept_under_a_name(db: None) -> None:
    adviser = make.staff("adviser")
    desk = signed_in(adviser)
    desk.post("/en/desk/dossiers/", {"name": "Waiting", "query": "state=submitted"})
    assert "?state=submitted" in desk.get("/en/desk/dossiers/").content.decode()
    view = SavedView.objects.get()
    signed_in(make.staff("adviser")).post("/en/desk/dossiers/", {"drop": view.pk})
    assert SavedView.objects.exists(), "nobody drops a colleague's view"
    desk.post("/en/desk/dossiers/", {"drop": view.pk})
    assert not SavedView.objects.exists()


def test_a_programme_manager_plans_and_announces_a_call(db: None) -> None:
    client = signed_in(make.staff("programme"))
    form = client.get("/en/calls/new/?preset=points").context["form"]
    data = typed(form.initial, slug="liege-2027", ambitions=["inclusion"])
    answer = client.post("/en/calls/new/?preset=points", data)
    assert answer.status_code == 302, answer.context["form"].errors
    call = Call.objects.get()
    assert (call.form, call.points_total, call.bylaw["utility"]) == ("points", 7, "points")
    manage = f"/en/calls/{call.slug}/manage/"
    client.post(manage, {"move": "announce"})
    call.refresh_from_db()
    assert call.state == "prepared", "four texts are missing"
    for language in LANGUAGES:
        text = {"title": "T", "summary": "S", "body": "B", "easy_text": "E"}
        assert client.post(f"/en/calls/{call.slug}/text/{language}/", text).status_code == 302
    client.post(manage, {"move": "announce"})
    call.refresh_from_db()
    assert call.state == "applications"
    assert client.get(manage).status_code == 200
    assert client.get(f"/en/calls/{call.slug}/edit/").status_code == 200
    frozen = client.post(f"/en/calls/{call.slug}/edit/", {**data, "budget_cents": "99999"})
    assert "same rules" in frozen.content.decode()


@pytest.mark.parametrize(
    "change",
    [
        {"vote_from_year": "2026"},
        {"amount_min_cents": "99999"},
        {"voters": "region"},
        {"choices_min": "9"},
        {"slug": "Not a slug!"},
        {"budget_cents": "a lot"},
    ],
)
def test_a_call_that_makes_no_sense_is_explained(db: None, change: dict[str, str]) -> None:
    client = signed_in(make.staff("programme"))
    form = client.get("/en/calls/new/?preset=regional").context["form"]
    data = typed(form.initial, slug="x", ambitions=["inclusion"]) | change
    page = client.post("/en/calls/new/?preset=regional", data)
    assert page.status_code == 200
    assert "error-summary" in page.content.decode()
    assert not Call.objects.exists()


def test_every_part_of_a_dossier_has_its_page(db: None) -> None:
    who = make.person()
    dossier = make.draft(make.call(), who)
    client = signed_in(who)
    for language in LANGUAGES:
        for part in Part:
            assert client.get(f"/{language}/dossiers/{dossier.pk}/write/{part}/").status_code == 200, part
    assert client.get(f"/en/dossiers/{dossier.pk}/write/nothing/").status_code == 302

"""The pages of a dossier, for the applicant and on the desk: every way on, every way back, nothing lost."""

from __future__ import annotations

import uuid

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from commonweal.people.models import Organisation, Person
from commonweal.projects import actions
from commonweal.projects.models import Dossier
from tests import factories as make
from tests.projects.steps import signed_in, text_of
from tests.projects.test_dossiers import picture

pytestmark = pytest.mark.django_db
TOKEN = "0f0e0d0c-1111-4222-8333-444455556666"


@pytest.fixture
def who() -> Person:
    return make.person(email="ada@example.org")


@pytest.fixture
def mine(who: Person) -> Client:
    return signed_in(who)


def test_whoever_has_a_draft_is_led_back_to_it(who: Person, mine: Client) -> None:
    call = make.call()
    assert "Un four" not in text_of(mine, f"/en/calls/{call.slug}/apply/")
    draft = make.draft(call, who, title="Un four")
    page = text_of(mine, f"/en/calls/{call.slug}/apply/")
    assert "Un four" in page
    assert f"/en/dossiers/{draft.pk}/" in page


def test_the_answers_of_the_check_are_carried_over(mine: Client) -> None:
    call = make.call()
    mine.post("/en/check/ambitions/", {"ambitions": ["neighbourhoods"], "argued": "yes"})
    mine.post(f"/en/calls/{call.slug}/apply/", {"token": "not a token"})
    dossier = Dossier.objects.get()
    assert dossier.answers["ambitions"] == "neighbourhoods"
    chosen = mine.get(f"/en/dossiers/{dossier.pk}/write/ambitions/").context["form"].initial["ambitions"]
    assert chosen == ["neighbourhoods"]


def test_a_part_leads_on_or_back_or_is_left_for_later(who: Person, mine: Client) -> None:
    dossier = make.draft(make.call(), who)
    base = f"/en/dossiers/{dossier.pk}/"
    story = {"title": "Un banc", "summary": "Un banc.", "story": "Nous posons un banc."}
    assert mine.post(f"{base}write/story/", story).url == f"{base}write/place/"
    assert mine.post(f"{base}write/story/?back=review", story).url == f"{base}review/"
    assert mine.post(f"{base}write/story/", {**story, "later": "1"}).url == base
    assert mine.post(f"{base}write/partners/", {"name_1": ""}).url == f"{base}write/photos/"
    assert mine.get(f"{base}write/no-such-part/").url == f"{base}review/"


def test_an_organisation_named_again_is_not_registered_twice(who: Person, mine: Client) -> None:
    dossier = make.draft(make.call(), who)
    address = f"/en/dossiers/{dossier.pk}/write/organisation/"
    same = {
        "name": "Les Amis du Square",
        "legal_form": "association",
        "company_number": "",
        "kind": "contact",
    }
    mine.post(address, same)
    assert Organisation.objects.count() == 1
    mine.post(address, {**same, "name": "Le Comité de la rue"})
    dossier.refresh_from_db()
    assert dossier.organisation is not None
    assert dossier.organisation.name == "Le Comité de la rue"


def test_days_out_of_order_and_partners_without_a_name_are_explained(who: Person, mine: Client) -> None:
    dossier = make.draft(make.call(), who)
    base = f"/en/dossiers/{dossier.pk}/write/"
    days = {"starts_on_day": "1", "starts_on_month": "7", "starts_on_year": "2027"}
    days |= {"ends_on_day": "1", "ends_on_month": "6", "ends_on_year": "2027"}
    page = mine.post(f"{base}place/", {"place": "Liège", "target_group": "x", **days}).content.decode()
    assert "The last day comes before the first one." in page
    page = mine.post(f"{base}partners/", {"role_1": "lends the hall"}).content.decode()
    assert "Write who this partner is." in page
    assert "lends the hall" in page
    page = mine.post(f"{base}costs/", {"amount_1": "12"}).content.decode()
    assert "Write what this amount is for." in page


def test_a_place_that_could_be_several_is_asked_again_with_their_names(who: Person, mine: Client) -> None:
    dossier = make.draft(make.call(), who)
    page = mine.post(f"/fr/dossiers/{dossier.pk}/write/place/", {"place": "s"}).content.decode()
    assert "error-summary" in page
    assert 'value="s"' in page


def test_photos_come_and_go_and_a_bad_one_is_explained(who: Person, mine: Client) -> None:
    dossier = make.draft(make.call(), who)
    address = f"/en/dossiers/{dossier.pk}/write/photos/"
    words = {"alt": "A red bench", "focus": "50,10"}

    def sent(name: str, content: bytes, **more: str) -> str:
        file = SimpleUploadedFile(name, content, "image/jpeg")
        return mine.post(address, {"file": file, **words, **more}, follow=True).content.decode()

    assert "We cannot read this file as a photo" in sent("x.jpg", b"not a photo")
    assert "This is a HEIC photo" in sent("x.jpg", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic")
    assert "error-summary" in sent("x.jpg", picture(size=(9, 9)).read(), alt="")
    assert "larger than 12 MB" in sent("x.jpg", b"\xff\xd8" + b"\0" * 12_000_001)
    assert dossier.photos.count() == 0
    assert "A red bench" in sent("x.jpg", picture(size=(9, 9)).read())
    photo = dossier.photos.get()
    assert (photo.focus_x, photo.focus_y) == (50, 10)
    stored = photo.file.path
    mine.post(address, {"remove": str(uuid.uuid4())})
    assert dossier.photos.count() == 1, "someone else's photo is not theirs to remove"
    mine.post(address, {"remove": str(photo.pk)})
    assert dossier.photos.count() == 0
    assert stored


@pytest.mark.django_db(transaction=True)
def test_a_removed_photo_leaves_the_disk(who: Person) -> None:
    dossier = make.draft(make.call(), who)
    photo = actions.add_photo(dossier=dossier, file=picture(size=(9, 9)), alt="x", by=who, now=make.NOW)
    assert photo.file.storage.exists(photo.file.name)
    name = photo.file.name
    actions.remove_photo(dossier=dossier, photo=photo, by=who, now=make.NOW)
    assert not photo.file.storage.exists(name)


def test_an_incomplete_dossier_says_what_is_missing_and_where(who: Person, mine: Client) -> None:
    dossier = make.draft(make.call(), who)
    actions.write_part(dossier=dossier, part="story", values={"title": ""}, by=who, now=make.NOW)  # type: ignore[arg-type]
    base = f"/en/dossiers/{dossier.pk}/"
    page = " ".join(mine.post(f"{base}review/").content.decode().split())
    assert "Give your project a name." in page
    assert f"{base}write/story/" in page
    assert "Something is still missing" in page
    dossier.refresh_from_db()
    assert dossier.state == "draft"
    assert mine.get(f"{base}receipt.pdf").url == base, "no receipt before it is sent"


def test_a_project_is_taken_back_only_after_asking_once_more(who: Person, mine: Client) -> None:
    dossier = make.sent(make.call(), who)
    base = f"/en/dossiers/{dossier.pk}/"
    assert mine.get(f"{base}review/").url == base, "what was sent is not reviewed again"
    assert mine.get(f"{base}withdraw/").status_code == 200
    dossier.refresh_from_db()
    assert dossier.state == "submitted"
    assert mine.post(f"{base}withdraw/").url == base
    dossier.refresh_from_db()
    assert dossier.state == "withdrawn"
    assert mine.post(f"{base}withdraw/").status_code == 403, "a second time is refused with a reason"


@pytest.fixture
def adviser() -> Person:
    return make.staff("adviser")


def on_the_desk(adviser: Person, **changes: str) -> Dossier:
    dossier = make.sent(make.call(), **changes)
    actions.declare_conflict(dossier=dossier, by=adviser, has_conflict=False, text="", now=make.NOW)
    return actions.take_up_dossier(dossier=dossier, by=adviser, now=make.NOW)


def test_the_desk_is_filtered_by_words_number_state_call_and_adviser(adviser: Person) -> None:
    desk = signed_in(adviser)
    taken, free = on_the_desk(adviser, title="Une bibliothèque"), make.sent(make.call(), title="Un four")

    def found(query: str) -> set[str]:
        page = text_of(desk, f"/en/desk/dossiers/?{query}")
        return {each.title for each in (taken, free) if each.title in page}

    everything = {"Une bibliothèque", "Un four"}
    assert found("") == everything
    assert found("text=BIBLIOTHEQUE") == found(f"text={taken.reference}") == {"Une bibliothèque"}
    assert found("text=%E2%80%94") == set()
    assert found("state=submitted") == {"Un four"}
    assert found(f"call={taken.call.slug}") == {"Une bibliothèque"}
    assert found(f"adviser={adviser.pk}") == {"Une bibliothèque"}
    assert found("adviser=none") == {"Un four"}
    assert found("adviser=rubbish") == everything


def test_a_dossier_is_given_to_a_colleague_who_checks(adviser: Person) -> None:
    desk, colleague, stranger = signed_in(adviser), make.staff("adviser"), make.person()
    dossier = on_the_desk(adviser)
    base = f"/en/desk/dossiers/{dossier.pk}/"
    desk.post(base, {"what": "assign", "to": stranger.pk})
    dossier.refresh_from_db()
    assert dossier.adviser == adviser, "only those who check get dossiers"
    page = desk.post(base, {"what": "assign", "to": colleague.pk}, follow=True).content.decode()
    assert f"{colleague} handles this dossier now." in page
    dossier.refresh_from_db()
    assert dossier.adviser == colleague
    desk.post(base, {"what": "note", "text": "  "})
    desk.post(base, {"what": "no such thing"})
    assert dossier.notes.count() == 0
    again = desk.post(base, {"what": "take_up"}, follow=True).content.decode()
    assert "You are checking this dossier." not in again


@pytest.mark.parametrize("page", ["ask", "admit", "refuse"])
def test_what_comes_too_late_is_explained_and_the_words_are_kept(adviser: Person, page: str) -> None:
    dossier = on_the_desk(adviser)
    actions.withdraw_dossier(dossier=dossier, by=dossier.applicant, now=make.NOW)
    Dossier.objects.filter(pk=dossier.pk).update(state="submitted")
    answer = signed_in(adviser).post(
        f"/en/desk/dossiers/{dossier.pk}/{page}/",
        {"parts": ["costs"], "message": "How much is it?", "reason": "It fits the rule."},
    )
    text = answer.content.decode()
    assert answer.status_code == 200
    assert "error-summary" in text
    assert "How much is it?" in text or "It fits the rule." in text
    dossier.refresh_from_db()
    assert dossier.state == "submitted"


def test_a_decision_that_does_not_exist_leads_back(adviser: Person) -> None:
    dossier = on_the_desk(adviser)
    base = f"/en/desk/dossiers/{dossier.pk}/"
    assert signed_in(adviser).get(f"{base}postpone/").url == base


def test_nothing_is_entered_for_someone_without_a_call(adviser: Person) -> None:
    desk = signed_in(make.staff("counter"))
    calls = [make.call(), make.call()]
    before = Person.objects.count()
    named = {"channel": "paper", "given_name": "Germaine", "family_name": "Petit", "token": "no token"}
    page = desk.post("/en/desk/dossiers/new/", named).content.decode()
    assert "Choose the call." in page
    assert "Germaine" in page
    assert Person.objects.count() == before, "a form sent back registers nobody"
    nobody = {"channel": "phone", "call": calls[1].slug}
    page = desk.post("/en/desk/dossiers/new/", nobody).content.decode()
    assert "Write the member number, or a name." in page
    assert f'<option value="{calls[1].slug}" selected>' in page


def test_a_form_for_someone_sent_twice_makes_one_dossier_and_one_person() -> None:
    desk = signed_in(make.staff("counter"))
    named = {"channel": "paper", "given_name": "Germaine", "family_name": "Petit", "call": make.call().slug}
    ways_on = {desk.post("/en/desk/dossiers/new/", {**named, "token": TOKEN}).url for _press in range(2)}
    assert ways_on == {f"/en/dossiers/{Dossier.objects.get().pk}/write/organisation/"}
    assert Person.objects.filter(given_name="Germaine").count() == 1


def test_a_returned_dossier_is_answered_only_when_complete(
    adviser: Person, who: Person, mine: Client
) -> None:
    dossier = make.sent(make.call(), who)
    actions.declare_conflict(dossier=dossier, by=adviser, has_conflict=False, text="", now=make.NOW)
    actions.take_up_dossier(dossier=dossier, by=adviser, now=make.NOW)
    with pytest.raises(actions.Incomplete, match="which parts"):
        actions.ask_for_more(dossier=dossier, parts=[], message="?", by=adviser, now=make.NOW)
    actions.ask_for_more(
        dossier=dossier,
        parts=["story"],
        message="Which name?",
        by=adviser,
        now=timezone.now(),  # type: ignore[list-item]
    )
    base = f"/en/dossiers/{dossier.pk}/"
    page = mine.post(f"{base}write/story/", {"title": "Un banc", "summary": "", "story": "S"})
    assert page.url == f"{base}review/"
    assert "Something is still missing" in mine.post(f"{base}review/").content.decode()
    mine.post(f"{base}write/story/", {"title": "Un banc", "summary": "S", "story": "S"})
    for _press in range(2):
        assert mine.post(f"{base}review/").url == base
    dossier.refresh_from_db()
    assert dossier.state == "in_check"

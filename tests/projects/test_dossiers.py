"""A dossier from draft to decision: who may do what, when, and what is kept."""

from __future__ import annotations

import io
import random
import uuid
from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction
from PIL import Image

from commonweal.kernel.decision import NotAllowed
from commonweal.people.actions import confirm_speaker, give_mandate
from commonweal.people.models import Event
from commonweal.people.rules import Channel, MandateScope
from commonweal.projects import access, actions
from commonweal.projects.models import Dossier
from commonweal.projects.rules.parts import Part
from commonweal.projects.states import DOSSIER, DossierState
from tests import factories as make

pytestmark = pytest.mark.django_db


@pytest.fixture
def adviser() -> Any:
    return make.staff("adviser")


def test_the_same_form_sent_twice_makes_one_dossier() -> None:
    call, who, token = make.call(), make.person(), uuid.uuid4()
    made = {
        actions.start_dossier(call=call, applicant=who, by=who, now=make.NOW, language="fr", token=token).pk
        for _press in range(3)
    }
    assert len(made) == 1
    other = make.person()
    with pytest.raises(NotAllowed):
        actions.start_dossier(call=call, applicant=other, by=other, now=make.NOW, language="fr", token=token)


@pytest.mark.parametrize(("days", "code"), [(-11, "too_early"), (10, "too_late"), (11, "too_late")])
def test_a_call_takes_projects_only_between_its_days(days: int, code: str) -> None:
    call, who = make.call(), make.person()
    with pytest.raises(NotAllowed) as refusal:
        actions.start_dossier(
            call=call,
            applicant=who,
            by=who,
            now=make.NOW + timedelta(days=days),
            language="fr",
            token=uuid.uuid4(),
        )
    assert refusal.value.code == code


def test_a_call_that_closes_while_someone_writes_keeps_the_text() -> None:
    call, who = make.call(), make.person()
    dossier = make.draft(call, who)
    late = call.applies_until + timedelta(seconds=1)
    with pytest.raises(NotAllowed):
        actions.send_dossier(dossier=dossier, by=who, now=late, findings=[])
    dossier.refresh_from_db()
    assert (dossier.state, dossier.title) == (DossierState.DRAFT, "Un banc pour parler")


def test_an_incomplete_dossier_is_not_sent() -> None:
    call, who = make.call(), make.person()
    dossier = make.draft(call, who)
    actions.write_part(dossier=dossier, part=Part.STORY, values={"title": ""}, by=who, now=make.NOW)
    with pytest.raises(actions.Incomplete):
        actions.send_dossier(dossier=dossier, by=who, now=make.NOW, findings=[])
    actions.write_part(dossier=dossier, part=Part.STORY, values={"title": "Back"}, by=who, now=make.NOW)
    assert (
        actions.send_dossier(dossier=dossier, by=who, now=make.NOW, findings=[]).state
        == DossierState.SUBMITTED
    )


def test_sending_twice_is_sending_once() -> None:
    dossier = make.sent(make.call())
    actions.send_dossier(dossier=dossier, by=dossier.applicant, now=make.NOW, findings=[])
    assert Event.objects.filter(name="DossierMoved", subject=f"dossier:{dossier.pk}").count() == 1


def test_staff_enter_a_dossier_for_someone_who_phones() -> None:
    call, who, counter = make.call(), make.person(), make.staff("counter")
    started: dict[str, Any] = {
        "call": call,
        "applicant": who,
        "now": make.NOW,
        "language": "nl",
        "channel": Channel.PHONE,
    }
    with pytest.raises(NotAllowed):
        actions.start_dossier(**started, by=make.person(), token=uuid.uuid4())
    dossier = actions.start_dossier(**started, by=counter, token=uuid.uuid4())
    assert (dossier.entered_by, dossier.channel) == (counter, "phone")
    actions.write_part(
        dossier=dossier, part=Part.STORY, values={"title": "By phone"}, by=counter, now=make.NOW
    )
    actions.write_part(dossier=dossier, part=Part.STORY, values={"title": "By me"}, by=who, now=make.NOW)


def test_someone_with_a_mandate_may_write_until_it_ends() -> None:
    call, who, friend = make.call(), make.person(), make.person()
    dossier = make.draft(call, who)
    write: dict[str, Any] = {"dossier": dossier, "part": Part.STORY, "by": friend}
    with pytest.raises(NotAllowed):
        actions.write_part(**write, values={"title": "No"}, now=make.NOW)
    give_mandate(
        principal=who, agent=friend, scope=MandateScope.APPLY, ends_on=make.NOW.date(), by=who, now=make.NOW
    )
    actions.write_part(**write, values={"title": "Yes"}, now=make.NOW)
    assert dossier in access.own_dossiers(friend, make.NOW.date())
    with pytest.raises(NotAllowed):
        actions.write_part(**write, values={"title": "Too late"}, now=make.NOW + timedelta(days=1))


def test_asking_for_more_reopens_exactly_the_parts_named(adviser: Any) -> None:
    dossier = make.sent(make.call())
    who = dossier.applicant
    actions.declare_conflict(dossier=dossier, by=adviser, has_conflict=False, text="", now=make.NOW)
    actions.take_up_dossier(dossier=dossier, by=adviser, now=make.NOW)
    with pytest.raises(actions.Incomplete):
        actions.ask_for_more(dossier=dossier, parts=[Part.COSTS], message=" ", by=adviser, now=make.NOW)
    actions.ask_for_more(dossier=dossier, parts=[Part.COSTS], message="Combien?", by=adviser, now=make.NOW)
    dossier.refresh_from_db()
    assert [part for part in Part if access.may_write(dossier, who, part, make.NOW)] == [Part.COSTS]
    late = dossier.call.applies_until + timedelta(days=3)
    actions.write_part(
        dossier=dossier, part=Part.COSTS, values={"costs": [("bois", 2_000_00)]}, by=who, now=late
    )
    actions.answer_request(dossier=dossier, by=who, now=late)
    dossier.refresh_from_db()
    assert dossier.state == DossierState.IN_CHECK
    assert not access.may_write(dossier, who, Part.COSTS, late)


def test_nobody_opens_a_dossier_without_declaring_ties(adviser: Any) -> None:
    dossier = make.sent(make.call())
    day = make.NOW.date()
    assert access.may_check(dossier, adviser, day).code == "not_declared"
    with pytest.raises(NotAllowed):
        actions.take_up_dossier(dossier=dossier, by=adviser, now=make.NOW)
    actions.declare_conflict(dossier=dossier, by=adviser, has_conflict=True, text="sister", now=make.NOW)
    assert access.may_check(dossier, adviser, day).code == "conflict"
    assert access.may_decide(dossier, adviser, day).code == "conflict"


def test_who_types_a_company_number_does_not_read_what_others_wrote_for_it() -> None:
    dossier, colleague, day = make.sent(make.call()), make.person(), make.NOW.date()
    seat = dossier.organisation
    assert seat is not None
    seat.positions.create(person=colleague, kind="contact", starts_on=day)
    assert not access.own_dossiers(colleague, day).exists()
    assert not access.speaks_for(dossier, colleague, day)
    secretary = make.staff("secretary")
    confirm_speaker(person=colleague, organisation=seat, document="statutes", by=secretary, now=make.NOW)
    assert access.own_dossiers(colleague, day).get() == dossier
    assert access.speaks_for(dossier, colleague, day)


def test_an_adviser_never_checks_their_own_organisation(adviser: Any) -> None:
    dossier = make.sent(make.call())
    assert dossier.organisation is not None
    actions.declare_conflict(dossier=dossier, by=adviser, has_conflict=False, text="", now=make.NOW)
    assert access.may_check(dossier, adviser, make.NOW.date())
    dossier.organisation.positions.create(person=adviser, kind="board", starts_on=make.NOW.date())
    assert access.may_check(dossier, adviser, make.NOW.date()).code == "own_project"


@pytest.mark.parametrize("reason", ["", "  "])
def test_a_decision_needs_a_reason(adviser: Any, reason: str) -> None:
    dossier = make.sent(make.call())
    actions.declare_conflict(dossier=dossier, by=adviser, has_conflict=False, text="", now=make.NOW)
    actions.take_up_dossier(dossier=dossier, by=adviser, now=make.NOW)
    for decide in (actions.admit_dossier, actions.refuse_dossier):
        with pytest.raises(actions.Incomplete):
            decide(dossier=dossier, reason=reason, by=adviser, now=make.NOW)
    with pytest.raises(IntegrityError), transaction.atomic():
        Dossier.objects.filter(pk=dossier.pk).update(state="admitted", decision_reason="")


@pytest.mark.parametrize("state", list(DossierState))
@pytest.mark.parametrize("move", DOSSIER.moves, ids=lambda move: move.name)
def test_the_state_table_is_the_only_way(state: DossierState, move: Any) -> None:
    assert bool(DOSSIER.permits(state, move.name)) == (state.value in move.sources)


@pytest.mark.parametrize("state", ["draft", "submitted", "in_check", "refused", "withdrawn"])
def test_only_admitted_projects_are_public(state: str, adviser: Any) -> None:
    dossier = make.admitted(make.call(), adviser)
    assert dossier in access.public_projects()
    Dossier.objects.filter(pk=dossier.pk).update(state=state)
    assert dossier not in access.public_projects()


def test_a_stranger_reaches_nothing_of_a_dossier() -> None:
    dossier = make.sent(make.call())
    stranger, day = make.person(), make.NOW.date()
    assert dossier not in access.own_dossiers(stranger, day)
    assert dossier not in access.desk_dossiers(stranger, day)
    assert not access.speaks_for(dossier, stranger, day)
    with pytest.raises(NotAllowed):
        actions.withdraw_dossier(dossier=dossier, by=stranger, now=make.NOW)
    actions.withdraw_dossier(dossier=dossier, by=dossier.applicant, now=make.NOW)


def picture(kind: str = "JPEG", size: tuple[int, int] = (2400, 1200), **more: Any) -> io.BytesIO:
    out = io.BytesIO()
    Image.new("RGB", size, "red").save(out, kind, **more)
    out.seek(0)
    return out


def test_a_photo_is_written_anew_without_what_the_camera_added() -> None:
    call, who = make.call(), make.person()
    dossier = make.draft(call, who)
    exif = Image.Exif()
    exif[0x010F] = "Secret Camera"
    exif[0x8825] = {1: "N", 2: (50.0, 30.0, 0.0)}
    photo = actions.add_photo(dossier=dossier, file=picture(exif=exif), alt="Un banc", by=who, now=make.NOW)
    with photo.file.open("rb") as stored:
        kept = stored.read()
    assert b"Secret Camera" not in kept
    assert not Image.open(io.BytesIO(kept)).getexif()
    assert (photo.width, photo.height) == (1600, 800)


@pytest.mark.parametrize(
    "content",
    [
        b"",
        b"<svg xmlns='http://www.w3.org/2000/svg' onload='alert(1)'/>",
        b"GIF89a" + b"\0" * 64,
        b"%PDF-1.7",
        b"\xff\xd8\xff\xe0" + b"\0" * 999,
    ],
    ids=["empty", "svg", "gif", "pdf", "torn jpeg"],
)
def test_what_is_no_photo_is_refused(content: bytes) -> None:
    with pytest.raises(actions.PhotoRefused):
        actions.photos.looked_at(io.BytesIO(content))


def test_a_photo_torn_anywhere_is_read_or_refused_never_a_crash() -> None:
    whole, chance = picture(size=(64, 64)).read(), random.Random(7)
    for _round in range(300):
        torn = bytearray(whole[: chance.randrange(len(whole))])
        for _hit in range(3):
            if torn:
                torn[chance.randrange(len(torn))] = chance.randrange(256)
        try:
            actions.photos.looked_at(io.BytesIO(bytes(torn)))
        except actions.PhotoRefused:
            continue


def test_a_picture_of_too_many_pixels_is_refused() -> None:
    with pytest.raises(actions.PhotoRefused, match="pixels"):
        actions.photos.looked_at(picture("PNG", (8000, 6000)))


@pytest.mark.parametrize("kind", ["JPEG", "PNG", "WEBP"])
def test_a_photo_is_turned_as_the_camera_held_it(kind: str) -> None:
    exif = Image.Exif()
    exif[0x0112] = 6
    content, width, height = actions.photos.looked_at(picture(kind, (40, 20), exif=exif))
    assert (width, height) == (20, 40)
    assert not Image.open(io.BytesIO(content)).getexif()


def test_six_photos_are_enough() -> None:
    call, who = make.call(), make.person()
    dossier = make.draft(call, who)
    for _each in range(6):
        actions.add_photo(dossier=dossier, file=picture(size=(10, 10)), alt="x", by=who, now=make.NOW)
    with pytest.raises(actions.PhotoRefused):
        actions.add_photo(dossier=dossier, file=picture(size=(10, 10)), alt="x", by=who, now=make.NOW)


def test_the_applicant_hears_of_each_decision(adviser: Any, run_jobs: Any, mailoutbox: Any) -> None:
    dossier = make.admitted(make.call(), adviser)
    run_jobs()
    texts = [message.body for message in mailoutbox if message.to == [dossier.applicant.email]]
    assert len(texts) == 2
    assert any("Le projet répond aux conditions." in text for text in texts)

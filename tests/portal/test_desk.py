"""The staff desk: tiles by role, members found, letters printed, roles given and ended."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from django.test import Client

from commonweal.kernel.decision import NotAllowed
from commonweal.people import actions as people
from commonweal.people.access import roles_of
from commonweal.people.models import Event, JointAct, Message, StaffAppointment
from commonweal.people.rules import ROLES
from commonweal.projects import actions as projects
from commonweal.voting import actions as voting
from tests import factories as make
from tests.clock import Clock
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

TILES = {
    "adviser": {"Dossiers", "For someone else", "Members"},
    "counter": {"For someone else", "Paper ballots", "Members"},
    "programme": {"Dossiers", "Calls"},
    "administrator": {"Staff roles"},
}
PAGES = {
    "desk/members/?text=a": {"adviser", "counter"},
    "desk/letters/": {"adviser", "counter"},
    "desk/staff/": {"administrator"},
}


def letter() -> Message:
    """A letter waiting for someone without e-mail."""
    who = make.person(
        "Jeanne", "Delvaux", street="rue Haute 1", postcode="4000", municipality=make.municipality()
    )
    event = Event.objects.filter(subject=f"person:{who.pk}").first()
    assert event is not None
    message = people.write_to(
        event=event, person=who, subject="Votre projet", body="Bonjour.\n\nIl est admis."
    )
    assert message is not None
    return message


@pytest.mark.parametrize("language", LANGUAGES)
def test_every_page_of_the_desk_answers_in_every_language(db: None, language: str) -> None:
    letter()
    make.member()
    make.sent(make.call())
    make.open_ballot(members=1)
    client = signed_in(make.staff(*(role.code for role in ROLES)))
    held = StaffAppointment.objects.earliest("pk")
    for page in ("desk/", *PAGES, f"desk/staff/{held.pk}/end/"):
        assert f'<html lang="{language}"' in text_of(client, f"/{language}/{page}")


@pytest.mark.parametrize("role", TILES)
def test_each_role_finds_its_own_tiles(db: None, role: str) -> None:
    page = text_of(signed_in(make.staff(role)), "/en/desk/")
    every = {name for names in TILES.values() for name in names}
    assert {name for name in every if f"<h2>{name}</h2>" in page} == TILES[role]


@pytest.mark.parametrize("page", PAGES)
def test_pages_of_the_desk_open_only_to_those_whose_role_allows_it(db: None, page: str) -> None:
    for role in TILES:
        expected = 200 if role in PAGES[page] else 403
        assert signed_in(make.staff(role)).get(f"/en/{page}").status_code == expected, role
    assert signed_in(make.person()).get(f"/en/{page}").status_code == 403
    assert Client().get(f"/en/{page}").status_code == 302


def test_there_is_no_desk_without_a_role_or_after_it_ended(db: None) -> None:
    assert signed_in(make.person()).get("/en/desk/").status_code == 403
    was = make.staff("adviser")
    was.appointments.update(ends_on=make.NOW.date() - timedelta(days=1), ended_by=make.person())
    assert signed_in(was).get("/en/desk/").status_code == 403


def test_waiting_dossiers_show_the_age_of_the_oldest_in_colour_and_words(db: None, clock: Clock) -> None:
    call = make.call(applies_until=make.NOW + timedelta(days=20))
    make.sent(call)
    clock.moment = make.NOW + timedelta(days=15)
    page = text_of(signed_in(make.staff("adviser")), "/en/desk/")
    assert '<span class="age late">the oldest waits 15 days · too long</span>' in page
    assert "<strong>1</strong> sent" in page


def test_calls_to_lead_name_their_next_step(db: None) -> None:
    call = make.call()
    page = text_of(signed_in(make.staff("programme")), "/en/desk/")
    assert f"/en/calls/{call.slug}/manage/" in page
    assert "next: Stop taking projects" in page


def test_sheets_typed_once_wait_for_a_second_pair_of_eyes(db: None) -> None:
    ballot, _sheets = make.open_ballot(members=1)
    counter = make.staff("counter")
    (voter,) = make.voters(ballot)
    voting.hand_out_paper(ballot=ballot, voter=voter, by=counter, now=make.NOW)
    voting.type_sheet_first(ballot=ballot, number=1, choice=((1, 1),), by=counter, now=make.NOW)
    assert "one sheet to type again" in text_of(signed_in(counter), "/en/desk/")


def test_the_desk_costs_the_same_for_one_row_and_for_several(db: None) -> None:
    everyone = make.staff(*(role.code for role in ROLES))
    client = signed_in(everyone)
    make.sent(make.call())
    make.open_ballot(members=0)
    client.get("/fr/desk/")
    one = queries_of(client, "/fr/desk/")
    for _each in range(9):
        make.sent(make.call())
        make.open_ballot(members=0)
    assert queries_of(client, "/fr/desk/") == one <= 20


@pytest.mark.parametrize("text", ["helene del", "DELVAUX", "hél", "del hel"])
def test_members_are_found_by_the_start_of_names_without_accents(db: None, text: str) -> None:
    member = make.member(make.person("Hélène", "Delvaux"))
    make.member(make.person("Jan", "Janssens"))
    page = text_of(signed_in(make.staff("counter")), f"/en/desk/members/?text={text}")
    assert "Hélène Delvaux" in page
    assert f'<td class="number">{member.number}</td>' in page
    assert "Janssens" not in page


def test_members_are_found_by_number_organisations_too(db: None) -> None:
    who = make.person()
    organisation = make.organisation(who)
    member = make.admit_member(
        organisation=organisation,
        municipality=make.municipality(),
        language="fr",
        joined_on=make.NOW.date(),
        by=None,
        now=make.NOW,
    )
    page = text_of(signed_in(make.staff("counter")), f"/en/desk/members/?text={member.number}")
    assert "Les Amis du Square" in page


@pytest.mark.parametrize("text", ["zzz", "99999", "'; drop", "%25", "(((", "²", "\u202e", "a" * 3_000])
def test_what_is_not_found_is_said_and_breaks_nothing(db: None, text: str) -> None:
    make.member()
    page = text_of(signed_in(make.staff("counter")), f"/en/desk/members/?text={text}")
    assert "No member found." in page or "<table" not in page


def test_the_list_of_members_stops_at_fifty_and_says_so(db: None) -> None:
    client = signed_in(make.staff("counter"))
    make.member(make.person("Ada", "Dupont"))
    client.get("/fr/desk/members/?text=dup")
    one = queries_of(client, "/fr/desk/members/?text=dup")
    for _each in range(54):
        make.member(make.person("Ada", "Dupont"))
    page = text_of(client, "/en/desk/members/?text=dup")
    assert page.count('<th scope="row">') == 50
    assert "These are the first 50." in page
    assert queries_of(client, "/fr/desk/members/?text=dup") == one <= 11


def test_letters_are_shown_one_by_one_in_the_readers_language_and_noted_as_posted(db: None) -> None:
    first, second = letter(), letter()
    client = signed_in(make.staff("counter"))
    page = text_of(client, "/nl/desk/letters/")
    assert page.count('class="letter sheet" lang="fr"') == 2
    assert "rue Haute 1" in page
    assert "4000 Liège" in page
    assert "lundi 23 novembre 2026" in page
    assert client.post("/nl/desk/letters/", {"letter": [first.pk, "x", "-1", "9" * 30]}).status_code == 302
    first.refresh_from_db()
    second.refresh_from_db()
    assert (first.sent_at, second.sent_at) == (make.NOW, None)
    assert text_of(client, "/nl/desk/letters/").count('class="letter sheet"') == 1
    assert Event.objects.get(name="LettersPrinted").data == {"count": 1}


def test_only_letters_are_noted_as_printed(db: None) -> None:
    who = make.person("Ada", "Mail", email="ada@example.org")
    event = Event.objects.filter(subject=f"person:{who.pk}").first()
    assert event is not None
    mail = people.write_to(event=event, person=who, subject="Bonjour", body="…")
    assert mail is not None
    counter = make.staff("counter")
    assert people.mark_printed(messages=[mail.pk], by=counter, now=make.NOW) == 0
    with pytest.raises(NotAllowed, match="staff"):
        people.mark_printed(messages=[letter().pk], by=make.staff("programme"), now=make.NOW)


def test_letters_come_from_what_happens_to_people_without_e_mail(
    db: None, run_jobs: Callable[[], int]
) -> None:
    call, adviser = make.call(), make.staff("adviser")
    dossier = make.sent(call, make.person("Jeanne", "Delvaux"))
    projects.declare_conflict(dossier=dossier, by=adviser, has_conflict=False, text="", now=make.NOW)
    run_jobs()
    assert "Jeanne Delvaux" in text_of(signed_in(make.staff("counter")), "/en/desk/letters/")


def test_the_page_of_letters_costs_the_same_for_one_row_and_for_several(db: None) -> None:
    letter()
    client = signed_in(make.staff("counter"))
    client.get("/en/desk/letters/")
    one = queries_of(client, "/en/desk/letters/")
    for _each in range(19):
        letter()
    assert queries_of(client, "/en/desk/letters/") == one <= 11


def test_a_role_is_taken_back_at_once_and_may_be_given_again_the_same_day(db: None) -> None:
    administrator, colleague = (
        make.staff("administrator"),
        make.person("Jo", "Peeters", email="jo@example.org"),
    )
    make.account(colleague)
    client = signed_in(administrator)
    held = make.role(colleague, "counter", asked=administrator)
    address = f"/en/desk/staff/{held.pk}/end/"
    assert "Jo Peeters" in text_of(client, address)
    assert roles_of(colleague, make.NOW.date()) == {"counter"}, "looking ends nothing"
    client.post(address)
    assert roles_of(colleague, make.NOW.date()) == frozenset()
    assert "Jo Peeters" not in text_of(client, "/en/desk/staff/")
    make.role(colleague, "counter", asked=administrator)
    assert roles_of(colleague, make.NOW.date()) == {"counter"}
    names = list(Event.objects.filter(subject=f"person:{colleague.pk}").values_list("name", flat=True))
    assert [each for each in names if each.startswith("Staff")] == [
        "StaffAppointed",
        "StaffAppointmentEnded",
        "StaffAppointed",
    ]


def test_a_role_held_for_long_ends_with_yesterday(db: None) -> None:
    administrator, was = make.staff("administrator"), make.staff("adviser")
    held = StaffAppointment.objects.get(person=was)
    for _twice in range(2):
        people.end_appointment(appointment=held, by=administrator, now=make.NOW)
    held.refresh_from_db()
    assert held.ends_on == make.NOW.date() - timedelta(days=1)
    assert Event.objects.filter(name="StaffAppointmentEnded").count() == 1


@pytest.mark.parametrize(
    "given",
    [
        {"email": "no@example.org", "role": "counter", "why": "x"},
        {"email": "jo@example.org", "role": "king", "why": "x"},
        {"email": "jo@example.org", "role": "counter", "why": " "},
    ],
)
def test_a_role_needs_an_account_and_a_name_of_a_role(db: None, given: dict[str, str]) -> None:
    make.account(make.person("Jo", "Peeters", email="jo@example.org"))
    client = signed_in(make.staff("administrator"))
    answer = client.post("/en/desk/staff/", given)
    assert "error-summary" in answer.content.decode()
    assert not JointAct.objects.exists()


def test_advisers_do_not_end_roles(db: None) -> None:
    adviser = make.staff("adviser")
    held = StaffAppointment.objects.get(person=adviser)
    assert signed_in(adviser).post(f"/en/desk/staff/{held.pk}/end/").status_code == 403
    held.refresh_from_db()
    assert held.ends_on is None


def test_roles_are_listed_with_what_they_are_for(db: None) -> None:
    page = text_of(signed_in(make.staff("administrator")), "/en/desk/staff/")
    assert all(role.description in page for role in ROLES)

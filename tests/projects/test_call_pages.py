"""The pages on which a call is planned and led: what is refused is explained, what was announced stays."""

from __future__ import annotations

import re
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.utils import timezone

from commonweal.places.models import Municipality
from commonweal.projects import actions
from commonweal.projects.models import Call
from commonweal.voting import actions as voting
from commonweal.voting.committee import opened_file
from commonweal.voting.models import Ballot
from commonweal.voting.queries import sealed_bundle
from tests import factories as make
from tests.clock import Clock
from tests.projects.steps import signed_in, text_of, typed

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> Client:
    return signed_in(make.staff("programme"))


def shown(call: Call, lead: Client) -> dict[str, Any]:
    """The call's own page as it is typed there."""
    return typed(dict(lead.get(f"/en/calls/{call.slug}/edit/").context["form"].initial))


def test_a_prepared_call_is_changed_and_keeps_its_hours(lead: Client) -> None:
    call = make.call(announced=False)
    applies_until = timezone.localtime(call.applies_until).date()
    answer = lead.post(
        f"/en/calls/{call.slug}/edit/", {**shown(call, lead), "budget_cents": "30000", "region": "03000"}
    )
    assert answer.status_code == 302, answer.context["form"].errors
    call.refresh_from_db()
    assert (call.budget_cents, call.region_id) == (30_000_00, "03000")
    closes = timezone.localtime(call.applies_until)
    assert (closes.date(), closes.hour) == (applies_until, 20)


def test_two_calls_do_not_share_an_address(lead: Client) -> None:
    taken, call = make.call(), make.call(announced=False)
    answer = lead.post(f"/en/calls/{call.slug}/edit/", {**shown(call, lead), "slug": taken.slug})
    assert "Another call has this short name" in answer.content.decode()
    assert Call.objects.filter(slug=taken.slug).count() == 1


def test_a_vote_does_not_start_on_the_last_day_to_apply(lead: Client) -> None:
    call = make.call(announced=False)
    same_day = {
        f"{name}_{part}": value
        for name in ("check_until", "vote_from")
        for part, value in (("day", 3), ("month", 12), ("year", 2026))
    }
    answer = lead.post(f"/en/calls/{call.slug}/edit/", {**shown(call, lead), **same_day})
    assert "at least one day after the last day to apply" in answer.content.decode()


@pytest.mark.parametrize(
    ("form", "rule", "utility", "completion"),
    [
        ("basket", "phragmen", "cost", "none"),
        ("approval", "greedy", "cost", "none"),
        ("approval", "equal-shares", "cost", "add1u"),
    ],
)
def test_the_counting_rule_is_kept_with_all_its_settings(
    lead: Client, form: str, rule: str, utility: str, completion: str
) -> None:
    call = make.call(announced=False)
    answer = lead.post(f"/en/calls/{call.slug}/edit/", {**shown(call, lead), "form": form, "rule": rule})
    assert answer.status_code == 302, answer.context["form"].errors
    call.refresh_from_db()
    assert {name: call.bylaw[name] for name in ("rule", "utility", "completion")} == {
        "rule": rule,
        "utility": utility,
        "completion": completion,
    }


def test_a_text_is_written_in_the_four_languages_and_no_other(lead: Client) -> None:
    call = make.call(announced=False)
    base = f"/en/calls/{call.slug}/"
    assert "Chaleur de quartier nl" in text_of(lead, f"{base}text/nl/"), "what is written stands there"
    assert lead.get(f"{base}text/it/").url == f"{base}manage/"
    empty = lead.post(f"{base}text/nl/", {"title": "", "summary": "S", "body": "B", "easy_text": "E"})
    assert "error-summary" in empty.content.decode()
    assert call.texts.get(language="nl").title == "Chaleur de quartier nl"


def ready_for_the_vote() -> Call:
    call = make.call(budget_cents=2_000_00, amount_max_cents=2_000_00)
    adviser = make.staff("adviser")
    for title in ("Un banc", "Un four"):
        make.admitted(call, adviser, title=title)
    make.member()
    return actions.end_applications(call=call, by=None, now=call.applies_until)


def test_a_call_is_led_from_its_page_to_the_result(client: Client, clock: Clock) -> None:
    leader = make.staff("programme")
    lead = signed_in(leader)
    call = make.call(budget_cents=2_000_00, amount_max_cents=2_000_00)
    adviser = make.staff("adviser")
    for title in ("Un banc", "Un four"):
        make.admitted(call, adviser, title=title)
    member = make.member()
    base = f"/en/calls/{call.slug}/manage/"

    def step(move: str) -> str:
        return " ".join(lead.post(base, {"move": move}, follow=True).content.decode().split())

    assert "until the announced hour" in step("end_applications"), "too early"
    assert "The call is open" not in step("no_such_move")
    clock.go_to(call.applies_until)
    assert "takes no more projects" in step("end_applications")
    sealed_to, sheets = make.committee_as_typed(call)
    clock.go_to(call.vote_from)
    lead = signed_in(leader)
    lead.post(f"{base}vote/", sealed_to)
    again = lead.post(f"{base}vote/", sealed_to)
    assert "error-summary" in again.content.decode(), "a vote opens once"
    ballot = Ballot.objects.get()
    assert member.person is not None
    voter = signed_in(member.person)
    page = voter.post(f"/en/ballots/{ballot.pk}/review/", {"choice": "1"})
    receipt = page.content.decode().split('name="receipt" value="')[1].split('"')[0]
    assert (
        voter.post(f"/en/ballots/{ballot.pk}/cast/", {"choice": "1", "receipt": receipt}).status_code == 200
    )
    clock.go_to(call.vote_until)
    lead = signed_in(leader)
    assert "not opened and counted yet" in step("decide"), "nothing is counted"
    assert "The vote is closed" in step("close_vote")
    handed_over = "First hand over the box"
    bundle = f"/en/ballots/{ballot.pk}/sealed.json"
    assert handed_over in lead.get(bundle).content.decode()
    waits = lead.get(f"{base}count/").content.decode()
    assert "First hand over the box" in waits
    assert 'type="file"' not in waits
    box = f"{base}box/"
    assert box in step("no_such_move")
    asked = text_of(lead, box)
    assert "<dt>Envelopes in the box</dt><dd>1</dd>" in asked
    assert "cannot be undone" in asked
    assert "Now download the envelopes" in lead.post(box, follow=True).content.decode()
    assert lead.get(box).url == base, "it is done once"
    assert lead.get(bundle).status_code == 200
    for wrong, sentence in (
        (b"\xff\xfe", "This is not a ballot file"),
        (__file__.encode(), "does not begin with the line META"),
        (b"META\nkey;value\nbudget;x;y\n", '<q lang="en">2 fields expected, 3 found</q>'),
    ):
        refused = lead.post(f"{base}count/", {"file": SimpleUploadedFile("x.pb", wrong)})
        assert sentence in refused.content.decode()
    assert "error-summary" in lead.post(f"{base}count/", {"no": "file"}).content.decode()
    ballot.refresh_from_db()
    file = opened_file(sealed_bundle(ballot), sheets[:2]).encode()
    assert 'type="file"' in lead.get(f"{base}count/").content.decode()
    assert lead.post(f"{base}count/", {"file": SimpleUploadedFile("x.pb", file)}).url == base
    again = lead.get(f"{base}count/").content.decode()
    assert "no second file is taken in" in again
    assert 'type="file"' not in again
    early = client.get(f"/en/ballots/{ballot.pk}/result/", follow=True).content.decode()
    assert "Un banc" not in early, "a result is read only once it is published"
    assert "The result is published" in step("decide")
    assert "Un banc" in text_of(client, f"/en/ballots/{ballot.pk}/result/")
    assert sorted(call.dossiers.values_list("title", "state")) == [
        ("Un banc", "funded"),
        ("Un four", "not_funded"),
    ]


def test_a_call_without_a_vote_is_neither_closed_nor_counted(lead: Client) -> None:
    call = make.call()
    for act in (
        lambda: actions.close_vote(call=call, by=None, now=call.vote_until),
        lambda: actions.hand_over(call=call, by=None, now=call.vote_until),
        lambda: actions.bring_in_count(call=call, file="x", by=None, now=call.vote_until),
    ):
        with pytest.raises(actions.NotReady, match="no vote"):
            act()
    page = lead.post(f"/en/calls/{call.slug}/manage/count/", {"file": SimpleUploadedFile("x.pb", b"x")})
    assert "This call has no vote." in page.content.decode()


def test_a_call_that_serves_no_ambition_is_not_announced() -> None:
    call = make.call(announced=False)
    call.ambitions.clear()
    with pytest.raises(actions.NotReady, match="which ambitions"):
        actions.announce_call(call=call, by=None, now=make.NOW)


def test_the_text_people_vote_on_stays_as_it_was(lead: Client) -> None:
    call = ready_for_the_vote()
    committee, _sheets = make.committee_for(call)
    actions.open_vote(call=call, **committee, by=None, now=call.vote_from)
    page = lead.post(
        f"/en/calls/{call.slug}/text/fr/", {"title": "T", "summary": "S", "body": "B", "easy_text": "E"}
    )
    assert "stays as it was" in page.content.decode()
    assert call.texts.get(language="fr").title == "Chaleur de quartier fr"


def test_sheets_that_are_not_in_the_box_are_named_before_it_is_handed_over(clock: Clock) -> None:
    call, adviser = make.call(), make.staff("adviser")
    make.admitted(call, adviser, title="Un banc", asked_cents=1_500_00)
    for _each in range(4):
        make.member()
    actions.end_applications(call=call, by=None, now=call.applies_until)
    committee, _sheets = make.committee_for(call)
    ballot = actions.open_vote(call=call, **committee, by=None, now=call.vote_from)
    clerk, during = make.staff("counter"), call.vote_from
    for number, voter in enumerate(ballot.voters.all(), start=1):
        voting.hand_out_paper(ballot=ballot, voter=voter, by=clerk, now=during)
        if number < 4:
            voting.type_sheet_first(ballot=ballot, number=number, choice=((1, 1),), by=clerk, now=during)
    for number in (1, 2):
        voting.start_sheet_again(ballot=ballot, number=number, by=clerk, now=during)
    voting.type_sheet_first(ballot=ballot, number=2, choice=((1, 1),), by=clerk, now=during)
    actions.close_vote(call=call, by=None, now=call.vote_until)
    clock.go_to(call.vote_until)
    lead = signed_in(make.staff("programme"))
    led = text_of(lead, f"/en/calls/{call.slug}/manage/")
    assert "<dt>Votes in the box</dt><dd>0</dd>" in led
    assert "<dt>Paper ballots handed out, not in the box</dt><dd>4</dd>" in led
    box = f"/en/calls/{call.slug}/manage/box/"
    page = text_of(lead, box)
    assert "<dt>Handed out and not typed: they never came back, or lie somewhere</dt><dd>2</dd>" in page
    assert "they wait for their second typing</dt><dd>sheet no. 2, sheet no. 3</dd>" in page
    assert "<dt>Started again and not typed since</dt><dd>sheet no. 1</dd>" in page
    assert "The box cannot be handed over yet" in page
    assert "That is for counters" in page
    assert "a counter presses “Start it again”" in page
    desk = f"/en/ballots/{ballot.pk}/paper/"
    assert desk not in page, "a manager may not type: no link to what ends in a refusal"
    assert desk not in text_of(lead, f"/en/calls/{call.slug}/manage/")
    assert "<button" not in page.split("Started again")[1].split("</main>")[0]
    typing = text_of(signed_in(clerk), desk).split("Started again and not typed since")[1]
    assert re.findall(r"Sheet (\d+)", typing) == ["1"]
    assert "still wait for their second typing" in lead.post(box).content.decode()
    for number in (2, 3):
        voting.start_sheet_again(ballot=ballot, number=number, by=clerk, now=call.vote_until)
    assert (
        "<dt>Started again and not typed since</dt><dd>sheet no. 1, sheet no. 2, sheet no. 3</dd>"
        in text_of(lead, box)
    )
    ballot.refresh_from_db()
    assert ballot.box_hash == ""


def test_where_a_project_is_stands_on_the_ballot_in_the_readers_language(clock: Clock) -> None:
    call, adviser = make.call(), make.staff("adviser")
    town = make.municipality("11002", "Anvers")
    Municipality.objects.filter(pk=town.pk).update(
        name_nl="Antwerpen", name_de="Antwerpen", name_en="Antwerp"
    )
    town.refresh_from_db()
    make.admitted(call, adviser, title="Un banc", asked_cents=1_500_00, municipality=town)
    actions.end_applications(call=call, by=None, now=call.applies_until)
    committee, _sheets = make.committee_for(call)
    ballot = actions.open_vote(call=call, **committee, by=None, now=call.vote_from)
    clock.go_to(call.vote_from)
    for language, name in (("fr", "Anvers"), ("nl", "Antwerpen"), ("de", "Antwerpen"), ("en", "Antwerp")):
        page = text_of(Client(), f"/{language}/ballots/{ballot.pk}/")
        assert f" · {name}</span>" in page

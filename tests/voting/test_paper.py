"""Votes on paper: handed out to a known member, typed twice by two people, tied to nobody."""

from __future__ import annotations

from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from typing import Any

import pytest
from django.db import IntegrityError, ProgrammingError, connections, transaction
from django.test import Client

from commonweal.kernel.decision import NotAllowed
from commonweal.people.models import Event, Message
from commonweal.people.rules import Channel
from commonweal.voting import actions
from commonweal.voting.models import Ballot, Envelope, PaperSheet, Vote, Voter
from commonweal.voting.rules.choices import Form
from tests import factories as make
from tests.voting.steps import cast, code_on, counted, opened, person_of, signed_in

pytestmark = pytest.mark.django_db
POINTS = Form("points", 1, 3, points_total=7, points_each=4)


class Desk:
    """A ballot, two people at the counter, each with a browser."""

    def __init__(self, form: Form | None = None, papers: int = 1) -> None:
        self.ballot, self.sheets = make.open_ballot(members=4, form=form)
        self.first, self.second = make.staff("counter"), make.staff("counter")
        for voter in make.voters(self.ballot)[:papers]:
            actions.hand_out_paper(ballot=self.ballot, voter=voter, by=self.first, now=make.NOW)

    def type_first(self, number: int = 1, choice: Any = ((1, 1), (3, 1)), by: Any = None) -> str:
        return actions.type_sheet_first(
            ballot=self.ballot, number=number, choice=choice, by=by or self.first, now=make.NOW
        )

    def type_second(
        self, control: str, number: int = 1, choice: Any = ((1, 1), (3, 1)), by: Any = None
    ) -> str:
        return actions.type_sheet_second(
            ballot=self.ballot,
            number=number,
            choice=choice,
            control=control,
            by=by or self.second,
            now=make.NOW,
        )

    def address(self, page: str = "") -> str:
        return f"/en/ballots/{self.ballot.pk}/paper/{page}"


def text_of(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status
    return str(answer.content.decode())


def test_two_typings_that_agree_put_a_sealed_vote_in_the_box() -> None:
    desk = Desk()
    code = desk.type_second(desk.type_first())
    assert Envelope.objects.get().vote is None
    sheet = PaperSheet.objects.get()
    assert (bytes(sheet.salt), bytes(sheet.commitment)) == (b"", b"")
    assert f'{code};"1,3"' in opened(desk.ballot, desk.sheets).replace(";1,3", ';"1,3"')


def test_a_paper_envelope_looks_like_any_other() -> None:
    desk = Desk()
    cast(desk.ballot, make.voters(desk.ballot)[3])
    desk.type_second(desk.type_first())
    assert len({len(bytes(sealed)) for sealed in Envelope.objects.values_list("sealed", flat=True)}) == 1


def test_the_same_person_does_not_type_a_sheet_twice() -> None:
    desk = Desk()
    control = desk.type_first()
    with pytest.raises(actions.SheetTrouble, match="four eyes"):
        desk.type_second(control, by=desk.first)
    sheet = PaperSheet.objects.get()
    with pytest.raises(IntegrityError, match="sheet_typed_by_two_people"), transaction.atomic():
        PaperSheet.objects.filter(pk=sheet.pk).update(
            second_by=desk.first, second_at=make.NOW, salt=b"", commitment=b""
        )
    assert not Envelope.objects.exists()
    desk.type_second(control)


@pytest.mark.parametrize("wrong", ["choice", "control", "number"])
def test_typings_that_differ_seal_nothing(wrong: str) -> None:
    desk = Desk()
    control = desk.type_first()
    given: dict[str, Any] = {"choice": {"choice": ((1, 1), (2, 1))}, "control": {}, "number": {"number": 2}}[
        wrong
    ]
    with pytest.raises(actions.SheetTrouble):
        desk.type_second("00000000" if wrong == "control" else control, **given)
    assert not Envelope.objects.exists()
    desk.type_second(control)
    with pytest.raises(actions.SheetTrouble, match="No sheet with this number waits"):
        desk.type_second(control)
    assert Envelope.objects.count() == 1


def test_a_wrong_first_typing_is_started_again() -> None:
    desk = Desk()
    desk.type_first(choice=((2, 1),))
    actions.start_sheet_again(ballot=desk.ballot, number=1, by=desk.second, now=make.NOW)
    desk.type_second(desk.type_first())
    with pytest.raises(actions.SheetTrouble, match="No sheet"):
        actions.start_sheet_again(ballot=desk.ballot, number=1, by=desk.second, now=make.NOW)


def test_there_are_never_more_sheets_than_papers_handed_out() -> None:
    desk = Desk(papers=1)
    control = desk.type_first()
    with pytest.raises(actions.SheetTrouble, match="More sheets than paper ballots"):
        desk.type_first(number=2)
    with pytest.raises(actions.SheetTrouble, match="typed already"):
        desk.type_first(number=1)
    desk.type_second(control)
    with (
        pytest.raises(ProgrammingError, match="more paper envelopes than paper ballots"),
        transaction.atomic(),
    ):
        Envelope.objects.create(ballot=desk.ballot, vote=None, sealed=b"x" * 90)
    actions.hand_out_paper(ballot=desk.ballot, voter=make.voters(desk.ballot)[2], by=desk.first, now=make.NOW)
    desk.type_second(desk.type_first(number=2), number=2)
    assert Envelope.objects.count() == 2


def test_a_paper_ballot_takes_the_vote_over_the_web_out_of_the_box_and_they_are_told(
    run_jobs: Callable[[], int],
) -> None:
    desk = Desk(papers=0)
    voter = make.voters(desk.ballot)[0]
    cast(desk.ballot, voter)
    assert Envelope.objects.count() == 1
    actions.hand_out_paper(ballot=desk.ballot, voter=voter, by=desk.first, now=make.NOW, door=Channel.PHONE)
    assert not Envelope.objects.exists()
    vote = Vote.objects.get()
    assert (vote.channel, vote.entered_by) == ("paper", desk.first)
    event = Event.objects.get(name="PaperBallotHandedOut")
    assert (event.channel, event.behalf_of, event.by) == ("phone", person_of(voter), desk.first)
    run_jobs()
    (told,) = Message.objects.all()
    assert told.person == person_of(voter)
    assert "does not count any more" in told.body or "ne compte plus" in told.body


def test_who_had_not_voted_is_told_nothing_of_the_paper_they_took(run_jobs: Callable[[], int]) -> None:
    Desk()
    run_jobs()
    assert not Message.objects.exists()


def test_nobody_gets_two_papers() -> None:
    desk = Desk()
    with pytest.raises(Exception, match="it counts once it is back in time"):
        actions.hand_out_paper(
            ballot=desk.ballot, voter=make.voters(desk.ballot)[0], by=desk.first, now=make.NOW
        )
    with pytest.raises(Exception, match="not on the roll"):
        actions.hand_out_paper(ballot=desk.ballot, voter=None, by=desk.first, now=make.NOW)


@pytest.mark.parametrize("role", ["adviser", "programme", "administrator"])
def test_only_the_counter_handles_paper(role: str) -> None:
    desk = Desk()
    other = make.staff(role)
    control = desk.type_first()
    for act in (
        lambda: desk.type_first(number=2, by=other),
        lambda: desk.type_second(control, by=other),
        lambda: actions.start_sheet_again(ballot=desk.ballot, number=1, by=other, now=make.NOW),
        lambda: actions.hand_out_paper(
            ballot=desk.ballot, voter=make.voters(desk.ballot)[1], by=other, now=make.NOW
        ),
    ):
        with pytest.raises(Exception, match="for staff with the right role"):
            act()
    client = signed_in(other)
    for page in ("", "hand-out/", "sheet/", "first/", "second/"):
        assert client.get(desk.address(page)).status_code == 403


def test_sheets_are_typed_after_the_hour_until_the_box_is_handed_over() -> None:
    desk = Desk(papers=2)
    actions.close_ballot(ballot=desk.ballot, by=None, now=desk.ballot.closes_at)
    desk.ballot.refresh_from_db()
    desk.type_second(desk.type_first())
    actions.hand_over(ballot=desk.ballot, by=None, now=desk.ballot.closes_at)
    # Whoever looked at the ballot before is told as well.
    with pytest.raises(actions.SheetTrouble, match="until its box is handed over"):
        desk.type_first(number=2)


@pytest.mark.parametrize(
    ("form", "line", "again", "row"),
    [(None, "3 1", "1,3", "1,3"), (POINTS, "3:2 1:4", "1:4 3:2", "4,2")],
    ids=["ticks", "points"],
)
def test_the_whole_way_at_the_counter(form: Form | None, line: str, again: str, row: str) -> None:
    desk = Desk(form, papers=0)
    one, other = signed_in(desk.first), signed_in(desk.second)
    member = make.voters(desk.ballot)[0].member
    assert member is not None
    found = text_of(one.post(desk.address("hand-out/"), {"text": str(member.number)}))
    assert str(member.person) in found
    assert "Liège" in found
    voter = make.voters(desk.ballot)[0]
    answer = one.post(desk.address("hand-out/"), {"voter": voter.pk, "door": "phone"})
    assert (answer.status_code, answer["Location"]) == (302, desk.address())
    assert "votes on paper" in text_of(one.get(desk.address()))

    first = one.post(desk.address("first/"), {"number": "1", "choices": line})
    control = code_on(text_of(first))
    assert "no-store" in first["Cache-Control"]
    assert "Sheet 1" in text_of(other.get(desk.address()))
    second = other.post(
        desk.address("second/"),
        {"number": "1", "control": f"{control[:4].lower()} {control[4:]}", "choices": again},
    )
    assert "no-store" in second["Cache-Control"]
    code = code_on(text_of(second))
    (found_row,) = [each for each in opened(desk.ballot, desk.sheets).splitlines() if each.startswith(code)]
    assert found_row.split(";")[-1].strip('"') == row


def test_typings_that_differ_are_told_with_all_that_was_typed() -> None:
    desk = Desk()
    control = desk.type_first()
    client = signed_in(desk.second)
    page = text_of(
        client.post(desk.address("second/"), {"number": "1", "control": control, "choices": "1 2"})
    )
    assert "The two typings or the control code differ" in page
    assert 'value="1 2"' in page
    assert control in page
    client.post(desk.address(), {"again": "1"})
    assert not PaperSheet.objects.exists()
    refused = client.post(desk.address(), {"again": "1"}, follow=True)
    assert "No sheet with this number waits" in text_of(refused)


@pytest.mark.parametrize(
    ("line", "said"),
    [
        ("3 x", "“x” is not the number of a project"),
        ("3 3", "stands there twice"),
        ("9", "There is no project 9 on this ballot"),
        ("1 2 3 4", "Choose fewer projects"),
        ("", "Choices"),
    ],
)
def test_a_slip_while_typing_is_named_and_kept(line: str, said: str) -> None:
    desk = Desk()
    page = text_of(signed_in(desk.first).post(desk.address("first/"), {"number": "1", "choices": line}))
    assert said in page
    assert not line or f'value="{line}"' in page
    assert not PaperSheet.objects.exists()


def test_a_sheet_with_points_lacking_says_so() -> None:
    desk = Desk(POINTS)
    page = text_of(signed_in(desk.first).post(desk.address("first/"), {"number": "1", "choices": "3 1:2"}))
    assert "“3” lacks its points" in page


def test_a_refusal_of_the_action_is_told_on_the_first_typing() -> None:
    desk = Desk(papers=0)
    page = text_of(signed_in(desk.first).post(desk.address("first/"), {"number": "1", "choices": "1"}))
    assert "More sheets than paper ballots" in page
    assert 'value="1"' in page


def test_before_handing_out_one_reads_what_will_happen() -> None:
    desk = Desk(papers=1)
    voters = make.voters(desk.ballot)
    cast(desk.ballot, voters[1])
    outsider = make.member()
    client = signed_in(desk.first)

    def shown(member: Any) -> str:
        return text_of(client.post(desk.address("hand-out/"), {"text": str(member.number)}))

    assert "Has a paper ballot already" in shown(voters[0].member)
    assert "that vote leaves the box" in shown(voters[1].member)
    assert "Note: votes on paper" in shown(voters[2].member)
    assert "Is not on the roll" in shown(outsider)
    assert "No member has this number" in text_of(client.post(desk.address("hand-out/"), {"text": "987654"}))
    assert "error-summary" in text_of(client.post(desk.address("hand-out/"), {"text": ""}))


@pytest.mark.parametrize(
    "sent",
    [{"voter": "x", "door": "phone"}, {"voter": "999999", "door": "phone"}, {"voter": "1", "door": "web"}],
)
def test_a_hand_out_form_that_names_nobody_notes_nothing(sent: dict[str, str]) -> None:
    desk = Desk(papers=0)
    page = text_of(signed_in(desk.first).post(desk.address("hand-out/"), sent))
    assert "Choose the member once more" in page
    assert not Vote.objects.exists()


def test_handing_out_twice_is_refused_on_the_page() -> None:
    desk = Desk(papers=1)
    sent = {"voter": make.voters(desk.ballot)[0].pk, "door": "counter"}
    assert "it counts once it is back in time" in text_of(
        signed_in(desk.first).post(desk.address("hand-out/"), sent)
    )
    assert Vote.objects.count() == 1


@pytest.mark.parametrize("form", [None, POINTS], ids=["boxes", "points"])
def test_the_printed_ballot_holds_every_project_and_no_name(form: Form | None) -> None:
    desk = Desk(form, papers=0)
    client: Client = signed_in(desk.first)
    for language in ("fr", "nl", "de", "en"):
        page = text_of(client.get(f"/{language}/ballots/{desk.ballot.pk}/paper/sheet/"))
        for number in range(1, 5):
            assert f"Chose {number}" in page
        assert ("box-wide" in page) is (form is not None)
        assert "Lovelace" not in page.split("<main")[1]


def test_after_the_count_the_paper_page_takes_nothing_in() -> None:
    desk = Desk(papers=0)
    ballot: Ballot = desk.ballot
    counted(ballot, desk.sheets)
    page = text_of(signed_in(desk.first).get(desk.address()))
    assert "No paper sheet is taken in" in page
    assert desk.address("first/") not in page


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize("voted_before", [False, True], ids=["no vote yet", "a vote to take back"])
def test_a_web_vote_that_arrives_while_paper_is_handed_out_waits_and_is_refused(voted_before: bool) -> None:
    ballot, _sheets = make.open_ballot(members=2)
    voter, counter = make.voters(ballot)[0], make.staff("counter")
    if voted_before:
        cast(ballot, voter)
    with ThreadPoolExecutor(1) as beside:
        with transaction.atomic():
            actions.hand_out_paper(ballot=ballot, voter=voter, by=counter, now=make.NOW)
            arriving = beside.submit(_cast_and_leave, ballot, voter)
            with pytest.raises(TimeoutError):
                arriving.result(timeout=0.5)
        assert arriving.result(timeout=10) == "on_paper"
    assert Vote.objects.get(voter=voter).channel == Channel.PAPER
    assert not Envelope.objects.exists()


@pytest.mark.django_db(transaction=True)
def test_paper_asked_for_while_a_web_vote_arrives_takes_that_vote_back() -> None:
    ballot, _sheets = make.open_ballot(members=2)
    voter, counter = make.voters(ballot)[0], make.staff("counter")

    def hand_out() -> None:
        try:
            actions.hand_out_paper(ballot=ballot, voter=voter, by=counter, now=make.NOW)
        finally:
            connections.close_all()

    with ThreadPoolExecutor(1) as beside:
        with transaction.atomic():
            cast(ballot, voter)
            asked = beside.submit(hand_out)
            with pytest.raises(TimeoutError):
                asked.result(timeout=0.5)
        asked.result(timeout=10)
    assert Vote.objects.get(voter=voter).channel == Channel.PAPER
    assert not Envelope.objects.exists(), "the vote sent over the web left the box"


def _cast_and_leave(ballot: Ballot, voter: Voter) -> str:
    try:
        cast(
            Ballot.objects.get(pk=ballot.pk), Voter.objects.select_related("member__person").get(pk=voter.pk)
        )
    except NotAllowed as refusal:
        return str(refusal.code)
    finally:
        connections.close_all()
    return "cast"

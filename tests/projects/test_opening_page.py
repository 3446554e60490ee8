"""The page that opens a vote: a wrong key is explained, and nothing opens before the committee has tried its sheets."""

from __future__ import annotations

from typing import Any

import pytest
from django.test import Client

from commonweal.projects import actions
from commonweal.projects.models import Call
from commonweal.voting.committee import answer_in
from commonweal.voting.models import Ballot
from commonweal.voting.sealing import key_text, new_committee
from tests import factories as make
from tests.voting.steps import signed_in

pytestmark = pytest.mark.django_db


@pytest.fixture
def lead() -> Client:
    return signed_in(make.staff("programme"))


@pytest.fixture
def call() -> Call:
    made = make.call(budget_cents=2_000_00, amount_max_cents=2_000_00)
    make.admitted(made, make.staff("adviser"), title="Un banc")
    make.member()
    return actions.end_applications(call=made, by=None, now=made.applies_until)


def address(call: Call, language: str = "en") -> str:
    return f"/{language}/calls/{call.slug}/manage/vote/"


def swapped(text: str) -> str:
    """A key with two neighbours exchanged, as happens when one types it from paper."""
    place = next(i for i in range(20) if text[i] != text[i + 1] and " " not in text[i : i + 2])
    return text[:place] + text[place + 1] + text[place] + text[place + 2 :]


@pytest.mark.parametrize(
    ("change", "sentence"),
    [
        ({"public_key": "zz" * 36}, "Copy it from a sheet"),
        ({"public_key": "ab" * 31}, "Copy it whole from a holder’s sheet"),
        ({"public_key": "00" * 32}, "Copy it whole from a holder’s sheet"),
        ({"public_key": key_text(bytes(32))}, "No envelope can be closed safely with this key"),
        ({"holders": "An\n  \n"}, "fewer holders than are needed"),
        ({"holders": "Anna Peeters\nPEETERS, Anna"}, "PEETERS, Anna stands there twice"),
        ({"threshold": "1"}, "error-summary"),
        ({"threshold": "3"}, "not the answer in the test envelope"),
        ({"answer": ""}, "First let the committee show that its sheets open the ballots"),
        ({"answer": "0000-0000-0000"}, "not the answer in the test envelope"),
        ({"public_key": key_text(new_committee(3, 2)[0])}, "not the answer in the test envelope"),
    ],
)
def test_a_wrong_committee_is_explained_and_opens_nothing(
    lead: Client, call: Call, change: dict[str, str], sentence: str
) -> None:
    right, _sheets = make.committee_as_typed(call)
    page = lead.post(address(call), {**right, **change}).content.decode()
    assert sentence in page
    assert "error-summary" in page
    for kept in ({**right, **change}).values():
        assert kept.split("\n")[0] in page, "nothing typed is lost"
    assert not Ballot.objects.exists()
    assert lead.post(address(call), right).url == f"/en/calls/{call.slug}/manage/"
    assert Ballot.objects.get().holders == ["An", "Bo", "Cy"]


@pytest.mark.parametrize(
    ("language", "sentence"),
    [
        ("en", "not typed as it is printed"),
        ("fr", "n’a pas été recopiée comme elle est imprimée"),
        ("nl", "niet overgetypt zoals hij is afgedrukt"),
        ("de", "nicht so abgeschrieben, wie er gedruckt ist"),
    ],
)
def test_a_mistyped_key_is_found_by_its_check_figures_in_every_language(
    lead: Client, call: Call, language: str, sentence: str
) -> None:
    right, _sheets = make.committee_as_typed(call)
    typed = {**right, "public_key": swapped(right["public_key"])}
    for step in ({}, {"envelope": "1"}):
        assert sentence in lead.post(address(call, language), {**typed, **step}).content.decode()
    assert not Ballot.objects.exists()


def test_the_test_envelope_is_taken_from_the_page_and_its_answer_opens_the_vote(
    lead: Client, call: Call
) -> None:
    key, sheets = new_committee(3, 2)
    typed: dict[str, Any] = {"public_key": key_text(key).upper(), "holders": "An\nBo\nCy", "threshold": "2"}
    page = lead.get(address(call)).content.decode()
    assert "commonweal committee check" in page
    answers = set()
    for _time in range(2):
        taken = lead.post(address(call), {**typed, "envelope": "1"})
        assert taken["Content-Disposition"] == 'attachment; filename="test-envelope.txt"'
        assert taken["Cache-Control"] == "private, no-store"
        envelope = bytes.fromhex(taken.content.decode().split()[-1])
        answers.add(answer_in(envelope, sheets[1:]))
    assert len(answers) == 1, "the answer may be typed another day"
    assert not Ballot.objects.exists()
    (answer,) = answers
    assert answer not in taken.content.decode()
    sent = {**typed, "answer": answer.lower().replace("-", " ")}
    assert lead.post(address(call), sent).url == f"/en/calls/{call.slug}/manage/"
    assert bytes(Ballot.objects.get().public_key or b"") == key


def test_the_answer_of_one_call_opens_no_other(lead: Client, call: Call) -> None:
    other = make.call()
    right, _sheets = make.committee_as_typed(other)
    assert "not the answer in the test envelope" in lead.post(address(call), right).content.decode()


def test_only_who_leads_calls_takes_a_test_envelope(call: Call) -> None:
    right, _sheets = make.committee_as_typed(call)
    adviser = signed_in(make.staff("adviser"))
    assert adviser.post(address(call), {**right, "envelope": "1"}).status_code == 403
    with pytest.raises(Exception, match=r"."):
        actions.committee_test(
            call=call, public_key=bytes(32), threshold=2, by=make.staff("adviser"), now=make.NOW
        )

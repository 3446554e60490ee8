"""A key that is wrong is found before the vote opens: mistyped, of a low order, or one the sheets do not open."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from nacl.public import PrivateKey

from commonweal.config import cli
from commonweal.voting import actions
from commonweal.voting.committee import BrokenBundle, answer_in, write_sheets
from commonweal.voting.models import Ballot
from commonweal.voting.rules.envelopes import BadEnvelope, packed, packed_test, unpacked_test
from commonweal.voting.sealing import (
    Sheet,
    WrongKey,
    WrongSheets,
    check_key,
    check_sheets,
    key_from_text,
    key_text,
    new_committee,
    sealed,
)
from tests import factories as make

PRIME = 2**255 - 19
ORDER_EIGHT = (
    325606250916557431795983626356110631294008115727848805560023387167927233504,
    39382357235489614581723060781553021112529911719440698176882885853963445705823,
)
LOW_ORDER = (0, 1, *ORDER_EIGHT, PRIME - 1, PRIME, PRIME + 1)


def number_as_key(number: int) -> bytes:
    return number.to_bytes(32, "little")


@pytest.mark.parametrize(
    "number", [*LOW_ORDER, *(each + 2**255 for each in LOW_ORDER), PRIME + 2, 2**256 - 1]
)
def test_a_key_to_which_nothing_is_sealed_safely_is_refused(number: int) -> None:
    with pytest.raises(WrongKey, match="weak"):
        check_key(number_as_key(number))
    with pytest.raises(WrongKey, match="weak"):
        key_from_text(key_text(number_as_key(number)))


def test_the_keys_committees_make_are_taken() -> None:
    for _each in range(50):
        key, _sheets = new_committee(3, 2)
        check_key(key)
        assert key_from_text(key_text(key)) == key
        assert key_from_text(key_text(key).upper().replace(" ", "")) == key


def test_every_slip_of_one_figure_and_every_swap_of_neighbours_is_noticed() -> None:
    key, _sheets = new_committee(3, 2)
    written = key_text(key).replace(" ", "")
    for place, figure in enumerate(written):
        for other in "0123456789abcdef":
            if other != figure:
                with pytest.raises(WrongKey, match="check"):
                    key_from_text(written[:place] + other + written[place + 1 :])
        swapped = written[:place] + written[place : place + 2][::-1] + written[place + 2 :]
        if swapped != written:
            with pytest.raises(WrongKey, match="check"):
                key_from_text(swapped)


@pytest.mark.parametrize(
    ("spoil", "code"),
    [
        (lambda text: text[:-1], "length"),
        (lambda text: text + "0", "length"),
        (lambda text: text.replace(" ", "")[:64], "length"),
        (lambda _text: "", "length"),
        (lambda text: "o" + text[1:], "figures"),
        (lambda text: "é" + text[1:], "figures"),
    ],
)
def test_what_is_no_printed_key_says_what_is_wrong(spoil: Any, code: str) -> None:
    key, _sheets = new_committee(3, 2)
    with pytest.raises(WrongKey, match=code):
        key_from_text(spoil(key_text(key)))


# ---- the envelope the committee opens before the vote


def answered(key: bytes, sheets: tuple[Sheet, ...], threshold: int = 2, subject: str = "test:0") -> str:
    return answer_in(actions.key_test(subject=subject, public_key=key, threshold=threshold), sheets)


def test_the_sheets_of_the_key_find_the_answer_whichever_holders_come() -> None:
    key, sheets = new_committee(4, 2)
    answers = {
        answered(key, (sheets[one], sheets[other])) for one in range(4) for other in range(4) if one != other
    }
    assert len(answers) == 1
    assert {answered(key, sheets)} == answers


def test_the_answer_is_of_one_key_one_ballot_and_one_number_of_holders() -> None:
    (key, sheets), (other, others) = new_committee(3, 2), new_committee(3, 2)
    found = {
        answered(key, sheets),
        answered(other, others),
        answered(key, sheets, subject="test:1"),
    }
    assert len(found) == 3


def test_sheets_of_another_key_one_sheet_and_a_wrong_number_of_holders_find_nothing() -> None:
    (key, sheets), (_other, others) = new_committee(3, 2), new_committee(3, 2)
    with pytest.raises(BrokenBundle, match="sealed to another key"):
        answered(key, others)
    with pytest.raises(WrongSheets, match="2 different sheets"):
        answered(key, sheets[:1])
    with pytest.raises(BrokenBundle, match="says that 3 holders open the ballots; your sheets need 2"):
        answered(key, sheets, threshold=3)


def test_a_bad_sheet_among_good_ones_is_noticed() -> None:
    (_key, sheets), (_other, others) = new_committee(3, 2), new_committee(3, 2)
    mixed = (*sheets[:2], others[2])
    with pytest.raises(WrongSheets, match="do not make one key"):
        check_sheets(mixed)
    _third, three = new_committee(3, 3)
    with pytest.raises(WrongSheets, match="different keys"):
        check_sheets((sheets[0], three[1]))


def test_a_vote_is_never_opened_in_place_of_a_test_envelope() -> None:
    key, sheets = new_committee(3, 2)
    vote = packed(b"12345678", "0123456789AB", ((1, 1),), 3)
    with pytest.raises(BrokenBundle, match="Only test envelopes") as refused:
        answer_in(sealed(vote, key), sheets)
    assert "0123" not in str(refused.value)
    for content in (vote, b"", vote[:29], bytes(29), packed_test("0123456789AB", 2)[:-1] + b"!"):
        with pytest.raises(BadEnvelope):
            unpacked_test(content)
    for answer, threshold in (("short", 2), ("0123456789AB", 0), ("0123456789AB", 300)):
        with pytest.raises(BadEnvelope):
            packed_test(answer, threshold)


def test_holders_try_their_sheets_with_the_command(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    key, _sheets = write_sheets(tmp_path, ["An", "Bo", "Cy"], 2)
    printed = (tmp_path / "sheet-1.txt").read_text()
    assert key_text(key) in printed
    assert key_from_text((tmp_path / "public-key.txt").read_text()) == key
    envelope = tmp_path / "test-envelope.txt"
    envelope.write_text(
        f"Commonweal\n\n{actions.key_test(subject='test:0', public_key=key, threshold=2).hex()}\n"
    )
    sheets = [f"--sheet={tmp_path / f'sheet-{number}.txt'}" for number in (1, 3)]
    assert cli.main(["committee", "check", str(envelope), *sheets]) == 0
    said = capsys.readouterr().out
    assert "Sheets 1, 3 open" in said
    actions.check_answer(
        subject="test:0", public_key=key, threshold=2, answer=said.split("page:")[1].strip().lower()
    )
    assert cli.main(["committee", "check", str(envelope), *sheets[:1]]) == 1
    assert "2 different sheets are needed" in capsys.readouterr().err
    envelope.write_text("nothing here")
    assert cli.main(["committee", "check", str(envelope), *sheets]) == 1
    assert "is no test envelope" in capsys.readouterr().err


# ---- nothing opens without it


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"public_key": bytes(32)}, "cannot_open"),
        ({"public_key": number_as_key(ORDER_EIGHT[0])}, "cannot_open"),
        ({"public_key": b"short"}, "cannot_open"),
        ({"public_key": bytes(PrivateKey.generate().public_key)}, "wrong_answer"),
        ({"answer": ""}, "no_answer"),
        ({"answer": "0123-4567-89AB"}, "wrong_answer"),
        ({"threshold": 3}, "wrong_answer"),
        ({"threshold": 4}, "cannot_open"),
        ({"threshold": 1}, "cannot_open"),
        ({"holders": ["An"]}, "cannot_open"),
        ({"holders": ["An", "Bo", "an"]}, "cannot_open"),
        ({"holders": ["An", "Bo", " "]}, "cannot_open"),
    ],
)
def test_a_vote_does_not_open_with_a_key_that_was_not_tried(change: dict[str, Any], code: str) -> None:
    opened, _sheets = make.open_ballot(members=1)
    ballot = actions.prepare_ballot(
        subject="test:key",
        titles={"en": "A vote"},
        form=opened.rules_form(),
        budget_cents=1_000_00,
        bylaw=actions.ByLaw.from_json(make.BYLAW),
        opens_at=opened.opens_at,
        closes_at=opened.closes_at,
        by=None,
        now=make.NOW,
    )
    key, sheets = new_committee(3, 2)
    given: dict[str, Any] = {
        "ballot": ballot,
        "options": [actions.NewOption("thing:1", "Chose", "fr", 1_00)],
        "electorate": make.Member.objects.all(),
        "public_key": key,
        "holders": ["An", "Bo", "Cy"],
        "threshold": 2,
        "answer": answered(key, sheets, subject="test:key"),
        "by": None,
        "now": make.NOW,
    }
    with pytest.raises(actions.CannotOpen) as refused:
        actions.open_ballot(**{**given, **change})
    assert refused.value.code == code
    assert Ballot.objects.get(pk=ballot.pk).state == "prepared"
    assert actions.open_ballot(**given).state == "open"

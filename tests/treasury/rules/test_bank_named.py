"""What names a request in a payment: a communication in its place or with marks; twelve digits alone may be anything."""

from __future__ import annotations

import pytest

from commonweal.portal.demo.bank import Paid
from commonweal.treasury.rules.statements import Oddity, read_file
from tests.treasury.bank_files import ACCOUNT, as_coda
from tests.treasury.rules.test_bank_details import OTHER, said, structured
from tests.treasury.rules.test_bank_oddities import SHARES, only

# The check digits of an old Belgian account number are reckoned in the same way.
OLD_ACCOUNT = "539007547034"


@pytest.mark.parametrize("digits", [OLD_ACCOUNT, OTHER, "310000014740", "123456789012"])
@pytest.mark.parametrize(
    "named", [structured(SHARES), "<Ustrd>+++310/0000/14739+++</Ustrd>", f"<Ustrd>{SHARES}</Ustrd>"]
)
def test_twelve_digits_alone_beside_a_communication_are_plain_text(digits: str, named: str) -> None:
    for inside in (f"<Ustrd>de mon compte {digits}</Ustrd>{named}", f"{named}<Ustrd>{digits} merci</Ustrd>"):
        line = only(said(inside))
        assert (line.communication, line.odd) == (SHARES, ()), inside
        assert digits in line.text


def test_twelve_digits_alone_that_are_none_of_ours_name_nothing_between_them() -> None:
    line = only(said(f"<Ustrd>facture {OLD_ACCOUNT} client {OTHER}</Ustrd>"))
    assert (line.communication, line.odd) == ("", ())
    # Alone, nothing else could be meant; no request has it if it is an account.
    assert only(said(f"<Ustrd>{OTHER}</Ustrd>")).communication == OTHER


@pytest.mark.parametrize(
    ("typed", "wrong"),
    [
        ("+++310/0000/14740+++", "310000014740"),
        ("***310/0000/14740***", "310000014740"),
        ("+++310000014740+++", "310000014740"),
        ("+++ 310/0000/14740 +++", "310000014740"),
        ("++310/0000/14740++", "310000014740"),
        ("+++31/0000/14739+++", "31000014739"),
        ("+++310/0000/147399+++", "3100000147399"),
    ],
)
def test_marks_around_digits_that_do_not_hold_are_a_mistyped_communication(typed: str, wrong: str) -> None:
    for inside in (f"<Ustrd>parts {typed} merci</Ustrd>", f"<Ustrd>{typed}</Ustrd>" + structured(SHARES)):
        line = only(said(inside))
        assert [(each.code, each.detail) for each in line.odd] == [(Oddity.COMMUNICATION, wrong)], inside
        assert line.communication == (SHARES if "Strd" in inside.replace("Ustrd", "") else "")


@pytest.mark.parametrize(
    "typed",
    [
        "310/0000/14740",
        "310000014740",
        "+32 475 123 456",
        "+++",
        "*** 12 ***",
        "+++310/0000/14739+++",
        "+++ 310 0000 14739 +++",
    ],
)
def test_other_digits_are_no_mistyped_communication(typed: str) -> None:
    assert only(said(f"<Ustrd>{typed}</Ustrd>")).odd == ()


@pytest.mark.parametrize("cut", range(1, 20))
def test_a_communication_that_a_line_cuts_in_two_is_not_mistyped(cut: int) -> None:
    typed = "+++310/0000/14739+++"
    line = only(said(f"<Ustrd>{typed[:cut]}</Ustrd><Ustrd>{typed[cut:]}</Ustrd>"))
    assert (line.communication, line.odd) == (SHARES, ())


def test_the_same_in_coda() -> None:
    for text, named, codes in (
        (f"+++090/9337/55493+++ compte {OLD_ACCOUNT}", OTHER, []),
        ("+++090/9337/55494+++ parts", "", ["communication"]),
    ):
        content = as_coda([Paid(5_00, "Jeanne Delvaux", "BE71096123456769", text=text)])
        line = read_file(content, ACCOUNT).statements[0].lines[0]
        assert (line.communication, [each.code.value for each in line.odd]) == (named, codes)

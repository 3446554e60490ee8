"""Every kind of oddity has its sentence in four languages; what the file says there is read out, no bare code."""

from __future__ import annotations

import pytest
from django.utils import translation

from commonweal.treasury.rules.statements import Odd, Oddity
from commonweal.treasury.wording.odd_words import sentence
from tests.portal.steps import LANGUAGES

# What a file may say there, and what of it is shown in English.
SAID = [
    (Oddity.PAYER_ACCOUNT, "BE71096123456768", "BE71096123456768"),
    (Oddity.COMMUNICATION, "310000014740", "+++310/0000/14740+++"),
    (Oddity.COMMUNICATION, "31000001474", "31000001474"),
    (Oddity.COMMUNICATIONS, "090933755493, 310000014739", "+++090/9337/55493+++, +++310/0000/14739+++"),
    (Oddity.UNSPLIT, "3", "3 payments"),
    (Oddity.UNSPLIT, "", "how much each is."),
    (Oddity.PARTS, "600.00", "there it is €600"),
    (Oddity.PARTS, "600.000", "there it is €600"),
    (Oddity.PARTS, "-12.345", "the bank wrote “-12.345”"),
    (Oddity.PARTS, "1e9", "the bank wrote “1e9”"),
    (Oddity.COUNT, "1", "1 payment."),
    (Oddity.COUNT, "many", "the bank wrote “many”"),
    (Oddity.SIGN, "DBIT", "there it goes out"),
    (Oddity.SIGN, "CRDT", "there it comes in"),
    (Oddity.SIGN, "-5.00", "there it is −€5"),
    (Oddity.DAY, "2026-01-31", "Saturday 31 January 2026"),
    (Oddity.DAY, "2026-02-31", "the bank wrote “2026-02-31”"),
    (Oddity.NO_DAY, "000000", "the bank wrote “000000”"),
    (Oddity.OTHER, "XXXX", "the bank wrote “XXXX”"),
    (Oddity.REVERSAL, "00149000", "the bank's code for it is 00149000"),
    (Oddity.REVERSAL, "AC04", "the account is closed (the bank's code for it is AC04)"),
    (Oddity.RETURN, "AC01", "the account number is wrong (the bank's code for it is AC01)"),
    (Oddity.RETURN, "", "comes back."),
    (Oddity.REPEATED, "", "once or twice."),
    (Oddity.CONTRADICTS, "", "in its place."),
    (Oddity.OVERLAPS, "", "once or twice."),
    (Oddity.NEAR, "2026-11-30", "Monday 30 November 2026; see whether the money came once or twice"),
]


@pytest.mark.parametrize(("code", "detail", "shown"), SAID)
def test_what_is_odd_is_said_in_words(code: Oddity, detail: str, shown: str) -> None:
    with translation.override("en"):
        said = sentence(Odd(code, detail))
    assert said.rstrip(".").endswith(shown.rstrip(".")), said
    assert said[0].isupper()
    assert said.endswith(".")


def test_every_kind_has_its_sentence_in_four_languages_and_no_bare_code() -> None:
    assert {code for code, _detail, _shown in SAID} == set(Oddity)
    for code, detail, _shown in SAID:
        found = {}
        for language in LANGUAGES:
            with translation.override(language):
                found[language] = sentence(Odd(code, detail))
        assert len(set(found.values())) == len(LANGUAGES), found
        for said in found.values():
            assert not any(each in said for each in ("CRDT", "DBIT")), said
            assert detail == "" or not said.endswith(f": {detail}") or code == Oddity.PAYER_ACCOUNT, said

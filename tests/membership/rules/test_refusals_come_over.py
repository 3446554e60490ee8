"""Refusals of readers come over whole from the process in which the reading is done."""

from __future__ import annotations

import copy

from commonweal.membership.rules.sheets import UnreadableSheet
from commonweal.treasury.rules.statements import Unreadable


def test_a_refusal_is_the_same_on_the_other_side() -> None:
    sheet = copy.copy(UnreadableSheet(7, "no"))
    assert (type(sheet), sheet.row, sheet.reason, str(sheet)) == (UnreadableSheet, 7, "no", "no")
    bank = Unreadable(3, "is wrong:", "x" * 80, kind="account")
    there = copy.copy(bank)
    assert (there.line, there.what, there.detail, there.kind) == (3, "is wrong:", "x" * 60, "account")

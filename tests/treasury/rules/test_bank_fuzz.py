"""Files of a bank, changed at random in elements and bytes: each is read so that its balances hold, or refused by name.

Always the same changes; `make proof` tries forty times as many.
"""

from __future__ import annotations

import json
import random
from collections import Counter
from pathlib import Path

import pytest
from lxml import etree

from commonweal.treasury.models import BankMovement
from commonweal.treasury.rules.statements import Reading, Unreadable, read_file
from commonweal.treasury.rules.statements.facts import ODD_MAX
from commonweal.treasury.rules.statements.kept import plain_reading, reading_from
from commonweal.treasury.wording.odd_words import sentence
from tests.treasury.bank_files import ACCOUNT, as_camt, as_coda, damaged

CASES = Path(__file__).parent.parent / "cases"
SEED = 20261130
# One file with what the others do not have: several ways to say for what, and how much.
DOCUMENTS = as_camt().replace(
    b"<RmtInf><Strd>",
    b"<RmtInf><Ustrd>+++310/0000/14740+++ 539007547034</Ustrd><Strd><RfrdDocInf><Nb>7</Nb></RfrdDocInf><RfrdDocAmt>"
    b'<DuePyblAmt Ccy="EUR">510.00</DuePyblAmt><DscntApldAmt><Amt Ccy="EUR">10.00</Amt></DscntApldAmt>'
    b'<AdjstmntAmtAndRsn><Amt Ccy="EUR">0.00</Amt><CdtDbtInd>CRDT</CdtDbtInd></AdjstmntAmtAndRsn>'
    b"</RfrdDocAmt></Strd><Strd>",
    1,
)
CAMT = {each.name: each.read_bytes() for each in sorted(CASES.glob("*.xml"))} | {
    "written": as_camt(),
    "documents": DOCUMENTS,
}
CODA = {each.name: each.read_bytes() for each in sorted(CASES.glob("*.cod"))} | {"written": as_coda()}
TEXTS = [
    *("", " ", "0", "-1", "+5.00", "1e9", "NaN", "0.005", ".", "99999999999999.99", "500.00", "12"),
    *("CRDT", "DBIT", "EUR", "USD", "true", "BOOK", "PDNG", "NOTPROVIDED", "AC04", "RRTN"),
    *("2026-11-20", "2026-02-30", "0001-01-01", "9999-12-31T23:59:59Z", "2026-11-20T24:00:00"),
    *(ACCOUNT, "BE71096123456768", "+++310/0000/14740+++", "310000014739", "***", "+" * 500, "1" * 3_000),
    *("\u0663\u0661\u0660", "\u202egnirts", "\ud7ff", "]]>", "e\u0301" * 200, "a\nb\tc"),
]


def changed(data: bytes, dice: random.Random) -> bytes:
    """The file after one to three strokes at its elements."""
    root = etree.fromstring(data)
    for _each in range(dice.randrange(1, 4)):
        every = list(root.iter(etree.Element))
        one, other = dice.choice(every), dice.choice(every)
        above, stroke = one.getparent(), dice.randrange(8)
        if stroke < 3:
            leaves = [each for each in every if not len(each)]
            dice.choice(leaves).text = dice.choice(TEXTS)
        elif stroke == 3 and above is not None:
            above.remove(one)
        elif stroke == 4 and above is not None:
            above.insert(dice.randrange(len(above) + 1), etree.fromstring(etree.tostring(one)))
        elif stroke == 5:
            one.append(etree.fromstring(etree.tostring(other)))
        elif stroke == 6:
            one.text, other.text = other.text, one.text
        else:
            one.set("Ccy", dice.choice(["EUR", "USD", "", "eur", "€"]))
    return bytes(etree.tostring(root, xml_declaration=True, encoding="utf-8"))


def outcome(data: bytes) -> str:
    """What came of a file; anything but a reading that holds or a refusal by name fails."""
    refused = None
    try:
        holds(read_file(data, ACCOUNT), data)
    except Unreadable as trouble:
        refused = trouble
    assert refused is None or named(refused, data), data
    return "refused" if refused else "read"


def named(trouble: Unreadable, data: bytes) -> bool:
    """Whether a refusal says where, what and what kind."""
    # Line ends of every kind count, in XML and in text.
    lines = data.count(b"\n") + data.count(b"\r") + 1
    return bool(trouble.what and trouble.kind) and 1 <= trouble.line <= lines


def holds(reading: Reading, data: bytes) -> None:
    """What was read agrees with itself, can be kept, and what is odd can be said."""
    assert reading.statements
    assert reading_from(json.loads(json.dumps(plain_reading(reading)))) == reading or reading.refused
    assert all(named(each, data) for each in reading.refused)
    for statement in reading.statements:
        assert statement.account == ACCOUNT
        moved = sum(line.amount_cents for line in statement.lines)
        assert statement.old_cents + moved == statement.new_cents, data
        for line in statement.lines:
            assert len(line.communication) in (0, 12)
            for field in BankMovement._meta.concrete_fields:
                value = getattr(line, field.name, None)
                if isinstance(value, str) and field.max_length:
                    assert len(value) <= field.max_length, (field.name, data)
            kinds = Counter(each.code for each in line.odd)
            assert max(kinds.values(), default=0) <= ODD_MAX
            assert all(sentence(each).endswith(".") for each in line.odd)


def tried(times: int) -> Counter[str]:
    """So many changes of every file of a bank among the tests."""
    found: Counter[str] = Counter()
    for name, data in CAMT.items():
        dice = random.Random(f"{SEED}:{name}")
        for each in range(times):
            found[outcome(damaged(data, dice) if each % 4 == 0 else changed(data, dice))] += 1
    for name, data in CODA.items():
        dice = random.Random(f"{SEED}:{name}")
        found.update(outcome(damaged(data, dice)) for _each in range(times))
    return found


def test_what_is_changed_at_random_is_read_so_that_it_holds_or_refused_by_name() -> None:
    found = tried(40)
    assert min(found["read"], found["refused"]) > 300, found


@pytest.mark.proof
def test_the_same_many_times_over() -> None:
    found = tried(1_500)
    print(f"\nfiles of a bank changed at random: {dict(found)}")
    assert min(found["read"], found["refused"]) > 10_000, found

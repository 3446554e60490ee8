"""Bank statements to read in tests: the same movements as CODA and as camt.053, and ways to damage a file."""

from __future__ import annotations

import random
from collections.abc import Sequence
from datetime import date
from xml.sax.saxutils import escape

from commonweal.portal.demo.bank import Paid, coda

ACCOUNT = "BE68539007547034"
PAYER = "BE71096123456769"
BEFORE, DAY = date(2026, 11, 19), date(2026, 11, 20)
MOVEMENTS = (
    Paid(500_00, "Jeanne Delvaux", PAYER, communication="010806817183"),
    Paid(150_00, "Piet Peeters", "BE43068999999501", text="voor mijn aandelen +++090/9337/55493+++ met dank"),
    Paid(-12_35, "Bank", text="kosten"),
    Paid(1_000_000_00, "Élise Fontaine", "NL91ABNA0417164300", text="sans communication & sans faute"),
)


def as_coda(movements: Sequence[Paid] = MOVEMENTS, number: int = 12, old_cents: int = 1_234_56) -> bytes:
    return coda(ACCOUNT, number, BEFORE, DAY, old_cents, movements)


def as_camt(movements: Sequence[Paid] = MOVEMENTS, number: int = 12, old_cents: int = 1_234_56) -> bytes:
    new = old_cents + sum(each.cents for each in movements)
    come = sum(each.cents for each in movements if each.cents > 0)
    gone = -sum(each.cents for each in movements if each.cents < 0)
    entries = "".join(_entry(number, place, each) for place, each in enumerate(movements, start=1))
    return f"""<?xml version="1.0" encoding="UTF-8"?>
<Document xmlns="urn:iso:std:iso:20022:tech:xsd:camt.053.001.08">
<BkToCstmrStmt>
<GrpHdr><MsgId>M{number}</MsgId><CreDtTm>2026-11-20T18:00:00</CreDtTm></GrpHdr>
<Stmt>
<Id>S{number}</Id><ElctrncSeqNb>{number:03d}</ElctrncSeqNb><CreDtTm>2026-11-20T18:00:00</CreDtTm>
<Acct><Id><IBAN>{ACCOUNT}</IBAN></Id><Ccy>EUR</Ccy></Acct>
{_balance("OPBD", old_cents, BEFORE)}
{_balance("CLBD", new, DAY)}
<TxsSummry><TtlNtries><NbOfNtries>{len(movements)}</NbOfNtries></TtlNtries>
<TtlCdtNtries><Sum>{_euro(come)}</Sum></TtlCdtNtries><TtlDbtNtries><Sum>{_euro(gone)}</Sum></TtlDbtNtries></TxsSummry>
{entries}</Stmt>
</BkToCstmrStmt>
</Document>
""".encode()


def _euro(cents: int) -> str:
    return f"{abs(cents) // 100}.{abs(cents) % 100:02d}"


def _sign(cents: int) -> str:
    return "DBIT" if cents < 0 else "CRDT"


def _balance(code: str, cents: int, day: date) -> str:
    return (
        f'<Bal><Tp><CdOrPrtry><Cd>{code}</Cd></CdOrPrtry></Tp><Amt Ccy="EUR">{_euro(cents)}</Amt>'
        f"<CdtDbtInd>{_sign(cents)}</CdtDbtInd><Dt><Dt>{day.isoformat()}</Dt></Dt></Bal>"
    )


def _entry(number: int, place: int, paid: Paid) -> str:
    other = "Cdtr" if paid.cents < 0 else "Dbtr"
    account = f"<{other}Acct><Id><IBAN>{paid.iban}</IBAN></Id></{other}Acct>" if paid.iban else ""
    said = (
        "<Strd><CdtrRefInf><Tp><CdOrPrtry><Cd>SCOR</Cd></CdOrPrtry><Issr>BBA</Issr></Tp>"
        f"<Ref>{paid.communication}</Ref></CdtrRefInf></Strd>"
        if paid.communication
        else f"<Ustrd>{escape(paid.text)}</Ustrd>"
    )
    return f"""<Ntry>
<Amt Ccy="EUR">{_euro(paid.cents)}</Amt>
<CdtDbtInd>{_sign(paid.cents)}</CdtDbtInd>
<Sts><Cd>BOOK</Cd></Sts>
<BookgDt><Dt>{DAY.isoformat()}</Dt></BookgDt>
<AcctSvcrRef>261120{number:03d}{place:05d}</AcctSvcrRef>
<NtryDtls><TxDtls>
<RltdPties><{other}><Pty><Nm>{escape(paid.name)}</Nm></Pty></{other}>{account}</RltdPties>
<RmtInf>{said}</RmtInf>
</TxDtls></NtryDtls>
</Ntry>
"""


def damaged(data: bytes, dice: random.Random) -> bytes:
    """The file after one accident or one ill-meant stroke."""
    lines = data.splitlines(keepends=True)
    place = dice.randrange(len(lines))
    kind = dice.randrange(10)
    if kind == 0:
        return data[: dice.randrange(len(data))]
    if kind == 1:
        return b"".join(lines[:place] + lines[place + 1 :])
    if kind == 2:
        return b"".join([*lines[:place], lines[place], *lines[place:]])
    if kind == 3:
        other = max(place - 1, 0)
        lines[place], lines[other] = lines[other], lines[place]
        return b"".join(lines)
    if kind == 4:
        spot = dice.randrange(len(data))
        return data[:spot] + bytes([dice.randrange(256)]) + data[spot:]
    if kind == 5:
        spot = dice.randrange(len(data))
        return data[:spot] + data[spot + dice.randrange(1, 6) :]
    if kind == 6:
        digits = [spot for spot, byte in enumerate(data) if 48 <= byte <= 57]
        spot = dice.choice(digits)
        return data[:spot] + str(dice.randrange(10)).encode() + data[spot + 1 :]
    if kind == 7:
        one, two = sorted(dice.sample(range(len(data)), 2))
        return data[:one] + data[two : two + 1] + data[one + 1 : two] + data[one : one + 1] + data[two + 1 :]
    spot = dice.randrange(len(data))
    return data[:spot] + bytes([dice.randrange(256)]) + data[spot + 1 :]

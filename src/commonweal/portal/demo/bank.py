"""A bank statement as a bank would send it (CODA), for the demo and for tests. Writes what `rules.statements` reads."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date


@dataclass(frozen=True, slots=True)
class Paid:
    """One movement to write: cents (negative when they go), payer, and a structured communication or a free text."""

    cents: int
    name: str = ""
    iban: str = ""
    communication: str = ""
    text: str = ""


def coda(
    account: str, number: int, before: date, day: date, old_cents: int, movements: Sequence[Paid]
) -> bytes:
    """One statement of an account in euro, of 128 characters a line."""
    lines = [
        f"00000{day:%d%m%y}73005{'':8}{number:010d}{'LA RUCHE COMMUNE':26}{'KREDBEBB':11}00403581960 00000{'':39}2",
        f"12{number:03d}{account:34}EUR{_amount(old_cents)}{before:%d%m%y}{'LA RUCHE COMMUNE':26}{'':35}{number:03d}",
    ]
    for place, each in enumerate(movements, start=1):
        lines += _movement(number, place, day, each)
    new = old_cents + sum(each.cents for each in movements)
    lines.append(f"8{number:03d}{account:34}EUR{_amount(new)}{day:%d%m%y}{'':64}0")
    out = -sum(each.cents for each in movements if each.cents < 0)
    come = sum(each.cents for each in movements if each.cents > 0)
    lines.append(f"9{'':15}{len(lines) - 1:06d}{out * 10:015d}{come * 10:015d}{'':75}2")
    return "".join(f"{line[:128]:128}\r\n" for line in lines).encode("windows-1252", errors="replace")


def _amount(cents: int) -> str:
    return f"{int(cents < 0)}{abs(cents) * 10:015d}"


def _movement(number: int, place: int, day: date, paid: Paid) -> list[str]:
    flag, said = ("1", f"101{paid.communication}") if paid.communication else ("0", paid.text[:106])
    start, rest = said[:53], said[53:]
    same = f"{place:04d}0000"
    reference = f"{day:%y%m%d}{number:03d}{place:05d}"
    return [
        f"21{same}{reference:21}{_amount(paid.cents)}{day:%d%m%y}00150000{flag}{start:53}{day:%d%m%y}{number:03d}01 0",
        f"22{same}{rest:53}{'':62}1 0",
        f"23{same}{paid.iban:34}EUR{paid.name[:35]:35}{'':43}0 0",
    ]

"""Payment files a bank takes: SEPA credit transfers as pain.001.001.09, held against the published schema. Pure.

The library writes how a payment looks; identifiers and moments are the caller's, so the same payments give the same file.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from datetime import date, datetime
from functools import cache
from pathlib import Path
from typing import Any, NamedTuple

import sepaxml
from lxml import etree
from text_unidecode import unidecode  # type: ignore[import-untyped]  # comes with sepaxml

from commonweal.treasury.rules.ibans import PAID_COUNTRIES, read_iban, still_holds

SCHEMA = "pain.001.001.09"
REFERENCE_MAX, NAME_MAX, TEXT_MAX, MESSAGE_MAX = 35, 70, 140, 35
CENTS_MAX = 999_999_999_99
# The word banks write themselves where a party gives no name (EPC guidance on SEPA messages).
NAMELESS = "NOTPROVIDED"
_SPACE = f"{{urn:iso:std:iso:20022:tech:xsd:{SCHEMA}}}"
# The characters every bank in the area takes (EPC217-08).
_OUTSIDE = re.compile(r"[^A-Za-z0-9/\-?:().,'+ ]")
# References neither start nor end with a slash, nor hold two in a row (same source).
_REFERENCE = re.compile(r"(?!/)(?!.*//)[A-Za-z0-9/\-?:().,'+ ]{1,35}(?<!/)")


class CreditTransfer(NamedTuple):
    """One payment out: a reference of its own that comes back with a return, to whom, on which account as `read_iban` gave
    it, whole cents, a text."""

    end_to_end: str
    name: str
    iban: str
    cents: int
    text: str


class _Plain(dict[int, str]):
    """Each character as banks take it, worked out when it is first met: a run repeats the same hundred."""

    def __missing__(self, code: int) -> str:
        sign = chr(code)
        plain = _OUTSIDE.sub(" ", (sign if sign.isascii() else unidecode(sign)).replace("&", "+"))
        self[code] = plain
        return plain


_PLAIN = _Plain()


def sepa_text(text: str) -> str:
    """The text in the characters every bank takes: accents and other scripts become plain letters, signs a space."""
    return " ".join(text.translate(_PLAIN).split())


def payment_file(
    *,
    payer_name: str,
    payer_iban: str,
    message_id: str,
    created_at: datetime,
    pay_on: date,
    transfers: Sequence[CreditTransfer],
) -> bytes:
    """The file of these payments, all on one day, as one batch.

    Names are cut at 70 characters; a payee's of signs alone is written as `NAMELESS`, so that one stops nobody's payment.
    Raises ValueError for no payments, a reference that comes twice or that banks do not take, an account that is none, is
    the payer's own or lies where a number alone is not enough, an amount that is not from 1 cent up, a text that is empty
    or too long, and for all that the schema refuses.
    """
    name = sepa_text(payer_name)[:NAME_MAX]
    if not name or not transfers or not _REFERENCE.fullmatch(message_id):
        raise ValueError("no payer, no payments, or no identifier")
    if len({each.end_to_end for each in transfers}) < len(transfers):
        raise ValueError("a reference comes twice")
    own = read_iban(payer_iban)
    if any(each.iban == own for each in transfers):
        raise ValueError("a payment to the payer's own account")
    head, transaction, tail = _pattern(name, own, pay_on)
    cents = sum(each.cents for each in transfers)
    told = {"identifier": message_id, "moment": created_at.isoformat(timespec="seconds")}
    told |= {"count": str(len(transfers)), "sum": _amount(cents)}
    # Nothing said contains a sign that XML would take for its own: such a one is in no character every bank takes.
    written = [head % told, *(transaction % _said(each) for each in transfers), tail]
    done = "".join(written).encode("ascii")
    if not _schema().validate(etree.fromstring(done)):
        raise ValueError(str(_schema().error_log.last_error))
    return done


def _said(each: CreditTransfer) -> dict[str, str]:
    name, text = sepa_text(each.name)[:NAME_MAX].strip(), sepa_text(each.text)
    if not _REFERENCE.fullmatch(each.end_to_end):
        raise ValueError(f"reference {each.end_to_end}")
    if not 0 < len(text) <= TEXT_MAX:
        raise ValueError(f"text of {each.end_to_end}")
    if not 0 < each.cents <= CENTS_MAX:
        raise ValueError(f"amount of {each.end_to_end}: {each.cents}")
    if not still_holds(each.iban) or each.iban[:2] not in PAID_COUNTRIES:
        raise ValueError(f"account of {each.end_to_end}")
    return {
        "reference": each.end_to_end,
        "name": name or NAMELESS,
        "iban": each.iban,
        "amount": _amount(each.cents),
        "text": text,
    }


def _amount(cents: int) -> str:
    return f"{cents // 100}.{cents % 100:02}"


@cache
def _schema() -> Any:
    return etree.XMLSchema(file=str(Path(sepaxml.__file__).parent / "schemas" / f"{SCHEMA}.xsd"))


def _pattern(name: str, iban: str, pay_on: date) -> tuple[str, str, str]:
    """What the library writes for one payment, with places to fill in: before, the payment itself, after.

    Ten thousand payments repeat the one: written one by one by the library they took most of the time of a whole run.
    """
    config = {"name": name, "IBAN": iban, "currency": "EUR", "batch": True}
    writer = sepaxml.SepaTransfer(config, schema=SCHEMA, clean=False)
    one = {"endtoend_id": "1", "name": "1", "IBAN": "1", "amount": 1, "description": "1"}
    writer.add_payment({**one, "execution_date": pay_on})
    root = etree.fromstring(writer.export(validate=False))
    # The library takes identifiers by chance and the moment from the clock, and leaves the payer's bank unsaid.
    places = {"MsgId": "identifier", "PmtInfId": "identifier", "CreDtTm": "moment"}
    places |= {"NbOfTxs": "count", "CtrlSum": "sum"}
    for tag, place in places.items():
        for found in root.iter(_SPACE + tag):
            found.text = f"%({place})s"
    bank = next(root.iter(f"{_SPACE}DbtrAgt"))[0]
    etree.SubElement(etree.SubElement(bank, f"{_SPACE}Othr"), f"{_SPACE}Id").text = "NOTPROVIDED"
    payment = next(root.iter(f"{_SPACE}CdtTrfTxInf"))
    said = {"EndToEndId": "reference", "InstdAmt": "amount", "Nm": "name", "IBAN": "iban", "Ustrd": "text"}
    for tag, place in said.items():
        next(payment.iter(_SPACE + tag)).text = f"%({place})s"
    written: str = etree.tostring(root, xml_declaration=True, encoding="ASCII").decode("ascii")
    head, opening, rest = written.partition("<CdtTrfTxInf>")
    body, closing, tail = rest.partition("</CdtTrfTxInf>")
    return head, opening + body + closing, tail

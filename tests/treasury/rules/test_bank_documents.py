"""What a structured remittance says was paid of its documents, beside the amount of the movement (camt.053)."""

from __future__ import annotations

import pytest

from commonweal.treasury.rules.statements import Oddity
from tests.treasury.rules.test_bank_details import said, structured
from tests.treasury.rules.test_bank_oddities import SHARES, only


def document(*figures: str, inside: str = structured(SHARES)) -> str:
    """A structured remittance that says what of the amount is for its document."""
    return inside.replace("<CdtrRefInf>", f"<RfrdDocAmt>{''.join(figures)}</RfrdDocAmt><CdtrRefInf>")


def figure(name: str, euro: str, currency: str = "EUR") -> str:
    return f'<{name} Ccy="{currency}">{euro}</{name}>'


def nested(name: str, euro: str, more: str = "") -> str:
    return f"<{name}>{figure('Amt', euro)}{more}</{name}>"


DEBIT, CREDIT = (f"<CdtDbtInd>{each}</CdtDbtInd>" for each in ("DBIT", "CRDT"))


@pytest.mark.parametrize(
    "inside",
    [
        document(figure("RmtdAmt", "500.00")),
        document(figure("DuePyblAmt", "500.00")),
        document(figure("DuePyblAmt", "700.00"), figure("RmtdAmt", "500.00")),
        document(figure("DuePyblAmt", "510.00"), figure("DscntApldAmt", "10.00")),
        document(figure("DuePyblAmt", "510.00"), nested("DscntApldAmt", "10.00")),
        document(figure("DuePyblAmt", "600.00"), figure("CdtNoteAmt", "100.00")),
        document(figure("DuePyblAmt", "490.00"), nested("AdjstmntAmtAndRsn", "10.00", DEBIT)),
        document(figure("DuePyblAmt", "510.00"), nested("AdjstmntAmtAndRsn", "10.00", CREDIT)),
        document(figure("TaxAmt", "21.00"), figure("RmtdAmt", "500.00")),
        document(figure("TaxAmt", "21.00")),
        document(figure("RmtdAmt", "530.00", "USD")),
        document(figure("RmtdAmt", "300.00")) + document(figure("RmtdAmt", "200.00")),
        document(),
    ],
)
def test_what_a_document_says_was_paid_agrees_with_the_movement(inside: str) -> None:
    line = only(said(inside))
    assert (line.amount_cents, line.communication, line.odd) == (500_00, SHARES, ())


@pytest.mark.parametrize(
    ("inside", "shown"),
    [
        (document(figure("RmtdAmt", "50.00")), "50.00"),
        (document(figure("RmtdAmt", "500.01")), "500.01"),
        (document(figure("DuePyblAmt", "50.00")), "50.00"),
        (document(figure("DuePyblAmt", "500.00"), figure("RmtdAmt", "5.00")), "5.00"),
        (document(figure("RmtdAmt", "500.00")) + document(figure("RmtdAmt", "200.00")), "700.00"),
        (document(figure("RmtdAmt", "x")), "x"),
    ],
)
def test_what_a_document_says_was_paid_contradicts_the_movement(inside: str, shown: str) -> None:
    line = only(said(inside))
    assert [(each.code, each.detail) for each in line.odd] == [(Oddity.PARTS, shown)]

"""Which accounts a payment file can pay, and that no file pays another one."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from commonweal.treasury.rules.credit_transfers import CreditTransfer, payment_file
from commonweal.treasury.rules.ibans import PAID_COUNTRIES, may_be_paid, read_iban

OWN = "BE68539007547034"


@pytest.mark.parametrize(
    ("iban", "code"),
    [
        *((each, "") for each in ("BE62510007547061", "NL91ABNA0417164300", "DE89370400440532013000")),
        *((each, "") for each in ("FR1420041010050500013M02606", "IS140159260076545510730339")),
        (OWN, "own_account"),
        # In the scheme, but a number alone is not enough there.
        *((each, "outside_sepa") for each in ("CH9300762011623852957", "GB29NWBK60161331926819")),
        *((each, "outside_sepa") for each in ("TR330006100519786457841326", "SA0380000000608010167519")),
    ],
)
def test_an_account_can_be_paid_where_its_number_is_enough(iban: str, code: str) -> None:
    assert may_be_paid(read_iban(iban), OWN).code == code


def test_the_thirty_countries_of_the_economic_area_are_paid() -> None:
    assert len(PAID_COUNTRIES) == 30


@pytest.mark.parametrize("iban", [OWN, "CH9300762011623852957", "TR330006100519786457841326"])
def test_no_payment_file_holds_a_payment_to_another_one(iban: str) -> None:
    with pytest.raises(ValueError):
        payment_file(
            payer_name="La Ruche",
            payer_iban=OWN,
            message_id="dividend-1-1",
            created_at=datetime(2026, 11, 30, tzinfo=UTC),
            pay_on=date(2026, 12, 1),
            transfers=[CreditTransfer("D1-1-1", "Jo Maes", iban, 1_00, "Dividend")],
        )

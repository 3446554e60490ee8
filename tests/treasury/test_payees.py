"""Who cannot be paid by a payment file: the cooperative itself, and accounts where a number alone is not enough."""

from __future__ import annotations

from datetime import date
from fractions import Fraction
from typing import Any

import pytest
from django.conf import settings as site
from django.db import IntegrityError, connection, transaction

from commonweal.membership import actions, queries
from commonweal.membership.models import Claimant
from commonweal.membership.rules.estates import EndKind
from commonweal.treasury.actions import WrongAccount
from commonweal.treasury.models import PayoutAccount
from commonweal.treasury.queries.payments import payable_refunds
from tests import factories as make
from tests.portal.steps import signed_in
from tests.treasury.bank_files import Paid
from tests.treasury.test_paying_back import too_much

OWN = site.SITE["iban"]
SWISS, BRITISH, TURKISH = "CH9300762011623852957", "GB29NWBK60161331926819", "TR330006100519786457841326"
HERE = "BE62510007547061"
REFUSED = [(OWN, "own_account"), *((iban, "outside_sepa") for iban in (SWISS, BRITISH, TURKISH))]

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("iban", "code"), REFUSED)
def test_no_member_is_paid_there(iban: str, code: str) -> None:
    member = make.member()
    with pytest.raises(WrongAccount) as refused:
        actions.set_payout_account(
            member=member, iban=iban, holder="Jo", by=make.staff("counter"), now=make.NOW
        )
    assert refused.value.code == code
    assert not PayoutAccount.objects.exists()


@pytest.mark.parametrize(("iban", "code"), REFUSED)
def test_no_heir_is_paid_there(iban: str, code: str) -> None:
    secretary = make.staff("secretary")
    member = make.member(joined_on=date(2019, 1, 1))
    make.shares(member, 2)
    by = {"by": secretary, "now": make.NOW}
    estate = actions.open_estate(
        member=member, kind=EndKind.DEATH, ended_on=date(2026, 6, 14), document="certificate", **by
    )
    with pytest.raises(actions.EstateRefused) as refused:
        actions.add_claimant(estate=estate, name="Jo", part=Fraction(1), iban=iban, **by)
    assert refused.value.code == code
    page = signed_in(secretary).post(
        f"/en/members/estates/{estate.pk}/claims/", {"name": "Jo", "part": "1", "iban": iban}
    )
    assert f'value="{iban}"' in page.content.decode(), "what was typed stays"
    assert not Claimant.objects.exists()


@pytest.mark.parametrize("iban", [SWISS, BRITISH, TURKISH])
@pytest.mark.parametrize(
    ("table", "columns", "values"),
    [
        ("treasury_payoutaccount", "person_id, iban, holder, since", "%(person)s, %(iban)s, 'Jo', now()"),
        (
            "treasury_payment",
            "file_id, person_id, owner, iban, holder, cents, end_to_end",
            "1, %(person)s, 1, %(iban)s, 'Jo', 1, 'D1-1-1'",
        ),
    ],
)
def test_the_database_holds_no_such_account(table: str, columns: str, values: str, iban: str) -> None:
    given: dict[str, Any] = {"person": make.person().pk, "iban": iban}
    with pytest.raises(IntegrityError, match=r"is_an_iban|to_someone"), transaction.atomic():
        connection.cursor().execute(f"INSERT INTO {table} ({columns}) VALUES ({values})", given)


def test_money_that_came_from_there_goes_back_by_hand() -> None:
    finance = make.staff("finance")
    too_much(finance, Paid(6_00, "Ann", SWISS), Paid(7_00, "Bo", OWN), Paid(8_00, "Cy", HERE), count=0)
    assert [each.cents for each in payable_refunds()] == [8_00]


def test_the_page_says_why_and_keeps_what_was_typed() -> None:
    member = make.member(make.person("Jo", "Maes"))
    assert member.person is not None
    client = signed_in(member.person)
    page = client.post("/fr/members/shares/account/", {"iban": OWN, "holder": "Jo Maes"}).content.decode()
    assert "compte de la coopérative" in page
    assert f'value="{OWN}"' in page
    assert queries.payout_accounts_of([member]) == {}

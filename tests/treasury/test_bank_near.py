"""The same money on two days, as two formats of one bank may book it, counts once: the second waits with its likeness."""

from __future__ import annotations

from datetime import timedelta

import pytest

from commonweal.membership.models import Application
from commonweal.membership.queries.joining import expected_from
from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.models import Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import payments
from commonweal.treasury.actions.dividing import Part, divide_movement, division_planned
from commonweal.treasury.models import BankMovement
from commonweal.treasury.queries.payments import work_list
from commonweal.treasury.rules.matching import Outcome, Verdict
from commonweal.treasury.rules.statements import Oddity
from tests import factories as make
from tests.membership.joining_steps import asked, paid
from tests.portal.steps import signed_in, text_of
from tests.treasury.bank_files import DAY, PAYER, as_camt, as_coda
from tests.treasury.test_bank_repeats import read_in

pytestmark = pytest.mark.django_db
OTHER = Paid(7_00, "Zoe", "NL91ABNA0417164300", text="y")


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


@pytest.fixture
def request_of_ten() -> Application:
    return asked(count=10, now=make.NOW - timedelta(days=15))


def month(payment: Paid, booked_on: int, number: int = 99) -> bytes:
    """The month in camt, where the payment of the 20th is booked on another day, with references of its own."""
    data = as_camt([OTHER, payment], number, old_cents=1_234_56 - 7_00)
    data = data.replace(b"<Dt><Dt>2026-11-19</Dt></Dt>", b"<Dt><Dt>2026-10-31</Dt></Dt>")
    closing = b"<CdtDbtInd>CRDT</CdtDbtInd><Dt><Dt>2026-11-%d</Dt></Dt>"
    data = data.replace(closing % 20, closing % 30)
    return data.replace(b"<BookgDt><Dt>2026-11-20</Dt>", b"<BookgDt><Dt>2026-11-%02d</Dt>" % booked_on)


def waiting(cents: int) -> list[BankMovement]:
    return [move for move, _said, _of in work_list() if move.amount_cents == cents]


def kept_for(request_of_ten: Application, finance: Person) -> None:
    """The first half came and was kept."""
    (first,) = waiting(250_00)
    payments.decide_movement(movement=first, outcome=Outcome.WAIT, by=finance, now=make.NOW, reason="x")


@pytest.mark.parametrize("booked_on", [15, 18, 21, 23, 25])
@pytest.mark.parametrize("daily_first", [True, False])
def test_half_of_a_request_on_two_days_books_no_shares(
    finance: Person, request_of_ten: Application, booked_on: int, daily_first: bool
) -> None:
    half = paid(request_of_ten, 250_00)
    files = [as_coda([half]), month(half, booked_on)]
    first, second = files if daily_first else reversed(files)
    read_in(first, finance)
    kept_for(request_of_ten, finance)
    read_in(second, finance)
    request_of_ten.refresh_from_db()
    assert request_of_ten.state == ApplicationState.AWAITING
    ((movement, said),) = [(move, said) for move, said, _of in work_list() if move.amount_cents == 250_00]
    day = "2026-11-20" if daily_first else f"2026-11-{booked_on:02d}"
    assert said == Verdict.ODD
    assert [(each.code, each.detail) for each in movement.oddities] == [(Oddity.NEAR, day)]
    page = text_of(signed_in(finance), f"/en/members/payments/{movement.pk}/")
    assert "A movement of the same amount, payer and communication was booked" in page
    assert "November 2026; see whether the money came once or twice." in page
    beside = BankMovement.objects.exclude(pk=movement.pk).get(amount_cents=250_00)
    desk, file = "/en/members/payments/", f"/en/members/payments/files/{movement.file_id}/"
    for address in (desk, f"{desk}{movement.pk}/", file):
        shown = " ".join(text_of(signed_in(finance), address).split())
        assert f'<a href="{desk}{beside.pk}/">Beside it: ' in shown
        assert (
            f", statement {beside.statement.number}</a> · JEANNE DELVAUX · reference {beside.reference}"
            in shown
        )
        assert "· Keep it and wait for the rest" in shown
    payments.decide_movement(movement=movement, outcome=Outcome.SAME, by=finance, now=make.NOW)
    assert waiting(250_00) == []
    request_of_ten.refresh_from_db()
    assert request_of_ten.state == ApplicationState.AWAITING


@pytest.mark.parametrize(
    "changes",
    [
        {"booked_on": 26},
        {"booked_on": 14},
        {"iban": "NL91ABNA0417164300"},
        {"cents": 250_01},
        {"other": True},
    ],
)
def test_another_payer_amount_communication_or_a_week_between_is_another_payment(
    finance: Person, request_of_ten: Application, changes: dict[str, int | str]
) -> None:
    half = paid(request_of_ten, 250_00)
    read_in(as_coda([half]), finance)
    kept_for(request_of_ten, finance)
    wanted = asked(make.person("Jeanne", "Delvaux"), 9) if changes.get("other") else request_of_ten
    again = Paid(
        int(changes.get("cents", 250_00)),
        half.name,
        str(changes.get("iban", half.iban)),
        communication=wanted.communication,
    )
    read_in(month(again, int(changes.get("booked_on", 21))), finance)
    assert not any(
        each.code == Oddity.NEAR for movement, _said, _of in work_list() for each in movement.oddities
    )


def test_two_halves_on_two_days_in_one_series_or_one_statement_count_by_themselves(
    finance: Person, request_of_ten: Application
) -> None:
    half = paid(request_of_ten, 250_00)
    read_in(as_coda([half]), finance)
    kept_for(request_of_ten, finance)
    following = as_coda([half], 13, old_cents=1_484_56)
    following = following.replace(b"201126", b"211126").replace(b"191126", b"201126")
    plan = read_in(following, finance)
    assert plan.new_lines[0].line.booked_on == DAY + timedelta(days=1)
    request_of_ten.refresh_from_db()
    assert request_of_ten.state == ApplicationState.MEMBER


@pytest.mark.parametrize("number", range(97, 102))
def test_a_statement_of_the_series_does_not_speak_for_another_of_the_same_day(
    finance: Person, request_of_ten: Application, number: int
) -> None:
    half = paid(request_of_ten, 250_00)
    read_in(as_coda([half]), finance)
    kept_for(request_of_ten, finance)
    read_in(month(half, 20, number), finance)
    following = as_coda([half], 13, old_cents=1_484_56)
    following = following.replace(b"201126", b"211126").replace(b"191126", b"201126")
    (new,) = read_in(following, finance).new_lines
    assert [each.code for each in new.line.odd] == [Oddity.NEAR]
    request_of_ten.refresh_from_db()
    assert request_of_ten.state == ApplicationState.AWAITING


@pytest.mark.parametrize("booked_on", [20, 23])
def test_a_part_is_no_movement_of_the_bank_that_another_could_be(finance: Person, booked_on: int) -> None:
    """A payment was divided; another with the amount of a part, of the same day in another statement or some days later,
    is the bank's own and pays by itself."""
    first, second = asked(count=10), asked(make.person("Rosa", "Petit"), 10)
    read_in(as_coda([Paid(750_00, "ROSA PETIT", PAYER, text="both")]), finance)
    ((movement, _said, _none),) = work_list()
    parts = [Part(expected_from(first), 500_00), Part(expected_from(second), 250_00)]
    seen = division_planned(movement=movement, parts=parts).digest
    divide_movement(movement=movement, parts=parts, rest_back=False, seen=seen, by=finance, now=make.NOW)
    read_in(month(paid(second, 250_00), booked_on), finance)
    assert [each.oddities for each in waiting(250_00)] == []
    second.refresh_from_db()
    assert second.state == ApplicationState.MEMBER

"""Bank money never vanishes: what is the same as before is shown with what it equals, anything else is kept and waits."""

from __future__ import annotations

import re
from datetime import date
from itertools import permutations
from pathlib import Path

import pytest
from django.db import IntegrityError, transaction
from django.db.models import JSONField, Sum, Value
from django.test import Client

from commonweal.people.models import Person
from commonweal.portal.demo.bank import Paid, coda
from commonweal.treasury.actions import payments
from commonweal.treasury.models import AccountStatement, BankFile, BankMovement, RepeatedMovement
from commonweal.treasury.queries.bank_plans import Plan
from commonweal.treasury.queries.payments import work_list
from commonweal.treasury.rules.matching import Verdict
from tests import factories as make
from tests.membership.joining_steps import planned
from tests.portal.steps import signed_in, text_of
from tests.treasury.bank_files import ACCOUNT, as_camt, as_coda

pytestmark = pytest.mark.django_db
CASES = Path(__file__).parent / "cases"
DESK = "/en/members/payments/"


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


def read_in(content: bytes, by: Person) -> Plan:
    file = payments.upload_file(name="x", content=content, account=ACCOUNT, by=by, now=make.NOW)
    plan = planned(content)
    payments.confirm_file(file=file, plan=plan.digest, by=by, now=make.NOW)
    return plan


def kept() -> list[int]:
    return list(BankMovement.objects.order_by("pk").values_list("amount_cents", flat=True))


def case(name: str) -> bytes:
    return (CASES / name).read_bytes()


def test_the_same_reference_with_another_amount_payer_or_communication_is_another_movement(
    finance: Person,
) -> None:
    read_in(case("trial-g1_ntryref.xml"), finance)
    plan = read_in(case("trial-g2_ntryref.xml"), finance)
    assert [line.known for line in plan.statements[0].lines] == [False]
    assert kept() == [200_00, 100_00]
    assert not plan.statements[0].gap


def test_the_same_in_coda(finance: Person) -> None:
    read_in(case("trial-d1_zoe.cod"), finance)
    read_in(case("trial-f1_part_over.cod"), finance)
    assert kept() == [600_00, 40_00, 90_00, 100_00, 100_00]


def test_the_same_number_with_another_day_or_other_balances_is_another_statement(finance: Person) -> None:
    read_in(case("trial-h1_sameseq.xml"), finance)
    plan = read_in(case("trial-h2_sameseq.xml"), finance)
    assert not plan.statements[0].known
    assert kept() == [1_00, 500_00]
    assert set(AccountStatement.objects.values_list("number", flat=True)) == {"2027-001"}
    other = case("trial-h2_sameseq.xml").replace(b"9983.03", b"9883.03").replace(b"10483.03", b"10383.03")
    # Balances alone are enough; its movement may be the one that was read in: a person says.
    again = read_in(other, finance)
    assert (again.statements[0].known, again.statements[0].missing_cents) == (False, 0)
    assert [[each.code.value for each in line.line.odd] for line in again.new_lines] == [["repeated"]]
    assert AccountStatement.objects.count() == 3


PAID = Paid(50_00, "Jeanne Delvaux", "BE71096123456769", text="mes parts")


@pytest.mark.parametrize(
    "other",
    [
        Paid(50_01, "Jeanne Delvaux", "BE71096123456769", text="mes parts"),
        Paid(-50_00, "Jeanne Delvaux", "BE71096123456769", text="mes parts"),
        Paid(50_00, "Piet Maes", "BE71096123456769", text="mes parts"),
        Paid(50_00, "Jeanne Delvaux", "BE43068999999501", text="mes parts"),
        Paid(50_00, "Jeanne Delvaux", "BE71096123456769", text="autre chose"),
        Paid(50_00, "Jeanne Delvaux", "BE71096123456769", communication="010806817183"),
    ],
)
def test_one_difference_makes_another_movement(finance: Person, other: Paid) -> None:
    read_in(as_coda([PAID]), finance)
    changed = as_coda([other], 13, old_cents=9_999_99).replace(b"26112001300001", b"26112001200001")
    plan = read_in(changed, finance)
    assert [line.known for line in plan.statements[0].lines] == [False]
    assert kept() == [50_00, other.cents]


def test_another_day_or_ultimate_payer_makes_another_movement(finance: Person) -> None:
    read_in(as_camt([PAID]), finance)
    day = as_camt([PAID], 13, old_cents=1_284_56).replace(b"26112001300001", b"26112001200001")
    day = day.replace(b"2026-11-20</Dt></BookgDt>", b"2026-11-19</Dt></BookgDt>")
    read_in(day, finance)
    other = as_camt([PAID], 14, old_cents=9_999_99).replace(b"26112001400001", b"26112001200001")
    other = other.replace(b"</RltdPties>", b"<UltmtDbtr><Nm>Piet Maes</Nm></UltmtDbtr></RltdPties>")
    read_in(other, finance)
    assert kept() == [50_00] * 3


def month(movements: list[Paid], old_cents: int = 1_234_56) -> bytes:
    """A statement of a month that ends after the day of the other ones here, and names its movements as they do."""
    data = coda(ACCOUNT, 99, date(2026, 10, 31), date(2026, 11, 30), old_cents, movements)
    return data.replace(b"261130099", b"261120012").replace(b"3011260990", b"2011260990")


def test_what_equals_an_earlier_movement_is_shown_with_it_and_the_balances_say_what_is_missing(
    finance: Person,
) -> None:
    read_in(as_coda([PAID]), finance)
    more = month([PAID, Paid(7_00, "Piet")])
    plan = read_in(more, finance)
    (statement,) = plan.statements
    first, second = statement.lines
    assert first.equals is not None
    assert (first.equals.statement, first.equals.booked_on) == ("2026-012", date(2026, 11, 20))
    assert (second.known, statement.missing_cents) == (False, 50_00)
    row = AccountStatement.objects.get(number="2026-099")
    of_it = row.movements.aggregate(cents=Sum("amount_cents"))["cents"]
    again = row.repeated.aggregate(cents=Sum("movement__amount_cents"))["cents"]
    assert row.new_cents - row.old_cents == of_it + again, "nothing is lost between the balances"
    page = text_of(signed_in(finance), f"{DESK}files/{BankFile.objects.latest('pk').pk}/")
    assert "is the movement of Friday 20 November 2026 in statement 2026-012" in " ".join(page.split())


@pytest.mark.parametrize("order", list(permutations(range(3))))
def test_in_whatever_order_statements_are_read_in_the_same_movements_are_kept_or_wait(
    finance: Person, order: tuple[int, ...]
) -> None:
    def day(number: int, old_cents: int) -> bytes:
        data = as_coda([PAID], number, old_cents=old_cents)
        return data.replace(f"261120{number:03d}00001".encode(), b"26112001200001")

    days = [day(12, 0), day(13, 50_00), day(14, 100_00)]
    for place in order:
        assert not read_in(days[place], finance).statements[0].repeated
    assert kept() == [50_00] * 3
    # Read in again together, and with the month they are of: nothing comes to it.
    read_in(b"".join(days), finance)
    read_in(re.sub(rb"2611200120000\d", b"26112001200001", month([PAID] * 3, 0)), finance)
    assert len(kept()) == 3
    assert sum(not each.odd for each in BankMovement.objects.all()) == 1, (
        "only the first of them is not in question"
    )


def test_a_movement_the_balance_proves_to_be_new_money_waits_for_a_person(finance: Person) -> None:
    read_in(as_coda([PAID]), finance)
    follows = as_coda([PAID], 13, old_cents=1_284_56).replace(b"26112001300001", b"26112001200001")
    plan = read_in(follows, finance)
    (line,) = plan.statements[0].lines
    assert (line.known, [each.code.value for each in line.line.odd]) == (False, ["repeated"])
    assert kept() == [50_00, 50_00]
    assert len(work_list()) == 2


def test_the_same_statement_is_recognised_in_either_format_and_other_movements_in_it_wait(
    finance: Person,
) -> None:
    read_in(as_coda([PAID, Paid(3_00, "Piet")]), finance)
    plan = read_in(as_camt([PAID, Paid(3_00, "Piet")]), finance)
    assert (plan.statements[0].known, plan.new_lines) == (True, [])
    changed = read_in(as_camt([PAID, Paid(3_00, "Paul")]), finance)
    assert (changed.statements[0].known, changed.statements[0].contradicting) == (True, True)
    assert [each.line.payer_name for each in changed.new_lines] == ["Paul"]
    assert [each.code.value for each in changed.new_lines[0].line.odd] == ["contradicts"]
    assert len(work_list()) == 3
    assert (AccountStatement.objects.count(), RepeatedMovement.objects.count()) == (1, 3)


def test_a_month_beside_its_days_keeps_each_movement_once(finance: Person) -> None:
    one, other = as_coda([PAID, PAID]), month([PAID, PAID, PAID])
    # Two equal movements of one statement are two; the third of the month is new, whatever its number.
    one, other = (re.sub(rb"2611200120000\d", b"26112001200001", each) for each in (one, other))
    read_in(one, finance)
    plan = read_in(other, finance)
    assert [line.known for line in plan.statements[0].lines] == [True, True, False]
    assert len(kept()) == 3
    assert [line.known for line in planned(one + other).statements[1].lines] == [True] * 3


def test_days_read_in_after_their_month_keep_nothing_twice(finance: Person) -> None:
    read_in(month([PAID]), finance)
    plan = read_in(as_coda([PAID]), finance)
    assert [line.known for line in plan.statements[0].lines] == [True]
    assert kept() == [50_00]


def test_the_page_says_what_is_missing_and_sets_other_accounts_aside(finance: Person) -> None:
    client: Client = signed_in(finance)
    read_in(as_coda([PAID]), finance)
    more = month([PAID])
    file = payments.upload_file(name="x", content=more, account=ACCOUNT, by=finance, now=make.NOW)
    page = " ".join(text_of(client, f"{DESK}files/{file.pk}/").split())
    assert "Of statement 2026-099, €50 is missing from what is kept" in page
    both = payments.upload_file(
        name="y",
        content=case("coda-two-accounts-second-in-usd.cod"),
        account=ACCOUNT,
        by=finance,
        now=make.NOW,
    )
    page = " ".join(text_of(client, f"{DESK}files/{both.pk}/").split())
    assert "From line 9 on there is a statement of account BE43068999999501 in USD" in page
    follows = case("coda-trailer-says-another-file-follows.cod")
    file = payments.upload_file(name="z", content=follows, account=ACCOUNT, by=finance, now=make.NOW)
    assert "another file follows" in text_of(client, f"{DESK}files/{file.pk}/")


def test_the_database_keeps_the_same_movement_once(finance: Person) -> None:
    read_in(as_coda([PAID]), finance)
    movement = BankMovement.objects.get()
    movement.pk = None
    with pytest.raises(IntegrityError), transaction.atomic():
        movement.save(force_insert=True)
    repeated = RepeatedMovement(file=movement.file, movement=BankMovement.objects.get(), place=1)
    repeated.statement = movement.statement
    repeated.save()
    with pytest.raises(IntegrityError), transaction.atomic():
        RepeatedMovement.objects.update(place=2)


@pytest.mark.parametrize(
    "odd",
    [
        None,
        {},
        "odd",
        1,
        [1],
        ["parts"],
        [["parts"]],
        [["parts", ""], []],
        [["parts", 1]],
        [["a", "b", "c"]],
        [[]],
    ],
)
def test_the_database_keeps_what_is_odd_as_pairs_of_texts_and_nothing_else(
    finance: Person, odd: object
) -> None:
    read_in(as_coda([PAID]), finance)
    with pytest.raises(IntegrityError), transaction.atomic():
        once_more(Value(odd, JSONField()))
    assert [each.code.value for each in once_more([["parts", "x"], ["no_day", ""]]).oddities] == [
        "parts",
        "no_day",
    ]


WHOLE = {"format": "CODA", "statements": [], "set_aside": [], "more_follows": False, "refused": []}
STATEMENT = {
    "account": "a",
    "number": "n",
    "day": "2026-11-20",
    "first": None,
    "old_cents": 0,
    "new_cents": 0,
    "lines": [],
}


def test_the_database_keeps_no_file_whose_reading_is_not_whole(finance: Person) -> None:
    def kept_with(reading: object) -> None:
        with transaction.atomic():
            BankFile.objects.create(
                digest=repr(reading)[:64],
                content=b"x",
                reading=Value(reading, JSONField()),
                uploaded_by=finance,
                uploaded_at=make.NOW,
            )

    kept_with(WHOLE)
    kept_with({**WHOLE, "statements": [STATEMENT]})
    broken: list[object] = [{}, [], None, "format", [WHOLE], {**WHOLE, "more_follows": None}]
    broken += [{key: value for key, value in WHOLE.items() if key != left} for left in WHOLE]
    broken += [
        {**WHOLE, "statements": [{key: value for key, value in STATEMENT.items() if key != left}]}
        for left in STATEMENT
    ]
    broken += [{**WHOLE, name: [[]]} for name in ("statements", "set_aside", "refused")]
    for reading in broken:
        with pytest.raises(IntegrityError, match="bank_file_reading_whole"):
            kept_with(reading)


@pytest.mark.parametrize("sign", [b"\x00", b"\xff"])
def test_a_file_with_a_broken_sign_in_its_communication_is_kept_and_its_movement_waits(
    finance: Person, sign: bytes
) -> None:
    good = case("coda-trailer-says-another-file-follows.cod")
    good = good.replace(b"JEANNE DELVAUX ", "JEANNE DELVAUÉ".encode())
    broken = good.replace(b"1101310000014739", b"1101310000" + sign + b"14739")
    # Not in the first lines, where such a sign says that it is no text.
    read_in(as_coda([PAID]) + broken, finance)
    assert [each.code.value for each in BankMovement.objects.latest("pk").oddities] == ["communication"]


def once_more(odd: object) -> BankMovement:
    """The movement that was read in, a second time and with something odd about it."""
    movement = BankMovement.objects.get()
    movement.pk, movement.occurrence, movement.odd = None, 2, odd
    movement.save(force_insert=True)
    return movement


def test_what_is_odd_in_a_way_nobody_knows_is_odd_and_the_desk_shows_it(finance: Person) -> None:
    for odd in ([["a code of later", "x"]], ["?"], {"a": 1}, None, 7, [["parts", None]]):
        assert [each.code.value for each in BankMovement(odd=odd).oddities] == ["other"]
    read_in(as_coda([PAID]), finance)
    movement = once_more([["a code of later", "x"]])
    client = signed_in(finance)
    for page in (DESK, f"{DESK}{movement.pk}/"):
        assert "the standard does not know" in text_of(client, page)


@pytest.mark.parametrize(
    ("name", "verdicts"),
    [
        ("coda-payer-account-bad-iban.cod", [Verdict.UNKNOWN, Verdict.UNKNOWN]),
        ("trial-d4_badiban.xml", [Verdict.UNKNOWN]),
        ("camt-next-day-reversal-of-paid-shares.xml", [Verdict.REVERSAL]),
    ],
)
def test_what_is_odd_waits_on_the_list(finance: Person, name: str, verdicts: list[Verdict]) -> None:
    read_in(case(name), finance)
    assert [said for _movement, said, _application in work_list()] == verdicts

"""A part given to the wrong request goes to the right one: the communication in it is a hint. What somebody chooses counts
or is refused, never something else."""

from __future__ import annotations

import pytest

from commonweal.membership.models import Application
from commonweal.membership.queries.joining import dues_of, expected_from, subject_of
from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.models import Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import payments
from commonweal.treasury.actions.dividing import Part, divide_movement, division_planned
from commonweal.treasury.models import BankMovement
from commonweal.treasury.queries.payments import work_list
from commonweal.treasury.rules.matching import Outcome, Verdict
from commonweal.treasury.rules.statements.communications import printed
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed, paid
from tests.portal.steps import signed_in
from tests.treasury.bank_files import PAYER
from tests.treasury.test_taking_back import decide, now_of, only, sound
from tests.treasury.test_undoing_decisions import undo

pytestmark = pytest.mark.django_db
Three = tuple[Application, Application, Application]


@pytest.fixture
def finance() -> Person:
    return make.staff("finance")


@pytest.fixture
def three() -> Three:
    return (
        asked(make.person("Jeanne", "Delvaux"), 10),
        asked(make.person("Piet", "Delvaux"), 5),
        asked(make.person("Rosa", "Petit"), 5),
    )


def part_for_the_wrong_one(three: Three, finance: Person) -> BankMovement:
    """A payment divided for the first and the second, where the third was meant; the decision about that part is undone."""
    confirmed([Paid(750_00, "JEANNE DELVAUX", PAYER, text="shares")], finance)
    movement = only(Verdict.UNKNOWN)
    parts = [Part(expected_from(three[0]), 500_00), Part(expected_from(three[1]), 250_00)]
    seen = division_planned(movement=movement, parts=parts).digest
    divide_movement(
        movement=movement, parts=parts, rest_back=False, seen=seen, by=finance, now=make.NOW, reason="x"
    )
    part = BankMovement.objects.get(part_of=movement, amount_cents=250_00)
    assert part.decision is not None
    undo(part.decision, finance)
    return BankMovement.objects.get(pk=part.pk)


def states(*wanted: Application) -> list[str]:
    return [now_of(each).state for each in wanted]


def test_a_part_goes_to_the_request_somebody_chooses(three: Three, finance: Person) -> None:
    part = part_for_the_wrong_one(three, finance)
    assert [(each, said, named) for each, said, named in work_list()] == [(part, Verdict.UNKNOWN, None)]
    with pytest.raises(payments.OutcomeRefused) as refused:
        decide(part, Outcome.ACCEPT, finance)
    assert refused.value.code == "no_application"
    decide(part, Outcome.ACCEPT, finance, subject=subject_of(three[2]))
    assert states(*three) == ["member", "awaiting", "member"]
    assert dues_of([three[1]])[three[1].pk].paid_cents == 0
    sound()


def test_the_bank_takes_the_whole_back_also_by_the_name_of_the_one_that_was_chosen(
    three: Three, finance: Person
) -> None:
    part = part_for_the_wrong_one(three, finance)
    decide(part, Outcome.ACCEPT, finance, subject=subject_of(three[2]))
    back = Paid(-750_00, "JEANNE DELVAUX", "BE43068999999501", communication=three[2].communication)
    confirmed([back], finance, 13)
    decide(only(Verdict.REVERSAL), Outcome.UNDO, finance)
    assert states(*three) == ["awaiting"] * 3
    sound()


def test_the_page_of_a_part_offers_the_field_again_with_what_was_chosen_before(
    three: Three, finance: Person
) -> None:
    part = part_for_the_wrong_one(three, finance)
    client, address = signed_in(finance), f"/en/members/payments/{part.pk}/"
    form = client.get(address).context["form"]
    assert form["communication"].value() == printed(three[1].communication)
    given = {"outcome": "accept", "communication": three[2].communication, "reason": "x"}
    assert client.post(address, given).status_code == 302
    assert states(*three) == ["member", "awaiting", "member"]


def test_also_where_nothing_is_due_any_more_on_the_one_it_was_for(three: Three, finance: Person) -> None:
    part = part_for_the_wrong_one(three, finance)
    confirmed([paid(three[1])], finance, 13)
    decide(part, Outcome.ACCEPT, finance, subject=subject_of(three[2]))
    assert states(*three) == ["member"] * 3


def test_a_payment_that_names_one_is_not_counted_for_another_nor_silently_for_the_first(
    three: Three, finance: Person
) -> None:
    named, other, _third = three
    confirmed([paid(named, name="PIET MAES")], finance)
    movement = only(Verdict.OTHER_PAYER)
    for outcome in (Outcome.ACCEPT, Outcome.WAIT, Outcome.REFUND):
        with pytest.raises(payments.OutcomeRefused, match="Jeanne Delvaux") as refused:
            decide(movement, outcome, finance, subject=subject_of(other))
        assert refused.value.code == "names_another"
    assert states(named, other) == [ApplicationState.AWAITING] * 2
    decide(movement, Outcome.ACCEPT, finance, subject=subject_of(named))
    assert states(named, other) == ["member", "awaiting"]

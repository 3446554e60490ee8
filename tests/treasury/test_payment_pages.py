"""The finance desk's pages: nothing is kept before it is confirmed, every kind of movement, what goes back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import DatabaseError, transaction
from django.test import Client
from django.utils import translation
from django.utils.html import escape
from django.utils.translation import gettext

from commonweal.kernel.decision import NotAllowed
from commonweal.ledger.models import Operation
from commonweal.membership.actions import FileStays, correct_movement, discard_file, joining
from commonweal.membership.models import Application
from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.models import Event
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import payments
from commonweal.treasury.models import BankFile, BankMovement, Handling, Refund
from tests import factories as make
from tests.membership.joining_steps import asked, confirmed, paid
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of
from tests.treasury.bank_files import as_camt, as_coda

pytestmark = pytest.mark.django_db
DESK = "/en/members/payments/"


@pytest.fixture
def finance() -> Client:
    return signed_in(make.staff("finance"))


def sent(client: Client, content: bytes, name: str = "statement.cod") -> Any:
    return client.post(DESK, {"file": SimpleUploadedFile(name, content)}, follow=True)


def read_in(client: Client, movements: Sequence[Paid], number: int = 12, write: Any = as_coda) -> Any:
    """Uploads a statement, looks at it, confirms what was shown."""
    answer = sent(client, write(movements, number))
    plan = answer.context["plan"].digest
    return client.post(answer.request["PATH_INFO"], {"plan": plan}, follow=True)


def the_movement() -> str:
    return f"{DESK}{BankMovement.objects.waiting().get().pk}/"


@pytest.mark.parametrize("write", [as_coda, as_camt], ids=["coda", "camt"])
def test_a_file_shows_what_it_would_do_and_does_it_once_confirmed(finance: Client, write: Any) -> None:
    application = asked()
    movements = [paid(application), Paid(12_00, "Piet", text="hallo"), Paid(-5_00, "Bank", text="kosten")]
    answer = sent(finance, write(movements))
    page = " ".join(answer.content.decode().split())
    for said in (
        "One movement pays shares exactly",
        "One movement goes on the list",
        "One movement goes out",
        "Jeanne Delvaux",
        "Count it for the shares",
        "line ",
    ):
        assert said in page
    assert (BankMovement.objects.count(), Application.objects.get().state) == (0, ApplicationState.AWAITING)
    plan = answer.context["plan"].digest
    answer = finance.post(answer.request["PATH_INFO"], {"plan": plan}, follow=True)
    assert "The file is read in" in answer.content.decode()
    assert Application.objects.get().state == ApplicationState.MEMBER
    page = text_of(finance, f"{DESK}files/{BankFile.objects.get().pk}/")
    assert "Read in on" in page
    assert "waits for a decision" in page


def test_a_damaged_or_foreign_file_is_refused_with_its_line_and_nothing_is_kept(finance: Client) -> None:
    content = as_coda()
    for damaged, said in (
        (content.replace(b"0000000000500000", b"0000000000500010"), "Line "),
        (content.replace(b"BE68539007547034", b"BE71096123456769"), "another account"),
        (b"hello", "Nothing was read in."),
        (b"", "This file is empty"),
    ):
        assert said in sent(finance, damaged).content.decode(), said
    assert "This answer is still missing." in finance.post(DESK, {}).content.decode()
    assert (BankFile.objects.count(), BankMovement.objects.count()) == (0, 0)


def test_what_changed_since_the_dry_run_is_looked_at_once_more(finance: Client) -> None:
    application = asked()
    address = sent(finance, as_coda([paid(application)])).request["PATH_INFO"]
    joining.withdraw_application(application=application, by=application.person, now=make.NOW)  # type: ignore[arg-type]
    for plan in ("", "nothing"):
        page = finance.post(address, {"plan": plan}, follow=True).content.decode()
        assert "Look at it once more" in page
    assert "withdrawn or refused" in page
    assert BankMovement.objects.count() == 0


def test_the_same_statement_again_does_nothing_and_a_missing_one_is_said(finance: Client) -> None:
    application = asked()
    read_in(finance, [paid(application)])
    page = sent(finance, as_camt([paid(application)])).content.decode()
    assert "One movement was read in before: below you see which it is." in " ".join(page.split())
    assert (
        "a statement in between is missing" in sent(finance, as_coda((), 14, old_cents=99)).content.decode()
    )


def test_too_little_is_kept_until_the_rest_comes(finance: Client) -> None:
    application = asked()
    assert "Delvaux" in read_in(finance, [paid(application, 200_00)]).content.decode()
    page = text_of(finance, the_movement())
    assert "is less than what is due" in page
    assert "Count it for the shares" not in page
    assert "€500" in page
    finance.post(the_movement(), {"outcome": "wait", "reason": ""})
    assert "Paid in part" in text_of(finance, DESK)
    mine = text_of(signed_in(application.person), f"/en/members/requests/{application.pk}/")  # type: ignore[arg-type]
    assert "We received €200. €300 is still to come." in mine
    read_in(finance, [paid(application, 300_00)], 13)
    assert Application.objects.get().state == ApplicationState.MEMBER


def test_a_refusal_to_tick_a_refund_off_keeps_the_day_that_was_typed(
    finance: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    read_in(finance, [paid(asked(), 600_00)])
    finance.post(the_movement(), {"outcome": "accept"})
    monkeypatch.setattr(payments, "seem_taken_back", lambda refunds: refunds)
    address = f"{DESK}refunds/{Refund.objects.get().pk}/"
    answer = finance.post(address, {"made_on_day": "19", "made_on_month": "11", "made_on_year": "2026"})
    page = answer.content.decode()
    assert answer.status_code == 200
    assert "seems to have taken this money back" in page
    assert 'value="19"' in page
    assert Refund.objects.get().made_on is None


def test_too_much_counts_and_the_rest_is_paid_back_and_ticked_off(finance: Client) -> None:
    read_in(finance, [paid(asked(), 600_00)])
    movement = the_movement()
    finance.post(movement, {"outcome": "accept"})
    assert Application.objects.get().state == ApplicationState.MEMBER
    assert "Undo this decision" in text_of(finance, movement)
    again = finance.post(movement, {"outcome": "accept"}, follow=True)
    assert "decided about this movement already" in again.content.decode()
    assert "€100" in text_of(finance, DESK)
    refund = Refund.objects.get()
    address = f"{DESK}refunds/{refund.pk}/"
    assert "BE71096123456769" in text_of(finance, address)
    future = {"made_on_day": "1", "made_on_month": "1", "made_on_year": "2027"}
    assert "up to Monday 23 November 2026" in finance.post(address, future).content.decode()
    finance.post(address, {"made_on_day": "23", "made_on_month": "11", "made_on_year": "2026"})
    refund.refresh_from_db()
    assert refund.made_on == make.NOW.date()
    assert "Nothing is to be paid back." in text_of(finance, DESK)
    assert finance.get(address).status_code == 302


def test_a_payment_without_a_known_communication_is_given_to_the_request_it_is_for(finance: Client) -> None:
    application = asked()
    asked(make.person("Other"), 3)
    read_in(finance, [Paid(500_00, "Jeanne Delvaux", text="parts sociales")])
    page = text_of(finance, the_movement())
    assert "Requests that could be meant" in page
    assert "Other" not in page
    for code, said in (
        ("", "Say which request"),
        ("+++310/0000/00999+++", "Check the digits"),
        ("x", "Check"),
    ):
        answer = finance.post(the_movement(), {"outcome": "accept", "communication": code})
        assert said in answer.content.decode(), code
    late = {"outcome": "wait", "communication": application.communication}
    assert "This is all that is due" in finance.post(the_movement(), late).content.decode()
    finance.post(the_movement(), {**late, "outcome": "accept", "reason": "par téléphone"})
    assert Handling.objects.get().reason == "par téléphone"
    application.refresh_from_db()
    assert application.state == ApplicationState.MEMBER


def test_what_the_statutes_stopped_is_shown_and_tried_again(finance: Client) -> None:
    member = make.member(make.person("Jeanne", "Delvaux"))
    application = asked(member.person, 60)
    make.shares(member, 90)
    read_in(finance, [paid(application)])
    page = text_of(finance, DESK)
    assert "Paid, but not yet in the register" in page
    assert "cannot hold so many" in page
    address = f"/en/members/requests/{application.pk}/enter/"
    assert "cannot hold so many" in finance.post(address, follow=True).content.decode()
    secretary = make.staff("secretary")

    correct_movement(
        operation=Operation.objects.earliest("pk"), reason="x", key="undo", by=secretary, now=make.NOW
    )
    assert "stand in the register" in finance.post(address, follow=True).content.decode()
    assert "cannot be paid any more" in finance.post(address, follow=True).content.decode()
    assert finance.post("/en/members/requests/999999/enter/").status_code == 404


def test_why_shares_are_not_entered_is_read_in_ones_own_language(finance: Client) -> None:
    member = make.member(make.person("Jeanne", "Delvaux"))
    application = asked(member.person, 60)
    make.shares(member, 90)
    with translation.override("nl"):
        confirmed([paid(application)], make.staff("finance"))
    application.refresh_from_db()
    assert "cannot hold so many" in application.reason, "kept as it stands in the source"
    for language in LANGUAGES:
        with translation.override(language):
            said = escape(gettext(application.reason))
        for address in (f"/{language}/members/payments/", f"/{language}/members/requests/{application.pk}/"):
            assert said in text_of(finance, address)


def test_only_finance_opens_these_pages_and_reading_writes_nothing(finance: Client) -> None:
    read_in(finance, [Paid(5_00, "Piet"), paid(asked(), 600_00)])
    finance.post(f"{DESK}{BankMovement.objects.latest('pk').pk}/", {"outcome": "refund"})
    addresses = [
        DESK,
        f"{DESK}files/{BankFile.objects.get().pk}/",
        f"{DESK}refunds/{Refund.objects.get().pk}/",
        the_movement(),
    ]
    others = [signed_in(make.staff("secretary", "counter", "adviser")), signed_in(make.person())]
    for address in addresses:
        assert finance.get(address).status_code == 200
        for other in others:
            assert (other.get(address).status_code, other.post(address).status_code) == (403, 403)
    for missing in ("files/999999/", "refunds/999999/", "999999/"):
        assert finance.get(f"{DESK}{missing}").status_code == 404
    assert finance.get(f"/en/members/requests/{Application.objects.get().pk}/enter/").status_code == 405


def test_the_desk_takes_as_many_queries_for_five_movements_as_for_one(finance: Client) -> None:
    read_in(finance, [Paid(5_00, "Piet")])
    one = queries_of(finance, DESK)
    read_in(finance, [paid(asked(make.person()), 600_00) for _each in range(5)], 13)
    assert queries_of(finance, DESK) <= one + 4 <= 21
    address = f"{DESK}files/{BankFile.objects.latest('pk').pk}/"
    assert queries_of(finance, address) <= 12


def test_a_late_payment_says_so(finance: Client) -> None:
    asked(now=make.NOW - timedelta(days=60))
    read_in(finance, [paid(Application.objects.get())])
    assert "comes after the last day to pay" in text_of(finance, the_movement())


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_desk_opens_in_each_language(finance: Client, language: str) -> None:
    read_in(finance, [Paid(5_00, "Piet")])
    for address in (DESK, the_movement()):
        assert f'lang="{language}"' in text_of(finance, address.replace("/en/", f"/{language}/"))


def test_a_file_that_was_looked_at_can_be_taken_away_and_comes_back(finance: Client) -> None:
    content = as_coda([Paid(12_00, "Piet", text="hallo")])
    address = sent(finance, content).request["PATH_INFO"]
    assert f"{address}discard/" in text_of(finance, address)
    assert "Take away the file statement.cod?" in text_of(finance, f"{address}discard/")
    assert BankFile.objects.count() == 1, "asking takes nothing away"
    answer = finance.post(f"{address}discard/", follow=True)
    assert "Nothing of it was kept" in answer.content.decode()
    assert not BankFile.objects.exists()
    assert Event.objects.get(name="BankFileDiscarded").data["name"] == "statement.cod"
    assert finance.post(f"{address}discard/").status_code == 404
    assert sent(finance, content).context["plan"], "the same bytes may come again"


def test_a_file_that_was_read_in_stays(finance: Client) -> None:
    read_in(finance, [Paid(12_00, "Piet", text="hallo")])
    file = BankFile.objects.get()
    assert finance.post(f"{DESK}files/{file.pk}/discard/").status_code == 404
    with pytest.raises(FileStays):
        discard_file(file=file, by=make.staff("finance"), now=make.NOW)
    with pytest.raises(NotAllowed):
        discard_file(file=file, by=make.staff("counter"), now=make.NOW)
    with pytest.raises(DatabaseError), transaction.atomic():
        file.delete()
    for change in (
        {"confirmed_at": make.NOW},
        {"confirmed_by": make.staff("finance")},
        {"uploaded_at": make.NOW},
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            BankFile.objects.update(**change)
    waiting = BankFile(pk=file.pk + 1)
    discard_file(file=waiting, by=make.staff("finance"), now=make.NOW)
    assert not Event.objects.filter(name="BankFileDiscarded").exists(), "again changes nothing"


def test_a_page_shows_the_first_statements_of_very_many_and_says_how_many_there_are(
    finance: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("commonweal.treasury.views.payments.STATEMENTS_SHOWN", 2)
    ours = b"".join(as_coda([Paid(7_00, "Piet")], n, old_cents=n * 7_00) for n in (12, 13, 14, 16))
    others = as_coda([Paid(7_00, "Piet")]).replace(b"BE68539007547034", b"BE71096123456769")
    answer = sent(finance, ours + others * 3)
    page = " ".join(answer.content.decode().split())
    assert "2 of 4 statements are shown; all are read in." in page
    assert "2 of 3 statements that are left out are shown." in page
    assert page.count("there is a statement of account BE71") == 2
    # The one with a gap before it is among them, and stands first.
    shown = [each.statement.number for each in answer.context["statements"]]
    assert (shown[0][-3:], len(shown)) == ("016", 2)
    assert len(answer.context["rows"]) == 4


def test_a_statement_that_was_not_read_is_named_before_and_after(finance: Client) -> None:
    good, bad = as_coda([Paid(7_00, "Piet")]), as_coda([Paid(8_00, "Paul")], 13)
    sent(finance, good + bad.replace(b"0000000000008000", b"0000000000008010"))
    file = BankFile.objects.get()
    address = f"{DESK}files/{file.pk}/"
    for _each in range(2):
        page = " ".join(text_of(finance, address).split())
        assert (
            "Line 14: the old balance and the movements do not give the new balance. Nothing of this statement is kept"
            in page
        )
        plan = finance.get(address).context.get("plan")
        if plan:
            finance.post(address, {"plan": plan.digest})
    assert list(BankMovement.objects.values_list("amount_cents", flat=True)) == [7_00]

"""Accounts members are paid on, and the payment files a bank takes."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
import sepaxml
from django.db import IntegrityError, connection, transaction
from django.test import Client
from hypothesis import given
from hypothesis import strategies as st
from lxml import etree

from commonweal.kernel.decision import NotAllowed
from commonweal.membership import actions, queries
from commonweal.people.models import Event, Message
from commonweal.people.rules import Channel
from commonweal.treasury.actions import WrongAccount, load_accounts
from commonweal.treasury.models import PayoutAccount
from commonweal.treasury.rules.credit_transfers import CreditTransfer, payment_file, sepa_text
from commonweal.treasury.rules.ibans import read_iban, shortened
from tests import factories as make
from tests.portal.steps import LANGUAGES, queries_of, signed_in, text_of

OURS, THEIRS, OTHER = "BE62510007547061", "BE71 0961 2345 6769", "NL91ABNA0417164300"
SPACE = "{urn:iso:std:iso:20022:tech:xsd:pain.001.001.09}"


def transfer(**changes: Any) -> CreditTransfer:
    values = {
        "end_to_end": "R1",
        "name": "Ada",
        "iban": read_iban(THEIRS),
        "cents": 12_34,
        "text": "Dividend",
    }
    return CreditTransfer(**{**values, **changes})


def file_of(*transfers: CreditTransfer, **changes: Any) -> bytes:
    values: dict[str, Any] = {
        "payer_name": "La Ruche & Co",
        "payer_iban": OURS,
        "message_id": "RUN-1-1",
        "created_at": datetime(2026, 6, 1, 9, 30, tzinfo=UTC),
        "pay_on": date(2026, 6, 5),
    }
    return payment_file(**{**values, **changes}, transfers=transfers)


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        (" be71 0961 2345 6769 ", "BE71096123456769"),
        (OTHER, OTHER),
        # Right check digits, a bank the library does not know.
        (OURS, OURS),
    ],
)
def test_account_numbers_are_read_as_people_write_them(typed: str, kept: str) -> None:
    assert read_iban(typed) == kept


@pytest.mark.parametrize("typed", ["", "BE71096123456768", "BE7109612345676", "XX00123", "ada", "FR14 2004"])
def test_what_is_no_account_number_is_refused(typed: str) -> None:
    with pytest.raises(ValueError):
        read_iban(typed)


def test_an_unknown_bank_in_a_number_too_long_is_still_refused(monkeypatch: pytest.MonkeyPatch) -> None:
    from stdnum import iban

    real = iban.validate

    def unknown_bank(number: str, check_country: bool = True) -> str:
        if check_country:
            raise iban.InvalidComponent
        return str(real(number, check_country=False))

    monkeypatch.setattr(iban, "validate", unknown_bank)
    assert read_iban(THEIRS) == "BE71096123456769"
    with pytest.raises(ValueError):
        read_iban("BE71096123456768")


def test_a_shortened_number_tells_its_start_and_end() -> None:
    assert shortened(OTHER) == "NL91 … 4300"


def test_the_file_holds_against_the_schema_and_its_sums_are_exact() -> None:
    cents = [1, 10, 99_99, 833_00, 7]
    made = file_of(*(transfer(end_to_end=f"R{place}", cents=each) for place, each in enumerate(cents)))
    root = etree.fromstring(made)
    schema = Path(sepaxml.__file__).parent / "schemas" / "pain.001.001.09.xsd"
    etree.XMLSchema(file=str(schema)).assertValid(root)
    assert [each.text for each in root.iter(f"{SPACE}CtrlSum")] == ["933.17", "933.17"]
    assert [each.text for each in root.iter(f"{SPACE}NbOfTxs")] == ["5", "5"]
    assert [each.text for each in root.iter(f"{SPACE}InstdAmt")] == [
        *("0.01", "0.10", "99.99", "833.00"),
        "0.07",
    ]
    assert root.findtext(f".//{SPACE}MsgId") == "RUN-1-1"
    assert root.findtext(f".//{SPACE}CreDtTm") == "2026-06-01T09:30:00+00:00"
    assert root.findtext(f".//{SPACE}Dt") == "2026-06-05"
    assert root.findtext(f".//{SPACE}InitgPty/{SPACE}Nm") == "La Ruche + Co"


def test_the_same_payments_give_the_same_file() -> None:
    assert file_of(transfer()) == file_of(transfer())


@pytest.mark.parametrize(
    ("typed", "written"),
    [
        ("Hélène Müller-Østergård", "Helene Muller-Ostergard"),
        ("Łukasz & Zoë <b>", "Lukasz + Zoe b"),
        ("Јован", "Jovan"),
        ("a\nb\tc", "a b c"),
        ("€ 5", "EUR 5"),
        ("🐝", ""),
    ],
)
def test_texts_are_written_in_the_characters_every_bank_takes(typed: str, written: str) -> None:
    assert sepa_text(typed) == written


@given(st.text(max_size=60))
def test_whatever_the_name_there_is_a_file(name: str) -> None:
    written = etree.fromstring(file_of(transfer(name=name))).findtext(f".//{SPACE}Cdtr/{SPACE}Nm")
    assert written == (sepa_text(name)[:70].strip() or "NOTPROVIDED")


def test_a_name_of_signs_alone_stops_nobodys_payment() -> None:
    written = etree.fromstring(file_of(transfer(name="🙂 🐝"), transfer(end_to_end="2", name="Els")))
    assert [each.text for each in written.iterfind(f".//{SPACE}Cdtr/{SPACE}Nm")] == ["NOTPROVIDED", "Els"]


@pytest.mark.parametrize(
    "changes",
    [
        {"cents": 0},
        {"cents": -5},
        {"cents": 100_000_000_000},
        {"iban": "BE71096123456768"},
        {"iban": THEIRS},
        {"iban": ""},
        {"text": ""},
        {"text": "x" * 141},
        {"end_to_end": ""},
        {"end_to_end": "x" * 36},
        {"end_to_end": "/a"},
        {"end_to_end": "a/"},
        {"end_to_end": "a//b"},
        {"end_to_end": "é"},
    ],
)
def test_a_payment_that_no_bank_would_take_is_refused(changes: dict[str, Any]) -> None:
    file_of(transfer())
    with pytest.raises(ValueError):
        file_of(transfer(**changes))


def test_a_file_without_payer_payments_or_with_one_twice_is_refused() -> None:
    for changes in ({"payer_name": "🐝"}, {"payer_iban": "BE00"}, {"message_id": "é"}):
        with pytest.raises(ValueError):
            file_of(transfer(), **changes)
    with pytest.raises(ValueError):
        file_of()
    with pytest.raises(ValueError):
        file_of(transfer(), transfer(cents=5))


def test_what_the_schema_refuses_does_not_come_out(monkeypatch: pytest.MonkeyPatch) -> None:
    from commonweal.treasury.rules import credit_transfers

    monkeypatch.setattr(credit_transfers, "TEXT_MAX", 1_000)
    # The schema read before, by whichever test came first, is read again.
    credit_transfers._schema.cache_clear()
    with pytest.raises(ValueError, match="Ustrd"):
        file_of(transfer(text="x" * 141))


@pytest.mark.django_db
def test_the_last_account_set_holds_and_the_same_again_changes_nothing() -> None:
    who = make.person("Ada", "Byron")
    member, other = make.member(who), make.member()
    first = actions.set_payout_account(member=member, iban=THEIRS, holder="Ada", by=who, now=make.NOW)
    assert queries.payout_accounts_of([member, other]) == {member.pk: first}
    again = actions.set_payout_account(member=member, iban=THEIRS, holder=" Ada ", by=who, now=make.NOW)
    assert again == first
    later = make.NOW + timedelta(days=1)
    second = actions.set_payout_account(member=member, iban=OTHER, holder="Ada B.", by=who, now=later)
    assert queries.payout_accounts_with([member.pk])[member.pk] == second
    assert PayoutAccount.objects.count() == 2
    told = [event.data for event in Event.objects.filter(name="PayoutAccountSet").order_by("id")]
    assert told == [
        {"iban": "BE71 … 6769", "before": ""},
        {"iban": "NL91 … 4300", "before": "BE71 … 6769"},
    ]


@pytest.mark.django_db
def test_only_the_member_and_staff_for_them_say_where_they_are_paid() -> None:
    member = make.member()
    clerk = make.staff("counter")
    for stranger in (make.person(), make.staff("finance"), make.staff("programme")):
        with pytest.raises(NotAllowed):
            actions.set_payout_account(member=member, iban=THEIRS, holder="X", by=stranger, now=make.NOW)
    given = {"iban": THEIRS, "holder": "Ada", "by": clerk, "now": make.NOW, "channel": Channel.PHONE}
    assert actions.set_payout_account(member=member, **given).set_by == clerk
    assert Event.objects.get(name="PayoutAccountSet").channel == "phone"


@pytest.mark.django_db
@pytest.mark.parametrize(
    ("iban", "holder", "code"), [("BE00", "Ada", "wrong_iban"), (THEIRS, " 🐝", "no_holder")]
)
def test_a_wrong_account_is_refused(iban: str, holder: str, code: str) -> None:
    who = make.person()
    with pytest.raises(WrongAccount) as refused:
        actions.set_payout_account(member=make.member(who), iban=iban, holder=holder, by=who, now=make.NOW)
    assert refused.value.code == code


@pytest.mark.django_db
def test_the_database_keeps_each_account_as_it_was_and_takes_no_other_text() -> None:
    who = make.person()
    actions.set_payout_account(member=make.member(who), iban=THEIRS, holder="A", by=who, now=make.NOW)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    for statement in (
        "UPDATE treasury_payoutaccount SET holder = 'B'",
        "DELETE FROM treasury_payoutaccount",
        "TRUNCATE treasury_payoutaccount CASCADE",
        "UPDATE treasury_payoutaccount SET iban = 'BE71' WHERE false",
        "INSERT INTO treasury_payoutaccount (person_id, iban, holder, since)"
        " SELECT person_id, 'no iban', 'A', now() FROM treasury_payoutaccount",
        "INSERT INTO treasury_payoutaccount (person_id, iban, holder, since)"
        " SELECT person_id, iban, '', now() FROM treasury_payoutaccount",
        "INSERT INTO treasury_payoutaccount (iban, holder, since) SELECT iban, holder, now() FROM treasury_payoutaccount",
    ):
        with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
            cursor.execute(statement)


@pytest.mark.django_db
def test_many_accounts_come_in_at_once() -> None:
    members = [make.member() for _each in range(3)]
    load_accounts((member.person_id, None, OTHER, "Ada", make.NOW) for member in members)
    assert len(queries.payout_accounts_of(members)) == 3


@pytest.mark.django_db
def test_the_member_is_told_in_their_language_and_so_is_who_speaks_for_an_organisation(
    run_jobs: Callable[[], int], settings: Any
) -> None:
    who = make.person("Ada", "Byron", language="nl", email="ada@example.org")
    member, clerk = make.member(who), make.staff("counter")
    actions.set_payout_account(member=member, iban=THEIRS, holder="Ada", by=clerk, now=make.NOW)
    actions.set_payout_account(member=member, iban=OTHER, holder="Ada", by=clerk, now=make.NOW)
    speaker = make.person("Bo", "Speaker", language="de")
    club = actions.admit_member(
        organisation=make.organisation(speaker),
        municipality=make.municipality(),
        language="fr",
        joined_on=date(2020, 1, 1),
        by=None,
        now=make.NOW,
    )
    actions.set_payout_account(member=club, iban=THEIRS, holder="Club", by=clerk, now=make.NOW)
    run_jobs()
    first, second = Message.objects.filter(person=who).order_by("id")
    assert "BE71 … 6769" in first.body
    assert "NL91 … 4300" in second.body
    assert "BE71 … 6769" in second.body
    assert "BE71096123456769" not in first.body
    assert second.sent_at
    assert settings.SITE["phone"] in second.body
    assert "Beste Ada Byron," in second.body
    assert Message.objects.get(person=speaker).by_letter


@pytest.mark.django_db
def test_the_page_shows_accounts_shortened_and_changes_them() -> None:
    who = make.person("Ada", "Byron", email="ada@example.org")
    make.member(who)
    client = signed_in(who)
    page = text_of(client, "/en/members/shares/account/")
    assert "We have no account yet" in page
    assert 'value="Ada Byron"' in page
    wrong = client.post("/en/members/shares/account/", {"iban": "BE71096123456768", "holder": "Ada"})
    assert "This is no account number" in wrong.content.decode()
    assert "error-summary" in wrong.content.decode()
    assert client.post("/en/members/shares/account/", {"iban": THEIRS, "holder": "Ada"}).status_code == 302
    page = text_of(client, "/en/members/shares/account/")
    assert "BE71 … 6769" in page
    assert "0961" not in page
    for language in LANGUAGES:
        assert "BE71 … 6769" in text_of(client, f"/{language}/members/shares/account/")
    assert queries_of(client, "/en/members/shares/account/") <= 12


@pytest.mark.django_db
def test_someone_who_left_still_says_where_they_are_paid_and_a_stranger_has_no_page() -> None:
    who = make.person("Ada", "Byron", email="ada@example.org")
    member = make.member(who)
    type(member).objects.filter(pk=member.pk).update(left_on=date(2026, 6, 30))
    text_of(signed_in(who), "/en/members/shares/account/")
    text_of(signed_in(make.person(email="no@example.org")), "/en/members/shares/account/", 403)
    assert Client().get("/en/members/shares/account/").status_code in (302, 403)


@pytest.mark.django_db
def test_staff_note_an_account_for_someone_else_with_the_door_it_came_through() -> None:
    member = make.member(make.person("Ada", "Byron"))
    client = signed_in(make.staff("counter", email="sam@example.org"))
    address = f"/en/members/{member.number}/account/"
    assert "For Ada Byron" in text_of(client, address)
    assert address in text_of(client, f"/en/desk/members/?text={member.number}")
    given = {"iban": THEIRS, "holder": "Ada", "channel": "phone"}
    assert client.post(address, {**given, "channel": ""}).status_code == 200
    assert client.post(address, given).status_code == 302
    assert Event.objects.get(name="PayoutAccountSet").channel == "phone"
    assert client.get("/en/members/99999999/account/").status_code == 404
    finance = signed_in(make.staff("finance", email="fin@example.org"))
    assert finance.get(address).status_code == 403
    assert address not in text_of(finance, f"/en/desk/members/?text={member.number}")

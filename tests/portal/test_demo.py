"""The demo: all there or not at all, every state present, its pages readable by those it names."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import transaction
from django.test import Client
from django.utils import timezone

from commonweal.config.committee import read_sheet
from commonweal.ledger.models import Operation
from commonweal.ledger.queries import troubles
from commonweal.membership.models import Application, Estate, ExitSeason, Member
from commonweal.membership.queries import booked_states, register_rows, share_troubles
from commonweal.people.access import roles_of
from commonweal.people.models import Account, Organisation, Person
from commonweal.people.rules import ROLES
from commonweal.people.rules.published import PASSWORD
from commonweal.portal.demo import load
from commonweal.portal.demo.joining import bank_folder
from commonweal.portal.demo.script import LANGUAGES, calls, cast, projects
from commonweal.projects.models import Call, Dossier, SupportAsk
from commonweal.projects.rules.kinds import SupportKind
from commonweal.projects.states import DossierState
from commonweal.voting.committee import opened_file
from commonweal.voting.models import Ballot, PaperSheet, Vote
from commonweal.voting.queries import ballot_about, count_of, sealed_bundle
from commonweal.voting.sealing import WrongSheets, key_from_text
from tests.membership.joining_steps import planned
from tests.portal.steps import signed_in, text_of

pytestmark = [pytest.mark.django_db, pytest.mark.xdist_group("the demo")]
MEMBERS = 300


@pytest.fixture(scope="module", autouse=True)
def said(django_db_setup: None, django_db_blocker: Any, tmp_path_factory: Any) -> Iterator[list[str]]:
    """The demo, loaded once for this file and taken back at the end; what it said meanwhile."""
    lines: list[str] = []
    kept, django_settings.VAR = django_settings.VAR, tmp_path_factory.mktemp("var")
    with django_db_blocker.unblock(), transaction.atomic():
        load.everything(members=MEMBERS, extra_projects=3, say=lines.append)
        yield lines
        transaction.set_rollback(True)
    django_settings.VAR = kept


def ballot_of(key: str) -> Ballot:
    call = Call.objects.get(slug=calls()[key]["slug"])
    ballot = ballot_about(f"call:{call.pk}")
    assert ballot is not None
    return ballot


def person(key: str) -> Person:
    written = cast()["people"][key]
    return Person.objects.get(given_name=written["given"], family_name=written["family"])


def test_there_are_as_many_members_as_asked_for_in_real_places_and_languages() -> None:
    assert Member.objects.count() == MEMBERS
    assert set(Member.objects.values_list("language", flat=True)) >= {"fr", "nl"}
    assert Member.objects.filter(organisation__isnull=False).count() == 12
    assert Member.objects.filter(municipality__region_id="02000").count() > MEMBERS // 3
    numbers = sorted(Member.objects.values_list("number", flat=True))
    assert numbers == list(range(1, MEMBERS + 1))
    assert Person.objects.filter(email="", memberships__isnull=False).count() > MEMBERS // 10


def test_members_leave_a_season_is_decided_one_collects_and_an_estate_waits() -> None:
    decided, collecting = ExitSeason.objects.order_by("year")
    assert (decided.state, decided.outcome, collecting.state) == ("decided", "part", "collecting")
    assert booked_states(decided)["part"] >= 4
    assert booked_states(collecting)["waiting"] >= 5
    assert Estate.objects.get().state == "open"
    assert share_troubles(timezone.localdate()) == []


def test_three_calls_stand_where_they_should_with_texts_in_four_languages() -> None:
    states = {call.slug: call.state for call in Call.objects.all()}
    assert states == {"getting-to-know": "decided", "close-to-home": "vote", "opening-doors": "applications"}
    for call in Call.objects.all():
        assert {text.language for text in call.texts.all()} == set(LANGUAGES)
        assert all(text.easy_text and text.body for text in call.texts.all())


def test_dossiers_stand_in_every_state_and_ask_for_every_kind_of_support() -> None:
    assert set(Dossier.objects.values_list("state", flat=True)) == set(DossierState)
    assert set(SupportAsk.objects.values_list("kind", flat=True)) == set(SupportKind)
    assert set(Dossier.objects.values_list("language", flat=True)) == set(LANGUAGES)
    assert Dossier.objects.filter(call__slug="getting-to-know").count() == len(projects("counted")) == 30
    assert Dossier.objects.filter(call__slug="close-to-home").count() == len(projects("vote")) + 3 == 27
    assert Dossier.objects.exclude(state="draft").filter(findings=[]).count() == 3, (
        "only the plain extra ones"
    )


def test_what_the_rules_found_agrees_with_what_was_decided() -> None:
    refused = Dossier.objects.get(state="refused")
    assert ("no_party", "no") in {(each["code"], each["verdict"]) for each in refused.findings}
    for admitted in Dossier.objects.filter(state__in=("admitted", "funded", "not_funded")).exclude(
        findings=[]
    ):
        others = [each for each in admitted.findings if each["verdict"] != "yes"]
        assert others == [], admitted.title


def test_the_counted_call_is_opened_counted_and_decided() -> None:
    ballot = ballot_of("counted")
    count = count_of(ballot)
    assert count is not None
    assert ballot.state == "published"
    assert count.votes_count == Vote.objects.filter(voter__ballot=ballot).count() > MEMBERS // 5
    funded = Dossier.objects.filter(state="funded")
    assert funded.count() == len(count.result["winners"]) > 8
    assert sum(dossier.awarded_cents or 0 for dossier in funded) <= ballot.budget_cents


def test_the_open_vote_has_votes_paper_and_a_sheet_waiting_and_the_member_has_not_voted() -> None:
    ballot = ballot_of("vote")
    assert ballot.state == "open"
    channels = set(Vote.objects.filter(voter__ballot=ballot).values_list("channel", flat=True))
    assert channels == {"web", "paper"}
    assert PaperSheet.objects.filter(ballot=ballot, second_at__isnull=True).count() == 1
    voted = Vote.objects.filter(voter__ballot=ballot).values_list("voter__member__person", flat=True)
    assert person("member").pk not in set(voted)
    assert Vote.objects.get(voter__ballot=ballot, voter__member__person=person("elder")).channel == "paper"


def test_two_sheets_from_the_folder_open_the_box_and_one_does_not() -> None:
    ballot = ballot_of("vote")
    folder = load.sheets_folder("close-to-home")
    sheets = [read_sheet(path) for path in sorted(folder.glob("sheet-*.txt"))]
    assert len(sheets) == 3
    assert key_from_text((folder / "public-key.txt").read_text()) == bytes(ballot.public_key or b"")
    assert all(path.stat().st_mode & 0o077 == 0 for path in folder.glob("sheet-*.txt"))
    bundle = sealed_bundle(ballot)
    assert "vote_type;approval" in opened_file(bundle, sheets[1:])
    with pytest.raises(WrongSheets):
        opened_file(bundle, sheets[:1])


def test_everyone_named_signs_in_with_the_one_password_and_holds_their_role(
    client: Client, settings: Any
) -> None:
    for key, written in cast()["people"].items():
        if not written["email"]:
            assert not Account.objects.filter(person=person(key)).exists()
            continue
        account = Account.objects.get(email=written["email"])
        assert account.check_password(PASSWORD)
        assert account.emailaddress_set.get().verified  # type: ignore[attr-defined]
        assert roles_of(person(key), account.date_joined.date()) == {written["role"]} - {""}
    assert {written["role"] for written in cast()["people"].values()} == {"", *(role.code for role in ROLES)}
    settings.DEMO = True
    given = {"login": "member@demo.example", "password": PASSWORD}
    assert client.post("/nl/account/login/", given).headers["Location"] == "/nl/me/"


def test_requests_for_shares_stand_in_each_state_and_the_file_of_the_bank_meets_each_kind_of_payment() -> (
    None
):
    states = Counter(Application.objects.values_list("state", flat=True))
    assert states == {"asked": 1, "awaiting": 5, "member": 1, "lapsed": 1, "withdrawn": 1, "refused": 1}
    plan = planned((bank_folder() / "statement.cod").read_bytes())
    met = [line.verdict.value for line in plan.new_lines]
    assert met == ["exact", "under", "over", "other_payer", "double", "late", "unknown", "outgoing"]
    assert not plan.statements[0].gap


def test_finance_brings_the_banks_file_in_and_one_payment_counts_by_itself() -> None:
    finance = signed_in(person("finance"))
    content = (bank_folder() / "statement.cod").read_bytes()
    sent = {"file": SimpleUploadedFile("statement.cod", content)}
    answer = finance.post("/de/members/payments/", sent, follow=True)
    plan = {"plan": answer.context["plan"].digest}
    finance.post(answer.request["PATH_INFO"], plan)
    assert Application.objects.filter(state="member").count() == 2
    assert "6 Bewegungen warten auf eine Entscheidung" in text_of(finance, "/de/desk/")
    assert "Ein Antrag mit Dokumenten zum Prüfen" in text_of(signed_in(person("secretary")), "/de/desk/")


def test_the_table_of_log_ins_names_each_address_the_password_and_the_sheets() -> None:
    table = load.log_ins()
    assert all(written["email"] in table for written in cast()["people"].values())
    assert PASSWORD in table
    assert "Jeanne Delvaux" in table
    assert str(load.sheets_folder("close-to-home")) in table


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_pages_of_those_it_names_answer_in_every_language(client: Client, language: str) -> None:
    counted, vote = ballot_of("counted"), ballot_of("vote")
    pages = {
        "": ["", "calls/", "calls/opening-doors/", "projects/", "ballots/", f"ballots/{counted.pk}/result/"],
        "member": ["me/", f"ballots/{vote.pk}/"],
        "applicant": ["me/", "me/mandates/"],
        "adviser": ["desk/", "desk/dossiers/", "desk/members/?text=van"],
        "counter1": ["desk/", f"ballots/{vote.pk}/paper/"],
        "programme": ["desk/", "calls/close-to-home/manage/"],
        "administrator": ["desk/", "desk/staff/"],
    }
    for key, addresses in pages.items():
        reader = signed_in(person(key)) if key else client
        for address in addresses:
            text_of(reader, f"/{language}/{address}")


def test_what_waits_for_the_applicant_and_the_member_stands_on_their_pages() -> None:
    applicant = text_of(signed_in(person("applicant")), "/fr/me/")
    assert "Le banc des voisines" in applicant
    assert "Le bus des gâteaux" in applicant
    assert "Jeanne Delvaux" in applicant
    assert "Dicht bij huis" in text_of(signed_in(person("member")), "/nl/me/").partition("my-list")[0]


def test_it_is_never_loaded_beside_members(said: list[str]) -> None:
    before = Organisation.objects.count()
    lines: list[str] = []
    load.if_empty(say=lines.append)
    assert lines == []
    load.everything(members=10, say=lines.append)
    assert "already" in lines[0]
    assert (Organisation.objects.count(), Member.objects.count()) == (before, MEMBERS)
    assert said[-1] == "A third call takes projects."


def test_official_places_say_what_was_read_and_where_it_comes_from() -> None:
    folder = Path(django_settings.DATA) / "belgium"
    for present in [folder] if folder.is_dir() else []:
        said = load.official_places(present)
        assert said.startswith("565 municipalities")
        assert "Statbel" in said


def test_every_member_of_the_demo_holds_plausible_shares_and_the_ledger_is_in_order() -> None:
    today = timezone.localdate()
    rows = list(register_rows(today, None, "fr"))
    still = Member.objects.filter(left_on__isnull=True).values_list("number", flat=True)
    assert {row.number for row in rows} >= set(still)
    assert {row.share_class for row in rows} == {"A", "B", "C"}
    assert all(row.shares > 0 and row.cents > 0 and row.name and row.home for row in rows)
    assert troubles() == []
    assert share_troubles(today) == []
    kinds = set(Operation.objects.values_list("kind", flat=True))
    assert kinds >= {"subscription", "transfer", "correction"}

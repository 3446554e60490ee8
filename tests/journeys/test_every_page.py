"""Every page of the site in every language: axe finds nothing, no English, nothing off a small screen, pages stay light."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from fractions import Fraction
from pathlib import Path
from typing import Any
from uuid import uuid4

import brotli
import pytest
from django.conf import settings
from django.test import Client
from django.urls import get_resolver, resolve

from commonweal.membership import actions as membership
from commonweal.membership.actions.payments import decide_movement
from commonweal.membership.models import (
    Application,
    BankMovement,
    DividendRun,
    Import,
    Member,
    Payment,
    Refund,
)
from commonweal.membership.rules.estates import EndKind, Settlement
from commonweal.membership.rules.exclusions import SentBy
from commonweal.membership.rules.exits import ExitTest
from commonweal.membership.rules.exits import Outcome as Decided
from commonweal.membership.rules.imports import ImportKind
from commonweal.membership.rules.matching import Outcome
from commonweal.membership.rules.payments import ReturnReason
from commonweal.people.actions import give_mandate
from commonweal.people.models import Person
from commonweal.people.rules import MandateScope
from commonweal.portal.demo.bank import Paid
from commonweal.projects import actions as projects
from commonweal.projects.rules.parts import Part
from commonweal.projects.rules.questions import QUESTIONS
from commonweal.voting import actions as voting
from commonweal.voting.committee import opened_file
from commonweal.voting.queries import sealed_bundle
from tests import factories as make
from tests.journeys.conftest import PASSWORD, Clock, keeps_its_language
from tests.membership import dividend_steps
from tests.membership import joining_steps as steps
from tests.test_architecture import patterns

PAGE_BYTES = 50_000


def decided_season(by: Person) -> int:
    """The year of an exit season with one member paid a part, on a known account, and one without."""
    members = [make.member(joined_on=date(2016, 1, 1)) for _each in range(2)]
    for member in members:
        make.shares(member, 4)
        season = membership.ask_to_leave(
            member=member, by=member.person, now=make.NOW - timedelta(days=200)
        ).season
    membership.set_payout_account(
        member=members[0], iban="BE68539007547034", holder="J", by=members[0].person, now=make.NOW
    )
    told = {"season": season, "as_of": season.closes_on, "document": "accounts", "by": by, "now": make.NOW}
    for kind in ExitTest:
        values = {"A": 37_50, "C": 250_00}
        membership.record_test(kind=kind, have_cents=300_00, keep_cents=0, values=values, **told)
    membership.decide_season(
        season=season,
        outcome=Decided.PART,
        budget_cents=250_00,
        decided_on=make.NOW.date(),
        document="minutes",
        reasons=dict.fromkeys(("fr", "nl", "de", "en"), "Les tests ne laissent pas plus."),
        by=by,
        now=make.NOW,
    )
    membership.make_payment_file(season=season, pay_on=make.NOW.date(), by=by, now=make.NOW)
    return season.year


def protected_by(administrator: Person, by: Person) -> int:
    """The number of a protected member whose administrator asked to leave for them."""
    member = make.member(joined_on=date(2016, 1, 1))
    make.shares(member, 4)
    membership.note_guardianship(
        member=member,
        administrator=administrator,
        starts_on=date(2026, 1, 1),
        document="order",
        by=by,
        now=make.NOW,
    )
    membership.ask_to_leave(member=member, by=administrator, now=make.NOW)
    return member.number


def excluded(by: Person) -> int:
    """The exclusion of a member, told to them and to be paid."""
    member = make.member(joined_on=date(2016, 1, 1))
    make.shares(member, 4)
    told, document = {"by": by, "now": make.NOW}, "letter"
    exclusion = membership.propose_exclusion(
        member=member,
        grounds="Article 9",
        document=document,
        sent_on=date(2026, 9, 1),
        sent_by=SentBy.EMAIL,
        **told,
    )
    exclusion = membership.decide_exclusion(
        exclusion=exclusion,
        excludes=True,
        decided_on=date(2026, 11, 2),
        document=document,
        reasons="Les faits sont établis.",
        **told,
    )
    exclusion = membership.notify_exclusion(
        exclusion=exclusion, on=make.NOW.date(), document=document, **told
    )
    return membership.refund_exclusion(exclusion=exclusion, document=document, values={"A": 50_00}, **told).pk


def open_estate(by: Person) -> tuple[int, int]:
    """An estate with one heir, being put together, after one that is to be paid; and the heir."""
    for place in range(2):
        member = make.member(joined_on=date(2016, 1, 1))
        make.shares(member, 4)
        told = {"by": by, "now": make.NOW}
        estate = membership.open_estate(
            member=member, kind=EndKind.DEATH, ended_on=date(2026, 5, 1), document="certificate", **told
        )
        claimant = membership.add_claimant(
            estate=estate, name="An Heir", part=Fraction(1), iban="BE68539007547034", **told
        )
        if place == 0:
            membership.note_agreement(claimant=claimant, on=make.NOW.date(), document="signed", **told)
            membership.settle_estate(
                estate=estate,
                settlement=Settlement.REFUND,
                heirship="deed",
                decision="board",
                values={"A": 37_50},
                **told,
            )
    return estate.pk, claimant.pk


@pytest.fixture
def site(world: None, clock: Clock) -> dict[str, list[str]]:
    """A site with something on every page; addresses without their language, by who may open them."""
    adviser = make.staff(
        *("adviser", "programme", "counter", "administrator", "secretary", "finance"),
        email="staff@example.org",
    )
    make.account(adviser, PASSWORD)
    who = make.person("Germaine", "Petit", email="ada@example.org")
    make.account(who, PASSWORD)
    steps.ready()
    holder = make.member(who)
    operation = make.shares(holder, 10)
    dividend, proposed = _dividends(holder, adviser)
    gone = decided_season(adviser)
    ward = protected_by(who, adviser)
    estate, claimant = open_estate(adviser)
    exclusion = excluded(adviser)
    leaving = membership.ask_to_leave(member=holder, by=who, now=make.NOW)
    stayer = make.member(joined_on=date(2020, 1, 1))
    make.shares(stayer, 10)
    for _each in range(30):
        make.member()
    offer = membership.offer_shares(
        token=uuid4(),
        giver=holder,
        taker=make.member(),
        share_class="A",
        count=2,
        by=who,
        now=make.NOW,
    )
    share_post(holder)
    orchard = spoken_for_by(who)
    conversion = asked_to_convert()
    wrong, fine = sheets_to_bring_in(holder.number)
    past = make.call(budget_cents=3_000_00)
    carried = make.admitted(past, adviser, title="Une plaine de jeux")
    make.admitted(past, adviser, title="Un four à pain", asked_cents=2_500_00)
    projects.end_applications(call=past, by=None, now=past.applies_until)
    committee, sheets = make.committee_for(past)
    ballot = projects.open_vote(call=past, now=past.vote_from, by=None, **committee)
    for voter in ballot.voters.all()[:25]:
        voting.cast_vote(
            ballot=ballot,
            voter=voter,
            choice=((1 + voter.pk % 2, 1),),
            code=voting.new_code(),
            by=None,
            now=lambda: past.vote_from,
        )
    projects.close_vote(call=past, by=None, now=past.vote_until)
    projects.bring_in_count(
        call=past, file=opened_file(sealed_bundle(ballot), sheets[:2]), by=None, now=past.vote_until
    )
    projects.decide_call(call=past, by=None, now=past.vote_until)

    voting_call = make.call()
    for title in ("Peindre la ville", "Visites sur ma rue", "Étude sur l'habitat"):
        make.admitted(voting_call, adviser, title=title)
    projects.end_applications(call=voting_call, by=None, now=voting_call.applies_until)
    committee, _sheets = make.committee_for(voting_call)
    current = projects.open_vote(call=voting_call, now=voting_call.vote_from, by=None, **committee)

    clock.go_to(make.NOW)
    call = make.call()
    draft = make.draft(call, who)
    sent = make.sent(call, who, title="Des bancs", organisation=draft.organisation)
    checked = make.sent(call, who, title="Un potager", organisation=draft.organisation)
    projects.declare_conflict(dossier=checked, by=adviser, has_conflict=False, text="", now=make.NOW)
    projects.take_up_dossier(dossier=checked, by=adviser, now=make.NOW)
    asked = make.sent(call, who, title="Une troupe", organisation=draft.organisation)
    projects.declare_conflict(dossier=asked, by=adviser, has_conflict=False, text="", now=make.NOW)
    projects.take_up_dossier(dossier=asked, by=adviser, now=make.NOW)
    projects.ask_for_more(dossier=asked, parts=["costs"], message="Combien ?", by=adviser, now=make.NOW)
    friend = make.person("Jo", "Peeters")
    asks, child = steps.asked(who, 5), steps.asked_for_child(make.person("Rosa"))
    payer = make.person("Piet", "Maes")
    read = steps.confirmed(
        [steps.paid(steps.asked(payer), 600_00, "Piet Maes"), Paid(5_00, "Onbekend")], adviser
    )
    over, unknown = BankMovement.objects.order_by("id")
    decide_movement(movement=over, outcome=Outcome.ACCEPT, by=adviser, now=make.NOW)
    looked_at = steps.uploaded([steps.paid(asks), Paid(-2_00, "Bank")], adviser, 13)
    entered = Application.objects.get(state="member")
    mandate = give_mandate(
        principal=who, agent=friend, scope=MandateScope.APPLY, ends_on=call.publish_on, by=who, now=make.NOW
    )
    clock.go_to(voting_call.vote_from)
    write = f"dossiers/{draft.pk}/write/"
    desk = f"desk/dossiers/{checked.pk}/"
    return {
        "visitor": [
            "",
            "calls/",
            f"calls/{past.slug}/",
            f"calls/{voting_call.slug}/?easy=1",
            "check/",
            *(f"check/{question.code}/" for question in QUESTIONS if question.asked({})),
            "check/result/",
            "projects/",
            "projects/?view=map",
            f"projects/{carried.pk}/",
            f"projects/compare/?project={carried.pk}",
            "ballots/",
            "ballots/how-it-works/",
            f"ballots/{current.pk}/",
            f"ballots/{ballot.pk}/result/",
            f"ballots/{ballot.pk}/result/rounds/?round=1",
            f"ballots/{ballot.pk}/result/my-vote/",
            "ambitions/",
            "ambitions/inclusion/",
            "members/statutes/",
            "members/join/",
            "account/login/",
            "account/signup/",
            "account/login/code/",
            "account/password/reset/",
            "ui/accessibility/",
            "ui/display/",
            "help/",
            "developers/",
            "no/such/page/",
        ],
        "applicant": [
            "me/",
            "me/name/",
            "me/mandates/",
            "me/keys/",
            "me/data/",
            f"me/mandates/{mandate.pk}/withdraw/",
            "members/shares/",
            "members/shares/pass-on/",
            "members/household/",
            f"members/{orchard}/shares/",
            f"members/{orchard}/shares/dividends/",
            f"members/{orchard}/shares/pass-on/",
            f"members/{orchard}/convert/",
            "members/shares/convert/",
            f"members/shares/offers/{offer.pk}/",
            "members/shares/account/",
            "members/shares/dividends/",
            "members/register/consult/",
            "members/join/for/",
            "members/requests/",
            f"members/requests/{asks.pk}/",
            f"members/requests/{asks.pk}/withdraw/",
            f"members/{ward}/leave/",
            f"members/{ward}/leave/back/",
            "members/shares/leave/",
            "members/shares/leave/back/",
            f"dossiers/{draft.pk}/",
            f"dossiers/{asked.pk}/",
            f"dossiers/{asked.pk}/review/",
            f"dossiers/{asked.pk}/write/costs/",
            f"dossiers/{sent.pk}/withdraw/",
            f"ballots/{current.pk}/",
            "account/email/",
            "account/password/change/",
            "account/logout/",
            "account/security/",
            "account/security/totp/activate/",
            "account/security/webauthn/add/",
            "account/security/webauthn/",
        ],
        "staff": [
            "desk/",
            "desk/members/?text=pet",
            "me/data/forget/",
            "desk/letters/",
            "desk/staff/",
            f"desk/staff/{adviser.appointments.first().pk}/end/",
            "members/requests/desk/",
            "members/requests/desk/new/",
            "members/requests/desk/new/who/",
            f"members/requests/{child.pk}/",
            f"members/requests/{entered.pk}/",
            f"members/requests/{child.pk}/refuse/",
            "members/payments/",
            f"members/payments/{unknown.pk}/",
            f"members/payments/files/{looked_at.pk}/",
            f"members/payments/files/{read.pk}/",
            "members/payments/refunds/",
            f"members/payments/refunds/{Refund.objects.get().pk}/",
            f"members/{holder.number}/account/",
            f"members/{holder.number}/household/",
            f"members/register/{stayer.number}/convert/",
            "desk/organisations/?text=a",
            f"desk/organisations/{Member.objects.get(number=orchard).organisation_id}/",
            "members/conversions/",
            f"members/conversions/{conversion}/",
            "members/dividends/",
            "members/dividends/new/",
            *(f"members/dividends/{dividend.pk}/{page}" for page in ("", "waiting/")),
            "members/paid-out/returned/",
            f"members/dividends/{proposed.pk}/",
            f"members/dividends/{proposed.pk}/withdraw/",
            f"members/register/{ward}/administrator/",
            "members/exclusions/",
            f"members/exclusions/{exclusion}/",
            f"members/exclusions/{exclusion}/payment/",
            f"members/exclusions/{exclusion}/decide/",
            f"members/register/{stayer.number}/exclude/",
            "members/estates/",
            f"members/estates/{estate - 1}/payments/",
            f"members/estates/{estate}/",
            f"members/estates/{estate}/claims/",
            f"members/estates/{estate}/claims/{claimant}/",
            f"members/estates/{estate}/claims/{claimant}/account/",
            f"members/estates/{estate}/settle/",
            f"members/estates/{estate}/undo/",
            f"members/register/{stayer.number}/end/",
            "members/exits/",
            f"members/exits/{gone}/",
            f"members/exits/{leaving.season.year}/plan/",
            f"members/exits/{leaving.season.year}/decide/?outcome=part&budget=100",
            f"members/exits/{leaving.season.year}/tests/net_assets/",
            "members/exits/payments/",
            f"members/exits/{gone}/payments/",
            f"members/exits/{leaving.season.year}/",
            f"members/register/{stayer.number}/leave/",
            f"members/register/{holder.number}/leave/back/",
            "members/register/",
            "members/register/changes/",
            "members/register/accreditation/",
            f"members/register/accreditation/{make.NOW.year}/aim/",
            "members/register/imports/",
            f"members/register/imports/{wrong.pk}/",
            f"members/register/imports/{fine.pk}/",
            f"members/register/{holder.number}/",
            f"members/register/{holder.number}/movement/",
            f"members/register/{holder.number}/movement/?kind=conversion",
            f"members/register/{holder.number}/movement/{operation.pk}/undo/",
            "desk/dossiers/",
            f"desk/dossiers/{sent.pk}/ties/",
            desk,
            f"{desk}ask/",
            f"{desk}admit/",
            f"{desk}refuse/",
            "desk/dossiers/new/",
            "calls/new/",
            "calls/new/?preset=regional",
            f"calls/{call.slug}/manage/",
            f"calls/{call.slug}/edit/",
            f"calls/{call.slug}/manage/vote/",
            f"calls/{call.slug}/manage/count/",
            f"calls/{call.slug}/text/fr/",
            f"ballots/{current.pk}/paper/",
            f"ballots/{current.pk}/paper/hand-out/",
            f"ballots/{current.pk}/paper/sheet/",
            f"ballots/{current.pk}/paper/first/",
            f"ballots/{current.pk}/paper/second/",
        ],
        "writing": [f"calls/{call.slug}/apply/", *(f"{write}{part}/" for part in Part)],
    }


def asked_to_convert() -> int:
    """A request to convert shares that waits for the secretary."""
    member = make.member(joined_on=date(2010, 1, 1))
    make.shares(member, 250, "B", day=date(2012, 1, 1))
    asked = {"member": member, "share_class": "B", "count": 250, "to_class": "A"}
    return membership.ask_to_convert(**asked, by=member.person, now=make.NOW).pk


def spoken_for_by(who: Person) -> int:
    """The number of an organisation with shares someone speaks for."""
    made = membership.admit_member(
        organisation=make.organisation(who, name="Le Verger"),
        municipality=make.municipality(),
        language="fr",
        joined_on=date(2015, 1, 1),
        by=None,
        now=make.NOW,
    )
    make.shares(made, 4, "C")
    return made.number


def share_post(holder: Member) -> None:
    """A member shares post with one, and proposed it to another."""
    told = {"asker": holder, "by": holder.person, "now": make.NOW}
    other = make.member()
    first = membership.propose_household(other=other, **told)
    membership.accept_household(proposal=first, by=other.person, now=make.NOW)
    membership.propose_household(other=make.member(), **told)


def sheets_to_bring_in(number: int) -> list[Import]:
    """Two checked sheets of movements: one with a wrong cell, one that could come in."""
    told = []
    for count in ("many", "3"):
        head = "reference,number,kind,share_class,count,amount,effective_on"
        content = f"{head}\n1,{number},subscription,A,{count},150,2020-06-01\n"
        made = membership.upload_import(
            kind=ImportKind.MOVEMENTS, name="old.csv", content=content.encode(), by=None, now=make.NOW
        )
        told.append(membership.check_import(importing=made, now=make.NOW))
    return told


def _dividends(holder: Member, by: Person) -> tuple[DividendRun, DividendRun]:
    """A dividend that is paid, with one who waits and one that came back; and one that waits for approval."""
    dividend_steps.gives_account(holder)
    dividend_steps.holder(5, account=False)
    dividend_steps.holder(7)
    people = dividend_steps.Staff(first=by)
    paid = dividend_steps.paid(people, pay_on=dividend_steps.NOW.date())
    membership.book_return(
        end_to_end=Payment.objects.latest("id").end_to_end,
        reason=ReturnReason.CLOSED,
        returned_on=paid.pay_on,
        by=people.proposer,
        now=dividend_steps.NOW,
    )
    return paid, dividend_steps.reckoned(people, rate_bp=1_00)


WHO = (("visitor", ""), ("applicant", "ada@example.org"), ("staff", "staff@example.org"))
# No page to look at: a file, an answer to a script, or an address that only leads on.
NO_PAGE = {
    "import-move",
    "key-end",
    "ballots-file",
    "certificate",
    "definition",
    "dividend-lines",
    "claimant-remove",
    "estate-paid",
    "exclusion-paid",
    "exit-file-paid",
    "dossier-receipt",
    "import-template",
    "municipality-suggest",
    "member-dividend",
    "member-statement",
    "my-copy",
    "my-dividend",
    "my-statement",
    "payment-file",
    "photo",
    "post-list",
    "register-export",
    "request-accept",
    "request-enter",
    "requests-lapse",
    "result-csv",
    "special-report",
    "season-file",
    "season-report",
    "result-file",
    "sealed-bundle",
    "turnout-csv",
    "votes-shelf",
}
# Looked at by the tests of voting, of joining and of `ui`, with something typed.
LOOKED_AT_ELSEWHERE = {"ballot-cast", "ballot-review", "desk-join-check", "gallery", "join-check"}


@pytest.mark.browser
@pytest.mark.parametrize("language", ["fr", "nl", "de", "en"])
def test_nothing_on_any_page_stands_in_anyones_way(
    site: dict[str, list[str]],
    browser_page: Callable[..., Any],
    sign_in: Callable[..., None],
    axe: Callable[[Any], None],
    clock: Clock,
    language: str,
) -> None:
    # 1280 pixels at 400 % are 320.
    page = browser_page(width=320, language=language)
    found: list[str] = []

    def look(address: str) -> None:
        page.goto(f"/{language}/{address}")
        try:
            keeps_its_language(page)
            axe(page)
        except AssertionError as trouble:
            found.append(f"{address}: {str(trouble)[:600]}")

    for who, email in WHO:
        if email:
            sign_in(page, email, language)
        for address in site[who]:
            look(address)
    clock.go_to(make.NOW)
    sign_in(page, "ada@example.org", language)
    for address in site["writing"]:
        look(address)
    assert found == []


def test_no_page_is_forgotten(site: dict[str, list[str]]) -> None:
    looked_at = {
        resolve(f"/en/{address.partition('?')[0]}").url_name
        for addresses in site.values()
        for address in addresses
        if address != "no/such/page/"
    }
    everything = {
        pattern.name
        for address, pattern in patterns(get_resolver())
        if pattern.name
        and not pattern.callback.__module__.startswith("allauth.")
        # Programs read these.
        and not address.startswith("api/")
    }
    assert everything - looked_at - NO_PAGE - LOOKED_AT_ELSEWHERE == set()


def _weight(path: str) -> int:
    from django.contrib.staticfiles import finders

    found = finders.find(path)
    assert found, path
    content = Path(str(found)).read_bytes()
    return len(content) if path.endswith("woff2") else len(brotli.compress(content))


def test_no_page_weighs_more_than_fifty_kilobytes(site: dict[str, list[str]], clock: Clock) -> None:
    import re

    from commonweal.people.models import Account

    heaviest: dict[str, int] = {}
    for who, email in WHO:
        client = Client()
        if email:
            client.force_login(
                Account.objects.get(email=email),
                backend="allauth.account.auth_backends.AuthenticationBackend",
            )
        for address in site[who]:
            html = client.get(f"/de/{address}").content.decode()
            files = set(re.findall(rf'(?:href|src)="{settings.STATIC_URL}([^"]+\.(?:css|js))"', html))
            files.add("ui/fonts/atkinson-hyperlegible-next.woff2")
            heaviest[address] = len(brotli.compress(html.encode())) + sum(_weight(path) for path in files)
    over = {address: size for address, size in heaviest.items() if size > PAGE_BYTES}
    assert over == {}

"""Protected members: from a day on requests come from their administrator, who reads the answer too."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, date, datetime
from typing import Any

import pytest

from commonweal.kernel.decision import NotAllowed
from commonweal.membership import actions, queries
from commonweal.membership.actions import joining
from commonweal.membership.models import Guardianship, Member
from commonweal.people.models import Message, Person
from commonweal.people.rules import Channel
from tests import factories as make
from tests.clock import Clock
from tests.membership.joining_steps import asking as wants
from tests.membership.test_estate_pages import on, posted
from tests.membership.test_exits import MARCH, broken
from tests.portal.steps import LANGUAGES, signed_in, text_of

pytestmark = pytest.mark.django_db
FROM = date(2026, 2, 1)
ORDER = "order of 20 January 2026"


@pytest.fixture
def secretary(db: None, clock: Clock) -> Person:
    clock.go_to(MARCH)
    make.member()
    return make.staff("secretary")


@pytest.fixture
def member(secretary: Person) -> Member:
    made = make.member(make.person("Nel", "Maes", email="nel@example.org"), joined_on=date(2019, 1, 1))
    make.shares(made, 10)
    return made


@pytest.fixture
def guard(secretary: Person) -> Person:
    person = make.person("Tom", "Voogd", email="tom@example.org")
    make.account(person)
    return person


def noted(member: Member, guard: Person, by: Person, **changes: Any) -> Guardianship:
    given: dict[str, Any] = {"starts_on": FROM, "document": ORDER, "now": MARCH, **changes}
    return actions.note_guardianship(member=member, administrator=guard, by=by, **given)


def test_requests_come_from_the_administrator_from_the_day_on(
    member: Member, guard: Person, secretary: Person, run_jobs: Callable[[], int]
) -> None:
    with pytest.raises(NotAllowed):
        actions.ask_to_leave(member=member, by=guard, now=MARCH)
    guardianship = noted(member, guard, secretary)
    assert queries.guardianship_of(member, date(2026, 1, 31)) is None
    assert queries.administered_by(guard, MARCH.date()) == [member]
    with pytest.raises(actions.ExitRefused) as refused:
        actions.ask_to_leave(member=member, by=member.person, now=MARCH)  # type: ignore[arg-type]
    assert refused.value.code == "protected"
    request = actions.ask_to_leave(member=member, by=guard, now=MARCH)
    run_jobs()
    assert Message.objects.filter(person=guard).exists()
    with pytest.raises(actions.ExitRefused) as refused:
        actions.withdraw_exit(request=request, by=member.person, now=MARCH)  # type: ignore[arg-type]
    assert refused.value.code == "protected"
    actions.withdraw_exit(request=request, by=guard, now=MARCH)
    counter = make.staff("counter")
    asked = actions.ask_to_leave(
        member=member, by=counter, channel=Channel.PAPER, document="letter of Tom", now=MARCH
    )
    actions.withdraw_exit(request=asked, by=counter, now=MARCH)
    actions.end_guardianship(guardianship=guardianship, ends_on=MARCH.date(), by=secretary, now=MARCH)
    assert queries.guardianship_of(member, MARCH.date()) is None
    assert actions.ask_to_leave(member=member, by=member.person, now=MARCH).state == "waiting"  # type: ignore[arg-type]
    with pytest.raises(actions.GuardianshipRefused):
        actions.end_guardianship(guardianship=guardianship, ends_on=MARCH.date(), by=secretary, now=MARCH)


def test_what_cannot_be_noted(member: Member, guard: Person, secretary: Person) -> None:
    for code, changes in (("no_document", {"document": " "}), ("not_another", {"guard": member.person})):
        who = changes.pop("guard", guard)
        with pytest.raises(actions.GuardianshipRefused) as refused:
            noted(member, who, secretary, **changes)  # type: ignore[arg-type]
        assert refused.value.code == code
    with pytest.raises(NotAllowed):
        noted(member, guard, make.staff("counter"))
    noted(member, guard, secretary)
    with pytest.raises(actions.GuardianshipRefused) as refused:
        noted(member, guard, secretary)
    assert refused.value.code == "noted"


def test_the_database_keeps_it(member: Member, guard: Person, secretary: Person) -> None:
    noted(member, guard, secretary)
    table = "membership_guardianship"
    assert broken(f"UPDATE {table} SET starts_on = '2026-01-01'") == "guardianship_frozen"
    assert broken(f"UPDATE {table} SET ends_on = '2026-01-01'") == "guardianship_days_in_order"
    assert broken(f"DELETE FROM {table}") == "membership_only_grows"
    again = (
        f"INSERT INTO {table} (member_id, administrator_id, starts_on, document, noted_at, noted_by_id) "
        "VALUES (%s, %s, '2026-02-01', %s, now(), %s)"
    )
    assert broken(again, member.pk, guard.pk, "x", secretary.pk) == "guardianship_once_at_a_time"
    assert broken(again, make.member().pk, guard.pk, "", secretary.pk) == "guardianship_has_document"


def test_the_pages_of_the_secretary_and_of_the_administrator(
    member: Member, guard: Person, secretary: Person
) -> None:
    desk, theirs, own = signed_in(secretary), signed_in(guard), signed_in(member.person)  # type: ignore[arg-type]
    address = f"/en/members/register/{member.number}/administrator/"
    mine = f"/en/members/{member.number}/leave/"
    for language in LANGUAGES:
        text_of(desk, f"/{language}/members/register/{member.number}/administrator/")
    assert theirs.get(mine).status_code == 403
    told = {"document": ORDER, **on("starts_on", FROM)}
    assert "Nobody signs in with this address" in posted(
        desk, address, administrator="no@example.org", **told
    )
    assert "another person" in posted(desk, address, administrator="nel@example.org", **told).lower()
    assert "Noted." in posted(desk, address, administrator="TOM@example.org", **told)
    assert "Tom Voogd" in text_of(desk, address)
    assert "You are the administrator of Nel Maes" in text_of(theirs, "/en/me/")
    assert "This member has an administrator" in text_of(own, "/en/members/shares/leave/")
    assert "For Nel Maes" in text_of(theirs, mine)
    assert "is kept" in posted(theirs, mine, checked="yes")
    assert "Take the request back?" in text_of(theirs, f"{mine}back/")
    assert "Everything stays as it was" in posted(theirs, f"{mine}back/")
    assert own.get(address).status_code == 403
    assert own.get(mine).status_code == 403
    assert "had not begun" in posted(desk, address, **on("ends_on", date(2026, 1, 1)))
    assert "Noted." in posted(desk, address, **on("ends_on", datetime(2026, 3, 2, tzinfo=UTC).date()))
    assert desk.get("/en/members/register/9999/administrator/").status_code == 404
    assert theirs.get(mine).status_code == 403


def test_a_protected_member_names_no_account_and_buys_no_shares_alone(
    member: Member, guard: Person, secretary: Person
) -> None:
    own = member.person
    assert own is not None
    joining.load_notes(by=None, now=MARCH)
    given = {"iban": "BE62510007547061", "holder": "Nel Maes", "now": MARCH}
    actions.set_payout_account(member=member, by=own, **given)
    noted(member, guard, secretary)
    with pytest.raises(NotAllowed) as barred:
        actions.set_payout_account(member=member, by=own, **{**given, "iban": "BE71096123456769"})
    assert barred.value.code == "protected"
    page = text_of(signed_in(own), "/en/members/shares/account/")
    assert "Somebody administers your affairs" in page
    assert "Pay me on this account" not in page
    counter = make.staff("counter")
    actions.set_payout_account(member=member, by=counter, channel=Channel.PAPER, **{**given, "holder": "Tom"})
    asking = wants(own, share_class="A", count=2)
    with pytest.raises(joining.CannotAsk) as refused:
        joining.ask_for_shares(asking=asking, by=own, now=MARCH)
    assert refused.value.code == "protected"
    assert joining.ask_for_shares(asking=asking, by=counter, now=MARCH, channel=Channel.PAPER).pk

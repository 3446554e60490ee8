"""The register: the legal content on any day as known on any other, page by page, as a stream, and what is wrong."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from commonweal.ledger import actions as ledger
from commonweal.membership import actions, queries
from commonweal.membership.models import Member
from commonweal.membership.queries import register
from commonweal.membership.rules.movements import MovementKind, moved
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = date(2026, 6, 30)


def rows(day: date = DAY, known_at: Any = None, **more: str) -> list[tuple[int, str, int, int]]:
    return [
        (row.number, row.share_class, row.shares, row.cents)
        for row in queries.register_rows(day, known_at, "fr", **more)
    ]


def test_the_register_names_holder_home_class_shares_and_payments() -> None:
    town = make.municipality()
    who = make.person("Jeanne", "Delvaux", street="rue du Puits 3", postcode="4000", municipality=town)
    first, second = make.member(who, joined_on=date(2013, 1, 1)), make.member()
    firm = actions.admit_member(
        organisation=make.organisation(who, number="0403.581.960"),
        municipality=town,
        language="fr",
        joined_on=date(2015, 1, 1),
        by=None,
        now=make.NOW,
    )
    make.member()
    make.shares(second, 2)
    make.shares(first, 10)
    make.shares(first, 100, "B", day=date(2013, 1, 1))
    make.shares(firm, 1, "C")
    assert rows() == [
        (first.number, "A", 10, 500_00),
        (first.number, "B", 100, 620_00),
        (second.number, "A", 2, 100_00),
        (firm.number, "C", 1, 250_00),
    ]
    told = list(queries.register_rows(DAY, None, "fr"))
    assert (told[0].name, told[0].home) == ("Delvaux Jeanne", "rue du Puits 3, 4000 Liège")
    assert (told[3].name, told[3].home, told[3].company_number) == (
        "Les Amis du Square",
        "Liège",
        "0403581960",
    )
    assert rows(share_class="C") == [(firm.number, "C", 1, 250_00)]
    assert queries.class_totals(DAY) == {"A": 12, "B": 100, "C": 1}


def test_the_register_of_a_past_day_as_known_on_another() -> None:
    giver, taker = make.member(), make.member()
    wrong = make.shares(giver, 10, day=date(2020, 1, 1))
    make.shares(giver, 4, kind=MovementKind.TRANSFER, counterpart=taker, day=date(2022, 1, 1))
    assert rows(date(2019, 12, 31)) == []
    assert rows(date(2021, 12, 31)) == [(giver.number, "A", 10, 500_00)]
    assert rows() == [(giver.number, "A", 6, 300_00), (taker.number, "A", 4, 200_00)]
    later = make.NOW + timedelta(days=1)
    back = actions.Movement(
        MovementKind.TRANSFER, "A", date(2022, 1, 1), 4, counterpart=giver, document="letter:2"
    )
    by = make.staff("secretary")
    actions.book_movement(member=taker, movement=back, key="back", by=by, now=later)
    actions.correct_movement(
        operation=wrong, reason="never paid", key="c", by=by, now=later + timedelta(days=1)
    )
    assert rows() == []
    assert rows(known_at=later) == [(giver.number, "A", 10, 500_00)]
    totals = [
        queries.class_totals(day, known)["A"]
        for day, known in ((DAY, None), (DAY, later), (date(2019, 1, 1), later))
    ]
    assert totals == [0, 10, 0]
    assert rows(known_at=make.NOW) == [(giver.number, "A", 6, 300_00), (taker.number, "A", 4, 200_00)]


def test_pages_follow_one_another_and_a_search_finds_those_of_the_past_too(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setattr(register, "PAGE", 3)
    members = [make.member(make.person("Ann", f"Peeters{n}")) for n in range(8)]
    for place, member in enumerate(members):
        if place != 4:
            make.shares(member, 1 + place)
    seen: list[int] = []
    after: int | None = 0
    while after is not None:
        page, after = queries.register_page(DAY, None, "fr", after=after)
        assert len(page) <= 3
        seen += [row.number for row in page]
    assert seen == [member.number for member in members if member != members[4]]
    Member.objects.filter(pk=members[0].pk).update(left_on=DAY)
    page, after = queries.register_page(DAY, None, "fr", text="peeters")
    assert ([row.shares for row in page], after) == ([1, 2, 3, 4, 6, 7, 8], None)
    page, _after = queries.register_page(DAY, None, "fr", text=str(members[1].number))
    assert [row.name for row in page] == ["Peeters1 Ann"]


@pytest.mark.parametrize("count", [1, 5])
def test_a_page_of_the_register_costs_the_same_for_one_row_and_for_several(
    count: int, django_assert_max_num_queries: Any
) -> None:
    for _each in range(count):
        make.shares(make.member(), 1)
    with django_assert_max_num_queries(7):
        assert len(queries.register_page(DAY, None, "fr")[0]) == count
    with django_assert_max_num_queries(5):
        assert len(queries.changes()) == count


def test_changes_are_listed_newest_first_with_day_and_author() -> None:
    giver, taker = make.member(), make.member()
    operations = [make.shares(giver, 5), make.shares(giver, 2, kind=MovementKind.TRANSFER, counterpart=taker)]
    found = queries.changes()
    assert [change.operation for change in found] == operations[::-1]
    assert found[0].moved == ((giver.number, "A", -2), (taker.number, "A", 2))
    assert found[0].author.startswith("Sam ")
    assert [change.operation for change in queries.changes(operations[1].pk)] == operations[:1]


def test_what_is_wrong_between_holdings_and_members_is_named() -> None:
    gone, fine = make.member(), make.member()
    make.shares(gone, 3)
    make.shares(fine, 3)
    assert queries.share_troubles(DAY) == []
    Member.objects.filter(pk=gone.pk).update(left_on=date(2026, 1, 31))
    for code, number, count, cents in (
        ("A", 9_999, 1, 50_00),
        ("A", fine.number, -3, 0),
        ("C", fine.number, 1, 0),
    ):
        entries = tuple(ledger.Entry(*entry) for entry in moved(code, number, count, cents))
        ledger.post(draft=ledger.Draft("x", f"x{number}{code}", DAY, entries), now=make.NOW)
    assert [(each.code, each.where) for each in queries.share_troubles(DAY)] == [
        ("holder_left", f"member {gone.number}"),
        ("paid_on_nothing", f"member {fine.number}"),
        ("wrong_holder", f"member {fine.number}"),
        ("holder_unknown", "member 9999"),
    ]
    assert rows()[-1] == (9_999, "A", 1, 50_00), "a holder nobody knows still stands in the register"

"""Members: one number each, one membership at a time, found by staff in one query."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest
from django.db import IntegrityError, connection, transaction

from commonweal.membership import queries
from commonweal.membership.actions import admit_member, set_payout_account
from commonweal.membership.models import Member
from commonweal.people.rules import Channel
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = make.NOW.date()


def test_numbers_follow_one_another() -> None:
    assert [make.member().number for _each in range(3)] == [1, 2, 3]
    assert queries.next_number() == 4


def test_a_number_typed_far_too_high_does_not_set_the_next_one() -> None:
    first = make.member()
    Member.objects.create(
        number=9_999_999,
        person=make.person(),
        municipality=first.municipality,
        language="fr",
        joined_on=first.joined_on,
    )
    assert queries.next_number() == first.number + 1
    assert make.member().number == 2


def test_nobody_is_a_member_twice_at_a_time() -> None:
    who = make.person()
    first = make.member(who)
    with pytest.raises(IntegrityError), transaction.atomic():
        make.member(who)
    Member.objects.filter(pk=first.pk).update(left_on=DAY)
    assert make.member(who, joined_on=DAY).number == 2


def test_a_member_is_a_person_or_an_organisation_never_both() -> None:
    who = make.person()
    values: dict[str, Any] = {
        "number": 9,
        "municipality": make.municipality(),
        "language": "fr",
        "joined_on": DAY,
    }
    for wrong in ({}, {"person": who, "organisation": make.organisation(who)}):
        with pytest.raises(IntegrityError), transaction.atomic():
            Member.objects.create(**values, **wrong)


def test_the_electorate_is_those_who_belong_on_the_day_in_the_region() -> None:
    here = make.member()
    there = make.member(place=make.municipality("44021", "Gent", "02000"))
    gone = make.member()
    Member.objects.filter(pk=gone.pk).update(left_on=DAY)
    assert list(queries.electorate_on(DAY)) == [here, there]
    assert list(queries.electorate_on(DAY, "02000")) == [there]
    assert gone in queries.electorate_on(DAY - timedelta(days=1))
    assert queries.membership_of(here.person, DAY) == here
    assert queries.membership_of(gone.person, DAY) is None
    assert list(queries.electorate_on(date(2014, 12, 31))) == []


def test_staff_find_a_member_by_number_or_by_the_start_of_a_name() -> None:
    wanted = make.member(make.person("Éloïse", "Van der Straeten"))
    make.member(make.person("Karel", "Jansens"))
    for text in (str(wanted.number), "eloi", "STRAETEN e", " van der str "):
        assert list(queries.members_matching(text, DAY)) == [wanted], text
    for text in ("", "99999999999999", "nobody", "²"):
        assert list(queries.members_matching(text, DAY)) == [], text


def test_a_search_is_two_queries_however_many_are_found(django_assert_num_queries: Any) -> None:
    for _each in range(5):
        make.member(make.person("Marie"))
    with django_assert_num_queries(2):
        found = list(queries.members_matching("mar", DAY))
        assert [str(member.person) and member.municipality.name_fr for member in found]


def test_staff_find_members_by_address_and_members_do_not() -> None:
    anna = make.member(
        make.person("Anna", "Peeters", email="Anna.P@people.example", phone="+32 470 12 34 56")
    )
    verger = admit_member(
        organisation=make.organisation(make.person(), name="Le Verger du Midi", number="0403581960"),
        municipality=make.municipality(),
        language="fr",
        joined_on=date(2020, 1, 1),
        by=None,
        now=make.NOW,
    )

    def found(text: str, *, contact: bool = True) -> list[int]:
        return [member.number for member in queries.members_matching(text, make.NOW.date(), contact=contact)]

    for text in ("anna.p@", "ANNA.P@people.example", "0470/12.34.56", "(0032) 470-12 34 56", "pee ann"):
        assert found(text) == [anna.number], text
    for text in ("verger mid", "0403.581.960", "BE 0403.581.960", "0403581960"):
        assert found(text) == [verger.number], text
    assert found(str(anna.number)) == [anna.number]
    assert found("a%@people.example") == []
    assert found("annaxp@") == []
    for text in ("anna.p@people.example", "0470123456", "+32 470 12 34 56"):
        assert found(text, contact=False) == [], text
    assert found("0403.581.960", contact=False) == [verger.number]


def test_staff_find_members_by_the_end_of_their_account_number() -> None:
    member, staff = make.member(), make.staff("counter")
    set_payout_account(
        member=member, iban="BE62 5100 0754 7061", holder="Ada", by=staff, now=make.NOW, channel=Channel.PHONE
    )

    def found(text: str, *, contact: bool = True) -> list[int]:
        return [each.number for each in queries.members_matching(text, make.NOW.date(), contact=contact)]

    for text in ("*7061", "* 547 061", "BE62 5100 0754 7061", "be62510007547061"):
        assert found(text) == [member.number], text
    for text in ("*7035", "*034", "BE68 5390 0754 7035", "*"):
        assert found(text) == [], text
    assert found("*7061", contact=False) == []


@pytest.mark.parametrize("change", ["joined_on = joined_on - 1", "number = number + 100"])
def test_the_database_keeps_the_number_and_the_first_day_of_a_member(change: str) -> None:
    make.member()
    with pytest.raises(IntegrityError), transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(f"UPDATE membership_member SET {change}")

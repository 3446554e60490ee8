"""Members who live abroad, and organisations with their seat there: asked for, imported, listed, written to, voting."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from django.db import IntegrityError, transaction

from commonweal.membership import queries
from commonweal.membership.models import Application, Member
from commonweal.membership.rules.imports import ImportKind
from commonweal.people.models import Organisation, Person
from commonweal.voting.views.figures import turnout_groups
from tests import factories as make
from tests.csv_reading import cells_of
from tests.membership.imports_steps import brought_in, person_row, uploaded, wrong
from tests.membership.joining_steps import asked, confirmed, paid
from tests.membership.test_joining_pages import BIRTHDAY, JOIN, SEAT, pages, sent, walked
from tests.portal.steps import LANGUAGES, signed_in, text_of

pytestmark = pytest.mark.django_db
LILLE = {"street": "rue Solférino 4", "country": "FR", "postcode": "59000", "town": "Lille"}


def in_register(application: Application) -> Member:
    """The member an application became, once it was paid."""
    confirmed([paid(application)], make.staff("finance"))
    application.refresh_from_db()
    assert application.member is not None
    return application.member


def test_someone_in_lille_becomes_a_member_and_is_found_everywhere_with_town_and_country() -> None:
    who = make.person("Jeanne", "Delvaux", language="fr")
    application = sent(signed_in(who), pages(home={**BIRTHDAY, **LILLE}))
    who.refresh_from_db()
    assert (who.country, who.town, who.postcode, who.municipality) == ("FR", "Lille", "59000", None)
    member = in_register(application)
    assert (member.country, member.town, member.municipality) == ("FR", "Lille", None)
    secretary = signed_in(make.staff("secretary"))
    (row,) = [
        row for row in queries.register_rows(make.NOW.date() + timedelta(days=40), None, "nl") if row.number
    ]
    assert row.home == "rue Solférino 4, 59000 Lille (Frankrijk)"
    told = cells_of(secretary.post("/de/members/register/post/"))
    assert told[1][:5] == ["Jeanne Delvaux", "rue Solférino 4", "59000", "Lille", "Frankreich"]
    assert "Lille (France)" in text_of(signed_in(make.staff("counter")), "/en/desk/members/?text=delvaux")
    assert "Lille (France)" in text_of(signed_in(who), "/fr/me/")


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_last_look_says_town_and_country(language: str) -> None:
    client = signed_in(make.person("Jeanne", "Delvaux"))
    start = f"/{language}/members/join/"
    answer = walked(client, pages(home={**BIRTHDAY, **LILLE, "town": "Köln", "country": "DE"}), start)
    named = {"fr": "Allemagne", "nl": "Duitsland", "de": "Deutschland", "en": "Germany"}[language]
    assert f"rue Solférino 4, 59000 Köln, {named}" in answer.content.decode()


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ({"town": ""}, "need the town in words"),
        ({"postcode": "12345678901"}, "one character too long"),
        ({"postcode": "59;000"}, "at most ten letters and figures"),
        ({"country": "XX"}, "not one of the available choices"),
        ({"country": "BE"}, "choose the country above"),
        ({"country": "BE", "postcode": ""}, "Write the postcode"),
    ],
)
def test_what_is_refused_keeps_all_that_was_typed(typed: dict[str, str], says: str) -> None:
    client = signed_in(make.person())
    walked(client, {"for": {"role": "self"}})
    page = client.post(f"{JOIN}home/", {**BIRTHDAY, **LILLE, **typed}).content.decode()
    assert says in page
    assert "rue Solférino 4" in page
    assert not typed.keys() - {"town"} or "Lille" in page


def test_a_place_without_postcodes_and_a_town_typed_for_belgium() -> None:
    first = sent(signed_in(make.person()), pages(home={**BIRTHDAY, **LILLE, "country": "IE", "postcode": ""}))
    assert (first.country, first.town) == ("IE", "Lille")
    second = sent(
        signed_in(make.person()),
        pages(home={**BIRTHDAY, "street": "rue 1", "postcode": "4000", "town": "Liège"}),
    )
    assert (second.country, second.town, second.municipality) == ("BE", "", make.municipality())


def test_an_organisation_with_its_seat_abroad_and_a_child_who_lives_with_the_one_who_asks() -> None:
    who = make.person("Jeanne", "Delvaux", born_on=date(1980, 5, 1), **LILLE)
    told = pages(
        **{
            "for": {"role": "organisation"},
            "organisation": SEAT,
            "home": {"country": "LU", "postcode": "L-1234", "town": "Luxembourg"},
            "shares": {"share_class": "C", "count": "2"},
        }
    )
    application = sent(signed_in(who), told)
    assert (application.country, application.town) == ("LU", "Luxembourg")
    seat = Organisation.objects.get(name=SEAT["name"])
    assert (seat.country, seat.town, seat.postcode, seat.municipality) == ("LU", "Luxembourg", "L-1234", None)
    own = pages()
    del own["home"]
    assert "check" in walked(signed_in(who), own).request["PATH_INFO"], "what is known is not asked again"


def test_a_sheet_brings_in_members_from_abroad_and_names_what_is_wrong() -> None:
    abroad = {"country": "fr", "postcode": "59000", "town": "Lille"}
    company = {"given_name": "", "family_name": "", "organisation": "Le Verger"}
    brought_in(ImportKind.MEMBERS, person_row(7, **abroad), person_row(8, **abroad, **company))
    anna, verger = Member.objects.order_by("number")
    assert [(each.country, each.town) for each in (anna, anna.person, verger, verger.organisation)] == [
        ("FR", "Lille")
    ] * 4
    found = uploaded(
        ImportKind.MEMBERS,
        person_row(1, **{**abroad, "country": "ZZ"}),
        person_row(2, **{**abroad, "town": ""}),
        person_row(3, **{**abroad, "postcode": "59;000"}),
        person_row(4, **abroad, nis="62063"),
        person_row(5, town="Liège"),
        person_row(6, country="", postcode="59000"),
    )
    assert wrong(found) == [
        (2, "country"),
        (3, "town"),
        (4, "postcode"),
        (5, "nis"),
        (6, "town"),
        (7, "postcode"),
    ]


def test_the_database_knows_no_member_who_is_nowhere_or_in_two_places() -> None:
    member = make.member()
    for change in (
        {"municipality": None},
        {"town": "Lille"},
        {"country": "FR"},
        {"country": "fr", "municipality": None, "town": "Lille"},
    ):
        with pytest.raises(IntegrityError), transaction.atomic():
            Member.objects.filter(pk=member.pk).update(**change)
    with pytest.raises(IntegrityError), transaction.atomic():
        Person.objects.filter(pk=member.person_id).update(municipality=make.municipality(), country="FR")


def test_who_lives_abroad_votes_in_no_region_and_is_told_apart() -> None:
    groups = turnout_groups(
        {
            "region": [{"code": "unknown", "voters": 40, "votes": 25}],
            "age": [{"code": "unknown", "voters": 40, "votes": 25}],
            "door": [],
        }
    )
    assert [rows["rows"][0]["label"].partition(":")[0] for rows in groups[:2]] == [
        "abroad, or not known",
        "not known",
    ]


def test_what_a_person_told_of_a_place_stays_with_its_country() -> None:
    from commonweal.people.actions import complete_person

    who = make.person("Ada", municipality=make.municipality())
    complete_person(person=who, by=who, now=make.NOW, street="rue 1", country="FR", town="")
    who.refresh_from_db()
    assert (who.country, who.street) == ("BE", "rue 1")
    other = asked(make.person("Bea", **LILLE), home={"municipality": None, "country": "FR", "town": "Lille"})
    assert (other.country, other.town) == ("FR", "Lille")


def test_a_birthday_that_is_missing_is_asked_though_the_address_is_known() -> None:
    who = make.person("Jeanne", "Delvaux", **LILLE)
    told = pages(home=BIRTHDAY)
    assert "check" in walked(signed_in(who), told).request["PATH_INFO"]
    application = sent(signed_in(who), told)
    who.refresh_from_db()
    assert (who.born_on, application.town) == (date(1980, 5, 1), "Lille")

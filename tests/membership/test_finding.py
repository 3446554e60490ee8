"""People are found as they are pasted, typed and spelt: letters, apostrophes, hyphens, blanks and marks of all kinds."""

from __future__ import annotations

import pytest

from commonweal.membership import queries
from commonweal.membership.actions.transfers import NoSuchMember, taker_named
from commonweal.people.queries import organisations_named, people_named, people_reached_at
from tests import factories as make

pytestmark = pytest.mark.django_db
DAY = make.NOW.date()

NAMES = {
    ("Đặng", "Nguyễn"): ["dang", "Đặng", "DANG nguyen", "đặng", "nguyen dan"],
    ("Zoé", "D’Hondt-Łęcka"): [
        *("D’Hondt", "d'hondt", "Zoé D’Hondt", "hondt-lecka", "hondt‑Łęcka", "dhondt", "d hondt", "d`hondt"),
        *("lecka", "D´Hondt", "DʼHondt Łecka", "\u202dhondt\u202c", "d\u2019\u200bhondt", "dhondtlecka", "zoe\u00a0lecka"),
    ],
    ("Jan", "Van den Bergh"): ["vandenbergh", "van\u202fden\u2009bergh", "bergh jan", "Van-den-Bergh", "den bergh"],
    ("Jean–Pierre", "Østergård"): ["jean-pierre", "jean pierre", "jeanpierre", "ostergard", "JEAN‐PIERRE O"],
    ("Guðrún", "Þórsdóttir"): ["gudrun", "thorsdottir", "Gudrun Thors"],
    ("Işıl", "Kılıç"): ["isil", "IŞIL", "kilic", "KILIÇ", "İşil"],
    ("Ŋuma", "Əliyev-Æbelø"): ["numa", "eliyev", "aebelo", "ÆBELØ"],
    ("สมชาย", "ใจดี"): ["สมชาย", "ใจดี", "สม"],
    ("अमित", "कुमार"): ["अमित", "कुमार"],
    ("Ma\u200brie\u200e", "Ｏ.Ｂ."): ["marie", "o b", "O.B.", "ob"],
}  # fmt: skip


def test_a_member_is_found_by_each_spelling_of_the_name() -> None:
    found_as = {}
    for (given_name, family_name), spellings in NAMES.items():
        member = make.member(make.person(given_name=given_name, family_name=family_name))
        found_as |= dict.fromkeys(spellings, member)
    missed = [text for text, member in found_as.items() if member not in queries.members_matching(text, DAY)]
    assert missed == []
    assert list(people_named("\u202e \u200b|")) == []
    assert queries.members_matching("zzz", DAY) == []


def test_the_register_is_consulted_by_each_spelling() -> None:
    member = make.member(make.person(given_name="Zoé", family_name="D’Hondt-Łęcka"))
    make.member(make.person(given_name="An", family_name="Peeters"))
    for text in NAMES["Zoé", "D’Hondt-Łęcka"]:
        assert member in queries.members_matching(text, None), text


def test_an_organisation_is_found_by_each_spelling() -> None:
    who = make.person()
    wanted = make.organisation(who, name="L’Œuvre «Ça-va» asbl / V.Z.W. Groei&Bloei")
    for text in ("l'oeuvre", "oeuvre", "loeuvre", "ca va", "ça‑va", "v.z.w.", "groei bloei", "GROEI&B"):
        assert wanted in organisations_named(text), text


def test_shares_pass_to_who_bears_the_name_however_it_is_typed() -> None:
    member = make.member(make.person(given_name="Zoé", family_name="D’Hondt-Łęcka"))
    for typed in (
        "D'Hondt-Łęcka",
        "d hondt lecka",
        "DHONDT-LECKA",
        "D´Hondt‑Lecka",
        "\u202dD’Hondt\u00a0Łęcka\u202c",
    ):
        assert taker_named(member.number, typed) == member, typed
    for typed in ("Hondt", "D'Hondt", "", "Lecka D'Hondt"):
        with pytest.raises(NoSuchMember):
            taker_named(member.number, typed)


def test_telephones_and_addresses_are_found_as_they_are_pasted() -> None:
    who = make.person(phone="02 555 01 23", email="jean-luc@demo.example")
    for text in (
        *(
            "02‑555‑01‑23",
            "+32\u202f2\u202f555\u202f01\u202f23",
            "\u202d+3225550123\u202c",
            "０２５５５０１２３",
            "02–555–01—23",
        ),
        *("+32 (0)2\u2009555\u300001\u00a023", "02/555.01.23", "\u200e02\u2060555 01 23", "02−555−01−23"),
        *(
            " Jean-Luc@demo.example",
            "jean‑luc@demo.example",
            "jean-luc\u200b@DEMO.example\u00a0",
            "jean-luc＠demo",
        ),
    ):
        assert who in people_reached_at(text), text
    member = make.member(who)
    for text in (f"\u202d{member.number}\u202c", f"\u00a0{member.number}\u200b", chr(0xFF10 + member.number)):
        assert queries.members_matching(text, DAY) == [member], ascii(text)

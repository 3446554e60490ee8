"""A name is somebody's however it is written, and nobody else's."""

from __future__ import annotations

import pytest

from commonweal.people.rules.same_people import OwnNames, names_person


@pytest.mark.parametrize(
    "text",
    [
        *("Sam Lovelace", "Lovelace Sam", "LOVELACE, Sam", "Mme Sam Lovelace", "Sam Lovelace (fille)"),
        *(
            "S. Lovelace",
            "Lovelace",
            "De Heer S Lovelace",
            "Sam Marie Lovelace",
            "sam lovelace, geb. Peeters",
        ),
        "SamLovelace",
    ],
)
def test_a_name_is_known_in_any_order_with_titles_initials_and_kinship(text: str) -> None:
    assert names_person(text, "Sam", "Lovelace")
    assert OwnNames((("Bo", "Else"), ("Sam", "Lovelace"))).hold(text)


@pytest.mark.parametrize(
    ("text", "given", "family"),
    [
        ("Vandenberghe Jan", "Jan", "van den Berghe"),
        ("Jan van den Berghe", "Jan", "Vandenberghe"),
        ("Berghe, Jan van den", "Jan", "van den Berghe"),
        ("D'Hondt Jean-Pierre", "Jean Pierre", "Dhondt"),
        ("Dhondt Jeanpierre", "Jean-Pierre", "D'Hondt"),
        ("Anna Peeters", "Anna", "Peeters-Maes"),
        ("Van Mia", "Mia", "Van"),
        ("Suharto", "", "Suharto"),
        ("Lovelace Sam en Bo", "", "Sam Lovelace"),
    ],
)
def test_particles_double_names_and_single_names(text: str, given: str, family: str) -> None:
    assert names_person(text, given, family)


@pytest.mark.parametrize(
    ("text", "given", "family"),
    [
        *(("Bo Lovelace", "Sam", "Lovelace"), ("B. Lovelace", "Sam", "Lovelace"), ("Sam", "Sam", "Lovelace")),
        *(("Jan van Damme", "Piet", "van Damme"), ("", "Sam", "Lovelace"), ("Mme", "Sam", "Lovelace")),
        *(("Suharto Widodo", "", "Suharto"), ("van den", "Jan", "van den Berghe"), ("x", "", "")),
    ],
)
def test_relatives_namesakes_and_empty_names_are_others(text: str, given: str, family: str) -> None:
    assert not names_person(text, given, family)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "LOVELACE-PEETERS",
            "Peeters-Lovelace",
            "M. LOVELACE - PEETERS",
            "LOVELACE/PEETERS",
            "LOVELACE & PEETERS",
        ),
        *(
            "EPOUX LOVELACE",
            "EPOUX LOVELACE-PEETERS",
            "FAM. LOVELACE",
            "FAM. LOVELACE - MAES",
            "Gezin Maes Lovelace",
        ),
        *("M. ET MME LOVELACE PEETERS", "MME ET M. PEETERS LOVELACE", "DHR EN MEVR LOVELACE MAES"),
        *("M MME PEETERS LOVELACE", "De heer en mevrouw Jan Lovelace", "Eheleute Lovelace Schmitz"),
        *("S. EN B. LOVELACE", "S&B LOVELACE-PEETERS", "LOVELACE-PEETERS S & B", "PEETERS-LOVELACE B & S"),
        *(
            "DHR LOVELACE MEVR PEETERS",
            "M/ME LOVELACE MAES",
            "M. LOVELACE MME PEETERS",
            "MME PEETERS M LOVELACE",
        ),
        *("LOVELACE\u2013PEETERS", "ECHTG. LOVELACE MAES", "HUISHOUDEN LOVELACE MAES", "HOIRS LOVELACE MAES"),
        *("HERR UND FRAU SCHMITZ LOVELACE", "B. PEETERS EN/OF S. LOVELACE", "LOVELACE ET PEETERS"),
    ],
)
def test_the_family_name_in_a_joint_account_is_ones_own(text: str) -> None:
    assert names_person(text, "Sam", "Lovelace")
    assert OwnNames((("Bo", "Else"), ("Sam", "Lovelace"))).hold(text)


@pytest.mark.parametrize(
    ("text", "family"),
    [
        ("DHR EN MEVR MAES", "Maes"),
        ("VAN DE VELDE-MAES", "van de Velde"),
        ("FAM. VANDEVELDE - MAES", "van de Velde"),
        ("Epoux Peeters", "Peeters-Maes"),
        ("EPOUX D'HONDT LOVELACE", "D'Hondt"),
    ],
)
def test_a_joint_account_and_names_of_several_words(text: str, family: str) -> None:
    assert names_person(text, "Sam", family)


@pytest.mark.parametrize(
    "text",
    [
        *("JAN LOVELACE-PEETERS", "LOVELACE-PEETERS JAN", "J. LOVELACE-PEETERS", "MME ANNA LOVELACE PEETERS"),
        *(
            "JAN LOVELACE EN BO PEETERS",
            "B. LOVELACE - J. PEETERS",
            "M. LOVELACE PEETERS",
            "MME M LOVELACE PEETERS",
            "JAN LOVELACE\u2013PEETERS",
            "LOVELACE PEETERS",
        ),
        *(
            "LOVELACE & PEETERS BV",
            "LOVELACE ET FILS SPRL MAES",
            "Lovelace en Zonen",
            "GARAGE LOVELACE-PEETERS",
        ),
        *(
            "FAMILIE LOVELACE MAES NV",
            "RUE LOVELACE - TOURNAI EXPO",
            "EPOUX PEETERS-MAES",
            "LOVELACE, JAN",
            "M. ET MME",
        ),
    ],
)
def test_one_person_a_firm_and_other_households_are_others(text: str) -> None:
    assert not names_person(text, "Sam", "Lovelace")


def test_an_organisation_is_known_with_or_without_its_legal_form() -> None:
    own = OwnNames((), ("Le Verger asbl",))
    assert own.hold("ASBL Le Verger")
    assert own.hold("verger (le)")
    assert own.hold("LEVERGER ASBL")
    assert not own.hold("Le Potager asbl")

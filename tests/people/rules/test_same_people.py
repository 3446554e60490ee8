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


def test_an_organisation_is_known_with_or_without_its_legal_form() -> None:
    own = OwnNames((), ("Le Verger asbl",))
    assert own.hold("ASBL Le Verger")
    assert own.hold("verger (le)")
    assert own.hold("LEVERGER ASBL")
    assert not own.hold("Le Potager asbl")

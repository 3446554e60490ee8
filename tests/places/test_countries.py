"""Countries by name in four languages, and postcodes as other countries write them."""

from __future__ import annotations

import pytest

from commonweal.kernel.text import folded
from commonweal.places.countries import HOME, country_name, country_names, postcode_abroad

LANGUAGES = ("fr", "nl", "de", "en")


def test_every_language_names_the_same_countries_in_its_own_order() -> None:
    lists = {language: country_names(language) for language in LANGUAGES}
    # ISO 3166-1 has 249 countries; the Kosovo has a code of its own that posts use.
    assert {frozenset(names) for names in lists.values()} == {frozenset(lists["en"])}
    assert len(lists["en"]) == 250
    assert [names[HOME] for names in lists.values()] == ["Belgique", "België", "Belgien", "Belgium"]
    for names in lists.values():
        assert list(names.values()) == sorted(names.values(), key=folded)
        assert "" not in names.values()


def test_what_is_no_country_has_no_name_but_is_shown() -> None:
    assert "EU" not in country_names("fr")
    assert country_name("ZZ", "fr") == "ZZ"


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("59000", "59000"),
        (" sw1a 1aa ", "SW1A 1AA"),
        ("L‑1234", "L-1234"),
        ("2595\u00a0bg", "2595 BG"),
        ("", ""),
        ("12345678901", None),
        ("59;000", None),
        ("-59000", None),
    ],
)
def test_a_postcode_of_another_country(typed: str, kept: str | None) -> None:
    assert postcode_abroad(typed) == kept

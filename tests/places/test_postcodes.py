"""A postcode is read as people of here and abroad write it; whether it exists is another question."""

from __future__ import annotations

import pytest

from commonweal.places.rules import plain_postcode


@pytest.mark.parametrize(
    "text",
    [
        "9000",
        " 9000 ",
        "B-9000",
        "b 9000",
        "BE-9000",
        "B‑9000",
        "B\u00a09000",
        "９０００",
        "\u200e9000",
        "BE9000",
    ],
)
def test_a_belgian_postcode_however_it_is_written(text: str) -> None:
    assert plain_postcode(text) == "9000"


@pytest.mark.parametrize("text", ["6211 AB", "L-4010", "59000", "", "B-900"])
def test_other_texts_stay_what_they_are(text: str) -> None:
    assert plain_postcode(text) == text

"""One rule each for names, birthdays and e-mail addresses, in forms, sheets and programs alike."""

from __future__ import annotations

from datetime import date

import pytest

from commonweal.kernel.text import is_email
from commonweal.people.rules import kept_names, plausible_birthday

TODAY = date(2026, 11, 30)


def test_who_has_one_name_only_bears_it_as_family_name() -> None:
    assert kept_names("Els", "Maes") == ("Els", "Maes")
    assert kept_names("", "Suharto") == ("", "Suharto")
    assert kept_names("Suharto", "") == ("", "Suharto")
    assert kept_names("", "") == ("", "")


@pytest.mark.parametrize(
    ("born_on", "plausible"),
    [
        *((TODAY, True), (date(2026, 12, 1), False), (date(2099, 1, 1), False), (date(1901, 11, 30), True)),
        *(
            (date(1900, 12, 1), True),
            (date(1900, 11, 30), False),
            (date(958, 1, 1), False),
            (date(1, 1, 1), False),
        ),
    ],
)
def test_nobody_alive_is_born_after_today_or_more_than_125_years_ago(born_on: date, plausible: bool) -> None:
    assert plausible_birthday(born_on, TODAY) is plausible


@pytest.mark.parametrize(
    "text",
    [
        *("a@b.be", "Zoe.D-Hondt+coop@sub.example.org", "o'neill@x.ie", "x_y@münchen.de", "1@2.be"),
        f"{'a' * 64}@example.org",
    ],
)
def test_addresses(text: str) -> None:
    assert is_email(text)


@pytest.mark.parametrize(
    "text",
    [
        *(
            "",
            "a",
            "a@",
            "@b.be",
            "a@b",
            "a b@c.be",
            "a@b c.be",
            "a@@b.be",
            "a@b..be",
            ".a@b.be",
            "a.@b.be",
            "a..b@c.be",
        ),
        *(
            "a@-b.be",
            "a@b-.be",
            "a@1.2.3.4",
            "a,b@c.be",
            "a@b.be, c@d.be",
            "<a@b.be>",
            "a@b.be\n",
            "é @b.be",
            "a@_b.be",
        ),
        *(f"{'a' * 65}@example.org", f"a@{'b' * 64}.be", "a@" + "b." * 130 + "be"),
    ],
)
def test_what_is_no_address(text: str) -> None:
    assert not is_email(text)

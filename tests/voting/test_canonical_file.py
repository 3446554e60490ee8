"""The committee's file is, byte for byte, what its tool writes of the ballots in it: nothing else is counted."""

from __future__ import annotations

import re
from collections.abc import Callable

import pytest
from django.utils import translation

from commonweal.voting import actions, queries
from commonweal.voting.counting import WrongFile, checked
from commonweal.voting.models import Ballot, Count
from commonweal.voting.rules.choices import Form
from tests import factories as make
from tests.voting.steps import cast, opened

pytestmark = pytest.mark.django_db


def ballot_and_file(form: Form | None = None) -> tuple[Ballot, str]:
    ballot, sheets = make.open_ballot(form=form or Form("approval", 1, 3))
    for voter, numbers in zip(make.voters(ballot), [(1, 2), (2, 3), (2,)], strict=False):
        with_points = dict.fromkeys(numbers, 2)
        cast(ballot, voter, with_points if ballot.form == "points" else numbers)
    file = opened(ballot, sheets)
    ballot.refresh_from_db()
    return ballot, file


def in_meta(line: str) -> Callable[[str], str]:
    key = line.partition(";")[0]
    return lambda text: re.sub(rf"^{key};.*\n", "", text, flags=re.M).replace(
        "PROJECTS\n", f"{line}\nPROJECTS\n"
    )


def of_votes(change: Callable[[str], str]) -> Callable[[str], str]:
    return lambda text: text.split("VOTES\n")[0] + "VOTES\n" + change(text.split("VOTES\n")[1])


def one_column_more(name: str, value: str) -> Callable[[str], str]:
    def change(votes: str) -> str:
        head, *rows = votes.splitlines()
        return "\n".join([f"{head};{name}", *(f"{row};{value}" for row in rows)]) + "\n"

    return of_votes(change)


def without_points(text: str) -> str:
    """A vote with points told as one of ticks: the count would be another."""
    text = re.sub(
        r"^max_(sum_)?points;.*\n", "", text.replace("vote_type;cumulative", "vote_type;approval"), flags=re.M
    )
    head, votes = text.split("VOTES\n")
    return head + "VOTES\n" + "".join(row.rsplit(";", 1)[0] + "\n" for row in votes.splitlines())


CHANGES: dict[str, Callable[[str], str]] = {
    "votes of a project": lambda text: re.sub(r"^(1;1000;)\d+", r"\g<1>99", text, flags=re.M),
    "a name": lambda text: text.replace("Chose 1", "Chose 9"),
    "a theme": lambda text: text.replace(";neighbourhoods", ";other", 1),
    "a day": in_meta("date_end;01.01.2001"),
    "the title": in_meta("description;<b>Another vote</b>"),
    "the unit": in_meta("unit;call:999"),
    "the rule": in_meta("rule;greedy"),
    "the currency": in_meta("currency;USD"),
    "the kind of vote": in_meta("vote_type;ordinal"),
    "a limit": in_meta("max_length;1"),
    "one key more": in_meta("fully_funded;1"),
    "two hashes": lambda text: text.replace("sha256 ", f"{'a' * 64} sha256 "),
    "line ends": lambda text: text.replace("\n", "\r\n"),
    "a mark": lambda text: "\ufeff" + text,
    "blank lines": lambda text: text + "\n\n",
    "a weight": one_column_more("weight", "5"),
    "a way": one_column_more("voting_method", "internet"),
    "another order": of_votes(
        lambda votes: "".join([votes.splitlines(True)[0], *votes.splitlines(True)[:0:-1]])
    ),
    "codes in small letters": of_votes(str.lower),
}


@pytest.mark.parametrize("change", CHANGES)
def test_a_file_in_which_anything_is_changed_is_refused(change: str) -> None:
    ballot, file = ballot_and_file()
    changed = CHANGES[change](file)
    assert changed != file
    with pytest.raises(actions.FileRefused):
        actions.accept_count(ballot=ballot, file=changed, by=None, now=ballot.closes_at)
    assert not Count.objects.exists()
    assert actions.accept_count(ballot=ballot, file=file, by=None, now=ballot.closes_at).file == file


def test_points_are_not_dropped_on_the_way() -> None:
    ballot, file = ballot_and_file(Form("points", 1, 3, points_total=10, points_each=9))
    with pytest.raises(actions.FileRefused):
        actions.accept_count(ballot=ballot, file=without_points(file), by=None, now=ballot.closes_at)


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("en", "Line 9 of this file is not as the committee's tool writes it"),
        ("fr", "La ligne 9 de ce fichier"),
        ("nl", "Regel 9 van dit bestand"),
        ("de", "Zeile 9 dieser Datei"),
    ],
)
def test_the_first_line_that_differs_is_said_in_the_readers_language(language: str, said: str) -> None:
    ballot, file = ballot_and_file()
    lines = file.split("\n")
    place = next(number for number, line in enumerate(lines) if line.startswith("rule;"))
    changed = file.replace(lines[place], "rule;greedy")
    with pytest.raises(WrongFile) as wrong:
        checked(queries.definition(ballot), ballot.frozen_hash, changed)
    assert (wrong.value.code, wrong.value.values["line"]) == ("other_text", place + 1)
    with translation.override(language), pytest.raises(actions.FileRefused) as refused:
        actions.accept_count(ballot=ballot, file=changed, by=None, now=ballot.closes_at)
    assert said.replace("9", str(place + 1)) in str(refused.value)


def test_a_file_that_was_taken_in_is_read_again_whatever_the_tool_writes_today() -> None:
    ballot, file = ballot_and_file()
    changed = file.replace("currency;EUR", "currency;euro")
    definition = queries.definition(ballot)
    assert len(checked(definition, ballot.frozen_hash, changed, as_written=False).ballots) == 3

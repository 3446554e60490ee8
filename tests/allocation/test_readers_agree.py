"""One meaning, two speeds: the quick reader reads as the strict one does, or leaves the file to it."""

import os
from collections.abc import Callable
from fractions import Fraction
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import given
from hypothesis import strategies as st

from commonweal.allocation import (
    Ballot,
    BallotForm,
    Election,
    PabulibError,
    Project,
    pabulib_columns,
    read,
    texts,
    write,
)
from commonweal.allocation.pabulib_columns import read_quickly
from commonweal.allocation.pabulib_strict import read_strictly
from commonweal.allocation.texts import Lookup, Texts, loadable
from tests.examples_count import examples

from .elections import data_files
from .mutations import valid_files, verdicts, votes_of

HEAD = "META\nkey;value\nbudget;9\nvote_type;approval\nPROJECTS\nproject_id;cost\n1;1\n15;1\nlong-project-id;1\nVOTES\n"
POINTS_HEAD = HEAD.replace("approval", "scoring")


@pytest.mark.parametrize("form", list(valid_files()))
def test_a_plain_file_is_read_quickly_and_as_the_strict_reader_does(form: str) -> None:
    data = valid_files()[form]
    quick = read_quickly(data)
    assert quick is not None
    assert quick == read_strictly(data.decode()) == read(data)
    given = {ballot.voter_id: list(ballot.choices) for ballot in quick.ballots}
    assert given == {voter: [choice for choice, _ in votes] for voter, votes in votes_of(data).items()}


PLAIN = {
    "line ends of another system": HEAD + "voter_id;vote\r\n1;1,15\r\n2;\r\n",
    "no line end at the end": HEAD + "voter_id;vote\n1;1,15\n2;15",
    "a byte order mark": "\ufeff" + HEAD + "voter_id;vote\n1;1,15\n",
    "no votes": HEAD + "voter_id;vote\n",
    "no points": POINTS_HEAD + "voter_id;vote;points\n",
    "commas elsewhere": HEAD + "voter_id;vote;street\n1,1;1,15;a, b\n2;;,,\n",
    "spaces around": HEAD + "voter_id;vote;street\n 1\t;1,15;\u00a0\n2\u3000;;\u2003Île d'É \n\x1f3;15;é\n",
    "the vote last and first": HEAD + "voter_id;street;vote\n1;x;15\n2;y;\n3;;1\n",
    "points of every kind": POINTS_HEAD
    + "voter_id;vote;points\n1;1,15;-0,0.125\n2;15;123456789012345678901\n3;;\n",
    "ids of every length": HEAD
    + "voter_id;vote\n1;long-project-id\n"
    + "x" * 90
    + ";1\n"
    + "x" * 91
    + ";1\n",
}


@pytest.mark.parametrize("name", list(PLAIN))
@pytest.mark.parametrize("chunk", [1, 20, 1 << 17])
def test_what_is_plain_is_read_quickly(name: str, chunk: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pabulib_columns, "_CHUNK", chunk)
    quick = read_quickly(PLAIN[name].encode())
    strict = read_strictly(PLAIN[name])
    assert quick == strict
    assert quick.ballots.points_parts == strict.ballots.points_parts
    assert (quick.ballots.points is None) == (strict.ballots.points is None)


LEFT = {
    "no votes title": HEAD.replace("VOTES\n", ""),
    "nothing after the title": HEAD,
    "a header without a line end": HEAD + "voter_id;vote",
    "quotes": HEAD + 'voter_id;vote\n1;"1,15"\n',
    "a stray carriage return": HEAD + "voter_id;vote\n1;1\r,15\n",
    "a stray carriage return at a line end": HEAD + "voter_id;vote\n1;1\r\r\n",
    "a NUL character": HEAD + "voter_id;vote\n1\0;1\n",
    "a NUL character in a project": HEAD + "voter_id;vote\n1;1\0\n",
    "spaces in a vote": HEAD + "voter_id;vote\n1;1, 15\n",
    "an unknown project": HEAD + "voter_id;vote\n1;2\n",
    "an unknown project that begins like a known one": HEAD
    + "voter_id;vote\n1;long-project-idlong-project-id\n",
    "a hole in a vote": HEAD + "voter_id;vote\n1;1,,15\n",
    "a project twice": HEAD + "voter_id;vote\n1;15,1,15\n",
    "a voter twice": HEAD + "voter_id;vote\n1;15\n1;1\n",
    "a field too many, then one too few": HEAD + "voter_id;vote\n1;1;15\n15\n",
    "a field too few, then one too many": HEAD + "voter_id;vote\n1\n15;1;15\n",
    "a field too many": HEAD + "voter_id;vote\n1;1;\n",
    "a blank line": HEAD + "voter_id;vote\n1;1\n\n2;1\n",
    "points in words": POINTS_HEAD + "voter_id;vote;points\n1;1;one\n",
    "a point too many": POINTS_HEAD + "voter_id;vote;points\n1;1;1,1\n",
    "a point moved": POINTS_HEAD + "voter_id;vote;points\n1;1;1,1\n2;1,15;1\n",
    "a points column too many": HEAD + "voter_id;vote;points\n1;1;1\n",
    "a section title in quotes": HEAD.replace("VOTES", '"VOTES"') + "voter_id;vote\n1;1\n",
    "a section title within quotes": HEAD.replace("1;1\n", '1;1\n"x\nVOTES\nvoter_id;vote\n";1\n')
    + "voter_id;vote\n1;1\n",
}


@pytest.mark.parametrize("name", list(LEFT))
def test_what_is_not_plain_is_left_to_the_strict_reader(name: str) -> None:
    assert read_quickly(LEFT[name].encode()) is None
    assert outcome(lambda: read(LEFT[name].encode())) == outcome(lambda: read_strictly(LEFT[name]))


def outcome(reader: Callable[[], Election]) -> Election | str:
    """The election, or what is wrong with it and where."""
    try:
        return reader()
    except PabulibError as error:
        return str(error)


def test_bytes_that_are_not_utf8_are_left_to_the_strict_reader() -> None:
    for column in ("street", "vote"):
        data = (HEAD + f"voter_id;vote;{column}2\n1;1;").encode() + b"\xe9\n"
        assert read_quickly(data) is None
        with pytest.raises(PabulibError, match="line 12, column 5: this byte is not UTF-8 text"):
            read(data)


def test_more_kinds_of_points_than_a_table_is_good_for_are_left(monkeypatch: pytest.MonkeyPatch) -> None:
    text = POINTS_HEAD + "voter_id;vote;points\n" + "".join(f"{number};1;{number}\n" for number in range(50))
    monkeypatch.setattr(pabulib_columns, "_CHUNK", 64)
    assert read_quickly(text.encode()) == read_strictly(text)
    monkeypatch.setattr(pabulib_columns, "_KINDS_MAX", 49)
    assert read_quickly(text.encode()) is None


def test_a_text_with_lone_surrogates_is_read_as_a_text_can_be() -> None:
    text = HEAD + "voter_id;vote\n\udcff;1\n"
    assert read(text).ballots[0].voter_id == "\udcff"


# No line end and no quote, so that the file stays plain; all kinds of letters and spaces.
WORDS = st.text(st.characters(exclude_characters='\0\r\n";', exclude_categories=["Cs"]), max_size=6).map(
    str.strip
)
IDS = st.text(
    st.characters(exclude_characters='\0\r\n";,', exclude_categories=["Cs"]), min_size=1, max_size=20
)
GIVEN = st.fractions(-3, 3, max_denominator=1).map(lambda value: value / 8) | st.integers(
    -(10**20), 10**20
).map(Fraction)


@st.composite
def plain_elections(draw: st.DrawFn) -> Election:
    form = draw(st.sampled_from(BallotForm))
    ids = draw(st.lists(IDS.filter(lambda text: text == text.strip()), unique=True, min_size=1, max_size=6))
    most = 1 if form is BallotForm.CHOOSE_ONE else len(ids)
    names = draw(st.lists(st.sampled_from(["age", "sex", "neighbourhood"]), unique=True))
    numbers = GIVEN.map(abs) if form is BallotForm.CUMULATIVE else GIVEN
    ballots = []
    for voter in draw(st.lists(WORDS.filter(bool), unique=True, max_size=6)):
        choices = draw(st.lists(st.sampled_from(ids), unique=True, max_size=most))
        points = tuple([draw(numbers) for _ in choices]) if form.has_points else None
        ballots.append(Ballot(voter, tuple(choices), points, {name: draw(WORDS) for name in names}))
    options = [Project(project_id, Fraction(place)) for place, project_id in enumerate(ids)]
    return Election.make(budget=10, form=form, projects=options, ballots=ballots)


@examples(400)
@given(plain_elections(), st.integers(1, 60))
def test_generated_elections_of_every_form_are_read_alike(election: Election, chunk: int) -> None:
    text = write(election)
    with mock.patch.object(pabulib_columns, "_CHUNK", chunk):
        quick = read_quickly(text.encode())
    assert quick is not None
    assert quick == read_strictly(text)
    assert quick.ballots == election.ballots
    assert write(quick) == text


@examples(200)
@given(
    st.lists(st.binary(max_size=20).map(lambda key: key.replace(b"\0", b"")), unique=True, max_size=40),
    st.data(),
)
def test_a_lookup_finds_what_is_there_and_nothing_else(keys: list[bytes], data: st.DataObject) -> None:
    keys = [key for key in keys if key]
    others = data.draw(st.lists(st.binary(max_size=30).map(lambda key: key.replace(b"\0", b"")), max_size=20))
    asked = Texts.of([key.decode("latin-1") for key in keys])
    asked_for = [*keys, *others, *[key + b"x" for key in keys], *[key[:-1] for key in keys]]
    lengths = texts.np.array([len(key) for key in asked_for], texts.np.int64)
    found = Lookup(keys).find(loadable(b"".join(asked_for)), lengths.cumsum() - lengths, lengths)
    number = {key: place for place, key in enumerate(keys)}
    assert found.tolist() == [number.get(key, len(keys)) for key in asked_for]
    assert len(asked) == len(keys)


def test_a_lookup_finds_keys_that_fall_into_one_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(texts, "GOLDEN", texts.np.uint64(1))
    test_a_lookup_finds_what_is_there_and_nothing_else.hypothesis.inner_test(  # type: ignore[attr-defined]
        [b"a", b"b", b"c", b"a longer key"], mock.Mock(draw=lambda _: [b"d", b"", b"another longer key"])
    )


@pytest.mark.untraced
def test_published_files_are_read_alike() -> None:
    for path in data_files():
        quick = read_quickly(path.read_bytes())
        assert quick is not None, path.name
        assert quick == read_strictly(path.read_text(encoding="utf-8")), path.name


def test_spoiled_files_are_refused_with_their_place_or_read_alike() -> None:
    found = verdicts(1500, seed=2026)
    assert found.wrong == []
    assert min(found.quick, found.strict, found.refused) > 10


@pytest.mark.untraced
@pytest.mark.parametrize(
    ("where", "name", "broken"),
    [
        (pabulib_columns, "_ODD", (b"\r", b"\0")),
        (pabulib_columns, "_ODD", (b'"', b"\0")),
        (pabulib_columns, "_ODD", (b'"', b"\r")),
        (Texts, "repeats", lambda self: texts.np.zeros(len(self), bool)),
        (pabulib_columns, "number_from_text", Fraction),
    ],
)
def test_a_reader_without_one_of_its_guards_would_be_found_out(
    where: object, name: str, broken: object, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(where, name, broken)
    assert verdicts(10_000, seed=7, most_wrong=1).wrong


@pytest.mark.proof
def test_ten_thousand_spoiled_files_are_refused_with_their_place_or_read_alike() -> None:
    found = verdicts(10_000, seed=int(os.environ.get("COMMONWEAL_SEED", "7")))
    print(f"\n10,000 spoiled files: {found.quick} quick, {found.strict} strict only, {found.refused} refused")
    assert found.wrong == []


@pytest.mark.proof
def test_the_large_file_is_read_alike() -> None:
    large: list[Path] = sorted({path.parent for path in data_files()})
    for path in [path for folder in large for path in folder.glob("synthetic*.pb")]:
        assert read_quickly(path.read_bytes()) == read_strictly(path.read_text(encoding="utf-8"))

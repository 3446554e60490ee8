"""The committee's commands: what they refuse, what they never write over, and what no file can do to them."""

from __future__ import annotations

import contextlib
import copy
import json
import re
import stat
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from commonweal.config import cli
from commonweal.config import committee as desk
from commonweal.kernel.text import for_terminal
from commonweal.voting.committee import BrokenBundle, opened_file, write_sheets
from commonweal.voting.rules.bundles import (
    FEWEST_ENVELOPES,
    NoBundle,
    box_fingerprint,
    box_shown,
    moment_of,
    same_box,
    typed_fingerprint,
)
from commonweal.voting.rules.envelopes import MARK_LENGTH, packed
from commonweal.voting.rules.frozen import fingerprint
from commonweal.voting.sealing import (
    Sheet,
    WrongSheets,
    check_sheets,
    new_committee,
    opening_key,
    private_key,
    sealed,
)

CLOSES = datetime(2026, 11, 30, 18, tzinfo=UTC)
KEY, SHEETS = new_committee(5, 2)
_OTHER, OTHERS = new_committee(5, 2)


def definition(**changes: Any) -> dict[str, Any]:
    return {
        "subject": "call:1",
        "titles": {"en": "A vote"},
        "form": {"kind": "approval", "choices_min": 1, "choices_max": 2, "points_total": 0, "points_each": 0},
        "budget_cents": 1_000_00,
        "bylaw": {"rule": "equal-shares"},
        "region": None,
        "opens_at": "2026-11-01T08:00:00+00:00",
        "closes_at": CLOSES.isoformat(),
        "public_key": KEY.hex(),
        "options": [
            {"number": 1, "title": "Trees", "cost_cents": 500_00, "category": ""},
            {"number": 2, "title": "Benches", "cost_cents": 600_00, "category": ""},
        ],
        **changes,
    }


def bundle(votes: int = FEWEST_ENVELOPES, **changes: Any) -> dict[str, Any]:
    told = definition(**changes)
    frozen = fingerprint(told)
    mark = bytes.fromhex(frozen)[:MARK_LENGTH]
    envelopes = [sealed(packed(mark, f"{each:012d}", ((1, 1),), 2), KEY).hex() for each in range(votes)]
    return {"definition": told, "frozen_hash": frozen, "envelopes": envelopes}


@pytest.fixture(autouse=True)
def closed(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(desk, "now", lambda: CLOSES + timedelta(hours=1))


def read_on_the_page(found: Any) -> str:
    """The fingerprint of a box as the page of the vote shows it, where there is a box."""
    with contextlib.suppress(KeyError, TypeError, ValueError):
        return box_shown(box_fingerprint(sorted(bytes.fromhex(each) for each in found["envelopes"])))
    return "0000-0000-0000-0000-0000"


def run(folder: Path, found: Any, *words: str, sheets: tuple[str, ...] = ()) -> int:
    path = folder / "bundle.json"
    path.write_bytes(found if isinstance(found, bytes) else json.dumps(found).encode())
    given_ = sheets or tuple(sheet.text() for sheet in SHEETS[:2])
    for at, text in enumerate(given_):
        (folder / f"given-{at}.txt").write_text(f"Holder: An\n{text}\n")
    if not any(word.startswith("--box") for word in words):
        words = (*words, f"--box={read_on_the_page(found)}")
    named = [f"--sheet={folder / f'given-{at}.txt'}" for at in range(len(given_))]
    return cli.main(["committee", "open", str(path), "--out", str(folder / "out.pb"), *named, *words])


# ---- another box, open votes and few envelopes


def test_no_other_box_is_opened_than_the_one_that_was_handed_over(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """One member's envelope among nineteen made up for it tells their choice to whoever made those."""
    box, made_up = bundle(), bundle()
    made_up["envelopes"][0] = box["envelopes"][0]
    typed = read_on_the_page(box)
    assert run(tmp_path, made_up, f"--box={typed}") == 1
    assert "open nothing" in capsys.readouterr().err
    plain = typed_fingerprint(typed)
    for added in (
        [*box["envelopes"], box["envelopes"][0]],
        box["envelopes"][1:],
        [*box["envelopes"][1:], "xy"],
        # The same bytes, cut otherwise: they would pass for twenty.
        ["".join(sorted(box["envelopes"])), *[""] * 19],
    ):
        assert not same_box({"envelopes": added}, plain)
    assert run(tmp_path, box, "--box=") == 1
    assert "page of the vote" in capsys.readouterr().err
    for slip, said in (
        (typed[:-1], "32 figures, and 31"),
        (f"{typed[:-1]}o", "'o' is none"),
        ("sha256", "and 0 were"),
    ):
        assert run(tmp_path, box, f"--box={slip}") == 1
        assert said in capsys.readouterr().err, "a slip is no alarm"
    assert not (tmp_path / "out.pb").exists()
    assert run(tmp_path, box, f"--box={typed.upper().replace('-', ' ')}") == 0
    assert same_box({"envelopes": box["envelopes"][::-1]}, plain), "the order is not the box's"
    whole = box_fingerprint(sorted(bytes.fromhex(each) for each in box["envelopes"]))
    assert same_box(box, typed_fingerprint(f"sha256 {whole}")), "the page shows it whole as well"


def test_the_guide_and_the_command_show_a_fingerprint_as_long_as_the_page_does(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    guide = (Path(__file__).parents[2] / "docs/guides/committee.md").read_text(encoding="utf-8")
    (written,) = re.findall(r"open sealed-7\.json --box (\S+)", guide)
    assert len(typed_fingerprint(written)) == len(typed_fingerprint(box_shown("0" * 64)))
    assert run(tmp_path, bundle(), "--box=") == 1
    assert f"--box {written}." in capsys.readouterr().err


# ---- open votes and few envelopes


def test_an_open_vote_and_few_envelopes_are_opened_only_when_somebody_says_so(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    for votes in (1, FEWEST_ENVELOPES - 1):
        assert run(tmp_path, bundle(votes)) == 1
        assert f"{votes} envelope" in capsys.readouterr().err
        assert not (tmp_path / "out.pb").exists()
    assert run(tmp_path, bundle(1), "--few-envelopes") == 0
    (tmp_path / "out.pb").unlink()
    monkeypatch.setattr(desk, "now", lambda: CLOSES - timedelta(seconds=1))
    assert run(tmp_path, bundle()) == 1
    assert (
        "The vote is open until Monday 30 November 2026, 19:00 in Belgium: votes" in capsys.readouterr().err
    )
    assert not (tmp_path / "out.pb").exists()
    assert run(tmp_path, bundle(), "--still-open") == 0
    assert f"{FEWEST_ENVELOPES} ballots opened" in capsys.readouterr().out


def test_a_box_without_a_vote_tells_of_nobody(tmp_path: Path) -> None:
    assert run(tmp_path, bundle(0)) == 0


# ---- envelopes that cannot be counted


def test_what_cannot_be_counted_is_left_out_only_when_somebody_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    found = bundle(FEWEST_ENVELOPES + 2)
    for place in (0, 1):
        found["envelopes"][place] = f"{place:02d}" * (len(found["envelopes"][0]) // 2)
    assert run(tmp_path, found) == 1
    said = capsys.readouterr().err
    assert "Envelope 1 cannot be counted" in said
    assert "So are 1 more." in said
    assert "--leave-out" in said
    assert not (tmp_path / "out.pb").exists()
    assert run(tmp_path, found, "--leave-out") == 0
    said = capsys.readouterr().out
    assert f"{FEWEST_ENVELOPES} ballots opened" in said
    assert "2 envelopes could not be counted" in said
    # The box lies in the order of its bytes: another one may begin with the same.
    left = r"could not be counted: 2, at the places 1, \d+ of the box\n"
    assert re.search(left, (tmp_path / "out.pb").read_text())


def test_of_a_box_spoiled_but_for_a_few_nothing_is_written(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    """Whoever spoils all envelopes but one would read that one in the file."""
    found = bundle()
    found["envelopes"][1:] = [
        f"{n:02d}" * (len(found["envelopes"][0]) // 2) for n in range(1, FEWEST_ENVELOPES)
    ]
    assert run(tmp_path, found, "--leave-out") == 1
    assert "Only 1 envelopes can be counted" in capsys.readouterr().err
    assert not (tmp_path / "out.pb").exists()
    assert run(tmp_path, found, "--leave-out", "--few-envelopes") == 0


# ---- files


def test_a_ballot_file_is_new_and_its_owners_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert run(tmp_path, bundle()) == 0
    assert stat.S_IMODE((tmp_path / "out.pb").stat().st_mode) == 0o600
    before = (tmp_path / "out.pb").read_bytes()
    assert run(tmp_path, bundle(FEWEST_ENVELOPES + 1)) == 1
    assert "exists already" in capsys.readouterr().err
    assert (tmp_path / "out.pb").read_bytes() == before


def test_sheets_are_never_written_over_and_are_their_owners_alone(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    words = ["committee", "new", "--holders", "An, Bo, Cy", "--out", str(tmp_path / "key")]
    assert cli.main(words) == 0
    kept = {path: path.read_bytes() for path in (tmp_path / "key").iterdir()}
    assert sorted(path.name for path in kept) == [
        "public-key.txt",
        *(f"sheet-{each}.txt" for each in (1, 2, 3)),
    ]
    assert {stat.S_IMODE(path.stat().st_mode) for path in kept} == {0o600}
    capsys.readouterr()
    assert cli.main(words) == 1
    assert "exists already" in capsys.readouterr().err
    assert {path: path.read_bytes() for path in (tmp_path / "key").iterdir()} == kept
    other = tmp_path / "other"
    other.mkdir()
    (other / "sheet-3.txt").symlink_to(tmp_path / "nowhere")
    with pytest.raises(FileExistsError):
        write_sheets(other, ["An", "Bo", "Cy"], 2)
    assert [path.name for path in other.iterdir()] == ["sheet-3.txt"], "nothing is half written"


def test_a_holder_writes_no_line_of_a_sheet(tmp_path: Path) -> None:
    _key, sheets = write_sheets(tmp_path, [f"An\n{OTHERS[0].text()}", "Bo"], 2)
    assert desk.read_sheet(tmp_path / "sheet-1.txt") == sheets[0]


# ---- sheets


def test_a_number_that_comes_twice_is_said() -> None:
    with pytest.raises(WrongSheets, match="Sheet 1 was given twice"):
        check_sheets((SHEETS[0], SHEETS[0], SHEETS[1]))
    with pytest.raises(WrongSheets, match="Two different sheets bear the number 1"):
        check_sheets((SHEETS[0], OTHERS[0], SHEETS[1]))


@pytest.mark.parametrize("place", range(4))
def test_a_bad_sheet_among_enough_good_ones_hinders_nothing_and_is_named(place: int) -> None:
    for threshold, holders in ((2, 3), (3, 5), (10, 20)):
        key, sheets = new_committee(holders, threshold)
        _foreign, foreign = new_committee(holders, threshold)
        bad = foreign[-1]
        given_ = [*sheets[:threshold]]
        given_.insert(min(place, threshold), bad)
        found, strays = opening_key(given_, key)
        assert (bytes(found.public_key), strays) == (key, (bad,))
        same_number = Sheet(sheets[0].number, threshold, foreign[0].part)
        assert opening_key([same_number, *sheets[:threshold]], key)[1] == (same_number,)
        assert opening_key([Sheet(7, 9, bad.part), *sheets[:threshold]], key)[1] == (Sheet(7, 9, bad.part),)
    with pytest.raises(WrongSheets, match="another ballot"):
        private_key(OTHERS[:3], KEY)
    with pytest.raises(WrongSheets, match="2 different sheets are needed; 1 were given"):
        private_key((SHEETS[0], SHEETS[0]), KEY)


def test_the_command_opens_with_the_good_sheets_and_names_the_bad(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    misread = SHEETS[2].text()[:-1] + ("0" if SHEETS[2].text()[-1] != "0" else "1")
    texts = (OTHERS[3].text(), misread, SHEETS[0].text(), SHEETS[1].text())
    assert run(tmp_path, bundle(), sheets=texts) == 0
    said = capsys.readouterr().out
    assert "Sheet 4 was not used: it does not go with the others." in said
    assert "given-1.txt was not used: Sheet 3 was not typed as printed" in said
    (tmp_path / "out.pb").unlink()
    assert run(tmp_path, bundle(), sheets=(misread, SHEETS[0].text())) == 1
    assert "given-0.txt was not used" in capsys.readouterr().err


# ---- whatever a file holds


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=8),
    lambda inner: (
        st.lists(inner, max_size=4)
        | st.dictionaries(st.sampled_from(["definition", "frozen_hash", "envelopes", "x"]), inner, max_size=4)
    ),
    max_leaves=8,
)


@given(JSON)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_json_that_is_no_bundle_is_one_line_and_exit_code_two(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], found: Any
) -> None:
    assert run(tmp_path, found) == 2
    said = capsys.readouterr()
    assert (said.out, said.err.count("\n")) == ("", 1)
    assert "is no bundle of sealed envelopes" in said.err


@pytest.mark.parametrize(
    "data",
    [
        b"",
        b"nothing",
        b"\xff\xfe",
        b"[" * 100_000,
        b'{"a":' * 100_000,
        b"9" * 5_000,
        b"NaN",
        b'"\\ud800"',
        b'{"definition": {"\\ud800": 1}, "frozen_hash": "x", "envelopes": []}',
    ],
)
def test_what_is_no_json_or_cannot_be_written_again_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], data: bytes
) -> None:
    assert run(tmp_path, data) == 2
    assert capsys.readouterr().err.count("\n") == 1


def places(value: Any, path: tuple[Any, ...] = ()) -> Iterator[tuple[Any, ...]]:
    """Every place in a JSON value."""
    yield path
    inner = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    for key, each in inner:
        yield from places(each, (*path, key))


WHOLE = bundle(2)
WITHOUT_SPACE = [path for path in places(WHOLE) if path]


@given(st.sampled_from(WITHOUT_SPACE), JSON | st.just("gone"))
def test_a_bundle_with_anything_else_in_any_place_is_refused_or_opened_never_broken_off(
    path: tuple[Any, ...], other: Any
) -> None:
    spoilt = copy.deepcopy(WHOLE)
    above = spoilt
    for key in path[:-1]:
        above = above[key]
    if other == "gone":
        del above[path[-1]]
    else:
        above[path[-1]] = other
    if path[0] == "definition" and isinstance(spoilt.get("definition"), dict):
        try:
            spoilt["frozen_hash"] = fingerprint(spoilt["definition"])
        except ValueError:
            return
    with contextlib.suppress(NoBundle, BrokenBundle, WrongSheets):
        opened_file(spoilt, SHEETS[:2])


def test_two_options_of_one_number_are_no_vote() -> None:
    twice = [{"number": 1, "title": "Trees", "cost_cents": 500_00, "category": ""}] * 2
    with pytest.raises(NoBundle, match="two options have the same number"):
        opened_file(bundle(1, options=twice), SHEETS[:2])


@pytest.mark.parametrize("text", ["yesterday", "2026-11-30", "2026-11-30T18:00:00", ""])
def test_a_moment_without_its_zone_is_none(text: str) -> None:
    with pytest.raises(ValueError, match=r"."):
        moment_of(text)


# ---- terminals

EVIL = "\x1b]0;x\x07\x1b[31m\x9b2J\x7f\u202eEl\r"


def test_a_terminal_only_shows_what_it_is_given() -> None:
    shown = for_terminal(f"Größe {EVIL}\tend\nnext")
    assert shown == ("Größe \\u001b]0;x\\u0007\\u001b[31m\\u009b2J\\u007f\\u202eEl\\u000d\tend\nnext")
    assert json.loads(for_terminal(json.dumps(EVIL, ensure_ascii=False))) == EVIL


@pytest.mark.parametrize("words", [[], ["--json"], ["--explain"], ["--compare", "greedy"]])
def test_titles_with_escapes_do_nothing_to_the_terminal_of_who_counts(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], words: list[str]
) -> None:
    options = [
        {"number": 1, "title": f"Trees{EVIL[:-1]}", "cost_cents": 500_00, "category": ""},
        {"number": 2, "title": "Benches", "cost_cents": 600_00, "category": ""},
    ]
    assert run(tmp_path, bundle(options=options)) == 0
    assert cli.main(["count", str(tmp_path / "out.pb"), *words]) == 0
    (tmp_path / "bad.pb").write_text(
        (tmp_path / "out.pb").read_text().replace("budget;1000", f"budget;{EVIL}")
    )
    assert cli.main(["count", str(tmp_path / "bad.pb")]) == 1
    assert (
        cli.main(["committee", "new", "--holders", f"An{EVIL}, Bo", "--out", str(tmp_path / "k\x1b[2J")]) == 0
    )
    assert cli.main(["committee", "open", str(tmp_path / f"no{EVIL}"), "--out", "x", "--sheet", "y"]) == 1
    said = capsys.readouterr()
    assert "Trees" in said.out or words == ["--json"]
    for text in (said.out, said.err):
        assert not any(sign in text for sign in EVIL if not sign.isprintable())

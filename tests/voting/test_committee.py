"""From sealed envelopes to a file anyone can count: the round trip, and every way to spoil it."""

from __future__ import annotations

import json
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.utils import translation

from commonweal import allocation
from commonweal.config import cli
from commonweal.config import committee as committee_desk
from commonweal.kernel.decision import NotAllowed
from commonweal.voting import actions, queries
from commonweal.voting.committee import BrokenBundle, opened_file, pabulib_text
from commonweal.voting.counting import WrongFile, checked, result_of
from commonweal.voting.models import Ballot
from commonweal.voting.rules.choices import Form
from commonweal.voting.rules.envelopes import packed
from commonweal.voting.rules.frozen import canonical, fingerprint
from commonweal.voting.sealing import Sheet, WrongSheets, new_committee, private_key, sealed
from tests import factories as make
from tests.voting.steps import cast, counted, opened

pytestmark = pytest.mark.django_db
POINTS = Form("points", 1, 3, points_total=7, points_each=4)
BYLAWS = [
    (rule, utility, completion)
    for rule, utility, completion in (
        ("equal-shares", "cost", "add1u"),
        ("equal-shares", "cardinality", "greedy"),
        ("phragmen", "cost", "none"),
        ("greedy", "cost", "none"),
    )
]


def voted(
    form: Form | None = None, **changes: Any
) -> tuple[Ballot, tuple[Sheet, ...], dict[str, tuple[int, ...]]]:
    """A ballot with five votes; gives what each code chose."""
    ballot, sheets = make.open_ballot(members=6, form=form, budget_cents=6_000_00, **changes)
    chosen = {}
    for voter, numbers in zip(make.voters(ballot), ((1,), (1, 2), (2, 3), (3,), (4, 1)), strict=False):
        given = dict.fromkeys(numbers, 2) if form == POINTS else numbers
        chosen[cast(ballot, voter, given)] = tuple(sorted(numbers))
    return ballot, sheets, chosen


def closed(ballot: Ballot) -> dict[str, Any]:
    """The bundle of a closed ballot, as it reaches the committee."""
    actions.close_ballot(ballot=ballot, by=None, now=ballot.closes_at)
    ballot.refresh_from_db()
    bundle: dict[str, Any] = json.loads(json.dumps(queries.sealed_bundle(ballot)))
    return bundle


@pytest.mark.parametrize("form", [None, POINTS], ids=["approval", "points"])
def test_what_was_cast_is_what_two_of_three_sheets_open(form: Form | None) -> None:
    ballot, sheets, chosen = voted(form)
    file = opened_file(closed(ballot), (sheets[2], sheets[0]))
    election = allocation.read(file)
    assert {each.voter_id: tuple(sorted(map(int, each.choices))) for each in election.ballots} == chosen
    assert [each.voter_id for each in election.ballots] == sorted(chosen), (
        "the order says nothing of who came when"
    )
    assert allocation.write(election) == file


def test_the_order_of_the_bundle_says_nothing_of_who_came_when() -> None:
    ballot, _sheets, _chosen = voted()
    envelopes = closed(ballot)["envelopes"]
    assert envelopes == sorted(envelopes)
    assert len({len(each) for each in envelopes}) == 1


def test_the_streamed_bundle_is_the_bundle() -> None:
    ballot, _sheets, _chosen = voted()
    assert json.loads("".join(queries.sealed_lines(ballot))) == queries.sealed_bundle(ballot)
    empty, _sheets = make.open_ballot(members=0)
    assert json.loads("".join(queries.sealed_lines(empty)))["envelopes"] == []


def test_the_definition_keeps_its_fingerprint_after_a_trip_through_the_database_and_json() -> None:
    ballot, _sheets, _chosen = voted()
    again = Ballot.objects.get(pk=ballot.pk)
    definition = queries.definition(again)
    assert fingerprint(definition) == fingerprint(json.loads(canonical(definition))) == again.frozen_hash


@pytest.mark.parametrize(
    ("pick", "said"),
    [
        (lambda mine, _other: mine[:1], "2 different sheets are needed; 1 were given"),
        (lambda mine, _other: (mine[0], mine[0]), "2 different sheets are needed; 1 were given"),
        (lambda _mine, _other: (), "2 different sheets are needed; 0 were given"),
        (lambda _mine, other: other[:2], "belong to another ballot"),
        (lambda mine, other: (mine[0], other[1]), "belong to another ballot"),
    ],
    ids=["one", "one twice", "none", "foreign", "one foreign"],
)
def test_too_few_or_wrong_sheets_open_nothing(pick: Callable[..., Any], said: str) -> None:
    ballot, sheets, chosen = voted()
    _key, others = new_committee(3, 2)
    bundle = closed(ballot)
    with pytest.raises(WrongSheets, match=said):
        opened_file(bundle, pick(sheets, others))
    assert all(code in opened_file(bundle, sheets[1:]) for code in chosen)


def test_a_sheet_is_read_back_as_printed_and_a_slip_is_noticed() -> None:
    _key, sheets = new_committee(5, 3)
    for sheet in sheets:
        assert Sheet.read(sheet.text()) == Sheet.read(sheet.text().lower().replace("cw", "CW")) == sheet
    words = sheets[0].text().split()
    for place in (2, 5, -1):
        wrong = words.copy()
        wrong[place] = wrong[place][::-1] if wrong[place][::-1] != wrong[place] else "FFFE"
        with pytest.raises(WrongSheets, match="not typed as printed"):
            Sheet.read(" ".join(wrong))
    for text in ("", "CW", "CW x/2 00", "hello", "CW 1/2 zzzz 0000"):
        with pytest.raises(WrongSheets, match="not a committee sheet"):
            Sheet.read(text)


@pytest.mark.parametrize(("holders", "threshold"), [(1, 1), (3, 1), (3, 4), (21, 2)])
def test_a_committee_of_one_is_none(holders: int, threshold: int) -> None:
    with pytest.raises(ValueError, match="at least two"):
        new_committee(holders, threshold)


def moved(bundle: dict[str, Any], foreign: dict[str, Any], key: bytes) -> None:
    bundle["envelopes"][0] = foreign["envelopes"][0]


def marked_for_another(bundle: dict[str, Any], foreign: dict[str, Any], key: bytes) -> None:
    content = packed(bytes.fromhex(foreign["frozen_hash"])[:8], "0" * 12, ((1, 1),), 3)
    bundle["envelopes"][0] = sealed(content, key).hex()


def copied(bundle: dict[str, Any], foreign: dict[str, Any], key: bytes) -> None:
    bundle["envelopes"].append(bundle["envelopes"][0])


def truncated(bundle: dict[str, Any], foreign: dict[str, Any], key: bytes) -> None:
    bundle["envelopes"][0] = bundle["envelopes"][0][:-8]


def cut_inside(bundle: dict[str, Any], foreign: dict[str, Any], key: bytes) -> None:
    content = packed(bytes.fromhex(bundle["frozen_hash"])[:8], "0" * 12, ((1, 1),), 3)
    bundle["envelopes"][0] = sealed(content[:-1], key).hex()


def changed(bundle: dict[str, Any], foreign: dict[str, Any], key: bytes) -> None:
    first = bundle["envelopes"][0]
    bundle["envelopes"][0] = first[:-2] + ("00" if first[-2:] != "00" else "01")


def too_much(bundle: dict[str, Any], foreign: dict[str, Any], key: bytes) -> None:
    content = packed(bytes.fromhex(bundle["frozen_hash"])[:8], "0" * 12, ((1, 7),), 3)
    bundle["envelopes"][0] = sealed(content, key).hex()


def no_figures(bundle: dict[str, Any], foreign: dict[str, Any], key: bytes) -> None:
    bundle["envelopes"][0] = "not hexadecimal"


def cheaper(bundle: dict[str, Any], foreign: dict[str, Any], key: bytes) -> None:
    bundle["definition"]["options"][0]["cost_cents"] = 1


@pytest.mark.parametrize(
    ("spoil", "said"),
    [
        (moved, "does not open"),
        (marked_for_another, "made for another ballot"),
        (copied, "copy of another"),
        (truncated, "does not open"),
        (cut_inside, "wrong length"),
        (changed, "does not open"),
        (too_much, "points_not_asked"),
        (no_figures, "Envelope 5 cannot be counted"),
        (cheaper, "definition of the vote was changed"),
    ],
)
def test_a_spoiled_bundle_is_refused_whole_and_says_where(spoil: Callable[..., None], said: str) -> None:
    ballot, sheets, chosen = voted()
    elsewhere, _sheets, _chosen = voted()
    bundle, foreign = closed(ballot), closed(elsewhere)
    assert len(allocation.read(opened_file(bundle, sheets)).ballots) == len(chosen)
    spoil(bundle, foreign, bytes(ballot.public_key or b""))
    with pytest.raises(BrokenBundle, match=said):
        opened_file(bundle, sheets)


def test_progress_is_told_envelope_by_envelope() -> None:
    ballot, sheets, _chosen = voted()
    told: list[tuple[int, int]] = []
    opened_file(closed(ballot), sheets, lambda done, all_of_them: told.append((done, all_of_them)))
    assert told == [(number, 5) for number in range(1, 6)]


def test_the_key_is_made_of_any_threshold_of_sheets_and_only_of_them() -> None:
    key, sheets = new_committee(5, 3)
    for chosen in ((0, 1, 2), (4, 2, 0), (1, 3, 4)):
        assert bytes(private_key([sheets[place] for place in chosen], key).public_key) == key
    with pytest.raises(WrongSheets, match="3 different sheets"):
        private_key(sheets[:2], key)


@pytest.mark.parametrize(("rule", "utility", "completion"), BYLAWS)
def test_anyone_who_counts_the_published_file_gets_the_kept_outcome(
    rule: str, utility: str, completion: str, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    bylaw = {**make.BYLAW, "rule": rule, "utility": utility, "completion": completion}
    ballot, sheets, _chosen = voted(bylaw=bylaw)
    count = counted(ballot, sheets)
    path = tmp_path / "ballots.pb"
    path.write_text(queries.published_file(ballot), encoding="utf-8")
    arguments = [word for name, value in ballot.bylaw.items() for word in (f"--{name}", value)]
    assert cli.main(["count", str(path), *arguments, "--json"]) == 0
    count.refresh_from_db()
    printed = json.loads(capsys.readouterr().out)
    as_bytes = [json.dumps(each, sort_keys=True).encode() for each in (printed, count.result["outcome"])]
    assert as_bytes[0] == as_bytes[1]


def test_the_command_line_opens_a_bundle_with_the_printed_sheets(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    ballot, sheets, chosen = voted()
    (tmp_path / "bundle.json").write_text(json.dumps(closed(ballot)), encoding="utf-8")
    words = ["committee", "open", str(tmp_path / "bundle.json"), "--out", str(tmp_path / "ballots.pb")]
    box = actions.hand_over(ballot=ballot, by=None, now=ballot.closes_at).box_shown
    words += ["--few-envelopes", "--box", box]
    for sheet in sheets[:2]:
        path = tmp_path / f"{sheet.number}.txt"
        path.write_text(f"Holder: someone\n\n{sheet.text()}\n", encoding="utf-8")
        words += ["--sheet", str(path)]
    monkeypatch.setattr(committee_desk, "now", lambda: ballot.closes_at)
    assert cli.main(words[:-2]) == 1
    assert not (tmp_path / "ballots.pb").exists()
    assert cli.main(words) == 0
    assert all(code in (tmp_path / "ballots.pb").read_text() for code in chosen)


@pytest.mark.parametrize(
    ("change", "said"),
    [
        (lambda text: text.replace("budget;6000", "budget;6001"), "budget is not this ballot's"),
        (
            lambda text: text.replace("frozen definition sha256 ", "frozen definition sha256 f"),
            "another ballot",
        ),
        (lambda text: text.replace("\n4;4000;", "\n4;4001;"), "another cost"),
        (
            lambda text: text.replace("\n4;4000;", "\n5;4000;").replace("1,4", "1,5"),
            "not the ones on this ballot",
        ),
        (lambda text: text[:-30], "line"),
    ],
    ids=["budget", "hash", "cost", "options", "cut"],
)
def test_a_file_that_does_not_agree_with_the_ballot_is_refused(
    change: Callable[[str], str], said: str
) -> None:
    ballot, sheets, _chosen = voted()
    file = opened(ballot, sheets)
    definition = queries.definition(ballot)
    checked(definition, ballot.frozen_hash, file)
    wrong = change(file)
    assert wrong != file
    with pytest.raises(WrongFile, match=said):
        checked(definition, ballot.frozen_hash, wrong)
    with pytest.raises(actions.FileRefused):
        actions.accept_count(ballot=ballot, file=wrong, by=None, now=ballot.closes_at)


@pytest.mark.parametrize(
    ("found", "said"),
    [
        ({"0" * 11: ((1, 1),)}, "no tracking code"),
        ({"0" * 12: ((1, 1), (2, 1), (3, 1), (4, 1))}, "chooses what the form does not allow|at most"),
    ],
)
def test_a_file_with_a_ballot_nobody_could_have_cast_is_refused(found: dict[str, Any], said: str) -> None:
    ballot, _sheets, _chosen = voted()
    definition = queries.definition(ballot)
    with pytest.raises((WrongFile, allocation.ElectionError), match=said):
        checked(definition, ballot.frozen_hash, pabulib_text(definition, ballot.frozen_hash, found))


TOLD = {
    "other_budget": (lambda text: text.replace("budget;6000", "budget;6001"), "n’est pas celui de ce vote"),
    "other_ballot": (lambda text: text.replace(" sha256 ", " sha256 f"), "ouvert pour un autre vote"),
    "other_cost": (lambda text: text.replace("\n4;4000;", "\n4;4001;"), "a un autre coût"),
    "other_projects": (
        lambda text: text.replace("\n4;4000;", "\n5;4000;").replace("1,4", "1,5"),
        "ne sont pas ceux de ce bulletin",
    ),
    "votes_stated": (
        lambda text: text.replace("num_votes;5", "num_votes;6"),
        "annonce 6 bulletins, mais en contient 5",
    ),
    "projects_stated": (
        lambda text: text.replace("num_projects;4", "num_projects;3"),
        "annonce 3 projets, mais en contient 4",
    ),
    "ballot_twice": (
        lambda text: text.replace("num_votes;5", "num_votes;6") + text.splitlines()[-1] + "\n",
        "figure un bulletin",
    ),
    "not_a_ballot_file": (
        lambda _text: "Chère commission,\n\nvoici le fichier.",
        "pas un fichier de bulletins",
    ),
    "cut_off": (lambda text: text[: text.index("VOTES")], "s’arrête trop tôt"),
    # In the code of the last ballot: further on it depends on what was chosen.
    "unreadable": (lambda text: text[: text.rstrip("\n").rindex("\n") + 4], "en anglais"),
}


@pytest.mark.parametrize("code", TOLD)
def test_what_is_wrong_with_a_file_is_told_in_the_readers_language(code: str) -> None:
    ballot, sheets, _chosen = voted()
    file = opened(ballot, sheets)
    change, told = TOLD[code]
    with pytest.raises(WrongFile) as wrong:
        checked(queries.definition(ballot), ballot.frozen_hash, change(file))
    assert wrong.value.code == code
    with translation.override("fr"), pytest.raises(actions.FileRefused, match=told) as refused:
        actions.accept_count(ballot=ballot, file=change(file), by=None, now=ballot.closes_at)
    # What stays English is quoted, and says so.
    assert ('<q lang="en">' in str(refused.value)) == (code == "unreadable")


def test_the_name_of_a_file_on_this_machine_is_not_a_ballot_file() -> None:
    ballot, _sheets, _chosen = voted()
    with pytest.raises(WrongFile, match="line 1"):
        checked(queries.definition(ballot), ballot.frozen_hash, "/etc/hostname")


def test_a_file_that_lacks_a_ballot_is_refused() -> None:
    ballot, sheets, _chosen = voted()
    file = opened(ballot, sheets)
    bundle = queries.sealed_bundle(ballot)
    short = opened_file({**bundle, "envelopes": bundle["envelopes"][1:]}, sheets[:2])
    with pytest.raises(actions.FileRefused, match="The file holds 4 ballots, the box 5"):
        actions.accept_count(ballot=ballot, file=short, by=None, now=ballot.closes_at)
    assert actions.accept_count(ballot=ballot, file=file, by=None, now=ballot.closes_at).votes_count == 5


def test_the_result_carries_reasons_and_the_plain_count_beside_it() -> None:
    ballot, sheets, _chosen = voted()
    result = result_of(queries.definition(ballot), ballot.frozen_hash, opened(ballot, sheets))
    assert {each["project"] for each in [*result["funded"], *result["not_funded"]]} == {"1", "2", "3", "4"}
    assert result["spent_cents"] <= result["budget_cents"]
    assert result["satisfied"][1] == 5
    assert set(result["greedy"]["winners"]) <= {"1", "2", "3", "4"}


def test_a_box_without_a_vote_is_counted_too() -> None:
    ballot, sheets = make.open_ballot()
    count = counted(ballot, sheets)
    assert (count.votes_count, count.result["satisfied"]) == (0, [0, 0])


def test_days_are_written_as_the_checker_of_the_format_wants_them() -> None:
    ballot, sheets = make.open_ballot()
    meta = dict(line.split(";", 1) for line in opened(ballot, sheets).split("PROJECTS")[0].splitlines()[2:])
    for name, moment in (("date_begin", ballot.opens_at), ("date_end", ballot.closes_at)):
        assert meta[name] == f"{moment:%d.%m.%Y}"


def test_an_amount_with_cents_is_written_exactly() -> None:
    ballot, sheets = make.open_ballot(budget_cents=1_234_56)
    assert "\nbudget;1234.56\n" in opened(ballot, sheets)


def test_the_box_waits_for_sheets_typed_once() -> None:
    ballot, sheets, _chosen = voted()
    staff = make.staff("counter")
    actions.hand_out_paper(ballot=ballot, voter=make.voters(ballot)[5], by=staff, now=make.NOW)
    actions.type_sheet_first(ballot=ballot, number=1, choice=((1, 1),), by=staff, now=make.NOW)
    later = ballot.closes_at + timedelta(hours=1)
    with pytest.raises(NotAllowed, match="once the vote is closed"):
        actions.hand_over(ballot=ballot, by=None, now=make.NOW)
    actions.close_ballot(ballot=ballot, by=None, now=ballot.closes_at)
    with pytest.raises(actions.SheetsWaiting, match="second typing"):
        actions.hand_over(ballot=ballot, by=None, now=later)
    actions.start_sheet_again(ballot=ballot, number=1, by=staff, now=ballot.closes_at)
    ballot = actions.hand_over(ballot=ballot, by=None, now=later)
    assert actions.hand_over(ballot=ballot, by=None, now=later).box_hash == ballot.box_hash
    file = opened_file(queries.sealed_bundle(ballot), sheets[:2])
    actions.accept_count(ballot=ballot, file=file, by=None, now=ballot.closes_at + timedelta(hours=1))

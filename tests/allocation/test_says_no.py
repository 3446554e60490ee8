"""Counting says no to what it does not understand, reads what cities really publish, and says what it made of it."""

import json
from collections import Counter
from fractions import Fraction
from pathlib import Path
from random import Random

import pytest

from commonweal.allocation import (
    Ballot,
    BallotForm,
    ByLaw,
    Completion,
    Election,
    ElectionError,
    Engine,
    PabulibError,
    Project,
    Rule,
    Start,
    Stop,
    Ties,
    Treatment,
    Utility,
    check_totals,
    compare,
    count,
    explained,
    read,
    read_treating,
    satisfied_share,
    theme_shares,
    without_effect,
    write,
)
from commonweal.allocation.__main__ import main
from commonweal.allocation.pabulib_columns import read_quickly
from commonweal.allocation.pabulib_strict import read_strictly

from .elections import approval
from .engines import TWICE, assert_engines_agree

FILES = Path(__file__).parent / "files"


def pb(path: Path, *, meta: str = "", projects: str = "", votes: str = "", form: str = "approval") -> Path:
    projects = projects or "project_id;cost;category\n1;5;art\n2;7;sport\n3;4;art\n"
    votes = votes or "voter_id;vote;age\na;1,2;30\nb;2;40\nc;3;50\n"
    text = f"META\nkey;value\nbudget;10\nvote_type;{form}\n{meta}PROJECTS\n{projects}VOTES\n{votes}"
    path.write_text(text, "utf-8")
    return path


@pytest.fixture
def file(tmp_path: Path) -> Path:
    return pb(tmp_path / "file.pb")


def refusal(capsys: pytest.CaptureFixture[str], *arguments: object) -> str:
    """The one line with which the command says no."""
    assert main([str(each) for each in arguments]) == 1
    printed = capsys.readouterr()
    assert printed.out == ""
    assert printed.err.count("\n") == 1
    assert "Traceback" not in printed.err
    return printed.err


# ---- names and options


@pytest.mark.parametrize(
    ("words", "said"),
    [
        (["--weights", "shares"], "no column 'shares'; further columns: age"),
        (["--labels", "region", "--ceilings", "art=5"], "no column 'region'; further columns: category"),
        (["--labels", "category", "--ceilings", "sprot=1000000"], "label 'sprot'; labels: art, sport"),
        (["--labels", "category", "--floors", "Art=1"], "label 'Art'; labels: art, sport"),
        (["--labels", "category"], "--labels has no effect here: there are neither floors nor ceilings"),
        (["--ceilings", "art=5"], "need labels"),
        (["--step", "5"], "--step has no effect here: no share is raised"),
        (["--stop", "over-budget"], "--stop has no effect here: no share is raised"),
        (["--rule", "greedy", "--completion", "add1"], "--completion has no effect here: greedy is not"),
        (["--rule", "greedy", "--start", "floor"], "--start has no effect here: greedy gives nobody a share"),
        (["--rule", "phragmen", "--utility", "points"], "--utility has no effect here: phragmen reads"),
        (["--rule", "bounded-overspending", "--completion", "add1"], "is not completed by add1"),
        (["--ties", "id", "--lot", "7 23 41"], "--lot has no effect here: ids decide every tie"),
        (["--compare", "equal-shares"], "--compare has no effect here: equal-shares is the rule that counts"),
    ],
)
def test_a_name_nobody_knows_and_an_option_without_effect_are_refused(
    file: Path, capsys: pytest.CaptureFixture[str], words: list[str], said: str
) -> None:
    assert said in refusal(capsys, file, *words)


@pytest.mark.untraced
def test_an_option_changes_nothing_where_it_is_said_to_and_something_elsewhere() -> None:
    """What `without_effect` names can be left out: the outcome is the same, for many elections and by-laws."""
    random = Random(3)
    named: Counter[str] = Counter()
    plain = ByLaw()
    for _ in range(600):
        bylaw = ByLaw(
            random.choice(TWICE),
            random.choice((Utility.COST, Utility.CARDINALITY)),
            random.choice(list(Completion)),
            random.choice(list(Ties)),
            random.choice(list(Start)),
            random.choice((Fraction(1), Fraction(2))),
            random.choice(list(Stop)),
            random.choice(("", "7 23 41")),
        )
        votes = [" ".join(random.sample(("9", "10", "b", "a"), random.randint(0, 3))) for _voter in range(5)]
        election = approval(random.randint(4, 16), [random.randint(1, 5) for _project in "9abc"], votes)
        idle = without_effect(bylaw)
        named.update(idle.keys())
        fields = {name: getattr(bylaw, name) for name in bylaw.__dataclass_fields__}
        bare = ByLaw(**{name: getattr(plain, name) if name in idle else fields[name] for name in fields})
        assert count(election, bylaw).rounds == count(election, bare).rounds
        assert without_effect(bare) == {}
    assert set(named) == {"utility", "completion", "start", "step", "stop", "lot"}


# ---- numbers


@pytest.mark.parametrize("figures", [61, 310, 5_000])
@pytest.mark.parametrize("where", ["cost", "budget", "points", "min_length", "max_sum_cost", "shares"])
def test_a_number_of_many_figures_is_one_line(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], where: str, figures: int
) -> None:
    huge = "1" * figures
    path = pb(tmp_path / "huge.pb")
    text = path.read_text()
    words: list[str] = []
    if where == "cost":
        text = text.replace("1;5;art", f"1;{huge};art")
    elif where == "budget":
        text = text.replace("budget;10", f"budget;{huge}")
    elif where == "points":
        text = text.replace("vote_type;approval", "vote_type;scoring").replace(";age", ";points")
        text = text.replace("1,2;30", f"1,2;1,{huge}")
    elif where == "shares":
        text, words = text.replace("1,2;30", f"1,2;{huge}"), ["--weights", "age"]
    else:
        text = text.replace("PROJECTS\n", f"{where};{huge}\nPROJECTS\n")
    path.write_text(text)
    said = refusal(capsys, path, *words)
    assert len(said) < 5_400 if where == "shares" else len(said) < 300


@pytest.mark.parametrize("option", ["--step", "--floors", "--ceilings"])
def test_an_option_of_many_figures_is_refused_too(
    file: Path, capsys: pytest.CaptureFixture[str], option: str
) -> None:
    huge = "1" * 310
    if option == "--step":
        with pytest.raises(SystemExit):
            main([str(file), "--completion", "add1", option, huge])
        assert "Traceback" not in capsys.readouterr().err
    else:
        assert "amount" in refusal(capsys, file, "--labels", "category", option, f"art={huge}")


def test_numbers_of_sixty_figures_are_counted(tmp_path: Path) -> None:
    text = pb(tmp_path / "large.pb").read_text()
    sixty = "9" * 60
    election = read(text.replace("budget;10", f"budget;{sixty}").replace("1;5;art", f"1;{sixty}.{sixty};art"))
    for rule in Rule:
        assert "1" not in count(election, ByLaw(rule)).winners


# ---- negative points are no support


def scoring(votes: list[dict[str, int]], budget: int = 10, costs: tuple[int, ...] = (5, 5, 5)) -> Election:
    names = ("9", "10", "b")
    return Election.make(
        budget=budget,
        form=BallotForm.SCORING,
        projects=[Project(name, Fraction(cost)) for name, cost in zip(names, costs, strict=True)],
        ballots=[
            Ballot(f"v{place}", tuple(vote), tuple(Fraction(given) for given in vote.values()))
            for place, vote in enumerate(votes)
        ],
    )


@pytest.mark.parametrize("rule", [Rule.EQUAL_SHARES, Rule.PHRAGMEN, Rule.OVERSPENDING])
@pytest.mark.parametrize("engine", list(Engine))
def test_a_project_named_with_negative_points_is_not_supported(rule: Rule, engine: Engine) -> None:
    election = scoring([{"9": -3, "10": 2}, {"9": -1, "10": 1}, {"9": -2, "b": 5}])
    found = explained(election, ByLaw(rule), engine=engine)
    backed = {each.project: each.supporters for each in [*found.funded, *found.not_funded]}
    assert backed == {"9": 0, "10": 2, "b": 1}
    assert "9" not in found.outcome.winners or rule is Rule.PHRAGMEN


def test_greedy_puts_what_everybody_is_against_last() -> None:
    election = scoring([{"9": -3, "10": 2}, {"9": -1, "10": 1}, {"9": -2, "b": 5}])
    for utility in (Utility.COST, Utility.CARDINALITY, Utility.POINTS):
        assert count(election, ByLaw(Rule.GREEDY, utility)).winners[-1] != "9"


def test_who_was_against_a_winner_got_nothing_by_it() -> None:
    election = scoring([{"9": -3}, {"9": 2}, {"9": 1, "10": -1}])
    outcome = count(election, ByLaw(Rule.GREEDY))
    assert satisfied_share(election, ["9"]) == (2, 3)
    assert compare(outcome, outcome, election).nothing_a == 1
    (theme,) = theme_shares(election, outcome, ["all"] * 3)
    assert theme.choices == 2


@pytest.mark.untraced
def test_both_engines_read_negative_points_alike() -> None:
    random = Random(11)
    for _ in range(300):
        votes = [
            {name: random.randint(-3, 3) for name in random.sample(("9", "10", "b"), random.randint(0, 3))}
            for _voter in range(random.randint(1, 6))
        ]
        election = scoring(votes, random.randint(3, 16), tuple(random.randint(1, 6) for _project in "9ab"))
        for utility in Utility:
            rule = random.choice(TWICE)
            assert_engines_agree(election, ByLaw(rule, utility, random.choice(list(Completion))))


# ---- what the file says beside its ballots


def notes_of(capsys: pytest.CaptureFixture[str], *arguments: object) -> list[str]:
    assert main([str(each) for each in arguments]) == 0
    return [line for line in capsys.readouterr().out.split("\n") if line.startswith("note: ")]


def test_what_costs_nothing_is_named(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    path = pb(tmp_path / "free.pb", projects="project_id;cost\n1;0\n2;7\n3;0.00\n")
    assert notes_of(capsys, path) == [
        "note: cost 0: 1, 3; what costs nothing is funded without anybody paying"
    ]
    many = "project_id;cost\n" + "".join(f"{place};0\n" for place in range(1, 15))
    assert "9, 10 and 4 more;" in notes_of(capsys, pb(tmp_path / "many.pb", projects=many))[0]


def test_totals_that_disagree_with_the_ballots_are_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    projects = "project_id;cost;votes;score\n1;5;1;1\n2;7;3;x\n3;4;;\n"
    path = pb(tmp_path / "totals.pb", projects=projects)
    assert notes_of(capsys, path) == [
        "note: project 2: the file says 3 in column votes, its ballots add up to 2",
        "note: project 2: the file says x in column score, its ballots add up to 2",
    ]
    assert main([str(path), "--json"]) == 0
    assert len(json.loads(capsys.readouterr().out)["notes"]) == 2
    many = "project_id;cost;votes\n" + "".join(f"{place};1;9\n" for place in range(1, 15))
    assert (
        notes_of(capsys, pb(tmp_path / "many.pb", projects=many))[-1]
        == "note: and 4 more totals that disagree"
    )


def test_a_file_that_agrees_has_nothing_beside_its_result(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    assert notes_of(capsys, file) == []
    assert main([str(file), "--json"]) == 0
    assert not {"notes", "invalid_ballots"} & set(json.loads(capsys.readouterr().out))


RANKED = "voter_id;vote\na;1,2,3\nb;2,1\nc;3\n"


@pytest.mark.parametrize(
    ("scores", "meta"),
    [
        ((4, 4, 2), ""),  # as many as are ranked at or below
        ((5, 5, 4), "max_length;3\n"),  # as if three had been ranked
        ((4, 4, 2), "max_length;3\n"),
    ],
)
def test_the_scores_of_ranked_ballots_are_understood(
    tmp_path: Path, scores: tuple[int, ...], meta: str
) -> None:
    projects = "project_id;cost;score\n" + "".join(f"{p};5;{s}\n" for p, s in enumerate(scores, 1))
    ranked = {"form": "ordinal", "votes": RANKED, "meta": meta}
    assert check_totals(read(pb(tmp_path / "ranked.pb", projects=projects, **ranked))) == []
    wrong = projects.replace(f"1;5;{scores[0]}", "1;5;3")
    (found,) = check_totals(read(pb(tmp_path / "wrong.pb", projects=wrong, **ranked)))
    assert (found.project_id, found.column, found.stated, found.counted) == ("1", "score", "3", Fraction(4))


# ---- files as cities publish them


@pytest.mark.parametrize("name", sorted(path.name for path in FILES.glob("*.pb")))
def test_small_files_that_failed_are_read_and_counted(name: str, capsys: pytest.CaptureFixture[str]) -> None:
    election = read(FILES / name)
    assert read(write(election)) == election
    assert notes_of(capsys, FILES / name) == []


def test_ranks_with_points_are_worth_their_points() -> None:
    election = read(FILES / "pb-ordinal-with-points-column.pb")
    assert [ballot.points for ballot in election.ballots] == [(3, 2, 1)] * 3
    assert check_totals(election) == []
    for engine in Engine:
        found = explained(election, ByLaw(Rule.GREEDY, Utility.POINTS), engine=engine)
        assert found.outcome.winners[:2] == ("1", "2")
    other = election.with_ballots(
        [Ballot("a", ("2", "1", "3"), (Fraction(9), Fraction(1), Fraction(0)))] * 1
        + [Ballot("b", ("1", "2", "3"), (Fraction(3), Fraction(2), Fraction(1)))]
    )
    # By the places alone both would have five; with their points project 2 has eleven.
    for engine in Engine:
        assert count(other, ByLaw(Rule.GREEDY, Utility.POINTS), engine=engine).winners[0] == "2"
    assert_engines_agree(other, ByLaw(utility=Utility.POINTS))


@pytest.mark.parametrize(
    ("points", "said"),
    [
        ("1,2,3", "more points than one ranked before it"),
        ("3,2", "3 projects named but 2 numbers of points given"),
        ("3,2,-1", "an ordinal ballot has no negative points"),
        ("3,two,1", "points 'two' is not a plain decimal number"),
    ],
)
def test_points_that_contradict_the_ranks_are_refused(points: str, said: str) -> None:
    text = (
        (FILES / "pb-ordinal-with-points-column.pb").read_text().replace("a;1,2,3;3,2,1", f"a;1,2,3;{points}")
    )
    with pytest.raises(PabulibError, match=said) as quick:
        read(text)
    with pytest.raises(PabulibError) as strict:
        read_strictly(text)
    assert str(quick.value) == str(strict.value)


def test_many_ranked_ballots_are_read_quickly_with_their_points() -> None:
    text = (FILES / "pb-ordinal-with-points-column.pb").read_text()
    quick = read_quickly(text.encode())
    assert quick is not None
    assert quick == read_strictly(text)
    rising = text.replace("b;1,2,3;3,2,1", "b;1,2,3;3,3,4")
    with pytest.raises(ElectionError, match="ranked before it"):
        quick.with_ballots([Ballot("b", ("1", "2", "3"), (Fraction(3), Fraction(3), Fraction(4)))])
    assert read_quickly(rising.encode()) is None


def test_a_points_column_does_not_belong_on_approvals() -> None:
    with pytest.raises(ElectionError, match="points do not belong on a approval"):
        Election.make(
            budget=1,
            form=BallotForm.APPROVAL,
            projects=[Project("9", Fraction(1))],
            ballots=[Ballot("a", ("9",), (Fraction(1),))],
        )


def padded(text: str) -> str:
    """A file as a spreadsheet saves it: every line as wide as the widest."""
    lines = text.split("\n")
    width = max(line.count(";") for line in lines)
    return "\n".join(line + ";" * (width - line.count(";")) for line in lines[:-1]) + "\n"


@pytest.mark.parametrize("ends", ["\n", "\r\n"])
def test_a_file_saved_by_a_spreadsheet_is_the_same_election(file: Path, ends: str) -> None:
    text = file.read_text()
    assert read(padded(text).replace("\n", ends)) == read(text)
    with_blank = padded(text).replace("PROJECTS", ";;;\nPROJECTS", 1)
    assert read(with_blank) == read(text)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("a;1,2;30", "a;1,2;30;stray", "3 fields expected, 4 found"),
        ("voter_id;vote;age", "voter_id;;age", "VOTES has no column vote"),
        ("1;5;art", ";5;art", "project_id ''"),
        ("VOTES;;", "VOTES;stray;", "the file ends before the section VOTES"),
    ],
)
def test_padding_hides_nothing(file: Path, old: str, new: str, said: str) -> None:
    text = padded(file.read_text())
    assert old in text
    with pytest.raises(PabulibError, match=said):
        read(text.replace(old, new))


def test_a_field_too_many_in_a_file_that_is_not_padded_is_refused(file: Path) -> None:
    with pytest.raises(PabulibError, match="3 fields expected, 4 found"):
        read(file.read_text().replace("a;1,2;30", "a;1,2;30;"))
    with pytest.raises(PabulibError, match="begins with the line META"):
        read(file.read_text().replace("META", "META;x", 1))


def test_a_missing_line_key_value_is_understood_and_another_header_is_not(file: Path) -> None:
    text = file.read_text()
    assert read(text.replace("key;value\n", "")) == read(text)
    assert read(padded(text.replace("key;value\n", ""))) == read(text)
    for header in ("key;val", "Key;Value", "key;value;more"):
        with pytest.raises(PabulibError, match=r"header of META|fields expected"):
            read(text.replace("key;value", header))


# ---- one voter broke a limit


LIMITED = {"meta": "max_length;1\nnum_votes;3\n"}


def test_a_ballot_beyond_a_limit_refuses_the_file_unless_told_otherwise(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = pb(tmp_path / "limit.pb", **LIMITED)
    assert "voter a: 2 projects named, at most 1 may be" in refusal(capsys, path)
    assert "voter a" in refusal(capsys, path, "--invalid-ballots", "refuse")


@pytest.mark.parametrize(
    ("treatment", "voters", "done"),
    [("drop", 2, "dropped: not counted"), ("keep", 3, "kept: counted as they are")],
)
def test_broken_ballots_are_dropped_or_kept_and_the_result_says_so(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], treatment: str, voters: int, done: str
) -> None:
    path = pb(tmp_path / "limit.pb", **LIMITED)
    notes = notes_of(capsys, path, "--invalid-ballots", treatment)
    assert notes == [
        f"note: 1 ballot broke a limit of the file and were {done}",
        "note:   voter a: 2 projects named, at most 1 may be",
    ]
    assert main([str(path), "--invalid-ballots", treatment, "--json"]) == 0
    said = json.loads(capsys.readouterr().out)
    assert said["voters"] == voters
    assert said["invalid_ballots"] == {
        "treatment": treatment,
        "ballots": [{"voter_id": "a", "problem": "2 projects named, at most 1 may be"}],
    }


def test_many_broken_ballots_are_counted_and_some_named(
    tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    votes = "voter_id;vote\n" + "".join(f"v{place};1,2\n" for place in range(14)) + "w;3\n"
    path = pb(tmp_path / "limits.pb", meta="max_sum_cost;9\n", votes=votes)
    notes = notes_of(capsys, path, "--invalid-ballots", "drop")
    assert notes[0].startswith("note: 14 ballots broke a limit")
    assert notes[-1] == "note:   and 4 more"
    assert read_treating(path.read_bytes(), Treatment.DROP).election == read(
        path.read_text().replace(votes, "voter_id;vote\nw;3\n")
    )


@pytest.mark.parametrize(
    ("meta", "form", "votes"),
    [
        ("min_length;2\n", "approval", ""),
        ("max_points;3\n", "cumulative", "voter_id;vote;points\na;1,2;4,1\nb;2;1\n"),
        ("max_sum_points;3\n", "cumulative", "voter_id;vote;points\na;1,2;2,2\nb;2;1\n"),
        ("min_points;1\n", "scoring", "voter_id;vote;points\na;1,2;0,2\nb;2;1\n"),
    ],
)
def test_every_limit_can_be_treated(tmp_path: Path, meta: str, form: str, votes: str) -> None:
    data = pb(tmp_path / "limit.pb", meta=meta, form=form, votes=votes).read_bytes()
    with pytest.raises(PabulibError):
        read_treating(data, Treatment.REFUSE)
    dropped, kept = (read_treating(data, each) for each in (Treatment.DROP, Treatment.KEEP))
    assert dropped.broken == kept.broken != ()
    assert len(dropped.election.ballots) + len(dropped.broken) == len(kept.election.ballots)


@pytest.mark.parametrize(
    ("old", "new", "said"),
    [
        ("b;2;40", "b;9;40", "there is no project '9'"),
        ("b;2;40", "a;2;40", "occurs twice"),
        ("b;2;40", "b;2,2;40", "named twice"),
        ("num_votes;3", "num_votes;4", "num_votes says 4"),
        ("max_length;1", "max_length;one", "max_length must be a whole number"),
    ],
)
@pytest.mark.parametrize("treatment", ["drop", "keep"])
def test_what_is_no_matter_of_limits_still_refuses_the_file(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], treatment: str, old: str, new: str, said: str
) -> None:
    path = pb(tmp_path / "limit.pb", **LIMITED)
    path.write_text(path.read_text().replace(old, new))
    assert said in refusal(capsys, path, "--invalid-ballots", treatment)


def test_a_file_without_broken_ballots_is_counted_the_same_under_every_treatment(
    file: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    printed = set()
    for treatment in Treatment:
        assert main([str(file), "--invalid-ballots", treatment.value]) == 0
        printed.add(capsys.readouterr().out)
    assert len(printed) == 1

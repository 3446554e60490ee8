"""Pabulib files: read strictly, with line and column of every complaint, and written back without loss."""

from fractions import Fraction
from pathlib import Path
from unittest import mock

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from commonweal.allocation import (
    Ballot,
    BallotForm,
    Election,
    PabulibError,
    Project,
    check_totals,
    pabulib_write,
    read,
    write,
)
from commonweal.allocation.election import number_from_text, number_to_text
from commonweal.allocation.pabulib_rows import row_to_text
from tests.examples_count import examples

from .elections import approval, approval_elections, point_elections

PLAIN = """META
key;value
description;Playgrounds
num_projects;3
num_votes;3
budget;1000.50
vote_type;approval
min_length;1
max_length;2
PROJECTS
project_id;cost;votes;name;category
p1;400;2;Swings;play
p2;600.5;1;"Slide; the ""long"" one";
p3;10;1;Bench;rest
VOTES
voter_id;vote;age
1;p1,p2;34
2;p1;
3;p3;82
"""
POINTS = """META
key;value
num_projects;2
num_votes;2
budget;10
vote_type;cumulative
max_points;3
min_points;1
max_sum_points;5
min_sum_points;2
PROJECTS
project_id;cost;score
a;5;5
b;5;3
VOTES
voter_id;vote;points
1;a,b;3,2
2;a,b;2,1
"""


def test_a_file_is_read_as_it_says() -> None:
    election = read(PLAIN)
    assert election.budget == Fraction("1000.5")
    assert election.form is BallotForm.APPROVAL
    assert election.projects[1] == Project(
        "p2", Fraction("600.5"), 'Slide; the "long" one', {"votes": "1", "category": ""}
    )
    assert election.ballots[0] == Ballot("1", ("p1", "p2"), None, {"age": "34"})
    assert election.limits.max_length == 2
    assert election.project("p3").name == "Bench"


def test_points_are_read_with_the_choices() -> None:
    election = read(POINTS)
    assert election.ballots[0].points == (3, 2)


@pytest.mark.parametrize("text", [PLAIN, POINTS])
def test_reading_and_writing_loses_nothing(text: str) -> None:
    election = read(text)
    written = write(election)
    assert read(written) == election
    assert write(read(written)) == written
    assert sorted(written.splitlines()) == sorted(text.splitlines())


def test_line_ends_and_a_byte_order_mark_make_no_difference() -> None:
    election = read(PLAIN)
    assert read(PLAIN.replace("\n", "\r\n")) == election
    assert read("\ufeff" + PLAIN) == election
    assert read(PLAIN.encode("utf-8-sig")) == election
    assert read(PLAIN.replace("PROJECTS", "\n\nPROJECTS") + "\n \n") == election
    assert read(PLAIN.rstrip("\n")) == election


def test_spaces_around_values_are_not_part_of_them_unless_quoted() -> None:
    spaced = PLAIN.replace(";", " ; ")
    assert read(spaced).projects[0] == read(PLAIN).projects[0]
    assert read(spaced).projects[1].name == 'Slide ;  the "long" one'
    assert read(PLAIN.replace("Swings", '" Swings "')).projects[0].name == " Swings "
    assert read(PLAIN.replace("p1,p2", "p1 , p2")).ballots[0].choices == ("p1", "p2")


def test_a_path_is_read_from_the_disk(tmp_path: Path) -> None:
    path = tmp_path / "small.pb"
    path.write_text(PLAIN, encoding="utf-8")
    assert read(path) == read(str(path)) == read(PLAIN)
    with pytest.raises(OSError):
        read(tmp_path / "missing.pb")


def test_both_spellings_of_the_beneficiaries_are_kept_and_understood() -> None:
    for column in ("target", "beneficiaries"):
        election = read(PLAIN.replace("category", column))
        assert election.projects[0].beneficiaries == "play"
        assert f"name;{column}\n" in write(election)
    assert read(PLAIN).projects[0].beneficiaries == ""
    both = PLAIN.replace("votes;name;category", "target;name;beneficiaries")
    with pytest.raises(PabulibError, match="mean the same thing"):
        read(both)


def change(old: str, new: str, text: str = PLAIN) -> str:
    assert text.count(old) >= 1
    return text.replace(old, new, 1)


BAD = {
    "not a Pabulib file": ("hello\nworld\n", 1, 1, "begins with the line META"),
    "nothing at all": ("\n", 1, 1, "ends before the section META"),
    "an unknown title": (change("PROJECTS\n", "PROJECTZ\n"), 10, 1, "2 fields expected, 1 found"),
    "sections in another order": ("META\nkey;value\nVOTES\n", 3, 1, "PROJECTS expected here, not VOTES"),
    "a section twice": (PLAIN + "VOTES\n", 20, 1, "the end of the file expected here, not VOTES"),
    "no votes section": (PLAIN[: PLAIN.index("VOTES")], 14, 1, "ends before the section VOTES"),
    "a title without a header": (PLAIN[: PLAIN.index("voter_id")], 15, 1, "section VOTES has no header line"),
    "a title where the header should be": ("META\nPROJECTS\n", 2, 1, "section META has no header line"),
    "a header of META that is another": (
        change("key;value", "key;values"),
        2,
        1,
        "header of META is key;value",
    ),
    "no column cost": (change("id;cost;", "id;price;"), 11, 1, "no column cost"),
    "another first column": (change("project_id", "id"), 11, 1, "first column of PROJECTS is project_id"),
    "a column twice": (change("name;category", "name;name"), 11, 28, "'name' is empty or occurs twice"),
    "a column without a name": (change("name;category", "name;"), 11, 28, "'' is empty or occurs twice"),
    "a key twice": (change("min_length;1", "budget;1"), 8, 1, "the key 'budget' is empty or occurs twice"),
    "an empty key": (change("min_length;1", ";1"), 8, 1, "the key '' is empty"),
    "a field too many": (change("3;p3;82", "3;p3;82;x"), 19, 9, "3 fields expected, 4 found"),
    "a field too few": (change("3;p3;82", "3;p3"), 19, 3, "3 fields expected, 2 found"),
    "no budget": (change("budget;1000.50\n", ""), 2, 1, "the key budget is missing"),
    "no vote type": (change("vote_type;approval\n", ""), 2, 1, "the key vote_type is missing"),
    "another vote type": (change("approval", "lottery"), 7, 11, "vote_type 'lottery' is not one of"),
    "a budget with a comma": (change("1000.50", "1000,50"), 6, 8, "budget must be a plain decimal number"),
    "a negative budget": (change("1000.50", "-1"), 6, 8, "budget must not be negative"),
    "a count that is wrong": (
        change("num_votes;3", "num_votes;4"),
        5,
        11,
        "num_votes says 4 but there are 3",
    ),
    "a count that is no number": (
        change("num_projects;3", "num_projects;3.0"),
        4,
        14,
        "must be a whole number",
    ),
    "a limit that is no number": (change("max_length;2", "max_length;two"), 9, 12, "must be a whole number"),
    "a cost in powers of ten": (change("400", "4e2"), 12, 4, "cost '4e2' is not a plain decimal number"),
    "a cost in other digits": (change("400", "٤٠٠"), 12, 4, "is not a plain decimal number"),
    "a negative cost": (change("400", "-400"), 12, 4, "negative cost"),
    "an infinite cost": (change("400", "inf"), 12, 4, "not a plain decimal number"),
    "no cost": (change("p1;400", "p1;"), 12, 4, "cost '' is not a plain decimal number"),
    "a project twice": (change("p3;10", "p1;10"), 14, 1, "project_id 'p1' occurs twice"),
    "a project without an id": (change("p3;10", ";10"), 14, 1, "project_id '' is empty"),
    "a project with a comma": (change("p3;10", "p,3;10"), 14, 1, "holds a comma"),
    "a voter twice": (change("3;p3", "1;p3"), 19, 1, "voter_id '1' is empty or occurs twice"),
    "an unknown project": (change("3;p3", "3;p4"), 19, 3, "voter 3: there is no project 'p4'"),
    "a hole in a vote": (change("1;p1,p2", "1;p1,,p2"), 17, 3, "there is no project ''"),
    "a project named twice": (change("1;p1,p2", "1;p1,p1"), 17, 3, "the same project is named twice"),
    "too many projects": (change("1;p1,p2", "1;p1,p2,p3"), 17, 3, "3 projects named, at most 2 may be"),
    "too few projects": (change("2;p1;", "2;;"), 18, 3, "0 projects named, at least 1 must be"),
    "two for choose-1": (change("approval", "choose-1"), 17, 3, "2 projects named, at most 1 may be"),
    "too much money": (change("min_length;1", "max_sum_cost;1000"), 17, 3, "at most 1000 is allowed"),
    "too little money": (change("min_length;1", "min_sum_cost;11"), 19, 3, "at least 11 is required"),
    "a stray points column": (
        change("vote;age", "vote;points"),
        16,
        15,
        "goes with cumulative, scoring or ordinal votes",
    ),
    "no points column": (
        change("vote;points", "vote;poins", POINTS),
        16,
        1,
        "cumulative votes need a column points",
    ),
    "a point too few": (change("3,2", "3", POINTS), 17, 7, "2 projects named but 1 numbers of points given"),
    "no points at all": (
        change(";3,2", ";", POINTS),
        17,
        7,
        "2 projects named but 0 numbers of points given",
    ),
    "points in words": (change("3,2", "3,x", POINTS), 17, 7, "points 'x' is not a plain decimal number"),
    "more points than allowed": (change("3,2", "4,1", POINTS), 17, 7, "4 points for a project, at most 3"),
    "fewer points than allowed": (
        change("3,2", "3,0.5", POINTS),
        17,
        7,
        "1/2 points for a project, at least 1",
    ),
    "negative points": (
        change("min_points;1\n", "", change("3,2", "3,-2", POINTS)),
        16,
        7,
        "no negative points",
    ),
    "a sum too high": (change("3,2", "3,3", POINTS), 17, 7, "6 points in all, at most 5"),
    "a sum too low": (change("1;a,b;3,2", "1;a;1", POINTS), 17, 5, "1 points in all, at least 2"),
    "a NUL character": (change("Swings", "Swi\0ngs"), 12, 13, "NUL character"),
    "a lone carriage return": (change("Swings", "Swi\rngs"), 12, 13, "carriage return without a line feed"),
    "the same beside quotes": (change("rest", 're\r"st"'), 14, 17, "carriage return without a line feed"),
    "text after a quote": (change('one";', 'one"x;'), 13, 37, "text after the closing quote"),
    "a quote never closed": (change("Bench", '"Bench'), 14, 9, "never closed"),
    "a quote never closed at the end": (change("p3;82", 'p3;"82'), 19, 6, "never closed"),
}


@pytest.mark.parametrize("name", list(BAD))
def test_a_file_that_would_be_counted_wrongly_is_refused_with_its_place(name: str) -> None:
    text, line, column, message = BAD[name]
    with pytest.raises(PabulibError) as caught:
        read(text)
    assert message in caught.value.message
    assert (caught.value.line, caught.value.column) == (line, column)
    assert str(caught.value).startswith(f"line {line}, column {column}: ")


def test_bytes_that_are_not_utf8_are_refused_with_their_place() -> None:
    with pytest.raises(PabulibError) as caught:
        read(PLAIN.replace("Swings", "Sé").encode("latin-1"))
    assert (caught.value.line, caught.value.column) == (12, 11)


def test_an_ordinal_and_a_scoring_file_are_read_too() -> None:
    ordinal = read(change("approval", "ordinal"))
    assert ordinal.form is BallotForm.ORDINAL
    assert ordinal.ballots[0].choices == ("p1", "p2")
    scoring = read(
        POINTS.replace("cumulative", "scoring")
        .replace("min_points;1", "min_points;-5")
        .replace("3,2", "3,-1")
    )
    assert scoring.ballots[0].points == (3, -1)


def test_an_unused_vote_is_a_vote() -> None:
    election = read(change("2;p1;", "2;;").replace("min_length;1\n", ""))
    assert election.ballots[1].choices == ()
    assert len(election.ballots) == 3


# Everything a name may hold, line ends and quotes included; NUL and lone surrogates cannot be in a text file.
TEXTS = st.text(st.characters(exclude_characters="\0", exclude_categories=["Cs"]), max_size=12)


@examples(300)
@given(TEXTS, TEXTS, st.booleans())
@example(' "a;b"\r\n', "\u2028\x0b\x85", True)
@example('"', ";", False)
def test_any_name_and_any_further_column_survives_the_round_trip(name: str, other: str, quoted: bool) -> None:
    project = Project("p", Fraction(1, 8), name, {"note": other, "x": ""})
    ballot = Ballot("v", ("p",), None, {"remark": name if quoted else ""})
    meta = {"comment": other, "aim": name}
    election = Election.make(
        budget=Fraction(7, 2), form=BallotForm.APPROVAL, projects=[project], ballots=[ballot], meta=meta
    )
    again = read(write(election))
    assert again.projects == (project if name else Project("p", Fraction(1, 8), "", project.fields),)
    assert again.ballots == election.ballots
    assert again.meta == election.meta
    assert write(again) == write(election)
    assert read(write(again)) == again


@examples(200)
@given(
    st.one_of(approval_elections(least_cost=0), point_elections(), point_elections(BallotForm.SCORING, -3))
)
def test_every_generated_election_survives_the_round_trip(election: Election) -> None:
    again = read(write(election))
    assert (again.meta, again.projects, again.ballots) == (election.meta, election.projects, election.ballots)
    assert read(write(again)) == again
    assert write(again) == write(election)


def test_what_cannot_be_written_without_loss_is_refused() -> None:
    third = Election.make(
        budget=1, form=BallotForm.APPROVAL, projects=[Project("p", Fraction(1, 3))], ballots=[]
    )
    with pytest.raises(ValueError, match="1/3 has no finite decimal form"):
        write(third)
    named = Election(
        {"budget": "1", "vote_type": "approval"},
        (Project("p", Fraction(1), "Name"),),
        (),
        ("project_id", "cost"),
    )
    with pytest.raises(ValueError, match="project p has a value for name, for which there is no column"):
        write(named)


def test_columns_and_keys_are_written_in_the_order_of_the_format() -> None:
    projects = [Project("p", Fraction(5), "N", {"zone": "z", "category": "c"}), Project("q", Fraction(-0))]
    ballot = Ballot("v", ("p",), None, {"sex": "F", "age": "20", "code": "1"})
    election = Election.make(
        budget=5,
        form=BallotForm.APPROVAL,
        projects=projects,
        ballots=[ballot],
        meta={"zebra": "1", "country": "Belgium"},
    )
    assert write(election) == (
        "META\nkey;value\ncountry;Belgium\nnum_projects;2\nnum_votes;1\nbudget;5\nvote_type;approval\nzebra;1\n"
        "PROJECTS\nproject_id;cost;name;category;zone\np;5;N;c;z\nq;0;;;\n"
        "VOTES\nvoter_id;vote;age;sex;code\nv;p;20;F;1\n"
    )


def written_one_by_one(election: Election) -> str:
    """The lines of the votes, written ballot by ballot."""
    names = {name for ballot in election.ballots for name in ballot.fields}
    columns = ["voter_id", "vote", *(["points"] if election.form.has_points else []), *sorted(names)]
    lines = [row_to_text(columns)]
    for ballot in election.ballots:
        points = ",".join(number_to_text(value) for value in ballot.points or ())
        facts = {
            **ballot.fields,
            "voter_id": ballot.voter_id,
            "vote": ",".join(ballot.choices),
            "points": points,
        }
        lines.append(row_to_text([facts.get(column, "") for column in columns]))
    return "".join(lines)


@examples(200)
@given(
    st.one_of(approval_elections(least_cost=0), point_elections(), point_elections(BallotForm.SCORING, -3)),
    st.lists(st.dictionaries(st.sampled_from(["note", "remark"]), TEXTS), min_size=8, max_size=8),
    st.sampled_from(["", '"', ";"]),
)
def test_votes_are_written_in_columns_as_they_would_be_one_by_one(
    election: Election, fields: list[dict[str, str]], odd: str
) -> None:
    projects = [Project(project.id + odd, project.cost) for project in election.projects]
    ballots = [
        Ballot(
            ballot.voter_id + odd, tuple([choice + odd for choice in ballot.choices]), ballot.points, facts
        )
        for ballot, facts in zip(election.ballots, fields, strict=False)
    ]
    odd_election = Election.make(budget=1, form=election.form, projects=projects, ballots=ballots)
    with mock.patch.object(pabulib_write, "_ROWS_AT_ONCE", 3):
        assert write(odd_election).partition("VOTES\n")[2] == written_one_by_one(odd_election)
    # A column that no ballot of a part has is no column of it.
    part = odd_election.with_ballots(odd_election.ballots[:1])
    assert write(part).partition("VOTES\n")[2] == written_one_by_one(part)


def test_a_fact_on_a_ballot_without_a_column_is_refused_at_its_first_voter() -> None:
    ballots = [Ballot("1", (), None, {"age": ""}), Ballot("2", (), None, {"sex": "F", "age": "7"})]
    meta = {"budget": "1", "vote_type": "approval"}
    election = Election(meta, (), [*ballots, Ballot("3", (), None, {"age": "8"})], (), ("voter_id", "vote"))
    with pytest.raises(ValueError, match="voter 2 has a value for age, sex, for which there is no column"):
        write(election)
    assert write(election.with_ballots(ballots[:1])).endswith("voter_id;vote\n1;\n")


@pytest.mark.parametrize(
    ("number", "text"),
    [
        ("1/5", "0.2"),
        ("-1/40", "-0.025"),
        ("100/1", "100"),
        ("0", "0"),
        ("2001/2", "1000.5"),
        ("1/1000", "0.001"),
    ],
)
def test_numbers_are_written_in_their_shortest_form(number: str, text: str) -> None:
    assert number_to_text(Fraction(number)) == text
    assert number_from_text(text) == Fraction(number)


def test_totals_that_disagree_with_the_ballots_are_listed() -> None:
    assert check_totals(read(PLAIN)) == []
    wrong = check_totals(read(PLAIN.replace("p1;400;2", "p1;400;3").replace("p3;10;1", "p3;10;many")))
    assert [(found.project_id, found.column, found.stated, found.counted) for found in wrong] == [
        ("p1", "votes", "3", 2),
        ("p3", "votes", "many", 1),
    ]
    assert check_totals(read(POINTS)) == []
    assert [found.counted for found in check_totals(read(POINTS.replace("a;5;5", "a;5;6")))] == [5]


def test_an_election_made_from_values_checks_itself_too() -> None:
    with pytest.raises(ValueError, match="points do not belong on a approval ballot"):
        Election.make(
            budget=5,
            form=BallotForm.APPROVAL,
            projects=[Project("p", Fraction(1))],
            ballots=[Ballot("v", ("p",), (Fraction(1),))],
        )
    election = approval(5, [2], ["9"])
    assert election.with_ballots([]).meta["num_votes"] == "0"
    assert election.with_ballots([]).with_projects([]).meta["num_projects"] == "0"
    with pytest.raises(ValueError, match="there is no project '9'"):
        election.with_projects([])
    with pytest.raises(KeyError):
        election.project("nothing")

"""Verdicts beside those of `pabulib-checker`, on whole files with one fault each; `make proof`.

Each difference has its reason in docs/algorithms/pabulib.md, under the name it has here.
"""

import re
from collections import Counter
from random import Random

import pytest

from commonweal.allocation import PabulibError, read

from .checker import ROOT, VERSION, errors_by_checker
from .elections import data_files
from .mutations import spoiled

META = """META
key;value
description;A vote
country;Belgium
unit;Gent
instance;2024
num_projects;3
num_votes;3
budget;1000
vote_type;{}
rule;unknown
date_begin;01.03.2024
date_end;31.03.2024
"""
TICKS = """min_length;1
max_length;2
PROJECTS
project_id;cost;name;beneficiaries
1;400;Swings;children
2;600;Slide;children
3;10;Bench;
VOTES
voter_id;vote;age;sex
a;1,2;34;F
b;1;;M
c;3;82;
"""
GIVEN = """max_points;3
min_points;1
max_sum_points;5
min_sum_points;1
PROJECTS
project_id;cost;name
1;400;Swings
2;600;Slide
3;10;Bench
VOTES
voter_id;vote;points
a;1,2;3,2
b;1;1
c;3;1
"""
APPROVAL = META.format("approval") + TICKS
POINTS = META.format("cumulative") + GIVEN
ONE = META.format("choose-1") + TICKS.replace("max_length;2", "max_length;1").replace("a;1,2", "a;2")
VALID = {
    "approval": APPROVAL,
    "choose-1": ONE,
    "ordinal": META.format("ordinal") + TICKS,
    "cumulative": POINTS,
    "scoring": META.format("scoring") + GIVEN,
}


def change(old: str, new: str, text: str = APPROVAL) -> str:
    assert old in text
    return text.replace(old, new, 1)


# What both refuse.
FAULTS = {
    "no budget": change("budget;1000\n", ""),
    "a budget with a comma": change("budget;1000", "budget;1000,5"),
    "another vote type": change("approval", "lottery"),
    "a wrong number of votes": change("num_votes;3", "num_votes;4"),
    "a wrong number of projects": change("num_projects;3", "num_projects;2"),
    "a key twice": change("unit;Gent", "unit;Gent\nunit;Gent"),
    "a section missing": APPROVAL[: APPROVAL.index("VOTES")],
    "sections in another order": change("PROJECTS", "VOTES").replace("VOTES\nvoter_id", "PROJECTS\nvoter_id"),
    "a column twice": change("age;sex", "age;age"),
    "a project twice": change("3;10;", "1;10;"),
    "a project without an id": change("3;10;", ";10;"),
    "a project without a cost": change("3;10;", "3;;"),
    "a cost in words": change("3;10;", "3;ten;"),
    "a voter twice": change("c;3", "a;3"),
    "a voter without an id": change("c;3", ";3"),
    "an unknown project": change("c;3", "c;4"),
    "too many projects": change("a;1,2", "a;1,2,3"),
    "too few projects": change("c;3", "c;"),
    "a point too few": change("a;1,2;3,2", "a;1,2;3", POINTS),
    "points in words": change("a;1,2;3,2", "a;1,2;3,x", POINTS),
    "too many points for one": change("a;1,2;3,2", "a;1,2;4,1", POINTS),
    "no column of points": change("vote;points", "vote;sex", POINTS),
    "negative points": change("c;3;1", "c;3;-1", POINTS.replace("min_points;1\n", "")),
    "a negative budget": change("budget;1000", "budget;-1"),
    "a stray column of points": change("age;sex", "age;points"),
}
# Where the verdicts differ: ours first ("accepts" or "refuses").
DIFFERENCES = {
    "target": ("accepts", change("beneficiaries", "target")),
    "obligatory facts": ("accepts", change("description;A vote\n", "")),
    "totals": ("accepts", change("cost;name", "cost;votes").replace("Swings", "3").replace("Slide", "1")),
    "costs above the budget": ("accepts", change("2;600;", "2;1600;")),
    "vocabulary": ("accepts", change("82;", "82;X")),
    "unknown keys and columns": ("accepts", change("age;sex", "age;street")),
    "spaces around": ("accepts", change("a;1,2", "a;1, 2")),
    "cost of nothing": ("accepts", change("3;10;", "3;0;")),
    "an empty vote": ("accepts", change("c;3;", "c;;", APPROVAL.replace("min_length;1\n", ""))),
    "a project named twice": ("refuses", change("a;1,2", "a;1,1")),
    "sums beyond the limits": ("refuses", change("a;1,2;3,2", "a;1,2;3,3", POINTS)),
    "sums of costs beyond the limits": ("refuses", change("max_length;2", "max_sum_cost;900")),
    "a stray carriage return": ("refuses", change("34;F\n", "34;F\r\r\n")),
    "a field too many": ("refuses", change("c;3;82;", "c;3;82;;")),
    "a field too few": ("refuses", change("c;3;82;", "c;3;82")),
    "powers of ten": ("refuses", change("budget;1000", "budget;1e3")),
    "other digits": ("refuses", change("3;10;", "3;١٠;")),
    "a hole in a vote": ("refuses", change("a;1,2", "a;1,,2")),
    "text after a quote": ("refuses", change("Bench", '"Ben"ch')),
    "a NUL character": ("refuses", change("Bench", "Ben\0ch")),
    "names of sections in other letters": ("refuses", change("PROJECTS", "Projects")),
}


# The reasons of the differences on spoiled files: the checker's kinds of errors where we accept, and the beginnings
# of our messages where it accepts.
THEIRS = {
    "not known meta fields": "unknown keys and columns",
    "not known projects fields": "unknown keys and columns",
    "not known votes fields": "unknown keys and columns",
    "missing meta field value": "obligatory facts",
    "missing num_votes field": "obligatory facts",
    "different number of projects": "obligatory facts",
    "invalid meta field value": "vocabulary",
    "invalid projects field value": "target",
    "invalid votes field value": "vocabulary",
    "invalid choose-1 meta constraint": "vocabulary",
    "file structure error": "spaces around",
    "single project exceeded whole budget": "costs above the budget",
    "all projects funded": "costs above the budget",
    "project with no cost": "cost of nothing",
    "whitespace around vote separator": "spaces around",
    "whitespace around list separator": "spaces around",
}
OURS = {
    r"\d+ fields expected, \d+ found": "a field too many",
    "a carriage return without a line feed": "a stray carriage return",
    "a NUL character does not belong": "a NUL character",
    ".* is not a plain decimal number": "powers of ten",
    ".* must be a plain decimal number": "powers of ten",
    ".* must be a whole number": "powers of ten",
    "text after the closing quote": "text after a quote",
    "the header of META is key;value": "names of sections in other letters",
    "a Pabulib file begins with the line META": "names of sections in other letters",
    "voter .*: there is no project ''": "a hole in a vote",
    "voter .*: the same project is named twice": "a project named twice",
    r"voter .*: \d+ points in all": "sums beyond the limits",
}


def refusal(text: str) -> str | None:
    """What is wrong with a text; None when it is read."""
    try:
        read(text.encode())
    except PabulibError as error:
        return error.message
    return None


@pytest.mark.proof
def test_our_verdicts_are_those_of_the_checker_save_for_the_listed_differences() -> None:
    texts = {**VALID, **FAULTS, **{name: text for name, (_, text) in DIFFERENCES.items()}}
    theirs = dict(zip(texts, errors_by_checker(list(texts.values())), strict=True))
    ours = {name: refusal(text) is None for name, text in texts.items()}
    assert [name for name in VALID if not ours[name] or theirs[name]] == []
    assert [name for name in FAULTS if ours[name] or not theirs[name]] == []
    assert [name for name in DIFFERENCES if ours[name] != (DIFFERENCES[name][0] == "accepts")] == []
    assert [name for name in DIFFERENCES if ours[name] != bool(theirs[name])] == []


@pytest.mark.proof
def test_on_spoiled_files_the_verdicts_differ_for_the_listed_reasons_only() -> None:
    random = Random(5)
    lines = [(text, at) for text in VALID.values() for at in range(len(text.splitlines()))]
    texts = []
    for number in range(3000):
        text, at = lines[number % len(lines)]
        texts.append(spoiled(text.encode(), at, random).decode("utf-8", "ignore"))
    found: Counter[str] = Counter()
    for text, theirs in zip(texts, errors_by_checker(texts), strict=True):
        ours = refusal(text)
        if ours is None and theirs:
            reasons = {THEIRS.get(error, f"unlisted: {error}") for error in theirs}
        elif ours is not None and not theirs:
            reasons = {name for pattern, name in OURS.items() if re.match(pattern, ours)} or {
                f"unlisted: {ours}"
            }
        else:
            reasons = {"the same verdict"}
        found.update(reasons)
    print(f"\npabulib-checker {VERSION} on 3,000 spoiled files: {dict(found.most_common())}")
    assert [reason for reason in found if reason.startswith("unlisted")] == []
    assert found["the same verdict"] > 1500


@pytest.mark.proof
def test_the_published_files_here_have_the_verdicts_that_are_written_down() -> None:
    paths = data_files()
    theirs = errors_by_checker([path.read_text(encoding="utf-8") for path in paths])
    for path, errors in zip(paths, theirs, strict=True):
        assert refusal(path.read_text(encoding="utf-8")) is None
        print(f"\n{path.name}: pabulib-checker finds {errors or 'nothing'}")


def test_every_difference_has_its_reason_written_down() -> None:
    text = (ROOT / "docs" / "algorithms" / "pabulib.md").read_text(encoding="utf-8")
    assert [name for name in DIFFERENCES if f"| {name} |" not in text] == []
    assert set(THEIRS.values()) | set(OURS.values()) <= set(DIFFERENCES)

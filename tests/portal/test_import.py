"""Votes of other cities, brought in from Pabulib files: sealed, opened and counted here, faithful or refused."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path

import pytest
from django.conf import settings
from django.db import DatabaseError, IntegrityError, transaction
from django.test import Client

from commonweal.allocation import Election, count, read
from commonweal.kernel.decision import NotAllowed
from commonweal.people.models import Event, Message, Organisation
from commonweal.portal.demo import imported
from commonweal.portal.demo.wording import shortened
from commonweal.projects import actions as projects
from commonweal.projects.models import Call
from commonweal.voting import actions as voting
from commonweal.voting.models import Ballot, Envelope, Vote
from commonweal.voting.queries import ballot_about, count_of, published_file
from tests import factories as make
from tests.portal.steps import LANGUAGES, text_of

pytestmark = pytest.mark.django_db

LONG = (
    "Un jardin partagé pour toutes celles et tous ceux qui n’ont pas de jardin, "
    "avec un four, un verger et une cabane à outils"
)
META = {
    "description": "A small vote",
    "country": "France",
    "unit": "Ville-d'Essai",
    "instance": "2019",
    "budget": "3000",
    "vote_type": "approval",
    "rule": "greedy",
    "date_begin": "11.09.2019",
    "date_end": "15.10.2019",
}
PROJECTS = (("b2", "1000.50", "Un banc"), ("b10", "1000.50", LONG), ("a", "2500", "Une fontaine"))
APPROVALS = (("v1", "b2"), ("v2", "b2,b10"), ("v3", "b10"), ("v4", "a"), ("v5", "a"))
POINTS = (("v1", "b2,a", "3,1"), ("v2", "b10", "2"), ("v3", "a", "3"), ("v4", "b10,b2", "1,2"))


def file(
    tmp_path: Path,
    votes: tuple[tuple[str, ...], ...] = APPROVALS,
    offered: tuple[tuple[str, str, str], ...] = PROJECTS,
    **meta: str,
) -> Path:
    """A Pabulib file."""
    facts = {**META, "num_projects": str(len(offered)), "num_votes": str(len(votes)), **meta}
    head = "voter_id;vote;points" if len(votes[0]) == 3 else "voter_id;vote"
    lines = ["META", "key;value", *(f"{key};{value}" for key, value in facts.items())]
    lines += ["PROJECTS", "project_id;cost;name", *(";".join(row) for row in offered)]
    lines += ["VOTES", head, *(";".join(row) for row in votes)]
    path = tmp_path / "vote.pb"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


def bring(path: Path) -> tuple[Call, Ballot]:
    """Imports a file, quietly."""
    call = imported.pabulib(path, say=lambda _line: None)
    ballot = ballot_about(f"call:{call.pk}")
    assert ballot is not None
    return call, ballot


def winners_on_the_file(path: Path) -> tuple[str, ...]:
    """Names of the projects that equal shares carries on the published file, in order."""
    election = read(path)
    outcome = count(election, imported.bylaw_of(imported.shape_of(election)))
    return tuple(election.project(code).name for code in outcome.winners)


def winners_here(ballot: Ballot) -> tuple[str, ...]:
    found = count_of(ballot)
    assert found is not None
    titles = dict(ballot.options.values_list("number", "title"))
    return tuple(titles[int(number)] for number in found.result["winners"])


@pytest.mark.parametrize(
    ("votes", "kind"), [(APPROVALS, "approval"), (POINTS, "cumulative"), (POINTS, "scoring")]
)
def test_a_file_becomes_a_decided_call_with_the_same_winners(
    tmp_path: Path, votes: tuple[tuple[str, ...], ...], kind: str
) -> None:
    path = file(tmp_path, votes, vote_type=kind)
    call, ballot = bring(path)
    assert (call.state, ballot.state) == ("decided", "published")
    assert winners_here(ballot) == tuple(shortened(name, 120) for name in winners_on_the_file(path))
    states = dict(call.dossiers.values_list("title", "state"))
    assert {title for title, state in states.items() if state == "funded"} == set(winners_here(ballot))


def test_every_ballot_of_the_file_is_in_the_published_one(tmp_path: Path) -> None:
    path = file(tmp_path, POINTS, vote_type="cumulative")
    _call, ballot = bring(path)
    ours, theirs = read(published_file(ballot)), read(path)
    names = {project.id: project.name for project in ours.projects}

    def content(election: Election, called: dict[str, str]) -> list[list[tuple[str, Fraction]]]:
        return sorted(
            sorted(
                (shortened(called[code], 120), given)
                for code, given in zip(each.choices, each.points or (), strict=True)
            )
            for each in election.ballots
        )

    assert content(ours, names) == content(theirs, {project.id: project.name for project in theirs.projects})
    assert sorted(ballot.voters.values_list("reference", flat=True)) == ["v1", "v2", "v3", "v4"]


def test_the_call_says_what_it_is_in_four_languages_with_the_days_of_the_file(tmp_path: Path) -> None:
    call, ballot = bring(file(tmp_path))
    assert call.slug == "ville-dessai-2019"
    assert {text.language for text in call.texts.all()} == set(LANGUAGES)
    assert all("2019" in text.title and "Pabulib" in text.summary for text in call.texts.all())
    assert (ballot.opens_at.date().isoformat(), call.publish_on.isoformat()) == ("2019-09-10", "2019-10-16")
    assert set(call.dossiers.values_list("language", flat=True)) == {"fr"}
    assert call.dossiers.get(title="Un banc").requested_cents == 1000_50
    assert Organisation.objects.get().name == "Imported: Ville-d'Essai"


def test_its_pages_answer_in_every_language(client: Client, tmp_path: Path) -> None:
    call, ballot = bring(file(tmp_path))
    project = call.dossiers.get(title="Un banc")
    for language in LANGUAGES:
        for page in (
            f"calls/{call.slug}/",
            f"ballots/{ballot.pk}/result/",
            f"projects/{project.pk}/",
            "projects/",
        ):
            text_of(client, f"/{language}/{page}")


def test_nobody_is_written_to_about_an_imported_vote(tmp_path: Path, run_jobs: object) -> None:
    bring(file(tmp_path))
    assert callable(run_jobs)
    run_jobs()
    assert not Message.objects.exists()


def test_the_same_file_twice_makes_two_calls(tmp_path: Path) -> None:
    path = file(tmp_path)
    assert [bring(path)[0].slug for _twice in range(2)] == ["ville-dessai-2019", "ville-dessai-2019-2"]


def test_a_long_title_is_cut_between_words_and_kept_whole_below(tmp_path: Path) -> None:
    call, _ballot = bring(file(tmp_path))
    dossier = call.dossiers.get(title__startswith="Un jardin")
    assert len(dossier.title) <= 120
    assert dossier.title.endswith("…")
    assert LONG.startswith(dossier.title[:-1])
    assert LONG[len(dossier.title) - 1] == " "
    assert dossier.summary == LONG


def test_the_last_tie_falls_as_it_would_on_the_file_itself(tmp_path: Path) -> None:
    # Same cost, same supporters: only the ids decide, as text, where b10 comes before b2.
    numbers = (12, 2, 10, 1, 11, 3, 4, 5, 6, 7, 8, 9)
    offered = tuple((f"b{number}", "1000", f"Projet {number}") for number in numbers)
    votes = tuple((f"v{number}", f"b{number}") for number in numbers)
    path = file(tmp_path, votes, offered)
    _call, ballot = bring(path)
    assert winners_here(ballot) == winners_on_the_file(path) == ("Projet 1", "Projet 10", "Projet 11")


@pytest.mark.parametrize(
    ("changes", "line"),
    [
        ({"vote_type": "ordinal"}, "Ranked ballots"),
        ({"offered": (("a", "0", "Free"), ("b2", "5", "B"), ("b10", "5", "C"))}, "Project a has no cost"),
        ({"offered": (("a", "1.005", "Odd"), ("b2", "5", "B"), ("b10", "5", "C"))}, "fraction of a cent"),
        ({"votes": (("v1", "b2"), ("v2", ""))}, "chooses nothing"),
        ({"votes": (("v1", "b2", "0"),), "vote_type": "cumulative"}, "gives no points"),
        ({"votes": (("v1", "b2", "1.5"),), "vote_type": "cumulative"}, "broken points"),
        ({"votes": (("v1", "b2", "-1"),), "vote_type": "scoring"}, "negative"),
        ({"votes": (("v1", "b2", "1"),), "vote_type": "scoring", "default_score": "1"}, "default_score"),
        ({"votes": (("v1", "b2", "70000"),), "vote_type": "cumulative"}, "60000 points"),
        ({"votes": (("v" * 81, "b2"),)}, "81 characters"),
        ({"budget": "0"}, "budget"),
        ({"votes": (("v1", "nowhere"),)}, "line 21, column 4"),
        ({"num_votes": "9"}, "line 13, column 11"),
    ],
)
def test_what_our_ballots_cannot_hold_is_refused_in_one_line_and_nothing_is_kept(
    tmp_path: Path, changes: dict[str, object], line: str
) -> None:
    path = file(tmp_path, **changes)  # type: ignore[arg-type]
    with pytest.raises(imported.CannotImport) as refused:
        bring(path)
    assert line in str(refused.value)
    assert "\n" not in str(refused.value)
    assert not Call.objects.exists()
    assert not Organisation.objects.exists()


def test_a_file_that_is_not_there_or_holds_something_else_is_refused(tmp_path: Path) -> None:
    with pytest.raises(imported.CannotImport, match="cannot be read"):
        bring(tmp_path / "nothing.pb")
    (tmp_path / "vote.pb").write_text("Dear all,\nplease vote.\n")
    with pytest.raises(imported.CannotImport, match="line 1"):
        bring(tmp_path / "vote.pb")


def test_a_ballot_longer_than_ours_is_refused(tmp_path: Path) -> None:
    offered = tuple((f"p{number}", "10", "P") for number in range(201))
    with pytest.raises(imported.CannotImport, match="201 projects"):
        bring(file(tmp_path, (("v1", ",".join(code for code, _cost, _name in offered)),), offered))


def test_limits_of_the_file_become_limits_of_the_form(tmp_path: Path) -> None:
    shape = imported.shape_of(
        read(file(tmp_path, POINTS, vote_type="cumulative", max_points="3", max_sum_points="7"))
    )
    assert (shape.choices_max, shape.points_total, shape.points_each) == (2, 7, 3)
    shape = imported.shape_of(read(file(tmp_path, max_length="3")))
    assert (shape.choices_min, shape.choices_max) == (1, 3)


def test_projects_join_no_call_whose_vote_is_open(tmp_path: Path) -> None:
    call, _ballot = bring(file(tmp_path))
    who = make.person()
    project = projects.ImportedProject("Un banc", "Un banc.", "…", "fr", 1_000_00)
    given = {
        "organisation": make.organisation(who),
        "applicant": who,
        "reason": "…",
        "by": None,
        "now": make.NOW,
    }
    with pytest.raises(projects.ImportRefused, match="open or over"):
        projects.import_projects(call=call, projects=[project], **given)
    other = make.call()
    with pytest.raises(projects.ImportRefused, match="more than zero"):
        projects.import_projects(
            call=other, projects=[projects.ImportedProject("Un banc", "", "", "fr", 0)], **given
        )
    assert projects.import_projects(call=other, projects=[project, project], **given) == 2
    assert len(set(other.dossiers.values_list("reference", flat=True))) == 2
    assert Event.objects.filter(name="ProjectsImported", subject=f"call:{other.pk}").count() == 1


def test_toulouse_2019_is_carried_here_as_on_its_published_file(client: Client) -> None:
    published = Path(settings.DATA) / "ballots" / "france_toulouse_2019.pb"
    for path in [published] if published.exists() else []:
        call, ballot = bring(path)
        assert ballot.voters.count() == 1_494
        expected = tuple(shortened(name, 120) for name in winners_on_the_file(path))
        assert winners_here(ballot) == expected
        text_of(client, f"/fr/ballots/{ballot.pk}/result/")
        assert call.dossiers.filter(state="funded").count() == len(expected)


def test_votes_brought_in_pass_the_same_guards_as_one_cast_by_hand() -> None:
    ballot, _sheets = make.open_ballot(members=3)
    first, second, third = make.voters(ballot)
    kept = voting.BroughtVote(first, ((1, 1),), make.NOW)
    for other, refusal in (
        (voting.BroughtVote(second, ((9, 1),), make.NOW), voting.ChoiceNotAllowed),
        (voting.BroughtVote(second, (), make.NOW), voting.ChoiceNotAllowed),
        (voting.BroughtVote(second, ((2, 1),), ballot.closes_at), NotAllowed),
        (kept, IntegrityError),
    ):
        with pytest.raises(refusal), transaction.atomic():
            voting.cast_many(ballot=ballot, votes=[kept, other], by=None, now=make.NOW)
        assert not Vote.objects.exists(), "one that is refused takes all with it"
    votes = [kept, voting.BroughtVote(third, ((2, 1), (3, 1)), make.NOW)]
    assert voting.cast_many(ballot=ballot, votes=votes, by=None, now=make.NOW) == 2
    assert Envelope.objects.filter(ballot=ballot).count() == Vote.objects.count() == 2
    assert Event.objects.get(name="VotesBroughtIn").data == {"count": 2}
    first.refresh_from_db()
    with pytest.raises(IntegrityError), transaction.atomic():
        voting.cast_many(ballot=ballot, votes=[kept], by=None, now=make.NOW)


def test_a_vote_is_not_brought_into_another_ballot() -> None:
    ballot, _sheets = make.open_ballot(members=1)
    other, _sheets = make.open_ballot(members=0)
    (voter,) = make.voters(ballot)
    with pytest.raises(DatabaseError, match="another ballot"), transaction.atomic():
        voting.cast_many(
            ballot=other, votes=[voting.BroughtVote(voter, ((1, 1),), make.NOW)], by=None, now=make.NOW
        )

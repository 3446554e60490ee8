"""Pages of votes: one that runs, with its paper ballots, and one that is counted."""

from __future__ import annotations

from tests.journeys.sites import Pages, Site

NO_PAGE = {
    "ballots-file",
    "definition",
    "result-csv",
    "result-file",
    "sealed-bundle",
    "turnout-csv",
    "votes-shelf",
}
ELSEWHERE = {"ballot-cast", "ballot-review"}


def pages(site: Site) -> Pages:
    """Pages of the vote of a call that runs, and of one whose result is published."""
    running, counted = site.ballot(site.voting_call), site.ballot(site.decided_call)
    vote, result = f"ballots/{running.pk}/", f"ballots/{counted.pk}/result/"
    return Pages(
        visitor=[
            "ballots/",
            "ballots/how-it-works/",
            vote,
            result,
            f"{result}rounds/?round=1",
            f"{result}my-vote/",
        ],
        applicant=[vote],
        staff=[
            f"{vote}paper/",
            *(f"{vote}paper/{page}/" for page in ("hand-out", "sheet", "first", "second")),
        ],
    )

"""The list of votes and results, how voting works here, and the files of a ballot."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from django.core.paginator import Paginator
from django.http import HttpRequest, HttpResponse, StreamingHttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import get_object_or_404, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from commonweal.kernel.decision import no
from commonweal.people.access import demand, for_staff, open_to_all, viewer
from commonweal.people.rules import Act, Channel
from commonweal.voting import access, queries
from commonweal.voting.models import Ballot, Voter
from commonweal.voting.states import NOT_HANDED_OVER, BallotState
from commonweal.voting.views import figures, summary
from commonweal.voting.wording.titles import title_of

PAGE_SIZE = 20
OPEN_MAX = 50
EASY = gettext_lazy(
    "Your vote is secret.\n"
    "We put your vote in a sealed envelope.\n"
    "We cannot open the envelope.\n"
    "A group of people opens all envelopes together, after the vote. There are no names in them.\n"
    "You get a code. The code is yours alone. Do not show it to anyone.\n"
    "After the count you can use your code to find your vote.\n"
    "You may change your vote until the vote closes.\n"
    "You may also vote on paper. Call us or come by."
)


def visible_ballot(request: HttpRequest, pk: int) -> Ballot:
    """The ballot, if this reader may look at it. Raises Http404."""
    return get_object_or_404(access.visible_ballots(viewer(request), timezone.now()), pk=pk)


@open_to_all
def ballot_list(request: HttpRequest) -> HttpResponse:
    """Votes that are open, then the others with what came of them."""
    person, now = viewer(request), timezone.now()
    seen = access.visible_ballots(person, now)
    is_open = {"state": BallotState.OPEN, "closes_at__gt": now}
    open_now = list(seen.filter(**is_open).order_by("closes_at", "id")[:OPEN_MAX])
    page = Paginator(seen.exclude(**is_open).order_by("-closes_at", "id"), PAGE_SIZE).get_page(
        request.GET.get("page")
    )
    lines = queries.lines_of(person, open_now)
    facts = queries.counted_facts(page.object_list)
    rows = []
    for ballot in page.object_list:
        seen_result = access.may_see_result(ballot, person, now)
        sentence = _sentence(facts.get(ballot.pk)) if seen_result else ""
        rows.append({**_shown(ballot, now), "sentence": sentence})
    return render(
        request,
        "voting/ballot_list.html",
        {
            "open_now": [{**_shown(each, now), **_mine(each, lines.get(each.pk), now)} for each in open_now],
            "page": page,
            "rows": rows,
        },
    )


def _shown(ballot: Ballot, now: datetime) -> dict[str, Any]:
    return {"ballot": ballot, "title": title_of(ballot), "phase": summary.phase(ballot, now)}


def _mine(ballot: Ballot, line: Voter | None, now: datetime) -> dict[str, Any]:
    vote = getattr(line, "vote", None)
    return {
        "may_vote": bool(access.may_vote(ballot, line, now)),
        "has_voted": vote is not None,
        "on_paper": vote is not None and vote.channel == Channel.PAPER,
        "form": summary.form_words(ballot.rules_form()),
    }


def _sentence(facts: dict[str, Any] | None) -> str:
    if facts is None:
        return ""
    return figures.sentence(facts["winners"], facts["winners"] + facts["losers"], *facts["satisfied"])


@open_to_all
def how_it_works(request: HttpRequest) -> HttpResponse:
    """What keeps a vote secret, against whom, and against whom not."""
    return render(request, "voting/how_it_works.html", {"easy": EASY})


@open_to_all
def definition_file(request: HttpRequest, pk: int) -> HttpResponse:
    """The frozen definition, byte for byte as it was hashed."""
    ballot = visible_ballot(request, pk)
    if ballot.state == BallotState.PREPARED:
        demand(no("not_open", _("This vote is still being prepared: nothing is frozen yet.")))
    response = HttpResponse(queries.definition_file(ballot), content_type="application/json")
    response["Cache-Control"] = "public, max-age=3600"
    return response


@for_staff(Act.CLOSE_BALLOTS)
def sealed_bundle(request: HttpRequest, pk: int) -> HttpResponseBase:
    """The sealed envelopes for the committee, once the box is closed."""
    ballot = visible_ballot(request, pk)
    if ballot.state in NOT_HANDED_OVER:
        demand(
            no(
                "not_handed_over",
                _("First hand over the box, on the page of the call: its fingerprint is published then."),
            )
        )
    response = StreamingHttpResponse(queries.sealed_lines(ballot), content_type="application/json")
    response["Content-Disposition"] = f'attachment; filename="sealed-{ballot.pk}.json"'
    response["Cache-Control"] = "no-store"
    return response

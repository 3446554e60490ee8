"""What my vote did: found in the browser from published votes, or by a form nobody signed in may send.

A tracking code is never in an address, a log or a session here.
"""

from __future__ import annotations

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from commonweal.people.access import limited, open_to_all
from commonweal.voting import queries
from commonweal.voting.forms import CodeForm
from commonweal.voting.models import Ballot, Count
from commonweal.voting.rules.published import shelf_length, shelf_of, votes_in, what_it_did
from commonweal.voting.states import BallotState
from commonweal.voting.views import figures
from commonweal.voting.views.ballots import visible_ballot
from commonweal.voting.views.result import seen_count, waiting
from commonweal.voting.wording.titles import title_of


@open_to_all
def votes_shelf(request: HttpRequest, pk: int, shelf: str) -> HttpResponse:
    """Published votes whose codes begin alike, so that asking for one of them does not say which."""
    ballot = visible_ballot(request, pk)
    count, decision = seen_count(request, ballot)
    if count is None:
        return waiting(request, ballot, decision)
    content = queries.votes_shelf(count, shelf)
    if content is None:
        raise Http404
    response = HttpResponse(content, content_type="application/json")
    published = ballot.state == BallotState.PUBLISHED
    response["Cache-Control"] = "public, max-age=86400" if published else "private, no-store"
    return response


@limited("codes")
@open_to_all
@sensitive_post_parameters()
@sensitive_variables()
@cache_control(no_store=True)
def my_vote(request: HttpRequest, pk: int) -> HttpResponse:
    """Finds a vote by its tracking code. With JavaScript the code stays in the browser."""
    ballot = visible_ballot(request, pk)
    count, decision = seen_count(request, ballot)
    if count is None:
        return waiting(request, ballot, decision)
    # A code sent along with a signed-in session would tie a name to a choice.
    signed_in = request.user.is_authenticated
    form = CodeForm(request.POST if request.method == "POST" and not signed_in else None)
    found = None
    if form.is_bound and form.is_valid():
        found = _found(ballot, count, form.cleaned_data["code"])
        if found is None:
            form.add_error("code", _no_such_code())
    context = {
        "ballot": ballot,
        "title": title_of(ballot),
        "form": form,
        "found": found,
        "signed_in": signed_in,
        "refused": signed_in and request.method == "POST",
        "shelf_url": reverse("voting:votes-shelf", args=[ballot.pk, "SHELF"]),
        "shelf_length": shelf_length(count.votes_count),
        "no_such_code": _no_such_code(),
    }
    return render(request, "voting/my_vote.html", context, status=403 if context["refused"] else 200)


def _no_such_code() -> str:
    return _(
        "No vote in this count has this code. Compare each letter and figure with your receipt. If you voted more "
        "than once, only the code of your last vote is here; and each vote has its own result page."
    )


def _found(ballot: Ballot, count: Count, code: str) -> dict[str, Any] | None:
    votes = votes_in(queries.published_file(ballot), shelf_of(code, count.votes_count))
    if code not in votes:
        return None
    options = queries.options_of(ballot)
    spent = what_it_did(votes[code], count.result["outcome"], queries.costs_of(ballot))
    return {
        "rows": [
            {
                "title": options[each.number].title,
                "language": options[each.number].language,
                "number": each.number,
                "points": each.points,
                "funded": each.funded,
                "paid": "" if each.euros is None else figures.amount(str(each.euros)),
            }
            for each in spent.choices
        ],
        "with_points": count.result["outcome"]["bylaw"]["utility"] == "points",
        "share": "" if spent.share is None else figures.amount(str(spent.share)),
        "left": "" if spent.left is None else figures.amount(str(spent.left)),
        "some": any(each.funded for each in spent.choices),
    }

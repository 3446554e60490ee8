"""Choosing, reviewing and casting a vote. The choice and the tracking code travel in request bodies only:
never in an address, a session, a message, a log or an e-mail.
"""

from __future__ import annotations

from typing import Any

from django.core import signing
from django.core.paginator import Page, Paginator
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from commonweal.kernel.decision import Decision, NotAllowed
from commonweal.people.access import for_persons, open_to_all, signed_in_person, viewer
from commonweal.voting import actions, queries
from commonweal.voting.access import may_vote
from commonweal.voting.forms import POINTS, ChoiceForm
from commonweal.voting.models import Ballot, Voter
from commonweal.voting.rules.choices import rotated, totals
from commonweal.voting.rules.envelopes import code_shown, is_code
from commonweal.voting.states import NOT_HANDED_OVER, BallotState
from commonweal.voting.views import summary
from commonweal.voting.views.ballots import visible_ballot
from commonweal.voting.wording.titles import title_of

PAGE_SIZE = 250


def _line(request: HttpRequest, ballot: Ballot) -> Voter | None:
    return queries.lines_of(viewer(request), [ballot]).get(ballot.pk)


def _form(request: HttpRequest, ballot: Ballot) -> ChoiceForm:
    data = request.POST if request.method == "POST" else None
    return ChoiceForm(data, form=ballot.rules_form(), costs_cents=queries.costs_of(ballot))


@open_to_all
@sensitive_post_parameters()
@sensitive_variables()
def ballot_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """The ballot: what can be chosen and, for those on the roll, the choice itself.

    A POST counts again or turns the page of a long list; it keeps nothing.
    """
    ballot = visible_ballot(request, pk)
    voter, now = _line(request, ballot), timezone.now()
    decision = may_vote(ballot, voter, now)
    form = _form(request, ballot)
    if not decision:
        return _read_only(request, ballot, voter, decision, list(form.costs))
    return _choosing(request, ballot, voter, form)


def _read_only(
    request: HttpRequest, ballot: Ballot, voter: Voter | None, decision: Decision, numbers: list[int]
) -> HttpResponse:
    page = Paginator(numbers, PAGE_SIZE).get_page(request.GET.get("page"))
    options = queries.options_of(ballot)
    handed_over = ballot.state not in NOT_HANDED_OVER
    context = {
        "ballot": ballot,
        "title": title_of(ballot),
        "phase": summary.phase(ballot, timezone.now()),
        "form_words": summary.form_words(ballot.rules_form()),
        "decision": decision,
        "vote": getattr(voter, "vote", None),
        "page": page,
        "rows": summary.option_rows((options[number] for number in page.object_list), summary.categories()),
        "signed_in": request.user.is_authenticated,
        "result_is_public": ballot.state == BallotState.PUBLISHED,
        "handed_over": handed_over,
        "box_count": queries.envelopes_in(ballot) if handed_over else 0,
    }
    return render(request, "voting/ballot_read.html", context)


def _choosing(request: HttpRequest, ballot: Ballot, voter: Voter | None, form: ChoiceForm) -> HttpResponse:
    rules, names = ballot.rules_form(), summary.categories()
    start = voter.pk if voter else 0
    listed = rotated(list(form.costs), start)
    wanted = request.POST.get("to_page") or request.POST.get("page") if request.method == "POST" else "1"
    page: Page[int] = Paginator(listed, PAGE_SIZE).get_page(wanted)
    here = set(page.object_list)
    options = queries.options_of(ballot)
    rows = summary.option_rows((options[number] for number in page.object_list), names, form.given)
    mine = summary.chosen_options(options, form.given)
    elsewhere = [option for option in mine if option.number not in here]
    chosen = totals(form.choice(), form.costs)
    context = {
        "ballot": ballot,
        "title": title_of(ballot),
        "form": form,
        "kind": rules.kind,
        "rules": rules,
        "form_words": summary.form_words(rules),
        "points_prefix": POINTS,
        "page": page,
        "rows": rows,
        "elsewhere": summary.option_rows(elsewhere, names, form.given),
        "mine": summary.option_rows(mine, names, form.given),
        "total": summary.total_words(rules, chosen),
        "patterns": summary.total_patterns(rules),
        "vote": getattr(voter, "vote", None),
        "rotated": len(listed) > 1,
        "first_number": listed[0],
    }
    response = render(request, "voting/ballot_detail.html", context)
    response["Cache-Control"] = "no-store" if request.method == "POST" else "private"
    return response


@for_persons
@sensitive_post_parameters()
@sensitive_variables()
@cache_control(no_store=True)
def ballot_review(request: HttpRequest, pk: int) -> HttpResponse:
    """Shows the whole choice once more, with a button that casts it."""
    if request.method != "POST":
        return redirect("voting:ballot-detail", pk)
    ballot = visible_ballot(request, pk)
    voter = _line(request, ballot)
    form = _form(request, ballot)
    decision = may_vote(ballot, voter, timezone.now())
    if not decision or voter is None:
        return _refused(request, ballot, decision, form)
    if not form.is_valid():
        return _choosing(request, ballot, voter, form)
    return _review(request, ballot, voter, form)


def _review(
    request: HttpRequest,
    ballot: Ballot,
    voter: Voter,
    form: ChoiceForm,
    *,
    again: bool = False,
) -> HttpResponse:
    rules = ballot.rules_form()
    context = {
        "ballot": ballot,
        "title": title_of(ballot),
        "kind": rules.kind,
        "points_prefix": POINTS,
        "rows": _chosen_rows(ballot, form),
        "total": summary.total_words(rules, totals(form.choice(), form.costs)),
        "receipt": _signer(ballot, voter).sign(actions.new_code()),
        "vote": getattr(voter, "vote", None),
        "again": again,
    }
    return render(request, "voting/ballot_review.html", context)


def _chosen_rows(ballot: Ballot, form: ChoiceForm) -> list[dict[str, Any]]:
    chosen = summary.chosen_options(queries.options_of(ballot), form.given)
    return summary.option_rows(chosen, summary.categories(), form.given)


def _signer(ballot: Ballot, voter: Voter) -> signing.Signer:
    # The code is made before the vote is sent, and signed for this voter and this ballot: sending it twice
    # gives the same code, and nobody can bring a code of their own making or of someone else.
    return signing.Signer(salt=f"voting.code:{ballot.pk}:{voter.pk}")


@for_persons
@sensitive_post_parameters()
@sensitive_variables()
@cache_control(no_store=True)
def ballot_cast(request: HttpRequest, pk: int) -> HttpResponse:
    """Puts the vote, sealed, in the box and answers with the receipt itself: the code is kept nowhere."""
    if request.method != "POST":
        return redirect("voting:ballot-detail", pk)
    ballot = visible_ballot(request, pk)
    voter = _line(request, ballot)
    form = _form(request, ballot)
    decision = may_vote(ballot, voter, timezone.now())
    if not decision or voter is None:
        return _refused(request, ballot, decision, form)
    if not form.is_valid():
        return _choosing(request, ballot, voter, form)
    try:
        code = _signer(ballot, voter).unsign(request.POST.get("receipt", ""))
    except signing.BadSignature:
        code = ""
    if not is_code(code):
        return _review(request, ballot, voter, form, again=True)
    replaced = getattr(voter, "vote", None) is not None
    try:
        actions.cast_vote(
            ballot=ballot,
            voter=voter,
            choice=form.cleaned_data["choice"],
            code=code,
            by=signed_in_person(request),
            now=timezone.now,
        )
    except NotAllowed as refusal:
        return _refused(request, ballot, Decision(False, refusal.code, refusal.reason), form)
    # From here on no page of an error may say that the vote was not taken.
    request.vote_kept = True  # type: ignore[attr-defined]
    context = {
        "ballot": ballot,
        "title": title_of(ballot),
        "code": code_shown(code),
        "replaced": replaced,
        "check_at": request.build_absolute_uri(reverse("voting:my-vote", args=[ballot.pk])),
    }
    return render(request, "voting/ballot_receipt.html", context)


def _refused(request: HttpRequest, ballot: Ballot, decision: Decision, form: ChoiceForm) -> HttpResponse:
    context = {
        "ballot": ballot,
        "title": title_of(ballot),
        "decision": decision,
        "rows": _chosen_rows(ballot, form),
        "kind": ballot.form,
    }
    return render(request, "voting/ballot_refused.html", context, status=409)

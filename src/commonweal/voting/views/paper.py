"""Paper ballots at the counter: hand out, print, type twice by two people. Ties no sheet to a member."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.cache import cache_control
from django.views.decorators.debug import sensitive_post_parameters, sensitive_variables

from commonweal.kernel.days import day_of
from commonweal.people.access import for_staff, fresh, signed_in_person
from commonweal.people.rules import Act, Channel
from commonweal.ui.acting import acted, pressed
from commonweal.voting import actions, queries
from commonweal.voting.access import may_vote
from commonweal.voting.forms import FindMemberForm, HandOutForm, SecondSheetForm, SheetForm
from commonweal.voting.models import Ballot, Voter
from commonweal.voting.rules.choices import Choice
from commonweal.voting.rules.envelopes import code_shown
from commonweal.voting.views import summary
from commonweal.voting.views.ballots import visible_ballot

if TYPE_CHECKING:
    from commonweal.membership.models import Member


def _opened(request: HttpRequest, pk: int) -> tuple[Ballot, dict[str, object]]:
    ballot = visible_ballot(request, pk)
    welcome = actions.sheets_welcome(ballot)
    return ballot, {"ballot": ballot, "title": summary.title_of(ballot), "sheets_welcome": welcome}


@for_staff(Act.ENTER_PAPER_BALLOTS)
def paper(request: HttpRequest, pk: int) -> HttpResponse:
    """Figures, the sheets that wait for their second typing, and the way to each step."""
    ballot, context = _opened(request, pk)
    if request.method == "POST":
        number = request.POST.get("again", "")
        if number.isascii() and number.isdigit() and len(number) < 10:
            by, now = signed_in_person(request), timezone.now()
            said = _("The first typing of sheet %(n)s is dropped. Type it afresh.") % {"n": number}
            again = partial(actions.start_sheet_again, ballot=ballot, number=int(number), by=by, now=now)
            pressed(request, again, said)
        return redirect("voting:paper", ballot.pk)
    context |= {
        "figures": queries.vote_figures(ballot),
        "waiting": queries.sheets_waiting(ballot)[:200],
        "dropped": queries.sheets_dropped(ballot) if context["sheets_welcome"] else [],
        "phase": summary.phase(ballot, timezone.now()),
        "person": signed_in_person(request),
    }
    return render(request, "voting/paper.html", context)


@for_staff(Act.ENTER_PAPER_BALLOTS)
@fresh
def paper_hand_out(request: HttpRequest, pk: int) -> HttpResponse:
    """Finds a member, shows who it is, then notes that they vote on paper."""
    ballot, context = _opened(request, pk)
    # Finding is a POST as well: a member's name does not belong in an address.
    handing = request.method == "POST" and "voter" in request.POST
    form = FindMemberForm(request.POST if request.method == "POST" and not handing else None)
    if handing:
        answer = _handed_out(request, ballot)
        if answer is not None:
            return answer
    found = None
    if form.is_bound and form.is_valid():
        lines = queries.lines_matching(ballot, form.cleaned_data["text"], day_of(timezone.now()))
        found = [_line_shown(ballot, member, line) for member, line in lines]
    context |= {"form": form, "found": found, "doors": HandOutForm()["door"]}
    return render(request, "voting/paper_hand_out.html", context)


def _handed_out(request: HttpRequest, ballot: Ballot) -> HttpResponse | None:
    form = HandOutForm(request.POST)
    voter = queries.line_on_roll(ballot, form.cleaned_data["voter"]) if form.is_valid() else None
    if voter is None:
        messages.error(request, _("Choose the member once more."))
        return None
    person, now = signed_in_person(request), timezone.now()
    door = Channel(form.cleaned_data["door"])
    hand_out = partial(actions.hand_out_paper, ballot=ballot, voter=voter, by=person, now=now, door=door)
    said = _("Noted: this member votes on paper. Give or send them a ballot.")
    return redirect("voting:paper", ballot.pk) if pressed(request, hand_out, said) else None


def _line_shown(ballot: Ballot, member: Member, line: Voter | None) -> dict[str, object]:
    vote = getattr(line, "vote", None)
    return {
        "name": str(member.person or member.organisation),
        "number": member.number,
        "place": member.place_in(get_language() or "en"),
        "voter": line.pk if line else "",
        "decision": may_vote(ballot, line, timezone.now()),
        "voted_over_web": vote is not None and vote.channel != Channel.PAPER,
    }


@for_staff(Act.ENTER_PAPER_BALLOTS)
def paper_sheet(request: HttpRequest, pk: int) -> HttpResponse:
    """A blank ballot to print, in the language of the page."""
    ballot, context = _opened(request, pk)
    rules = ballot.rules_form()
    context |= {
        "rows": summary.option_rows(queries.options_of(ballot).values(), summary.categories()),
        "form_words": summary.form_words(rules),
        "kind": rules.kind,
    }
    return render(request, "voting/paper_sheet.html", context)


@for_staff(Act.ENTER_PAPER_BALLOTS)
@sensitive_post_parameters()
@sensitive_variables()
@cache_control(no_store=True)
def paper_first(request: HttpRequest, pk: int) -> HttpResponse:
    """The first typing of a sheet; answers with the control code, which is shown once."""
    ballot, context = _opened(request, pk)
    options, costs = queries.options_of(ballot).values(), queries.costs_of(ballot)
    form = SheetForm(request.POST or None, form=ballot.rules_form(), costs_cents=costs)
    by, now = signed_in_person(request), timezone.now()

    @sensitive_variables()
    def type_first(number: int, choices: Choice) -> str:
        return actions.type_sheet_first(ballot=ballot, number=number, choice=choices, by=by, now=now)

    if typed := acted(request, form, type_first):
        context |= {"number": form.cleaned_data["number"], "control": _control_shown(typed.value)}
        return render(request, "voting/paper_first_done.html", context)
    context |= {"form": form, "options": options, "form_words": summary.form_words(ballot.rules_form())}
    return render(request, "voting/paper_first.html", context)


def _control_shown(control: str) -> str:
    return f"{control[:4]}-{control[4:]}"


@for_staff(Act.ENTER_PAPER_BALLOTS)
@sensitive_post_parameters()
@sensitive_variables()
@cache_control(no_store=True)
def paper_second(request: HttpRequest, pk: int) -> HttpResponse:
    """The second typing, by someone else; when both agree the choice is sealed."""
    ballot, context = _opened(request, pk)
    options, costs = queries.options_of(ballot).values(), queries.costs_of(ballot)
    form = SecondSheetForm(
        request.POST or None,
        form=ballot.rules_form(),
        costs_cents=costs,
        initial={"number": request.GET.get("sheet", "")[:10]},
    )
    by, now = signed_in_person(request), timezone.now()

    @sensitive_variables()
    def type_second(number: int, choices: Choice, control: str) -> str:
        typing = partial(actions.type_sheet_second, ballot=ballot, by=by, now=now)
        return typing(number=number, choice=choices, control=control)

    if sealed := acted(request, form, type_second):
        context |= {"number": form.cleaned_data["number"], "code": code_shown(sealed.value)}
        return render(request, "voting/paper_second_done.html", context)
    context |= {"form": form, "options": options, "form_words": summary.form_words(ballot.rules_form())}
    return render(request, "voting/paper_second.html", context)

"""Pages on which programme staff plan a call and lead it from step to step."""

from __future__ import annotations

from functools import partial
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from commonweal.casework.wording.history import history
from commonweal.kernel.days import day_of
from commonweal.people.access import for_staff, fresh, may, signed_in_person
from commonweal.people.rules import Act
from commonweal.projects import access, actions, queries
from commonweal.projects.forms.staff import CallForm, CallTextForm, CommitteeForm, CountFileForm
from commonweal.projects.models import Call
from commonweal.projects.rules.tracks import PRESETS, preset
from commonweal.projects.states import CALL
from commonweal.projects.views.steps import call_steps
from commonweal.ui.acting import acted, pressed
from commonweal.voting.queries import (
    ballot_about,
    envelopes_in,
    sheets_dropped,
    sheets_waiting,
    vote_figures,
)
from commonweal.voting.states import BallotState

if TYPE_CHECKING:
    from commonweal.voting.models import Ballot

LANGUAGE_CODES = ("fr", "nl", "de", "en")


def _call(request: HttpRequest, slug: str) -> Call:
    seen = access.visible_calls(signed_in_person(request), day_of(timezone.now()))
    return get_object_or_404(seen.prefetch_related("texts"), slug=slug)


@for_staff(Act.MANAGE_CALLS)
def call_new(request: HttpRequest) -> HttpResponse:
    """Plans a call from a preset."""
    chosen = preset(request.GET.get("preset", ""))
    if "preset" not in request.GET and request.method == "GET":
        return render(request, "projects/call_presets.html", {"presets": PRESETS})
    return _edited(request, None, CallForm(request.POST or None, preset=chosen))


@for_staff(Act.MANAGE_CALLS)
def call_edit(request: HttpRequest, slug: str) -> HttpResponse:
    """Changes what may still change."""
    call = _call(request, slug)
    return _edited(request, call, CallForm(request.POST or None, call=call))


def _edited(request: HttpRequest, call: Call | None, form: CallForm) -> HttpResponse:
    def plan(ambitions: Any, **_rest: object) -> Call:
        by, now = signed_in_person(request), timezone.now()
        return actions.plan_call(by=by, now=now, values=form.values(), ambitions=ambitions, call=call)

    said = _("The call is kept. Now write its text in four languages.")
    if done := acted(request, form, plan, said, at=lambda refusal: getattr(refusal, "days", ())):
        return redirect("projects:call-manage", done.value.slug)
    return render(request, "projects/call_edit.html", {"form": form, "call": call})


@for_staff(Act.MANAGE_CALLS)
def call_text(request: HttpRequest, slug: str, language: str) -> HttpResponse:
    """Writes the call in one language."""
    call = _call(request, slug)
    written = next((text for text in call.texts.all() if text.language == language), None)
    names = ("title", "summary", "body", "easy_text")
    initial = {name: getattr(written, name) for name in names} if written else None
    form = CallTextForm(request.POST or None, initial=initial)
    if language not in LANGUAGE_CODES:
        return redirect("projects:call-manage", call.slug)
    by, now = signed_in_person(request), timezone.now()
    write = partial(actions.write_call_text, call=call, language=language, by=by, now=now)
    if acted(request, form, write, _("The text is kept.")):
        return redirect("projects:call-manage", call.slug)
    return render(request, "projects/call_text.html", {"form": form, "call": call, "language": language})


@for_staff(Act.MANAGE_CALLS)
def call_manage(request: HttpRequest, slug: str) -> HttpResponse:
    """The state of a call and the next step, with a confirmation on the same page."""
    call = _call(request, slug)
    if request.method == "POST":
        return _step_taken(request, call)
    written = {text.language for text in call.texts.all()}
    ballot = ballot_about(f"call:{call.pk}")
    figures = queries.call_figures(call)
    return render(
        request,
        "projects/call_manage.html",
        {
            "waiting_count": sum(figures.get(state, 0) for state in ("submitted", "in_check", "returned")),
            "admitted_count": sum(figures.get(state, 0) for state in ("admitted", "funded", "not_funded")),
            "call": call,
            "text": queries.call_text(call, get_language() or "en"),
            "steps": call_steps(call),
            "languages": [{"code": code, "written": code in written} for code in LANGUAGE_CODES],
            "figures": figures,
            "moves": CALL.moves_from(call.state),
            "ballot": ballot,
            "votes": _votes(ballot) if ballot else None,
            "may_type": _may_type(request),
            "history": history(f"call:{call.pk}"),
            "now": timezone.now(),
        },
    )


def _votes(ballot: Ballot) -> dict[str, int]:
    """What lies in the box, and how many paper ballots are out of which no sheet came into it."""
    figures, inside = vote_figures(ballot), envelopes_in(ballot)
    return {"voters": figures["voters"], "inside": inside, "paper_out": figures["votes"] - inside}


def _step_taken(request: HttpRequest, call: Call) -> HttpResponse:
    moves = {
        "announce": (actions.announce_call, _("The call is open. Everyone can read it.")),
        "end_applications": (actions.end_applications, _("The call takes no more projects.")),
        "close_vote": (
            actions.close_vote,
            _("The vote is closed. Type the last paper sheets, then hand over the box."),
        ),
        "decide": (actions.decide_call, _("The result is published.")),
    }
    name = request.POST.get("move", "")
    if name in moves:
        action, said = moves[name]
        pressed(request, partial(action, call=call, by=signed_in_person(request), now=timezone.now()), said)
    return redirect("projects:call-manage", call.slug)


@for_staff(Act.MANAGE_CALLS)
def call_open_vote(request: HttpRequest, slug: str) -> HttpResponse:
    """Freezes the ballot and opens the vote, once the committee has opened an envelope made with its public key."""
    call = _call(request, slug)
    form = CommitteeForm(request.POST or None)
    by, now = signed_in_person(request), timezone.now()

    def seal(public_key: bytes, threshold: int, **_rest: object) -> bytes:
        return actions.committee_test(call=call, public_key=public_key, threshold=threshold, by=by, now=now)

    if "envelope" in request.POST:
        if sealed := acted(request, form, seal):
            return _envelope_file(call, sealed.value)
    elif acted(
        request,
        form,
        partial(actions.open_vote, call=call, by=by, now=now),
        _("The vote is open. Its rules, roll and projects no longer change."),
        at=lambda refusal: ("answer",) if refusal.code in ("no_answer", "wrong_answer") else (),
    ):
        return redirect("projects:call-manage", call.slug)
    options = queries.ballot_options(call)
    return render(request, "projects/call_open_vote.html", {"form": form, "call": call, "options": options})


def _envelope_file(call: Call, envelope: bytes) -> HttpResponse:
    text = f"Commonweal: test envelope of {call.slug}\n\n{envelope.hex()}\n"
    response = HttpResponse(text, content_type="text/plain; charset=utf-8")
    response["Content-Disposition"] = 'attachment; filename="test-envelope.txt"'
    response["Cache-Control"] = "no-store"
    return response


@for_staff(Act.CLOSE_BALLOTS)
def call_hand_over(request: HttpRequest, slug: str) -> HttpResponse:
    """Shows what is in the box and what is not, before it is handed over: nothing comes into it afterwards."""
    call = _call(request, slug)
    ballot = ballot_about(f"call:{call.pk}")
    if ballot is None or ballot.state != BallotState.CLOSED:
        return redirect("projects:call-manage", call.slug)
    hand_over = partial(actions.hand_over, call=call, by=signed_in_person(request), now=timezone.now())
    said = _("The box is handed over. Now download the envelopes for the committee.")
    if request.method == "POST" and pressed(request, hand_over, said):
        return redirect("projects:call-manage", call.slug)
    figures = vote_figures(ballot)
    context = {
        "call": call,
        "ballot": ballot,
        "figures": figures,
        "missing": figures["paper"] - figures["sheets"] - figures["waiting"],
        "envelopes": envelopes_in(ballot),
        "waiting": [_sheet(each.number) for each in sheets_waiting(ballot)],
        "dropped": [_sheet(number) for number in sheets_dropped(ballot)],
        "may_type": _may_type(request),
    }
    return render(request, "projects/call_hand_over.html", context)


def _sheet(number: int) -> str:
    # A bare number among counts would be read as one.
    return _("sheet no. %(number)s") % {"number": number}


def _may_type(request: HttpRequest) -> bool:
    now = timezone.now()
    return bool(may(signed_in_person(request), Act.ENTER_PAPER_BALLOTS, day_of(now)))


@for_staff(Act.PUBLISH_RESULTS)
@fresh
def call_count(request: HttpRequest, slug: str) -> HttpResponse:
    """Takes in the committee's file and counts it."""
    call = _call(request, slug)
    why_not = _no_count(ballot_about(f"call:{call.pk}"))
    form = CountFileForm(None if why_not else request.POST or None, request.FILES or None)
    bring_in = partial(actions.bring_in_count, call=call, by=signed_in_person(request), now=timezone.now())
    said = _("The ballots are counted. Look at the result, then publish it.")
    if not why_not and acted(request, form, bring_in, said):
        return redirect("projects:call-manage", call.slug)
    context = {"form": form, "call": call, "why_not": why_not}
    return render(request, "projects/call_count.html", context)


def _no_count(ballot: Ballot | None) -> str:
    """Why no file is taken in now; empty while one is."""
    if ballot is None:
        return _("This call has no vote.")
    if ballot.state == BallotState.HANDED_OVER:
        return ""
    if ballot.state == BallotState.CLOSED:
        return _("First hand over the box, on the page of the call; the committee opens its envelopes.")
    if ballot.state in (BallotState.COUNTED, BallotState.PUBLISHED):
        return _("The ballots of this call are counted: no second file is taken in.")
    return _(
        "The vote is not closed yet. The file comes once the box is handed over and the committee opened it."
    )

"""Leaving as a member sees it, and as staff enter it for someone who phones, comes by or writes."""

from __future__ import annotations

from datetime import date
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership import actions, queries
from commonweal.membership.access import own_or_past_membership
from commonweal.membership.forms.doors import DoorForm
from commonweal.membership.forms.exits import ExitForm
from commonweal.membership.models import Member
from commonweal.membership.rules import exits as rules
from commonweal.membership.rules.movements import Held
from commonweal.membership.views import acting, exit_words
from commonweal.people.access import for_persons, for_staff, fresh_to_send, said, signed_in_person
from commonweal.people.rules import Act, Channel

if TYPE_CHECKING:
    from commonweal.people.models import Person


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def my_exit(request: HttpRequest) -> HttpResponse:
    """What leaving means, the form, one look before it is sent; then where the request stands."""
    member = own_or_past_membership(signed_in_person(request))
    return _asked(request, member, by_staff=False)


@for_staff(Act.ENTER_FOR_OTHERS)
@fresh_to_send
@require_http_methods(["GET", "HEAD", "POST"])
def exit_enter(request: HttpRequest, number: int) -> HttpResponse:
    """The same for a member who phones, comes by or writes."""
    return _asked(request, _member(number), by_staff=True)


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def my_exit_withdraw(request: HttpRequest) -> HttpResponse:
    """Asks once more, then takes the request back."""
    member = own_or_past_membership(signed_in_person(request))
    return _withdrawn(request, member, by_staff=False)


@for_staff(Act.ENTER_FOR_OTHERS)
@fresh_to_send
@require_http_methods(["GET", "HEAD", "POST"])
def exit_enter_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """The same for a member who phones, comes by or writes."""
    return _withdrawn(request, _member(number), by_staff=True)


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def exit_for(request: HttpRequest, number: int) -> HttpResponse:
    """The same for the administrator of a protected member, or who speaks for an organisation."""
    return _asked(request, acting.acted_for(request, number), by_staff=False)


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def exit_for_withdraw(request: HttpRequest, number: int) -> HttpResponse:
    """The same for the administrator of a protected member, or who speaks for an organisation."""
    return _withdrawn(request, acting.acted_for(request, number), by_staff=False)


def _member(number: int) -> Member:
    member = queries.member_with_number(number)
    if member is None:
        raise Http404
    return member


def _asked(request: HttpRequest, member: Member, *, by_staff: bool) -> HttpResponse:
    today = day_of(timezone.now())
    terms = queries.exit_terms_on(today)
    held = queries.holdings_of([member.number], today).get(member.number, {})
    partial = bool(terms and terms.partial)
    posted = request.POST if request.method == "POST" else None
    form = ExitForm(posted, held=held, partial=partial, by_staff=by_staff)
    by = signed_in_person(request)
    context = {
        **acting.frame("exit", member, by, by_staff=by_staff),
        **_meaning(terms, held, today),
        "form": form,
    }
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        asked = form.asked()
        if "checked" not in request.POST:
            told = ("csrfmiddlewaretoken", "change")
            typed = [(name, value) for name, value in request.POST.items() if name not in told]
            rows = exit_words.asked(asked["share_class"], asked["count"], held, context["window"])
            return render(request, "membership/exit_check.html", {**context, "rows": rows, "typed": typed})
        try:
            actions.ask_to_leave(member=member, by=by, now=timezone.now(), **asked)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The request is kept. Nothing is paid or booked before its season."))
            return redirect(context["here"])
    found = queries.requests_of(member)
    waiting = next((each for each in found if each.state == "waiting"), None)
    own = waiting is not None and member.person_id == by.pk
    protected = own and queries.guardianship_of(member, today) is not None
    context |= {
        "undo": reverse(f"membership:{context['stem']}-withdraw", args=context["numbers"]),
        "waiting": exit_words.request(waiting, get_language() or "en") if waiting else None,
        "past": [exit_words.request(each, get_language() or "en") for each in found if each != waiting],
        "may_withdraw": bool(waiting and rules.may_withdraw(today, waiting.season.closes_on)),
        "protected": protected,
        "decision": _decision(member, by, held, terms, today, by_staff=by_staff),
    }
    return render(request, "membership/exit.html", context)


def _decision(
    member: Member,
    by: Person,
    held: dict[str, Held],
    terms: rules.ExitTerms | None,
    today: date,
    *,
    by_staff: bool,
) -> str:
    """Why this member cannot ask today; empty when they can. Papers are shown to staff, never over the web."""
    if terms is None:
        return _("The statutes of that day do not say how members leave.")
    for decision in (
        rules.may_give_back(held, "", 0, terms),
        rules.may_leave(queries.leaver(member, today, by=by, papers=by_staff), today, terms),
    ):
        if not decision:
            return said(decision)
    return ""


def _meaning(terms: rules.ExitTerms | None, held: dict[str, Held], today: date) -> dict[str, Any]:
    """What happens when, and what one gets at most."""
    window = rules.window_for(today, terms) if terms else None
    return {
        "window": window,
        "late": bool(window and today < window.opens_on),
        "holdings": held,
        "steps": exit_words.steps(window, today) if window else [],
        "most_cents": sum(each.paid_cents for each in held.values()),
        "partial": bool(terms and terms.partial),
    }


def _withdrawn(request: HttpRequest, member: Member, *, by_staff: bool) -> HttpResponse:
    waiting = queries.waiting_request(member)
    if waiting is None:
        raise Http404
    context = acting.frame("exit", member, signed_in_person(request), by_staff=by_staff)
    form = DoorForm(request.POST or None) if by_staff else None
    if request.method == "POST" and (form is None or form.is_valid()):
        channel = form.cleaned_data["channel"] if form else Channel.WEB
        actions.withdraw_exit(
            request=waiting, by=signed_in_person(request), now=timezone.now(), channel=channel
        )
        messages.success(request, _("The request is taken back. Everything stays as it was."))
        return redirect(context["here"])
    context |= {"form": form, "waiting": exit_words.request(waiting, get_language() or "en")}
    return render(request, "membership/exit_withdraw.html", context)

"""Shares that become shares of another class: as a member asks, as staff enter it, as the secretary decides."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership import actions, queries
from commonweal.membership.access import own_or_past_membership
from commonweal.membership.forms.conversions import ConversionForm, ReasonForm
from commonweal.membership.forms.doors import DoorForm
from commonweal.membership.models import ConversionRequest, Member
from commonweal.membership.rules.conversions import converted, even_step
from commonweal.membership.rules.statutes import Terms
from commonweal.membership.states import ConversionState
from commonweal.membership.views import acting, wording
from commonweal.people.access import for_persons, for_staff, fresh_to_send, signed_in_person
from commonweal.people.rules import Act, Channel

TAGS = {"booked": "good", "refused": "problem"}


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def my_conversion(request: HttpRequest) -> HttpResponse:
    """What may become what, the form, one look with figures before it is sent; then where the request stands."""
    member = own_or_past_membership(signed_in_person(request))
    return _asked(request, member, by_staff=False)


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def conversion_for(request: HttpRequest, number: int) -> HttpResponse:
    """The same for the administrator of a protected member, or who speaks for an organisation."""
    return _asked(request, acting.acted_for(request, number), by_staff=False)


@for_staff(Act.ENTER_FOR_OTHERS)
@fresh_to_send
@require_http_methods(["GET", "HEAD", "POST"])
def conversion_enter(request: HttpRequest, number: int) -> HttpResponse:
    """The same for a member who phones, comes by or writes."""
    member = queries.member_with_number(number)
    if member is None:
        raise Http404
    return _asked(request, member, by_staff=True)


def _asked(request: HttpRequest, member: Member, *, by_staff: bool) -> HttpResponse:
    by, now, today = signed_in_person(request), timezone.now(), day_of(timezone.now())
    held = queries.holdings_of([member.number], today).get(member.number, {})
    terms = queries.current_terms(today)
    targets = queries.targets_for(terms, is_person=member.person_id is not None)
    pairs = [
        (terms[code], target)
        for code, each in sorted(held.items())
        for target in targets
        if each.shares and code in terms and target.share_class != code
    ]
    withdrawing = request.method == "POST" and request.POST.get("move") == "withdraw"
    posted = request.POST if request.method == "POST" and not withdrawing else None
    codes = {target.share_class for _source, target in pairs}
    form = ConversionForm(posted, held=held, targets=codes, by_staff=by_staff)
    door = DoorForm(request.POST if withdrawing else None) if by_staff else None
    context = {**acting.frame("conversion", member, by, by_staff=by_staff), "form": form, "door": door}
    try:
        if withdrawing and (door is None or door.is_valid()):
            _withdraw(request, member, door)
            return redirect(context["here"])
        if posted is not None and form.is_valid() and "change" not in request.POST:
            asked = {"member": member, "now": now, **form.asked()}
            if "checked" in request.POST:
                actions.ask_to_convert(by=by, **asked, **form.came())
                messages.success(
                    request, _("The request is kept. Nothing is booked before the secretary confirms it.")
                )
                return redirect(context["here"])
            to_count, planned = actions.conversion_planned(**asked)
            return _to_check(request, context, form, to_count, planned)
    except Refusal as refusal:
        context["refused"] = str(refusal)
    found = queries.conversions_of(member)
    waiting = next((each for each in found if each.state == ConversionState.ASKED), None)
    context |= {
        "waiting": shown(waiting) if waiting else None,
        "past": [shown(each) for each in found if each != waiting],
        "holdings": held,
        "steps": [_step(*pair) for pair in pairs],
    }
    return render(request, "membership/conversion.html", context)


def _withdraw(request: HttpRequest, member: Member, door: Any) -> None:
    waiting = queries.waiting_conversion(member)
    if waiting is None:
        raise actions.ConversionRefused(_("No request waits any more."), code="gone")
    channel = door.cleaned_data["channel"] if door else Channel.WEB
    actions.withdraw_conversion(
        request=waiting, by=signed_in_person(request), now=timezone.now(), channel=channel
    )
    messages.success(request, _("The request is taken back. Everything stays as it was."))


def _to_check(
    request: HttpRequest,
    context: dict[str, Any],
    form: ConversionForm,
    to_count: int,
    planned: list[actions.Planned],
) -> HttpResponse:
    told = ("csrfmiddlewaretoken", "checked", "change")
    typed = [(name, value) for name, value in request.POST.items() if name not in told]
    given = form.cleaned_data
    context |= {
        "typed": typed,
        "gives": wording.shares(given["count"], given["share_class"]),
        "becomes": wording.shares(to_count, given["to_class"]),
        "planned": wording.planned(planned),
    }
    return render(request, "membership/conversion_check.html", context)


def _step(source: Terms, target: Terms) -> dict[str, Any]:
    """The fewest shares of a class that come out even in another, with their price."""
    step = even_step(source, target)
    return {
        "gives": wording.shares(step, source.share_class),
        "becomes": wording.shares(converted(step, source, target), target.share_class),
        "cents": step * source.price_cents,
        "step": step,
    }


def shown(each: ConversionRequest) -> dict[str, Any]:
    """One request as a page shows it."""
    return {
        "pk": each.pk,
        "gives": wording.shares(each.count, each.share_class),
        "becomes": wording.shares(each.to_count, each.to_class),
        "state": ConversionState(each.state).label,
        "tag": TAGS.get(each.state, "info"),
        "asked_at": each.asked_at,
        "answered_at": each.answered_at,
        "channel": Channel(each.channel).label,
        "document": each.document,
        "reason": each.reason,
    }


@for_staff(Act.KEEP_REGISTER)
@require_safe
def conversion_list(request: HttpRequest) -> HttpResponse:
    """Requests that wait for the secretary, those who wait longest first."""
    rows = [
        {
            **shown(each),
            "number": each.member.number,
            "name": str(each.member.person or each.member.organisation),
        }
        for each in queries.conversions_to_decide()
    ]
    return render(request, "membership/conversion_list.html", {"rows": rows})


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def conversion_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """One request with what would change: book it, or refuse it with a reason."""
    asked = queries.conversion_with(pk)
    if asked is None:
        raise Http404
    by, now = signed_in_person(request), timezone.now()
    move = request.POST.get("move", "") if request.method == "POST" else ""
    form = ReasonForm(request.POST if move == "refuse" else None)
    waits, refused = asked.state == ConversionState.ASKED, ""
    planned: list[actions.Planned] = []
    try:
        if move == "book":
            actions.book_conversion(request=asked, by=by, now=now)
            messages.success(request, _("The conversion stands in the register. The member is told."))
            return redirect("membership:conversion-list")
        if move == "refuse" and form.is_valid():
            actions.refuse_conversion(request=asked, reason=form.cleaned_data["reason"], by=by, now=now)
            messages.success(request, _("The request is refused. The member is told why."))
            return redirect("membership:conversion-list")
        if waits:
            _count, planned = actions.conversion_planned(
                member=asked.member,
                share_class=asked.share_class,
                count=asked.count,
                to_class=asked.to_class,
                now=now,
            )
    except Refusal as refusal:
        refused = str(refusal)
    context = {
        "member": asked.member,
        "name": str(asked.member.person or asked.member.organisation),
        "each": shown(asked),
        "asked_by": str(asked.asked_by),
        "waits": waits,
        "form": form,
        "refused": refused,
        "planned": wording.planned(planned),
    }
    return render(request, "membership/conversion_decide.html", context)

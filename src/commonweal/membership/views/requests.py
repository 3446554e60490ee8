"""Requests for shares: one's own, how to pay them, and the secretary's desk where papers are checked."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.casework.wording.history import history
from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership import access
from commonweal.membership.actions import joining as actions
from commonweal.membership.actions.applications_paid import enter_paid
from commonweal.membership.forms.joining import ReasonForm
from commonweal.membership.models import Application
from commonweal.membership.queries import joining
from commonweal.membership.rules.joining import ApplicationState
from commonweal.membership.states import APPLICATION
from commonweal.membership.views import asking
from commonweal.membership.views.certificate import certificate_pdf
from commonweal.membership.views.transfer import payment
from commonweal.membership.views.wording import reason_of
from commonweal.people.access import for_persons, for_staff, limited, may, signed_in_person
from commonweal.people.rules import Act
from commonweal.treasury.access import may_match_payments

OWN_MAX = 50


@for_persons
@require_safe
def my_requests(request: HttpRequest) -> HttpResponse:
    """What one asked for, for oneself and for others, latest first."""
    found = joining.own_applications(signed_in_person(request))[:OWN_MAX]
    return render(request, "membership/my_requests.html", {"rows": [asking.row(each) for each in found]})


def _readable(request: HttpRequest, pk: int) -> Application:
    return access.readable_application(signed_in_person(request), pk, day_of(timezone.now()))


@for_persons
@require_safe
def request_detail(request: HttpRequest, pk: int) -> HttpResponse:
    """Where one request stands, how it is paid, and for staff what may be done with it."""
    application, person, today = _readable(request, pk), signed_in_person(request), day_of(timezone.now())
    own = person.pk in (application.person_id, application.representative_id)
    keeps, enters = may(person, Act.KEEP_REGISTER, today), may(person, Act.ENTER_FOR_OTHERS, today)
    moves = {each.name for each in APPLICATION.moves_from(application.state)}
    context = {
        "application": application,
        "state": ApplicationState(application.state).label,
        "next": asking.what_next(application),
        "steps": asking.steps(application),
        "rows": asking.rows(application),
        "payment": payment(application, joining.dues_of([application])[application.pk]),
        "desk": not own,
        "history": history(f"application:{pk}") if not own else [],
        "may_withdraw": "withdraw" in moves and (own or enters),
        "may_accept": "accept" in moves and keeps,
        "may_refuse": "refuse" in moves and keeps,
        "may_enter": "admit" in moves and bool(may_match_payments(person, today)),
    }
    return render(request, "membership/request.html", context)


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def request_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once more, then takes the request back."""
    application = _readable(request, pk)
    if request.method == "POST":
        try:
            actions.withdraw_application(
                application=application, by=signed_in_person(request), now=timezone.now()
            )
        except actions.WrongState as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, _("The request is withdrawn."))
        return redirect("membership:request", pk)
    if not APPLICATION.permits(application.state, "withdraw"):
        return redirect("membership:request", pk)
    context = {"application": application, "rows": asking.rows(application)}
    return render(request, "membership/request_withdraw.html", context)


@limited("pdf")
@for_persons
@require_safe
def certificate(request: HttpRequest, pk: int) -> HttpResponse:
    """The shares of a request that stand in the register, as a document to keep."""
    application = _readable(request, pk)
    document = certificate_pdf(application)
    if document is None:
        return redirect("membership:request", pk)
    answer = HttpResponse(document, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="certificate-{application.pk}.pdf"'
    return answer


@for_staff(Act.SEE_MEMBERS)
@require_safe
def desk_requests(request: HttpRequest) -> HttpResponse:
    """Requests in a state, or all open ones, those who wait longest first."""
    state, today = request.GET.get("state", ""), day_of(timezone.now())
    chosen = state if state in set(ApplicationState) else ""
    person = signed_in_person(request)
    keeps = may(person, Act.KEEP_REGISTER, today)
    context: dict[str, Any] = {
        "states": [{"code": each.value, "label": each.label} for each in ApplicationState],
        "chosen": chosen,
        "rows": [asking.row(each) for each in joining.applications_in(chosen)],
        "most": joining.APPLICATIONS_MAX,
        "may_enter": may(person, Act.ENTER_FOR_OTHERS, today),
        "overdue": len(joining.overdue_applications(today)) if keeps else 0,
    }
    return render(request, "membership/desk_requests.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_POST
def requests_lapse(request: HttpRequest) -> HttpResponse:
    """Lets lapse what was not paid in time."""
    count = actions.lapse_applications(by=signed_in_person(request), now=timezone.now())
    text = ngettext("One request lapsed.", "%(count)s requests lapsed.", count) % {"count": count}
    messages.success(request, text)
    return redirect("membership:desk-requests")


@for_staff(Act.KEEP_REGISTER)
@require_POST
def request_accept(request: HttpRequest, pk: int) -> HttpResponse:
    """The papers are in order: now it can be paid."""
    try:
        actions.accept_application(
            application=_readable(request, pk), by=signed_in_person(request), now=timezone.now()
        )
    except actions.WrongState as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("The papers are in order. We write how to pay."))
    return redirect("membership:request", pk)


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def request_refuse(request: HttpRequest, pk: int) -> HttpResponse:
    """Refuses, with a reason the one who asked reads."""
    application, form = _readable(request, pk), ReasonForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        try:
            actions.refuse_application(
                application=application,
                reason=form.cleaned_data["reason"],
                by=signed_in_person(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The request is refused, and we write why."))
            return redirect("membership:request", pk)
    context = {"form": form, "application": application, "rows": asking.rows(application)}
    return render(request, "membership/request_refuse.html", context)


@for_staff(Act.MATCH_PAYMENTS)
@require_POST
def request_enter(request: HttpRequest, pk: int) -> HttpResponse:
    """Tries once more to enter a paid request in the register."""
    application = joining.application_with(pk)
    if application is None:
        raise Http404
    try:
        entered = enter_paid(application=application, by=signed_in_person(request), now=timezone.now())
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        if entered.state == ApplicationState.MEMBER:
            messages.success(request, _("The shares stand in the register."))
        else:
            messages.error(request, reason_of(entered))
    return redirect("membership:request", pk)

"""Exclusions as the secretary leads them, step by step, with the days that must be kept; the finance officer pays."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django import forms
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership import actions, queries
from commonweal.membership.forms.estates import ReasonForm
from commonweal.membership.forms.exclusions import (
    GOES,
    AnswerForm,
    ExclusionDecisionForm,
    ExclusionRefundForm,
    NotedForm,
    ProposalForm,
)
from commonweal.membership.forms.seasons import PaymentForm
from commonweal.membership.models import Exclusion, Member
from commonweal.membership.rules.exclusions import SentBy
from commonweal.membership.states import ExclusionState
from commonweal.membership.views import refund_words
from commonweal.membership.views.register import typed_again
from commonweal.people.access import for_staff, fresh, signed_in_person
from commonweal.people.rules import Act
from commonweal.treasury.actions import make_payment_file, note_paid
from commonweal.treasury.queries import files_under
from commonweal.ui.acting import acted
from commonweal.ui.formats import euros

# Each step: from which state, its heading, its button.
STEPS: dict[str, tuple[str, Any, Any]] = {
    "answer": ("proposed", gettext_lazy("What the member answered"), gettext_lazy("Note the answer")),
    "hearing": ("proposed", gettext_lazy("The member was heard"), gettext_lazy("Note the hearing")),
    "decide": ("proposed", gettext_lazy("The decision"), gettext_lazy("Book the decision")),
    "drop": ("proposed", gettext_lazy("Drop the proposal"), gettext_lazy("Drop the proposal")),
    "notify": ("excluded", gettext_lazy("The decision reached the member"), gettext_lazy("Note the day")),
    "refund": ("notified", gettext_lazy("Book the refund"), gettext_lazy("Book the refund")),
}


def _exclusion(pk: int) -> Exclusion:
    return get_object_or_404(queries.all_exclusions(), pk=pk)


def _frame(exclusion: Exclusion, today: date) -> dict[str, Any]:
    late = exclusion.notify_until is not None and (exclusion.notified_on or today) > exclusion.notify_until
    return {
        "exclusion": exclusion,
        "member": exclusion.member,
        "name": str(exclusion.member.person or exclusion.member.organisation),
        "state": ExclusionState(exclusion.state).label,
        "sent_by": SentBy(exclusion.sent_by).label,
        "overdue": late,
    }


@for_staff(Act.KEEP_REGISTER)
@require_safe
def exclusion_list(request: HttpRequest) -> HttpResponse:
    """All proposals, the latest first, with the day that comes next."""
    today = day_of(timezone.now())
    rows = [_frame(each, today) for each in queries.all_exclusions()[: queries.PAGE * 4]]
    return render(request, "membership/exclusion_list.html", {"rows": rows})


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def exclusion_new(request: HttpRequest, number: int) -> HttpResponse:
    """Notes a proposal that was sent."""
    member = get_object_or_404(Member.objects.select_related("person", "organisation"), number=number)
    form = ProposalForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            exclusion = actions.propose_exclusion(
                member=member,
                sent_by=SentBy(given.pop("sent_by")),
                by=signed_in_person(request),
                now=timezone.now(),
                **given,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The proposal is noted. The time to answer runs."))
            return redirect("membership:exclusion", exclusion.pk)
    context = {"form": form, "member": member, "name": str(member.person or member.organisation)}
    return render(request, "membership/exclusion_new.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_safe
def exclusion(request: HttpRequest, pk: int) -> HttpResponse:
    """One proposal: what was sent, answered, heard, decided; what may come next."""
    found, today = _exclusion(pk), day_of(timezone.now())
    steps = [
        {"step": name, "heading": heading}
        for name, (state, heading, _b) in STEPS.items()
        if state == found.state
    ]
    context = {**_frame(found, today), "steps": steps, "answering": today <= found.answer_until}
    return render(request, "membership/exclusion.html", context)


def _form(step: str, found: Exclusion, posted: Any) -> forms.Form:
    if step == "refund":
        missing = [code for code, cents in queries.exclusion_refunds(found, {}).items() if cents is None]
        return ExclusionRefundForm(posted, codes=missing)
    kinds = {"answer": AnswerForm, "decide": ExclusionDecisionForm, "drop": ReasonForm}
    return kinds.get(step, NotedForm)(posted)


def _done(step: str, found: Exclusion, form: Any, by: Any) -> None:
    told, given = {"exclusion": found, "by": by, "now": timezone.now()}, dict(form.cleaned_data)
    if step == "answer":
        actions.note_answer(**told, **given)
    elif step == "hearing":
        actions.note_hearing(**told, **given)
    elif step == "decide":
        actions.decide_exclusion(**told, excludes=given.pop("what") == GOES, **given)
    elif step == "drop":
        actions.drop_exclusion(**told, **given)
    else:
        actions.notify_exclusion(**told, **given)


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def exclusion_step(request: HttpRequest, pk: int, step: str) -> HttpResponse:
    """One step: answer, hearing, decision, dropping, notification or refund."""
    found = _exclusion(pk)
    if step not in STEPS:
        raise Http404
    form = _form(step, found, request.POST or None)
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        try:
            if step == "refund":
                return _refunded(request, found, form)
            _done(step, found, form, signed_in_person(request))
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("Noted."))
            return redirect("membership:exclusion", pk)
    _state, heading, button = STEPS[step]
    context = {**_frame(found, day_of(timezone.now())), "form": form, "heading": heading, "button": button}
    return render(request, "membership/exclusion_step.html", context)


def _refunded(request: HttpRequest, found: Exclusion, form: Any) -> HttpResponse:
    """Books a refund that was looked at; shows it first."""
    document, accounts = form.cleaned_data["document"], form.accounts()
    planned = actions.refund_planned(exclusion=found, accounts=accounts)
    if "checked" in request.POST:
        seen = request.POST.get("seen", "")
        actions.refund_exclusion(
            exclusion=found,
            document=document,
            accounts=accounts,
            seen=int(seen) if seen.isascii() and seen.isdigit() and len(seen) < 16 else -1,
            by=signed_in_person(request),
            now=timezone.now(),
        )
        messages.success(request, _("Noted."))
        return redirect("membership:exclusion", found.pk)
    context = {
        **_frame(found, day_of(timezone.now())),
        "seen": sum(planned.values()),
        "rows": [
            {"label": _("Member"), "value": str(found.member.number)},
            {"label": _("Decision of the board"), "value": document},
            *refund_words.figures(accounts),
            {"label": _("Given back"), "value": euros(sum(planned.values()))},
        ],
        "given_back": refund_words.given_back(queries.held_by_excluded(found), planned),
        "typed": typed_again(request.POST),
    }
    return render(request, "membership/exclusion_check.html", context)


@for_staff(Act.PAY_OUT)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def exclusion_payment(request: HttpRequest, pk: int) -> HttpResponse:
    """The refund of an excluded member: how much, on which account, the files made for it; makes the next file."""
    found = get_object_or_404(queries.all_exclusions(), pk=pk, state__in=("to_pay", "paid"))
    reference = queries.reference_of_exclusion(found)
    form = PaymentForm(request.POST or None, initial={"pay_on": day_of(timezone.now())})
    pay = partial(
        make_payment_file,
        reference=reference,
        by=signed_in_person(request),
        now=timezone.now(),
    )
    said = _("The payment file is made. Take it to the bank.")
    if acted(request, form, pay, said):
        return redirect("membership:exclusion-payment", pk)
    due, account = queries.due_of_exclusion(found)
    context = {
        **_frame(found, day_of(timezone.now())),
        "form": form,
        "due": due,
        "account": account,
        "paid": found.state == ExclusionState.PAID,
        "files": files_under(reference),
    }
    return render(request, "membership/exclusion_payment.html", context)


@for_staff(Act.PAY_OUT)
@fresh
@require_POST
def exclusion_paid(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that the bank paid it."""
    reference = queries.reference_of_exclusion(_exclusion(pk))
    note_paid(reference=reference, by=signed_in_person(request), now=timezone.now())
    messages.success(request, _("Noted as paid."))
    return redirect("membership:exit-payment-list")

"""Estates as the secretary keeps them (what happened, who claims what, settlement) and the finance officer pays them."""

from __future__ import annotations

from datetime import date
from functools import partial
from typing import Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership import actions, queries
from commonweal.membership.forms.estates import (
    AgreementForm,
    ClaimantAccountForm,
    ClaimantForm,
    EstateForm,
    ReasonForm,
    SettlementForm,
)
from commonweal.membership.forms.seasons import PaymentForm
from commonweal.membership.models import Claimant, Estate, Member
from commonweal.membership.queries.heirs import came_back
from commonweal.membership.rules.estates import EndKind
from commonweal.membership.states import EstateState
from commonweal.membership.views import refund_words, wording
from commonweal.membership.views.register import typed_again
from commonweal.people.access import for_staff, fresh, fresh_to_send, signed_in_person
from commonweal.people.rules import Act
from commonweal.treasury.actions import make_payment_file, note_paid
from commonweal.treasury.queries import files_under
from commonweal.ui.acting import acted, pressed

ON_THE_ACCOUNT = ("wrong_iban", "own_account", "outside_sepa")


def _estate(pk: int) -> Estate:
    return get_object_or_404(queries.all_estates(), pk=pk)


def _frame(estate: Estate) -> dict[str, Any]:
    member = estate.member
    return {
        "estate": estate,
        "member": member,
        "name": str(member.person or member.organisation),
        "title": wording.estate_title(member),
        "kind": capfirst(_(EndKind(estate.kind).label)),
        "state": EstateState(estate.state).label,
    }


@for_staff(Act.KEEP_REGISTER)
@require_safe
def estate_list(request: HttpRequest) -> HttpResponse:
    """All estates, the latest first; those that wait come with what they wait for."""
    rows = [_frame(each) for each in queries.all_estates()[: queries.PAGE * 4]]
    return render(request, "membership/estate_list.html", {"rows": rows})


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def estate_new(request: HttpRequest, number: int) -> HttpResponse:
    """Notes that a member died, went bankrupt or was wound up."""
    member = get_object_or_404(Member.objects.select_related("person", "organisation"), number=number)
    form = EstateForm(request.POST or None, is_person=member.person is not None)
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        try:
            estate = actions.open_estate(
                member=member,
                kind=EndKind(given.pop("kind")),
                by=signed_in_person(request),
                now=timezone.now(),
                **given,
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The membership has ended. The shares wait for the estate."))
            return redirect("membership:estate", estate.pk)
    context = {"form": form, "member": member, "name": str(member.person or member.organisation)}
    return render(request, "membership/estate_new.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_safe
def estate(request: HttpRequest, pk: int) -> HttpResponse:
    """One estate: what happened, what is held, who claims what and agreed, what comes next."""
    found = _estate(pk)
    returned = [each.claimant.pk for each in queries.due_of_estate(found) if not each.payable]
    dividends = came_back(found)
    context = {
        **_frame(found),
        "open": found.state == EstateState.OPEN,
        "owed_before": refund_words.owed_before(queries.owed_before(found).cents),
        "holdings": queries.held_by_estate(found),
        "claimants": queries.claimants_of(found),
        "dividends_back": dividends,
        "came_back": [*returned, *(each.heir.claimant for each in dividends if each.needs_account)],
    }
    return render(request, "membership/estate.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def claimant_new(request: HttpRequest, pk: int) -> HttpResponse:
    """One more heir, or the curator or liquidator."""
    found = _estate(pk)
    form = ClaimantForm(request.POST or None)
    add = partial(actions.add_claimant, estate=found, by=signed_in_person(request), now=timezone.now())
    if acted(
        request,
        form,
        add,
        _("Noted."),
        at=lambda refusal: ("iban",) if refusal.code in ON_THE_ACCOUNT else (),
    ):
        return redirect("membership:estate", pk)
    context = {**_frame(found), "form": form, "heading": _("Who claims a part"), "button": _("Note them")}
    return render(request, "membership/estate_form.html", context)


def _claimant(pk: int, claimant: int) -> Claimant:
    found = Claimant.objects.select_related("estate__member__person", "estate__member__organisation")
    return get_object_or_404(found, pk=claimant, estate_id=pk)


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def claimant_agrees(request: HttpRequest, pk: int, claimant: int) -> HttpResponse:
    """Notes that someone signed."""
    found = _claimant(pk, claimant)
    form = AgreementForm(request.POST or None)

    def note(agreed_on: date, document: str) -> None:
        by, now = signed_in_person(request), timezone.now()
        actions.note_agreement(claimant=found, on=agreed_on, document=document, by=by, now=now)

    if acted(request, form, note, _("Noted.")):
        return redirect("membership:estate", pk)
    heading = _("%(name)s has agreed") % {"name": found.name}
    context = {**_frame(found.estate), "form": form, "heading": heading, "button": _("Note the agreement")}
    return render(request, "membership/estate_form.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_POST
def claimant_remove(request: HttpRequest, pk: int, claimant: int) -> HttpResponse:
    """Takes someone out who was noted wrongly."""
    found, by = _claimant(pk, claimant), signed_in_person(request)
    remove = partial(actions.remove_claimant, claimant=found, by=by, now=timezone.now())
    pressed(request, remove, _("Taken out."))
    return redirect("membership:estate", pk)


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def estate_settle(request: HttpRequest, pk: int) -> HttpResponse:
    """The board's decision about an estate; booking it cannot be changed afterwards."""
    found = _estate(pk)
    held = queries.held_by_estate(found)
    missing = [code for code, cents in queries.refunds_of(found, {}).items() if cents is None]
    form = SettlementForm(request.POST or None, codes=missing)
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        try:
            answer = _settled(request, found, form)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return answer
    context = {
        **_frame(found),
        "form": form,
        "holdings": held,
        "claimants": queries.claimants_of(found),
        "may_open": found.state == EstateState.OPEN,
    }
    return render(request, "membership/estate_settle.html", context)


def _settled(request: HttpRequest, found: Estate, form: SettlementForm) -> HttpResponse:
    """Books a settlement that was looked at; shows it first."""
    settled, by = form.settled(), signed_in_person(request)
    if "checked" in request.POST:
        decision, seen = form.cleaned_data["decision"], request.POST.get("seen", "")
        actions.settle_estate(
            estate=found, decision=decision, seen=seen, by=by, now=timezone.now(), **settled
        )
        messages.success(request, _("The estate is settled and booked."))
        return redirect("membership:estate", found.pk)
    plan = actions.settlement_planned(estate=found, today=day_of(timezone.now()), **settled)
    context = {
        **_frame(found),
        "seen": plan.digest,
        "total": plan.cents if plan.pays else None,
        "rows": [
            {"label": _("How is it settled?"), "value": capfirst(_(settled["settlement"].label))},
            {"label": _("Decision of the board"), "value": form.cleaned_data["decision"]},
            *refund_words.owed_before(plan.owed_cents),
            *refund_words.figures(settled["accounts"]),
        ],
        "claims": refund_words.claims(plan),
        "given_back": refund_words.given_back(queries.held_by_estate(found), plan.refunds),
        "typed": typed_again(request.POST),
    }
    return render(request, "membership/estate_check.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def estate_undo(request: HttpRequest, pk: int) -> HttpResponse:
    """What was noted was a mistake."""
    found = _estate(pk)
    form = ReasonForm(request.POST or None)
    undo = partial(actions.withdraw_estate, estate=found, by=signed_in_person(request), now=timezone.now())
    if acted(request, form, undo, _("It is undone. The membership goes on.")):
        return redirect("membership:member-file", found.member.number)
    context = {
        **_frame(found),
        "form": form,
        "heading": _("Was this a mistake?"),
        "button": _("The membership goes on"),
    }
    return render(request, "membership/estate_form.html", context)


@for_staff(Act.KEEP_REGISTER)
@fresh_to_send
@require_http_methods(["GET", "HEAD", "POST"])
def claimant_account(request: HttpRequest, pk: int, claimant: int) -> HttpResponse:
    """Another account for someone whose payment came back."""
    found = _claimant(pk, claimant)
    form = ClaimantAccountForm(request.POST or None)
    by, now = signed_in_person(request), timezone.now()
    change = partial(actions.set_claimant_account, claimant=found, by=by, now=now)
    said = _("The account is noted. The next payment file uses it.")
    if acted(request, form, change, said, at=lambda _refusal: ("iban",)):
        return redirect("membership:estate", pk)
    context = {**_frame(found.estate), "form": form, "heading": _("Another account"), "button": _("Note it")}
    return render(request, "membership/estate_form.html", context)


@for_staff(Act.PAY_OUT)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def estate_payments(request: HttpRequest, pk: int) -> HttpResponse:
    """What is to be paid of a settled estate, to whom, and the files made for it; makes the next file."""
    found = get_object_or_404(queries.all_estates(), pk=pk, state__in=("to_pay", "paid"))
    reference = queries.reference_of_estate(found)
    form = PaymentForm(request.POST or None, initial={"pay_on": day_of(timezone.now())})
    pay = partial(
        make_payment_file,
        reference=reference,
        by=signed_in_person(request),
        now=timezone.now(),
    )
    said = _("The payment file is made. Take it to the bank.")
    if acted(request, form, pay, said):
        return redirect("membership:estate-payments", pk)
    due = queries.due_of_estate(found)
    context = {
        **_frame(found),
        "form": form,
        "claimants": queries.claimants_of(found),
        "paid": found.state == EstateState.PAID,
        "due": due,
        "ready": any(each.payable for each in due),
        "missing": [each.claimant for each in due if not each.payable],
        "files": files_under(reference),
    }
    return render(request, "membership/estate_payments.html", context)


@for_staff(Act.PAY_OUT)
@fresh
@require_POST
def estate_paid(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes that the bank paid everyone."""
    found = _estate(pk)
    reference = queries.reference_of_estate(found)
    note_paid(reference=reference, by=signed_in_person(request), now=timezone.now())
    messages.success(request, _("Noted as paid."))
    return redirect("membership:exit-payment-list")

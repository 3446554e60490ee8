"""The finance desk: the bank's files, what each movement is and becomes, what is to be paid back."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date
from functools import partial
from itertools import islice
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.people.access import for_staff, signed_in_person, takes_in
from commonweal.people.rules import Act
from commonweal.treasury.access import own_money
from commonweal.treasury.actions import payments as actions
from commonweal.treasury.actions.discarding import discard_file
from commonweal.treasury.actions.dividing import may_be_divided
from commonweal.treasury.actions.taking_back import seen_before_taking_back
from commonweal.treasury.forms.payments import DecisionForm, FileForm, RefundForm
from commonweal.treasury.models import BankFile, BankMovement
from commonweal.treasury.queries import bank_plans, payments
from commonweal.treasury.queries.judgements import oddities_of
from commonweal.treasury.queries.receivables import (
    address_of,
    dues_of,
    expected_of,
    taken_cents_of,
    unentered,
)
from commonweal.treasury.queries.undoing import digest_of
from commonweal.treasury.rules.matching import COMES_BACK, Outcome, Verdict
from commonweal.treasury.rules.receivables import Expected
from commonweal.treasury.rules.statements import FILE_BYTES
from commonweal.treasury.rules.statements.communications import printed
from commonweal.treasury.views import undoing
from commonweal.treasury.wording import movement_words, undo_words
from commonweal.ui.acting import acted, pressed

# Movements, and statements, that one page shows.
LINES_MAX, STATEMENTS_SHOWN = 200, 100


@for_staff(Act.MATCH_PAYMENTS)
@takes_in
@require_http_methods(["GET", "HEAD", "POST"])
def payment_desk(request: HttpRequest) -> HttpResponse:
    """Takes a file in; below it what waits for a decision, what goes back, and the files of before."""
    form = FileForm(request.POST, request.FILES) if request.method == "POST" else FileForm()

    def upload(file: Any) -> BankFile:
        content, by, now = file.read(FILE_BYTES + 1), signed_in_person(request), timezone.now()
        account = settings.SITE["iban"]
        return actions.upload_file(name=file.name, content=content, account=account, by=by, now=now)

    if done := acted(request, form, upload, at=lambda _refusal: ("file",)):
        return redirect("treasury:bank-file", done.value.pk)
    context = {
        "form": form,
        "work": movement_words.with_others(
            [movement_words.movement_row(*each) for each in payments.work_list()]
        ),
        "refunds": _refund_rows(),
        "stuck": [{"each": each, "address": address_of(each.subject)} for each in unentered()],
        "parts": _part_rows(),
        "files": payments.latest_files(),
        "most": payments.LIST_MAX,
    }
    return render(request, "treasury/payment_desk.html", context)


def _refund_rows() -> list[dict[str, Any]]:
    """What is to be paid back, each with the movement by which the bank seems to have taken it back, where there is one."""
    refunds = payments.refunds_to_make()
    backs = payments.seem_taken_back(refunds)
    return [{"refund": each, "back": backs.get(each.pk)} for each in refunds]


def _part_rows() -> list[dict[str, Any]]:
    """Payments that wait for the rest, each with its receivable."""
    kept = payments.part_payments()
    found = expected_of(each.subject for each in kept)
    taken = taken_cents_of(each.movement for each in kept)
    return [
        {
            "cents": each.movement.amount_cents - taken.get(each.movement_id, 0),
            **movement_words.expected_row(found[each.subject]),
        }
        for each in kept
        if each.subject in found
    ]


@for_staff(Act.MATCH_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def bank_file(request: HttpRequest, pk: int) -> HttpResponse:
    """What reading a file in would do, movement by movement; then does exactly that."""
    file = payments.file_with(pk)
    if file is None:
        raise Http404
    if request.method == "POST":
        person, now = signed_in_person(request), timezone.now()
        plan_seen = request.POST.get("plan", "")
        confirm = partial(actions.confirm_file, file=file, plan=plan_seen, by=person, now=now)
        if pressed(request, confirm, _("The file is read in. What waits for you is below.")):
            return redirect("treasury:payment-desk")
        return redirect("treasury:bank-file", pk)
    if file.confirmed_at is not None:
        rows = movement_words.with_others(movement_words.kept_rows(payments.movements_in(file)))
        repeated = [movement_words.repeated_row(each) for each in payments.repeated_in(file)]
        unread = [movement_words.unread_row(each) for each in payments.parts_unread(file)]
        context = {"file": file, "rows": rows, "repeated": repeated, "unread": unread}
        return render(request, "treasury/bank_file_read.html", context)
    plan = bank_plans.plan_of(payments.reading_of(file))
    lines = (line for each in plan.statements for line in each.lines)
    own = own_money(signed_in_person(request), day_of(timezone.now()))
    context = {
        "file": file,
        "plan": plan,
        "unread": [movement_words.unread_row(each) for each in plan.refused],
        "statements": _worth_a_look(plan.statements),
        "set_aside": plan.set_aside[:STATEMENTS_SHOWN],
        "rows": movement_words.with_others(
            [movement_words.planned_row(line, own) for line in islice(lines, LINES_MAX)]
        ),
        "total": sum(len(each.lines) for each in plan.statements),
        "counts": movement_words.plan_counts(plan, own),
    }
    return render(request, "treasury/bank_file.html", context)


def _worth_a_look(statements: Sequence[bank_plans.PlannedStatement]) -> list[bank_plans.PlannedStatement]:
    """The statements of a file that its page shows; of very many, those with something to see to come first."""
    found = list(statements)
    if len(found) > STATEMENTS_SHOWN:
        found.sort(
            key=lambda each: not (each.gap or each.contradicting or (each.repeated and not each.known))
        )
    return found[:STATEMENTS_SHOWN]


@for_staff(Act.MATCH_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def bank_file_discard(request: HttpRequest, pk: int) -> HttpResponse:
    """Asks once more, then takes a file away that was not read in."""
    file = payments.file_with(pk)
    if file is None or file.confirmed_at is not None:
        raise Http404
    if request.method == "POST":
        discard_file(file=file, by=signed_in_person(request), now=timezone.now())
        messages.success(request, _("The file is gone. Nothing of it was kept."))
        return redirect("treasury:payment-desk")
    return render(request, "treasury/bank_file_discard.html", {"file": file})


@for_staff(Act.MATCH_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def movement_decide(request: HttpRequest, pk: int) -> HttpResponse:
    """What becomes of one movement on the work list."""
    movement = payments.movement_with(pk)
    if movement is None:
        raise Http404
    if movement.decision is not None:
        if request.method != "POST":
            return undoing.decided(request, movement)
        messages.info(request, _("Somebody decided about this movement already."))
        return redirect("treasury:movement-decide", pk)
    verdict, named = payments.judgement_of(movement)
    form = DecisionForm(
        request.POST or None,
        verdict=verdict,
        named=named is not None,
        odd=oddities_of(movement),
        # A part has its communication from whoever divided the payment: it may have been the wrong one.
        initial={"communication": printed(movement.communication) if movement.communication else ""},
    )
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        outcome, checked = Outcome(form.cleaned_data["outcome"]), "checked" in request.POST
        try:
            if outcome == Outcome.UNDO and not checked:
                return _to_check(request, movement, named or form.expected)
            actions.decide_movement(
                movement=movement,
                outcome=outcome,
                subject=form.expected.subject if form.expected else "",
                seen=request.POST.get("seen", ""),
                reason=form.cleaned_data["reason"],
                by=signed_in_person(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is decided and noted."))
            return redirect("treasury:payment-desk")
    context: dict[str, Any] = {
        "form": form,
        "movement": movement_words.with_others([movement_words.movement_row(movement, verdict, named)])[0],
        "named": movement_words.titled_rows([named])[0] if named else None,
        "due": dues_of([named])[named.subject] if named else None,
        "may_divide": may_be_divided(movement, verdict),
        **movement_words.opposite(movement),
        "decisions": undo_words.decision_rows(payments.decisions_about(movement)),
        "taken": undo_words.taken_rows(movement),
        **_returned(movement, verdict),
        "likely": movement_words.due_rows(_meant(movement, named)),
    }
    return render(request, "treasury/movement_decide.html", context)


def _returned(movement: BankMovement, verdict: Verdict) -> dict[str, Any]:
    """The payment of ours that comes back, and by how much less it comes."""
    payment = payments.payment_back_with(movement) if verdict in COMES_BACK else None
    charge = payment.cents - movement.amount_cents if payment else 0
    return {"payment": payment, "charge_cents": charge, "noted": hasattr(payment, "returned")}


def _meant(movement: BankMovement, named: Expected | None) -> list[Expected]:
    """Receivables that could be meant; where the payment is for one it names, those it names besides."""
    if named is None:
        return payments.likely_for(movement)
    found = payments.named_in(movement)
    return found if len(found) > 1 else []


def _to_check(request: HttpRequest, movement: BankMovement, expected: Expected | None) -> HttpResponse:
    """What taking a payment back would undo, to be looked at before it is done. Raises OutcomeRefused."""
    effects = seen_before_taking_back(movement, expected)
    context = {
        "movement": movement_words.movement_row(movement, None, expected),
        "effects": undo_words.effect_rows(effects),
        "seen": digest_of(effects),
        "reason": request.POST.get("reason", ""),
        "typed": movement_words.typed(request.POST),
    }
    return render(request, "treasury/movement_undo_check.html", context)


@for_staff(Act.MATCH_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def refund_made(request: HttpRequest, pk: int) -> HttpResponse:
    """Notes the day on which something was paid back."""
    refund = payments.refund_with(pk)
    if refund is None:
        raise Http404
    if refund.made_on is not None or refund.taken_back_id is not None:
        return redirect("treasury:payment-desk")
    form = RefundForm(request.POST or None)

    def note(made_on: date) -> None:
        by, now = signed_in_person(request), timezone.now()
        actions.mark_refunded(refund=refund, on=made_on, by=by, now=now)

    if acted(request, form, note, _("It is noted as paid back.")):
        return redirect("treasury:payment-desk")
    return render(request, "treasury/refund_made.html", {"form": form, "refund": refund})

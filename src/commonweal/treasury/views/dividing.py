"""Dividing a payment among several requests: the parts, a look at what they would do, then done."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.kernel.decision import Refusal
from commonweal.people.access import for_staff, signed_in_person
from commonweal.people.rules import Act
from commonweal.treasury.actions import dividing as actions
from commonweal.treasury.forms.dividing import BACK, DivisionForm
from commonweal.treasury.models import BankMovement
from commonweal.treasury.queries import payments
from commonweal.treasury.queries.judgements import oddities_of
from commonweal.treasury.queries.receivables import dues_of
from commonweal.treasury.rules.matching import Outcome, Verdict, is_own, needs_reason, outcome_of_part
from commonweal.treasury.rules.receivables import Expected
from commonweal.treasury.wording import movement_words


@for_staff(Act.MATCH_PAYMENTS)
@require_http_methods(["GET", "HEAD", "POST"])
def movement_divide(request: HttpRequest, pk: int) -> HttpResponse:
    """How much of one payment is for each of several requests; shown once more before it is kept."""
    movement = payments.movement_with(pk)
    if movement is None:
        raise Http404
    if movement.decision is not None:
        messages.info(request, _("Somebody decided about this movement already."))
        return redirect("treasury:movement-decide", pk)
    verdict, _named = payments.judgement_of(movement)
    if not actions.may_be_divided(movement, verdict):
        messages.error(request, _("This movement cannot be divided."))
        return redirect("treasury:movement-decide", pk)
    odd = needs_reason(Outcome.DIVIDED, verdict, oddities_of(movement))
    kept = f"divide-{pk}"
    if request.method == "POST":
        # Whoever goes back from the page that is looked at finds what they typed.
        request.session[kept] = dict(movement_words.typed(request.POST))
    form = DivisionForm(
        request.POST or None, initial=request.session.get(kept), named=_proposed(movement), odd=odd
    )
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        try:
            if "checked" in request.POST:
                actions.divide_movement(
                    movement=movement,
                    parts=form.parts,
                    rest_back=form.cleaned_data["rest"] == BACK,
                    seen=request.POST.get("seen", ""),
                    reason=form.cleaned_data["reason"],
                    by=signed_in_person(request),
                    now=timezone.now(),
                )
                del request.session[kept]
                messages.success(request, _("The payment is divided. Each part is decided and noted."))
                return redirect("treasury:payment-desk")
            planned = actions.division_planned(movement=movement, parts=form.parts)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _to_check(request, movement, verdict, planned, form.cleaned_data)
    context = {"form": form, "movement": movement_words.movement_row(movement, verdict, None)}
    return render(request, "treasury/movement_divide.html", context)


def _proposed(movement: BankMovement) -> list[actions.Part]:
    """The requests a payment names, each with what is due on it, as far as the money goes and while it can be paid: the
    payer's own first, or one on which exactly this much is due. Where it names none, that one alone."""
    named, left, found = payments.named_in(movement), movement.amount_cents, []
    wanted = named or payments.likely_for(movement)
    dues = dues_of(wanted)
    payer = movement.ultimate_name or movement.payer_name

    def first(each: Expected) -> tuple[bool, bool]:
        return is_own(payer, each.names), dues[each.subject].open_cents == movement.amount_cents

    wanted = sorted(wanted, key=first, reverse=True)
    if not named:
        wanted = [each for each in wanted[:1] if any(first(each))]
    for each in wanted:
        due = dues[each.subject]
        cents = max(0, min(left, due.open_cents))
        cents = cents if outcome_of_part(due, cents) else 0
        left -= cents
        found.append(actions.Part(each, cents))
    return found


def _to_check(
    request: HttpRequest,
    movement: BankMovement,
    verdict: Verdict,
    planned: actions.Division,
    given: dict[str, Any],
) -> HttpResponse:
    rows = movement_words.titled_rows([each.expected for each in planned.parts])
    context = {
        "movement": movement_words.movement_row(movement, verdict, None),
        "parts": [
            {
                **row,
                "cents": each.cents,
                "open_cents": each.due.open_cents,
                "will": Outcome(each.outcome).label,
            }
            for row, each in zip(rows, planned.parts, strict=True)
        ],
        "rest_cents": planned.rest_cents,
        "rest_back": given["rest"] == BACK,
        "reason": given["reason"],
        "seen": planned.digest,
        "typed": movement_words.typed(request.POST),
    }
    return render(request, "treasury/movement_divide_check.html", context)

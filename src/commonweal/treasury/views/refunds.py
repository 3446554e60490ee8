"""What was paid too much and goes back, in a payment file."""

from __future__ import annotations

from functools import partial

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.kernel.days import day_of
from commonweal.people.access import for_staff, fresh, signed_in_person
from commonweal.people.rules import Act
from commonweal.treasury.actions import make_payment_file
from commonweal.treasury.forms.payments import PaymentForm
from commonweal.treasury.queries import payments
from commonweal.treasury.rules.credit_transfers import CENTS_MAX
from commonweal.treasury.rules.receivables import OVERPAID
from commonweal.ui.acting import acted


@for_staff(Act.PAY_OUT)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def refunds(request: HttpRequest) -> HttpResponse:
    """What is to be paid back and to whom; makes one file for all whose account is known."""
    today = day_of(timezone.now())
    form = PaymentForm(request.POST or None, initial={"pay_on": today})
    pay = partial(
        make_payment_file,
        reference=f"{OVERPAID}:{today.year}",
        by=signed_in_person(request),
        now=timezone.now(),
    )
    said = _("The payment file is made. Take it to the bank.")
    if acted(request, form, pay, said):
        return redirect("treasury:refunds")
    ready, by_hand, waits = payments.refunds_by_way()
    context = {
        "form": form,
        "ready": len(ready),
        "ready_cents": sum(each.cents for each in ready),
        "by_hand": by_hand,
        "most_cents": CENTS_MAX,
        "waits": [{"refund": refund, "back": back} for refund, back in waits],
        "files": payments.refund_files(),
    }
    return render(request, "treasury/refunds.html", context)

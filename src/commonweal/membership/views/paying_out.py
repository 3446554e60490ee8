"""What was paid too much and goes back, in a payment file."""

from __future__ import annotations

from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.views.decorators.http import require_http_methods

from commonweal.kernel.days import day_of
from commonweal.membership.actions.paying_back import OVERPAID_PAYABLES
from commonweal.membership.queries import payments
from commonweal.membership.views.payment_forms import file_asked_for
from commonweal.people.access import for_staff, fresh
from commonweal.people.rules import Act


@for_staff(Act.PAY_OUT)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def refunds(request: HttpRequest) -> HttpResponse:
    """What is to be paid back and to whom; makes one file for all whose account is known."""
    today = day_of(timezone.now())
    form, made = file_asked_for(request, OVERPAID_PAYABLES, f"overpaid:{today.year}", today)
    if made:
        return redirect("membership:refunds")
    ready, by_hand, waits = payments.refunds_by_way()
    context = {
        "form": form,
        "ready": len(ready),
        "ready_cents": sum(each.cents for each in ready),
        "by_hand": by_hand,
        "waits": [{"refund": refund, "back": back} for refund, back in waits],
        "files": payments.refund_files(),
    }
    return render(request, "membership/refunds.html", context)

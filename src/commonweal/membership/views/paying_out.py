"""Money that goes out: files as the bank got them, payments that came back, what was paid too much."""

from __future__ import annotations

import gzip

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership import actions, queries
from commonweal.membership.forms.dividends import ReturnForm
from commonweal.membership.forms.seasons import PaymentForm
from commonweal.membership.queries import payments
from commonweal.membership.rules.payments import ReturnReason
from commonweal.membership.views import dividend_wording as wording
from commonweal.membership.views.dividends import for_dividends
from commonweal.people.access import for_staff, fresh, signed_in_person
from commonweal.people.rules import Act


@for_staff(Act.PAY_OUT)
@fresh
@require_POST
def payment_file(request: HttpRequest, pk: int) -> HttpResponse:
    """A payment file as it was made; that it was taken out is noted first."""
    file = queries.payment_file_with(pk)
    if file is None:
        raise Http404
    actions.note_taken_out(file=file, by=signed_in_person(request), now=timezone.now())
    answer = HttpResponse(gzip.decompress(bytes(file.content)), content_type="application/xml")
    answer["Content-Disposition"] = f'attachment; filename="{file.message_id}.xml"'
    return answer


@for_dividends
@require_http_methods(["GET", "HEAD", "POST"])
def payments_returned(request: HttpRequest) -> HttpResponse:
    """Payments that came back, the latest fifty; notes one more."""
    form = ReturnForm(request.POST or None, initial={"returned_on": day_of(timezone.now())})
    if request.method == "POST" and form.is_valid():
        given = dict(form.cleaned_data)
        reason = ReturnReason(given.pop("reason"))
        try:
            actions.book_return(reason=reason, by=signed_in_person(request), now=timezone.now(), **given)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("It is owed again, and waits for another account."))
            return redirect("membership:payments-returned")
    rows = [wording.returned(each) for each in queries.returned_payments()[: queries.PAGE]]
    return render(request, "membership/payments_returned.html", {"form": form, "rows": rows})


@for_staff(Act.PAY_OUT)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def refunds(request: HttpRequest) -> HttpResponse:
    """What is to be paid back and to whom; makes one file for all whose account is known."""
    form = PaymentForm(request.POST or None, initial={"pay_on": day_of(timezone.now())})
    if request.method == "POST" and form.is_valid():
        by, pay_on = signed_in_person(request), form.cleaned_data["pay_on"]
        try:
            actions.pay_refunds(pay_on=pay_on, by=by, now=timezone.now())
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The payment file is made. Take it to the bank."))
            return redirect("membership:refunds")
    ready, by_hand = payments.refunds_by_way()
    context = {
        "form": form,
        "ready": len(ready),
        "ready_cents": sum(each.cents for each in ready),
        "by_hand": by_hand,
        "files": payments.refund_files(),
    }
    return render(request, "membership/refunds.html", context)

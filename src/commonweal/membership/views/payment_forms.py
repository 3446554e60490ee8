"""One way to make a payment file from a page, whatever is paid."""

from __future__ import annotations

from datetime import date

from django.contrib import messages
from django.http import HttpRequest
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.kernel.decision import Refusal
from commonweal.membership.forms.seasons import PaymentForm
from commonweal.people.access import signed_in_person
from commonweal.treasury.actions import PayableKind, make_payment_file


def file_asked_for(
    request: HttpRequest, payables: PayableKind, reference: str, usual: date
) -> tuple[PaymentForm, bool]:
    """The form for the day of payment, and whether it was sent and a file made of all that is due under a reference; what
    is refused stands in the form."""
    form = PaymentForm(request.POST or None, initial={"pay_on": usual})
    if request.method != "POST" or not form.is_valid():
        return form, False
    try:
        make_payment_file(
            kind=payables.code,
            reference=reference,
            pay_on=form.cleaned_data["pay_on"],
            by=signed_in_person(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        form.add_error(None, str(refusal))
        return form, False
    messages.success(request, _("The payment file is made. Take it to the bank."))
    return form, True

"""Money that goes out: files as the bank got them, payments that came back."""

from __future__ import annotations

import gzip
from typing import Any

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from commonweal.kernel.days import day_of
from commonweal.people.access import for_staff, fresh, signed_in_person
from commonweal.people.rules import Act
from commonweal.treasury import actions, queries
from commonweal.treasury.forms.returns import ReturnForm
from commonweal.treasury.rules.payables import ReturnReason
from commonweal.treasury.wording.returns import returned_row
from commonweal.ui.acting import acted

RETURNED_SHOWN = 50


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


@for_staff(Act.PAY_OUT, Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def payments_returned(request: HttpRequest) -> HttpResponse:
    """Payments that came back, the latest fifty; notes one more."""
    form = ReturnForm(request.POST or None, initial={"returned_on": day_of(timezone.now())})

    def book(reason: str, **given: Any) -> None:
        by, now = signed_in_person(request), timezone.now()
        actions.book_return(reason=ReturnReason(reason), by=by, now=now, **given)

    if acted(request, form, book, _("It is owed again, and waits for another account.")):
        return redirect("treasury:payments-returned")
    rows = [returned_row(each) for each in queries.returned_payments()[:RETURNED_SHOWN]]
    return render(request, "treasury/payments_returned.html", {"form": form, "rows": rows})

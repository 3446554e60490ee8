"""What the finance officer pays of decided exit seasons: what is due, who has no account, files, noted as paid."""

from __future__ import annotations

from functools import partial
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership import queries
from commonweal.membership.forms.seasons import PaymentForm
from commonweal.membership.models import ExitSeason
from commonweal.membership.states import SeasonState
from commonweal.membership.views import wording
from commonweal.membership.views.seasons import season_or_404
from commonweal.people.access import for_staff, fresh, signed_in_person
from commonweal.people.rules import Act
from commonweal.treasury.actions import make_payment_file, note_paid
from commonweal.ui.acting import acted

MISSING_SHOWN = 200


@for_staff(Act.PAY_OUT)
@require_safe
def payment_list(request: HttpRequest) -> HttpResponse:
    """The decided seasons, settled estates and exclusions, each a door to its payments."""
    context = {
        "seasons": queries.decided_seasons(),
        "estates": [
            {**_owed(each, each.settled_cents), "title": wording.estate_title(each.member)}
            for each in queries.estates_to_pay()
        ],
        "exclusions": [_owed(each, each.refund_cents) for each in queries.exclusions_to_pay()],
    }
    return render(request, "membership/exit_payment_list.html", context)


def _owed(each: Any, cents: int | None) -> dict[str, Any]:
    return {"pk": each.pk, "name": str(each.member.person or each.member.organisation), "cents": cents or 0}


def _decided(year: int) -> ExitSeason:
    season = season_or_404(year)
    if season.state != SeasonState.DECIDED:
        raise Http404
    return season


@for_staff(Act.PAY_OUT)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def season_payments(request: HttpRequest, year: int) -> HttpResponse:
    """What is due of a season and the files made for it; makes the next file."""
    season, today = _decided(year), day_of(timezone.now())
    reference = queries.reference_of_season(season)
    form = PaymentForm(request.POST or None, initial={"pay_on": max(today, season.pay_by)})
    pay = partial(
        make_payment_file,
        reference=reference,
        by=signed_in_person(request),
        now=timezone.now(),
    )
    said = _("The payment file is made. Take it to the bank.")
    if acted(request, form, pay, said):
        return redirect("membership:season-payments", year)
    context = {"season": season, "form": form, **_stand(season)}
    context["overdue"] = today > season.pay_by and bool(context["ready"] or context["missing"])
    return render(request, "membership/exit_payments.html", context)


def _stand(season: ExitSeason) -> dict[str, Any]:
    due = queries.due_in(season)
    ready = [each for each in due if each.account]
    missing = [each for each in due if not each.account]
    names = queries.holder_names(each.number for each in missing[:MISSING_SHOWN])
    files = list(queries.files_of(season))
    unpaid = queries.unpaid_files(season, files)
    return {
        "ready": len(ready),
        "ready_cents": sum(each.cents for each in ready),
        "missing": [
            {
                "number": each.number,
                "name": names[each.number],
                "cents": each.cents,
                "through_estate": each.through_estate,
            }
            for each in missing[:MISSING_SHOWN]
        ],
        "missing_more": max(0, len(missing) - MISSING_SHOWN),
        "files": [{"file": each, "paid": each.pk not in unpaid} for each in files],
    }


@for_staff(Act.PAY_OUT)
@fresh
@require_POST
def payment_file_paid(request: HttpRequest, year: int, number: int) -> HttpResponse:
    """Notes that the bank carried a file out."""
    season = _decided(year)
    file = get_object_or_404(queries.files_of(season), number=number)
    try:
        count = note_paid(
            reference=file.reference,
            number=file.number,
            by=signed_in_person(request),
            now=timezone.now(),
        )
    except Refusal as refusal:
        messages.error(request, str(refusal))
    else:
        messages.success(request, _("Noted as paid: %(count)s.") % {"count": count})
    return redirect("membership:season-payments", year)

"""The secretary's register: any day as known on any other, a member's file, movements, corrections, changes, files."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse, QueryDict
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.kernel.money import euros
from commonweal.membership import actions, queries
from commonweal.membership.forms.register import CorrectionForm, KindForm, MovementForm, RegisterForm
from commonweal.membership.models import Member
from commonweal.membership.rules.movements import MovementKind
from commonweal.membership.views import wording
from commonweal.people.access import for_staff, signed_in_person
from commonweal.people.rules import Act
from commonweal.treasury.wording import undo_words
from commonweal.ui.csv_files import csv_file


def whole(text: str | None) -> int:
    """The number in an address or a hidden field; nought when it is none."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 18 else 0


@for_staff(Act.KEEP_REGISTER)
@require_safe
def register(request: HttpRequest) -> HttpResponse:
    """Holders by number from any on, or those found; of any day, as known on any other."""
    form = RegisterForm(request.GET or None)
    day, known_at, text = form.asked()
    after = whole(request.GET.get("after"))
    language = get_language() or "en"
    rows, more = queries.register_page(day, known_at, language, text=text, after=after, contact=True)
    totals = queries.class_totals(day, known_at)
    context = {
        "form": form,
        "day": day,
        "known_at": known_at,
        "text": text,
        "rows": rows,
        "after": after,
        "more": more,
        "totals": [{"share_class": code, "count": count} for code, count in totals.items()],
    }
    return render(request, "membership/register.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_POST
def register_export(request: HttpRequest) -> HttpResponseBase:
    """The whole register of a day as a CSV file, row by row; that it was taken out is noted first."""
    form = RegisterForm(request.POST)
    day, known_at, _text = form.asked()
    asked = {"day": day.isoformat(), "known_at": known_at.isoformat() if known_at else ""}
    actions.record_reading(by=signed_in_person(request), now=timezone.now(), what="exported", asked=asked)
    head = (
        *(_("Number"), _("Name"), _("Domicile or seat"), _("Company number"), _("Class"), _("Shares")),
        *(_("Paid on them (euro)"), _("Day"), _("As known on")),
    )
    known = timezone.localtime(known_at or timezone.now()).isoformat(timespec="seconds")
    rows = (
        (
            *(row.number, row.name, row.home, row.company_number, row.share_class, row.shares),
            *(euros(row.cents), day.isoformat(), known),
        )
        for row in queries.register_rows(day, known_at, get_language() or "en")
    )
    return csv_file(f"register-{day.isoformat()}.csv", head, rows)


@for_staff(Act.KEEP_REGISTER)
@require_safe
def register_changes(request: HttpRequest) -> HttpResponse:
    """What changed in the register, newest first, with its day and author."""
    found = queries.changes(whole(request.GET.get("before")) or None)
    rows = [
        {
            "operation": change.operation,
            "kind": wording.kind(change.operation.kind),
            "author": change.author,
            "note": undo_words.reason(change.operation.note),
            "moved": [
                {"number": number, "text": f"{wording.signed(count)} {code}"}
                for number, code, count in change.moved
            ],
        }
        for change in found
    ]
    more = found[-1].operation.pk if len(found) == queries.PAGE else None
    return render(request, "membership/register_changes.html", {"rows": rows, "more": more})


def _member(number: int) -> Member:
    member = queries.member_with_number(number)
    if member is None:
        raise Http404
    return member


@for_staff(Act.KEEP_REGISTER)
@require_safe
def member_file(request: HttpRequest, number: int) -> HttpResponse:
    """What one member holds today, and all movements that led there."""
    member = _member(number)
    held = queries.holdings_of([number], day_of(timezone.now()))
    context = {
        "member": member,
        "name": str(member.person or member.organisation),
        "holdings": held.get(number, {}),
        "movements": [wording.movement(line) for line in queries.movements_of(member)],
    }
    return render(request, "membership/member_file.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def movement_new(request: HttpRequest, number: int) -> HttpResponse:
    """Books one movement as it stands on paper: what happened, what the paper says, what will change, then done."""
    member = _member(number)
    context: dict[str, Any] = {
        "member": member,
        "name": str(member.person or member.organisation),
        "kind": "",
    }
    asked = request.POST if request.method == "POST" else request.GET
    chosen = KindForm(asked if "kind" in asked else None)
    if not chosen.is_valid():
        return render(request, "membership/movement_new.html", {**context, "form": chosen})
    form = MovementForm(
        request.POST or None,
        kind=MovementKind(chosen.cleaned_data["kind"]),
        initial={"token": uuid.uuid4(), "effective_on": day_of(timezone.now())},
    )
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        movement = form.movement()
        try:
            if "checked" in request.POST:
                by, key = signed_in_person(request), f"movement:{form.cleaned_data['token']}"
                actions.book_movement(member=member, movement=movement, key=key, by=by, now=timezone.now())
                messages.success(request, _("The movement stands in the register."))
                return redirect("membership:member-file", number)
            planned = actions.planned(member=member, movement=movement)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            return _to_check(request, context, movement, planned)
    return render(
        request,
        "membership/movement_new.html",
        {**context, "form": form, "kind": capfirst(wording.kind(form.kind))},
    )


def typed_again(posted: QueryDict) -> list[tuple[str, str]]:
    """What was typed, as hidden fields of a page that is looked at before something is booked."""
    own = ("csrfmiddlewaretoken", "checked", "change", "seen")
    return [(name, str(value)) for name, value in posted.items() if name not in own]


def _to_check(
    request: HttpRequest, context: dict[str, Any], movement: actions.Movement, planned: list[actions.Planned]
) -> HttpResponse:
    typed = typed_again(request.POST)
    context |= {"rows": wording.written(movement), "planned": wording.planned(planned), "typed": typed}
    return render(request, "membership/movement_check.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_http_methods(["GET", "HEAD", "POST"])
def movement_correct(request: HttpRequest, number: int, operation: int) -> HttpResponse:
    """Undoes one movement, with a reason; what was wrong stays to be read."""
    member = _member(number)
    line = queries.movement_of(member, operation)
    if line is None:
        raise Http404
    form = CorrectionForm(request.POST or None, initial={"token": uuid.uuid4()})
    if request.method == "POST" and form.is_valid():
        given = form.cleaned_data
        try:
            actions.correct_movement(
                operation=line.operation,
                reason=given["reason"],
                key=f"correction:{given['token']}",
                by=signed_in_person(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            messages.success(request, _("The movement is undone. Book what is right afresh."))
            return redirect("membership:member-file", number)
    context = {
        "form": form,
        "member": member,
        "name": str(member.person or member.organisation),
        "movement": wording.movement(line),
    }
    return render(request, "membership/movement_correct.html", context)

"""Pages on which the secretary brings in sheets: upload, what is wrong by row and column, how far it is."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.kernel.decision import Refusal
from commonweal.membership import actions, queries
from commonweal.membership.forms.imports import ImportForm
from commonweal.membership.models import Import
from commonweal.membership.rules.imports import COLUMNS, ImportKind
from commonweal.membership.states import IMPORT, ImportState
from commonweal.people.access import for_staff, signed_in_person, takes_in
from commonweal.people.rules import Act
from commonweal.ui.csv_files import csv_file

UNDER_WAY = (ImportState.CHECKING, ImportState.LOADING)


@for_staff(Act.KEEP_REGISTER)
@takes_in
@require_http_methods(["GET", "HEAD", "POST"])
def imports(request: HttpRequest) -> HttpResponse:
    """Uploads a sheet; the sheets uploaded last, and which columns there are."""
    form = ImportForm(request.POST or None, request.FILES or None)
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            made = actions.upload_import(
                kind=ImportKind(form.cleaned_data["kind"]),
                name=file.name,
                content=file.read(actions.UPLOAD_MAX + 1),
                by=signed_in_person(request),
                now=timezone.now(),
            )
        except Refusal as refusal:
            form.add_error("file", str(refusal))
        else:
            return redirect("membership:import", made.pk)
    context = {
        "form": form,
        "imports": [{"made": each, **_words(each)} for each in queries.latest_imports()],
        "columns": [
            {
                "kind": kind.value,
                "label": _(kind.label),
                "rows": [
                    {"name": name, "needed": needed, "meaning": _(meaning)}
                    for name, (needed, meaning) in columns.items()
                ],
            }
            for kind, columns in COLUMNS.items()
        ],
    }
    return render(request, "membership/imports.html", context)


def _words(each: Import) -> dict[str, Any]:
    return {"kind": _(ImportKind(each.kind).label), "state": _(ImportState(each.state).label)}


def _found(pk: int) -> Import:
    found = queries.import_with(pk)
    if found is None:
        raise Http404
    return found


@for_staff(Act.KEEP_REGISTER)
@require_safe
def import_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One sheet: what a check found, how far it is, what can be done now."""
    found = _found(pk)
    moves = {move.name for move in IMPORT.moves_from(found.state)}
    context = {
        "made": found,
        **_words(found),
        "under_way": found.state in UNDER_WAY,
        "loading": found.state == ImportState.LOADING,
        "checking": found.state == ImportState.CHECKING,
        "done": found.state == ImportState.DONE,
        "may_load": "load" in moves and not found.problem_count and found.state != ImportState.LOADING,
        "may_discard": "discard" in moves,
        "new_count": found.row_count - found.known_count,
        "problems": [
            {"row": row, "column": column, "reason": _(reason) % values}
            for row, column, reason, values in found.problems
        ],
        "not_shown": found.problem_count - len(found.problems),
    }
    return render(request, "membership/import.html", context)


@for_staff(Act.KEEP_REGISTER)
@require_POST
def import_move(request: HttpRequest, pk: int) -> HttpResponse:
    """Brings a sheet in, goes on with one that was cut off, or throws one away."""
    found, by = _found(pk), signed_in_person(request)
    try:
        if request.POST.get("move") == "discard":
            actions.discard_import(importing=found, by=by, now=timezone.now())
            messages.success(request, _("The sheet is thrown away. What was in the register stays there."))
        else:
            actions.load_import(importing=found, by=by, now=timezone.now())
            messages.success(request, _("The rows are being brought in. You can leave this page."))
    except Refusal as refusal:
        messages.error(request, str(refusal))
    return redirect("membership:import", pk)


@for_staff(Act.KEEP_REGISTER)
@require_safe
def import_template(request: HttpRequest, kind: str) -> HttpResponseBase:
    """An empty sheet with the columns of a kind."""
    if kind not in list(ImportKind):
        raise Http404
    return csv_file(f"{kind}.csv", COLUMNS[ImportKind(kind)], ())

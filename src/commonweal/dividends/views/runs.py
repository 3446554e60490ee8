"""Dividends for finance officers and the secretary: propose, check, approve, pay, see what waits."""

from __future__ import annotations

from collections.abc import Callable
from functools import partial
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.dividends import actions, queries
from commonweal.dividends.access import may_approve
from commonweal.dividends.forms import ProposalForm
from commonweal.dividends.models import DividendRun
from commonweal.dividends.states import DIVIDEND, DividendState
from commonweal.dividends.wording import runs as wording
from commonweal.kernel.days import day_of
from commonweal.kernel.money import euros
from commonweal.membership.queries.shares import classes, ended_years
from commonweal.membership.rules.exits import ExitTest
from commonweal.membership.wording.means import FiguresForm, tests
from commonweal.people.access import demand, for_staff, signed_in_person
from commonweal.people.rules import Act
from commonweal.treasury.access import may_pay_out
from commonweal.ui.acting import acted, pressed
from commonweal.ui.csv_files import csv_file
from commonweal.ui.forms import ReasonForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

# What a button on the page of a run does, and what is said when it is done.
MOVES: dict[str, tuple[Callable[..., object], StrOrPromise]] = {
    "approve": (actions.approve_dividend, gettext_lazy("Your approval is noted.")),
    "pay": (actions.pay_dividend, gettext_lazy("The payment files are being made. Look again in a moment.")),
    "close": (actions.close_dividend, gettext_lazy("The dividend is closed.")),
    "carry_on": (actions.ask_to_carry_on, gettext_lazy("The work goes on. Look again in a moment.")),
}


for_dividends = for_staff(Act.PAY_OUT, Act.KEEP_REGISTER)
"""Only for finance officers and the secretary, who approves; actions ask again for more where more is needed."""


def _run(pk: int) -> DividendRun:
    run = DividendRun.objects.select_related("proposed_by").filter(pk=pk).first()
    if run is None:
        raise Http404
    return run


@for_dividends
@require_safe
def dividends(request: HttpRequest) -> HttpResponse:
    """All runs, latest first."""
    rows = [
        {"run": run, "rate": wording.rates(run.rates), "state": DividendState(run.state).label}
        for run in DividendRun.objects.all()[: queries.PAGE]
    ]
    may_propose = bool(may_pay_out(signed_in_person(request), day_of(timezone.now())))
    return render(request, "dividends/dividends.html", {"rows": rows, "may_propose": may_propose})


@for_dividends
@require_http_methods(["GET", "HEAD", "POST"])
def dividend_new(request: HttpRequest) -> HttpResponse:
    """Proposes a dividend; its figures come in the background."""
    by, today = signed_in_person(request), day_of(timezone.now())
    demand(may_pay_out(by, today))
    form = ProposalForm(
        request.POST or None,
        initial=ProposalForm.usual(today),
        codes=classes(),
        years=ended_years(today),
    )

    def propose(**_typed: object) -> DividendRun:
        return actions.propose_dividend(proposal=form.proposal(), by=by, now=timezone.now())

    if done := acted(request, form, propose, _("The dividend is proposed. Its figures are being reckoned.")):
        return redirect("dividends:dividend", done.value.pk)
    cap = wording.cap(today, queries.regime_on(today).percent)
    return render(request, "dividends/dividend_new.html", {"form": form, "cap": cap})


@for_dividends
@require_http_methods(["GET", "HEAD", "POST"])
def dividend(request: HttpRequest, pk: int) -> HttpResponse:
    """One run: its check, figures, approvals, files, and the next step."""
    run, by, today = _run(pk), signed_in_person(request), day_of(timezone.now())
    if request.method == "POST":
        return _moved(request, run)
    progress = queries.progress_of(run)
    approved = run.state not in (DividendState.PROPOSED, DividendState.WITHDRAWN)
    waiting = queries.unpaid_lines(run, today).count() if approved else None
    context = {
        "run": run,
        "state": DividendState(run.state).label,
        "rows": wording.proposal(run),
        "cap": wording.cap(run.decided_on, run.tax_percent),
        "figures": wording.figures(run),
        "classes": wording.classes(run),
        "largest": [wording.line(line) for line in queries.largest_lines(run)],
        "approvals": queries.approvers_of(run),
        "needed": actions.APPROVALS,
        "may_approve": run.reckoned_at and may_approve(run, by, today),
        "may_pay": may_pay_out(by, today),
        "moves": {move.name for move in DIVIDEND.moves_from(run.state)},
        "unfinished": run.reckoned_at is None or (run.state == DividendState.APPROVED and not run.is_booked),
        "progress": progress,
        "waiting": waiting,
        "small": queries.small_lines(run, today).count() if approved else 0,
        "tests": tests(queries.latest_dividend_tests(run)),
        "may_test": run.state == DividendState.PROPOSED and not run.approvals.exists(),
    }
    return render(request, "dividends/dividend.html", context)


@for_dividends
@require_http_methods(["GET", "HEAD", "POST"])
def dividend_test(request: HttpRequest, pk: int, kind: str) -> HttpResponse:
    """Records one of the two tests a dividend needs before it is approved."""
    run, by = _run(pk), signed_in_person(request)
    demand(may_pay_out(by, day_of(timezone.now())))
    if kind not in set(ExitTest):
        raise Http404
    test = ExitTest(kind)
    form = FiguresForm(request.POST or None, kind=test)

    def record(**_typed: object) -> None:
        actions.record_dividend_test(run=run, kind=test, by=by, now=timezone.now(), **form.figures())

    if acted(request, form, record, _("The test is recorded.")):
        return redirect("dividends:dividend", pk)
    context = {"run": run, "form": form, "kind": test.label}
    return render(request, "dividends/dividend_test.html", context)


def _moved(request: HttpRequest, run: DividendRun) -> HttpResponse:
    action, done = MOVES.get(request.POST.get("move", ""), (None, ""))
    if action is None:
        raise Http404
    pressed(request, partial(action, run=run, by=signed_in_person(request), now=timezone.now()), done)
    return redirect("dividends:dividend", run.pk)


@for_dividends
@require_http_methods(["GET", "HEAD", "POST"])
def dividend_withdraw(request: HttpRequest, pk: int) -> HttpResponse:
    """Takes a proposal back, with a reason."""
    run, form = _run(pk), ReasonForm(request.POST or None, label=_("Why is it withdrawn?"))
    withdraw = partial(actions.withdraw_dividend, run=run, by=signed_in_person(request), now=timezone.now())
    if acted(request, form, withdraw, _("The dividend is withdrawn. Nothing was booked.")):
        return redirect("dividends:dividend", run.pk)
    return render(request, "dividends/dividend_withdraw.html", {"form": form, "run": run})


@for_dividends
@require_safe
def dividend_waiting(request: HttpRequest, pk: int) -> HttpResponse:
    """Who cannot be paid yet, the largest amounts first; the first fifty."""
    run = _run(pk)
    rows = [
        wording.line(line) for line in queries.without_account(run, day_of(timezone.now()))[: queries.PAGE]
    ]
    context = {"run": run, "rows": rows, "cut": len(rows) == queries.PAGE}
    return render(request, "dividends/dividend_waiting.html", context)


@for_dividends
@require_POST
def dividend_lines(request: HttpRequest, pk: int) -> HttpResponseBase:
    """All lines of a run as a CSV file, row by row; that they were taken out is noted first."""
    run = _run(pk)
    actions.note_lines_taken_out(run=run, by=signed_in_person(request), now=timezone.now())
    head = (
        *(_("Number"), _("Name"), _("Gross (euro)"), _("Exempt (euro)"), _("Tax (euro)"), _("Net (euro)")),
        _("Paid"),
    )
    yes, no = _("yes"), _("no")

    rows = (
        (
            *(number, company or f"{family} {given}".strip()),
            *(euros(each) for each in (gross, exempt, tax, gross - tax)),
            yes if paid else no,
        )
        for number, family, given, company, gross, exempt, tax, paid in queries.line_rows(run)
    )
    return csv_file(f"dividend-{run.pk}.csv", head, rows)

"""What a member, or an organisation one speaks for, got in dividends; statements for the tax return."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.views.decorators.http import require_safe

from commonweal.dividends import queries
from commonweal.dividends.models import DividendLine
from commonweal.dividends.wording import runs as wording
from commonweal.kernel.days import day_of
from commonweal.membership.access import member_spoken_for, own_or_past_membership
from commonweal.membership.queries import payout_accounts_of
from commonweal.people.access import for_persons, limited, signed_in_person
from commonweal.ui.documents import pdf

if TYPE_CHECKING:
    from commonweal.membership.models import Member

Lines = Sequence[tuple[DividendLine, queries.Fate]]
STATEMENT = Path(__file__).parent.parent / "documents" / "dividend.typ"


@for_persons
@require_safe
def my_dividends(request: HttpRequest) -> HttpResponse:
    """What one got, year by year, and what it waits for."""
    person = signed_in_person(request)
    return _dividends(request, own_or_past_membership(person), queries.lines_of_person(person))


@for_persons
@require_safe
def member_dividends(request: HttpRequest, number: int) -> HttpResponse:
    """The same of an organisation, for who speaks for it."""
    member = _spoken_for(request, number)
    return _dividends(request, member, queries.lines_of_member(member))


def _spoken_for(request: HttpRequest, number: int) -> Member:
    member = member_spoken_for(signed_in_person(request), number, day_of(timezone.now()))
    if member is None:
        raise Http404
    return member


def _dividends(request: HttpRequest, member: Member, lines: Lines) -> HttpResponse:
    rows = [
        {
            "run": line.run,
            "year": wording.year(line.run),
            "rate": wording.rates(line.run.rates),
            "line": line,
            "paid": wording.paid(fate, line.run),
        }
        for line, fate in lines
    ]
    has_account = bool(payout_accounts_of([member]))
    context = {"member": member, "rows": rows, "has_account": has_account}
    return render(request, "dividends/my_dividends.html", context)


@limited("pdf")
@for_persons
@require_safe
def my_dividend(request: HttpRequest, pk: int, number: int) -> HttpResponse:
    """The statement of one dividend under one's member number, to print and keep for the tax return."""
    person = signed_in_person(request)
    return _statement(queries.lines_of_person(person), pk, number, str(person))


@limited("pdf")
@for_persons
@require_safe
def member_dividend(request: HttpRequest, number: int, pk: int) -> HttpResponse:
    """The same of an organisation, for who speaks for it."""
    member = _spoken_for(request, number)
    return _statement(queries.lines_of_member(member), pk, number, str(member.organisation))


def _statement(lines: Lines, pk: int, number: int, name: str) -> HttpResponse:
    for line, fate in lines:
        if (line.run_id, line.member.number) == (pk, number):
            answer = HttpResponse(
                pdf(STATEMENT, wording.statement(line, fate, name)), content_type="application/pdf"
            )
            file = f"dividend-{number}-{line.run.pay_on.year}.pdf"
            answer["Content-Disposition"] = f'inline; filename="{file}"'
            return answer
    raise Http404

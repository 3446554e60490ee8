"""What members see: the statutes, their own shares and statement, and the register the law opens to them."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.kernel.days import day_of
from commonweal.membership import actions, queries
from commonweal.membership.access import may_consult_register, may_have_benefits, own_or_past_membership
from commonweal.membership.forms.register import RegisterForm
from commonweal.membership.models import Member
from commonweal.membership.rules.statutes import SettingName
from commonweal.membership.views import acting, transfers, wording
from commonweal.membership.views.register import whole
from commonweal.people.access import demand, for_persons, limited, open_to_all, signed_in_person
from commonweal.ui.documents import pdf
from commonweal.ui.formats import day as written_day
from commonweal.ui.formats import euros, number

STATEMENT = Path(__file__).parent.parent / "documents" / "statement.typ"


@open_to_all
@require_safe
def statutes(request: HttpRequest) -> HttpResponse:
    """Classes of shares and settings, each value with its day and its source."""
    today = day_of(timezone.now())
    current = {each.share_class: each for each in queries.all_terms() if each.starts_on <= today}
    context = {
        "classes": [{"code": code, "rows": wording.terms(each)} for code, each in current.items()],
        "settings": wording.settings(queries.all_settings(), today),
    }
    return render(request, "membership/statutes.html", context)


def _own(member: Member, today: date) -> dict[str, Any]:
    held = queries.holdings_of([member.number], today).get(member.number, {})
    return {
        "member": member,
        "holdings": held,
        "total_cents": sum(each.paid_cents for each in held.values()),
        "movements": [wording.movement(line) for line in queries.movements_of(member)],
    }


def _page(member: Member, today: date) -> dict[str, Any]:
    picture = wording.picture(queries.holdings_by_year(member.number, today))
    offers = [transfers.shown(offer, member) for offer in queries.offers_of(member)]
    return {**_own(member, today), "picture": picture, "offers": offers}


@for_persons
@require_safe
def my_shares(request: HttpRequest) -> HttpResponse:
    """What one holds and how it came; also for someone who left."""
    member = own_or_past_membership(signed_in_person(request))
    today = day_of(timezone.now())
    context = _page(member, today)
    if member.left_on is None:
        start = queries.setting_on(SettingName.BENEFITS_FROM_CENTS, today) or 0
        missing = max(0, start - context["total_cents"])
        shared = missing and queries.household_of(member, today) and may_have_benefits(member, today)
        context |= {"benefits_from": start, "benefits_missing": missing, "benefits_shared": shared}
    return render(request, "membership/my_shares.html", context)


@for_persons
@require_safe
def member_shares(request: HttpRequest, number: int) -> HttpResponse:
    """What an organisation holds and how it came, for who speaks for it by papers we saw."""
    member = acting.spoken_for(request, number)
    return render(request, "membership/member_shares.html", _page(member, day_of(timezone.now())))


@limited("pdf")
@for_persons
@require_safe
def my_statement(request: HttpRequest) -> HttpResponse:
    """The same as a dated document to print and keep."""
    person = signed_in_person(request)
    return _statement(own_or_past_membership(person), str(person))


@limited("pdf")
@for_persons
@require_safe
def member_statement(request: HttpRequest, number: int) -> HttpResponse:
    """The statement of an organisation, for who speaks for it."""
    member = acting.spoken_for(request, number)
    return _statement(member, str(member.organisation))


def _statement(member: Member, name: str) -> HttpResponse:
    today = day_of(timezone.now())
    written = pdf(STATEMENT, statement_data(member, name, today))
    answer = HttpResponse(written, content_type="application/pdf")
    answer["Content-Disposition"] = f'inline; filename="statement-{member.number}-{today.isoformat()}.pdf"'
    return answer


def statement_data(member: Member, name: str, today: date) -> dict[str, Any]:
    """What stands on a statement of shares."""
    own, undone = _own(member, today), _("undone")
    return {
        "site": settings.SITE["name"],
        "language": get_language() or "en",
        "title": _("Statement of shares"),
        "opening": [
            _("%(name)s, member %(number)s, holds on %(day)s:")
            % {"name": name, "number": member.number, "day": written_day(today)},
        ],
        "holdings": {
            "head": [_("Class"), _("Shares"), _("Paid on them")],
            "rows": [
                [code, number(each.shares), euros(each.paid_cents)]
                for code, each in sorted(own["holdings"].items())
            ],
        },
        "none": _("No shares."),
        "movements_title": _("Movements"),
        "movements": {
            "head": [_("Day"), _("What"), _("Class"), _("Shares"), _("Amount")],
            "rows": [
                [
                    row["day"].strftime("%d/%m/%Y"),
                    f"{row['kind']} ({undone})" if row["undone"] else row["kind"],
                    row["share_class"],
                    row["shares"],
                    euros(row["cents"]),
                ]
                for row in own["movements"]
            ],
        },
        "closing": [
            _("This statement says what the share register says on this day."),
            _("Call us: %(phone)s. Come by: %(address)s.")
            % {"phone": settings.SITE["phone"], "address": settings.SITE["address"]},
        ],
    }


@limited("register")
@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def register_consult(request: HttpRequest) -> HttpResponse:
    """The register as the law opens it to members: legal content and nothing else. Each reading is noted first."""
    person, now = signed_in_person(request), timezone.now()
    demand(may_consult_register(person, day_of(timezone.now())))
    form = RegisterForm(request.POST if request.method == "POST" else None)
    context: dict[str, Any] = {"form": form, "rows": None, "more": None}
    if request.method == "POST" and form.is_valid():
        day, _known, text = form.asked()
        after = whole(request.POST.get("after"))
        asked = {"day": day.isoformat(), "text": text, "after": after}
        actions.record_reading(by=person, now=now, what="consulted", asked=asked)
        rows, more = queries.register_page(day, None, get_language() or "en", text=text, after=after)
        totals = [{"share_class": code, "count": count} for code, count in queries.class_totals(day).items()]
        context |= {"rows": rows, "more": more, "day": day, "totals": totals}
    return render(request, "membership/register_consult.html", context)

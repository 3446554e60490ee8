"""Where a member is paid: the account, also for staff who enter it for them."""

from __future__ import annotations

from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.kernel.days import day_of
from commonweal.membership import actions, queries
from commonweal.membership.access import may_set_account, own_or_past_membership
from commonweal.membership.forms.payouts import AccountForm
from commonweal.membership.models import Member
from commonweal.people.access import for_persons, for_staff, fresh, said, signed_in_person
from commonweal.people.rules import Act, Channel
from commonweal.treasury.actions import WrongAccount
from commonweal.treasury.rules.ibans import shortened


@for_persons
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def my_account(request: HttpRequest) -> HttpResponse:
    """The account one is paid on, shortened, and another one in its place."""
    member = own_or_past_membership(signed_in_person(request))
    return _account(request, member, back=reverse("membership:my-shares"), by_staff=False)


@for_staff(Act.ENTER_FOR_OTHERS)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def member_account(request: HttpRequest, number: int) -> HttpResponse:
    """The account of a member who phones, comes by or writes."""
    member = queries.member_with_number(number)
    if member is None:
        raise Http404
    return _account(request, member, back=reverse("portal:desk-members"), by_staff=True)


def _account(request: HttpRequest, member: Member, *, back: str, by_staff: bool) -> HttpResponse:
    name = str(member.person or member.organisation)
    form = AccountForm(request.POST or None, initial={"holder": name}, by_staff=by_staff)
    if request.method == "POST" and form.is_valid():
        given: dict[str, Any] = dict(form.cleaned_data)
        channel = given.pop("channel", Channel.WEB)
        by = signed_in_person(request)
        try:
            actions.set_payout_account(member=member, by=by, now=timezone.now(), channel=channel, **given)
        except WrongAccount as refusal:
            form.add_error("holder" if refusal.code == "no_holder" else "iban", str(refusal))
        else:
            messages.success(request, _("The account is noted. A message about it is on its way."))
            return redirect(request.path)
    account = queries.payout_accounts_of([member]).get(member.pk)
    decision = may_set_account(signed_in_person(request), member, day_of(timezone.now()))
    context = {
        "refused": "" if decision else said(decision),
        "form": form,
        "member": member,
        "name": name,
        "account": account,
        "shown": shortened(account.iban) if account else "",
        "by_staff": by_staff,
        "back": back,
    }
    return render(request, "membership/payout_account.html", context)

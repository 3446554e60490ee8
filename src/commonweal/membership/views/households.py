"""Households as members see their own, and as staff note them for those who phone, come by or write."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership import actions, queries
from commonweal.membership.access import own_membership
from commonweal.membership.forms.households import AgreementForm, HouseholdForm
from commonweal.membership.models import HouseholdProposal, Member
from commonweal.membership.views import wording
from commonweal.membership.views.register import whole
from commonweal.people.access import for_persons, for_staff, signed_in_person
from commonweal.people.rules import Act
from commonweal.ui.csv_files import csv_file

if TYPE_CHECKING:
    from commonweal.people.models import Person

ANSWERS = {
    "accept": actions.accept_household,
    "decline": actions.decline_household,
    "withdraw": actions.withdraw_household,
}


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def my_household(request: HttpRequest) -> HttpResponse:
    """Who shares one's post, what waits for an answer, how to propose it and how to stop."""
    member = own_membership(signed_in_person(request), day_of(timezone.now()))
    return _household(request, member, by_staff=False)


@for_staff(Act.ENTER_FOR_OTHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def member_household(request: HttpRequest, number: int) -> HttpResponse:
    """The same for a member who phones, comes by or writes; staff note who agreed."""
    member = queries.member_with_number(number)
    if member is None or member.person is None:
        raise Http404
    return _household(request, member, by_staff=True)


def _household(request: HttpRequest, member: Member, *, by_staff: bool) -> HttpResponse:
    together = queries.household_of(member, day_of(timezone.now()))
    move = request.POST.get("move", "") if request.method == "POST" else ""
    forms = {
        "share": HouseholdForm(request.POST if move == "share" else None, by_staff=by_staff, prefix="share"),
        "stop": AgreementForm(request.POST if move == "stop" else None, by_staff=by_staff, prefix="stop"),
    }
    refused = ""
    form = forms.get(move)
    if move in ANSWERS or (form is not None and form.is_valid()):
        try:
            done = _moved(request, move, member, form)
        except Refusal as refusal:
            refused = str(refusal)
        else:
            messages.success(request, done)
            return redirect(request.path)
    context = {
        "member": member,
        "by_staff": by_staff,
        "others": [str(each.person) for each in together if each != member],
        "post": wording.post_goes_to(together, get_language() or "en"),
        "proposals": [] if by_staff else [_shown(each, member) for each in queries.proposals_of(member)],
        "share": forms["share"],
        "stop": forms["stop"],
        "form": form,
        "refused": refused,
        "back": reverse("portal:desk-members") if by_staff else reverse("portal:my-page"),
    }
    return render(request, "membership/household.html", context)


def _moved(request: HttpRequest, move: str, member: Member, form: Any) -> str:
    """Does what was asked, and gives the sentence that says so. Raises Refusal."""
    by, now = signed_in_person(request), timezone.now()
    if move == "stop":
        actions.leave_household(member=member, by=by, now=now, **form.agreed())
        return _("Done: the post comes apart again from today.")
    if move == "share":
        given = form.cleaned_data
        other = actions.taker_named(given["number"], given["family_name"])
        agreed = form.agreed()
        if agreed:
            actions.note_household(asker=member, other=other, by=by, now=now, **agreed)
            return _("Noted: the two share their post from today. Both are told.")
        actions.propose_household(asker=member, other=other, by=by, now=now)
        return _("Your proposal is sent. Nothing changes until it is accepted.")
    ANSWERS[move](proposal=_proposal(request, member, by), by=by, now=now)
    return _("Done. The other member is told.")


def _proposal(request: HttpRequest, member: Member, by: Person) -> HouseholdProposal:
    """The proposal that is answered: one of the member's own, on their own page."""
    wanted = whole(request.POST.get("proposal"))
    own = queries.proposals_of(member) if member.person_id == by.pk else []
    found = next((each for each in own if each.pk == wanted), None)
    if found is None:
        raise actions.HouseholdRefused(_("This proposal was answered or withdrawn meanwhile."), code="gone")
    return found


def _shown(proposal: HouseholdProposal, member: Member) -> dict[str, Any]:
    mine = proposal.asker_id == member.pk
    return {
        "pk": proposal.pk,
        "mine": mine,
        "name": str((proposal.other if mine else proposal.asker).person),
        "at": proposal.proposed_at,
    }


@for_staff(Act.KEEP_REGISTER)
@require_POST
def post_list(request: HttpRequest) -> HttpResponseBase:
    """Addresses for what goes to all members, once a household, as a CSV file; that it was taken out is noted first."""
    actions.note_post_list_taken(by=signed_in_person(request), now=timezone.now())
    today = day_of(timezone.now())
    head = (
        _("Names"),
        _("Street and number"),
        _("Postcode"),
        _("Town"),
        _("Country"),
        _("Language"),
        _("Members"),
    )

    rows = (
        (row.names, row.street, row.postcode, row.town, row.country, row.language, row.members)
        for row in queries.post_rows(today, get_language() or "en")
    )
    return csv_file(f"post-{today.isoformat()}.csv", head, rows)

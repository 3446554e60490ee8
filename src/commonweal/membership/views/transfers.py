"""Pages on which members pass shares to each other: offer, check, answer, withdraw."""

from __future__ import annotations

import uuid
from typing import Any

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership import actions, queries
from commonweal.membership.access import may_answer_offer, may_withdraw_offer, own_membership
from commonweal.membership.forms.transfers import OfferForm
from commonweal.membership.models import Member, ShareOffer
from commonweal.membership.states import OfferState
from commonweal.membership.views import acting
from commonweal.people.access import for_persons, signed_in_person


def _name(member: Member) -> str:
    return str(member.person or member.organisation)


def _shares_of(member: Member) -> str:
    """The page of shares as who holds them, or who speaks for it, opens it."""
    if member.organisation_id:
        return reverse("membership:member-shares", args=[member.number])
    return reverse("membership:my-shares")


def shown(offer: ShareOffer, member: Member) -> dict[str, Any]:
    """An offer as one of its two members reads it."""
    mine = offer.giver_id == member.pk
    return {
        "pk": offer.pk,
        "mine": mine,
        "other": _name(offer.taker if mine else offer.giver),
        "count": offer.count,
        "share_class": offer.share_class,
        "state": _(OfferState(offer.state).label),
        "waiting": offer.state == OfferState.OFFERED,
        "offered_at": offer.offered_at,
    }


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def offer_new(request: HttpRequest) -> HttpResponse:
    """Offers shares to another member: filled in, checked, sent."""
    member = own_membership(signed_in_person(request), day_of(timezone.now()))
    return _offered(request, member, back=reverse("membership:my-shares"), label=_("My shares"))


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def offer_for(request: HttpRequest, number: int) -> HttpResponse:
    """The same for who speaks for an organisation."""
    member = acting.spoken_for(request, number)
    back = reverse("membership:member-shares", args=[number])
    return _offered(request, member, back=back, label=_name(member))


def _offered(request: HttpRequest, member: Member, *, back: str, label: str) -> HttpResponse:
    person, now = signed_in_person(request), timezone.now()
    held = queries.holdings_of([member.number], day_of(timezone.now())).get(member.number, {})
    form = OfferForm(request.POST or None, holdings=held, initial={"token": uuid.uuid4()})
    if request.method == "POST" and form.is_valid() and "change" not in request.POST:
        given = form.cleaned_data
        asked = {"giver": member, "share_class": given["share_class"], "count": given["count"], "now": now}
        try:
            asked["taker"] = taker = actions.taker_named(given["number"], given["family_name"])
            if "checked" in request.POST:
                actions.offer_shares(token=given["token"], by=person, **asked)
                messages.success(
                    request, _("Your offer is sent. The shares stay yours until it is accepted.")
                )
                return redirect(back)
            actions.offer_planned(**asked)
        except Refusal as refusal:
            form.add_error(None, str(refusal))
        else:
            typed = [(name, value) for name, value in request.POST.items() if name in form.fields]
            context = {"other": _name(taker), "typed": typed, "here": request.path, **given}
            return render(request, "membership/offer_check.html", context)
    return render(
        request,
        "membership/offer_new.html",
        {"form": form, "has_shares": bool(held), "back": back, "back_label": label},
    )


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def offer_page(request: HttpRequest, pk: int) -> HttpResponse:
    """One offer: accept or decline it, or take it back."""
    person, now, today = signed_in_person(request), timezone.now(), day_of(timezone.now())
    offer = queries.offer_with(pk)
    if offer is None:
        raise Http404
    answers, withdraws = may_answer_offer(offer, person, today), may_withdraw_offer(offer, person, today)
    if not answers and not withdraws:
        raise Http404
    moves = {
        "accept": actions.accept_offer,
        "decline": actions.decline_offer,
        "withdraw": actions.withdraw_offer,
    }
    refused = ""
    if request.method == "POST" and request.POST.get("move") in moves:
        try:
            moves[request.POST["move"]](offer=offer, by=person, now=now)
        except Refusal as refusal:
            refused = str(refusal)
        else:
            messages.success(request, _("Done. The other member is told."))
            return redirect(_shares_of(offer.taker if answers else offer.giver))
    context = {
        **shown(offer, offer.taker if answers else offer.giver),
        "back": _shares_of(offer.taker if answers else offer.giver),
        "refused": refused,
        "answers": bool(answers),
    }
    return render(request, "membership/offer.html", context)

"""My page: what waits for me, what I follow, what I hold; and telling one's name to a new account."""

from __future__ import annotations

from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone, translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import get_language, ngettext
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.kernel.days import day_of
from commonweal.membership.access import spoken_for
from commonweal.membership.queries import (
    administered_by,
    holdings_of,
    household_of,
    last_membership_of,
    membership_of,
    proposals_to,
)
from commonweal.membership.queries.joining import own_applications
from commonweal.membership.rules.joining import ApplicationState
from commonweal.people.access import for_accounts, for_persons, signed_in_person, viewer
from commonweal.people.actions import introduce as tell_name
from commonweal.people.queries import mandates_of
from commonweal.portal.forms import NameForm
from commonweal.portal.views import wording
from commonweal.projects.access import may_apply, own_dossiers
from commonweal.projects.states import DOSSIER, DossierState
from commonweal.ui.formats import days_left, euros
from commonweal.voting.access import visible_ballots
from commonweal.voting.queries import lines_of, votes_waiting_for
from commonweal.voting.states import BallotState
from commonweal.voting.wording.titles import in_language

if TYPE_CHECKING:
    from commonweal.people.models import Person

DOSSIERS_MAX = 40
REQUESTS_MAX = 20
BALLOTS_MAX = 20


@for_persons
@require_safe
def my_page(request: HttpRequest) -> HttpResponse:
    """One's own page, never empty: without anything to do it says what one could do."""
    person, now, language = signed_in_person(request), timezone.now(), get_language() or "en"
    today = day_of(timezone.now())
    dossiers = list(
        own_dossiers(person, today)
        .select_related("call", "applicant", "organisation")
        .order_by("-changed_at", "id")[:DOSSIERS_MAX]
    )
    member = membership_of(person, today)
    context = {
        "person": person,
        "waiting": [
            *_votes(member, now, language),
            *_payments(person),
            *_households(member),
            *_questions(dossiers),
            *_drafts(dossiers, now),
        ],
        "dossiers": [_followed(each, person) for each in dossiers if each.state != DossierState.DRAFT],
        "votes": _cast(person, now, language),
        "member": member,
        "administered": administered_by(person, today),
        "spoken": spoken_for(person, today),
        "past_member": None if member else last_membership_of(person),
        "municipality": member.place_in(language) if member else "",
        "holdings": holdings_of([member.number], today).get(member.number, {}) if member else {},
        "sharing": [str(each.person) for each in household_of(member, today) if each != member]
        if member
        else [],
        "details": _details(person),
        "mandates": _mandates(person, today),
    }
    return render(request, "portal/my_page.html", context)


def _votes(member: Any, now: datetime, language: str) -> list[dict[str, str]]:
    if member is None:
        return []
    return [
        {
            "icon": "vote",
            "text": _("Vote: %(title)s") % {"title": in_language(ballot.titles)},
            "left": days_left(ballot.closes_at),
            "href": reverse("voting:ballot-detail", args=[ballot.pk]),
            "button": _("Vote"),
        }
        for ballot in votes_waiting_for(member)
        if ballot.opens_at <= now < ballot.closes_at
    ]


def _payments(person: Person) -> list[dict[str, str]]:
    return [
        {
            "icon": "coins",
            "text": _("Pay for your shares: %(amount)s") % {"amount": euros(each.due_cents)},
            "left": days_left(each.lapses_on),
            "href": reverse("membership:request", args=[each.pk]),
            "button": _("See how"),
        }
        for each in own_applications(person).filter(state=ApplicationState.AWAITING)[:REQUESTS_MAX]
    ]


def _households(member: Any) -> list[dict[str, str]]:
    return [
        {
            "icon": "mail",
            "text": _("%(name)s proposes to share post with you.") % {"name": each.asker.person},
            "left": "",
            "href": reverse("membership:household"),
            "button": _("Answer"),
        }
        for each in (proposals_to(member) if member else [])
    ]


def _questions(dossiers: list[Any]) -> list[dict[str, str]]:
    return [
        {
            "icon": "message-circle",
            "text": _("We have a question about “%(title)s”.") % {"title": each.title or each.reference},
            "left": "",
            "href": reverse("projects:dossier-status", args=[each.pk]),
            "button": _("Answer"),
        }
        for each in dossiers
        if each.state == DossierState.RETURNED
    ]


def _drafts(dossiers: list[Any], now: datetime) -> list[dict[str, str]]:
    return [
        {
            "icon": "file-pen",
            "text": _("Your draft: %(title)s") % {"title": each.title or each.reference},
            "left": days_left(each.call.applies_until),
            "href": reverse("projects:dossier-status", args=[each.pk]),
            "button": _("Go on writing"),
        }
        for each in dossiers
        if each.state == DossierState.DRAFT and may_apply(each.call, now)
    ]


def _followed(dossier: Any, person: Person) -> dict[str, Any]:
    return {
        "title": dossier.title or dossier.reference,
        "language": dossier.language,
        "state": DOSSIER.states(dossier.state).label,
        "next": wording.next_step(dossier),
        "href": reverse("projects:dossier-status", args=[dossier.pk]),
        "applicant": str(dossier.applicant) if dossier.applicant_id != person.pk else "",
    }


def _cast(person: Person, now: datetime, language: str) -> list[dict[str, Any]]:
    """The latest ballots in which the person voted: that they did and when, never what they chose."""
    ballots = list(visible_ballots(None, now).order_by("-closes_at", "id")[:BALLOTS_MAX])
    lines = lines_of(person, ballots)
    found = []
    for ballot in ballots:
        vote = getattr(lines.get(ballot.pk), "vote", None)
        if vote is None:
            continue
        published = ballot.state == BallotState.PUBLISHED
        page = "voting:my-vote" if published else "voting:ballot-detail"
        found.append(
            {
                "title": in_language(ballot.titles),
                "when": vote.cast_at,
                "on_paper": vote.channel == "paper",
                "published": published,
                "href": reverse(page, args=[ballot.pk]),
            }
        )
    return found


def _details(person: Person) -> list[dict[str, str]]:
    place = f"{person.postcode} {person.place_in(get_language() or 'en')}".strip()
    home = ", ".join(part for part in (person.street, place) if part)
    languages = {code: translation.get_language_info(code)["name_local"] for code in ("fr", "nl", "de", "en")}
    return [
        {"label": _("Name"), "value": str(person)},
        {
            "label": _("E-mail address"),
            "value": person.email,
            "change_href": reverse("account_email"),
            "change_label": _("Change"),
        },
        {"label": _("Telephone"), "value": person.phone or "–"},
        {"label": _("Address"), "value": home or "–"},
        {"label": _("Language of our letters"), "value": languages.get(person.language, person.language)},
    ]


def _mandates(person: Person, today: Any) -> str:
    held = [each.principal_id == person.pk for each in mandates_of(person, today)]
    given, others = sum(held), len(held) - sum(held)
    parts = []
    if given:
        parts.append(
            ngettext("You gave one mandate.", "You gave %(count)s mandates.", given) % {"count": given}
        )
    if others:
        parts.append(
            ngettext("You act for one other person.", "You act for %(count)s other people.", others)
            % {"count": others}
        )
    return " ".join(parts)


@for_accounts
@require_http_methods(["GET", "HEAD", "POST"])
def introduce(request: HttpRequest) -> HttpResponse:
    """A new account tells its name and language, then goes on to where it was going."""
    asked = request.POST.get("next") or request.GET.get("next") or ""
    safe = url_has_allowed_host_and_scheme(
        asked, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    # A word alone is an address to a browser, and the name of a page to `redirect`, which knows none of that name.
    safe = safe and asked.startswith("/")
    back = asked if safe else reverse("portal:my-page")
    if viewer(request) is not None:
        return redirect(back)
    form = NameForm(request.POST or None, initial={"language": get_language()})
    if request.method == "POST" and request.user.is_authenticated and form.is_valid():
        given = form.cleaned_data
        tell_name(account=request.user, now=timezone.now(), **given)
        messages.success(
            request, _("Welcome, %(name)s.") % {"name": given["given_name"] or given["family_name"]}
        )
        return redirect(back)
    return render(request, "portal/introduce.html", {"form": form, "next": back if safe else ""})

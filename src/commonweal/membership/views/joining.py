"""Asking for shares, a page at a time: by someone signed in, or by staff for someone who phones, comes by or writes."""

from __future__ import annotations

import uuid
from typing import Any

from django.conf import settings
from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.text import capfirst
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import Refusal
from commonweal.membership.actions.joining import Asking, ask_for_shares
from commonweal.membership.forms.joining import FORMS, WhoForm
from commonweal.membership.forms.told import Step, StepForm, Told
from commonweal.membership.queries import joining
from commonweal.membership.rules.joining import HolderRole
from commonweal.membership.rules.statutes import may_hold, may_issue
from commonweal.membership.views import wording
from commonweal.people.access import for_persons, for_staff, open_to_all, said, signed_in_person
from commonweal.people.rules import Act, Channel, LegalForm
from commonweal.places.countries import country_name
from commonweal.places.rules import name_in
from commonweal.ui.formats import day, euros


class Journey:
    """The answers given so far in this browser; those for oneself and those entered for others are kept apart."""

    def __init__(self, request: HttpRequest, *, desk: bool) -> None:
        self.request, self.desk = request, desk
        self.key = "asking-for-others" if desk else "asking"
        kept = request.session.get(self.key)
        self.kept: dict[str, Any] = kept if isinstance(kept, dict) else {}

    def begin(self) -> None:
        """Forgets earlier answers."""
        self.request.session[self.key] = {"token": str(uuid.uuid4())}

    def keep(self, step: Step, form: StepForm) -> None:
        """Keeps what was typed on a page that holds."""
        ends = ("", "_day", "_month", "_year")
        names = {name + end for name in form.fields for end in ends}
        typed = {name: text for name, text in self.request.POST.items() if name in names}
        self.kept = {"token": str(uuid.uuid4()), **self.kept, step.value: typed}
        self.request.session[self.key] = self.kept

    def told(self, until: Step | None = None) -> tuple[Told, Step | None]:
        """What was answered on the pages before one (or all), and the first page that still lacks its answer."""
        told = Told(day_of(timezone.now()), None if self.desk else signed_in_person(self.request))
        for step in Step:
            if step == until:
                break
            if not told.asks(step):
                continue
            form = FORMS[step](self.kept.get(step.value), told=told)
            if not form.is_valid():
                return told, step
            given = dict(form.cleaned_data)
            if isinstance(form, WhoForm):
                given["identity"] = form.identity()
            told.answers[step] = given
        return told, None

    def address(self, step: Step | None) -> str:
        """Where a page is; without one, where the answers are checked."""
        page = ("desk-" if self.desk else "") + ("join-step" if step else "join-check")
        return reverse(f"membership:{page}", args=[step.value] if step else [])

    def before(self, step: Step | None, told: Told) -> str:
        """Where the page before one is."""
        order = list(Step)
        earlier = order[: order.index(step)] if step else order
        asked = [each for each in earlier if told.asks(each)]
        start = "membership:desk-join" if self.desk else "membership:join"
        return self.address(asked[-1]) if asked else reverse(start)


@open_to_all
@require_http_methods(["GET", "HEAD", "POST"])
def join(request: HttpRequest) -> HttpResponse:
    """What shares are and how one gets them; begins when someone signed in presses."""
    if request.method == "POST":
        return _begun(Journey(request, desk=False))
    today = day_of(timezone.now())
    context = {
        "classes": [
            {"code": each.share_class, "rows": wording.terms(each)}
            for each in joining.terms_in_force(today)
            if each.on_issue
        ],
        "begun": request.user.is_authenticated and bool(Journey(request, desk=False).kept),
    }
    return render(request, "membership/join.html", context)


@for_staff(Act.ENTER_FOR_OTHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def desk_join(request: HttpRequest) -> HttpResponse:
    """Begins a request for someone who phones, comes by or writes; each begins with empty pages."""
    if request.method == "POST":
        return _begun(Journey(request, desk=True))
    return render(request, "membership/desk_join.html")


def _begun(journey: Journey) -> HttpResponse:
    if not journey.desk:
        signed_in_person(journey.request)
    journey.begin()
    return redirect(journey.address(Step.WHO if journey.desk else Step.FOR))


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def join_step(request: HttpRequest, code: str) -> HttpResponse:
    """One page of one's own request."""
    return _step(Journey(request, desk=False), code)


@for_staff(Act.ENTER_FOR_OTHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def desk_join_step(request: HttpRequest, code: str) -> HttpResponse:
    """One page of a request entered for someone."""
    return _step(Journey(request, desk=True), code)


def _step(journey: Journey, code: str) -> HttpResponse:
    if code not in set(Step):
        raise Http404
    step, request = Step(code), journey.request
    told, missing = journey.told(until=step)
    if missing is not None or not told.asks(step):
        return redirect(journey.address(missing))
    typed = request.POST if request.method == "POST" else journey.kept.get(step.value)
    form = FORMS[step](typed, told=told)
    if request.method == "POST" and form.is_valid():
        journey.keep(step, form)
        return redirect(journey.address(journey.told()[1]))
    context = {
        "form": form,
        "step": step,
        "before": journey.before(step, told),
        "desk": journey.desk,
        "others": _not_for_them(told) if step == Step.SHARES else [],
    }
    return render(request, "membership/join_step.html", context)


def _not_for_them(told: Told) -> list[dict[str, str]]:
    """The other classes, each with why it cannot be asked for."""
    is_person = told.role != HolderRole.ORGANISATION
    found = []
    for each in joining.terms_in_force(told.today):
        for decision in (may_issue(each), may_hold(each, 0, each.shares_min, is_person=is_person)):
            if not decision:
                found.append({"code": each.share_class, "reason": said(decision)})
                break
    return found


@for_persons
@require_http_methods(["GET", "HEAD", "POST"])
def join_check(request: HttpRequest) -> HttpResponse:
    """Reads one's own answers once more, then asks."""
    return _check(Journey(request, desk=False))


@for_staff(Act.ENTER_FOR_OTHERS)
@require_http_methods(["GET", "HEAD", "POST"])
def desk_join_check(request: HttpRequest) -> HttpResponse:
    """Reads the answers entered for someone once more, then asks in their name."""
    return _check(Journey(request, desk=True))


def _check(journey: Journey) -> HttpResponse:
    request = journey.request
    if not journey.kept:
        # Sent twice: the first one is among the requests.
        return redirect("membership:desk-requests" if journey.desk else "membership:my-requests")
    told, missing = journey.told()
    if missing is not None:
        return redirect(journey.address(missing))
    trouble = ""
    if request.method == "POST":
        channel = told.answers.get(Step.WHO, {}).get("channel", Channel.WEB)
        try:
            application = ask_for_shares(
                asking=asking(told, uuid.UUID(journey.kept["token"])),
                by=signed_in_person(request),
                now=timezone.now(),
                channel=Channel(channel),
            )
        except Refusal as refusal:
            trouble = str(refusal)
        else:
            del request.session[journey.key]
            messages.success(request, _("The request is made. Here is what comes next."))
            return redirect("membership:request", application.pk)
    context = {
        "rows": _rows(journey, told),
        "cents": _cents(told),
        "days": joining.payment_days(told.today),
        "trouble": trouble,
        "before": journey.before(None, told),
        "papers": told.role != HolderRole.SELF,
    }
    return render(request, "membership/join_check.html", context)


def asking(told: Told, token: uuid.UUID) -> Asking:
    """The answers of all pages as the action takes them."""
    given, language = told.answers, told.answers[Step.NOTE]["language"]
    home = {**told.known_home, **given.get(Step.HOME, {})}
    child: dict[str, Any] = {}
    if told.role == HolderRole.CHILD:
        child = {name: given[Step.CHILD][name] for name in ("given_name", "family_name")}
        home["born_on"] = given[Step.CHILD]["born_on"]
    return Asking(
        token=token,
        role=told.role,
        share_class=given[Step.SHARES]["share_class"],
        count=given[Step.SHARES]["count"],
        language=language,
        home=home,
        applicant=told.applicant,
        identity=given.get(Step.WHO, {}).get("identity", {}),
        child=child,
        organisation=given.get(Step.ORGANISATION, {}),
    )


def _cents(told: Told) -> int:
    given = told.answers[Step.SHARES]
    terms = {each.share_class: each for each in joining.terms_in_force(told.today)}
    return int(terms[given["share_class"]].price_cents * given["count"])


def _rows(journey: Journey, told: Told) -> list[dict[str, str]]:
    """All answers, each with the way back to its page."""
    given, language = told.answers, get_language() or "en"
    rows: list[tuple[Step | None, str, str]] = []
    if Step.WHO in given:
        who = given[Step.WHO]
        told_name = f"{who['given_name']} {who['family_name']}".strip()
        rows.append((Step.WHO, _("Asked by"), str(told.applicant or told_name)))
        rows.append((Step.WHO, _("How it came in"), capfirst(_(Channel(who["channel"]).label))))
    rows.append((Step.FOR, _("The shares are"), capfirst(_(told.role.label))))
    if Step.CHILD in given:
        child = given[Step.CHILD]
        rows.append((Step.CHILD, _("Name"), f"{child['given_name']} {child['family_name']}".strip()))
        rows.append((Step.CHILD, _("Date of birth"), day(child["born_on"])))
    if Step.ORGANISATION in given:
        seat = given[Step.ORGANISATION]
        text = f"{seat['name']}, {_(LegalForm(seat['legal_form']).label)}, {seat['number']}"
        rows.append((Step.ORGANISATION, _("Organisation"), text))
    home = {**told.known_home, **given.get(Step.HOME, {})}
    # What we know already is changed by phone, as on one's own page.
    change = Step.HOME if Step.HOME in given else None
    if home.get("born_on"):
        rows.append((change, _("Date of birth"), day(home["born_on"])))
    town = home.get("municipality") or home.get("town", "")
    town = town if isinstance(town, str) else name_in(town, language)
    abroad = country_name(home["country"], language) if home.get("town") else ""
    places = (home.get("street", ""), f"{home.get('postcode', '')} {town}", abroad)
    rows.append((change, _("Address"), ", ".join(part.strip() for part in places if part.strip())))
    shares = given[Step.SHARES]
    rows.append((Step.SHARES, _("Shares"), wording.shares(shares["count"], shares["share_class"])))
    rows.append((Step.SHARES, _("To pay"), euros(_cents(told))))
    note = joining.note_with(given[Step.NOTE]["note"])
    names = dict(settings.LANGUAGES)
    version = f"{note.version} ({names[note.language]})" if note else ""
    rows.append((Step.NOTE, _("Information note read"), version))
    return [
        {"label": label, "value": value, **({"change_href": journey.address(step)} if step else {})}
        for step, label, value in rows
    ]

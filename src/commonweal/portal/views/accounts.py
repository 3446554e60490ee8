"""Accounts, for administrators: close and open again, and take lost second factors off, two of them together."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.contrib import messages
from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.kernel.decision import Refusal
from commonweal.people import actions
from commonweal.people.access import factors_of, for_staff, fresh, signed_in_person
from commonweal.people.queries import (
    account_numbered,
    factor_reset_numbered,
    factor_reset_waiting,
    factor_resets_waiting,
    sessions_of,
)
from commonweal.people.rules import Act
from commonweal.portal.forms import AccountForm, WhyForm

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from commonweal.people.models import Account


@dataclass(frozen=True, slots=True)
class Step:
    """What the page says before something is done with an account; with a `help_text` it asks for a reason."""

    title: StrOrPromise
    text: StrOrPromise
    button: StrOrPromise
    done: StrOrPromise
    help_text: StrOrPromise = ""
    danger: bool = False


STEPS = {
    "close": Step(
        _("Close this account?"),
        _(
            "They are signed out everywhere at once and cannot sign in. Their keys for programs end. "
            "Their roles wait."
        ),
        _("Close the account"),
        _("The account is closed."),
        help_text=_("Your name and your reason are kept, and the person is told."),
        danger=True,
    ),
    "open": Step(
        _("Open this account again?"),
        _("They can sign in again. Keys for programs stay ended."),
        _("Open the account"),
        _("The account is open again."),
    ),
    "ask-reset": Step(
        _("Take their second factors off?"),
        _(
            "Do this only if you are sure who asks: you saw them, or called them back on a number you had before. "
            "A second administrator must confirm it."
        ),
        _("Ask for it"),
        _("A second administrator must confirm it now."),
        help_text=_(
            "How did you make sure that it is them? Your name and your reason are kept, and the person is told."
        ),
        danger=True,
    ),
    "confirm-reset": Step(
        _("Confirm that their second factors go?"),
        _(
            "Ask your colleague how they made sure who it is. The person is signed out everywhere and sets up a new "
            "second factor at the next log-in."
        ),
        _("Confirm it"),
        _("Their second factors are off. They set up new ones when they sign in."),
        danger=True,
    ),
    "drop-reset": Step(
        _("Drop this request?"),
        _("Their second factors stay as they are."),
        _("Drop it"),
        _("The request is dropped."),
    ),
}


# What is done with the request that stands on the page.
OF_A_REQUEST: dict[str, Callable[..., None]] = {
    "confirm-reset": actions.confirm_factor_reset,
    "drop-reset": actions.drop_factor_reset,
}


@for_staff(Act.APPOINT_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def accounts(request: HttpRequest) -> HttpResponse:
    """Finds an account by its address, and lists what waits for a second administrator."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("portal:desk-account", form.cleaned_data["email"].pk)
    return render(request, "portal/accounts.html", {"form": form, "waiting": factor_resets_waiting()})


@for_staff(Act.APPOINT_STAFF)
@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: open or closed, its second factors, what waits."""
    found, person = _account(pk), signed_in_person(request)
    waiting = factor_reset_waiting(found)
    context = {
        "account": found,
        "own": found.person_id == person.pk,
        "closed": found.blocked_at is not None,
        "factors": factors_of(found),
        "sessions": sessions_of(found, timezone.now()).count(),
        "waiting": waiting,
        "may_confirm": waiting is not None and person.pk not in (waiting.asked_by_id, waiting.person_id),
    }
    return render(request, "portal/account.html", context)


def _account(pk: int) -> Account:
    return get_object_or_404(account_numbered(pk))


@for_staff(Act.APPOINT_STAFF)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def account_change(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Asks once more, with a reason where one is due, then does it."""
    found, step = _account(pk), STEPS.get(what)
    if step is None:
        raise Http404
    form = WhyForm(request.POST or None, help_text=step.help_text) if step.help_text else None
    if request.method == "POST" and (form is None or form.is_valid()):
        try:
            _do(what, found, form.cleaned_data["why"] if form else "", request)
        except Refusal as refusal:
            messages.error(request, str(refusal))
        else:
            messages.success(request, str(step.done))
        return redirect("portal:desk-account", found.pk)
    context = {"account": found, "step": step, "form": form}
    if what in OF_A_REQUEST:
        context["reset"] = factor_reset_waiting(found)
    return render(request, "portal/account_change.html", context)


def _do(what: str, found: Account, why: str, request: HttpRequest) -> None:
    by, now = signed_in_person(request), timezone.now()
    if what == "close":
        actions.block_account(account=found, why=why, by=by, now=now)
    elif what == "open":
        actions.open_account_again(account=found, by=by, now=now)
    elif what == "ask-reset":
        actions.ask_factor_reset(account=found, why=why, by=by, now=now)
    else:
        # The one that was read on the page, not whichever waits by now.
        number = request.POST.get("reset", "")
        known = number.isascii() and number.isdigit() and len(number) < 19
        reset = factor_reset_numbered(found, int(number)) if known else None
        if reset is None:
            raise actions.AccountRefused(_("Look at the request once more before you decide."), code="unread")
        OF_A_REQUEST[what](reset=reset, by=by, now=now)

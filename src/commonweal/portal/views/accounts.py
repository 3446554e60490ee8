"""Accounts, for administrators: close and open again; and what two of them do together, asked, confirmed, dropped."""

from __future__ import annotations

from dataclasses import dataclass
from functools import partial
from typing import TYPE_CHECKING

from django.http import Http404, HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.utils import timezone
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_http_methods, require_safe

from commonweal.people import actions
from commonweal.people.access import factors_of, for_staff, fresh, signed_in_person
from commonweal.people.access.joint import may_confirm
from commonweal.people.queries import account_numbered, holds_role, joint_act_numbered, sessions_of
from commonweal.people.rules import ADMINISTRATOR, Act, JointKind
from commonweal.portal.forms import AccountForm, CheckedForm, WhyForm
from commonweal.portal.views.wording import joint_rows, joint_title
from commonweal.ui.acting import acted, pressed

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
}
# The same about an administrator: one asks, another confirms.
JOINT_STEPS = {
    "close": Step(
        _("Ask to close the account of an administrator?"),
        _(
            "Another administrator must confirm it. Until then nothing changes. Is it urgent and "
            "nobody is there? Who runs the server can confirm it too."
        ),
        _("Ask for it"),
        _("Another administrator must confirm it now. They are told."),
        help_text=_("Your name and your reason are kept, and your colleagues read them."),
        danger=True,
    ),
    "open": Step(
        _("Ask to open the account of an administrator again?"),
        _("Another administrator must confirm it."),
        _("Ask for it"),
        _("Another administrator must confirm it now. They are told."),
        help_text=_("Your name and your reason are kept, and your colleagues read them."),
    ),
    "ask-reset": STEPS["ask-reset"],
}
JOINT_KINDS = {
    "close": JointKind.CLOSE,
    "open": JointKind.OPEN,
    "ask-reset": JointKind.FACTORS_OFF,
}


@for_staff(Act.APPOINT_STAFF)
@require_http_methods(["GET", "HEAD", "POST"])
def accounts(request: HttpRequest) -> HttpResponse:
    """Finds an account by its address, and lists what waits for a second administrator."""
    form = AccountForm(request.POST or None)
    if request.method == "POST" and form.is_valid():
        return redirect("portal:desk-account", form.cleaned_data["email"].pk)
    return render(request, "portal/accounts.html", {"form": form, "waiting": joint_rows()})


@for_staff(Act.APPOINT_STAFF)
@require_safe
def account(request: HttpRequest, pk: int) -> HttpResponse:
    """One account: open or closed, its second factors, what waits."""
    found, person = _account(pk), signed_in_person(request)
    context = {
        "account": found,
        "own": found.person_id == person.pk,
        "closed": found.blocked_at is not None,
        "factors": factors_of(found),
        "sessions": sessions_of(found, timezone.now()).count(),
        "waiting": joint_rows(found.person) if found.person else [],
        "joint": _is_administrators(found),
    }
    return render(request, "portal/account.html", context)


def _account(pk: int) -> Account:
    return get_object_or_404(account_numbered(pk))


def _is_administrators(found: Account) -> bool:
    return found.person is not None and holds_role(found.person, ADMINISTRATOR) is not None


@for_staff(Act.APPOINT_STAFF)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def account_change(request: HttpRequest, pk: int, what: str) -> HttpResponse:
    """Asks once more, with a reason where one is due, then does it; or asks another administrator to confirm it."""
    found = _account(pk)
    joint = what == "ask-reset" or _is_administrators(found)
    step = (JOINT_STEPS if joint else STEPS).get(what)
    if step is None:
        raise Http404
    form = WhyForm(request.POST or None, help_text=step.help_text) if step.help_text else None

    def do(why: str = "") -> None:
        _do(what, found, why, request, joint=joint)

    if form is None and request.method == "POST":
        pressed(request, do, step.done)
        return redirect("portal:desk-account", found.pk)
    if form is not None and acted(request, form, do, step.done):
        return redirect("portal:desk-account", found.pk)
    context = {"account": found, "step": step, "form": form}
    return render(request, "portal/account_change.html", context)


def _do(what: str, found: Account, why: str, request: HttpRequest, *, joint: bool) -> None:
    by, now = signed_in_person(request), timezone.now()
    if joint:
        if found.person is None:
            raise actions.AccountRefused(_("This account has told no name yet."), code="no_name")
        actions.ask_jointly(kind=JOINT_KINDS[what], person=found.person, why=why, by=by, now=now)
    elif what == "close":
        actions.block_account(account=found, why=why, by=by, now=now)
    else:
        actions.open_account_again(account=found, by=by, now=now)


@for_staff(Act.APPOINT_STAFF)
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def joint_act(request: HttpRequest, pk: int) -> HttpResponse:
    """What one administrator asked: another looks at it, then confirms or drops it."""
    act, person, now = get_object_or_404(joint_act_numbered(pk)), signed_in_person(request), timezone.now()
    waits = act.confirmed_at is None and act.dropped_at is None
    dropping = "drop" in request.POST
    form = CheckedForm(request.POST if request.method == "POST" and not dropping else None, kind=act.kind)
    drop = partial(actions.drop_jointly, act=act, by=person, now=now)
    if dropping and pressed(request, drop, _("The request is dropped.")):
        return redirect("portal:desk-accounts")

    def confirm(**_ticked: object) -> None:
        actions.confirm_jointly(act=act, by=person, now=now)

    if acted(request, form, confirm, _("Done, by two of you.")):
        return redirect("portal:desk-accounts")
    context = {
        "act": act,
        "title": joint_title(act),
        "decision": may_confirm(act, person, now) if waits else None,
        "own": act.person_id == person.pk and act.kind != JointKind.FACTORS_OFF,
        "waits": waits,
        "form": form,
    }
    return render(request, "portal/joint_act.html", context)

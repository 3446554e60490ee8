"""How safe one's account is: the second factor staff need, and the devices on which one is signed in."""

from __future__ import annotations

from base64 import b64encode
from typing import TYPE_CHECKING, Any, cast

from allauth.mfa import app_settings
from allauth.mfa.adapter import get_adapter
from allauth.mfa.models import Authenticator
from allauth.mfa.totp.forms import ActivateTOTPForm
from allauth.utils import get_form_class
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from commonweal.people import actions
from commonweal.people.access import WANTED, factors_of, for_accounts, fresh
from commonweal.people.queries import sessions_of

if TYPE_CHECKING:
    from commonweal.people.models import Account


@for_accounts
@require_safe
def second_factor(request: HttpRequest) -> HttpResponse:
    """Why staff need a second factor, and the ways to set one up; without JavaScript there is the app.

    Where they wanted to go is kept until they have one.
    """
    wanted = request.GET.get("next", "")
    if url_has_allowed_host_and_scheme(wanted, allowed_hosts=None) and wanted.startswith("/"):
        request.session[WANTED] = wanted
    return render(request, "portal/second_factor.html", {"has_one": bool(factors_of(request.user))})


@for_accounts
@fresh
@require_http_methods(["GET", "HEAD", "POST"])
def app_replace(request: HttpRequest) -> HttpResponse:
    """Another phone for the codes. The one there was counts until the new one shows a right code."""
    account, now = _account(request), timezone.now()
    if Authenticator.Type.TOTP not in factors_of(account):
        return redirect("mfa_activate_totp")
    form = get_form_class(app_settings.FORMS, "activate_totp", ActivateTOTPForm)(
        request.POST or None, user=account
    )
    if request.method == "POST" and form.is_valid():
        actions.replace_app(account=account, secret=form.secret, now=now)
        others = [
            each.session_key for each in sessions_of(account, now) if each.session_key != own_row(request)
        ]
        actions.end_sessions(account=account, rows=others, now=now)
        messages.success(request, _("From now on the codes of the new app count, and no others."))
        return redirect("mfa_index")
    adapter = get_adapter()
    picture = adapter.build_totp_svg(adapter.build_totp_url(account, form.secret))
    data = b64encode(picture.encode()).decode()
    context = {
        "form": form,
        "totp_svg_data_uri": f"data:image/svg+xml;base64,{data}",
        "replacing": True,
    }
    return render(request, "mfa/totp/activate_form.html", context)


@for_accounts
@require_safe
def sessions(request: HttpRequest) -> HttpResponse:
    """The devices on which one is signed in, this one marked; each can be ended."""
    shown = [
        {
            "pk": each.session_key,
            "device": each.device or _("a device we do not know by name"),
            "started_at": each.started_at,
            "seen_at": each.seen_at,
            "own": each.session_key == own_row(request),
        }
        for each in sessions_of(_account(request), timezone.now())
    ]
    return render(request, "portal/sessions.html", {"sessions": shown})


def _account(request: HttpRequest) -> Account:
    account: Any = request.user
    return cast("Account", account)


def own_row(request: HttpRequest) -> str:
    """The name of this session's own row."""
    session: Any = request.session
    return str(session.row_name())


@for_accounts
@require_POST
def session_end(request: HttpRequest) -> HttpResponse:
    """Signs out one other device, or all of them."""
    chosen, own, now = request.POST.get("session", ""), own_row(request), timezone.now()
    account = _account(request)
    others = [each.session_key for each in sessions_of(account, now) if each.session_key != own]
    ended = others if chosen == "others" else [each for each in others if each == chosen]
    actions.end_sessions(account=account, rows=ended, now=now)
    if ended:
        messages.success(request, _("Signed out there: %(count)s.") % {"count": len(ended)})
    return redirect("portal:sessions")

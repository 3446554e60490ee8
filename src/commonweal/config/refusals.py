"""Pages for what could not be done: each says why, in the reader's language, and what to do next."""

from __future__ import annotations

import math
from datetime import datetime
from urllib.parse import urlencode

from allauth.mfa.models import Authenticator
from django.contrib.auth.views import redirect_to_login
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from commonweal.config import log
from commonweal.people.access import factors_of, suspended
from commonweal.ui.formats import moment

# Below this address it is programs that ask; they are answered in JSON.
PROGRAMS = "/api/"


def page(request: HttpRequest, refusal: object, *, status: int, title: str = "") -> HttpResponse:
    """The refusal's own sentence on a page."""
    context = {"title": title or _("This could not be done"), "reason": refusal}
    return render(request, "ui/refusal.html", context, status=status)


def sign_in_first(request: HttpRequest, login_url: str) -> HttpResponse:
    """Sends a visitor to the log-in page and back here afterwards."""
    return redirect_to_login(request.get_full_path(), login_url)


def name_first(request: HttpRequest) -> HttpResponse:
    """Asks a new account for its name, and leads back here afterwards (or, from a form, to one's own page)."""
    back = {"next": request.get_full_path()} if request.method == "GET" else {}
    return redirect(reverse("portal:introduce") + (f"?{urlencode(back)}" if back else ""))


def factor_first(request: HttpRequest) -> HttpResponse:
    """Asks someone on the staff for their second factor, or leads to where one is set up; what was typed is kept.

    They then go on where they were; a form they sent meanwhile is sent again for them.
    """
    factors = factors_of(request.user)
    # The app's code needs no script, so it is asked for where there is one.
    app = Authenticator.Type.TOTP in factors
    way = (
        "mfa_reauthenticate" if app else "mfa_reauthenticate_webauthn" if factors else "portal:second-factor"
    )
    return suspended(request, reverse(way))


def not_understood(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """400: the address or the form holds something that cannot be text."""
    reason = _("The address or the form holds characters we cannot read. Go back and type it again.")
    return page(request, reason, status=400, title=_("We could not read this"))


def too_large(request: HttpRequest) -> HttpResponse:
    """413: more text than a form may carry, a file where none is taken, or one larger than any page takes."""
    if request.path_info.startswith(PROGRAMS):
        return _for_program("too_large", 413)
    reason = _(
        "What was sent is larger than this page can take. Go back: your text is still there. Shorten it. "
        "Files can be sent only on the pages that ask for them, after you have signed in, and up to 25 MB: "
        "choose a smaller one."
    )
    return page(request, reason, status=413, title=_("This is too much at once"))


def no_length(request: HttpRequest) -> HttpResponse:
    """411: a body that does not say how long it is; no browser sends one."""
    if request.path_info.startswith(PROGRAMS):
        return _for_program("no_length", 411)
    reason = _("What was sent does not say how long it is. Send it with a browser, or with its length.")
    return page(request, reason, status=411, title=_("We could not read this"))


def _for_program(code: str, status: int) -> HttpResponse:
    reasons = {
        "too_large": "The body is larger than 1 MB.",
        "no_length": "Send the length of the body (Content-Length).",
    }
    return JsonResponse({"code": code, "reason": reasons[code]}, status=status)


def at_once(request: HttpRequest) -> HttpResponse:
    """409: somebody did the same at the same moment, and the database took theirs."""
    reason = _(
        "This was sent twice, or somebody else did the same at this moment. Go back and look what is there now."
    )
    return page(request, reason, status=409)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    """403: the form is older than the session, or came from elsewhere."""
    log.refused(request, "csrf")
    text = _("This form was open for too long or in two windows. Go back, reload the page and send it again.")
    return page(request, text, status=403, title=_("Send this form once more"))


def forbidden(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """403 without a reason of its own."""
    log.refused(request, "forbidden")
    return page(request, _("This page is for others. If it should be yours, call us."), status=403)


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    """404: nothing here, or nothing this reader may see."""
    reason = _(
        "There is nothing at this address, or it is not for you to see. Start again from the home page."
    )
    return page(request, reason, status=404, title=_("We could not find this page"))


def too_often(request: HttpRequest, until: datetime | None = None) -> HttpResponse:
    """429: too many tries in a short time, mostly of a password; or a limit that ends at a moment."""
    log.refused(request, "too_often")
    if until is None:
        reason = _(
            "Too many tries in a short time. Wait a few minutes, then try again; or call us, and we help you."
        )
        return page(request, reason, status=429, title=_("Please wait a moment"))
    reason = _(
        "You have reached the limit of what one visitor may ask for. You can go on from %(moment)s. "
        "If you need more, call us, and we help you."
    ) % {"moment": moment(until)}
    answer = page(request, reason, status=429, title=_("Please wait a moment"))
    answer["Retry-After"] = str(math.ceil((until - timezone.now()).total_seconds()))
    return answer

"""What every request passes through: input that cannot be text, reading that must not write, polite refusals."""

from __future__ import annotations

import logging
from collections.abc import Callable

from django.conf import settings
from django.core.exceptions import RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent
from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.urls import Resolver404, resolve
from django.utils import timezone
from psycopg.errors import DeadlockDetected, SerializationFailure, UniqueViolation

from commonweal.config import bodies, log, refusals
from commonweal.config.addresses import client_address
from commonweal.config.bodies import Body
from commonweal.kernel.decision import NotAllowed, Refusal
from commonweal.people.access import NO_NAME, staff_without_factor, viewer
from commonweal.people.actions.limits import TooOften, use_once
from commonweal.people.rules.measures import LIMITS

logger = logging.getLogger(__name__)
Handler = Callable[[HttpRequest], HttpResponse]
READING = {"GET", "HEAD", "OPTIONS"}
# The one page of others that writes while it is read: allauth notes there that someone saw their recovery codes.
NOTES_THAT_IT_WAS_READ = "/account/security/recovery-codes/"


_REFUSED: dict[Body, Handler] = {
    Body.TOO_LARGE: refusals.too_large,
    Body.NO_LENGTH: refusals.no_length,
    Body.TWO_LENGTHS: refusals.not_understood,
}


class HostileInput:
    """Answers what no browser sends (NUL in an address, a form too large) with a page, before anything is read."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if "\x00" in request.path or "%00" in request.get_full_path():
            return refusals.not_understood(request)
        body = bodies.looked_at(request)
        if body is not Body.FITS:
            return _REFUSED[body](request)
        try:
            request.POST  # noqa: B018 - reads the body here, where too much of it can still be answered
        except (RequestDataTooBig, TooManyFieldsSent, TooManyFilesSent):
            return refusals.too_large(request)
        return self.get_response(request)


class Limits:
    """Counts what is limited (see `people.rules.measures`) before the page is made; beyond the limit there is none."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        try:
            kind = getattr(resolve(request.path_info).func, "limited", "")
        except Resolver404:
            kind = ""
        if kind and request.method in LIMITS[kind].methods:
            try:
                use_once(
                    kind=kind, person=viewer(request), address=client_address(request), now=timezone.now()
                )
            except TooOften as refusal:
                return refusals.too_often(request, until=refusal.until)
        return self.get_response(request)


class ReadsOnlyRead:
    """Runs GET in a transaction in which PostgreSQL refuses every write."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        if request.method not in READING or request.path.endswith(NOTES_THAT_IT_WAS_READ):
            return self.get_response(request)
        with transaction.atomic():
            with connection.cursor() as cursor:
                cursor.execute("SET TRANSACTION READ ONLY")
            return self.get_response(request)


class KeptFromCaches:
    """Marks every answer to a session or a program's key `private, no-store`: Back after signing out shows nothing.

    A session is enough: before signing in it may hold what somebody answered. What is public for all says so itself.
    """

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        response = self.get_response(request)
        known = settings.SESSION_COOKIE_NAME in request.COOKIES or "Authorization" in request.headers
        if known and "public" not in response.get("Cache-Control", ""):
            response["Cache-Control"] = "private, no-store"
        return response


class PoliteRefusals:
    """Turns a refusal nobody caught into a page that says why and what to do next."""

    def __init__(self, get_response: Handler) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        return self.get_response(request)

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        if isinstance(exception, NotAllowed):
            if not request.user.is_authenticated:
                return refusals.sign_in_first(request, settings.LOGIN_URL)
            if exception.code == NO_NAME:
                return refusals.name_first(request)
            log.refused(request, exception.code)
            person = viewer(request)
            if person is not None and staff_without_factor(person):
                return refusals.factor_first(request)
            return refusals.page(request, exception, status=403)
        if isinstance(exception, Refusal):
            return refusals.page(request, exception, status=409)
        if isinstance(exception.__cause__, UniqueViolation | DeadlockDetected | SerializationFailure):
            # Two at once: the database let one of them through. Where it is no race, the log says which rule was met.
            logger.warning(
                "refused by the database: %s", request.resolver_match and request.resolver_match.view_name
            )
            return refusals.at_once(request)
        return None

"""What is written of each request, and of what concerns security: route, status and time; no address, no query, no body."""

from __future__ import annotations

import logging
import re
import secrets
import time
from typing import Any

from allauth.account import signals as account
from allauth.mfa import signals as factors
from django.contrib.auth.signals import user_logged_in, user_logged_out, user_login_failed
from django.dispatch import Signal
from django.http import HttpRequest, HttpResponse

from commonweal.config import metrics
from commonweal.kernel.logs import REQUEST, security_event

logger = logging.getLogger("commonweal.requests")
_NUMBER = re.compile(r"[A-Za-z0-9-]{8,64}", re.ASCII)

# What the libraries for accounts tell of, and the name it has in the log.
EVENTS: tuple[tuple[Signal, str], ...] = (
    (user_logged_in, "log_in"),
    (user_logged_out, "log_out"),
    (user_login_failed, "log_in_failed"),
    (account.password_set, "password_set"),
    (account.password_changed, "password_changed"),
    (account.password_reset, "password_reset"),
    (account.email_added, "address_added"),
    (account.email_changed, "address_changed"),
    (account.email_removed, "address_removed"),
    (account.email_confirmed, "address_confirmed"),
    (factors.authenticator_added, "factor_added"),
    (factors.authenticator_removed, "factor_removed"),
    (factors.authenticator_reset, "factor_reset"),
)


def listen() -> None:
    """Has the log told of what the libraries for accounts do. Again, it changes nothing."""
    for signal, name in EVENTS:

        def heard(sender: Any, _name: str = name, **told: Any) -> None:
            user = told.get("user") or getattr(told.get("email_address"), "user", None)
            noted(_name, account=getattr(user, "pk", None))

        signal.connect(heard, weak=False, dispatch_uid=f"commonweal.log {name}")


def noted(event: str, *, account: int | None = None, **facts: str | int | bool) -> None:
    """Writes an event of security, and counts it."""
    metrics.SECURITY.labels(event).inc()
    security_event(event, account=account, **facts)


def refused(request: HttpRequest, code: str) -> None:
    """Notes that somebody was refused what is for others."""
    noted(
        "refused",
        account=getattr(getattr(request, "user", None), "pk", None),
        code=code,
        route=route_of(request),
    )


def route_of(request: HttpRequest) -> str:
    """The name of the address that answers, without anything of the address itself."""
    match = request.resolver_match
    return match.view_name or match.route if match else "none"


class RequestLog:
    """Gives each request a number, writes one line of its end, and counts it. The number goes back with the answer."""

    def __init__(self, get_response: Any) -> None:
        self.get_response = get_response
        listen()

    def __call__(self, request: HttpRequest) -> HttpResponse:
        told = request.headers.get("X-Request-ID", "")
        number = told if _NUMBER.fullmatch(told) else secrets.token_hex(8)
        token, started = REQUEST.set(number), time.perf_counter()
        try:
            response: HttpResponse = self.get_response(request)
            seconds = time.perf_counter() - started
            response["X-Request-ID"] = number
            method = request.method if request.method in metrics.METHODS else "other"
            metrics.REQUESTS.labels(method, str(response.status_code)).inc()
            metrics.SECONDS.observe(seconds)
            facts = {"method": method, "route": route_of(request), "status": response.status_code}
            logger.info("answered", extra={"facts": {**facts, "ms": round(seconds * 1000)}})
            return response
        finally:
            REQUEST.reset(token)

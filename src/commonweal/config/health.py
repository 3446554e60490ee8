"""Three addresses for machines that watch: `/healthz` (the process answers), `/readyz` (all it needs is there), `/metrics`.

They come before all else, so that neither a host name nor a redirect to https nor a session stands between.
"""

from __future__ import annotations

import hmac
from collections.abc import Callable
from ipaddress import ip_address

from django.conf import settings
from django.db import DatabaseError, InterfaceError
from django.http import HttpRequest, HttpResponse, JsonResponse
from prometheus_client import CONTENT_TYPE_LATEST

from commonweal.config import metrics

# Below these the program is not ready: seconds the oldest job that could run has waited, and bytes left on the disk.
WAITED_MAX = 600
FREE_MIN = 200_000_000


def alive(_request: HttpRequest) -> HttpResponse:
    """200 as long as requests are answered at all; asks nothing of anybody."""
    return JsonResponse({"alive": True})


def ready(_request: HttpRequest) -> HttpResponse:
    """200 when database, background jobs and disk are well, else 503; which of them is not."""
    told = {"database": "ok", "jobs": "ok", "disk": "ok"}
    try:
        if metrics.jobs().oldest_seconds > WAITED_MAX:
            told["jobs"] = "late"
    except (DatabaseError, InterfaceError):
        told |= {"database": "away", "jobs": "unknown"}
    if metrics.free_bytes() < FREE_MIN:
        told["disk"] = "full"
    well = set(told.values()) == {"ok"}
    return JsonResponse({"ready": well, **told}, status=200 if well else 503)


def figures(request: HttpRequest) -> HttpResponse:
    """The figures for monitoring, for this machine itself and for who has the token; 404 for anyone else."""
    if not _may_read(request):
        return HttpResponse(status=404)
    return HttpResponse(metrics.text(), content_type=CONTENT_TYPE_LATEST)


def _may_read(request: HttpRequest) -> bool:
    token = settings.METRICS_TOKEN
    if token:
        return hmac.compare_digest(
            request.headers.get("Authorization", "").encode(), f"Bearer {token}".encode()
        )
    # Behind a proxy everybody comes from this machine; the proxy says so.
    if "X-Forwarded-For" in request.headers:
        return False
    try:
        return ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False


ADDRESSES: dict[str, Callable[[HttpRequest], HttpResponse]] = {
    "/healthz": alive,
    "/readyz": ready,
    "/metrics": figures,
}


class Watched:
    """Answers the three addresses, and hands on all others."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponse]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        answer = ADDRESSES.get(request.path_info)
        if answer is None:
            return self.get_response(request)
        response = answer(request)
        response["Cache-Control"] = "no-store"
        return response

"""Pages for what is broken on our side: in four languages at once, without database, translation or template.

What keeps a page from being answered is told apart by what was raised: the database is away, the disk is full, or a
mistake of ours. What was sent in a vote can be sent once more from the page itself, so that nobody chooses anew.
"""

from __future__ import annotations

import errno
import sys
from collections.abc import Iterator
from contextlib import suppress
from enum import Enum
from typing import Any

from django.conf import settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.db import InterfaceError, OperationalError
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import Resolver404, resolve
from django.utils import translation
from django.utils.html import escape
from psycopg import errors

from commonweal.config.metrics import OUTAGES
from commonweal.config.outage_texts import AGAIN, TEXTS, Outage, Pair, Told
from commonweal.config.refusals import PROGRAMS

# Seconds after which trying again is worth it.
RETRY_AFTER = 15
_STATUS = {Outage.MISTAKE: 500, Outage.AWAY: 503, Outage.FULL: 507}
# The addresses at which a choice is sent; the first keeps nothing, the second puts it in the box.
_VOTES = {"voting:ballot-review": False, "voting:ballot-cast": True}
_FULL = {errno.ENOSPC, errno.EDQUOT}
# Classes of SQLSTATE: the connection, the server's resources, an operator's hand on the server.
_AWAY = ("08", "53", "57P")


class Sent(Enum):
    """What becomes of what a request sent, when it was answered by one of these pages."""

    NOTHING = "nothing"
    UNSURE = "unsure"
    VOTE_LOST = "vote_lost"
    VOTE_UNSURE = "vote_unsure"


def causes(wrong: BaseException | None) -> Iterator[BaseException]:
    """An exception, what it came from, and so on."""
    seen: set[int] = set()
    while wrong is not None and id(wrong) not in seen:
        seen.add(id(wrong))
        yield wrong
        wrong = wrong.__cause__ or wrong.__context__


def outage_of(wrong: BaseException | None) -> Outage:
    """Which of our troubles an exception tells of."""
    for each in causes(wrong):
        if isinstance(each, errors.DiskFull) or (isinstance(each, OSError) and each.errno in _FULL):
            return Outage.FULL
    for each in causes(wrong):
        if isinstance(each, InterfaceError):
            return Outage.AWAY
        if isinstance(each, OperationalError):
            # Without a state the server did not answer at all; the pool says so when it waited in vain.
            state = getattr(each.__cause__, "sqlstate", None)
            if state is None or state.startswith(_AWAY):
                return Outage.AWAY
    return Outage.MISTAKE


def met_while_keeping(wrong: BaseException | None) -> bool:
    """Whether the database broke off while it was keeping what was sent: then nobody knows whether it did."""
    for each in causes(wrong):
        frame = each.__traceback__
        while frame is not None:
            if frame.tb_frame.f_code.co_name == "_commit":
                return True
            frame = frame.tb_next
    return False


def _sent(request: HttpRequest, wrong: BaseException | None) -> Sent:
    if request.method != "POST":
        return Sent.NOTHING
    # Addresses are found in the language they are in; what broke may have come before that was looked at.
    language = request.path_info[1:3]
    with suppress(Resolver404), translation.override(language if language in TEXTS else None):
        name = resolve(request.path_info).view_name
        if name in _VOTES:
            kept = getattr(request, "vote_kept", False) or (_VOTES[name] and met_while_keeping(wrong))
            return Sent.VOTE_UNSURE if kept else Sent.VOTE_LOST
    return Sent.UNSURE


def broken(request: HttpRequest) -> HttpResponse:
    """500, 503 or 507: our fault, the database is away, the disk is full."""
    wrong = sys.exception()
    outage = outage_of(wrong)
    OUTAGES.labels(outage.value).inc()
    response = _for_program(outage) if request.path_info.startswith(PROGRAMS) else _for_reader(request, wrong)
    response["Cache-Control"] = "no-store"
    if outage is not Outage.MISTAKE:
        response["Retry-After"] = str(RETRY_AFTER)
    return response


def _for_program(outage: Outage) -> HttpResponse:
    told = {"code": outage.value, "reason": "This cannot be answered just now. Try again later."}
    return JsonResponse(told, status=_STATUS[outage])


def _for_reader(request: HttpRequest, wrong: BaseException | None) -> HttpResponse:
    outage, sent = outage_of(wrong), _sent(request, wrong)
    form = _again(request) if sent in (Sent.VOTE_LOST, Sent.VOTE_UNSURE) else ""
    if request.method == "POST" and not form:
        # Nothing may be promised of a choice that could not even be read.
        sent = Sent.UNSURE
    words = {language: _words(told, outage, sent) for language, told in TEXTS.items()}
    return HttpResponse(_page(words, first=request.path_info[1:3], form=form), status=_STATUS[outage])


def pages_of_proxy() -> dict[str, str]:
    """File name -> HTML of the pages that a proxy shows by itself."""
    return {
        "away.html": _page(
            {language: _words(told, Outage.AWAY, Sent.UNSURE) for language, told in TEXTS.items()}
        ),
        "too-large.html": _page({language: told.too_large for language, told in TEXTS.items()}),
        "too-many.html": _page({language: told.too_many for language, told in TEXTS.items()}),
    }


def _page(words: dict[str, Pair], *, first: str = "", form: str = "") -> str:
    """A page's HTML: a section a language, that of the reader (`first`) before the others."""
    phone = settings.SITE["phone"]
    dial = "".join(sign for sign in phone if sign in "+0123456789")
    order = sorted(words, key=lambda language: language != first)
    call = f'<p><a href="tel:{dial}">{escape(phone)}</a></p>'
    parts = [
        f'<section lang="{language}"><h{level}>{title}</h{level}><p>{text}</p>{call}{"" if place else form}</section>'
        for place, language in enumerate(order)
        for level, (title, text) in [(2 if place else 1, words[language])]
    ]
    if form:
        parts[0] = parts[0].replace("%(button)s", AGAIN[order[0]])
    head = f'<meta charset="utf-8"><meta name="viewport" content="width=device-width, initial-scale=1">{_style()}'
    return (
        f'<!doctype html><html lang="{order[0]}"><head>{head}<title>{escape(settings.SITE["name"])}</title></head>'
        f'<body><main><div class="page"><div class="measure">{"".join(parts)}</div></div></main></body></html>'
    )


def _words(told: Told, outage: Outage, sent: Sent) -> tuple[str, str]:
    if sent is Sent.VOTE_LOST:
        return told.vote_lost
    if sent is Sent.VOTE_UNSURE:
        return told.vote_unsure
    title, reading, sending = told.outages[outage]
    return title, reading if sent is Sent.NOTHING else sending


def _style() -> str:
    # The files of the styles may be what is missing; then the page goes without.
    with suppress(Exception):
        return f'<link rel="stylesheet" href="{escape(staticfiles_storage.url("ui/commonweal.css"))}">'
    return ""


def _again(request: HttpRequest) -> str:
    """A form that sends the same once more, in the browser of who sent it; empty when it could not be read."""
    fields: list[tuple[str, Any]] = []
    with suppress(Exception):
        fields = [(name, each) for name, values in request.POST.lists() for each in values]
    if not fields:
        return ""
    hidden = "".join(
        f'<input type="hidden" name="{escape(name)}" value="{escape(each)}">' for name, each in fields
    )
    return (
        f'<form method="post" action="{escape(request.path)}">{hidden}'
        '<p class="buttons"><button class="button">%(button)s</button></p></form>'
    )

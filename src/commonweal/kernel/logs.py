"""Lines of the log: one JSON object each, with the number of its request, never with what anyone typed.

What others write (the framework, the driver) may hold typed text or a statement; of that, only the fixed part of the
message is kept. Of an error: its classes, the database's code and the places in the program, not its message.
"""

from __future__ import annotations

import json
import logging
import traceback
from collections.abc import Iterator
from contextvars import ContextVar
from datetime import UTC, datetime
from typing import Any

# The number of the request that is being answered, empty outside one.
REQUEST: ContextVar[str] = ContextVar("request", default="")
# Whose messages hold nothing that was typed: ours, and those that know only jobs and processes.
_OURS = ("commonweal", "procrastinate", "granian", "_granian")
_FRAMES = 12

_security = logging.getLogger("commonweal.security")


def security_event(event: str, *, account: int | None = None, **facts: str | int | bool) -> None:
    """Writes an event of security: a log-in, a failure, a change of address or factor, a refused access, a key.

    `account` is the number of the account it is about, `facts` codes and numbers; never an address, a name or a text.
    """
    about = {} if account is None else {"account": account}
    _security.info(event, extra={"facts": {"security": event, **about, **facts}})


class JsonLines(logging.Formatter):
    """Makes a line of a record."""

    def format(self, record: logging.LogRecord) -> str:
        """The line: moment, level, who says it, what; the request; facts; of an error what and where."""
        line: dict[str, Any] = {
            "at": datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds"),
            "level": record.levelname.lower(),
            "by": record.name,
            "what": _what(record),
        }
        if REQUEST.get():
            line["request"] = REQUEST.get()
        line |= getattr(record, "facts", {})
        if record.exc_info and record.exc_info[1] is not None:
            wrong = record.exc_info[1]
            line["error"] = [_named(each) for each in _causes(wrong)]
            line["where"] = _places(wrong)
        return json.dumps(line, ensure_ascii=False, default=str)


def _what(record: logging.LogRecord) -> str:
    if record.name.partition(".")[0] in _OURS:
        return record.getMessage()
    # Without arguments nobody knows which part of a message is fixed.
    return str(record.msg) if record.args else f"{record.module}:{record.lineno}"


def _causes(wrong: BaseException | None) -> Iterator[BaseException]:
    seen: set[int] = set()
    while wrong is not None and id(wrong) not in seen:
        seen.add(id(wrong))
        yield wrong
        wrong = wrong.__cause__ or wrong.__context__


def _named(wrong: BaseException) -> str:
    state = getattr(wrong, "sqlstate", None)
    name = f"{type(wrong).__module__}.{type(wrong).__qualname__}"
    return f"{name} {state}" if state else name


def _places(wrong: BaseException) -> list[str]:
    frames = traceback.extract_tb(wrong.__traceback__)[-_FRAMES:]
    return [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames]

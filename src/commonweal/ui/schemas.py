"""The base of what programs send and get: closed shapes, so that a misspelt field is refused and never passed over."""

from __future__ import annotations

import re
from datetime import date, datetime
from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import AwareDatetime, BeforeValidator, ConfigDict, field_validator

from commonweal.kernel.text import clean, has_control


class ClosedSchema(Schema):
    """A shape with exactly its fields: `{"cent": 1}` is an error of the sender, not a wish for the default."""

    model_config = ConfigDict(extra="forbid")


class AskedSchema(ClosedSchema):
    """What programs send: no text of it has a sign nobody sees, such as NUL, which no database keeps."""

    @field_validator("*", mode="before")
    @classmethod
    def plain_text(cls, value: Any) -> Any:
        """The value as it came. Raises ValueError for a text with control characters."""
        if isinstance(value, str) and has_control(value):
            raise ValueError(CONTROL)
        return value


CONTROL = "Control characters, such as NUL, are not allowed here."
_MOMENT = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d", re.ASCII)
_DAY = re.compile(r"\d{4}-\d{2}-\d{2}", re.ASCII)


def _day(value: Any) -> Any:
    """The text of a day. Raises ValueError for a moment or a number, of which a day would be guessed."""
    if not isinstance(value, date) and not (isinstance(value, str) and _DAY.fullmatch(value)):
        raise ValueError("A day is written as 2026-12-31, and nothing else.")
    return value


def _moment(value: Any) -> Any:
    """The text of a moment. Raises ValueError for a number, which may be seconds or thousandths of them."""
    if not isinstance(value, datetime) and not (isinstance(value, str) and _MOMENT.match(value)):
        raise ValueError("A moment is a text with its zone, as 2026-12-31T12:00:00Z.")
    return value


def _cleaned(value: Any) -> Any:
    """The text as a form would keep it."""
    return clean(value, lines=False) if isinstance(value, str) else value


Day = Annotated[date, BeforeValidator(_day)]
# Without a zone nobody can say which moment is meant: it is refused, not guessed.
Moment = Annotated[AwareDatetime, BeforeValidator(_moment)]
Text = Annotated[str, BeforeValidator(_cleaned)]
# JSON numbers only: "1_000", 1.0 and true are no cents.
Cents = Annotated[int, Field(strict=True, ge=0, le=10**15)]

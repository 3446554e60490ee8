"""The base of what programs send and get: closed shapes, so that a misspelt field is refused and never passed over."""

from __future__ import annotations

from typing import Annotated, Any

from ninja import Field, Schema
from pydantic import ConfigDict, field_validator

from commonweal.kernel.text import has_control


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
# JSON numbers only: "1_000", 1.0 and true are no cents.
Cents = Annotated[int, Field(strict=True, ge=0, le=10**15)]

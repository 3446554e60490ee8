"""The base of what programs send and get: closed shapes, so that a misspelt field is refused and never passed over."""

from __future__ import annotations

from typing import Annotated

from ninja import Field, Schema
from pydantic import ConfigDict


class ClosedSchema(Schema):
    """A shape with exactly its fields: `{"cent": 1}` is an error of the sender, not a wish for the default."""

    model_config = ConfigDict(extra="forbid")


# JSON numbers only: "1_000", 1.0 and true are no cents.
Cents = Annotated[int, Field(strict=True, ge=0, le=10**15)]

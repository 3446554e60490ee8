"""What a bundle of sealed envelopes must look like before anybody opens it, and when to ask twice. Pure."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import Annotated, Any

from pydantic import (
    AwareDatetime,
    BaseModel,
    ConfigDict,
    Field,
    TypeAdapter,
    ValidationError,
    model_validator,
)

from commonweal.voting.rules.choices import OPTIONS_MAX, BallotForm, Form
from commonweal.voting.rules.turnout import SMALLEST_GROUP

FEWEST_ENVELOPES = SMALLEST_GROUP
"""Below so many envelopes a bundle is opened only when somebody says so: of few votes it is known whose they may be."""
SHOWN = 32
"""Places of a box's fingerprint that people read and type: 128 bits. Who writes to a box before it is handed over could
look for two boxes that agree in what is typed: that takes two to the power of half the bits, so 80 would be too few."""
# More than any cooperative decides about, and small enough to be written exactly.
_CENTS_MAX = 10**15
_Cents = Annotated[int, Field(ge=0, le=_CENTS_MAX)]
_Hash = Annotated[str, Field(pattern=r"^[0-9a-f]{64}$")]
_MOMENT = TypeAdapter(AwareDatetime)


class NoBundle(ValueError):
    """This is no bundle of envelopes at all; the message says where it differs."""


class _Part(BaseModel):
    """Strict about what is read of it; what else stands there is part of the fingerprint alone."""

    model_config = ConfigDict(strict=True, extra="ignore", hide_input_in_errors=True)


class _Form(_Part):
    model_config = ConfigDict(strict=True, extra="forbid", hide_input_in_errors=True)
    kind: str
    choices_min: int
    choices_max: int
    points_total: int
    points_each: int


class _Option(_Part):
    number: Annotated[int, Field(ge=1, le=OPTIONS_MAX)]
    title: str
    cost_cents: _Cents
    category: str | None


class _Bylaw(_Part):
    rule: str


class _Definition(_Part):
    subject: str
    titles: dict[str, str]
    form: _Form
    budget_cents: _Cents
    bylaw: _Bylaw
    opens_at: str
    closes_at: str
    public_key: _Hash
    options: Annotated[list[_Option], Field(min_length=1, max_length=OPTIONS_MAX)]

    @model_validator(mode="after")
    def _holds(self) -> _Definition:
        for moment in (self.opens_at, self.closes_at):
            moment_of(moment)
        if len({option.number for option in self.options}) < len(self.options):
            raise ValueError("two options have the same number")
        basket = self.form.kind == BallotForm.BASKET
        Form(**self.form.model_dump(), budget_cents=self.budget_cents if basket else 0)
        return self


class _Bundle(_Part):
    definition: _Definition
    frozen_hash: _Hash
    envelopes: list[str]


def box_fingerprint(envelopes: Iterable[bytes]) -> str:
    """The fingerprint of a box in hexadecimal: SHA-256 of all its envelopes, sorted, one after the other.

    `envelopes` come sorted by their bytes; all of one ballot have the same length, so none can pass for two.
    """
    digest = hashlib.sha256()
    for each in envelopes:
        digest.update(each)
    return digest.hexdigest()


def box_shown(fingerprint: str) -> str:
    """The first `SHOWN` places of a fingerprint in groups of four; nothing of none."""
    return "-".join(fingerprint[start : start + 4] for start in range(0, min(SHOWN, len(fingerprint)), 4))


def typed_fingerprint(text: str) -> str:
    """A fingerprint as somebody read and typed it, `SHOWN` places or all, however they divided it.

    Raises ValueError with what is wrong: a letter that is none of it, or too few places.
    """
    plain = "".join(each for each in text.casefold().removeprefix("sha256") if each not in " -:\t")
    if strange := sorted(set(plain) - set("0123456789abcdef")):
        raise ValueError(f"{strange[0]!r} is none of its figures; they are 0 to 9 and a to f.")
    if len(plain) < SHOWN:
        raise ValueError(f"it has {SHOWN} figures, and {len(plain)} were typed.")
    return plain


def same_box(bundle: dict[str, Any], plain: str) -> bool:
    """Whether a bundle holds the very box of a fingerprint (`typed_fingerprint`)."""
    try:
        envelopes = sorted(map(bytes.fromhex, bundle["envelopes"]))
    except ValueError:
        return False
    found = box_fingerprint(envelopes) if len(set(map(len, envelopes))) < 2 else ""
    return found.startswith(plain)


def moment_of(text: str) -> datetime:
    """A moment as ISO 8601 writes it, with its zone. Raises ValueError."""
    return _MOMENT.validate_strings(text)


def checked_bundle(found: object) -> dict[str, Any]:
    """The bundle, when it has everything that opening it reads. Raises NoBundle."""
    if not isinstance(found, dict):
        raise NoBundle("it holds no object with a definition and envelopes.")
    try:
        _Bundle.model_validate(found)
    except ValidationError as wrong:
        first = wrong.errors(include_url=False, include_context=False, include_input=False)[0]
        where = ".".join(str(each) for each in first["loc"]) or "bundle"
        raise NoBundle(f"{where[:120]}: {first['msg']}.") from wrong
    return found


def still_open(bundle: dict[str, Any], now: datetime) -> bool:
    """Whether the vote of a bundle has not closed yet: then more envelopes come, and who knows these knows the trend."""
    return moment_of(bundle["definition"]["closes_at"]) > now


def too_few(bundle: dict[str, Any]) -> bool:
    """Whether a bundle holds so few envelopes that it is known too well whose they are; none at all tell nothing."""
    return 0 < len(bundle["envelopes"]) < FEWEST_ENVELOPES

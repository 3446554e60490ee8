"""The one way a frozen definition is written down, and its fingerprint. Same in, same bytes out."""

from __future__ import annotations

import hashlib
import json
from typing import Any


def canonical(definition: dict[str, Any]) -> bytes:
    """A definition as JSON with sorted keys and without spaces, in UTF-8: what `sha256sum` is run over."""
    return json.dumps(definition, sort_keys=True, ensure_ascii=False, separators=(",", ":")).encode()


def fingerprint(definition: dict[str, Any]) -> str:
    """SHA-256 of a definition in its canonical form, in hexadecimal."""
    return hashlib.sha256(canonical(definition)).hexdigest()

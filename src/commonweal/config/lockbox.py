"""Secrets that lie in the database, locked with keys that do not: what is read there opens nothing.

Keys come from `SECRET_KEY`, for each purpose another; those of `SECRET_KEY_FALLBACKS` still open what they locked.
"""

from __future__ import annotations

from hashlib import blake2b

from django.conf import settings
from nacl.encoding import URLSafeBase64Encoder
from nacl.exceptions import CryptoError
from nacl.secret import SecretBox

# The version of the scheme, before what is locked; another scheme would have another.
_MARK = "box1:"


class CannotOpen(Exception):
    """No key we have opens this: it was locked with another, or altered."""


def locked(text: str, purpose: str) -> str:
    """A text locked with the newest key for a purpose (XSalsa20-Poly1305); each time another."""
    return _MARK + SecretBox(_keys(purpose)[0]).encrypt(text.encode(), encoder=URLSafeBase64Encoder).decode()


def opened(text: str, purpose: str) -> str:
    """What was locked for a purpose with any of our keys. Raises CannotOpen."""
    if text.startswith(_MARK):
        for key in _keys(purpose):
            try:
                return (
                    SecretBox(key).decrypt(text[len(_MARK) :].encode(), encoder=URLSafeBase64Encoder).decode()
                )
            except (CryptoError, ValueError):
                continue
    raise CannotOpen(purpose)


def digest(text: str, purpose: str) -> str:
    """A keyed digest of 160 bits in hexadecimal, made with the newest key; without the key nobody can make it."""
    return blake2b(text.encode(), key=_keys(purpose)[0], digest_size=20).hexdigest()


def _keys(purpose: str) -> list[bytes]:
    masters = (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)
    return [
        blake2b(purpose.encode(), key=blake2b(master.encode()).digest(), digest_size=32).digest()
        for master in masters
    ]

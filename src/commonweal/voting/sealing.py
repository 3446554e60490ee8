"""Sealing envelopes to the committee's public key, and the committee's side: making, splitting and using its key.

Knows no database and no framework: the committee runs this away from the web server.
X25519 sealed boxes are libsodium's (https://doc.libsodium.org/public-key_cryptography/sealed_boxes);
the key is split by Shamir's scheme (Shamir, "How to share a secret", CACM 22(11), 1979).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections.abc import Sequence
from dataclasses import dataclass

from Crypto.Protocol.SecretSharing import Shamir
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id

_SEED_LENGTH = 16
_CHECK_LENGTH = 4


class WrongSheets(ValueError):
    """The sheets brought do not make the key of this ballot; the message says what is off."""


@dataclass(frozen=True, slots=True)
class Sheet:
    """One holder's part of the committee's key, as printed: number, threshold, 16 bytes, check."""

    number: int
    threshold: int
    part: bytes

    def text(self) -> str:
        """`2-of…` line: number, threshold, part in groups of four, check figures."""
        bare = f"{self.number}/{self.threshold}/{self.part.hex()}"
        groups = " ".join(self.part.hex()[i : i + 4].upper() for i in range(0, 2 * _SEED_LENGTH, 4))
        return f"CW {self.number}/{self.threshold} {groups} {_check(bare)}"

    @classmethod
    def read(cls, text: str) -> Sheet:
        """A sheet typed or scanned back. Raises WrongSheets when a figure is wrong."""
        words = text.split()
        try:
            number, threshold = (int(each) for each in words[1].split("/"))
            part = bytes.fromhex("".join(words[2:-1]))
        except (IndexError, ValueError) as wrong:
            raise WrongSheets(
                "This is not a committee sheet: it starts with CW and holds eight groups."
            ) from wrong
        sheet = cls(number, threshold, part)
        if words[0] != "CW" or len(part) != _SEED_LENGTH or sheet.text().split()[-1] != words[-1].upper():
            raise WrongSheets(f"Sheet {number} was not typed as printed: its check figures do not agree.")
        return sheet


def _check(text: str) -> str:
    return hashlib.sha256(text.encode()).hexdigest()[:_CHECK_LENGTH].upper()


def _private(seed: bytes) -> PrivateKey:
    return PrivateKey(hashlib.blake2b(seed, digest_size=32, person=b"commonweal-key").digest())


def new_committee(holders: int, threshold: int) -> tuple[bytes, tuple[Sheet, ...]]:
    """A fresh public key (32 bytes) and a sheet per holder, of which `threshold` together open the ballots.

    Raises ValueError unless 2 <= threshold <= holders <= 20.
    """
    if not 2 <= threshold <= holders <= 20:
        raise ValueError("a committee has at least two holders, and at least two must be needed")
    seed = secrets.token_bytes(_SEED_LENGTH)
    parts = Shamir.split(threshold, holders, seed)
    return bytes(_private(seed).public_key), tuple(Sheet(number, threshold, part) for number, part in parts)


def private_key(sheets: Sequence[Sheet], public_key: bytes) -> PrivateKey:
    """The private key made of enough sheets. Raises WrongSheets when they are too few or of another ballot."""
    different = {sheet.number: sheet for sheet in sheets}
    needed = max((sheet.threshold for sheet in sheets), default=2)
    if len(different) < needed:
        raise WrongSheets(f"{needed} different sheets are needed; {len(different)} were given.")
    chosen = list(different.values())[:needed]
    key = _private(Shamir.combine([(sheet.number, sheet.part) for sheet in chosen]))
    if not hmac.compare_digest(bytes(key.public_key), public_key):
        raise WrongSheets("These sheets belong to another ballot.")
    return key


def sealed(content: bytes, public_key: bytes) -> bytes:
    """The content in an envelope only the committee can open; never the same twice."""
    return SealedBox(PublicKey(public_key)).encrypt(content)


def opened(envelope: bytes, key: PrivateKey) -> bytes:
    """The content of an envelope. Raises ValueError when it was not sealed to this key or was changed."""
    try:
        return SealedBox(key).decrypt(envelope)
    except CryptoError as wrong:
        raise ValueError("this envelope does not open with the committee's key") from wrong


def commitment(content: bytes, control_code: str, salt: bytes) -> bytes:
    """A fingerprint by which a second typist's entry is compared with the first one's.

    Without the control code, which is only on the paper sheet, it says nothing of the content:
    Argon2id makes each guess at the code expensive.
    """
    key = argon2id.kdf(
        32,
        control_code.encode(),
        salt,
        opslimit=argon2id.OPSLIMIT_INTERACTIVE,
        memlimit=argon2id.MEMLIMIT_MIN * 1024,
    )
    return hmac.digest(key, content, "sha256")


SALT_LENGTH = argon2id.SALTBYTES

"""Sealing envelopes to the committee's public key, and the committee's side: making, splitting and using its key.

Knows no database and no framework: the committee runs this away from the web server.
X25519 sealed boxes are libsodium's (https://doc.libsodium.org/public-key_cryptography/sealed_boxes);
the key is split by Shamir's scheme (Shamir, "How to share a secret", CACM 22(11), 1979).
"""

from __future__ import annotations

import hashlib
import hmac
import secrets
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import combinations, islice

from Crypto.Protocol.SecretSharing import Shamir
from nacl.exceptions import CryptoError
from nacl.public import PrivateKey, PublicKey, SealedBox
from nacl.pwhash import argon2id

_SEED_LENGTH = 16
_CHECK_LENGTH = 4
KEY_LENGTH = 32
HOLDERS_MAX = 20
# All but four of twenty sheets, in every way; who brings more bad ones sorts them out first.
TRIES_MAX = 6_200
_KEY_CHECK_LENGTH = 8
_PRIME = 2**255 - 19  # of Curve25519 (RFC 7748, section 4.1)


class WrongSheets(ValueError):
    """The sheets brought do not make the key of this ballot; the message says what is off."""


class WrongKey(ValueError):
    """A committee's public key that cannot be used; `code` says why: `figures`, `length`, `check` or `weak`."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


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
        if not (0 < number <= HOLDERS_MAX and 2 <= threshold <= HOLDERS_MAX):
            raise WrongSheets("A committee sheet has a number from 1 on, and at least two are needed.")
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
    if not 2 <= threshold <= holders <= HOLDERS_MAX:
        raise ValueError("a committee has at least two holders, and at least two must be needed")
    seed = secrets.token_bytes(_SEED_LENGTH)
    parts = Shamir.split(threshold, holders, seed)
    return bytes(_private(seed).public_key), tuple(Sheet(number, threshold, part) for number, part in parts)


def key_text(public_key: bytes) -> str:
    """A public key as printed: 64 figures and letters and eight that check them, in groups of four."""
    written = public_key.hex() + _key_check(public_key)
    return " ".join(written[start : start + 4] for start in range(0, len(written), 4))


def key_from_text(text: str) -> bytes:
    """A public key typed or pasted from a sheet. Raises WrongKey."""
    written = "".join(text.split()).lower()
    if written.strip("0123456789abcdef"):
        raise WrongKey("figures")
    if len(written) != 2 * KEY_LENGTH + _KEY_CHECK_LENGTH:
        raise WrongKey("length")
    key = bytes.fromhex(written[:-_KEY_CHECK_LENGTH])
    if written[-_KEY_CHECK_LENGTH:] != _key_check(key):
        raise WrongKey("check")
    check_key(key)
    return key


def _key_check(public_key: bytes) -> str:
    return hashlib.sha256(b"commonweal-public-key" + public_key).hexdigest()[:_KEY_CHECK_LENGTH]


def check_key(public_key: bytes) -> None:
    """Raises WrongKey for a key to which nothing can be sealed, or that no committee can have made.

    The points of low order of Curve25519 (all zero is one) give every envelope the same key, and libsodium refuses
    to seal to them (RFC 7748, section 6.1); a number that is not smaller than the prime is no key made by anyone.
    """
    if len(public_key) != KEY_LENGTH:
        raise WrongKey("length")
    if int.from_bytes(public_key, "little") >= _PRIME:
        raise WrongKey("weak")
    try:
        sealed(b"", public_key)
    except (CryptoError, RuntimeError) as wrong:
        raise WrongKey("weak") from wrong


def private_key(sheets: Sequence[Sheet], public_key: bytes) -> PrivateKey:
    """The private key made of enough sheets. Raises WrongSheets when they are too few or of another ballot."""
    return opening_key(sheets, public_key)[0]


def opening_key(sheets: Sequence[Sheet], public_key: bytes) -> tuple[PrivateKey, tuple[Sheet, ...]]:
    """The private key that enough of these sheets make, and the sheets that do not go with it.

    A bad sheet among enough good ones hinders nothing. Raises WrongSheets when too few are given, or none of them make
    the key of this ballot.
    """
    different = list(dict.fromkeys(sheets))
    for tried in islice(_groups(different), TRIES_MAX):
        key = _combined(tried)
        if hmac.compare_digest(bytes(key.public_key), public_key):
            return key, tuple(each for each in different if not _goes_with(each, tried, key))
    needed = min((sheet.threshold for sheet in different), default=2)
    numbers = {sheet.number for sheet in different}
    if len(numbers) < needed:
        raise WrongSheets(f"{needed} different sheets are needed; {len(numbers)} were given.")
    raise WrongSheets("These sheets belong to another ballot.")


def _groups(sheets: list[Sheet]) -> Iterator[list[Sheet]]:
    """Groups of sheets that could make a key: all but none, all but one, all but two, and so on, cut to what is needed."""
    for threshold in sorted({sheet.threshold for sheet in sheets}):
        alike = [sheet for sheet in sheets if sheet.threshold == threshold]
        for left_out in range(len(alike) - threshold + 1):
            for out in combinations(range(len(alike)), left_out):
                rest = {sheet.number: sheet for at, sheet in enumerate(alike) if at not in out}
                if len(rest) >= threshold:
                    yield list(rest.values())[:threshold]


def _goes_with(sheet: Sheet, good: list[Sheet], key: PrivateKey) -> bool:
    if sheet.threshold != len(good):
        return False
    others = [each for each in good if each.number != sheet.number][: len(good) - 1]
    return bytes(_combined([sheet, *others]).public_key) == bytes(key.public_key)


def _combined(sheets: Sequence[Sheet]) -> PrivateKey:
    return _private(Shamir.combine([(sheet.number, sheet.part) for sheet in sheets]))


def check_sheets(sheets: Sequence[Sheet]) -> PrivateKey:
    """The private key that all these sheets make, each of them tried with others. Raises WrongSheets.

    More sheets than are needed are tried in overlapping groups, so that a bad one does not hide behind good ones. A number
    that comes twice is said: one of the holders brought no sheet of their own.
    """
    times = Counter(sheet.number for sheet in sheets)
    twice = next((number for number, count in times.items() if count > 1), None)
    if twice is not None:
        same = len({sheet for sheet in sheets if sheet.number == twice}) == 1
        raise WrongSheets(
            f"Sheet {twice} was given twice: each holder brings a sheet of their own."
            if same
            else f"Two different sheets bear the number {twice}: one of them belongs to another vote."
        )
    different = list(sheets)
    thresholds = {sheet.threshold for sheet in different}
    needed = max(thresholds, default=2)
    if len(thresholds) > 1:
        raise WrongSheets(
            "These sheets are of different keys: they do not ask for the same number of holders."
        )
    if len(different) < needed:
        raise WrongSheets(f"{needed} different sheets are needed; {len(different)} were given.")
    groups = [different[first : first + needed] for first in range(len(different) - needed + 1)]
    keys = [_combined(group) for group in groups]
    if len({bytes(key.public_key) for key in keys}) > 1:
        raise WrongSheets("These sheets do not make one key: one of them belongs to another vote.")
    return keys[0]


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

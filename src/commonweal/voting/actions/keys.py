"""The test every committee key passes before a vote opens: an envelope only its holders can open, and the answer in it.

Keeps nothing: the answer follows from the key, the ballot and the site's secret, so the page can ask for it any day.
"""

from __future__ import annotations

from django.utils.crypto import constant_time_compare, salted_hmac
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.decision import Refusal
from commonweal.voting.rules.envelopes import code_as_typed, code_from, packed_test
from commonweal.voting.sealing import WrongKey, check_key, sealed


class CannotOpen(Refusal):
    """The ballot lacks something it needs before it opens."""

    code = "cannot_open"


KEY_TROUBLES = {
    "figures": _("The key holds only the figures 0-9 and the letters a-f. Copy it from a sheet."),
    "length": _(
        "The key has 72 figures and letters: 64, and eight that check them. Copy it whole from a holder’s sheet."
    ),
    "check": _(
        "The key was not typed as it is printed: its last eight figures and letters do not agree with the others. "
        "Compare it with a holder’s sheet, group by group, or paste it from the file public-key.txt."
    ),
    "weak": _("No envelope can be closed safely with this key. Ask the committee to make a new one."),
}


def key_test(*, subject: str, public_key: bytes, threshold: int) -> bytes:
    """A sealed envelope whose answer shows that the holders' sheets open what is sealed to this key.

    `subject` names what the ballot is about, `threshold` how many holders are said to be needed.
    Raises CannotOpen for a key to which nothing can be sealed.
    """
    _usable(public_key)
    return sealed(packed_test(_answer(subject, public_key, threshold), threshold), public_key)


def check_answer(*, subject: str, public_key: bytes, threshold: int, answer: str) -> None:
    """Raises CannotOpen unless the answer is the one in the test envelope of this key, ballot and number of holders."""
    _usable(public_key)
    if not answer:
        raise CannotOpen(
            _(
                "First let the committee show that its sheets open the ballots: take the test envelope, open it with "
                "the sheets, and type the answer here. A key that opens nothing would lose every vote."
            ),
            code="no_answer",
        )
    if not constant_time_compare(code_as_typed(answer), _answer(subject, public_key, threshold)):
        raise CannotOpen(
            _(
                "This is not the answer in the test envelope of this key. Compare the twelve letters and figures; if "
                "you changed the key or the number of holders since, take a new test envelope."
            ),
            code="wrong_answer",
        )


def _usable(public_key: bytes) -> None:
    try:
        check_key(public_key)
    except WrongKey as wrong:
        raise CannotOpen(KEY_TROUBLES[wrong.code]) from wrong


def _answer(subject: str, public_key: bytes, threshold: int) -> str:
    said = f"{subject}:{public_key.hex()}:{threshold}"
    return code_from(salted_hmac("commonweal.voting.keys", said, algorithm="sha256").digest())

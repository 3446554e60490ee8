"""Account numbers (IBAN): read as people write them, and shown shortened. The check digits are the library's business."""

from __future__ import annotations

import re

from stdnum import iban
from stdnum.exceptions import InvalidComponent
from stdnum.exceptions import ValidationError as NotANumber
from stdnum.iso7064 import mod_97_10

from commonweal.kernel.decision import YES, Decision, no
from commonweal.kernel.words import gettext_noop

# Where a SEPA credit transfer needs the account number alone: the European Economic Area (article 5 of regulation (EU)
# 260/2012). Banks of the other countries of the scheme (EPC409-09), such as Switzerland or the United Kingdom, want their
# own identifier and the payer's address besides, which our files do not hold.
PAID_COUNTRIES = frozenset(
    (
        *(
            "AT",
            "BE",
            "BG",
            "CY",
            "CZ",
            "DE",
            "DK",
            "EE",
            "ES",
            "FI",
            "FR",
            "GR",
            "HR",
            "HU",
            "IE",
            "IS",
            "IT",
        ),
        *("LI", "LT", "LU", "LV", "MT", "NL", "NO", "PL", "PT", "RO", "SE", "SI", "SK"),
    )
)
# As the database holds every account that is paid.
PAID_PATTERN = rf"^({'|'.join(sorted(PAID_COUNTRIES))})[0-9]{{2}}[A-Z0-9]{{11,30}}$"


def read_iban(text: str) -> str:
    """The account number without spaces, in capitals. Raises ValueError when its check digits or length are wrong.

    A bank the library has not heard of is let through: banks come faster than lists of them.
    """
    try:
        return str(iban.validate(text))
    except InvalidComponent:
        try:
            return str(iban.validate(text, check_country=False))
        except NotANumber as wrong:
            raise ValueError(text) from wrong
    except NotANumber as wrong:
        raise ValueError(text) from wrong


def still_holds(number: str) -> bool:
    """Whether a number that was read before still has the right check digits; a hundred times quicker than to read it."""
    return bool(mod_97_10.is_valid(number[4:] + number[:4]))


def may_be_paid(number: str, own: str) -> Decision:
    """Whether an account, as `read_iban` gave it, can be paid by a payment file whose payer's account is `own`."""
    if number == own:
        return no("own_account", gettext_noop("This is the cooperative's own account: nobody is paid on it."))
    if not re.fullmatch(PAID_PATTERN, number):
        return no(
            "outside_sepa",
            gettext_noop(
                "We can only pay accounts in the European Economic Area. Ask for an account there, or pay by hand."
            ),
        )
    return YES


def shortened(number: str) -> str:
    """Enough of an account number to know one's own: `BE68 … 7034`."""
    return f"{number[:4]} … {number[-4:]}"


# Fewer digits would find half the members.
TAIL_MIN = 4


def account_tail(text: str) -> str:
    """What is typed to find an account by: all of an IBAN, or its last signs after a star; empty for anything else."""
    bare = "".join(text.split()).upper()
    if bare.startswith("*") and len(bare) > TAIL_MIN and bare[1:].isascii() and bare[1:].isalnum():
        return bare[1:]
    try:
        return read_iban(bare) if bare[:2].isalpha() and bare[2:4].isdigit() else ""
    except ValueError:
        return ""

"""A dividend: how high it may be, what each holder gets for the days their money was in, what is withheld. Pure.

What somebody has in a year is counted in cent-days: cents paid on shares times the days on whose end they stood there.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from commonweal.kernel.decision import YES, Decision, no
from commonweal.kernel.money import shared_out
from commonweal.kernel.words import gettext_noop

TAX, PROFIT = "withholding-tax", "profit-shared"
# A rate of one hundredth of a percent.
WHOLE_BP = 10_000
AFTER_TAX, BEFORE_TAX = "nominal value, after withholding tax", gettext_noop("nominal value, before tax")
AT_SOURCE, BY_RETURN = "at source", "by tax return"
# Where the exemption is asked for in the tax return, by income year (cera.coop, 2019-05-03). Other years are not known.
RETURN_CODES = {2018: ("1437", "2437")}


@dataclass(frozen=True, slots=True)
class Regime:
    """How dividends of an income year are taxed: percent withheld, cents exempt a taxpayer, and how."""

    percent: int
    exempt_cents: int
    at_source: bool


@dataclass(frozen=True, slots=True)
class Share:
    """What one holder gets, in cents: gross, the part exempt at source, tax withheld."""

    gross: int
    exempt: int
    tax: int

    @property
    def net(self) -> int:
        """What is paid to the holder."""
        return self.gross - self.tax


def highest_rate(cap_percent: int, basis: str, withholding_percent: int) -> int:
    """The highest gross rate, in hundredths of a percent, rounded down.

    Dividends are reckoned on what was paid, which is never more than the nominal value: a rate within the cap on the one
    is within it on the other. Raises ValueError for a basis it does not know.
    """
    if basis == BEFORE_TAX:
        return cap_percent * 100
    if basis != AFTER_TAX:
        raise ValueError(basis)
    return cap_percent * WHOLE_BP // (100 - withholding_percent)


def may_share(rate_bp: int, others_bp: int, highest_bp: int) -> Decision:
    """Whether a year may bear this rate besides those of its other runs."""
    if rate_bp < 1:
        return no("no_rate", gettext_noop("Write a rate above nought."))
    if rate_bp + others_bp > highest_bp:
        return no("above_cap", gettext_noop("The law caps dividends: this rate is above the highest one."))
    return YES


def gross_parts(cent_days: Sequence[int], rate_bp: int, days: int) -> list[int]:
    """What each holder gets for their cent-days at a yearly rate; together the exact sum, rounded down to a cent.

    Each gets their part rounded down; the cents left go to the largest remainders, the first of equals. `days` are those
    of the financial year.
    """
    whole = WHOLE_BP * days
    parts = [each * rate_bp // whole for each in cent_days]
    left = sum(cent_days) * rate_bp // whole - sum(parts)
    remainders = [each * rate_bp % whole for each in cent_days]
    for place in sorted(range(len(parts)), key=remainders.__getitem__, reverse=True)[:left]:
        parts[place] += 1
    return parts


def class_parts(gross: int, cent_days: dict[str, int]) -> dict[str, int]:
    """The whole dividend by class of shares, adding up exactly; for reading only."""
    if not gross:
        return dict.fromkeys(cent_days, 0)
    return dict(zip(cent_days, shared_out(gross, list(cent_days.values())), strict=True))


def taxed(gross: int, regime: Regime, exempt_left: int) -> Share:
    """What is withheld from a holder's dividend, to the nearest cent, a half up.

    `exempt_left` is what their income year still leaves exempt at source: nought for an organisation, and wherever the
    exemption is asked for by tax return.
    """
    exempt = min(gross, exempt_left) if regime.at_source else 0
    tax = ((gross - exempt) * regime.percent * 2 + 100) // 200
    return Share(gross, exempt, tax)


def shares_of(
    gross: Iterable[int], taxpayers: Iterable[int | None], regime: Regime, used: dict[int, int]
) -> list[Share]:
    """The shares of holders in order. `taxpayers` are persons by id, None for organisations; one person may stand there
    twice. `used` is what earlier runs of the income year left exempt for each."""
    taken = dict(used)
    found = []
    for cents, person in zip(gross, taxpayers, strict=True):
        left = 0 if person is None else max(0, regime.exempt_cents - taken.get(person, 0))
        share = taxed(cents, regime, left)
        if person is not None and share.exempt:
            taken[person] = taken.get(person, 0) + share.exempt
        found.append(share)
    return found

"""A dividend: how high it may be, what each holder gets for the days their money was in, what is withheld. Pure.

What somebody has in a year is counted in cent-days: cents paid on shares times the days on whose end they stood there.
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from commonweal.kernel.decision import YES, Decision, no
from commonweal.kernel.money import shared_out
from commonweal.kernel.words import Words, gettext_noop

# What is paid out, and the accounts of the ledger: owed to members, withheld for the state, where the profit stood.
DIVIDEND, OWED = "dividend", "dividend-owed"
TAX, PROFIT = "withholding-tax", "profit-shared"
# A rate of one hundredth of a percent.
WHOLE_BP = 10_000
AFTER_TAX, BEFORE_TAX = "nominal value, after withholding tax", gettext_noop("nominal value, before tax")
AT_SOURCE, BY_RETURN = "at source", "by tax return"
# Where the exemption is asked for in the tax return, by income year (cera.coop, 2019-05-03). Other years are not known.
RETURN_CODES = {2018: ("1437", "2437")}


class DividendObstacle(Words):
    """Why shares that were paid stay in the register."""

    DIVIDEND = (
        "dividend",
        gettext_noop(
            "A dividend was reckoned on these shares. Withdraw it first if it is not approved yet; "
            "otherwise ask the secretary what to do."
        ),
    )


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


@dataclass(frozen=True, slots=True)
class Cap:
    """The highest dividend of a financial year by the accreditation (royal decree of 8 January 1962): whole percent, and of
    what. Raises ValueError for a basis it does not know."""

    percent: int
    basis: str

    def __post_init__(self) -> None:
        """Raises ValueError for a basis it does not know."""
        if self.basis not in (AFTER_TAX, BEFORE_TAX):
            raise ValueError(self.basis)

    def used(self, rate_bp: int, tax_percent: int) -> int:
        """What a gross rate takes of the cap, in ten-thousandths of a percent: after tax, or before it."""
        return rate_bp * (100 - tax_percent if self.basis == AFTER_TAX else 100)

    @property
    def room(self) -> int:
        """What the dividends of a year may take together, in ten-thousandths of a percent."""
        return self.percent * WHOLE_BP


@dataclass(frozen=True, slots=True)
class Rates:
    """The gross rates of one dividend by class, in hundredths of a percent, and the tax that is withheld from it."""

    by_class: Mapping[str, int]
    tax_percent: int


def highest_rate(cap: Cap, withholding_percent: int) -> int:
    """The highest gross rate of a year with one dividend, in hundredths of a percent, rounded down.

    Dividends are calculated on what was paid, which is never more than the nominal value: a rate within the cap on the
    one is within it on the other.
    """
    return cap.room // cap.used(1, withholding_percent)


def may_share(rates: Rates, others: Iterable[Rates], cap: Cap) -> Decision:
    """Whether a financial year may bear these rates besides those of its other dividends, class by class.

    Each dividend takes what is left of it after its own tax, so two dividends under different tax do not add up to more
    than the cap either.
    """
    if not any(rate > 0 for rate in rates.by_class.values()) or min(rates.by_class.values()) < 0:
        return no("no_rate", gettext_noop("Write a rate above nought."))
    taken = list(others)
    for code, rate in rates.by_class.items():
        before = sum(cap.used(each.by_class.get(code, 0), each.tax_percent) for each in taken)
        if rate and before + cap.used(rate, rates.tax_percent) > cap.room:
            return no(
                "above_cap", gettext_noop("The law caps dividends: this rate is above the highest one.")
            )
    return YES


def may_distribute(gross_cents: int, room_cents: int | None) -> Decision:
    """Whether a dividend may be shared out: both tests are recorded and leave it (articles 6:115 and 6:116 CSA/WVV)."""
    if room_cents is None:
        return no("no_tests", gettext_noop("Record the net-asset test and the liquidity test first."))
    if gross_cents > room_cents:
        return no(
            "tests_failed",
            gettext_noop(
                "The tests do not leave so much, besides what else was decided since: propose a lower rate."
            ),
        )
    return YES


def weighted(cent_days: Mapping[str, int], rates: Mapping[str, int]) -> int:
    """Cent-days of all classes, each times its rate in hundredths of a percent."""
    return sum(days * rates.get(code, 0) for code, days in cent_days.items())


def gross_parts(weights: Sequence[int], days: int) -> list[int]:
    """What each holder gets for their cent-days times the yearly rate; together the exact sum, rounded down to a cent.

    Each gets their part rounded down; the cents left go to the largest remainders, the first of equals. `weights` are as
    `weighted` gives them, `days` those of the financial year.
    """
    whole = WHOLE_BP * days
    parts = [each // whole for each in weights]
    left = sum(weights) // whole - sum(parts)
    remainders = [each % whole for each in weights]
    for place in sorted(range(len(parts)), key=remainders.__getitem__, reverse=True)[:left]:
        parts[place] += 1
    return parts


def class_parts(gross: int, weights: dict[str, int]) -> dict[str, int]:
    """The whole dividend by class of shares, by cent-days times rate, adding up exactly; for reading only."""
    if not gross:
        return dict.fromkeys(weights, 0)
    return dict(zip(weights, shared_out(gross, list(weights.values())), strict=True))


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

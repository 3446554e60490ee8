"""Statutes as data: classes of shares and settings, each value with the day it starts, its source and its evidence.

The values here are what a new site starts with. What a cooperative decides comes beside them with a later day.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from itertools import pairwise

from commonweal.kernel.decision import YES, Decision, no
from commonweal.kernel.words import Words, gettext_noop

BEGINNING = date(1900, 1, 1)
# The code of companies and associations of 23 March 2019 applies to new companies from this day.
CODE_2019 = date(2019, 5, 1)


class Evidence(Words):
    """How far a value can be relied upon."""

    READ = "read", gettext_noop("read in a public source")
    ASSUMED = "assumed", gettext_noop("general knowledge, to be confirmed by counsel")
    OWN = "own", gettext_noop("decided by this cooperative")


class HolderKind(Words):
    """Who may hold a share of a class."""

    PERSON = "person", gettext_noop("natural persons")
    ORGANISATION = "organisation", gettext_noop("organisations")
    ANYONE = "anyone", gettext_noop("everyone")


class RefundRule(Words):
    """What somebody who leaves gets back for a share."""

    PAID = "paid", gettext_noop("the amount paid")
    LOWER = "lower", gettext_noop("the amount paid, and no more than the net asset value")
    IN_KIND = "in_kind", gettext_noop("securities in kind and the surplus set aside for the share")


@dataclass(frozen=True, slots=True)
class Terms:
    """What holds for a class of shares from a day on. `shares_max` is for one holder; None is without maximum."""

    share_class: str
    starts_on: date
    price_cents: int
    shares_min: int
    shares_max: int | None
    holders: HolderKind
    refund: RefundRule
    on_issue: bool
    source: str
    evidence: Evidence


@dataclass(frozen=True, slots=True)
class Setting:
    """One value of the statutes or the law from a day on; amounts in cents, shares of a whole in percent."""

    code: str
    starts_on: date
    value: int | str | bool
    source: str
    evidence: Evidence


class SettingName(Words):
    """The settings there are, with what a reader sees."""

    FINANCIAL_YEAR_MONTH = "financial_year_month", gettext_noop("Month in which the financial year starts")
    EXIT_WINDOW_MONTHS = (
        "exit_window_months",
        gettext_noop("Months at the start of a financial year in which a member may resign"),
    )
    EXIT_PARTIAL = "exit_partial", gettext_noop("A member may give back a part of their shares")
    EXIT_EFFECT_MONTH = (
        "exit_effect_month",
        gettext_noop("Month of the financial year at the end of which a resignation takes effect"),
    )
    REFUND_MONTHS = "refund_months", gettext_noop("Months after that within which the refund is paid")
    FOUNDERS_LOCK_YEARS = (
        "founders_lock_years",
        gettext_noop("Financial years in which founders cannot resign"),
    )
    REFUSAL_PERCENT = (
        "refusal_percent",
        gettext_noop("Share of the capital or the members from which the board may refuse resignations"),
    )
    LIQUIDITY_MONTHS = (
        "liquidity_months",
        gettext_noop("Months for which the company must be able to pay its debts after a refund"),
    )
    EXCLUSION_ANSWER_MONTHS = (
        "exclusion_answer_months",
        gettext_noop("Months a member has to answer a proposal of exclusion"),
    )
    EXCLUSION_NOTICE_DAYS = (
        "exclusion_notice_days",
        gettext_noop("Days within which an exclusion is notified"),
    )
    VOTE_CAP_PERCENT = (
        "vote_cap_percent",
        gettext_noop("Most of the votes present or represented that one member may cast"),
    )
    DIVIDEND_CAP_PERCENT = "dividend_cap_percent", gettext_noop("Highest dividend")
    DIVIDEND_CAP_BASIS = "dividend_cap_basis", gettext_noop("What the highest dividend is reckoned on")
    DIVIDEND_SMALLEST_CENTS = (
        "dividend_smallest_cents",
        gettext_noop("Smallest payment of a dividend; less is added to the next one"),
    )
    WITHHOLDING_PERCENT = "withholding_percent", gettext_noop("Tax withheld from dividends")
    EXEMPTION_CENTS = "exemption_cents", gettext_noop("Dividends exempt for each taxpayer and income year")
    EXEMPTION_REGIME = "exemption_regime", gettext_noop("How the exemption is applied")
    OFFER_FREE_CENTS = (
        "offer_free_cents",
        gettext_noop("Most that may be raised in twelve months without an information note"),
    )
    OFFER_FREE_PERSON_CENTS = (
        "offer_free_person_cents",
        gettext_noop("Most that one person may then subscribe"),
    )
    TRANSFERABLE = "transferable", gettext_noop("Shares may pass to another member")
    CONVERTIBLE = "convertible", gettext_noop("Shares may become shares of another class, at the price")
    BENEFITS_FROM_CENTS = (
        "benefits_from_cents",
        gettext_noop("Paid on shares from which a member has the benefits partners offer"),
    )
    JOIN_PAYMENT_DAYS = (
        "join_payment_days",
        gettext_noop("Days within which someone who asks for shares pays them"),
    )
    CONTACT_KEPT_YEARS = (
        "contact_kept_years",
        gettext_noop("Years for which contact data of former members are kept"),
    )


# Sources are citations, written so that they read the same in every language.
_LAW = "CSA/WVV 2019"
_STATUTES = "Statuts/statuten"
_DECREE = "AR/KB 8.1.1962"
_TAX = "CIR/WIB 1992"

TERMS = (
    Terms(
        *("A", BEGINNING, 50_00, 1, 100, HolderKind.PERSON, RefundRule.LOWER, True),
        source=f"{_STATUTES}; cera.coop (E)",
        evidence=Evidence.READ,
    ),
    Terms(
        *("B", BEGINNING, 6_20, 1, 500, HolderKind.ANYONE, RefundRule.PAID, True),
        source=f"{_STATUTES}; cera.coop (B)",
        evidence=Evidence.READ,
    ),
    Terms(
        *("B", date(2014, 1, 1), 6_20, 1, 500, HolderKind.ANYONE, RefundRule.PAID, False),
        source=_STATUTES,
        evidence=Evidence.OWN,
    ),
    Terms(
        *("C", BEGINNING, 250_00, 1, 40, HolderKind.ORGANISATION, RefundRule.LOWER, True),
        source=_STATUTES,
        evidence=Evidence.OWN,
    ),
)

_READ, _ASSUMED = Evidence.READ, Evidence.ASSUMED
_N = SettingName
SETTINGS = (
    Setting(_N.FINANCIAL_YEAR_MONTH, CODE_2019, 1, _STATUTES, Evidence.OWN),
    Setting(_N.EXIT_WINDOW_MONTHS, CODE_2019, 6, f"{_LAW}, art. 6:120 §1 (coopfabrik.be)", _READ),
    Setting(_N.EXIT_PARTIAL, CODE_2019, False, f"{_LAW}, art. 6:120 (febecoop.be)", _READ),
    Setting(
        _N.EXIT_EFFECT_MONTH, CODE_2019, 6, f"{_LAW} (SRL/BV: vbw-accountants.be, fiduplan.be)", _ASSUMED
    ),
    Setting(_N.REFUND_MONTHS, CODE_2019, 1, f"{_LAW} (SRL/BV: vbw-accountants.be, fiduplan.be)", _ASSUMED),
    Setting(_N.FOUNDERS_LOCK_YEARS, CODE_2019, 2, f"{_LAW}, art. 6:120 §1 (febecoop.be)", _READ),
    Setting(_N.REFUSAL_PERCENT, CODE_2019, 10, "cera.coop", _READ),
    Setting(_N.LIQUIDITY_MONTHS, CODE_2019, 12, f"{_LAW}, art. 6:116", _ASSUMED),
    Setting(_N.EXCLUSION_ANSWER_MONTHS, CODE_2019, 1, f"{_LAW} (febecoop.be)", _READ),
    Setting(_N.EXCLUSION_NOTICE_DAYS, CODE_2019, 15, f"{_LAW} (febecoop.be)", _READ),
    Setting(_N.VOTE_CAP_PERCENT, date(2016, 6, 1), 10, f"{_DECREE} (cera.coop, coopkracht.be)", _READ),
    Setting(_N.DIVIDEND_CAP_PERCENT, date(2016, 6, 1), 6, f"{_DECREE} (wordscope.be)", _READ),
    Setting(
        *(_N.DIVIDEND_CAP_BASIS, date(2016, 6, 1), gettext_noop("nominal value, after withholding tax")),
        *(f"{_DECREE} (wordscope.be)", _ASSUMED),
    ),
    Setting(_N.DIVIDEND_SMALLEST_CENTS, CODE_2019, 1_00, _STATUTES, Evidence.OWN),
    Setting(_N.WITHHOLDING_PERCENT, date(2017, 1, 1), 30, f"{_TAX} (bureaucf.com)", _READ),
    Setting(_N.EXEMPTION_CENTS, date(2017, 1, 1), 190_00, f"{_TAX} (cera.coop, 2019-05-03)", _READ),
    Setting(
        _N.EXEMPTION_REGIME,
        date(2017, 1, 1),
        gettext_noop("at source"),
        f"{_TAX} (cera.coop, 2019-05-03)",
        _READ,
    ),
    Setting(_N.EXEMPTION_CENTS, date(2018, 1, 1), 640_00, f"{_TAX} (cera.coop, 2019-05-03)", _READ),
    Setting(
        _N.EXEMPTION_REGIME,
        date(2018, 1, 1),
        gettext_noop("by tax return"),
        f"{_TAX} (cera.coop, 2019-05-03)",
        _READ,
    ),
    Setting(_N.EXEMPTION_CENTS, date(2019, 1, 1), 800_00, f"{_TAX} (cera.coop, 2019-05-03)", _READ),
    Setting(
        _N.EXEMPTION_CENTS,
        date(2024, 1, 1),
        833_00,
        f"{_TAX} (trendstop.levif.be, c-schraepen.be)",
        _READ,
    ),
    Setting(_N.OFFER_FREE_CENTS, date(2018, 7, 21), 500_000_00, "2018-07-11 (cera.coop, 2018-10-04)", _READ),
    Setting(
        _N.OFFER_FREE_PERSON_CENTS, date(2018, 7, 21), 5_000_00, "2018-07-11 (cera.coop, 2018-10-04)", _READ
    ),
    Setting(_N.TRANSFERABLE, CODE_2019, True, f"{_LAW}, art. 6:52 (coopfabrik.be)", _READ),
    Setting(_N.CONVERTIBLE, BEGINNING, True, _STATUTES, Evidence.OWN),
    Setting(_N.BENEFITS_FROM_CENTS, BEGINNING, 600_00, "cera.coop", _READ),
    Setting(_N.JOIN_PAYMENT_DAYS, BEGINNING, 30, _STATUTES, Evidence.OWN),
    Setting(
        _N.CONTACT_KEPT_YEARS,
        CODE_2019,
        10,
        "RGPD/AVG",
        _ASSUMED,
    ),
)


def may_hold(terms: Terms, holds: int, adds: int, *, is_person: bool) -> Decision:
    """Whether a holder of so many shares of a class may hold `adds` more (or fewer) under these terms."""
    then = holds + adds
    wanted = HolderKind.PERSON if is_person else HolderKind.ORGANISATION
    if adds > 0 and terms.holders not in (HolderKind.ANYONE, wanted):
        return no("wrong_holder", gettext_noop("Shares of this class are not for this kind of member."))
    if then < 0:
        return no("too_few", gettext_noop("The member does not hold so many shares of this class."))
    if adds > 0 and terms.shares_max is not None and then > terms.shares_max:
        return no("too_many", gettext_noop("One member cannot hold so many shares of this class."))
    if 0 < then < terms.shares_min:
        return no("below_minimum", gettext_noop("Fewer shares of this class than the minimum would be left."))
    return YES


def may_issue(terms: Terms) -> Decision:
    """Whether new shares of the class come into being under these terms."""
    if terms.on_issue:
        return YES
    return no("not_on_issue", gettext_noop("No new shares of this class are issued on that day."))


def financial_years(months: Sequence[tuple[date, int]], first: int, last: int) -> list[tuple[date, date]]:
    """The financial years that start from January of one calendar year on and end by December of another, in order.

    `months` are the month in which a financial year starts by the statutes, from a day on, oldest first; before the first
    of them it is the same. Where the statutes move it, the year between is shorter or longer. Raises ValueError without
    months.
    """
    if not months:
        raise ValueError("no financial year")

    def starts(day: date) -> bool:
        held = [month for since, month in months if since <= day] or [months[0][1]]
        return held[-1] == day.month

    days = [date(year, month, 1) for year in range(first, last + 2) for month in range(1, 13)]
    begins = [day for day in days if starts(day)]
    years = [(one, following - timedelta(days=1)) for one, following in pairwise(begins)]
    return [(one, end) for one, end in years if end.year <= last]

"""Leaving: when one may ask, when it takes effect, what one gets, and what the board may decide for all at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction

from commonweal.kernel.decision import YES, Decision, no
from commonweal.kernel.money import ShareValue
from commonweal.kernel.periods import FULL_AGE, age_on
from commonweal.kernel.words import Words, gettext_noop
from commonweal.membership.rules.movements import Held
from commonweal.membership.rules.statutes import RefundRule


@dataclass(frozen=True, slots=True)
class ExitTerms:
    """What the statutes of a day say about leaving: months counted from the start of the financial year, whole percents."""

    year_starts: int
    window_months: int
    partial: bool
    effect_month: int
    refund_months: int
    lock_years: int
    refusal_percent: int


@dataclass(frozen=True, slots=True)
class Window:
    """The days of one financial year's exits; `year` is the calendar year in which it starts."""

    year: int
    opens_on: date
    closes_on: date
    effect_on: date
    pay_by: date


def month_end(year: int, month: int) -> date:
    """The last day of a month; months beyond twelve count into the next years."""
    later = month + 1
    return date(year + (later - 1) // 12, (later - 1) % 12 + 1, 1) - timedelta(days=1)


def financial_year(day: date, year_starts: int) -> int:
    """The calendar year in which the financial year of a day starts."""
    return day.year if day.month >= year_starts else day.year - 1


def window_of(year: int, terms: ExitTerms) -> Window:
    """The window of a financial year, the day its exits take effect and the last day for paying them."""
    before = terms.year_starts - 1
    return Window(
        year,
        date(year, terms.year_starts, 1),
        month_end(year, before + terms.window_months),
        month_end(year, before + terms.effect_month),
        month_end(year, before + terms.effect_month + terms.refund_months),
    )


def window_for(day: date, terms: ExitTerms) -> Window:
    """The window a request of this day belongs to: the running one, or the next when it has closed."""
    running = window_of(financial_year(day, terms.year_starts), terms)
    return running if day <= running.closes_on else window_of(running.year + 1, terms)


@dataclass(frozen=True, slots=True)
class Leaver:
    """Who asks. `papers` is whether the document is named by which a minor's or protected person's request counts;
    `administered` whether the request comes from the administrator of a protected person."""

    founder: bool
    founded_on: date
    born_on: date | None
    protected: bool = False
    papers: bool = False
    administered: bool = False


def may_leave(leaver: Leaver, day: date, terms: ExitTerms) -> Decision:
    """Whether this member may ask to leave on a day, whatever they ask for."""
    first = financial_year(leaver.founded_on, terms.year_starts)
    if leaver.founder and window_for(day, terms).year < first + terms.lock_years:
        return no(
            "founder",
            gettext_noop("Founders cannot leave in the first financial years. Ask us from when you can."),
        )
    return may_ask_alone(leaver, day)


def may_ask_alone(leaver: Leaver, day: date) -> Decision:
    """Whether a request of this member counts as it came: a minor's with papers, a protected member's also from their
    administrator."""
    if leaver.born_on and age_on(leaver.born_on, day) < FULL_AGE and not leaver.papers:
        return no(
            "minor",
            gettext_noop(
                "For someone under eighteen the justice of the peace must agree first. "
                "Bring us that document: we then enter the request with you."
            ),
        )
    if leaver.protected and not (leaver.papers or leaver.administered):
        return no(
            "protected",
            gettext_noop(
                "This member has an administrator. The request comes from them, with the document that says so."
            ),
        )
    return YES


def may_give_back(held: Mapping[str, Held], share_class: str, count: int, terms: ExitTerms) -> Decision:
    """Whether a member who holds so much may ask to give back this: everything when no class is named."""
    if not any(each.shares for each in held.values()):
        return no("no_shares", gettext_noop("There are no shares to give back. Call us: we end it with you."))
    if not share_class:
        return YES
    if not terms.partial:
        return no(
            "no_part",
            gettext_noop("The statutes do not allow giving back a part: one leaves with all shares."),
        )
    if not 0 < count <= held.get(share_class, Held()).shares:
        return no("too_many", gettext_noop("Write a number of shares you hold of this class."))
    return YES


def may_withdraw(day: date, closes_on: date) -> Decision:
    """Whether a request can still be taken back."""
    if day <= closes_on:
        return YES
    return no(
        "too_late",
        gettext_noop("The last day for taking a request back has passed. Call us if something is wrong."),
    )


def refund_cents(rule: RefundRule, count: int, held: Held, value: ShareValue | None) -> int | None:
    """Cents given back for `count` of the shares held; None where it cannot be calculated here.

    `value` is the net asset value of one share by the last approved accounts; what shares are worth is rounded down to a
    cent. In kind is decided by hand.
    """
    paid = held.paid_on(count)
    if rule == RefundRule.PAID:
        return paid
    if rule == RefundRule.LOWER and value is not None:
        return min(paid, value.cents_for(count))
    return None


@dataclass(frozen=True, slots=True)
class Accounts:
    """Figures of approved accounts on a day: net assets in cents, the net asset value of one share by class."""

    as_of: date
    net_assets_cents: int
    values: Mapping[str, ShareValue]


def may_be_worth(accounts: Accounts, issued: Mapping[str, int]) -> Decision:
    """Whether the shares there are on the day of the accounts can be worth what is said, all classes together.

    A refund is at most the net asset value of the share (articles 6:115 and 6:120 CSA/WVV): shares worth more than all net
    assets are a mistake, and a value has to be rounded down.
    """
    worth = sum(value.units * issued.get(code, 0) for code, value in accounts.values.items())
    if worth > max(accounts.net_assets_cents, 0) * 100:
        return no(
            "above_net_assets",
            gettext_noop(
                "At this value all shares together are worth more than the net assets. Check both figures, and round the "
                "value of a share down."
            ),
        )
    return YES


class ExitTest(Words):
    """The two tests the law asks for before anything is paid out."""

    NET_ASSETS = "net_assets", gettext_noop("net-asset test")
    LIQUIDITY = "liquidity", gettext_noop("liquidity test")


@dataclass(frozen=True, slots=True)
class Load:
    """How much a season asks for: cents and members asked for, beside all that was paid and all members."""

    asked_cents: int
    all_cents: int
    leavers: int
    members: int

    def reaches(self, percent: int) -> bool:
        """Whether the requests come to so many percent of the money paid for shares or of the members."""
        return bool(self.leavers) and (
            self.asked_cents * 100 >= self.all_cents * percent or self.leavers * 100 >= self.members * percent
        )


class Outcome(Words):
    """What the board decides for a whole season."""

    PAY = "pay", gettext_noop("pay everyone in full")
    PART = "part", gettext_noop("pay everyone a part")
    SUSPEND = "suspend", gettext_noop("let everyone wait for the next season")
    REFUSE = "refuse", gettext_noop("refuse the requests")


def may_decide(
    outcome: Outcome, *, total_cents: int, budget_cents: int | None, room_cents: int | None, refusable: bool
) -> Decision:
    """Whether the board may decide so. `total_cents` is what paying everyone takes, `budget_cents` what it wants to pay
    in part, `room_cents` what both tests leave (None: a test is missing), `refusable` whether the threshold is reached."""
    if room_cents is None:
        return no("no_tests", gettext_noop("Record the net-asset test and the liquidity test first."))
    fits = total_cents <= room_cents
    if outcome == Outcome.PAY and not fits:
        return no(
            "tests_failed",
            gettext_noop("The tests do not allow paying everyone. Pay a part, or let the requests wait."),
        )
    if outcome == Outcome.PART and not (
        budget_cents and budget_cents <= room_cents and budget_cents < total_cents
    ):
        return no(
            "budget", gettext_noop("Write an amount above nought, within the tests and below what is asked.")
        )
    if outcome in (Outcome.PART, Outcome.SUSPEND) and fits and not refusable:
        return no(
            "must_pay",
            gettext_noop("The tests allow paying everyone and the threshold is not reached: pay in full."),
        )
    if outcome == Outcome.REFUSE and not refusable:
        return no(
            "below_threshold",
            gettext_noop("The requests do not reach the threshold from which the board may refuse them."),
        )
    return YES


def room(rests: Mapping[ExitTest, int]) -> int | None:
    """Cents that may be paid out: the smaller of what the two tests leave, never below nought; None without both."""
    if set(rests) != set(ExitTest):
        return None
    return max(0, min(rests.values()))


def reduced(counts: Sequence[int], prices: Sequence[int], budget_cents: int) -> list[int]:
    """Shares granted when only `budget_cents` are paid: each the same part of what was asked, in whole shares.

    `prices` are the cents of one share of each line, rounded up. What rounding down leaves is given share by share to the
    largest remainders, the earliest first, as long as the money suffices; so nobody is more than a share away from
    their exact part, and no more is paid than the budget.
    """
    total = sum(count * price for count, price in zip(counts, prices, strict=True))
    if total <= budget_cents:
        return list(counts)
    part = Fraction(budget_cents, total)
    exact = [count * part for count in counts]
    granted = [int(each) for each in exact]
    left = budget_cents - sum(count * price for count, price in zip(granted, prices, strict=True))
    for place in sorted(range(len(counts)), key=lambda i: granted[i] - exact[i]):
        if granted[place] < exact[place] and prices[place] <= left:
            granted[place] += 1
            left -= prices[place]
    return granted

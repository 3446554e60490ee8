"""What was bought and at which exact price: whole numbers over one common denominator.

A price follows from counts alone. Whoever pays all they have left had the share minus the earlier prices they paid,
so price = (cost - poor x share + sum(earlier price x how often the poor paid it)) / weight of the others. Every voter
becomes poor at most once, so all these counts together take one pass over the marks; they are made only when asked.
"""

from fractions import Fraction
from math import gcd, lcm
from typing import NamedTuple

import numpy as np

from commonweal.allocation.fast.marks import Ints, Marks, rows_of

# Rows of exact purses worked out at a time, so that many near ties take little memory.
CHUNK = 16_384


class Purchase(NamedTuple):
    """A project bought: the price of one unit of weight, in currency units, as a float within `error` of the truth.

    `poor` are the groups that paid all they had left (more than nothing, less than the full price); `rich` is the
    weight of the voters who paid in full, `kinds` how many of them gave it which weight: (weight, voters), lightest
    first. Where the project costs nothing, nobody pays. `tied` are the other projects that had exactly this price.
    """

    project: int
    price: float
    error: float
    poor: Ints
    rich: int
    kinds: tuple[tuple[int, int], ...]
    tied: tuple[int, ...]


class Accounts:
    """The purchases of one count at one share, and their exact prices."""

    def __init__(self, marks: Marks, share: Fraction) -> None:
        self.marks = marks
        self.share = share
        self.purchases: list[Purchase] = []
        self.bought_at = np.full(len(marks.ids), -1, dtype=np.int64)
        self.parts = lcm(share.denominator, marks.parts)
        self.prices: list[int] = []

    def add(self, purchase: Purchase) -> None:
        """Note a purchase; its exact price is worked out when somebody asks."""
        self.bought_at[purchase.project] = len(self.purchases)
        self.purchases.append(purchase)

    def price(self, place: int) -> Fraction:
        """The exact price per unit of weight of the purchase in this place."""
        self.settle(place + 1)
        return Fraction(self.prices[place], self.parts)

    def settle(self, count: int) -> None:
        """Work out the exact prices of the first `count` purchases."""
        for place in range(len(self.prices), count):
            purchase = self.purchases[place]
            owed = self.in_parts(self.marks.costs[purchase.project]) - self.held(purchase.poor, place)
            if not purchase.rich:
                # Nobody pays in full where a project costs nothing: its price is nothing.
                self.prices.append(0)
                continue
            common = gcd(owed, purchase.rich)
            price, split = owed // common, purchase.rich // common
            if split > 1:
                self.parts *= split
                self.prices = [earlier * split for earlier in self.prices]
            self.prices.append(price)

    def in_parts(self, amount: Fraction) -> int:
        """A cost, or the share, in parts of a currency unit: always a whole number of them."""
        return amount.numerator * (self.parts // amount.denominator)

    def held(self, groups: Ints, before: int) -> int:
        """What the voters of these groups together have left, in parts, before purchase `before`.

        Only for groups that paid every earlier purchase they support in full.
        """
        sizes = self.marks.group_sizes[groups]
        have = int(sizes.sum()) * self.in_parts(self.share)
        if not before or not len(groups):
            return have
        of_mark, projects, weights = rows_of(self.marks, groups)
        at = self.bought_at[projects]
        paid = (at >= 0) & (at < before)
        spent = np.bincount(
            at[paid], weights=(sizes[of_mark[paid]] * weights[paid]).astype(np.float64), minlength=before
        )
        return have - sum([int(spent[k]) * self.prices[k] for k in np.flatnonzero(spent).tolist()])

    def purses(self, groups: Ints) -> tuple[list[int], Ints]:
        """The different exact amounts, in parts, that one voter of these groups has left, and which each has.

        Only for groups that paid every purchase they support in full.
        """
        count = len(self.purchases)
        self.settle(count)
        known: dict[bytes, int] = {}
        amounts: list[int] = []
        which = np.empty(len(groups), dtype=np.int64)
        for start in range(0, len(groups), CHUNK):
            part = groups[start : start + CHUNK]
            of_mark, projects, weights = rows_of(self.marks, part)
            at = self.bought_at[projects]
            paid = at >= 0
            table = np.zeros((len(part), count), dtype=np.int64)
            table[of_mark[paid], at[paid]] = weights[paid]
            rows, inverse = np.unique(table, axis=0, return_inverse=True)
            numbers = []
            for row in rows:
                key = row.tobytes()
                if key not in known:
                    known[key] = len(amounts)
                    spent = sum([int(row[k]) * self.prices[k] for k in np.flatnonzero(row).tolist()])
                    amounts.append(self.in_parts(self.share) - spent)
                numbers.append(known[key])
            which[start : start + CHUNK] = np.array(numbers, dtype=np.int64)[inverse.ravel()]
        return amounts, which

"""What each group of voters has left, exactly, told by what it paid for: equal histories are one number.

A history is another one and one purchase more, paid in full at the exact charge. So a purse is the share minus the charges
along its history, and what many groups have together follows from counts: how often each charge was paid.
"""

from fractions import Fraction

import numpy as np

from commonweal.allocation.fast.marks import Floats, Ints


class Histories:
    """History 0 has paid nothing. `charges` are those of the purchases so far, per unit of weight, in currency units."""

    def __init__(self, share: Fraction) -> None:
        self.share = share
        self.charges: list[Fraction] = []
        self.before = np.zeros(1, dtype=np.int64)
        self.purchase = np.full(1, -1, dtype=np.int64)
        self.weight = np.zeros(1, dtype=np.int64)
        self.known: dict[int, Fraction] = {0: share}

    def charge(self, charge: Fraction) -> None:
        """Note the next purchase."""
        self.charges.append(charge)

    def paid(self, histories: Ints, weights: Ints) -> Ints:
        """The histories once these groups have paid the last charge in full, each with its weight."""
        kinds, kind = np.unique(weights, return_inverse=True)
        pairs, which = np.unique(histories * len(kinds) + kind, return_inverse=True)
        first = len(self.before)
        self.before = np.concatenate((self.before, pairs // len(kinds)))
        self.weight = np.concatenate((self.weight, kinds[pairs % len(kinds)]))
        last = np.full(len(pairs), len(self.charges) - 1, dtype=np.int64)
        self.purchase = np.concatenate((self.purchase, last))
        return first + which.astype(np.int64)

    def left(self, history: int) -> Fraction:
        """What one voter with this history has left."""
        path = []
        while history not in self.known:
            path.append(history)
            history = int(self.before[history])
        amount = self.known[history]
        for step in reversed(path):
            amount -= int(self.weight[step]) * self.charges[int(self.purchase[step])]
            self.known[step] = amount
        return amount

    def together(self, histories: Ints, sizes: Floats) -> Fraction:
        """What all voters of groups with these histories and sizes have left."""
        have = int(sizes.sum()) * self.share
        times = np.zeros(len(self.charges))
        while len(histories):
            going = histories > 0
            histories, sizes = histories[going], sizes[going]
            times += np.bincount(
                self.purchase[histories], weights=self.weight[histories] * sizes, minlength=len(times)
            )
            histories = self.before[histories]
        paid = [int(times[k]) * self.charges[k] for k in np.flatnonzero(times).tolist()]
        return have - sum(paid, Fraction(0))

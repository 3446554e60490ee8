"""Equal shares with bounded overspending, exactly and by the definition.

Source: Papasotiropoulos, Pishbin, Skibski, Skowron, Was, "Method of Equal Shares with Bounded Overspending" (EC 2025,
arXiv 2409.15005), the rule BOS, without the additions of BOS+. Supporters who cannot pay a project in full may pay a
part alpha of it; rho is what a unit of utility then costs, and the project with the least rho / alpha is bought, so a
project is the less attractive the more of it is missing. Whoever supports it pays rho x utility or all they have left;
what they do not pay is money that others leave. Only projects that still fit the budget are bought.
"""

from collections import Counter
from collections.abc import Mapping
from fractions import Fraction
from heapq import heapify, heappop, heapreplace
from typing import NamedTuple

from commonweal.allocation.bounds import Room
from commonweal.allocation.plain.equal_shares import Spending
from commonweal.allocation.plain.supports import Supports
from commonweal.allocation.tally import Bought


class Offer(NamedTuple):
    """What a project costs its supporters: `value` is rho / alpha, `charge` rho per unit of weight (rho x unit)."""

    value: Fraction
    alpha: Fraction
    charge: Fraction


def overspending(supports: Supports, share: Fraction, places: tuple[int, ...], room: Room) -> Spending:
    """What is bought when every voter has `share` currency units; `places` decides between equal rho / alpha.

    What has no `room` is passed over.
    """
    purses = [share] * len(supports.group_sizes)
    left = supports.budget
    # Purses only empty, so rho / alpha of a project only rises: its last known value is a lower bound.
    bounds = [(Fraction(0), places[p], p) for p, backers in enumerate(supports.backers) if backers]
    heapify(bounds)
    asked: dict[int, tuple[int, Offer]] = {}
    bought: list[Bought] = []
    while bounds:
        _, place, project = bounds[0]
        if supports.costs[project] > left or not room.fits(project):
            heappop(bounds)
            continue
        turn, offer = asked.get(project, (-1, None))
        if turn == len(bought) and offer:
            heappop(bounds)
            others = [p for _, _, p in bounds if supports.costs[p] <= left and room.fits(p)]
            tied = [p for p in others if _equal(supports, purses, p, offer)]
            bought.append(_paid(supports, purses, project, offer, tuple(sorted(tied))))
            left -= supports.costs[project]
            room.take(project)
            continue
        offer = best_offer(supports, purses, project)
        if offer is None:
            heappop(bounds)
            continue
        asked[project] = len(bought), offer
        heapreplace(bounds, (offer.value, place, project))
    return Spending(bought, purses)


def best_offer(supports: Supports, purses: list[Fraction], project: int) -> Offer | None:
    """What the supporters of the project can offer with these purses; None: they have nothing."""
    return best_part(crowd(supports, purses, project), supports.costs[project], supports.unit[project])


def crowd(supports: Supports, purses: list[Fraction], project: int) -> Counter[Fraction]:
    """The weight of the supporters by what each has left per unit of weight; without those who have nothing."""
    weights: Counter[Fraction] = Counter()
    for group, size, weight in supports.backers[project]:
        if purses[group]:
            weights[purses[group] / weight] += size * weight
    return weights


def best_part(weights: Mapping[Fraction, int], cost: Fraction, unit: Fraction) -> Offer | None:
    """The part alpha of a project that such a `crowd` can pay with the least rho / alpha; None: they have nothing.

    At a payment y per unit of weight they bring S(y), so alpha = S / cost, rho = y / alpha and rho / alpha = y / alpha².
    Between two purses S is a straight line, on which y / S² first rises and then falls: the least lies where a purse
    is just used up, or where all is paid. Of equal ones the largest part counts, which overspends least.
    """
    if not cost:
        return Offer(Fraction(0), Fraction(1), Fraction(0))
    found: list[tuple[Fraction, Fraction, Fraction]] = []
    spent, richer = Fraction(0), sum(weights.values())
    for purse in sorted(weights):
        payment = min(purse, (cost - spent) / richer)
        brought = spent + payment * richer
        found.append((payment / brought**2, -brought, payment))
        if brought == cost:
            break
        spent += purse * weights[purse]
        richer -= weights[purse]
    if not found:
        return None
    least, brought, payment = min(found)
    alpha = -brought / cost
    return Offer(least * cost**2 / unit, alpha, payment / alpha)


def _equal(supports: Supports, purses: list[Fraction], project: int, offer: Offer) -> bool:
    other = best_offer(supports, purses, project)
    return other is not None and other.value == offer.value


def _paid(
    supports: Supports, purses: list[Fraction], project: int, offer: Offer, tied: tuple[int, ...]
) -> Bought:
    """Take what the supporters pay from their purses."""
    full: Counter[Fraction] = Counter()
    partly, paid = 0, Fraction(0)
    for group, size, weight in supports.backers[project]:
        due = offer.charge * weight
        if due and purses[group] >= due:
            full[due] += size
        elif due and purses[group]:
            partly, paid = partly + size, paid + size * purses[group]
        purses[group] = max(Fraction(0), purses[group] - due)
    price = offer.charge / supports.unit[project]
    return Bought(project, price, tuple(sorted(full.items())), (partly, paid), tied)

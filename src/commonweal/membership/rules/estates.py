"""What becomes of shares whose holder died, went bankrupt or was wound up: who claims which part, when it is settled."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from fractions import Fraction
from math import lcm

from commonweal.kernel.decision import YES, Decision, no
from commonweal.kernel.money import shared_out
from commonweal.kernel.words import Words, gettext_noop


class EndKind(Words):
    """Why a membership ended by itself."""

    DEATH = "death", gettext_noop("death")
    BANKRUPTCY = "bankruptcy", gettext_noop("bankruptcy")
    LIQUIDATION = "liquidation", gettext_noop("liquidation")


class Settlement(Words):
    """How an estate is settled."""

    REFUND = "refund", gettext_noop("the shares are given back and their value is paid")
    TAKEOVER = "takeover", gettext_noop("heirs who are members take the shares over")


@dataclass(frozen=True, slots=True)
class Claim:
    """What one heir, curator or liquidator brings: a part, and whether consent, account and membership are there."""

    part: Fraction
    consents: bool
    has_account: bool
    is_member: bool


def fits(kind: EndKind, *, is_person: bool) -> Decision:
    """Whether a membership of a person, or of an organisation, can end so."""
    if is_person == (kind == EndKind.DEATH):
        return YES
    return no(
        "wrong_kind",
        gettext_noop("A person dies; an organisation goes bankrupt or is wound up. Check the member."),
    )


def may_settle(
    kind: EndKind,
    settlement: Settlement,
    claims: Sequence[Claim],
    *,
    heirship_named: bool,
    pays: bool = False,
) -> Decision:
    """Whether an estate can be settled this way: every part known and agreed to, and where it goes. `pays` says that money
    was owed to the member besides the shares, so that everyone is paid also where shares are taken over."""
    if sum((claim.part for claim in claims), Fraction()) != 1:
        return no("parts", gettext_noop("The parts of the estate do not make one whole. Check each of them."))
    if kind == EndKind.DEATH and not heirship_named:
        return no("no_heirship", gettext_noop("Name the document that says who the heirs are."))
    if not all(claim.consents for claim in claims):
        return no("no_consent", gettext_noop("Not everyone has agreed yet. Note each one's agreement first."))
    takeover = settlement == Settlement.TAKEOVER
    if takeover and (kind != EndKind.DEATH or not all(claim.is_member for claim in claims)):
        return no(
            "not_members",
            gettext_noop(
                "Only heirs who are members can take shares over. Admit them first, or pay the value."
            ),
        )
    if (pays or not takeover) and not all(claim.has_account for claim in claims):
        return no(
            "no_account", gettext_noop("An account is missing. Note on which account each one is paid.")
        )
    return YES


def divided(total: int, parts: Sequence[Fraction]) -> list[int]:
    """A whole number of cents or shares by parts of one whole; it adds up (largest remainders, the first one first)."""
    whole = lcm(*(part.denominator for part in parts))
    return shared_out(total, [part.numerator * (whole // part.denominator) for part in parts])


def read_part(text: str) -> Fraction:
    """A part of an estate as people write it: `1/3`, `1`. Raises ValueError for what is no part of one whole."""
    above, slash, below = (each.strip() for each in text.partition("/"))
    if not (above.isascii() and above.isdigit() and len(above) < 7):
        raise ValueError(text)
    if slash and not (below.isascii() and below.isdigit() and len(below) < 7 and int(below)):
        raise ValueError(text)
    part = Fraction(int(above), int(below) if slash else 1)
    if not 0 < part <= 1:
        raise ValueError(text)
    return part

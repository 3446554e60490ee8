"""What stands against counting a payment of shares, and against taking shares that were paid out of the register again,
each with what to do instead."""

from __future__ import annotations

from commonweal.kernel.words import Words, gettext_noop


class SharesObstacle(Words):
    """Why a payment for shares stays as it is."""

    NEWER = "newer", gettext_noop("A newer request of the same holder is open: that one is settled first.")
    PASSED_ON = (
        "passed_on",
        gettext_noop(
            "The shares were passed on, converted or given back since. Ask the secretary to undo that first, "
            "on the member's page of the register."
        ),
    )
    ESTATE = "estate", gettext_noop("The shares belong to an estate. Settle it with the secretary first.")
    ASKED = (
        "asked",
        gettext_noop(
            "The member asked to leave, convert or pass on shares, and that waits. It is settled or taken back first."
        ),
    )

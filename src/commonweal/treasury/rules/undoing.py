"""What stands against undoing a decision about a payment, each with what to do instead."""

from __future__ import annotations

from commonweal.kernel.words import Words, gettext_noop


class Obstacle(Words):
    """Why a decision about a movement stays as it is."""

    UNDONE = "undone", gettext_noop("This decision was undone before.")
    BANK = (
        "bank",
        gettext_noop(
            "The bank took this money back, so nothing is left to undo. What was decided about that stands on its own page."
        ),
    )
    DIVIDED = (
        "divided",
        gettext_noop("This payment was divided. Undo the decision about a part on the page of that part."),
    )
    OF_THE_BANK = (
        "of_the_bank",
        gettext_noop(
            "This follows what the bank did, and is not undone here. If the money comes again, decide about that "
            "movement; what is wrong in the register is undone by the secretary."
        ),
    )
    PAID_BACK = (
        "paid_back",
        gettext_noop(
            "Some of this money was paid back already, and what left the account cannot be undone here. Ask for it "
            "again, or let whoever got it ask for shares and pay."
        ),
    )

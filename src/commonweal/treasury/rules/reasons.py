"""Reasons the program itself writes down: kept as a code, put into words in the reader's language when they are read."""

from __future__ import annotations

from commonweal.kernel.words import Words, gettext_noop


class Reason(Words):
    """Why something was undone, where nobody typed it. The codes are none that a person would write."""

    TAKEN_BACK = "taken_back", gettext_noop("The bank took the payment back.")
    UNDONE = "decision_undone", gettext_noop("A decision about a payment was undone.")

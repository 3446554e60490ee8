"""The life of an application for shares, as a table. Pages, actions and tests read it from here."""

from commonweal.kernel.states import Machine, Move
from commonweal.kernel.words import gettext_noop
from commonweal.membership.rules.joining import ApplicationState

__all__ = ["APPLICANT", "APPLICATION", "OPEN", "PAYMENT", "SECRETARY", "ApplicationState"]

OPEN = frozenset({"asked", "awaiting", "paid"})
APPLICANT, SECRETARY, PAYMENT = "applicant", "keep_register", "match_payments"

APPLICATION = Machine(
    ApplicationState,
    (
        Move("accept", frozenset({"asked"}), "awaiting", SECRETARY, gettext_noop("The papers are in order")),
        Move(
            "refuse",
            frozenset({"asked", "awaiting", "paid"}),
            "refused",
            SECRETARY,
            gettext_noop("Refuse"),
            needs_reason=True,
        ),
        Move(
            "withdraw",
            frozenset({"asked", "awaiting"}),
            "withdrawn",
            APPLICANT,
            gettext_noop("Withdraw my request"),
        ),
        Move(
            "lapse", frozenset({"awaiting"}), "lapsed", SECRETARY, gettext_noop("Let it lapse"), "day_passed"
        ),
        Move(
            "pay",
            frozenset({"awaiting", "lapsed"}),
            "paid",
            PAYMENT,
            gettext_noop("Count the payment"),
            "paid_in_full",
        ),
        Move(
            "admit",
            frozenset({"paid"}),
            "member",
            PAYMENT,
            gettext_noop("Enter in the register"),
            "statutes_of_the_day",
        ),
    ),
)

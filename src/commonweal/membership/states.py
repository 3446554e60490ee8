"""State machines of the area, as tables. Pages, actions, documents and tests read them from here."""

from commonweal.kernel.states import Machine, Move
from commonweal.kernel.words import Words, gettext_noop
from commonweal.membership.rules.joining import ApplicationState

__all__ = [
    "APPLICANT",
    "APPLICATION",
    "DIVIDEND",
    "GIVER",
    "IMPORT",
    "OFFER",
    "OPEN",
    "PAYER",
    "PAYMENT",
    "PROGRAM",
    "SECRETARY",
    "TAKER",
    "ApplicationState",
    "DividendState",
    "ImportState",
    "OfferState",
]

PROGRAM, SECRETARY = "the program", "keep_register"

OPEN = frozenset({"asked", "awaiting", "paid"})
APPLICANT, PAYMENT = "applicant", "match_payments"

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


class ImportState(Words):
    """Where a sheet that is brought in stands."""

    CHECKING = "checking", gettext_noop("being checked")
    CHECKED = "checked", gettext_noop("checked, nothing is in yet")
    LOADING = "loading", gettext_noop("being brought in")
    STOPPED = "stopped", gettext_noop("stopped half-way")
    DONE = "done", gettext_noop("brought in")
    DISCARDED = "discarded", gettext_noop("thrown away")


IMPORT = Machine(
    ImportState,
    (
        Move("check", frozenset({"checking"}), "checked", PROGRAM, gettext_noop("Say what is wrong")),
        Move(
            "load",
            # Also from loading: when the program was cut off, somebody sets it going again.
            frozenset({"checked", "loading", "stopped"}),
            "loading",
            SECRETARY,
            gettext_noop("Bring it in"),
            "no_problems",
        ),
        Move("stop", frozenset({"loading"}), "stopped", PROGRAM, gettext_noop("Stop"), needs_reason=True),
        Move("finish", frozenset({"loading"}), "done", PROGRAM, gettext_noop("Finish"), "all_rows"),
        Move(
            "discard",
            frozenset({"checking", "checked", "stopped"}),
            "discarded",
            SECRETARY,
            gettext_noop("Throw it away"),
        ),
    ),
)


class OfferState(Words):
    """Where an offer of shares to another member stands."""

    OFFERED = "offered", gettext_noop("waits for the other member")
    PASSED = "passed", gettext_noop("accepted, in the register")
    DECLINED = "declined", gettext_noop("declined")
    WITHDRAWN = "withdrawn", gettext_noop("withdrawn")


GIVER, TAKER = "giver", "taker"
OFFER = Machine(
    OfferState,
    (
        Move(
            "accept",
            frozenset({"offered"}),
            "passed",
            TAKER,
            gettext_noop("Accept these shares"),
            "statutes_of_the_day",
        ),
        Move("decline", frozenset({"offered"}), "declined", TAKER, gettext_noop("Decline")),
        Move("withdraw", frozenset({"offered"}), "withdrawn", GIVER, gettext_noop("Withdraw my offer")),
    ),
)


class DividendState(Words):
    """Where a dividend run stands."""

    PROPOSED = "proposed", gettext_noop("waits for approval")
    APPROVED = "approved", gettext_noop("approved by two")
    PAID_OUT = "paid_out", gettext_noop("payment files are made")
    CLOSED = "closed", gettext_noop("closed")
    WITHDRAWN = "withdrawn", gettext_noop("withdrawn")


PAYER = "pay_out"
DIVIDEND = Machine(
    DividendState,
    (
        Move(
            "approve",
            frozenset({"proposed"}),
            "approved",
            "two others",
            gettext_noop("Approve this dividend"),
            guard="reckoned_and_two_approvals",
        ),
        Move(
            "withdraw",
            frozenset({"proposed"}),
            "withdrawn",
            PAYER,
            gettext_noop("Withdraw this dividend"),
            needs_reason=True,
        ),
        Move(
            "pay",
            frozenset({"approved", "paid_out", "closed"}),
            "paid_out",
            PAYER,
            gettext_noop("Make the payment files"),
            guard="owed_is_booked",
        ),
        Move(
            "close",
            frozenset({"paid_out"}),
            "closed",
            PAYER,
            gettext_noop("Close this dividend"),
            guard="nothing_to_pay",
        ),
    ),
)

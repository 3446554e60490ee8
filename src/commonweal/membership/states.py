"""State machines of the area, as tables. Pages, actions, documents and tests read them from here."""

from commonweal.kernel.states import Machine, Move
from commonweal.kernel.words import Words, gettext_noop
from commonweal.membership.rules.joining import ApplicationState

__all__ = [
    "APPLICANT",
    "APPLICATION",
    "CONVERSION",
    "DIVIDEND",
    "ESTATE",
    "EXCLUSION",
    "EXIT",
    "GIVER",
    "HOUSEHOLD",
    "IMPORT",
    "OFFER",
    "OPEN",
    "PAYER",
    "PAYMENT",
    "PROGRAM",
    "SEASON",
    "SECRETARY",
    "TAKER",
    "ApplicationState",
    "ConversionState",
    "DividendState",
    "EstateState",
    "ExclusionState",
    "ExitState",
    "HouseholdState",
    "ImportState",
    "OfferState",
    "SeasonState",
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


class HouseholdState(Words):
    """Where a proposal to share post stands."""

    PROPOSED = "proposed", gettext_noop("waits for the other member")
    ACCEPTED = "accepted", gettext_noop("accepted")
    DECLINED = "declined", gettext_noop("declined")
    WITHDRAWN = "withdrawn", gettext_noop("withdrawn")


_PROPOSED_POST = frozenset({"proposed"})
HOUSEHOLD = Machine(
    HouseholdState,
    (
        Move(
            "accept",
            _PROPOSED_POST,
            "accepted",
            "other",
            gettext_noop("Share our post"),
            "two_members_in_one_household",
        ),
        Move("decline", _PROPOSED_POST, "declined", "other", gettext_noop("Decline")),
        Move("withdraw", _PROPOSED_POST, "withdrawn", "asker", gettext_noop("Withdraw my proposal")),
    ),
)


class ConversionState(Words):
    """Where a request to convert shares stands."""

    ASKED = "asked", gettext_noop("waits for the secretary")
    BOOKED = "booked", gettext_noop("confirmed, in the register")
    REFUSED = "refused", gettext_noop("refused")
    WITHDRAWN = "withdrawn", gettext_noop("withdrawn")


_ASKED = frozenset({"asked"})
CONVERSION = Machine(
    ConversionState,
    (
        Move("book", _ASKED, "booked", SECRETARY, gettext_noop("Book it"), "statutes_of_the_day"),
        Move("refuse", _ASKED, "refused", SECRETARY, gettext_noop("Refuse"), needs_reason=True),
        Move("withdraw", _ASKED, "withdrawn", "member", gettext_noop("Withdraw my request")),
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


class ExitState(Words):
    """Where a request to leave stands. What is granted in part or has to wait goes on in a request of the next season."""

    WAITING = "waiting", gettext_noop("waits for the season")
    WITHDRAWN = "withdrawn", gettext_noop("taken back")
    OVERTAKEN = "overtaken", gettext_noop("ended by something else")
    GRANTED = "granted", gettext_noop("granted")
    PART = "part", gettext_noop("granted in part")
    QUEUED = "queued", gettext_noop("moved to the next season")
    REFUSED = "refused", gettext_noop("refused")
    PAID = "paid", gettext_noop("paid")


_WAITING, _BOARD = frozenset({"waiting"}), "board"

EXIT = Machine(
    ExitState,
    (
        Move(
            "withdraw",
            _WAITING,
            "withdrawn",
            "member",
            gettext_noop("Take my request back"),
            "before_cut_off",
        ),
        Move(
            "overtake",
            _WAITING,
            "overtaken",
            "keep_register",
            gettext_noop("Ended by something else"),
            "death_or_exclusion",
        ),
        Move("grant", _WAITING, "granted", _BOARD, gettext_noop("Grant"), "season_decided"),
        Move("grant_part", _WAITING, "part", _BOARD, gettext_noop("Grant a part"), "season_decided"),
        Move("queue", _WAITING, "queued", _BOARD, gettext_noop("Let wait"), "season_decided"),
        Move("refuse", _WAITING, "refused", _BOARD, gettext_noop("Refuse"), "threshold_reached"),
        Move(
            "pay",
            frozenset({"granted", "part"}),
            "paid",
            "pay_out",
            gettext_noop("Note as paid"),
            "in_a_payment_file",
        ),
        Move(
            "owe",
            frozenset({"paid"}),
            "granted",
            "pay_out",
            gettext_noop("It came back"),
            "payment_came_back",
        ),
        Move(
            "owe_part",
            frozenset({"paid"}),
            "part",
            "pay_out",
            gettext_noop("It came back"),
            "payment_came_back",
        ),
    ),
)


class SeasonState(Words):
    """Where an exit season stands."""

    COLLECTING = "collecting", gettext_noop("collects requests")
    DECIDED = "decided", gettext_noop("decided")


SEASON = Machine(
    SeasonState,
    (
        Move(
            "decide",
            frozenset({"collecting"}),
            "decided",
            _BOARD,
            gettext_noop("Book the board's decision"),
            "window_closed_and_tests",
        ),
    ),
)


class EstateState(Words):
    """Where the estate of a membership that ended by itself stands."""

    OPEN = "open", gettext_noop("being put together")
    WITHDRAWN = "withdrawn", gettext_noop("was a mistake")
    TAKEN_OVER = "taken_over", gettext_noop("shares taken over")
    TO_PAY = "to_pay", gettext_noop("to be paid")
    PAID = "paid", gettext_noop("paid out")


_OPEN = frozenset({"open"})

ESTATE = Machine(
    EstateState,
    (
        Move("withdraw", _OPEN, "withdrawn", SECRETARY, gettext_noop("It was a mistake"), needs_reason=True),
        Move(
            "take_over",
            _OPEN,
            "taken_over",
            SECRETARY,
            gettext_noop("Book the takeover"),
            "all_agreed_and_members",
        ),
        Move(
            "refund", _OPEN, "to_pay", SECRETARY, gettext_noop("Book the refund"), "all_agreed_with_accounts"
        ),
        Move(
            "pay",
            frozenset({"to_pay"}),
            "paid",
            "pay_out",
            gettext_noop("Note as paid"),
            "all_in_a_payment_file",
        ),
        Move(
            "owe", frozenset({"paid"}), "to_pay", "pay_out", gettext_noop("It came back"), "payment_came_back"
        ),
    ),
)


class ExclusionState(Words):
    """Where a proposal to exclude a member stands."""

    PROPOSED = "proposed", gettext_noop("the member may answer")
    DROPPED = "dropped", gettext_noop("dropped")
    KEPT = "kept", gettext_noop("the member stays")
    EXCLUDED = "excluded", gettext_noop("to be notified")
    NOTIFIED = "notified", gettext_noop("refund to be booked")
    TO_PAY = "to_pay", gettext_noop("to be paid")
    PAID = "paid", gettext_noop("paid out")


_PROPOSED = frozenset({"proposed"})

EXCLUSION = Machine(
    ExclusionState,
    (
        Move("drop", _PROPOSED, "dropped", SECRETARY, gettext_noop("Drop the proposal"), needs_reason=True),
        Move("keep", _PROPOSED, "kept", SECRETARY, gettext_noop("The member stays"), needs_reason=True),
        Move(
            "exclude",
            _PROPOSED,
            "excluded",
            SECRETARY,
            gettext_noop("Book the exclusion"),
            "answer_time_over_and_heard",
            needs_reason=True,
        ),
        Move("notify", frozenset({"excluded"}), "notified", SECRETARY, gettext_noop("Note the notification")),
        Move("refund", frozenset({"notified"}), "to_pay", SECRETARY, gettext_noop("Book the refund")),
        Move(
            "pay",
            frozenset({"to_pay"}),
            "paid",
            "pay_out",
            gettext_noop("Note as paid"),
            "in_a_payment_file",
        ),
        Move(
            "owe", frozenset({"paid"}), "to_pay", "pay_out", gettext_noop("It came back"), "payment_came_back"
        ),
    ),
)

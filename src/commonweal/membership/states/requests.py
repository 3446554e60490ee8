"""What somebody asks for, and where it stands: shares, a sheet, an offer, a household, a conversion."""

from commonweal.kernel.states import Machine, Move
from commonweal.kernel.words import Words, gettext_noop
from commonweal.membership.rules.joining import ApplicationState

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
            "reopen",
            # The bank took the money back, or counting it was a mistake: what was entered is undone, and it
            # waits for payment once more.
            frozenset({"paid", "member"}),
            "awaiting",
            PAYMENT,
            gettext_noop("Wait for payment again"),
            "money_taken_back",
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
    # Without papers to look at, it only waits for its money.
    begins=frozenset({"asked", "awaiting"}),
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
        Move(
            "note",
            _PROPOSED_POST,
            "accepted",
            "enter_for_others",
            gettext_noop("Note that both agree"),
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

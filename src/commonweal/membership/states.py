"""State machines of the area, as tables. Pages, actions, documents and tests read them from here."""

from commonweal.kernel.states import Machine, Move
from commonweal.kernel.words import Words, gettext_noop

PROGRAM, SECRETARY = "the program", "keep_register"


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

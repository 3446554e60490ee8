"""The life of a request to leave and of an exit season, as tables. Every page, action and test reads them from here."""

from commonweal.kernel.states import Machine, Move
from commonweal.kernel.words import Words, gettext_noop


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

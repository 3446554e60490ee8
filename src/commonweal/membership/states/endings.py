"""How memberships end: a request to leave and its season, an estate, an exclusion."""

from commonweal.kernel.states import Machine, Move
from commonweal.kernel.words import Words, gettext_noop
from commonweal.membership.states.requests import SECRETARY


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
    ESTATE = "estate", gettext_noop("paid through the estate")


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
        Move(
            "restore",
            frozenset({"overtaken"}),
            "waiting",
            SECRETARY,
            gettext_noop("It waits again"),
            "noted_by_mistake",
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
        Move(
            "pass_on",
            frozenset({"granted", "part"}),
            "estate",
            SECRETARY,
            gettext_noop("Settle it with the estate"),
            "estate_settled",
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
    ESTATE = "estate", gettext_noop("paid through the estate")


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
        Move(
            "pass_on",
            frozenset({"to_pay"}),
            "estate",
            SECRETARY,
            gettext_noop("Settle it with the estate"),
            "estate_settled",
        ),
    ),
)

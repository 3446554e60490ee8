"""Where a dividend run stands, and who moves it."""

from commonweal.kernel.states import Machine, Move
from commonweal.kernel.words import Words, gettext_noop


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

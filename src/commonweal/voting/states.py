"""The life of a ballot as a table."""

from commonweal.kernel.states import Machine, Move
from commonweal.kernel.words import Words, gettext_noop


class BallotState(Words):
    """Where a ballot stands."""

    PREPARED = "prepared", gettext_noop("being prepared")
    OPEN = "open", gettext_noop("open to vote")
    CLOSED = "closed", gettext_noop("closed, the box not handed over yet")
    HANDED_OVER = "handed_over", gettext_noop("box handed over, waiting for the committee")
    COUNTED = "counted", gettext_noop("counted")
    PUBLISHED = "published", gettext_noop("result published")


BALLOT = Machine(
    BallotState,
    (
        Move(
            "open",
            frozenset({"prepared"}),
            "open",
            "manage_calls",
            gettext_noop("Open the vote"),
            guard="committee_key_and_options",
        ),
        Move(
            "close",
            frozenset({"open"}),
            "closed",
            "close_ballots",
            gettext_noop("Close the vote"),
            guard="end_reached",
        ),
        Move(
            "hand_over",
            frozenset({"closed"}),
            "handed_over",
            "close_ballots",
            gettext_noop("Hand over the box"),
            guard="no_sheet_waits",
        ),
        Move(
            "count",
            frozenset({"handed_over"}),
            "counted",
            "committee",
            gettext_noop("Bring in the opened ballots"),
            guard="file_matches_ballot",
        ),
        Move(
            "publish",
            frozenset({"counted"}),
            "published",
            "publish_results",
            gettext_noop("Publish the result"),
        ),
    ),
)

"""The life of a call and of a dossier, as tables. Every page, action and test reads them from here."""

from commonweal.kernel.states import Machine, Move
from commonweal.kernel.words import Words, gettext_noop


class CallState(Words):
    """Where a call for projects stands."""

    PREPARED = "prepared", gettext_noop("being prepared")
    APPLICATIONS = "applications", gettext_noop("open for projects")
    CHECK = "check", gettext_noop("projects are being checked")
    VOTE = "vote", gettext_noop("members vote")
    COUNT = "count", gettext_noop("votes are being counted")
    DECIDED = "decided", gettext_noop("decided")


def _staff_call(name: str, source: CallState, target: CallState, label: str, guard: str = "") -> Move:
    return Move(name, frozenset({source.value}), target.value, "manage_calls", label, guard=guard)


CALL = Machine(
    CallState,
    (
        _staff_call(
            "announce",
            CallState.PREPARED,
            CallState.APPLICATIONS,
            gettext_noop("Open the call"),
            "texts_in_four_languages",
        ),
        _staff_call(
            "end_applications",
            CallState.APPLICATIONS,
            CallState.CHECK,
            gettext_noop("Stop taking projects"),
            "day_reached",
        ),
        _staff_call(
            "open_vote",
            CallState.CHECK,
            CallState.VOTE,
            gettext_noop("Open the vote"),
            "all_checked_and_committee_key",
        ),
        _staff_call(
            "close_vote", CallState.VOTE, CallState.COUNT, gettext_noop("Close the vote"), "day_reached"
        ),
        _staff_call(
            "decide",
            CallState.COUNT,
            CallState.DECIDED,
            gettext_noop("Publish the result"),
            "ballots_counted",
        ),
    ),
)


class DossierState(Words):
    """Where a dossier stands."""

    DRAFT = "draft", gettext_noop("draft")
    SUBMITTED = "submitted", gettext_noop("sent")
    IN_CHECK = "in_check", gettext_noop("being checked")
    RETURNED = "returned", gettext_noop("question open")
    ADMITTED = "admitted", gettext_noop("admitted")
    REFUSED = "refused", gettext_noop("refused")
    WITHDRAWN = "withdrawn", gettext_noop("withdrawn")
    FUNDED = "funded", gettext_noop("supported")
    NOT_FUNDED = "not_funded", gettext_noop("not supported this time")


APPLICANT = "applicant"
# A tie with the project keeps somebody from being either.
ADVISER = "adviser_without_tie"
DECIDER = "decider_without_tie"
COUNT = "count"
PUBLIC_STATES = frozenset({"admitted", "funded", "not_funded"})

DOSSIER = Machine(
    DossierState,
    (
        Move(
            "send",
            frozenset({"draft"}),
            "submitted",
            APPLICANT,
            gettext_noop("Send my project"),
            guard="complete_and_in_time",
        ),
        Move(
            "take_up",
            frozenset({"submitted"}),
            "in_check",
            ADVISER,
            gettext_noop("Start checking"),
        ),
        Move(
            "ask_more",
            frozenset({"in_check"}),
            "returned",
            ADVISER,
            gettext_noop("Ask for more"),
            needs_reason=True,
        ),
        Move(
            "answer",
            frozenset({"returned"}),
            "in_check",
            APPLICANT,
            gettext_noop("Send my answer"),
            guard="complete",
        ),
        Move(
            "admit",
            frozenset({"in_check"}),
            "admitted",
            DECIDER,
            gettext_noop("Admit"),
            needs_reason=True,
        ),
        Move(
            "refuse",
            frozenset({"in_check"}),
            "refused",
            DECIDER,
            gettext_noop("Refuse"),
            needs_reason=True,
        ),
        Move(
            "withdraw",
            frozenset({"draft", "submitted", "in_check", "returned"}),
            "withdrawn",
            APPLICANT,
            gettext_noop("Withdraw my project"),
        ),
        Move("fund", frozenset({"admitted"}), "funded", COUNT, gettext_noop("Supported by the vote")),
        Move(
            "not_fund",
            frozenset({"admitted"}),
            "not_funded",
            COUNT,
            gettext_noop("Not supported by the vote"),
        ),
    ),
)

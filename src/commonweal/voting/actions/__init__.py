"""What may be done with ballots: prepare, open, cast, enter paper, close, bring in the count, publish.

No action ever stores, logs or records a choice in clear, nor a tracking code.
"""

from commonweal.allocation import ByLaw
from commonweal.voting.actions.ballots import (
    NewOption,
    accept_count,
    close_ballot,
    hand_over,
    open_ballot,
    prepare_ballot,
    publish_result,
)
from commonweal.voting.actions.flows import BallotFrozen, FileRefused, SheetsWaiting
from commonweal.voting.actions.keys import KEY_TROUBLES, CannotOpen, check_answer, key_test
from commonweal.voting.actions.many import BroughtVote, cast_many
from commonweal.voting.actions.paper import (
    SheetTrouble,
    hand_out_paper,
    sheets_welcome,
    start_sheet_again,
    type_sheet_first,
    type_sheet_second,
)
from commonweal.voting.actions.votes import (
    ChoiceNotAllowed,
    cast_vote,
    new_code,
)

__all__ = [
    "KEY_TROUBLES",
    "BallotFrozen",
    "BroughtVote",
    "ByLaw",
    "CannotOpen",
    "ChoiceNotAllowed",
    "FileRefused",
    "NewOption",
    "SheetTrouble",
    "SheetsWaiting",
    "accept_count",
    "cast_many",
    "cast_vote",
    "check_answer",
    "close_ballot",
    "hand_out_paper",
    "hand_over",
    "key_test",
    "new_code",
    "open_ballot",
    "prepare_ballot",
    "publish_result",
    "sheets_welcome",
    "start_sheet_again",
    "type_sheet_first",
    "type_sheet_second",
]

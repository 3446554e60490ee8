"""Fair allocation of a budget: elections, counting rules, explanations, Pabulib files.

Pure: numpy and the standard library. Never touches a database, a clock or a setting. See README.md beside this file.
"""

from commonweal.allocation.bylaw import ByLaw, ByLawError, Completion, Rule, Start, Stop, Ties, Utility
from commonweal.allocation.count import Engine, count
from commonweal.allocation.election import (
    Ballot,
    BallotForm,
    Ballots,
    Election,
    ElectionError,
    Limits,
    Project,
)
from commonweal.allocation.explain import (
    BallotResult,
    ChoiceResult,
    Comparison,
    Explained,
    Funded,
    NotFunded,
    Reason,
    compare,
    explained,
    payments_by_voter,
    satisfied_share,
    what_my_vote_did,
    why_funded,
)
from commonweal.allocation.outcome import Outcome, Payment, Phase, Round
from commonweal.allocation.pabulib import PabulibError, TotalMismatch, check_totals, read, write
from commonweal.allocation.tally import Progress, UtilityError

__all__ = [
    "Ballot",
    "BallotForm",
    "BallotResult",
    "Ballots",
    "ByLaw",
    "ByLawError",
    "ChoiceResult",
    "Comparison",
    "Completion",
    "Election",
    "ElectionError",
    "Engine",
    "Explained",
    "Funded",
    "Limits",
    "NotFunded",
    "Outcome",
    "PabulibError",
    "Payment",
    "Phase",
    "Progress",
    "Project",
    "Reason",
    "Round",
    "Rule",
    "Start",
    "Stop",
    "Ties",
    "TotalMismatch",
    "Utility",
    "UtilityError",
    "check_totals",
    "compare",
    "count",
    "explained",
    "payments_by_voter",
    "read",
    "satisfied_share",
    "what_my_vote_did",
    "why_funded",
    "write",
]

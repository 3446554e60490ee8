"""Fair allocation of a budget: elections, counting rules, explanations, Pabulib files.

Pure: numpy and the standard library. Never touches a database, a clock or a setting. See README.md beside this file.
"""

from commonweal.allocation.bylaw import (
    ByLaw,
    ByLawError,
    Completion,
    Rule,
    Start,
    Stop,
    Ties,
    Utility,
    without_effect,
)
from commonweal.allocation.certify import (
    Neglect,
    Priceability,
    Proportionality,
    priceability,
    proportionality,
)
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
    Explained,
    Funded,
    NotFunded,
    Reason,
    explained,
    payments_by_voter,
    what_my_vote_did,
    why_funded,
)
from commonweal.allocation.invalid import Broken, Reading, Treatment, read_treating
from commonweal.allocation.outcome import Outcome, Payment, Phase, Round
from commonweal.allocation.pabulib import PabulibError, TotalMismatch, check_totals, read, write
from commonweal.allocation.tally import Progress, UtilityError
from commonweal.allocation.voters import (
    Comparison,
    GroupShare,
    ThemeShare,
    compare,
    group_shares,
    satisfied_share,
    theme_shares,
)

__all__ = [
    "Ballot",
    "BallotForm",
    "BallotResult",
    "Ballots",
    "Broken",
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
    "GroupShare",
    "Limits",
    "Neglect",
    "NotFunded",
    "Outcome",
    "PabulibError",
    "Payment",
    "Phase",
    "Priceability",
    "Progress",
    "Project",
    "Proportionality",
    "Reading",
    "Reason",
    "Round",
    "Rule",
    "Start",
    "Stop",
    "ThemeShare",
    "Ties",
    "TotalMismatch",
    "Treatment",
    "Utility",
    "UtilityError",
    "check_totals",
    "compare",
    "count",
    "explained",
    "group_shares",
    "payments_by_voter",
    "priceability",
    "proportionality",
    "read",
    "read_treating",
    "satisfied_share",
    "theme_shares",
    "what_my_vote_did",
    "why_funded",
    "without_effect",
    "write",
]

"""What membership keeps: members, the statutes as dated rows, and where members are paid."""

from commonweal.membership.models.members import Member
from commonweal.membership.models.payouts import PayoutAccount
from commonweal.membership.models.statutes import ShareTerms, StatuteSetting

__all__ = ["Member", "PayoutAccount", "ShareTerms", "StatuteSetting"]

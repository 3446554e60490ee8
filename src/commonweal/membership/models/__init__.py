"""What membership keeps: members, and the statutes as dated rows."""

from commonweal.membership.models.members import Member
from commonweal.membership.models.statutes import ShareTerms, StatuteSetting

__all__ = ["Member", "ShareTerms", "StatuteSetting"]

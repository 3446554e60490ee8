"""What membership keeps: members, the statutes as dated rows, dividends, and where and what members are paid."""

from commonweal.membership.models.dividends import DividendApproval, DividendLine, DividendRun
from commonweal.membership.models.members import Member
from commonweal.membership.models.payouts import Payment, PaymentFile, PayoutAccount, ReturnedPayment
from commonweal.membership.models.statutes import ShareTerms, StatuteSetting

__all__ = [
    "DividendApproval",
    "DividendLine",
    "DividendRun",
    "Member",
    "Payment",
    "PaymentFile",
    "PayoutAccount",
    "ReturnedPayment",
    "ShareTerms",
    "StatuteSetting",
]

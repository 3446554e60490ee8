"""What a lower area must not know and an upper one gives it: who hears of which event, how it is told, who is close to
whom, what the bank's money pays, what rests on what it keeps.

Event name -> handlers: every handler is idempotent and runs in the background.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db.models import QuerySet

from commonweal.casework.wording.history import Told
from commonweal.casework.wording.tiles import TileKind
from commonweal.dividends import desk as dividends_desk
from commonweal.dividends.actions.payments import DIVIDEND_PAYABLES
from commonweal.dividends.queries import came_back, percent_given, promised_dividends, rests_on_shares
from commonweal.dividends.tasks import carry_on_dividend
from commonweal.dividends.wording import history as dividends_history
from commonweal.kernel.words import Words
from commonweal.membership import desk as membership_desk
from commonweal.membership.access import children_asked_for_by, household_close_to
from commonweal.membership.actions.estate_payments import ESTATE_PAYABLES
from commonweal.membership.actions.exclusion_payments import EXCLUSION_PAYABLES
from commonweal.membership.actions.exit_payments import EXIT_PAYABLES
from commonweal.membership.notices import conversions, exits, households, joining, payouts, transfers
from commonweal.membership.queries.about import what_is_about
from commonweal.membership.queries.distributions import Promise
from commonweal.membership.queries.heirs import CameBack, Heir, gone_holders
from commonweal.membership.queries.seasons import promised_refunds
from commonweal.membership.views.applications_paid import APPLICATIONS
from commonweal.membership.wording import history as membership_history
from commonweal.people import notices as people
from commonweal.people.models import Event, Person
from commonweal.people.wording import history as people_history
from commonweal.portal import desk as portal_desk
from commonweal.projects import desk as projects_desk
from commonweal.projects import notices as projects
from commonweal.projects.wording import history as projects_history
from commonweal.treasury import desk as treasury_desk
from commonweal.treasury.actions import PayableKind
from commonweal.treasury.actions.paying_back import OVERPAID_PAYABLES
from commonweal.treasury.queries.receivables import ReceivableKind
from commonweal.treasury.wording import history as treasury_history
from commonweal.voting import desk as voting_desk
from commonweal.voting import notices as voting
from commonweal.voting.wording import history as voting_history

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

HANDLERS: Mapping[str, Sequence[Callable[[Event], None]]] = {
    "StaffAppointed": (people.tell_administrators,),
    "StaffAppointmentEnded": (people.tell_administrators,),
    "JointActAsked": (people.tell_who_may_confirm,),
    "FactorsReset": (people.tell_administrators_of_account,),
    "AccountBlocked": (people.tell_administrators_of_account,),
    "AccountReopened": (people.tell_administrators_of_account,),
    "DossierMoved": (projects.tell_applicant,),
    "DossierDecided": (projects.tell_applicant,),
    "ShareOfferMoved": (transfers.tell_other_side,),
    "ConversionMoved": (conversions.tell_conversion,),
    "HouseholdMoved": (households.tell_both_sides,),
    "HouseholdLeft": (households.tell_who_shared,),
    "ApplicationMoved": (joining.tell_who_asked,),
    "DividendProposed": (carry_on_dividend,),
    "DividendApproved": (carry_on_dividend,),
    "DividendPayAsked": (carry_on_dividend,),
    "DividendCarriedOn": (carry_on_dividend,),
    "PayoutAccountSet": (payouts.tell_account_changed,),
    "ExitAsked": (exits.tell_exit_asked,),
    "ExitMovedOn": (exits.tell_exit_asked,),
    "ExitWithdrawn": (exits.tell_exit_asked,),
    "ExitsAnswered": (exits.tell_exits_answered,),
    "PaperBallotHandedOut": (voting.tell_web_vote_left,),
}

# What each event says in a history, by the areas that record it.
EVENT_SENTENCES: Mapping[str, StrOrPromise | Told] = {
    **people_history.EVENTS,
    **treasury_history.EVENTS,
    **membership_history.EVENTS,
    **dividends_history.EVENTS,
    **voting_history.EVENTS,
    **projects_history.EVENTS,
}

# Whose interests are a person's own, beside who they are and which organisations they speak for: ids of people.
CLOSE_TO: Sequence[Callable[[Person, date], Iterable[int]]] = (household_close_to, children_asked_for_by)

# What is owed and paid out, by the areas that owe it.
PAYABLES: Sequence[PayableKind] = (
    DIVIDEND_PAYABLES,
    EXIT_PAYABLES,
    ESTATE_PAYABLES,
    EXCLUSION_PAYABLES,
    OVERPAID_PAYABLES,
)

# What money that comes in can be for, by the areas that wait for it; rows are locked kind by kind, in this order.
RECEIVABLES: Sequence[ReceivableKind] = (APPLICATIONS,)

# Whose money goes back by hand: ids of the people and organisations who died, went bankrupt or were wound up.
GONE: Callable[[], QuerySet[Any, Any]] = gone_holders

# Tiles of the staff desk, in their order.
DESK: Sequence[TileKind] = (
    projects_desk.DOSSIERS,
    portal_desk.FOR_OTHERS,
    voting_desk.PAPER_BALLOTS,
    projects_desk.CALLS,
    portal_desk.MEMBERS,
    membership_desk.REQUESTS,
    treasury_desk.PAYMENTS,
    membership_desk.REGISTER,
    dividends_desk.DIVIDENDS,
    membership_desk.REFUNDS,
    portal_desk.ROLES,
)

# What is promised out of the same means, by the areas that give it: each counts what the others promised.
PROMISES: Sequence[Callable[[], Iterable[Promise]]] = (promised_dividends, promised_refunds)

# What stands against taking shares out of the register again, of a member by id, that are there from a day on.
RESTS_ON_SHARES: Sequence[Callable[[int, date], Words | None]] = (rests_on_shares,)

# What came back of payments to the heirs of members, by the areas that pay them beside the estate itself.
CAME_BACK: Sequence[Callable[[Sequence[Heir]], list[CameBack]]] = (came_back,)

# Percent that the dividends of the financial years which end between two days give after tax, for the accreditation.
DIVIDEND_PERCENT: Callable[[date, date], Decimal | None] = percent_given

# What is about somebody by another tie than a foreign key, by the areas that know it: name of the rows -> their values.
ABOUT: Sequence[Callable[[Person], Mapping[str, list[dict[str, object]]]]] = (what_is_about,)

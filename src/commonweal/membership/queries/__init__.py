"""Reads of members, statutes, shares and the register, gathered from their subjects."""

from commonweal.membership.queries.accreditation import accreditation
from commonweal.membership.queries.imports import import_with, latest_imports, unfinished_import
from commonweal.membership.queries.members import (
    SEARCH_LIMIT,
    days_of_membership,
    electorate_on,
    holder_names,
    member_with_number,
    members_matching,
    members_on,
    membership_of,
    next_number,
)
from commonweal.membership.queries.register import (
    PAGE,
    RegisterRow,
    changes,
    class_totals,
    register_page,
    register_rows,
    share_troubles,
)
from commonweal.membership.queries.shares import (
    all_settings,
    all_terms,
    classes,
    held_on,
    holdings_by_year,
    holdings_of,
    movement_of,
    movements_of,
    setting_on,
    terms_on,
)
from commonweal.membership.queries.transfers import offer_with, offers_of

__all__ = [
    "PAGE",
    "SEARCH_LIMIT",
    "RegisterRow",
    "accreditation",
    "all_settings",
    "all_terms",
    "changes",
    "class_totals",
    "classes",
    "days_of_membership",
    "electorate_on",
    "held_on",
    "holder_names",
    "holdings_by_year",
    "holdings_of",
    "import_with",
    "latest_imports",
    "member_with_number",
    "members_matching",
    "members_on",
    "membership_of",
    "movement_of",
    "movements_of",
    "next_number",
    "offer_with",
    "offers_of",
    "register_page",
    "register_rows",
    "setting_on",
    "share_troubles",
    "terms_on",
    "unfinished_import",
]

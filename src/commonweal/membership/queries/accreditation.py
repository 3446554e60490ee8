"""One year as the conditions of accreditation look at it."""

from __future__ import annotations

from datetime import date

from commonweal.ledger import queries as ledger
from commonweal.membership.models import AccreditationNote, Member
from commonweal.membership.queries.shares import all_terms, setting_on
from commonweal.membership.rules.accreditation import Condition, Facts, Finding, Note, findings
from commonweal.membership.rules.movements import shares_account
from commonweal.membership.rules.statutes import SettingName


def accreditation(year: int) -> tuple[Finding, ...]:
    """The nine conditions in a calendar year, with figures and notes; a handful of queries, whatever the size."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    terms = {each.share_class: each for each in all_terms() if each.starts_on <= last}
    return findings(
        Facts(
            admitted=Member.objects.filter(joined_on__range=(first, last)).count(),
            refused=0,
            refused_without_reason=0,
            classes=len(terms),
            beyond_maximum=sum(
                ledger.owners_above(shares_account(code), each.shares_max, last)
                for code, each in terms.items()
                if each.shares_max is not None
            ),
            vote_cap_percent=setting_on(SettingName.VOTE_CAP_PERCENT, last),
            dividend_percent=None,
            dividend_cap_percent=None,
            notes=_notes(year),
        )
    )


def _notes(year: int) -> dict[Condition, Note]:
    found: dict[Condition, Note] = {}
    for each in AccreditationNote.objects.filter(year=year).order_by("at", "id"):
        found[Condition(each.condition)] = Note(each.fulfilled, each.text, each.document)
    return found

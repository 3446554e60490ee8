"""One year as the conditions of accreditation look at it."""

from __future__ import annotations

from datetime import date
from decimal import Decimal

from django.conf import settings
from django.utils.module_loading import import_string

from commonweal.ledger import queries as ledger
from commonweal.membership.models import AccreditationNote, Application, Exclusion, Member
from commonweal.membership.queries.shares import all_terms, setting_on
from commonweal.membership.rules.accreditation import Condition, Facts, Finding, Note, findings
from commonweal.membership.rules.movements import shares_account
from commonweal.membership.rules.statutes import SettingName
from commonweal.membership.states import ApplicationState, ExclusionState


def accreditation(year: int) -> tuple[Finding, ...]:
    """The nine conditions in a calendar year, with figures and notes; a handful of queries, whatever the size."""
    first, last = date(year, 1, 1), date(year, 12, 31)
    terms = {each.share_class: each for each in all_terms() if each.starts_on <= last}
    reasons = _reasons(first, last)
    return findings(
        Facts(
            admitted=Member.objects.filter(joined_on__range=(first, last)).count(),
            refused=len(reasons),
            refused_without_reason=reasons.count(""),
            classes=len(terms),
            beyond_maximum=sum(
                ledger.owners_above(shares_account(code), each.shares_max, last)
                for code, each in terms.items()
                if each.shares_max is not None
            ),
            vote_cap_percent=setting_on(SettingName.VOTE_CAP_PERCENT, last),
            dividend_percent=import_string(settings.DIVIDEND_PERCENT)(first, last),
            dividend_cap_percent=Decimal(cap)
            if (cap := setting_on(SettingName.DIVIDEND_CAP_PERCENT, last))
            else None,
            notes=_notes(year),
        )
    )


def _reasons(first: date, last: date) -> list[str]:
    """What was told to each who was refused or excluded in these days, stripped; empty where nothing was."""
    asked = Application.objects.filter(state=ApplicationState.REFUSED, changed_at__date__range=(first, last))
    excluded = Exclusion.objects.filter(decided_on__range=(first, last)).exclude(state=ExclusionState.KEPT)
    told = [*asked.values_list("reason", flat=True), *excluded.values_list("reasons", flat=True)]
    return [reason.strip() for reason in told]


def _notes(year: int) -> dict[Condition, Note]:
    found: dict[Condition, Note] = {}
    for each in AccreditationNote.objects.filter(year=year).order_by("at", "id"):
        found[Condition(each.condition)] = Note(each.fulfilled, each.text, each.document)
    return found

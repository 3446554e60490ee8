"""How actions of this area turn a decision or a missing document into their own refusal, in the reader's language."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _

from commonweal.kernel.decision import Decision, Refusal
from commonweal.kernel.text import clean
from commonweal.membership.queries.shares import issued_on
from commonweal.membership.rules.exits import may_be_worth
from commonweal.people.access import said

if TYPE_CHECKING:
    from commonweal.membership.rules.exits import Accounts

# As long as the ledger keeps the name of a document.
DOCUMENT_LENGTH_MAX = 80


def ask(refusal: type[Refusal], decision: Decision) -> None:
    """Raises the refusal, with the decision's reason and code, unless it is a yes."""
    if not decision:
        raise refusal(said(decision), code=decision.code)


def named(refusal: type[Refusal], document: str) -> str:
    """The name of a document, tidied. Raises the refusal when there is none."""
    document = clean(document, lines=False)[:DOCUMENT_LENGTH_MAX]
    if not document:
        raise refusal(_("Name the document this rests on."), code="no_document")
    return document


def ask_values(refusal: type[Refusal], accounts: Accounts | None) -> None:
    """Raises the refusal where all shares together would be worth more than the net assets the accounts name."""
    if accounts is not None:
        ask(refusal, may_be_worth(accounts, issued_on(accounts.values, accounts.as_of)))


def figures_of(accounts: Accounts | None) -> dict[str, Any]:
    """The figures of accounts a refund rests on, as an event keeps them: euro as text, cents, a day."""
    if accounts is None:
        return {}
    return {
        "net_assets_cents": accounts.net_assets_cents,
        "accounts_of": accounts.as_of.isoformat(),
        "values": {code: str(value) for code, value in accounts.values.items()},
    }

"""How actions of this area turn a decision or a missing document into their own refusal, in the reader's language."""

from __future__ import annotations

from django.utils.translation import gettext as _

from commonweal.kernel.decision import Decision, Refusal
from commonweal.kernel.text import clean

# As long as the ledger keeps the name of a document.
DOCUMENT_LENGTH_MAX = 80


def ask(refusal: type[Refusal], decision: Decision) -> None:
    """Raises the refusal, with the decision's reason and code, unless it is a yes."""
    if not decision:
        raise refusal(_(str(decision.reason)), code=decision.code)


def named(refusal: type[Refusal], document: str) -> str:
    """The name of a document, tidied. Raises the refusal when there is none."""
    document = clean(document, lines=False)[:DOCUMENT_LENGTH_MAX]
    if not document:
        raise refusal(_("Name the document this rests on."), code="no_document")
    return document

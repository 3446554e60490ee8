"""Why something may not be done, in the reader's language: the one place where a decision becomes words or a refusal."""

from __future__ import annotations

from django.utils.translation import gettext

from commonweal.kernel.decision import Decision, NotAllowed


def said(decision: Decision) -> str:
    """Why a decision is a no, in the reader's language; empty for a yes.

    Rules and state tables are pure and give their reasons in English: this is the one place where they are translated.
    """
    return gettext(str(decision.reason))


def demand(decision: Decision) -> None:
    """Raise `NotAllowed`, with the reason in the reader's language, unless the decision is a yes."""
    if not decision:
        raise NotAllowed(said(decision), code=decision.code)

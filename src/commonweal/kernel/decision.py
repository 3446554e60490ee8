"""A yes or a no that carries its reason, and the refusal an action raises. Knows no framework."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Decision:
    """Whether something may be done, and why not.

    `code` is a stable word for programs and tests; `reason` is the sentence a person reads
    (any string-like object; pure rules give the English source, which `people.access.said` translates).
    """

    allowed: bool
    code: str = ""
    reason: object = ""

    def __bool__(self) -> bool:
        return self.allowed


YES = Decision(True)


def no(code: str, reason: object) -> Decision:
    """A refusal with its code and the sentence the reader gets."""
    return Decision(False, code, reason)


class Refusal(Exception):
    """An action that was not carried out, for a reason a person can act on.

    Subclasses stand beside the action that raises them. `reason` is shown as it is: for a
    decision of a rule it is raised by `people.access.demand`, which translates it.
    """

    code = "refused"

    def __init__(self, reason: object = "", *, code: str = "") -> None:
        super().__init__(reason)
        self.reason = reason
        if code:
            self.code = code

    def __str__(self) -> str:
        return str(self.reason)


class NotAllowed(Refusal):
    """The person may not do this; carries the decision of the access check."""

    code = "not_allowed"

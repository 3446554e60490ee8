"""What becomes of a field when a person asks to be forgotten. Each model says so for each of its fields."""

from enum import StrEnum


class Personal(StrEnum):
    """The fate of a stored value.

    NONE says nothing of a person. KEPT is personal and stays, because a law or a decision rests on it.
    SCRUBBED is replaced by a neutral value, so that the fact around it stays readable. ERASED is emptied.
    """

    NONE = "none"
    KEPT = "kept"
    SCRUBBED = "scrubbed"
    ERASED = "erased"

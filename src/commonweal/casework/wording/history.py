"""What happened to something, told in the reader's language: a sentence for each event, brought by the area it is from."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, TypeAlias

from django.conf import settings
from django.utils.module_loading import import_string
from django.utils.text import capfirst
from django.utils.translation import gettext as _

from commonweal.kernel.words import Words
from commonweal.people.queries import history_of

if TYPE_CHECKING:
    from django_stubs_ext import StrOrPromise

    from commonweal.people.models import Event

Data: TypeAlias = Mapping[str, Any]
# A lazy text, or a function that makes one of what the event keeps (`Event.data`).
Sentence: TypeAlias = "StrOrPromise | Callable[[Data], object]"


def reason_typed(data: Data) -> str:
    """The reason as somebody typed it; empty where none was asked."""
    return str(data.get("reason") or "")


@dataclass(frozen=True, slots=True)
class Told:
    """The sentence of an event, and how the reason it keeps is written where that is no typed text."""

    sentence: Sentence
    reason: Callable[[Data], str] = reason_typed

    def title(self, data: Data) -> str:
        """What happened; a plain sentence where the event is older than what is read of it."""
        try:
            return str(self.sentence(data) if callable(self.sentence) else self.sentence)
        except (KeyError, TypeError, ValueError):
            return _("Something was noted.")


def state_reached(states: type[Words]) -> Told:
    """The sentence of an event that moved a row: the label of the state it came to, which `data["to"]` keeps."""
    return Told(lambda data: capfirst(_(states(data["to"]).label)))


def told(event: Event) -> Told:
    """How an event is told: by the table its area brought (`EVENT_SENTENCES`), plainly where nobody brought it."""
    found: Told | StrOrPromise = import_string(settings.EVENT_SENTENCES).get(event.name) or _(
        "Something was noted."
    )
    return found if isinstance(found, Told) else Told(found)


def history(subject: str, *, names: bool = True, only: Collection[str] = ()) -> list[dict[str, Any]]:
    """What happened to a subject (`kind:id`), oldest first, as the timeline draws it: `when`, `title`, `text`, `by`.

    One query. `names` says who did it: caller holds that the reader may know. `only` keeps events of these names.
    """
    return [
        {
            "when": event.at,
            "title": told(event).title(event.data),
            "text": told(event).reason(event.data),
            "by": str(event.by or "") if names else "",
        }
        for event in history_of(subject)
        if not only or event.name in only
    ]

"""Who hears of what: event name -> handlers. Every handler is idempotent and runs in the background."""

from collections.abc import Callable, Mapping, Sequence

HANDLERS: Mapping[str, Sequence[Callable[..., None]]] = {}

"""State machines as tables: states, moves, who may make them. Read by pages, actions, documents and tests."""

from __future__ import annotations

from dataclasses import dataclass

from commonweal.kernel.decision import YES, Decision, no
from commonweal.kernel.words import Words, gettext_noop


def not_yet(code: str) -> Decision:
    """The refusal of a step that an object is not ready for, or is past."""
    return no(
        code,
        gettext_noop("This can no longer be done, or not yet: something changed meanwhile."),
    )


@dataclass(frozen=True, slots=True)
class Move:
    """One permitted step. `who` names the role or act asked for; `guard` names a condition that must hold.

    Both words have a function in the `casework` flow of the machine, which asks them.
    """

    name: str
    sources: frozenset[str]
    target: str
    who: str
    label: str
    guard: str = ""
    needs_reason: bool = False


@dataclass(frozen=True, slots=True)
class Machine:
    """A table of moves over the states of a `Words` enumeration.

    A row begins in the first of them, or in one of `begins`; the database refuses any other beginning.
    """

    states: type[Words]
    moves: tuple[Move, ...]
    begins: frozenset[str] = frozenset()

    def __post_init__(self) -> None:
        known = {state.value for state in self.states}
        names = [move.name for move in self.moves]
        if len(set(names)) < len(names):
            raise ValueError("two moves share a name")
        if not self.begins <= known:
            raise ValueError("it begins in a state that does not exist")
        for move in self.moves:
            if not (move.sources | {move.target}) <= known:
                raise ValueError(f"{move.name} names a state that does not exist")

    @property
    def firsts(self) -> frozenset[str]:
        """The states in which a row may begin."""
        return self.begins or frozenset({next(iter(self.states)).value})

    def move(self, name: str) -> Move:
        """The move with this name. Raises KeyError."""
        return {move.name: move for move in self.moves}[name]

    def moves_from(self, state: str) -> tuple[Move, ...]:
        """Moves that start in a state."""
        return tuple(move for move in self.moves if state in move.sources)

    def permits(self, state: str, name: str) -> Decision:
        """Whether the move starts in this state; who may make it is asked elsewhere."""
        if state in self.move(name).sources:
            return YES
        return not_yet("wrong_state")

    def between(self, source: str, target: str) -> Move:
        """The move that leads from one state to another, for a statement that moves many rows. Raises KeyError."""
        for move in self.moves_from(source):
            if move.target == target:
                return move
        raise KeyError(f"{source} -> {target}")

    def table(self) -> str:
        """The moves as Markdown, for docs/states.md."""
        rows = ["| move | from | to | who | guard |", "|---|---|---|---|---|"]
        for move in self.moves:
            order = [state.value for state in self.states if state.value in move.sources]
            rows.append(f"| {move.name} | {', '.join(order)} | {move.target} | {move.who} | {move.guard} |")
        return "\n".join(rows)

"""One way to move an object through its state table: lock it, ask who may, ask the table, ask the guard, save, record.

An action holds a row for one move and then moves it; in between it does what belongs to the move:

    held = CONVERSIONS.hold(request.pk, "refuse", by=by, now=now)
    held.reason = reason
    return CONVERSIONS.move(held, "refuse", by=by, now=now, reason=reason)

A row that was not held for the move, by the same person, in this transaction is not moved: so nobody forgets the
lock, the table or who may.
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, TypeAlias, TypeVar

from django.db import connection, transaction
from django.db.models import Model, QuerySet
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.decision import YES, Decision, NotAllowed, Refusal, no
from commonweal.kernel.states import Machine
from commonweal.people.access import demand, said
from commonweal.people.actions import record
from commonweal.people.rules import Channel

if TYPE_CHECKING:
    from commonweal.people.models import Person

Row = TypeVar("Row", bound=Model)
Who: TypeAlias = "Callable[[Any, Person | None, datetime], Decision]"
Guard: TypeAlias = Callable[[Any, datetime, Any], Decision]


class NotHeld(RuntimeError):
    """A row would be moved that nobody holds for this move: a fault of the program, not of a person."""


@dataclass(eq=False, slots=True)
class _Hold:
    """One row that is locked for one move, kept among what waits for the commit.

    Django forgets what waits there at the end of the transaction, and with a savepoint that is rolled back; just then
    the database lets the lock go.
    """

    flow: object
    row: Model | None
    move: str
    by: Person | None
    guarded: bool = False

    def __call__(self) -> None:
        """Nothing is left to do at the commit."""


@dataclass(frozen=True, slots=True, eq=False)
class Flow(Generic[Row]):
    """The moves of one kind of row: its table, and a function for each word that the table names.

    `kind` names the subject of events: "call" for "call:<id>", or a function of the row. `event` is the name of the
    event, or one for each move. `rows` gives the rows with what a move needs beside them. `who` and `guards` have a
    function for each word of the table. `refusal` is raised where a guard says no; `wrong_state` and `no_reason` make
    the refusals of a row that stands elsewhere and of a move without its reason. `stamp` is the field that says when a
    row moved last. `made_by` names, for moves that actions write by statements of their own (many rows at once, or a
    part of something larger), those actions: they read both states from the table and ask who and guard themselves.

    Raises ValueError where the table names a word that has no function.
    """

    machine: Machine
    kind: str | Callable[[Row], str]
    event: str | Mapping[str, str]
    rows: Callable[[], QuerySet[Row]]
    who: Mapping[str, Who]
    refusal: type[Refusal]
    guards: Mapping[str, Guard] = field(default_factory=dict)
    wrong_state: Callable[[Row, str, Decision], Refusal] | None = None
    no_reason: Callable[[], Refusal] | None = None
    stamp: str = ""
    made_by: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        moves = [each for each in self.machine.moves if each.name not in self.made_by]
        wanted, guarded = {each.who for each in moves}, {each.guard for each in moves} - {""}
        if nameless := wanted - set(self.who):
            raise ValueError(f"nobody says who is meant by {sorted(nameless)}")
        if unasked := guarded - set(self.guards):
            raise ValueError(f"nobody asks the guards {sorted(unasked)}")
        known = {each.who for each in self.machine.moves}
        if idle := (set(self.who) - known) | (set(self.guards) - guarded):
            raise ValueError(f"the table does not name {sorted(idle)}")
        if unknown := set(self.made_by) - {each.name for each in self.machine.moves}:
            raise ValueError(f"the table has no moves {sorted(unknown)}")
        if self.no_reason is None and any(each.needs_reason for each in moves):
            raise ValueError("nobody says what a move without its reason is refused with")
        if not isinstance(self.event, str) and {each.name for each in moves} != set(self.event):
            raise ValueError("each move has one event")

    def hold(
        self, pk: object, move: str, *, by: Person | None, now: datetime, done: Collection[str] = ()
    ) -> Row:
        """The row, locked until the transaction ends, where this person may make the move and the table permits it.

        Who may is asked first: whoever may not learns nothing of the state. A row whose state is among `done` is
        given back as it is, for an action that changes nothing the second time. Raises NotAllowed and the refusal of
        a wrong state.
        """
        row = self.rows().select_for_update(of=("self",)).get(pk=pk)
        return self._held(row, move, by, now, done)

    def _held(self, row: Row, move: str, by: Person | None, now: datetime, done: Collection[str]) -> Row:
        state: str = getattr(row, "state")  # noqa: B009 # models share no type that has a state
        demand(self.who[self.machine.move(move).who](row, by, now))
        if state in done:
            return row
        permitted = self.machine.permits(state, move)
        if not permitted:
            raise self._elsewhere(row, move, permitted)
        transaction.on_commit(_Hold(self, row, move, by))
        return row

    def _elsewhere(self, row: Row, move: str, decision: Decision) -> Refusal:
        make = self.wrong_state
        return make(row, move, decision) if make else self.refusal(said(decision), code=decision.code)

    def _hold_of(self, row: Row, move: str, by: Person | None) -> _Hold:
        for waiting in reversed(connection.run_on_commit):
            hold: object = waiting[1]
            if isinstance(hold, _Hold) and hold.flow is self and hold.row is row:
                if (hold.move, hold.by) != (move, by):
                    break
                return hold
        raise NotHeld(f"{row!r} is not held for the move {move} by {by!r}")

    def check(
        self, row: Row, move: str, *, by: Person | None, now: datetime, context: object = None
    ) -> _Hold:
        """Asks the guard before something else is done with a held row; `move` does not ask it again.

        Raises NotHeld, and the refusal of the guard.
        """
        hold, guard = self._hold_of(row, move, by), self.machine.move(move).guard
        if guard and not hold.guarded:
            decision = self.guards[guard](row, now, context)
            if not decision:
                raise self.refusal(said(decision), code=decision.code)
        hold.guarded = True
        return hold

    def move(
        self,
        row: Row,
        move: str,
        *,
        by: Person | None,
        now: datetime,
        reason: str = "",
        channel: Channel = Channel.WEB,
        behalf_of: Person | None = None,
        context: object = None,
        data: Mapping[str, object] | None = None,
        fields: Collection[str] | None = None,
    ) -> Row:
        """Makes the move a row is held for: guard, reason, state, one event. `context` is for the guard, `data` for the
        event beside move, from, to and reason; `fields` are those that are saved with the state, all where None.

        Raises NotHeld, the refusals of the guard and of a reason that is missing.
        """
        step = self.machine.move(move)
        if move in self.made_by:
            raise NotHeld(f"{move} is made by {', '.join(self.made_by[move])}")
        hold = self.check(row, move, by=by, now=now, context=context)
        if step.needs_reason and self.no_reason and not reason.strip():
            raise self.no_reason()
        before = str(getattr(row, "state"))  # noqa: B009
        if before not in step.sources:
            raise NotHeld(f"the state of {row!r} was changed by hand to {before}")
        changed = {"state": self.machine.states(step.target), **({self.stamp: now} if self.stamp else {})}
        for name, value in changed.items():
            setattr(row, name, value)
        row.save(update_fields=None if fields is None else [*fields, *changed])
        record(
            self.event if isinstance(self.event, str) else self.event[move],
            self.kind(row) if callable(self.kind) else f"{self.kind}:{row.pk}",
            by=by,
            at=now,
            channel=channel,
            behalf_of=behalf_of,
            data={**(data or {}), "move": move, "from": before, "to": step.target, "reason": reason},
        )
        # Held for one move, and moved once.
        hold.row = None
        return row


def state_not_allowed(row: object, move: str, decision: Decision) -> Refusal:
    """The refusal of a wrong state where whoever asks is told that they may not."""
    return NotAllowed(said(decision), code=decision.code)


def state_refused(refusal: type[Refusal]) -> Callable[[Any, str, Decision], Refusal]:
    """The refusal of a wrong state by a class whose own code says that much."""

    def make(row: object, move: str, decision: Decision) -> Refusal:
        return refusal(said(decision))

    return make


def a_person(check: Callable[[Any, Person, datetime], Decision]) -> Who:
    """Whoever the check lets, and never the program by itself."""

    def may(row: Any, by: Person | None, now: datetime) -> Decision:
        if by is None:
            return no("no_person", _("A person does this, not the program."))
        return check(row, by, now)

    return may


def person_or_program(check: Callable[[Any, Person, datetime], Decision]) -> Who:
    """Whoever the check lets, and the program: the set-up of a new site, an import, a command or the clock."""

    def may(row: Any, by: Person | None, now: datetime) -> Decision:
        return YES if by is None else check(row, by, now)

    return may


def program(row: object, by: Person | None, now: datetime) -> Decision:
    """The program alone, when it carries on what somebody who was allowed started."""
    return YES if by is None else no("program", _("The program does this by itself."))

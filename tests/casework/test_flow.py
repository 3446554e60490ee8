"""How a row is moved: held first, by who may, where the table permits; guard, reason, one event; never otherwise."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, transaction
from django.test.utils import CaptureQueriesContext

from commonweal.casework.actions import Flow, NotHeld, a_person, person_or_program, program, state_refused
from commonweal.kernel.decision import YES, NotAllowed, Refusal, no
from commonweal.kernel.states import Machine, Move, not_yet
from commonweal.people.models import Event, Person
from commonweal.people.rules import Channel
from commonweal.projects.models import Call
from commonweal.projects.states import CallState
from tests import factories as make
from tests.casework.flows import Rows, yes

pytestmark = pytest.mark.django_db
NOW = make.NOW


class TooSoon(Refusal):
    """What the flow of these tests refuses with."""

    code = "too_soon"


class NoReason(Refusal):
    """What it refuses a move without its reason with."""

    code = "no_reason"


MACHINE = Machine(
    CallState,
    (
        Move("begin", frozenset({"prepared"}), "applications", "lead", "Begin", guard="ready"),
        Move("stop", frozenset({"applications"}), "check", "lead", "Stop", needs_reason=True),
        Move("count", frozenset({"check"}), "count", "program", "Count"),
        Move("decide", frozenset({"count"}), "decided", "lead", "Decide", guard="never"),
    ),
)


def flow(**changes: Any) -> Flow[Call]:
    values: dict[str, Any] = {
        "machine": MACHINE,
        "kind": "call",
        "event": "CallMoved",
        "rows": Call.objects.all,
        "who": {"lead": a_person(yes), "program": program},
        "guards": {"ready": yes},
        "refusal": TooSoon,
        "no_reason": lambda: NoReason("why"),
        "made_by": {"decide": ("projects.calls.decide_call",)},
    }
    return Flow(**{**values, **changes})


@pytest.fixture
def call() -> Call:
    return make.call(announced=False)


@pytest.fixture
def by() -> Person:
    return make.person()


@pytest.mark.parametrize(
    ("changes", "words"),
    [
        ({"who": {"lead": yes}}, r"who is meant by \['program'\]"),
        ({"guards": {}}, r"the guards \['ready'\]"),
        ({"who": {"lead": yes, "program": yes, "cook": yes}}, r"does not name \['cook'\]"),
        ({"guards": {"ready": yes, "never": yes}}, r"does not name \['never'\]"),
        ({"made_by": {"decide": (), "fly": ()}}, r"no moves \['fly'\]"),
        ({"made_by": {}}, r"the guards \['never'\]"),
        ({"no_reason": None}, "without its reason"),
        ({"event": {"begin": "CallMoved"}}, "one event"),
    ],
)
def test_a_table_never_names_what_nobody_asks(changes: dict[str, Any], words: str) -> None:
    with pytest.raises(ValueError, match=words):
        flow(**changes)


def test_a_move_saves_the_state_and_leaves_one_event(call: Call, by: Person) -> None:
    calls = flow()
    held = calls.hold(call.pk, "begin", by=by, now=NOW)
    held.slug = "another"
    moved = calls.move(held, "begin", by=by, now=NOW, channel=Channel.PHONE, data={"more": 1})
    assert moved is held
    call.refresh_from_db()
    assert (call.state, call.slug) == (CallState.APPLICATIONS, "another")
    event = Event.objects.filter(name="CallMoved").latest("pk")
    assert (event.subject, event.by, event.at, event.channel) == (f"call:{call.pk}", by, NOW, "phone")
    assert event.data == {"move": "begin", "from": "prepared", "to": "applications", "reason": "", "more": 1}


def test_only_named_fields_are_saved_and_the_stamp_with_them(call: Call, by: Person) -> None:
    calls, later = flow(stamp="created_at"), NOW + timedelta(days=1)
    held = calls.hold(call.pk, "begin", by=by, now=later)
    held.slug, held.budget_cents = "kept", 7
    calls.move(held, "begin", by=by, now=later, fields=("slug",))
    found = Call.objects.get(pk=call.pk)
    assert (found.slug, found.created_at, found.budget_cents) == ("kept", later, call.budget_cents)


def test_an_event_is_named_by_its_move_and_its_subject_by_the_row(call: Call, by: Person) -> None:
    names = {"begin": "CallBegun", "stop": "CallStopped", "count": "CallCounted"}
    calls = flow(event=names, kind=lambda row: f"slug:{row.slug}")
    calls.move(calls.hold(call.pk, "begin", by=by, now=NOW), "begin", by=by, now=NOW)
    assert Event.objects.get(name="CallBegun").subject == f"slug:{call.slug}"


def test_a_reason_is_wanted_where_the_table_does(call: Call, by: Person) -> None:
    calls = flow()
    Call.objects.filter(pk=call.pk).update(state="applications")
    held = calls.hold(call.pk, "stop", by=by, now=NOW)
    with pytest.raises(NoReason):
        calls.move(held, "stop", by=by, now=NOW, reason=" \n")
    calls.move(held, "stop", by=by, now=NOW, reason="It rains.")
    assert Event.objects.filter(name="CallMoved").latest("pk").data["reason"] == "It rains."


def test_a_row_is_locked_as_it_is_held(call: Call, by: Person) -> None:
    with CaptureQueriesContext(connection) as asked:
        flow().hold(call.pk, "begin", by=by, now=NOW)
    assert sum("FOR UPDATE OF" in each["sql"] for each in asked) == 1


def test_who_may_is_asked_before_the_state_is_told(call: Call, by: Person) -> None:
    calls = flow(who={"lead": lambda *_asked: no("not_you", "Not you."), "program": program})
    for move in ("begin", "stop"):
        with pytest.raises(NotAllowed) as refused:
            calls.hold(call.pk, move, by=by, now=NOW)
        assert refused.value.code == "not_you"


def test_a_wrong_state_is_refused_by_the_class_of_the_flow_or_by_its_own_words(
    call: Call, by: Person
) -> None:
    with pytest.raises(TooSoon) as refused:
        flow().hold(call.pk, "stop", by=by, now=NOW)
    assert refused.value.code == "wrong_state"
    with pytest.raises(TooSoon) as refused:
        flow(wrong_state=state_refused(TooSoon)).hold(call.pk, "stop", by=by, now=NOW)
    assert refused.value.code == "too_soon"


def test_what_is_done_already_is_given_back_and_not_held(call: Call, by: Person) -> None:
    calls = flow()
    row = calls.hold(call.pk, "stop", by=by, now=NOW, done=(CallState.PREPARED,))
    assert row == call
    with pytest.raises(NotHeld):
        calls.move(row, "stop", by=by, now=NOW, reason="x")


def test_a_guard_is_asked_once_with_what_it_needs(call: Call, by: Person) -> None:
    asked = []

    def ready(row: Call, now: object, context: object) -> Any:
        asked.append((row, now, context))
        return YES if context == "key" else not_yet("no_key")

    calls = flow(guards={"ready": ready})
    held = calls.hold(call.pk, "begin", by=by, now=NOW)
    for ask in (calls.check, calls.move):
        with pytest.raises(TooSoon) as refused:
            ask(held, "begin", by=by, now=NOW)
        assert refused.value.code == "no_key"
    assert Call.objects.get(pk=call.pk).state == CallState.PREPARED
    calls.check(held, "begin", by=by, now=NOW, context="key")
    calls.move(held, "begin", by=by, now=NOW)
    assert asked == [(call, NOW, None), (call, NOW, None), (call, NOW, "key")]


def test_a_row_that_is_not_held_for_the_move_is_not_moved(call: Call, by: Person) -> None:
    calls, again = flow(), {"by": by, "now": NOW}
    for row in (call, Call.objects.select_for_update().get(pk=call.pk)):
        with pytest.raises(NotHeld):
            calls.move(row, "begin", **again)
    held = calls.hold(call.pk, "begin", **again)
    with pytest.raises(NotHeld):
        calls.move(held, "stop", **again, reason="x")
    with pytest.raises(NotHeld):
        calls.move(held, "begin", by=make.person(), now=NOW)
    with pytest.raises(NotHeld):
        calls.check(held, "begin", by=None, now=NOW)
    with pytest.raises(NotHeld):
        flow().move(held, "begin", **again)
    calls.move(held, "begin", **again)
    with pytest.raises(NotHeld):
        calls.move(held, "begin", **again)


def test_a_state_set_by_hand_after_it_was_held_is_seen(call: Call, by: Person) -> None:
    calls = flow()
    held = calls.hold(call.pk, "begin", by=by, now=NOW)
    held.state = CallState.DECIDED
    with pytest.raises(NotHeld, match="by hand"):
        calls.move(held, "begin", by=by, now=NOW)


def test_what_was_held_is_let_go_with_its_savepoint_and_not_with_another(call: Call, by: Person) -> None:
    calls, again = flow(), {"by": by, "now": NOW}
    before = calls.hold(call.pk, "begin", **again)
    with transaction.atomic():
        within = calls.hold(call.pk, "begin", **again)
        transaction.set_rollback(True)
    with pytest.raises(NotHeld):
        calls.move(within, "begin", **again)
    calls.move(before, "begin", **again)


@pytest.mark.django_db(transaction=True)
def test_what_was_held_is_let_go_with_its_transaction() -> None:
    calls, call, again = flow(), make.call(announced=False), {"by": make.person(), "now": NOW}
    with pytest.raises(transaction.TransactionManagementError):
        calls.hold(call.pk, "begin", **again)
    for ends_well in (True, False):
        with transaction.atomic():
            held = calls.hold(call.pk, "begin", **again)
            transaction.set_rollback(not ends_well)
        with transaction.atomic(), pytest.raises(NotHeld):
            calls.move(held, "begin", **again)
    with transaction.atomic():
        calls.move(calls.hold(call.pk, "begin", **again), "begin", **again)
    assert Call.objects.get(pk=call.pk).state == CallState.APPLICATIONS


def test_the_program_is_meant_only_where_a_word_says_so(by: Person) -> None:
    assert not a_person(yes)(None, None, NOW)
    assert a_person(yes)(None, by, NOW)
    assert person_or_program(lambda *_asked: no("not_you", "Not you."))(None, None, NOW)
    assert not person_or_program(lambda *_asked: no("not_you", "Not you."))(None, by, NOW)
    assert program(None, None, NOW)
    assert not program(None, by, NOW)


def test_a_move_that_an_action_makes_by_itself_is_not_made_here(call: Call, by: Person) -> None:
    calls = flow(rows=lambda: Rows(call))
    call.state = CallState.COUNT
    held = calls.hold(call.pk, "decide", by=by, now=NOW)
    with pytest.raises(NotHeld, match=r"made by projects\.calls\.decide_call"):
        calls.move(held, "decide", by=by, now=NOW)


def test_a_flow_is_changed_by_nobody() -> None:
    calls = flow()
    with pytest.raises(AttributeError):
        calls.kind = "other"  # type: ignore[misc]
    assert replace(calls, kind="other").kind == "other"

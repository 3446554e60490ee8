"""The announced days of a call: nobody pulls one back, on the page, in the action or in the database."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import IntegrityError, transaction

from commonweal.projects import actions
from commonweal.projects.models import Call
from commonweal.projects.rules.deadlines import ANNOUNCED, misplaced
from tests import factories as make
from tests.voting.steps import signed_in

pytestmark = pytest.mark.django_db


def values_of(call: Call, **changes: Any) -> dict[str, Any]:
    return {name: getattr(call, name) for name in make.call_values() if name != "slug"} | changes


def changed(call: Call, **changes: Any) -> Call:
    return actions.plan_call(
        call=call, by=None, now=make.NOW, values=values_of(call, **changes), ambitions=["neighbourhoods"]
    )


def in_state(state: str) -> Call:
    call = make.call(announced=state != "prepared")
    if state in ("prepared", "applications"):
        return call
    make.admitted(call, make.staff("adviser"))
    call = actions.end_applications(call=call, by=None, now=call.applies_until)
    if state == "vote":
        committee, _sheets = make.committee_for(call)
        actions.open_vote(call=call, by=None, now=call.vote_from, **committee)
        call.refresh_from_db()
    return call


@pytest.mark.parametrize("state", ["applications", "check", "vote"])
@pytest.mark.parametrize("day", ANNOUNCED)
@pytest.mark.parametrize("earlier", [timedelta(days=1), timedelta(seconds=1)], ids=["day", "second"])
def test_an_announced_day_never_comes_earlier(state: str, day: str, earlier: timedelta) -> None:
    if earlier < timedelta(days=1) and day in ("check_until", "publish_on"):
        pytest.skip("days have no seconds")
    call = in_state(state)
    wanted = {day: getattr(call, day) - earlier}
    with pytest.raises(actions.CallFrozen):
        changed(call, **wanted)
    with pytest.raises(IntegrityError, match=r"move later only|call_days_in_order"), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(**wanted)
    call.refresh_from_db()
    assert getattr(call, day) == wanted[day] + earlier


def test_the_first_day_to_apply_stays_for_the_database_as_well() -> None:
    call = make.call()
    with pytest.raises(IntegrityError, match="move later only"), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(applies_from=call.applies_from + timedelta(days=1))
    with pytest.raises(IntegrityError, match="move later only"), transaction.atomic():
        Call.objects.filter(pk=call.pk).update(state="prepared")


@pytest.mark.parametrize("state", ["prepared", "applications", "check"])
def test_a_day_may_move_later_until_it_is_over(state: str) -> None:
    call = in_state(state)
    later = {day: getattr(call, day) + timedelta(days=2) for day in ANNOUNCED}
    if state == "check":
        with pytest.raises(actions.DeadlineMoved) as refused:
            changed(call, **later)
        assert refused.value.days == ("applies_until",)
        with pytest.raises(IntegrityError), transaction.atomic():
            Call.objects.filter(pk=call.pk).update(applies_until=later["applies_until"])
        del later["applies_until"]
    changed(call, **later)
    call.refresh_from_db()
    assert {day: getattr(call, day) for day in later} == later


def test_no_day_of_a_running_vote_moves_even_later() -> None:
    call = in_state("vote")
    for day in ANNOUNCED:
        with pytest.raises(actions.CallFrozen):
            changed(call, **{day: getattr(call, day) + timedelta(days=1)})
        with pytest.raises(IntegrityError), transaction.atomic():
            Call.objects.filter(pk=call.pk).update(**{day: getattr(call, day) + timedelta(days=1)})


def test_the_days_of_a_call_in_preparation_are_free() -> None:
    call = in_state("prepared")
    changed(call, applies_until=call.applies_until - timedelta(days=5))


def test_the_rule_names_each_day_that_would_move() -> None:
    call = make.call_values()
    announced = {day: call[day] for day in ANNOUNCED}
    earlier = {day: announced[day] - timedelta(days=1) for day in ANNOUNCED}
    assert misplaced("prepared", announced, earlier) == ()
    assert misplaced("applications", announced, earlier) == ANNOUNCED
    assert misplaced("applications", announced, {}) == ()
    assert misplaced("decided", announced, announced) == ()


def test_the_page_says_at_the_day_why_it_stays() -> None:
    call = make.call()
    lead = signed_in(make.staff("programme"))
    address = f"/en/calls/{call.slug}/edit/"
    sent: dict[str, Any] = {
        "slug": call.slug,
        "track": "regional",
        "ambitions": ["neighbourhoods"],
        "region": "",
        "budget_cents": "20000",
        "amount_min_cents": "500",
        "amount_max_cents": "3000",
        "voters": "all",
        "form": "approval",
        "choices_min": "1",
        "choices_max": "3",
        "points_total": "0",
        "points_each": "0",
        "rule": "equal-shares",
    }
    for name in ("applies_from", *ANNOUNCED):
        day = getattr(call, name)
        sent |= {f"{name}_day": day.day, f"{name}_month": day.month, f"{name}_year": day.year}
    earlier = call.applies_until - timedelta(days=12)
    sent |= {"applies_until_day": earlier.day, "applies_until_month": earlier.month}
    page = lead.post(address, sent).content.decode()
    assert "error-summary" in page
    before = Call.objects.get(pk=call.pk)
    assert before.applies_until == call.applies_until

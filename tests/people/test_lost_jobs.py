"""Jobs a dead worker held are done again, but not for ever; what ended long ago is cleared, and so are old sessions."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from importlib import import_module
from typing import Any

import pytest
from asgiref.sync import async_to_sync
from django.core import mail
from django.db import connection
from django.utils import timezone
from procrastinate.contrib.django import app
from procrastinate.contrib.django.models import ProcrastinateJob

from commonweal.people import tasks
from commonweal.people.models import Event, Message
from tests import factories as make

pytestmark = pytest.mark.django_db


def held_job(
    *, silent: int, deaths: int = 0, task: str = "commonweal.people.tasks.send_message", **kwargs: Any
) -> int:
    """A job in the hands of a worker that gave its last sign of life so many seconds ago; gives its number."""
    number = app.configure_task(task).defer(**kwargs)
    with connection.cursor() as cursor:
        cursor.execute(
            "INSERT INTO procrastinate_workers (last_heartbeat) VALUES (now() - make_interval(secs => %s)) RETURNING id",
            [silent],
        )
        (worker,) = cursor.fetchone()
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing', attempts = %s, worker_id = %s WHERE id = %s",
            [deaths, worker, number],
        )
    return number


def find() -> int:
    return async_to_sync(tasks.give_again)(app.job_manager)


def status(number: int) -> str:
    return str(ProcrastinateJob.objects.get(pk=number).status)


def test_a_job_of_a_dead_worker_is_done_again_and_its_message_goes_out(
    settings: Any, run_jobs: Callable[[], int]
) -> None:
    settings.EMAIL_BACKEND = "django.core.mail.backends.locmem.EmailBackend"
    who = make.person(email="an@example.org")
    event = Event.objects.create(name="Said", subject="x:1", at=timezone.now(), channel="web")
    message = Message.objects.create(
        event=event, person=who, language="en", subject="x", body="y", by_letter=False
    )
    dead = held_job(silent=tasks.SILENT + 5, message_id=message.pk)
    alive = held_job(silent=2, message_id=message.pk)
    assert find() == 1
    assert (status(dead), status(alive)) == ("todo", "doing")
    assert find() == 0, "it is found once"
    run_jobs()
    message.refresh_from_db()
    assert message.sent_at
    assert len(mail.outbox) == 1, "done again, it sends nothing twice"


def test_a_job_whose_worker_is_on_no_list_any_more_is_found_too() -> None:
    number = held_job(silent=2, message_id=1)
    with connection.cursor() as cursor:
        cursor.execute("DELETE FROM procrastinate_workers")
    assert find() == 1
    assert status(number) == "todo"


def test_a_job_that_several_workers_died_of_is_set_down_as_failed(caplog: pytest.LogCaptureFixture) -> None:
    number = held_job(silent=60, deaths=tasks.DEATHS_MAX, message_id=1)
    assert find() == 1
    assert status(number) == "failed"
    assert f"job {number}" in caplog.text


def test_what_ended_long_ago_is_cleared_and_what_waits_stays(settings: Any) -> None:
    old, fresh, waiting = (
        app.configure_task("commonweal.people.tasks.deliver").defer(event_id=1) for _each in "abc"
    )
    with connection.cursor() as cursor:
        cursor.execute(
            "UPDATE procrastinate_jobs SET status = 'doing' WHERE id IN (%s, %s);"
            "UPDATE procrastinate_jobs SET status = 'succeeded' WHERE id IN (%s, %s);"
            "UPDATE procrastinate_events SET at = now() - make_interval(hours => %s) WHERE job_id IN (%s, %s)",
            [old, fresh, old, fresh, tasks.DONE_HOURS + 1, old, waiting],
        )
    store = import_module(settings.SESSION_ENGINE).SessionStore
    old_session, new_session = store(), store()
    for session, seconds in ((old_session, -60), (new_session, 60)):
        session["seen"] = True
        session.set_expiry(timezone.now() + timedelta(seconds=seconds))
        session.save()

    class Context:
        app = app

    async_to_sync(tasks.clear_old.func)(Context, 0)
    assert set(ProcrastinateJob.objects.values_list("pk", flat=True)) == {fresh, waiting}
    assert [store().exists(each.session_key) for each in (old_session, new_session)] == [False, True]


def test_both_come_by_themselves() -> None:
    names = {name.rpartition(".")[2] for name, _number in app.periodic_registry.periodic_tasks}
    assert {"find_lost", "clear_old"} <= names

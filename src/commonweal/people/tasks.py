"""Background jobs: hand events to their handlers, send messages, do again what a dead worker held, clear what is old.

Every job is safe to run twice. A message may then go out twice: the mail server took it, and the worker died before it
could note so. The other way round it would be lost.
"""

from __future__ import annotations

import logging

from asgiref.sync import sync_to_async
from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate import JobContext, RetryStrategy
from procrastinate.contrib.django import app
from procrastinate.jobs import Status
from procrastinate.manager import JobManager

from commonweal.people.models import Event, Message, Session, Use

logger = logging.getLogger(__name__)
RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)
# Seconds without a sign of life after which a worker is taken for dead; it gives one every few seconds.
SILENT = 20
# A job that was held by so many workers that died is not given to another: it may be what kills them.
DEATHS_MAX = 4
# Hours for which jobs that were done, and those that failed, are kept.
DONE_HOURS, FAILED_HOURS = 7 * 24, 90 * 24


@app.task(retry=RETRY)
def deliver(event_id: int) -> None:
    """Hands one event to every handler wired to its name."""
    event = Event.objects.get(pk=event_id)
    for handler in import_string(settings.EVENT_HANDLERS).get(event.name, ()):
        handler(event)


@app.task(retry=RETRY)
def send_message(message_id: int) -> None:
    """Sends a message by e-mail once."""
    message = Message.objects.select_related("person").get(pk=message_id)
    address = message.address or message.person.email
    if message.sent_at or not address:
        return
    EmailMessage(message.subject, message.body, to=[address]).send()
    Message.objects.filter(pk=message.pk).update(sent_at=timezone.now())


@app.periodic(cron="* * * * *")
@app.task(queueing_lock="find_lost", pass_context=True)
async def find_lost(context: JobContext, timestamp: int) -> None:
    """Gives the jobs a dead worker held to another; those that were held by too many are set down as failed."""
    await give_again(context.app.job_manager)


async def give_again(manager: JobManager) -> int:
    """Gives jobs of dead workers back to the queue; the number of jobs found."""
    found = 0
    for job in await manager.get_stalled_jobs(seconds_since_heartbeat=SILENT):
        found += 1
        if job.attempts < DEATHS_MAX:
            logger.warning(
                "job %s (%s) was held by a worker that died: it is done again", job.id, job.task_name
            )
            await manager.retry_job(job)
        else:
            logger.error(
                "job %s (%s) was held by %s workers that died", job.id, job.task_name, job.attempts + 1
            )
            await manager.finish_job(job, Status.FAILED, delete_job=False)
    return found


@app.periodic(cron="40 3 * * *")
@app.task(queueing_lock="clear_old", pass_context=True)
async def clear_old(context: JobContext, timestamp: int) -> None:
    """Clears jobs that ended long ago, sessions nobody can use any more, and counts of tries that ended."""
    manager = context.app.job_manager
    await manager.delete_old_jobs(nb_hours=DONE_HOURS)
    await manager.delete_old_jobs(
        nb_hours=FAILED_HOURS, include_failed=True, include_cancelled=True, include_aborted=True
    )
    await sync_to_async(forget_what_ended)()


def forget_what_ended() -> None:
    """Forgets sessions that ended, and counts of tries whose time is over."""
    Use.objects.filter(ends_at__lt=timezone.now()).delete()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()

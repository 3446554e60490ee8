"""Background jobs: hand events to their handlers, send messages. Safe to run twice."""

from __future__ import annotations

from django.conf import settings
from django.core.mail import EmailMessage
from django.utils import timezone
from django.utils.module_loading import import_string
from procrastinate import RetryStrategy
from procrastinate.contrib.django import app

from commonweal.people.models import Event, Message, Session, Use

RETRY = RetryStrategy(max_attempts=8, exponential_wait=4)


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


@app.periodic(cron="17 3 * * *")
@app.task
def forget_what_ended(timestamp: int) -> None:
    """Forgets ended sessions and counts, each night. `timestamp` is the moment procrastinate meant, in seconds."""
    Use.objects.filter(ends_at__lt=timezone.now()).delete()
    Session.objects.filter(expire_date__lt=timezone.now()).delete()

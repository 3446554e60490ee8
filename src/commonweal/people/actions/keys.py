"""Keys with which programs act in a person's name: make one, end one."""

from __future__ import annotations

from datetime import datetime, timedelta
from hashlib import sha256
from secrets import token_urlsafe

from django.db import transaction
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.days import day_of
from commonweal.kernel.decision import NotAllowed, Refusal
from commonweal.kernel.logs import security_event
from commonweal.kernel.text import clean
from commonweal.people.access import demand, may_use
from commonweal.people.actions.people import record
from commonweal.people.actions.security import note_change
from commonweal.people.actions.turns import wait_turn
from commonweal.people.models import Account, ApiKey, Person
from commonweal.people.queries import keys_of
from commonweal.people.rules import KEY_DAYS, KEYS_MAX, Scope


class TooManyKeys(Refusal):
    """More keys than anyone keeps an eye on."""

    code = "too_many_keys"


@transaction.atomic
def make_key(*, name: str, scopes: list[Scope], by: Person, now: datetime) -> tuple[ApiKey, str]:
    """A new key for the person's programs, and its secret, told this once. Raises NotAllowed, TooManyKeys."""
    for scope in scopes:
        demand(may_use(by, scope, day_of(now)))
    wait_turn("keys", by.pk)
    if keys_of(by, now).count() >= KEYS_MAX:
        raise TooManyKeys(_("You have many keys already: end one you no longer use."))
    secret = f"cw_{token_urlsafe(32)}"
    key = ApiKey.objects.create(
        person=by,
        name=clean(name, lines=False)[:60],
        digest=sha256(secret.encode()).hexdigest(),
        scopes=scopes,
        made_at=now,
        ends_on=day_of(now) + timedelta(days=KEY_DAYS),
    )
    account = Account.objects.filter(person=by).first()
    if account is None:
        record("ApiKeyMade", f"key:{key.pk}", by=by, at=now, data={"scopes": list(scopes)})
    else:
        note_change(
            account=account, kind="key_made", now=now, subject=f"key:{key.pk}", data={"scopes": list(scopes)}
        )
    transaction.on_commit(lambda: security_event("key_made", key=key.pk, person=by.pk))
    return key, secret


@transaction.atomic
def end_key(*, key: ApiKey, by: Person, now: datetime) -> None:
    """Ends one of one's own keys at once; ending it again changes nothing. Raises NotAllowed."""
    if key.person_id != by.pk:
        raise NotAllowed(_("This key belongs to somebody else."))
    if ApiKey.objects.filter(pk=key.pk, ended_at__isnull=True).update(ended_at=now):
        record("ApiKeyEnded", f"key:{key.pk}", by=by, at=now)
        transaction.on_commit(lambda: security_event("key_ended", key=key.pk, person=by.pk))

"""Changes by which an account could be taken over: noted in the audit trail, and told to the address it had before.

The one place where events of security are recorded.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from commonweal.kernel.logs import security_event
from commonweal.people.actions.people import record, write_to
from commonweal.people.models import Account, ApiKey, Event, Person

# What happened -> its name in the audit trail, and the sentence its owner reads.
CHANGES = {
    "password_changed": ("PasswordChanged", _("The password of your account was changed.")),
    "password_set": ("PasswordChanged", _("The password of your account was changed.")),
    "password_reset": (
        "PasswordChanged",
        _("The password of your account was set anew. Your keys for programs ended with the old one."),
    ),
    "email_changed": (
        "AddressChanged",
        _("The e-mail address you sign in with was changed. We no longer write to this one."),
    ),
    "email_deleted": ("AddressRemoved", _("This e-mail address was removed from your account.")),
    "totp_activated": ("FactorAdded", _("An authenticator app was added to your account.")),
    "totp_deactivated": ("FactorRemoved", _("The authenticator app was removed from your account.")),
    "webauthn_added": ("FactorAdded", _("A passkey was added to your account.")),
    "webauthn_removed": ("FactorRemoved", _("A passkey was removed from your account.")),
    "recovery_codes_generated": ("SpareCodesMade", _("Spare codes were made for your account.")),
    "key_made": ("ApiKeyMade", _("A key for programs was made in your name.")),
    "totp_replaced": (
        "FactorReplaced",
        _("Another authenticator app took the place of the one your account had."),
    ),
    "factors_asked": (
        "JointActAsked",
        _("An administrator asks to take the second factors off your account. A second one must confirm it."),
    ),
    "factors_reset": (
        "FactorsReset",
        _(
            "Two administrators took the second factors off your account, and your keys for programs ended. "
            "You set up new ones when you sign in."
        ),
    ),
    "blocked": ("AccountBlocked", _("An administrator closed your account. You can no longer sign in.")),
    "opened": ("AccountReopened", _("An administrator opened your account again. You can sign in.")),
    "sessions_ended": ("SessionsEnded", _("You were signed out on other devices.")),
}
# Told where it happens: a letter about each would say nothing new.
_QUIET = {"sessions_ended"}


@transaction.atomic
def note_change(
    *,
    account: Account,
    kind: str,
    now: datetime,
    by: Person | None = None,
    details: Mapping[str, Any] | None = None,
    subject: str = "",
    data: Mapping[str, Any] | None = None,
) -> Event | None:
    """Records a change of how somebody signs in and tells them, at the address they had before it.

    `by` is who did it where that is not the owner; `details` are what allauth says: `from_email`, `to_email`,
    `deleted_email`. Addresses stand in the message, which is erased with the person, never in the audit trail, which is
    not. Gives None for what `CHANGES` does not know.
    """
    if kind not in CHANGES:
        return None
    name, sentence = CHANGES[kind]
    if kind == "password_reset" and account.person_id:
        # Whoever forgot it, or lost the account for a while, does not know who made keys meanwhile.
        ApiKey.objects.filter(person=account.person_id, ended_at__isnull=True).update(ended_at=now)
    said = details or {}
    event = record(
        *(name, subject or f"account:{account.pk}"),
        by=by or account.person,
        at=now,
        behalf_of=account.person,
        data={"kind": kind, **(data or {})},
    )
    _follow(account, said)
    if by is not None:
        # What owners do themselves, the log hears from the library for accounts.
        transaction.on_commit(lambda: security_event(kind, account=account.pk, person=by.pk))
    if kind not in _QUIET:
        _tell(
            account,
            event,
            str(said.get("from_email") or said.get("deleted_email") or ""),
            sentence,
            data or {},
            _("Did you not expect this? Call us: %(phone)s.")
            if by is not None
            else _("Was this not you? Call us at once: %(phone)s."),
        )
    return event


def _follow(account: Account, said: Mapping[str, Any]) -> None:
    """Where the person's own address is the one that was changed, we write to the new one from now on."""
    if account.person_id and said.get("to_email"):
        before = Person.objects.filter(pk=account.person_id, email__iexact=said["from_email"])
        before.update(email=str(said["to_email"]).lower())


def _tell(
    account: Account, event: Event, address: str, sentence: Any, data: Mapping[str, Any], ask: Any
) -> None:
    person = account.person
    with translation.override(person.language if person else translation.get_language()):
        reason = [str(_("The reason given: %(why)s") % {"why": data["why"]})] if data.get("why") else []
        lines = [
            *([str(_("Dear %(name)s,") % {"name": str(person)})] if person else []),
            str(sentence),
            *reason,
            str(ask % {"phone": settings.SITE["phone"]}),
        ]
        subject, body = str(_("Something about your account has changed")), "\n\n".join(lines)
    if person is not None:
        write_to(event=event, person=person, subject=subject, body=body, address=address)
    else:
        transaction.on_commit(EmailMessage(subject, body, to=[address or account.email]).send)

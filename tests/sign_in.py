"""The one way in which tests sign somebody in without the log-in page."""

from __future__ import annotations

from typing import Any

from django.test import Client

from commonweal.people.access import PROOF_AT, PROOF_SEEN
from commonweal.people.models import Account, Person
from tests import factories as make
from tests.clock import NOW

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


SHOWN_AT = 1.0
FAR = 4_000_000_000.0


def account_of(who: Person | Account) -> Account:
    """Somebody's account, made where there is none."""
    if isinstance(who, Account):
        return who
    found: Account = getattr(who, "account", None) or make.account(who)
    return found


def signed_in(who: Person | Account, *, factor: bool = True) -> Client:
    """A browser in which someone is signed in, with a second factor unless told."""
    client = Client()
    enter(client, who, factor=factor)
    return client


def enter(client: Client, who: Person | Account, *, factor: bool = True) -> None:
    """Signs somebody in in a browser that is there already, with a second factor unless told."""
    client.force_login(account_of(who), backend=BACKEND)
    session = client.session
    if factor:
        prove(session)
    session.save()


def prove(session: Any) -> None:
    """A session as if its owner had just shown password and second factor, for as long as a test takes."""
    proofs = [
        {"method": "password", "at": SHOWN_AT, "reauthenticated": True},
        {"method": "mfa", "at": SHOWN_AT, "type": "totp", "reauthenticated": True},
    ]
    session.update(
        {
            "account_authentication_methods": proofs,
            "account_authentication_methods_user": str(session["_auth_user_id"]),
            PROOF_SEEN: SHOWN_AT,
            # Tests move their clock by years; one that asks about proofs makes its own.
            PROOF_AT: FAR,
            "started": NOW.timestamp(),
            "seen": FAR,
        }
    )

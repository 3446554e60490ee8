"""The one way in which tests sign somebody in without the log-in page."""

from __future__ import annotations

from django.test import Client

from commonweal.people.models import Account, Person
from tests import factories as make

BACKEND = "allauth.account.auth_backends.AuthenticationBackend"


def account_of(who: Person | Account) -> Account:
    """Somebody's account, made where there is none."""
    if isinstance(who, Account):
        return who
    found: Account = getattr(who, "account", None) or make.account(who)
    return found


def signed_in(who: Person | Account) -> Client:
    """A browser in which someone is signed in."""
    client = Client()
    enter(client, who)
    return client


def enter(client: Client, who: Person | Account) -> None:
    """Signs somebody in in a browser that is there already."""
    client.force_login(account_of(who), backend=BACKEND)

"""Registers the area `people` with Django, and what must be true before a site goes live."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.apps import AppConfig
from django.conf import settings
from django.core.checks import CheckMessage, Error, Tags, register
from django.db import connection


class PeopleConfig(AppConfig):
    name = "commonweal.people"
    label = "people"

    def ready(self) -> None:
        """Adds the checks of `manage.py check --deploy` and `--database default`."""
        register(Tags.security, deploy=True)(no_demo_in_production)
        register(Tags.database)(no_demo_accounts)


def no_demo_in_production(**_: Any) -> list[CheckMessage]:
    """The demo is off: with it, everybody knows a password and a second factor of each of its accounts."""
    if not settings.DEMO:
        return []
    hint = "Set COMMONWEAL_DEMO=no, and start with an empty database."
    return [
        Error(
            "The demo is on: its passwords and second factors are printed.", hint=hint, id="commonweal.E001"
        )
    ]


def no_demo_accounts(databases: Sequence[str] | None = None, **_: Any) -> list[CheckMessage]:
    """No account of the demo is open where the demo is off."""
    from commonweal.people.models import Account
    from commonweal.people.rules.published import DOMAIN

    if settings.DEMO or not databases or Account._meta.db_table not in connection.introspection.table_names():
        # Before the first migration there is nobody yet.
        return []
    count = Account.objects.filter(email__endswith=f"@{DOMAIN}", is_active=True).count()
    if not count:
        return []
    hint = "Their password and second factor are refused; start with an empty database all the same."
    return [Error(f"{count} accounts of the demo are open.", hint=hint, id="commonweal.E002")]

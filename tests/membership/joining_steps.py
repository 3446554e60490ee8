"""Steps that tests of joining and paying take: somebody asks for shares, a bank sends a statement, finance confirms."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from datetime import date
from typing import Any

from commonweal.membership.actions import joining
from commonweal.membership.models import Application
from commonweal.membership.rules.joining import HolderRole
from commonweal.people.models import Person
from commonweal.portal.demo.bank import Paid
from commonweal.treasury.actions import payments
from commonweal.treasury.models import AccountStatement, BankFile
from commonweal.treasury.queries.bank_plans import Plan, plan_of
from commonweal.treasury.queries.payments import reading_of
from commonweal.treasury.queries.readers import statements_in
from tests import factories as make
from tests.treasury.bank_files import ACCOUNT, as_coda

BORN = date(1980, 5, 1)


def asking(applicant: Person | None, count: int = 10, **changes: Any) -> joining.Asking:
    """What somebody asks for: ten shares of class A for themselves unless told."""
    home = {
        "born_on": BORN,
        "street": "rue du Puits 3",
        "postcode": "4000",
        "municipality": make.municipality(),
    }
    role = changes.pop("role", HolderRole.SELF)
    if role == HolderRole.ORGANISATION:
        home.pop("born_on")
    return joining.Asking(
        token=changes.pop("token", uuid.uuid4()),
        role=role,
        share_class=changes.pop("share_class", "C" if role == HolderRole.ORGANISATION else "A"),
        count=count,
        language=changes.pop("language", "fr"),
        home={**home, **changes.pop("home", {})},
        applicant=applicant,
        **changes,
    )


def asked(applicant: Person | None = None, count: int = 10, **changes: Any) -> Application:
    """Somebody asked for shares."""
    who = applicant or make.person("Jeanne", "Delvaux", email="jeanne@example.org")
    now = changes.pop("now", make.NOW)
    return joining.ask_for_shares(asking=asking(who, count, **changes), by=who, now=now)


def asked_for_child(representative: Person, **changes: Any) -> Application:
    """Somebody asked for a share for a minor they represent."""
    minor = {"given_name": "Lou", "family_name": "Petit"}
    born = {"born_on": date(2015, 1, 1)}
    return asked(representative, 1, role=HolderRole.CHILD, child=minor, home=born, **changes)


def paid(application: Application, cents: int | None = None, name: str = "") -> Paid:
    """A payment with the application's communication, by who asked; all that is due unless told."""
    name = name or str(application.representative or application.person).upper()
    due = application.due_cents if cents is None else cents
    return Paid(due, name, "BE71096123456769", communication=application.communication)


def uploaded(movements: Sequence[Paid], by: Person, number: int = 12, **changes: Any) -> BankFile:
    """A statement with these movements that follows the last one read in, uploaded and not yet read in."""
    if (last := AccountStatement.objects.order_by("pk").last()) is not None:
        same = last.number.endswith(f"-{number:03d}")
        changes.setdefault("old_cents", last.old_cents if same else last.new_cents)
    content = as_coda(movements, number, **changes)
    return payments.upload_file(name="statement.cod", content=content, account=ACCOUNT, by=by, now=make.NOW)


def confirmed(movements: Sequence[Paid], by: Person, number: int = 12) -> BankFile:
    """The same, read in."""
    file = uploaded(movements, by, number)
    plan = plan_of(reading_of(file)).digest
    return payments.confirm_file(file=file, plan=plan, by=by, now=make.NOW)


def planned(content: bytes) -> Plan:
    """What reading these bytes in would do, read anew."""
    return plan_of(statements_in(content, ACCOUNT))

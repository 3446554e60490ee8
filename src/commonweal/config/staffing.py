"""Commands for who runs the server: the first roles, the second word where no administrator can give it, new locks."""

from __future__ import annotations

import argparse
from collections.abc import Callable
from contextlib import AbstractContextManager
from functools import partial

from commonweal.config.environment import Trouble
from commonweal.kernel.decision import Refusal

Site = Callable[[], AbstractContextManager[None]]


def describe(command: Callable[..., argparse.ArgumentParser], site: Site) -> None:
    """Adds the commands to the command line; `site` makes the program ready to be asked."""
    appoint = command(
        "appoint",
        partial(_appoint, site),
        "Give a staff role to the owner of an account; for the first two administrators.",
    )
    appoint.add_argument("email")
    appoint.add_argument("role")
    appoint.add_argument(
        "--name", default="", help="who adds an administrator where there are two who cannot sign in"
    )
    confirm = command(
        "confirm",
        partial(_confirm, site),
        "Confirm what an administrator asked on the staff desk, where no second one can; all of them are told.",
    )
    confirm.add_argument("number", type=int, help="the number of the request, as its page says")
    confirm.add_argument("name", help="who confirms it: the name stays with it")

    command(
        "lock-anew",
        partial(_lock_anew, site),
        "Lock all second factors with the newest SECRET_KEY, before an earlier one is dropped.",
    )


def _appoint(site: Site, options: argparse.Namespace) -> int:
    with site():
        from django.utils import timezone

        from commonweal.people.actions import set_up_staff
        from commonweal.people.models import Account

        account = Account.objects.filter(email=options.email.lower()).select_related("person").first()
        if account is None or account.person is None:
            raise Trouble(
                f"Nobody with a name has an account with the address {options.email}. Let them sign up first."
            )
        try:
            set_up_staff(person=account.person, role=options.role, on_server=options.name, now=timezone.now())
        except Refusal as refusal:
            raise Trouble(str(refusal)) from refusal
        print(f"{account.person} is {options.role} from today.")
    return 0


def _confirm(site: Site, options: argparse.Namespace) -> int:
    with site():
        from django.utils import timezone

        from commonweal.people.actions import confirm_on_server
        from commonweal.people.queries import joint_act_numbered

        act = joint_act_numbered(options.number).first()
        if act is None:
            raise Trouble(
                f"There is no request {options.number}. Its page on the staff desk says the number."
            )
        try:
            confirm_on_server(act=act, name=options.name, now=timezone.now())
        except Refusal as refusal:
            raise Trouble(str(refusal)) from refusal
        print(f"Done: {act.get_kind_display()}, {act.person}. All administrators are told.")
    return 0


def _lock_anew(site: Site, _options: argparse.Namespace) -> int:
    with site():
        from commonweal.config.accounts import lock_anew

        print(f"{lock_anew()} secrets are locked with the newest key.")
    return 0

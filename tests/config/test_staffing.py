"""Commands for who runs the server: what they do, and the one line that says what is wrong."""

from __future__ import annotations

import argparse
from contextlib import nullcontext

import pytest

from commonweal.config import staffing
from commonweal.config.environment import Trouble
from commonweal.people import actions as people
from commonweal.people.queries import holds_role
from commonweal.people.rules import ADMINISTRATOR, JointKind
from tests import factories as make

pytestmark = pytest.mark.django_db


def run(*words: str) -> int:
    """The exit code of a command; Django is there already."""
    parser = argparse.ArgumentParser()
    commands = parser.add_subparsers()

    def command(name: str, does: object, help: str) -> argparse.ArgumentParser:
        made = commands.add_parser(name, help=help)
        made.set_defaults(does=does)
        return made

    staffing.describe(command, nullcontext)
    options = parser.parse_args(words)
    return int(options.does(options))


def test_the_first_administrators_are_appointed_by_address(capsys: pytest.CaptureFixture[str]) -> None:
    who = make.person("Nadia", "Claes", email="nadia@example.org")
    make.account(who)
    assert run("appoint", "Nadia@example.org", ADMINISTRATOR) == 0
    assert "Nadia Claes is administrator from today." in capsys.readouterr().out
    assert holds_role(who, ADMINISTRATOR)
    with pytest.raises(Trouble, match="no staff role with this name"):
        run("appoint", "nadia@example.org", "king")


def test_who_has_no_account_signs_up_first() -> None:
    with pytest.raises(Trouble, match="Let them sign up first"):
        run("appoint", "nobody@example.org", ADMINISTRATOR)


def test_what_one_administrator_asked_is_confirmed_once(capsys: pytest.CaptureFixture[str]) -> None:
    asker, who = make.staff(ADMINISTRATOR), make.person("Nadia", "Claes")
    act = people.ask_jointly(
        kind=JointKind.GIVE_ROLE, person=who, role="counter", why="as agreed", by=asker, now=make.NOW
    )
    with pytest.raises(Trouble, match="There is no request"):
        run("confirm", str(act.pk + 1), "Who Runs It")
    assert run("confirm", str(act.pk), "Who Runs It") == 0
    assert "Nadia Claes. All administrators are told." in capsys.readouterr().out
    assert holds_role(who, "counter")
    with pytest.raises(Trouble):
        run("confirm", str(act.pk), "Who Runs It")


def test_secrets_are_locked_anew(capsys: pytest.CaptureFixture[str]) -> None:
    assert run("lock-anew") == 0
    assert "0 secrets are locked with the newest key." in capsys.readouterr().out

"""What is shipped for operators names commands, settings and files that exist."""

from __future__ import annotations

import re

import pytest

from commonweal.config.environment import SETTINGS
from tests.config.site import ROOT

DEPLOY = ROOT / "deploy"
NAMES = {each.name for each in SETTINGS}


@pytest.mark.parametrize("unit", sorted(path.name for path in DEPLOY.glob("*.service")))
def test_a_unit_starts_a_command_again_whatever_ends_it(unit: str) -> None:
    text = (DEPLOY / unit).read_text()
    told = dict(re.findall(r"^(\w+)=(.*)$", text, re.MULTILINE))
    assert told["ExecStart"].split()[1] in ("serve", "worker")
    assert (told["Restart"], told["StartLimitIntervalSec"], told["KillMode"]) == ("always", "0", "mixed")
    # Above the ten seconds that requests and jobs under way are given.
    assert int(told["TimeoutStopSec"]) > 15
    assert set(re.findall(r"COMMONWEAL_\w+", text)) <= NAMES


def test_the_container_is_made_of_files_that_exist() -> None:
    text = (DEPLOY / "Containerfile").read_text()
    for line in re.findall(r"^COPY (.*)$", text, re.MULTILINE):
        for source in line.split()[:-1]:
            assert (ROOT / source).exists(), source
    assert set(re.findall(r"COMMONWEAL_\w+", text)) <= NAMES
    assert "--no-dev --frozen" in text

"""Writes docs/states.md: each state table of the program, as the code has it. A test holds the two equal."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path

from commonweal.dividends import states as dividends
from commonweal.kernel.states import Machine
from commonweal.membership import states as membership
from commonweal.projects import states as projects
from commonweal.voting import states as voting

FILE = Path(__file__).resolve().parent.parent / "docs" / "states.md"
TABLES: Mapping[str, Machine] = {
    "A call": projects.CALL,
    "A dossier": projects.DOSSIER,
    "A ballot": voting.BALLOT,
    "An application for shares": membership.APPLICATION,
    "A sheet that is brought in": membership.IMPORT,
    "An offer of shares": membership.OFFER,
    "A request to convert shares": membership.CONVERSION,
    "A proposal to share post": membership.HOUSEHOLD,
    "A request to leave": membership.EXIT,
    "An exit season": membership.SEASON,
    "An estate, which death, bankruptcy or winding up leaves behind": membership.ESTATE,
    "A proposal to exclude a member": membership.EXCLUSION,
    "A dividend run": dividends.DIVIDEND,
}
HEAD = """# States

Every state table of the program, written from the code by `scripts/states.py`. Under *who* stands the word for those who
may make a move, under *guard* the word for what must hold beside; each word has a function in the flows of its area
(`actions/flows`, see `src/commonweal/casework/README.md`). What readers call the states stands in each area's `states`.
"""


def written() -> str:
    """The whole document."""
    return (
        "\n\n".join([HEAD.strip(), *(f"## {title}\n\n{each.table()}" for title, each in TABLES.items())])
        + "\n"
    )


if __name__ == "__main__":
    FILE.write_text(written(), encoding="utf-8")

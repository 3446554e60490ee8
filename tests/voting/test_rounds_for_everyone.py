"""The rounds of a count as everyone meets them, with every fold closed and open."""

from __future__ import annotations

from tests.journeys.walks import Walk
from tests.voting.steps import a_counted_town


def test_nothing_stands_in_anyones_way_to_the_rounds(walk: Walk) -> None:
    ballot = a_counted_town()
    page = walk.open_page()
    for path in ("result/?round=2", "result/rounds/?round=3"):
        page.goto(f"/{walk.language}/ballots/{ballot.pk}/{path}")
        walk.look(page)
        folds = page.locator("details:not([open]) > summary:visible")
        # The last first: the menu lies over what follows it.
        for _fold in range(folds.count()):
            folds.last.click()
        assert folds.count() == 0
        walk.look(page)

"""Pages about the site itself."""

from __future__ import annotations

from tests.journeys.sites import Pages, Site

ELSEWHERE = {"gallery"}


def pages(site: Site) -> Pages:
    """The declaration of accessibility, the display settings, and the page for what does not exist."""
    return Pages(
        visitor=["ui/accessibility/", "ui/display/", "no/such/page/"], refusals={"no/such/page/": 404}
    )

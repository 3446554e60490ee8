"""Pages of ambitions."""

from __future__ import annotations

from tests.journeys.sites import Pages, Site


def pages(site: Site) -> Pages:
    """The list of ambitions and one of them, as published."""
    return Pages(visitor=["ambitions/", "ambitions/inclusion/"])

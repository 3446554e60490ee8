"""A browser without script, style or network, for stories: pages read with lxml, requests made by Django's test client.

It offers the part of Playwright's `Page` and `Locator` that the stories use, under the same names, so one text serves
both. It never forgives what a browser would not do: an ambiguous locator, a field nobody can see, a form with a
required answer missing. Anything else it cannot do is an error that names it.
"""

from tests.journeys.driver.pages import Page
from tests.journeys.driver.sight import DriverError

__all__ = ["DriverError", "Page"]

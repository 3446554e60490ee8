"""The flows of the area: how each of its tables is moved through."""

from commonweal.membership.actions.flows.applications import APPLICATIONS
from commonweal.membership.actions.flows.estates import ESTATES
from commonweal.membership.actions.flows.exclusions import EXCLUSIONS
from commonweal.membership.actions.flows.exits import EXITS, SEASONS
from commonweal.membership.actions.flows.imports import IMPORTS
from commonweal.membership.actions.flows.requests import CONVERSIONS, HOUSEHOLDS, OFFERS

__all__ = [
    "APPLICATIONS",
    "CONVERSIONS",
    "ESTATES",
    "EXCLUSIONS",
    "EXITS",
    "HOUSEHOLDS",
    "IMPORTS",
    "OFFERS",
    "SEASONS",
]

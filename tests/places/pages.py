"""Addresses of places: none is a page."""

NO_PAGE = {"municipality-suggest"}

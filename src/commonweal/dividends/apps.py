"""Registers the area `dividends` with Django."""

from django.apps import AppConfig


class DividendsConfig(AppConfig):
    name = "commonweal.dividends"
    label = "dividends"

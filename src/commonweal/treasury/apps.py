"""Registers the area `treasury` with Django."""

from django.apps import AppConfig


class TreasuryConfig(AppConfig):
    name = "commonweal.treasury"
    label = "treasury"

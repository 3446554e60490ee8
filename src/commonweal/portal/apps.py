"""Registers the area `portal` with Django."""

from django.apps import AppConfig


class PortalConfig(AppConfig):
    name = "commonweal.portal"
    label = "portal"

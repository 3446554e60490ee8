"""Registers the area `ui` with Django."""

from django.apps import AppConfig


class UiConfig(AppConfig):
    name = "commonweal.ui"
    label = "ui"

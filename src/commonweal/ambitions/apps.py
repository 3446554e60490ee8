"""Registers the area `ambitions` with Django."""

from django.apps import AppConfig


class AmbitionsConfig(AppConfig):
    name = "commonweal.ambitions"
    label = "ambitions"

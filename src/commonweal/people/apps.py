"""Registers the area `people` with Django."""

from django.apps import AppConfig


class PeopleConfig(AppConfig):
    name = "commonweal.people"
    label = "people"

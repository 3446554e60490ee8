"""Registers the area `membership` with Django."""

from django.apps import AppConfig


class MembershipConfig(AppConfig):
    name = "commonweal.membership"
    label = "membership"

"""Registers the area `voting` with Django."""

from django.apps import AppConfig


class VotingConfig(AppConfig):
    name = "commonweal.voting"
    label = "voting"

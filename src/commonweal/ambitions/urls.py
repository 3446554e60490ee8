"""Addresses of the area `ambitions`."""

from django.urls import URLPattern

app_name = "ambitions"
urlpatterns: list[URLPattern] = []

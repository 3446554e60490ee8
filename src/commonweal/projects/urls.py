"""Addresses of the area `projects`."""

from django.urls import URLPattern

app_name = "projects"
urlpatterns: list[URLPattern] = []

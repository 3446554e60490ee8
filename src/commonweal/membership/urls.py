"""Addresses of the area `membership`; its pages for staff are joined in `portal`."""

from django.urls import URLPattern

app_name = "membership"
urlpatterns: list[URLPattern] = []

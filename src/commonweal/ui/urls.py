"""Addresses of the area `ui`."""

from django.urls import path

from commonweal.ui import views

app_name = "ui"
urlpatterns = [
    path("", views.gallery, name="gallery"),
    path("display/", views.display_settings, name="display"),
    path("accessibility/", views.accessibility, name="accessibility"),
]

"""Addresses of the area `places`."""

from django.urls import path

from commonweal.places import views

app_name = "places"
urlpatterns = [
    path("municipality-suggest/", views.municipality_suggest, name="municipality-suggest"),
]

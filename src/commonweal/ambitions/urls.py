"""Addresses of the area `ambitions`."""

from django.urls import path

from commonweal.ambitions import views

app_name = "ambitions"
urlpatterns = [
    path("", views.ambition_list, name="ambition-list"),
    path("<slug:code>/", views.ambition_detail, name="ambition-detail"),
]

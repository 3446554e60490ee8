"""Addresses of the area `treasury`."""

from django.urls import path

from commonweal.treasury import views

app_name = "treasury"
urlpatterns = [
    path("paid-out/files/<int:pk>/", views.payment_file, name="payment-file"),
    path("paid-out/returned/", views.payments_returned, name="payments-returned"),
]

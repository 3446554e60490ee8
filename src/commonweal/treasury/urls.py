"""Addresses of the area `treasury`."""

from django.urls import path

from commonweal.treasury.views import dividing, payments, payouts, refunds, undoing

app_name = "treasury"
urlpatterns = [
    path("payments/", payments.payment_desk, name="payment-desk"),
    path("payments/files/<int:pk>/", payments.bank_file, name="bank-file"),
    path("payments/files/<int:pk>/discard/", payments.bank_file_discard, name="bank-file-discard"),
    path("payments/<int:pk>/", payments.movement_decide, name="movement-decide"),
    path("payments/<int:pk>/undo/", undoing.decision_undo, name="decision-undo"),
    path("payments/<int:pk>/divide/", dividing.movement_divide, name="movement-divide"),
    path("payments/refunds/<int:pk>/", payments.refund_made, name="refund-made"),
    path("payments/refunds/", refunds.refunds, name="refunds"),
    path("paid-out/files/<int:pk>/", payouts.payment_file, name="payment-file"),
    path("paid-out/returned/", payouts.payments_returned, name="payments-returned"),
]

"""Addresses of the area `membership`."""

from django.urls import path

from commonweal.membership.views import joining, payments, register, requests, shares

app_name = "membership"
urlpatterns = [
    path("statutes/", shares.statutes, name="statutes"),
    path("shares/", shares.my_shares, name="my-shares"),
    path("shares/statement/", shares.my_statement, name="my-statement"),
    path("join/", joining.join, name="join"),
    path("join/check/", joining.join_check, name="join-check"),
    path("join/<slug:code>/", joining.join_step, name="join-step"),
    path("requests/", requests.my_requests, name="my-requests"),
    path("requests/<int:pk>/", requests.request_detail, name="request"),
    path("requests/<int:pk>/withdraw/", requests.request_withdraw, name="request-withdraw"),
    path("requests/<int:pk>/certificate.pdf", requests.certificate, name="certificate"),
    path("requests/<int:pk>/accept/", requests.request_accept, name="request-accept"),
    path("requests/<int:pk>/refuse/", requests.request_refuse, name="request-refuse"),
    path("requests/desk/", requests.desk_requests, name="desk-requests"),
    path("requests/desk/lapse/", requests.requests_lapse, name="requests-lapse"),
    path("requests/desk/new/", joining.desk_join, name="desk-join"),
    path("requests/desk/new/check/", joining.desk_join_check, name="desk-join-check"),
    path("requests/desk/new/<slug:code>/", joining.desk_join_step, name="desk-join-step"),
    path("requests/<int:pk>/enter/", payments.request_enter, name="request-enter"),
    path("payments/", payments.payment_desk, name="payment-desk"),
    path("payments/files/<int:pk>/", payments.bank_file, name="bank-file"),
    path("payments/<int:pk>/", payments.movement_decide, name="movement-decide"),
    path("payments/refunds/<int:pk>/", payments.refund_made, name="refund-made"),
    path("register/consult/", shares.register_consult, name="register-consult"),
    path("register/", register.register, name="register"),
    path("register/file/", register.register_export, name="register-export"),
    path("register/changes/", register.register_changes, name="register-changes"),
    path("register/<int:number>/", register.member_file, name="member-file"),
    path("register/<int:number>/movement/", register.movement_new, name="movement-new"),
    path(
        "register/<int:number>/movement/<int:operation>/undo/",
        register.movement_correct,
        name="movement-correct",
    ),
]

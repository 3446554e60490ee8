"""Addresses of the area `membership`."""

from django.urls import path

from commonweal.membership.views import (
    estates,
    exclusions,
    exit_payments,
    exits,
    payouts,
    register,
    seasons,
    shares,
)

app_name = "membership"
urlpatterns = [
    path("statutes/", shares.statutes, name="statutes"),
    path("shares/", shares.my_shares, name="my-shares"),
    path("shares/statement/", shares.my_statement, name="my-statement"),
    path("shares/account/", payouts.my_account, name="my-account"),
    path("<int:number>/account/", payouts.member_account, name="member-account"),
    path("shares/leave/", exits.my_exit, name="my-exit"),
    path("shares/leave/back/", exits.my_exit_withdraw, name="my-exit-withdraw"),
    path("exits/", seasons.season_list, name="season-list"),
    path("exits/payments/", exit_payments.payment_list, name="exit-payment-list"),
    path("exits/<int:year>/", seasons.season, name="season"),
    path("exits/<int:year>/tests/<str:kind>/", seasons.season_test, name="season-test"),
    path("exits/<int:year>/plan/", seasons.season_plan, name="season-plan"),
    path("exits/<int:year>/decide/", seasons.season_decide, name="season-decide"),
    path("exits/<int:year>/report/", seasons.season_report, name="season-report"),
    path("exits/<int:year>/file/", seasons.season_file, name="season-file"),
    path("exits/<int:year>/payments/", exit_payments.season_payments, name="season-payments"),
    path("exits/<int:year>/payments/<int:number>/file/", exit_payments.payment_file_take, name="exit-file"),
    path(
        "exits/<int:year>/payments/<int:number>/paid/", exit_payments.payment_file_paid, name="exit-file-paid"
    ),
    path("register/<int:number>/leave/", exits.exit_enter, name="exit-enter"),
    path("register/<int:number>/leave/back/", exits.exit_enter_withdraw, name="exit-enter-withdraw"),
    path("estates/", estates.estate_list, name="estate-list"),
    path("estates/<int:pk>/", estates.estate, name="estate"),
    path("estates/<int:pk>/claims/", estates.claimant_new, name="claimant-new"),
    path("estates/<int:pk>/claims/<int:claimant>/", estates.claimant_agrees, name="claimant-agrees"),
    path("estates/<int:pk>/claims/<int:claimant>/out/", estates.claimant_remove, name="claimant-remove"),
    path("estates/<int:pk>/settle/", estates.estate_settle, name="estate-settle"),
    path("estates/<int:pk>/undo/", estates.estate_undo, name="estate-undo"),
    path("estates/<int:pk>/payments/", estates.estate_payments, name="estate-payments"),
    path("estates/<int:pk>/payments/file/", estates.estate_file_take, name="estate-file"),
    path("estates/<int:pk>/payments/paid/", estates.estate_paid, name="estate-paid"),
    path("exclusions/", exclusions.exclusion_list, name="exclusion-list"),
    path("exclusions/<int:pk>/", exclusions.exclusion, name="exclusion"),
    path("exclusions/<int:pk>/payment/", exclusions.exclusion_payment, name="exclusion-payment"),
    path("exclusions/<int:pk>/payment/file/", exclusions.exclusion_file_take, name="exclusion-file"),
    path("exclusions/<int:pk>/payment/paid/", exclusions.exclusion_paid, name="exclusion-paid"),
    path("exclusions/<int:pk>/<str:step>/", exclusions.exclusion_step, name="exclusion-step"),
    path("register/<int:number>/exclude/", exclusions.exclusion_new, name="exclusion-new"),
    path("register/<int:number>/end/", estates.estate_new, name="estate-new"),
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

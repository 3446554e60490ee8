"""Addresses of the area `membership`."""

from django.urls import path

from commonweal.membership.views import dividends, payouts, register, shares

app_name = "membership"
urlpatterns = [
    path("statutes/", shares.statutes, name="statutes"),
    path("shares/", shares.my_shares, name="my-shares"),
    path("shares/statement/", shares.my_statement, name="my-statement"),
    path("shares/account/", payouts.my_account, name="my-account"),
    path("shares/dividends/", payouts.my_dividends, name="my-dividends"),
    path("shares/dividends/<int:pk>/<int:number>/", payouts.my_dividend, name="my-dividend"),
    path("dividends/", dividends.dividends, name="dividends"),
    path("dividends/new/", dividends.dividend_new, name="dividend-new"),
    path("dividends/<int:pk>/", dividends.dividend, name="dividend"),
    path("dividends/<int:pk>/withdraw/", dividends.dividend_withdraw, name="dividend-withdraw"),
    path("dividends/<int:pk>/waiting/", dividends.dividend_waiting, name="dividend-waiting"),
    path("dividends/<int:pk>/returns/", dividends.dividend_returns, name="dividend-returns"),
    path("dividends/<int:pk>/files/<int:number>/", dividends.dividend_file, name="dividend-file"),
    path("dividends/<int:pk>/lines/", dividends.dividend_lines, name="dividend-lines"),
    path("<int:number>/account/", payouts.member_account, name="member-account"),
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

"""Addresses of the area `dividends`."""

from django.urls import path

from commonweal.dividends.views import own, runs

app_name = "dividends"
urlpatterns = [
    path("shares/dividends/", own.my_dividends, name="my-dividends"),
    path("shares/dividends/<int:pk>/<int:number>/", own.my_dividend, name="my-dividend"),
    path("dividends/", runs.dividends, name="dividends"),
    path("dividends/new/", runs.dividend_new, name="dividend-new"),
    path("dividends/<int:pk>/", runs.dividend, name="dividend"),
    path("dividends/<int:pk>/tests/<str:kind>/", runs.dividend_test, name="dividend-test"),
    path("dividends/<int:pk>/withdraw/", runs.dividend_withdraw, name="dividend-withdraw"),
    path("dividends/<int:pk>/waiting/", runs.dividend_waiting, name="dividend-waiting"),
    path("dividends/<int:pk>/lines/", runs.dividend_lines, name="dividend-lines"),
    path("<int:number>/shares/dividends/", own.member_dividends, name="member-dividends"),
    path("<int:number>/shares/dividends/<int:pk>/", own.member_dividend, name="member-dividend"),
]

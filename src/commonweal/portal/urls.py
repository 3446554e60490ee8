"""Addresses of the area `portal`. `views.site` has two more, which `config.urls` places outside the languages."""

from django.urls import path

from commonweal.portal.views import accounts, data, desk, home, keys, mandates, me, organisations, safety

app_name = "portal"
urlpatterns = [
    path("", home.home, name="home"),
    path("help/", home.help_page, name="help"),
    path("me/", me.my_page, name="my-page"),
    path("me/name/", me.introduce, name="introduce"),
    path("me/mandates/", mandates.mandates, name="mandates"),
    path("me/mandates/<int:pk>/withdraw/", mandates.mandate_withdraw, name="mandate-withdraw"),
    path("me/data/", data.my_data, name="my-data"),
    path("me/data/copy/", data.my_copy, name="my-copy"),
    path("me/data/forget/", data.forget_me, name="forget-me"),
    path("me/keys/", keys.keys, name="keys"),
    path("me/keys/<int:pk>/end/", keys.key_end, name="key-end"),
    path("me/second-factor/", safety.second_factor, name="second-factor"),
    path("me/second-factor/replace/", safety.app_replace, name="app-replace"),
    path("me/sessions/", safety.sessions, name="sessions"),
    path("me/sessions/end/", safety.session_end, name="session-end"),
    path("desk/", desk.desk, name="desk"),
    path("desk/members/", desk.desk_members, name="desk-members"),
    path("desk/organisations/", organisations.desk_organisations, name="desk-organisations"),
    path("desk/organisations/<int:pk>/", organisations.speakers, name="speakers"),
    path("desk/letters/", desk.desk_letters, name="desk-letters"),
    path("desk/staff/", desk.desk_staff, name="desk-staff"),
    path("desk/staff/<int:pk>/end/", desk.desk_staff_end, name="desk-staff-end"),
    path("desk/accounts/", accounts.accounts, name="desk-accounts"),
    path("desk/accounts/<int:pk>/", accounts.account, name="desk-account"),
    path("desk/requests/<int:pk>/", accounts.joint_act, name="joint-act"),
    path("desk/accounts/<int:pk>/<str:what>/", accounts.account_change, name="desk-account-change"),
]

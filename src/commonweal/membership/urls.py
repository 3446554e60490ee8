"""Addresses of the area `membership`."""

from django.urls import path

from commonweal.membership.views import accreditation, imports, register, shares, transfers

app_name = "membership"
urlpatterns = [
    path("statutes/", shares.statutes, name="statutes"),
    path("shares/", shares.my_shares, name="my-shares"),
    path("shares/statement/", shares.my_statement, name="my-statement"),
    path("shares/pass-on/", transfers.offer_new, name="offer-new"),
    path("shares/offers/<int:pk>/", transfers.offer_page, name="offer"),
    path("register/consult/", shares.register_consult, name="register-consult"),
    path("register/", register.register, name="register"),
    path("register/file/", register.register_export, name="register-export"),
    path("register/changes/", register.register_changes, name="register-changes"),
    path("register/accreditation/", accreditation.accreditation, name="accreditation"),
    path("register/accreditation/<int:year>/", accreditation.accreditation, name="accreditation"),
    path("register/accreditation/<int:year>/report/", accreditation.special_report, name="special-report"),
    path(
        "register/accreditation/<int:year>/<slug:condition>/",
        accreditation.accreditation_note,
        name="accreditation-note",
    ),
    path("register/imports/", imports.imports, name="imports"),
    path("register/imports/template/<slug:kind>/", imports.import_template, name="import-template"),
    path("register/imports/<int:pk>/", imports.import_page, name="import"),
    path("register/imports/<int:pk>/move/", imports.import_move, name="import-move"),
    path("register/<int:number>/", register.member_file, name="member-file"),
    path("register/<int:number>/movement/", register.movement_new, name="movement-new"),
    path(
        "register/<int:number>/movement/<int:operation>/undo/",
        register.movement_correct,
        name="movement-correct",
    ),
]

"""Addresses of calls, dossiers, projects and the desk where they are checked."""

from django.urls import path

from commonweal.projects.views import apply, calls, check, desk, manage, public

app_name = "projects"
urlpatterns = [
    path("calls/", calls.call_list, name="call-list"),
    path("calls/new/", manage.call_new, name="call-new"),
    path("calls/<slug:slug>/", calls.call_detail, name="call-detail"),
    path("calls/<slug:slug>/edit/", manage.call_edit, name="call-edit"),
    path("calls/<slug:slug>/text/<slug:language>/", manage.call_text, name="call-text"),
    path("calls/<slug:slug>/manage/", manage.call_manage, name="call-manage"),
    path("calls/<slug:slug>/manage/vote/", manage.call_open_vote, name="call-open-vote"),
    path("calls/<slug:slug>/manage/box/", manage.call_hand_over, name="call-hand-over"),
    path("calls/<slug:slug>/manage/count/", manage.call_count, name="call-count"),
    path("calls/<slug:slug>/apply/", apply.apply_start, name="apply-start"),
    path("check/", check.check_start, name="check-start"),
    path("check/result/", check.check_result, name="check-result"),
    path("check/<slug:code>/", check.check_question, name="check-question"),
    path("projects/", public.project_list, name="project-list"),
    path("projects/compare/", public.project_compare, name="project-compare"),
    path("projects/photos/<uuid:pk>.jpg", public.photo, name="photo"),
    path("projects/<int:pk>/", public.project_detail, name="project-detail"),
    path("dossiers/<int:pk>/", apply.dossier_status, name="dossier-status"),
    path("dossiers/<int:pk>/write/photos/", apply.dossier_photos, name="dossier-photos"),
    path("dossiers/<int:pk>/write/<slug:part>/", apply.dossier_part, name="dossier-part"),
    path("dossiers/<int:pk>/review/", apply.dossier_review, name="dossier-review"),
    path("dossiers/<int:pk>/receipt.pdf", apply.dossier_receipt, name="dossier-receipt"),
    path("dossiers/<int:pk>/withdraw/", apply.dossier_withdraw, name="dossier-withdraw"),
    path("desk/dossiers/", desk.desk_list, name="desk-list"),
    path("desk/dossiers/new/", desk.desk_entry, name="desk-entry"),
    path("desk/dossiers/<int:pk>/", desk.desk_dossier, name="desk-dossier"),
    path("desk/dossiers/<int:pk>/ties/", desk.desk_conflict, name="desk-conflict"),
    path("desk/dossiers/<int:pk>/ties/<int:said>/lift/", desk.desk_tie_lift, name="desk-tie-lift"),
    path("desk/dossiers/<int:pk>/ask/", desk.desk_ask, name="desk-ask"),
    path("desk/dossiers/<int:pk>/<slug:decision>/", desk.desk_decide, name="desk-decide"),
]

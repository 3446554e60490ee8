"""Addresses of ballots, votes, paper ballots and results."""

from django.urls import path

from commonweal.voting import views

app_name = "voting"
urlpatterns = [
    path("", views.ballot_list, name="ballot-list"),
    path("how-it-works/", views.how_it_works, name="how-it-works"),
    path("<int:pk>/", views.ballot_detail, name="ballot-detail"),
    path("<int:pk>/review/", views.ballot_review, name="ballot-review"),
    path("<int:pk>/cast/", views.ballot_cast, name="ballot-cast"),
    path("<int:pk>/result/", views.result, name="result"),
    path("<int:pk>/result/my-vote/", views.my_vote, name="my-vote"),
    path("<int:pk>/result/votes/<slug:shelf>.json", views.votes_shelf, name="votes-shelf"),
    path("<int:pk>/result/ballots.pb", views.ballots_file, name="ballots-file"),
    path("<int:pk>/result/projects.csv", views.result_csv, name="result-csv"),
    path("<int:pk>/result/turnout.csv", views.turnout_csv, name="turnout-csv"),
    path("<int:pk>/definition.json", views.definition_file, name="definition"),
    path("<int:pk>/sealed.json", views.sealed_bundle, name="sealed-bundle"),
    path("<int:pk>/paper/", views.paper, name="paper"),
    path("<int:pk>/paper/hand-out/", views.paper_hand_out, name="paper-hand-out"),
    path("<int:pk>/paper/sheet/", views.paper_sheet, name="paper-sheet"),
    path("<int:pk>/paper/first/", views.paper_first, name="paper-first"),
    path("<int:pk>/paper/second/", views.paper_second, name="paper-second"),
]

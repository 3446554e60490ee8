"""Addresses of ballots, votes, paper ballots and results."""

from django.urls import path

from commonweal.voting.views import ballots, paper, result, traces, vote

app_name = "voting"
urlpatterns = [
    path("", ballots.ballot_list, name="ballot-list"),
    path("how-it-works/", ballots.how_it_works, name="how-it-works"),
    path("<int:pk>/", vote.ballot_detail, name="ballot-detail"),
    path("<int:pk>/review/", vote.ballot_review, name="ballot-review"),
    path("<int:pk>/cast/", vote.ballot_cast, name="ballot-cast"),
    path("<int:pk>/result/", result.result, name="result"),
    path("<int:pk>/result/rounds/", result.result_rounds, name="result-rounds"),
    path("<int:pk>/result/result.json", result.result_file, name="result-file"),
    path("<int:pk>/result/my-vote/", traces.my_vote, name="my-vote"),
    path("<int:pk>/result/votes/<slug:shelf>.json", traces.votes_shelf, name="votes-shelf"),
    path("<int:pk>/result/ballots.pb", result.ballots_file, name="ballots-file"),
    path("<int:pk>/result/projects.csv", result.result_csv, name="result-csv"),
    path("<int:pk>/result/turnout.csv", result.turnout_csv, name="turnout-csv"),
    path("<int:pk>/definition.json", ballots.definition_file, name="definition"),
    path("<int:pk>/sealed.json", ballots.sealed_bundle, name="sealed-bundle"),
    path("<int:pk>/paper/", paper.paper, name="paper"),
    path("<int:pk>/paper/hand-out/", paper.paper_hand_out, name="paper-hand-out"),
    path("<int:pk>/paper/sheet/", paper.paper_sheet, name="paper-sheet"),
    path("<int:pk>/paper/first/", paper.paper_first, name="paper-first"),
    path("<int:pk>/paper/second/", paper.paper_second, name="paper-second"),
]

"""Pages of calls, of dossiers and their check, and of the projects they become."""

from __future__ import annotations

from typing import Any

from commonweal.projects import actions as projects
from commonweal.projects.models import Call, Dossier
from commonweal.projects.rules.parts import Part
from commonweal.projects.rules.questions import QUESTIONS
from commonweal.voting import actions as voting
from tests import factories as make
from tests.journeys.sites import Pages, Site

NO_PAGE = {"dossier-receipt", "photo"}


def pages(site: Site) -> Pages:
    """A call that takes projects, with dossiers in each state; a call that is voted on; one that is decided."""
    call, decided = make.call(), site.decided_call
    carried = decided.dossiers.get(title="Une plaine de jeux")
    draft, sent, checked, asked = _dossiers(site, call)
    check = f"desk/dossiers/{checked.pk}/"
    tie = projects.declare_conflict(
        dossier=checked, by=make.staff("adviser"), has_conflict=True, text="a sister", now=make.NOW
    )
    return Pages(
        visitor=[
            "calls/",
            f"calls/{decided.slug}/",
            f"calls/{site.voting_call.slug}/?easy=1",
            "check/",
            *(f"check/{question.code}/" for question in QUESTIONS if question.asked({})),
            "check/result/",
            "projects/",
            "projects/?view=map",
            f"projects/{carried.pk}/",
            f"projects/compare/?project={carried.pk}",
        ],
        applicant=[
            f"dossiers/{draft.pk}/",
            f"dossiers/{asked.pk}/",
            f"dossiers/{asked.pk}/review/",
            f"dossiers/{asked.pk}/write/costs/",
            f"dossiers/{sent.pk}/withdraw/",
        ],
        staff=[
            "desk/dossiers/",
            f"desk/dossiers/{sent.pk}/ties/",
            f"{check}ties/{tie.pk}/lift/",
            check,
            *(f"{check}{page}/" for page in ("ask", "admit", "refuse")),
            "desk/dossiers/new/",
            "calls/new/",
            "calls/new/?preset=regional",
            f"calls/{call.slug}/manage/",
            f"calls/{call.slug}/edit/",
            f"calls/{call.slug}/manage/vote/",
            f"calls/{call.slug}/manage/count/",
            f"calls/{call.slug}/text/fr/",
            f"calls/{_closed(site).slug}/manage/box/",
        ],
        writing=[
            f"calls/{call.slug}/apply/",
            *(f"dossiers/{draft.pk}/write/{part}/" for part in Part),
        ],
    )


def _closed(site: Site) -> Call:
    """A call whose vote is closed, with a sheet that was typed once and one that was started again."""
    call = make.call()
    make.admitted(call, site.staff, title="Un abri", asked_cents=1_500_00)
    projects.end_applications(call=call, by=None, now=call.applies_until)
    committee, _sheets = make.committee_for(call)
    ballot = projects.open_vote(call=call, **committee, by=None, now=call.vote_from)
    typed: dict[str, Any] = {"ballot": ballot, "by": site.staff, "now": call.vote_from}
    for number, voter in enumerate(ballot.voters.order_by("id")[:2], start=1):
        voting.hand_out_paper(voter=voter, **typed)
        voting.type_sheet_first(number=number, choice=((1, 1),), **typed)
    voting.start_sheet_again(number=1, **typed)
    return projects.close_vote(call=call, by=None, now=call.vote_until)


def _dossiers(site: Site, call: Call) -> tuple[Dossier, Dossier, Dossier, Dossier]:
    """A draft of the applicant; one handed in; one being checked; one sent back with a question."""
    draft = make.draft(call, site.applicant)
    sent, checked, asked = (
        make.sent(call, site.applicant, title=title, organisation=draft.organisation)
        for title in ("Des bancs", "Un potager", "Une troupe")
    )
    staff = {"by": site.staff, "now": make.NOW}
    for dossier in (checked, asked):
        projects.declare_conflict(dossier=dossier, has_conflict=False, text="", **staff)
        projects.take_up_dossier(dossier=dossier, **staff)
    projects.ask_for_more(dossier=asked, parts=["costs"], message="Combien ?", **staff)
    return draft, sent, checked, asked

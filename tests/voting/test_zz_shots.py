from __future__ import annotations
import random
from datetime import timedelta
from typing import Any
import pytest
from commonweal.ambitions.actions import load_published
from commonweal.places.actions import import_gazetteer
from commonweal.membership.models import Member
from commonweal.voting import actions as voting
from commonweal.voting.rules.choices import Form
from commonweal.voting.sealing import new_committee
from tests import factories as make
from tests.voting.steps import cast, counted, person_of
from tests.voting.test_voting_browser import enter
pytestmark=[pytest.mark.django_db(transaction=True), pytest.mark.usefixtures("at_the_test_moment")]
T=["Un banc pour parler, place du Marché","Atelier d'art avec de jeunes réfugiés","Speelplein in de Dorpsstraat","Sorties mixtes avec et sans handicap","Samen koken op woensdag","Une coopérative d'habitants à Verviers","Zorgboerderij De Linde","Jeunes qui visitent des aînés de leur rue","Repair café der Nachbarn in Eupen","Formation: entreprendre en coopérative","Wijktuin aan het water","La bibliothèque des objets"]
A=["neighbourhoods","inclusion","neighbourhoods","inclusion","neighbourhoods","cooperatives","inclusion","neighbourhoods","cooperatives","cooperatives","neighbourhoods","cooperatives"]
def ballot(form,n,members,budget=20_000_00,titles=None):
    for _ in range(members): make.member()
    b=voting.prepare_ballot(subject=f"call:{random.random()}",titles={"fr":"Chaleur de quartier, automne 2026","nl":"Warme buurten, herfst 2026","en":"Warm neighbourhoods, autumn 2026","de":"Warme Nachbarschaft, Herbst 2026"},form=form,budget_cents=budget,bylaw=voting.ByLaw.from_json(make.BYLAW),opens_at=make.NOW-timedelta(days=1),closes_at=make.NOW+timedelta(days=7,hours=11),by=None,now=make.NOW)
    key,sheets=new_committee(3,2)
    rng=random.Random(4)
    opts=[voting.NewOption(f"dossier:{i}",T[i%12]+("" if i<12 else f" ({i})"),"nl" if i%12 in(2,4,6,10) else "de" if i%12==8 else "fr",rng.randrange(8,60)*100_00,A[i%12],["Liège","Verviers","Gent","Namur"][i%4]) for i in range(n)]
    return voting.open_ballot(ballot=b,options=opts,electorate=Member.objects.all(),public_key=key,holders=["An","Bo","Cy"],threshold=2,by=None,now=make.NOW),sheets
@pytest.mark.parametrize("width",[360,1280])
def test_shots(browser_page: Any, live_server: Any, width):
    import_gazetteer(); load_published()
    page=browser_page(width=width,language="en",height=900)
    def shot(name,full=True): page.screenshot(path=f"/tmp/shots/{name}-{width}.png",full_page=full)
    for kind,form in (("approval",Form("approval",1,5)),("points",Form("points",1,5,points_total=7,points_each=4)),("basket",Form("basket",1,6,budget_cents=20_000_00))):
        b,_s=ballot(form,12,3); who=person_of(make.voters(b)[0])
        enter(page,live_server,who).goto(f"/en/ballots/{b.pk}/")
        for n in (3,5,9):
            if kind=="points": page.locator(f"[name=points-{n}]").fill("2")
            else: page.locator(f"[name=choice][value='{n}']").check()
        shot(f"vote-{kind}",kind=="approval"); 
        if kind=="approval":
            page.evaluate("scrollTo(0,900)"); shot("vote-scrolled",False)
        page.locator(".ballot-bar button:not([data-again])").click(); page.wait_for_url("**/review/"); shot(f"review-{kind}")
        if kind=="approval":
            page.locator("form[action$='/cast/'] button").click(); page.wait_for_url("**/cast/"); shot("receipt")
            page.goto(f"/en/ballots/{b.pk}/"); 
            page.locator(".ballot-bar button:not([data-again])").click(); page.locator(".error-summary").wait_for(); shot("vote-error",False)
    b,s=ballot(Form("approval",1,5),30,60)
    rng=random.Random(1); codes=[]
    for v in make.voters(b)[:55]: codes.append(cast(b,v,sorted(set(min(30,int(rng.paretovariate(.7))) for _ in range(4)))))
    clerk=make.staff("counter")
    voting.hand_out_paper(ballot=b,voter=make.voters(b)[56],by=clerk,now=make.NOW)
    voting.type_sheet_first(ballot=b,number=1,choice=((1,1),),by=make.staff("counter"),now=make.NOW)
    enter(page,live_server,clerk)
    for p in ("","sheet/","first/","hand-out/"):
        page.goto(f"/en/ballots/{b.pk}/paper/{p}"); shot("paper-"+(p.strip("/") or "home"))
    page.locator("main [name=text]").fill(str(make.voters(b)[2].member.number)); page.locator("main form button").first.click(); page.locator("[name=voter]").wait_for(state="attached"); shot("paper-found")
    voting.start_sheet_again(ballot=b,number=1,by=clerk,now=make.NOW)
    counted(b,s)
    page.context.clear_cookies()
    page.goto(f"/en/ballots/"); shot("list")
    page.goto(f"/en/ballots/{b.pk}/result/"); shot("result")
    page.goto(f"/en/ballots/{b.pk}/result/my-vote/"); page.locator("[name=code]").fill(codes[3]); page.locator("#my-vote button").click(); page.locator("[data-found] .sheet").wait_for(); shot("myvote")
    page.goto(f"/en/ballots/how-it-works/"); shot("how")

"""From the question whether a project fits to the result that says why; once more by telephone and on paper."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest

from commonweal.config import cli
from commonweal.config.committee import read_sheet
from commonweal.people.models import Event
from commonweal.projects import actions as projects
from commonweal.projects.models import Call, Dossier
from commonweal.voting.committee import answer_in
from commonweal.voting.models import Ballot, Envelope, Vote
from commonweal.voting.sealing import key_from_text
from tests import factories as make
from tests.journeys.conftest import PASSWORD, Clock, press
from tests.journeys.walks import Walk

APPLICANT, ADVISER, PROGRAMME = "ada@example.org", "adviser@example.org", "programme@example.org"


@pytest.fixture
def people(world: None) -> dict[str, Any]:
    """An applicant, three kinds of staff and four members, all with a log-in."""
    found: dict[str, Any] = {
        "applicant": make.person("Ada", "Peeters", email=APPLICANT),
        "adviser": make.staff("adviser", email=ADVISER),
        "programme": make.staff("programme", email=PROGRAMME),
        "counter": make.staff("counter", email="counter@example.org"),
        "second": make.staff("counter", email="second@example.org"),
    }
    for person in found.values():
        make.account(person, PASSWORD)
    found["members"] = []
    for number in range(4):
        who = make.person("Lid", f"Janssens{number}", email=f"member{number}@example.org")
        make.account(who, PASSWORD)
        found["members"].append(make.member(who))
    return found


def checked(page: Any, language: str) -> None:
    """Answers the questions of the public check."""
    page.goto(f"/{language}/check/")
    press(page)
    for name, value in (
        ("applicant", "association"),
        ("place", "here"),
        ("ambitions", "neighbourhoods"),
        ("beneficiary", "ourselves"),
    ):
        if name == "ambitions":
            page.locator("input[name=argued][value=yes]").check()
        page.locator(f"input[name={name}][value={value}]").check()
        press(page)
    for _question in range(6):
        if page.url.endswith("/check/result/"):
            break
        choices = page.locator("main fieldset .choice:first-child input[type=radio]")
        for index in range(choices.count()):
            choices.nth(index).check()
        press(page)
    page.wait_for_url("**/check/result/")


def written(page: Any, title: str) -> None:
    """Writes every part of the dossier that is open on the page, then sends it."""
    fill = lambda name, value: page.locator(f"main [name={name}]").fill(value)  # noqa: E731
    fill("name", "Les Amis du Chic-Chac")
    page.locator("input[name=legal_form][value=association]").check()
    press(page)
    fill("title", title)
    fill("summary", "Un banc et un café chaque jeudi.")
    fill("story", "Nous posons un banc et nous invitons la rue.")
    press(page)
    fill("place", "Verviers")
    fill("target_group", "les voisins")
    for day, value in (("starts_on", ("1", "7", "2027")), ("ends_on", ("31", "12", "2027"))):
        for part, text in zip(("day", "month", "year"), value, strict=True):
            fill(f"{day}_{part}", text)
    press(page)
    page.locator("input[name=ambitions][value=neighbourhoods]").check()
    fill("argument_neighbourhoods", "Les voisins se parlent.")
    press(page)
    fill("label_1", "bois")
    fill("amount_1", "1 500")
    press(page)
    fill("quantity_financial", "1 200")
    fill("quantity_coaching", "6")
    page.locator("input[name=values_declared]").check()
    press(page)
    press(page)
    press(page, "main a.button.second")
    page.wait_for_url("**/review/")
    press(page)
    page.wait_for_url(lambda url: url.rstrip("/").rsplit("/", 1)[-1].isdigit())


def admitted_by_staff(page: Any, dossier: Dossier, language: str) -> None:
    """Declares no ties, takes the dossier up, admits it with a reason."""
    page.goto(f"/{language}/desk/dossiers/{dossier.pk}/")
    page.locator("input[name=has_conflict][value=no]").check()
    press(page)
    press(page, "button[name=what][value=take_up]")
    press(page, "a[href$='/admit/']")
    page.locator("textarea[name=reason]").fill("Le projet répond à toutes les conditions.")
    press(page)
    page.wait_for_url(f"**/desk/dossiers/{dossier.pk}/")


def answer_to(call: Call, sheets: Path) -> str:
    """What two holders find in the test envelope, away from the site."""
    key = key_from_text((sheets / "public-key.txt").read_text())
    envelope = projects.committee_test(call=call, public_key=key, threshold=2, by=None, now=make.NOW)
    return answer_in(envelope, [read_sheet(sheets / f"sheet-{number}.txt") for number in (1, 3)])


def vote_opened(page: Any, call: Call, sheets: Path, language: str) -> None:
    """Ends applications and opens the vote with the committee's public key."""
    page.goto(f"/{language}/calls/{call.slug}/manage/")
    press(page, "button[name=move][value=end_applications]")
    page.goto(f"/{language}/calls/{call.slug}/manage/vote/")
    page.locator("[name=public_key]").fill((sheets / "public-key.txt").read_text().strip())
    page.locator("[name=holders]").fill("An\nBart\nCarla")
    page.locator("[name=answer]").fill(answer_to(call, sheets))
    press(page)
    page.wait_for_url("**/manage/")


def counted(page: Any, call: Call, ballot: Ballot, sheets: Path, language: str) -> str:
    """Closes the vote, lets the committee open the box away from the site, brings the file in, publishes."""
    page.goto(f"/{language}/calls/{call.slug}/manage/")
    press(page, "button[name=move][value=close_vote]")
    page.goto(f"/{language}/calls/{call.slug}/manage/box/")
    press(page)
    page.goto(f"/{language}/ballots/{ballot.pk}/")
    box = str(page.locator("#box").inner_text()).strip()
    page.goto(f"/{language}/calls/{call.slug}/manage/")
    bundle = page.request.get(f"/{language}/ballots/{ballot.pk}/sealed.json")
    (sheets / "bundle.json").write_bytes(bundle.body())
    assert (
        cli.main(
            [
                *("committee", "open", "--few-envelopes", "--box", box, str(sheets / "bundle.json")),
                *(
                    "--sheet",
                    str(sheets / "sheet-1.txt"),
                    "--sheet",
                    str(sheets / "sheet-3.txt"),
                    "--out",
                    str(sheets / "ballots.pb"),
                ),
            ]
        )
        == 0
    )
    page.goto(f"/{language}/calls/{call.slug}/manage/count/")
    page.locator("input[type=file]").set_input_files(str(sheets / "ballots.pb"))
    press(page)
    page.wait_for_url("**/manage/")
    press(page, "button[name=move][value=decide]")
    page.goto(f"/{language}/ballots/{ballot.pk}/result/")
    return (sheets / "ballots.pb").read_text()


def voted(page: Any, ballot: Ballot, numbers: tuple[int, ...], language: str) -> str:
    """Chooses, reviews, casts; gives the tracking code of the receipt."""
    page.goto(f"/{language}/ballots/{ballot.pk}/")
    for number in numbers:
        page.locator(f"input[name=choice][value='{number}']").check()
    page.locator("form.ballot button[type=submit]").last.click()
    page.wait_for_url("**/review/")
    press(page, "main form[action$='/cast/'] button[type=submit]")
    page.wait_for_url("**/cast/")
    return str(page.locator(".receipt .code").inner_text()).strip()


def test_from_a_question_to_a_result_that_says_why(
    people: dict[str, Any],
    walk: Walk,
    sign_in: Callable[..., None],
    clock: Clock,
    tmp_path: Path,
) -> None:
    call = make.call(budget_cents=3_000_00)
    make.admitted(call, people["adviser"], title="Un four à pain", asked_cents=2_500_00)
    page, language = walk.open_page(), walk.language

    checked(page, language)
    page.goto(f"/{language}/account/login/")
    page.locator("input[name=login]").fill(APPLICANT)
    page.locator("input[name=password]").fill(PASSWORD)
    press(page, "main form:has(input[name=password]) button[type=submit]")
    page.wait_for_url(lambda url: "/account/login" not in url)
    page.goto(f"/{language}/calls/{call.slug}/apply/")
    press(page)
    written(page, "Un banc pour parler")
    dossier = Dossier.objects.get(title="Un banc pour parler")
    assert dossier.state == "submitted"
    assert dossier.answers["applicant"] == "association", "the answers of the check came along"

    sign_in(page, ADVISER, language)
    admitted_by_staff(page, dossier, language)
    assert cli.main(["committee", "new", "--holders", "An,Bart,Carla", "--out", str(tmp_path)]) == 0

    clock.go_to(call.vote_from)
    sign_in(page, PROGRAMME, language)
    vote_opened(page, call, tmp_path, language)
    ballot = Ballot.objects.get()
    number = ballot.options.get(subject=f"dossier:{dossier.pk}").number
    codes = []
    for index in range(3):
        sign_in(page, f"member{index}@example.org", language)
        codes.append(voted(page, ballot, (number,), language))
    again = voted(page, ballot, (number,), language)
    assert again not in codes
    assert Vote.objects.count() == Envelope.objects.count() == 3

    clock.go_to(call.vote_until)
    sign_in(page, PROGRAMME, language)
    file = counted(page, call, ballot, tmp_path, language)
    assert page.locator("h1").is_visible()
    assert "Un banc pour parler" in page.locator("main").inner_text()
    dossier.refresh_from_db()
    assert dossier.state == "funded"
    assert codes[0].replace("-", "") in file
    assert codes[2].replace("-", "") not in file, "a replaced vote is gone"

    page.context.clear_cookies()
    page.goto(f"/{language}/ballots/{ballot.pk}/result/my-vote/")
    page.locator("main input[name=code]").fill(again.lower().replace("-", " "))
    # Where script runs, the browser looks the code up by itself: no page is asked for.
    page.locator("main form button[type=submit]").first.click()
    page.get_by_text("Un banc pour parler").first.wait_for()
    assert again.replace("-", "") not in page.url


def test_the_same_by_telephone_and_on_paper(
    people: dict[str, Any],
    walk: Walk,
    sign_in: Callable[..., None],
    clock: Clock,
    tmp_path: Path,
) -> None:
    call = make.call(budget_cents=3_000_00)
    make.admitted(call, people["adviser"], title="Un four à pain", asked_cents=2_500_00)
    caller = make.member(make.person("Germaine", "Petit"))
    page, language = walk.open_page(), walk.language

    sign_in(page, "counter@example.org", language)
    page.goto(f"/{language}/desk/dossiers/new/")
    page.locator("input[name=channel][value=phone]").check()
    page.locator("input[name=member_number]").fill(str(caller.number))
    press(page)
    written(page, "Des visites sur ma rue")
    dossier = Dossier.objects.get(title="Des visites sur ma rue")
    assert (dossier.channel, dossier.applicant, dossier.state) == ("phone", caller.person, "submitted")
    sign_in(page, ADVISER, language)
    admitted_by_staff(page, dossier, language)

    assert cli.main(["committee", "new", "--holders", "An,Bart,Carla", "--out", str(tmp_path)]) == 0
    clock.go_to(call.vote_from)
    sign_in(page, PROGRAMME, language)
    vote_opened(page, call, tmp_path, language)
    ballot = Ballot.objects.get()
    number = ballot.options.get(subject=f"dossier:{dossier.pk}").number

    sign_in(page, "counter@example.org", language)
    page.goto(f"/{language}/ballots/{ballot.pk}/paper/hand-out/")
    page.locator("main input[name=text]").fill(str(caller.number))
    press(page)
    page.locator("main input[name=door][value=phone]").check()
    press(page, "main form:has(input[name=voter]) button[type=submit]")
    page.wait_for_url("**/paper/")
    assert Vote.objects.get().channel == "paper"
    assert not Envelope.objects.exists(), "the paper is still with the member"
    page.goto(f"/{language}/ballots/{ballot.pk}/paper/sheet/")
    page.goto(f"/{language}/ballots/{ballot.pk}/paper/first/")
    page.locator("main input[name=number]").fill("1")
    page.locator("main [name=choices]").fill(str(number))
    press(page)
    control = page.locator(".code").first.inner_text().strip()
    sign_in(page, "second@example.org", language)
    page.goto(f"/{language}/ballots/{ballot.pk}/paper/second/")
    page.locator("main input[name=number]").fill("1")
    page.locator("main [name=control]").fill(control)
    page.locator("main [name=choices]").fill(str(number))
    press(page)
    assert Envelope.objects.get().vote is None

    clock.go_to(call.vote_until + timedelta(minutes=1))
    sign_in(page, PROGRAMME, language)
    file = counted(page, call, ballot, tmp_path, language)
    assert "num_votes;1" in file
    dossier.refresh_from_db()
    assert dossier.state == "funded"
    assert Event.objects.get(name="PaperBallotHandedOut").channel == "phone"

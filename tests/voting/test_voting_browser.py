"""Voting in a real browser: the page script says what the server says, the code stays on the device, nothing stands
in anyone's way.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from commonweal.people.models import Person
from commonweal.voting import actions
from commonweal.voting.models import Ballot, Vote
from commonweal.voting.rules.choices import Form
from tests import factories as make
from tests.voting.steps import a_counted_town, cast, counted, person_of, signed_in

pytestmark = [
    pytest.mark.browser,
    pytest.mark.django_db(transaction=True),
]
APPROVAL = Form("approval", 1, 2)
POINTS = Form("points", 1, 2, points_total=7, points_each=6)
BASKET = Form("basket", 1, 2, budget_cents=4_000_00)


def enter(page: Any, live_server: Any, who: Person) -> Any:
    """Signs someone in without the log-in page."""
    cookie = signed_in(who).cookies["session"].value
    page.context.add_cookies([{"name": "session", "value": cookie, "url": live_server.url}])
    return page


def a_ballot(form: Form) -> tuple[Ballot, Person]:
    ballot, _sheets = make.open_ballot(form=form, budget_cents=4_000_00)
    return ballot, person_of(make.voters(ballot)[0])


def put(page: Any, form: Form, choice: dict[int, int]) -> None:
    for number, points in choice.items():
        if form.kind == "points":
            page.locator(f"[name=points-{number}]").fill(str(points))
        else:
            page.locator(f"[name=choice][value='{number}']").check()


def total_on(page: Any) -> str:
    return str(page.locator("[data-total]").inner_text()).replace("\u202f", " ").replace("\u00a0", " ")


CHOICES: list[tuple[Form, dict[int, int]]] = [
    (APPROVAL, {1: 1}),
    (APPROVAL, {1: 1, 2: 1, 3: 1}),
    (POINTS, {1: 2, 3: 1}),
    (POINTS, {1: 6, 2: 1, 3: 1}),
    (BASKET, {1: 1, 2: 1}),
    (BASKET, {2: 1, 3: 1}),
    (BASKET, {1: 1, 2: 1, 3: 1}),
]


LANGUAGES = ["fr", "nl", "de", "en"]
# Each choice once, its language rotating; in `make proof` each in every language.
SHARED_OUT = [(language, CHOICES[place :: len(LANGUAGES)]) for place, language in enumerate(LANGUAGES)]
EACH_OF_ALL = [pytest.param(language, CHOICES, marks=pytest.mark.proof) for language in LANGUAGES]


@pytest.mark.parametrize(("language", "choices"), [*SHARED_OUT, *EACH_OF_ALL])
def test_the_script_counts_in_the_words_of_the_server(
    browser_page: Callable[..., Any],
    live_server: Any,
    language: str,
    choices: list[tuple[Form, dict[int, int]]],
) -> None:
    with_script, without = browser_page(language=language), browser_page(javascript=False, language=language)
    for form, choice in choices:
        ballot, who = a_ballot(form)
        said = []
        for page in (with_script, without):
            enter(page, live_server, who).goto(f"/{language}/ballots/{ballot.pk}/")
            put(page, form, choice)
            if page is without:
                page.locator("[data-again]").click()
                page.wait_for_load_state()
            said.append(total_on(page))
        assert said[0] == said[1]
        assert with_script.locator("[data-again]").count() == 0
    assert not Vote.objects.exists()


def test_one_votes_with_the_keyboard_alone(browser_page: Callable[..., Any], live_server: Any) -> None:
    ballot, who = a_ballot(APPROVAL)
    page = enter(browser_page(width=1280), live_server, who)
    page.goto(f"/fr/ballots/{ballot.pk}/")
    page.locator("[name=choice][value='2']").focus()
    page.keyboard.press("Space")
    for _step in range(20):
        page.keyboard.press("Tab")
        if page.evaluate(
            "document.activeElement.closest('.ballot-bar') && document.activeElement.type === 'submit'"
        ):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/review/")
    page.locator("form[action$='/cast/'] button").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cast/")
    assert page.locator(".code").is_visible()
    assert Vote.objects.count() == 1


def test_sending_the_receipt_page_again_is_still_one_vote(
    browser_page: Callable[..., Any], live_server: Any
) -> None:
    ballot, who = a_ballot(APPROVAL)
    page = enter(browser_page(), live_server, who)
    page.goto(f"/fr/ballots/{ballot.pk}/")
    put(page, APPROVAL, {1: 1})
    page.locator(".ballot-bar button:not([data-again])").click()
    page.wait_for_url("**/review/")
    page.locator("form[action$='/cast/'] button").dblclick()
    page.wait_for_url("**/cast/")
    code = page.locator(".code").inner_text()
    page.reload()
    assert page.locator(".code").inner_text() == code
    assert Vote.objects.count() == 1


def decided(utility: str, rule: str = "equal-shares") -> tuple[Ballot, list[str]]:
    form = (
        Form("points", 1, 3, points_total=9, points_each=4) if utility == "points" else Form("approval", 1, 3)
    )
    completion = "add1" if rule == "equal-shares" else "none"
    bylaw = {**make.BYLAW, "utility": utility, "rule": rule, "completion": completion}
    ballot, sheets = make.open_ballot(members=7, form=form, budget_cents=6_500_00, bylaw=bylaw)
    codes = []
    for voter, numbers in zip(
        make.voters(ballot), ((1,), (1, 2), (2, 3), (3,), (4, 1), (1, 2, 3), (2,)), strict=True
    ):
        points = {number: 1 + place for place, number in enumerate(numbers)}
        codes.append(cast(ballot, voter, points if utility == "points" else numbers))
    counted(ballot, sheets)
    return ballot, codes


def shown(page: Any) -> str:
    text = page.locator("[data-found] .sheet").inner_text()
    return " ".join(str(text).replace("\u202f", " ").split())


RULES = [
    ("cost", "equal-shares"),
    ("cardinality", "equal-shares"),
    ("points", "equal-shares"),
    ("cost", "phragmen"),
    ("cost", "greedy"),
]
# Three of the seven voters look with each rule, in turn; in `make proof` all of them.
LOOKING = [(*each, [(3 * place + step) % 7 for step in range(3)]) for place, each in enumerate(RULES)]
ALL_LOOKING = [pytest.param(*each, list(range(7)), marks=pytest.mark.proof) for each in RULES]


@pytest.mark.parametrize(("utility", "rule", "voters"), [*LOOKING, *ALL_LOOKING])
def test_the_browser_finds_a_vote_and_says_what_the_server_says(
    browser_page: Callable[..., Any], utility: str, rule: str, voters: list[int]
) -> None:
    ballot, codes = decided(utility, rule)
    address = f"/en/ballots/{ballot.pk}/result/my-vote/"
    sent: list[str] = []
    page, plain = browser_page(language="en"), browser_page(javascript=False, language="en")
    page.on("request", lambda request: sent.append(f"{request.method} {request.url} {request.post_data}"))
    for code in (codes[voter] for voter in voters):
        for each in (page, plain):
            each.goto(address)
            each.locator("[name=code]").fill(f"{code[:4].lower()}-{code[4:8]} {code[8:]}")
            each.locator("#my-vote button").click()
            each.locator("[data-found] .sheet").wait_for()
        assert shown(page) == shown(plain)
    assert any("votes/all.json" in each for each in sent)
    assert not any(code in each.upper().replace("-", "") for each in sent for code in codes)
    assert not any(each.startswith("POST") for each in sent)


@pytest.mark.parametrize("typed", ["abc", "000000000000", ""])
def test_the_browser_says_what_is_wrong_with_a_code(browser_page: Callable[..., Any], typed: str) -> None:
    ballot, _codes = decided("cost")
    page = browser_page(language="en")
    page.goto(f"/en/ballots/{ballot.pk}/result/my-vote/")
    page.locator("[name=code]").fill(typed)
    page.locator("#my-vote button").click()
    page.locator("[data-problem]:visible").wait_for()
    assert "your receipt" in page.locator("[data-problem]").inner_text()
    assert page.locator("[name=code]").get_attribute("aria-invalid") == "true"


def test_signed_in_and_without_script_the_code_form_is_not_offered(
    browser_page: Callable[..., Any], live_server: Any
) -> None:
    ballot, codes = decided("cost")
    who = person_of(make.voters(ballot)[0])
    plain = enter(browser_page(javascript=False), live_server, who)
    plain.goto(f"/en/ballots/{ballot.pk}/result/my-vote/")
    assert plain.locator("[name=code]").is_hidden()
    page = enter(browser_page(language="en"), live_server, who)
    page.goto(f"/en/ballots/{ballot.pk}/result/my-vote/")
    page.locator("[name=code]").fill(codes[0])
    page.locator("#my-vote button").click()
    page.locator("[data-found] .sheet").wait_for()


# Pages are looked at on small and large screens in turn; in `make proof` each on both.
WIDTHS = pytest.mark.parametrize(
    "widths",
    [[360, 1280], *(pytest.param([width], marks=pytest.mark.proof) for width in (360, 1280))],
    ids=["in turn", "360", "1280"],
)


def resized(page: Any, widths: list[int], place: int) -> Any:
    """The page on the screen whose turn it is."""
    page.set_viewport_size({"width": widths[place % len(widths)], "height": 800})
    return page


@WIDTHS
def test_no_page_of_a_vote_stands_in_anyones_way(
    browser_page: Callable[..., Any], live_server: Any, axe: Callable[[Any], None], widths: list[int]
) -> None:
    page = browser_page()
    for place, form in enumerate((APPROVAL, POINTS, BASKET)):
        resized(page, widths, place)
        ballot, who = a_ballot(form)
        enter(page, live_server, who).goto(f"/de/ballots/{ballot.pk}/")
        axe(page)
        page.locator(".ballot-bar button:not([data-again])").click()
        page.locator(".error-summary").wait_for()
        axe(page)
        put(page, form, {1: 1})
        page.locator(".ballot-bar button:not([data-again])").click()
        page.locator("form[action$='/cast/']").wait_for()
        axe(page)
        page.locator("form[action$='/cast/'] button").click()
        page.locator(".code").wait_for()
        axe(page)


@WIDTHS
def test_no_page_of_a_result_stands_in_anyones_way(
    browser_page: Callable[..., Any], axe: Callable[[Any], None], widths: list[int]
) -> None:
    ballot, codes = decided("cost")
    running, _who = a_ballot(APPROVAL)
    page = browser_page()
    paths = (
        "",
        "how-it-works/",
        f"{running.pk}/",
        "how-it-works/?easy=1",
        f"{running.pk}/result/",
        f"{ballot.pk}/result/",
        f"{ballot.pk}/",
        f"{ballot.pk}/result/my-vote/",
    )
    for place, path in enumerate(paths):
        resized(page, widths, place)
        page.goto(f"/fr/ballots/{path}")
        axe(page)
    page.locator("[name=code]").fill(codes[1])
    page.locator("#my-vote button").click()
    page.locator("[data-found] .sheet").wait_for()
    axe(page)


@WIDTHS
def test_no_page_at_the_counter_stands_in_anyones_way(
    browser_page: Callable[..., Any], live_server: Any, axe: Callable[[Any], None], widths: list[int]
) -> None:
    ballot, _who = a_ballot(APPROVAL)
    clerk = make.staff("counter")
    voters = make.voters(ballot)
    for voter in voters[:2]:
        actions.hand_out_paper(ballot=ballot, voter=voter, by=clerk, now=make.NOW)
    actions.type_sheet_first(
        ballot=ballot, number=1, choice=((1, 1),), by=make.staff("counter"), now=make.NOW
    )
    page = enter(browser_page(), live_server, clerk)
    base = f"/nl/ballots/{ballot.pk}/paper/"
    for place, path in enumerate(("", "hand-out/", "sheet/", "second/")):
        resized(page, widths, place).goto(base + path)
        axe(page)
    resized(page, widths, 0).goto(base + "hand-out/")
    assert voters[2].member is not None
    page.locator("main [name=text]").fill(str(voters[2].member.number))
    page.locator("main form button").first.click()
    page.locator("main [name=voter]").wait_for(state="attached")
    axe(page)
    resized(page, widths, 1).goto(base + "first/")
    page.locator("main [name=number]").fill("2")
    page.locator("main [name=choices]").fill("1 x")
    page.locator("main form button").first.click()
    page.locator(".error-summary").wait_for()
    axe(page)
    page.locator("main [name=choices]").fill("1")
    page.locator("main form button").first.click()
    page.locator(".code").wait_for()
    axe(page)


def round_on(page: Any) -> str:
    return str(page.locator("#round-title").inner_text())


@pytest.mark.parametrize("path", ["result/", "result/rounds/"])
def test_rounds_are_walked_with_the_keyboard_and_each_keeps_its_address(
    browser_page: Callable[..., Any], path: str
) -> None:
    ballot = a_counted_town()
    page = browser_page(width=1280, language="en")
    page.goto(f"/en/ballots/{ballot.pk}/{path}")
    page.evaluate("window.stayed = true")
    first = round_on(page)
    page.locator("#round a[rel=next]").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**?round=2#story")
    page.locator("#round-title", has_text="Round 2").wait_for()
    assert page.evaluate("document.activeElement.rel") == "next", (
        "one presses again without looking for the button"
    )
    assert "Round 2" in page.locator("[data-round-said]").inner_text()
    page.keyboard.press("ArrowRight")
    page.wait_for_url("**?round=3#story")
    page.keyboard.press("ArrowLeft")
    page.wait_for_url("**?round=2#story")
    page.locator("#round-number").fill("1")
    page.keyboard.press("ArrowRight")
    page.keyboard.press("Enter")
    page.wait_for_url("**?round=1#story")
    assert round_on(page) == first
    page.go_back()
    page.locator("#round-title", has_text="Round 2").wait_for()
    assert page.evaluate("window.stayed"), "the page never left"


def test_a_round_looks_the_same_with_and_without_the_script(browser_page: Callable[..., Any]) -> None:
    ballot = a_counted_town()
    shown = []
    for javascript in (True, False):
        page = browser_page(width=1280, language="en", javascript=javascript)
        page.goto(f"/en/ballots/{ballot.pk}/result/rounds/")
        page.locator("#round a[rel=next]").click()
        page.wait_for_url("**?round=2#story")
        page.locator("#round-title", has_text="Round 2").wait_for()
        shown.append((page.locator("#round").inner_text(), page.locator("#round svg.flow").inner_html()))
    assert shown[0] == shown[1]


def test_on_paper_the_rounds_are_a_list(browser_page: Callable[..., Any]) -> None:
    ballot = a_counted_town()
    page = browser_page(width=1280, language="en")
    page.goto(f"/en/ballots/{ballot.pk}/result/rounds/")
    page.emulate_media(media="print")
    assert not page.locator("#story").is_visible()
    assert page.locator("ol.rounds > li").count() == len(ballot.count.result["funded"])
    assert page.locator("ol.rounds > li").first.is_visible()

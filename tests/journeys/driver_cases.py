"""Habits of browsers, each as a case that runs through the client driver and in a real browser alike."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from typing import Any

import pytest
from playwright.sync_api import Error as BrowserError

from tests.journeys.driver import DriverError, Page

Visit = Callable[..., Any]
CASES: list[Callable[[Visit], None]] = []
# Enough for a browser to notice that nothing comes.
IMPATIENT_MS, PATIENT_MS = 400, 10_000


def habit(case: Callable[[Visit], None]) -> Callable[[Visit], None]:
    """A case of the list."""
    CASES.append(case)
    return case


@contextmanager
def refused(page: Any) -> Iterator[None]:
    """What follows fails: at once in the driver, for want of time in the browser."""
    if not isinstance(page, Page):
        page.set_default_timeout(IMPATIENT_MS)
    with pytest.raises((DriverError, BrowserError)):
        yield
    if not isinstance(page, Page):
        page.set_default_timeout(PATIENT_MS)


def sent(page: Any, button: str = "button") -> list[str]:
    """What arrives when a button is pressed: the method, then names with values."""
    with page.expect_navigation():
        page.locator(button).click()
    return list(page.locator("#said").inner_text().splitlines())


def held_back(page: Any, button: str = "button") -> None:
    """A press of the button brings no page."""
    before = page.url
    with refused(page), page.expect_navigation():
        page.locator(button).click()
    assert page.url == before


@habit
def an_ambiguous_locator_is_refused(visit: Visit) -> None:
    page = visit("<input name=a><input name=a value=two>")
    for action in ("click", "inner_text", "input_value", "is_visible"):
        with refused(page):
            getattr(page.locator("[name=a]"), action)()
    with refused(page):
        page.locator("[name=a]").fill("x")
    page.locator("[name=a]").first.fill("x")
    assert page.locator("[name=a]").first.input_value() == "x"
    assert page.locator("[name=a]").last.input_value() == "two"
    assert page.locator("[name=a]").nth(1).get_attribute("value") == "two"
    assert page.locator("[name=a]").count() == 2
    with refused(page):
        page.locator("[name=b]").fill("x")


@habit
def a_field_out_of_reach_takes_nothing(visit: Visit) -> None:
    page = visit(
        "<input name=a hidden><input name=b readonly><input name=c disabled><input type=hidden name=d>"
        "<fieldset disabled><input name=e></fieldset><template><input name=f></template>"
        "<details><summary>More</summary><input name=g></details><input type=radio name=h>"
    )
    for name in "abcdefgh":
        with refused(page):
            page.locator(f"[name={name}]").fill("x")
    page.locator("summary").click()
    page.locator("[name=g]").fill("x")
    assert page.locator("[name=g]").input_value() == "x"
    page.locator("summary").click()
    assert not page.locator("[name=g]").is_visible()


@habit
def a_form_sends_what_a_browser_sends(visit: Visit) -> None:
    page = visit(
        "<form action=/echo/ method=post><input name=text value=' a '><input value=nameless><input name=empty>"
        "<input type=checkbox name=box><input type=checkbox name=box value=two checked><input type=radio name=r value=1>"
        "<input type=radio name=r value=2 checked><input name=off disabled value=1>"
        "<fieldset disabled><legend><input name=legend value=in></legend><input name=inside value=1></fieldset>"
        "<textarea name=area>\none\ntwo</textarea><select name=s><option value=1>One<option>Two  words</select>"
        "<select name=m multiple><option value=1>One<option value=2>Two</select><button name=b value=no>No</button>"
        "<button name=b value=yes id=yes>Yes</button><button type=button name=b value=never>Never</button></form>"
        "<input name=elsewhere value=1>"
    )
    page.locator("[name=box]").first.check()
    page.locator("[name=r][value='1']").check()
    page.locator("[name=s]").select_option("Two words")
    page.locator("[name=m]").select_option(["1", "2"])
    assert sent(page, "#yes") == [
        "POST",
        "post text=[' a ']",
        "post empty=['']",
        "post box=['on', 'two']",
        "post r=['1']",
        "post legend=['in']",
        "post area=['one\\r\\ntwo']",
        "post s=['Two words']",
        "post m=['1', '2']",
        "post b=['yes']",
    ]


@habit
def a_button_may_send_its_form_elsewhere(visit: Visit) -> None:
    page = visit(
        "<form id=f action=/broken/ method=get><input name=a value=1></form><input form=f name=out value=2>"
        "<button form=f formaction=/echo/?kept=1 formmethod=post name=go value=x>Go</button>"
    )
    assert sent(page) == ["POST", "get kept=['1']", "post a=['1']", "post out=['2']", "post go=['x']"]


@habit
def a_form_that_asks_replaces_the_question_in_its_address(visit: Visit) -> None:
    page = visit("<form action='/echo/?old=1#part'><input name=a value='é &'><button>Go</button></form>")
    assert sent(page) == ["GET", "get a=['é &']"]


@habit
def a_form_without_an_address_goes_to_its_own_page(visit: Visit) -> None:
    visit("<form method=get><input name=a value=1><button>Go</button></form>")
    page = visit("<form method=get><input name=a value=1><button>Go</button></form>")
    with page.expect_navigation():
        page.locator("button").click()
    assert re.search(r"/made/\w+/\?a=1$", page.url)


@habit
def files_travel_with_their_names(visit: Visit) -> None:
    page = visit(
        "<form action=/echo/ method=post enctype=multipart/form-data><input type=file name=f><input type=file name=none>"
        "<input name=a value=1><button>Go</button></form>"
    )
    file = {"name": "é.csv", "mimeType": "text/csv", "buffer": b"a;b\n"}
    page.locator("[name=f]").set_input_files(file)
    assert sent(page) == ["POST", "post none=['']", "post a=['1']", "file f=é.csv text/csv b'a;b\\n'"]


@habit
def a_required_answer_holds_a_form_back(visit: Visit) -> None:
    for control, answer in (
        ("<input name=a required>", lambda page: page.locator("[name=a]").fill("x")),
        ("<textarea name=a required></textarea>", lambda page: page.locator("[name=a]").fill("x")),
        ("<input type=checkbox name=a required>", lambda page: page.locator("[name=a]").check()),
        (
            "<input type=radio name=a value=1 required><input type=radio name=a value=2>",
            lambda page: page.locator("[value='2']").check(),
        ),
        (
            "<select name=a required><option value=''>-<option value=1>One</select>",
            lambda page: page.locator("[name=a]").select_option("1"),
        ),
        ("<input type=email name=a value=none>", lambda page: page.locator("[name=a]").fill("a@b.be")),
        ("<input name=a pattern='[0-9]+' value=1x>", lambda page: page.locator("[name=a]").fill("12")),
        ("<input type=number name=a max=5 value=6>", lambda page: page.locator("[name=a]").fill("5")),
    ):
        page = visit(f"<form action=/echo/>{control}<button>Go</button></form>")
        held_back(page)
        answer(page)
        assert len(sent(page)) == 2, control


@habit
def nothing_is_held_back_where_the_form_or_the_button_says_so(visit: Visit) -> None:
    page = visit("<form action=/echo/ novalidate><input name=a required><button>Go</button></form>")
    assert sent(page) == ["GET", "get a=['']"]
    page = visit("<form action=/echo/><input name=a required><button formnovalidate>Go</button></form>")
    assert sent(page) == ["GET", "get a=['']"]
    page = visit("<form action=/echo/><input name=a required disabled><button>Go</button></form>")
    assert sent(page) == ["GET"]


@habit
def boxes_and_answers_are_ticked_and_cleared(visit: Visit) -> None:
    page = visit(
        "<form><input type=checkbox name=a id=a><label for=a>The box</label><input type=radio name=r value=1 checked>"
        "<label><input type=radio name=r value=2>Two</label></form><form><input type=radio name=r value=3 checked></form>"
    )
    box = page.locator("[name=a]")
    page.locator("label[for=a]").click()
    assert box.is_checked()
    box.uncheck()
    box.uncheck()
    assert not box.is_checked()
    page.locator("label:has-text('two')").check()
    states = [page.locator(f"[value='{value}']").is_checked() for value in (1, 2, 3)]
    assert states == [False, True, True], "an answer in another form is another question"
    with refused(page):
        page.locator("[value='2']").uncheck()
    with refused(page):
        page.locator("form").first.check()


@habit
def links_are_followed_and_fragments_stay(visit: Visit) -> None:
    page = visit(
        "<a href=#part>Down</a><a id=go href='../../moved/302/#end'><b>Go</b></a><p id=part>Part</p>"
    )
    here = page.url
    page.locator("a").first.click()
    assert page.url == f"{here}#part"
    with page.expect_navigation():
        page.locator("b").click()
    page.wait_for_url("**/echo/?moved=yes#end")
    page.wait_for_url(re.compile("moved=yes"))
    page.wait_for_url(lambda url: url.endswith("#end"))
    with refused(page):
        page.wait_for_url("**/made/*/")
    assert page.locator("#asked").inner_text() == f"nl-BE {here[-6:]}"


@habit
def a_redirect_asks_again_or_sends_again(visit: Visit) -> None:
    for status, said in ((302, ["GET"]), (303, ["GET"]), (307, ["POST"]), (308, ["POST"])):
        page = visit(
            f"<form action=/moved/{status}/ method=post><input name=a value=1><button>Go</button></form>"
        )
        assert sent(page) == [*said, "get moved=['yes']", *(["post a=['1']"] if said == ["POST"] else [])]


@habit
def a_file_is_taken_and_the_page_stays(visit: Visit) -> None:
    page = visit("<a href=/file/>Take it</a><a href=/echo/ download=said.html>Keep it</a>")
    here = page.url
    with page.expect_download() as taken:
        page.locator("a").first.click()
    assert taken.value.suggested_filename == "list.csv"
    assert taken.value.path().read_text() == "a;b\n"
    with page.expect_download() as taken:
        page.locator("a").last.click()
    assert taken.value.suggested_filename == "said.html"
    assert page.url == here
    with refused(page), page.expect_download():
        page.locator("body").inner_text()
    with refused(page):
        page.goto("/file/")


@habit
def loading_again_sends_the_same_again(visit: Visit) -> None:
    page = visit("<form action=/echo/ method=post><input name=a value=1><button>Go</button></form>")
    before = sent(page)
    page.reload()
    assert page.locator("#said").inner_text().splitlines() == before


@habit
def text_is_read_as_it_stands_on_the_page(visit: Visit) -> None:
    page = visit(
        "<h1>A   title</h1><p>One\n<b>bold</b>word <i> and</i> more</p><p>Two<br>lines</p><script>let no</script>"
        "<div hidden>No</div><template>No</template><ul><li>a</li> <li>b</li></ul>"
        "<table><tr><th>x</th><td>y\u00a0z</td></tr>\n<tr><td>1</td><td>2</td></tr></table><textarea>No</textarea>"
        "<input value=No><details><summary>Fold</summary>No</details><!-- No --><pre>as\n  is</pre>"
        "<div>out<div>in</div>tail</div><svg><title>No</title><text>Drawn</text></svg><noscript>Yes</noscript>"
    )
    assert page.locator("body").inner_text() == (
        "A title\n\nOne boldword and more\n\nTwo\nlines\n\na\nb\nx\ty\u00a0z\n1\t2\nFold\nas\n  is\n"
        "out\nin\ntail\nDrawn\nYes"
    )
    assert page.locator("b").inner_text() == "bold"


@habit
def elements_are_found_by_what_is_in_them(visit: Visit) -> None:
    page = visit(
        "<ul><li>Ada  Peeters <a href=#1>open</a></li><li>Bert Maes <a href=#2>open</a><input name=q></li></ul>"
        "<p>Ada alone</p><p hidden>Ada unseen</p>"
    )
    assert page.locator("li:has-text('ada peeters') a").get_attribute("href") == "#1"
    assert page.locator("li:has(input[name=q]) a, p:has-text('nobody')").get_attribute("href") == "#2"
    assert page.locator("li", has_text="Bert").locator("a").get_attribute("href") == "#2"
    assert page.locator("li").locator("a").count() == 2
    assert page.locator("ul").locator("ul").count() == 0
    assert page.locator("p:visible").count() == 1
    assert page.locator("html").get_attribute("lang") == "en"
    assert page.get_by_text("ada alone").first.inner_text() == "Ada alone"
    assert page.get_by_text("Ada").count() == 3
    assert page.locator("p").first.get_attribute("title") is None


@habit
def what_is_waited_for_is_there_or_not(visit: Visit) -> None:
    page = visit("<p>Here</p><p hidden id=unseen>Unseen</p><button type=button>Idle</button>")
    page.locator("p").first.wait_for()
    page.locator("#unseen").wait_for(state="attached")
    page.locator("#unseen").wait_for(state="hidden")
    page.locator("#none").wait_for(state="detached")
    assert page.locator("#unseen").is_hidden()
    for name, state in (("#unseen", "visible"), ("#none", "attached"), ("#unseen", "detached")):
        with refused(page):
            page.locator(name).wait_for(state=state)
    held_back(page)


@habit
def cookies_are_kept_until_taken_back(visit: Visit) -> None:
    page = visit("")
    said = lambda: page.locator("#said").inner_text().splitlines()  # noqa: E731
    for address, expected in (
        ("/crumb/", ["GET", "cookie crumb=yes"]),
        ("/crumb/?drop", ["GET"]),
        ("/crumb/", ["GET", "cookie crumb=yes"]),
    ):
        page.goto(address)
        page.goto("/echo/")
        assert said() == expected
    page.context.clear_cookies()
    page.goto("/echo/")
    assert said() == ["GET"]


@habit
def a_form_without_its_token_is_refused(visit: Visit) -> None:
    page = visit("")
    page.goto("/guarded/")
    with page.expect_navigation():
        page.locator("#good button").click()
    assert page.locator("h1").inner_text() == "Taken"
    page.goto("/guarded/")
    with page.expect_navigation():
        page.locator("#bad button").click()
    assert "Taken" not in page.locator("body").inner_text()


@habit
def one_asks_for_an_address_without_leaving_the_page(visit: Visit) -> None:
    page = visit("<h1>Here</h1>")
    for asking in (page.request, page.context.request):
        answer = asking.get("/picture/")
        assert (answer.status, answer.ok, answer.body()) == (200, True, b"%PDF-1.7")
        assert answer.headers["content-type"] == "application/pdf"
    assert page.locator("h1").inner_text() == "Here"
    assert page.goto("/echo/").status == 200

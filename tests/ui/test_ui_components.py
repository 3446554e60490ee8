"""Each component renders in its states, with what people who do not see it need."""

from __future__ import annotations

from typing import Any

import pytest
from django.core.paginator import Paginator
from django.template import engines
from django.test import RequestFactory
from django.utils.translation import override
from django_cotton.compiler_regex import CottonCompiler

from commonweal.ui import gallery, pictures
from commonweal.ui.templatetags import ui as tags


@pytest.fixture(autouse=True)
def _in_english() -> Any:
    with override("en"):
        yield


def drawn(markup: str, address: str = "/en/ui/", **context: Any) -> str:
    """A piece of template as a page would show it."""
    template = engines["django"].from_string(CottonCompiler().process(markup))
    return " ".join(template.render(context, RequestFactory().get(address)).split())


def test_a_button_without_address_is_a_button_and_with_one_a_link() -> None:
    assert drawn("<c-button>Send</c-button>").startswith('<button class="button primary" type="submit"')
    assert '<a class="button second" href="/x"' in drawn('<c-button kind="second" href="/x">Go</c-button>')


def test_a_button_carries_its_name_and_value_escaped() -> None:
    html = drawn('<c-button name="act" :value="text">Go</c-button>', text='"><script>')
    assert 'name="act" value="&quot;&gt;&lt;script&gt;"' in html


@pytest.mark.parametrize("kind", ["info", "good", "warning", "problem"])
def test_a_notice_says_its_kind_with_a_sign_too(kind: str) -> None:
    html = drawn(f'<c-notice kind="{kind}" title="Hear">Text</c-notice>')
    assert f'class="notice {kind}"' in html
    assert '<svg class="icon"' in html
    assert "Hear" in html


def test_a_component_does_not_take_words_from_the_page_around_it() -> None:
    html = drawn(
        "<c-notice>Text</c-notice><c-card>Body</c-card>", title="Page title", meta="Leak", href="/leak"
    )
    assert "Page title" not in html
    assert "leak" not in html.lower()


def test_text_from_people_is_escaped_everywhere() -> None:
    evil = "<script>alert(1)</script>"
    rows = [
        {
            "label": evil,
            "value": evil,
            "title": evil,
            "detail": evil,
            "text": evil,
            "when": evil,
            "state": "todo",
        }
    ]
    markup = (
        '<c-card :title="evil" :meta="evil"></c-card><c-sign code="x" :name="evil" />'
        '<c-steps :steps="rows" />'
        '<c-summary-list :rows="rows" /><c-timeline :items="rows" /><c-avatar :name="evil" />'
        '<c-picture :src="evil" :alt="evil" /><c-easy-read :easy="evil">x</c-easy-read>'
    )
    html = drawn(markup, address="/en/ui/?easy=1", evil=evil, rows=rows)
    assert "<script" not in html
    assert "&lt;script&gt;" in html


def test_steps_say_where_you_are() -> None:
    html = drawn('<c-steps :steps="steps" /><c-progress-line :steps="steps" />', steps=gallery.steps())
    assert html.count('aria-current="step"') == 2
    assert "You are here" in html
    assert html.count("(done)") == 4


def test_a_summary_list_names_what_each_link_changes() -> None:
    html = drawn(
        '<c-summary-list :rows="rows" />', rows=[{"label": "Name", "value": "Tea", "change_href": "/n"}]
    )
    assert '<a href="/n">Change<span class="hidden"> Name</span></a>' in html
    assert "Not answered" in drawn('<c-summary-list :rows="rows" />', rows=[{"label": "Name", "value": ""}])


def test_an_amount_bar_is_a_sentence_first() -> None:
    html = drawn(
        '<c-amount-bar label="Money" :asked="240000" :promised="180000" :delivered="60000" unit="euro" />'
    )
    assert "€1,800 of €2,400 promised" in html
    assert "€600 delivered" in html
    assert 'class="bar-promised" width="75.00%"' in html


@pytest.mark.parametrize(("asked", "promised", "share"), [(0, 0, "0.00"), (10, 20, "100.00")])
def test_an_amount_bar_stays_within_its_width(asked: int, promised: int, share: str) -> None:
    assert tags.amount_bar(asked, promised, 0, "people")["promised_share"] == share


def test_a_pager_keeps_the_rest_of_the_query() -> None:
    page = Paginator(range(60), 20).page(2)
    html = drawn('<c-pager :page="page" />', address="/en/ui/?q=th%C3%A9&page=2", page=page)
    assert 'href="?q=th%C3%A9&amp;page=1"' in html
    assert "Page 2 of 3" in html
    assert drawn('<c-pager :page="page" />', page=Paginator(range(3), 20).page(1)) == ""


def test_filters_are_a_plain_form_that_opens_when_in_use() -> None:
    assert '<details class="filters no-print"><summary>' in drawn("<c-filters>x</c-filters>")
    used = drawn("<c-filters>x</c-filters>", address="/en/ui/?q=a")
    assert '<details class="filters no-print" open>' in used
    assert '<form method="get"' in used


def test_a_table_scrolls_in_a_region_named_by_its_caption() -> None:
    html = drawn('<c-table caption="Shares"><tbody></tbody></c-table><c-table caption="More"></c-table>')
    assert 'role="region" aria-labelledby="table-1" tabindex="0"><table><caption id="table-1">Shares' in html
    assert 'id="table-2"' in html


def test_easy_read_is_a_plain_link_and_shows_one_text_at_a_time() -> None:
    markup = '<c-easy-read easy="Short words.">Long words.</c-easy-read>'
    full, easy = drawn(markup), drawn(markup, address="/en/ui/?easy=1")
    assert 'href="?easy=1"' in full
    assert ("Long words." in full, "Short words." in full) == (True, False)
    assert ("Long words." in easy, "Short words." in easy) == (False, True)
    assert "easy" not in drawn('<c-easy-read easy="">Long words.</c-easy-read>')


def test_an_ambition_nobody_drew_gets_the_common_sign() -> None:
    assert "#sign-houses" not in drawn('<c-sign code="water" name="Water" />')
    assert "#sign-other" in drawn('<c-sign code="water" name="Water" />')
    assert "#sign-inclusion" in drawn('<c-sign code="inclusion" name="No barriers" />')


def test_a_photo_keeps_its_text_and_its_focus_without_a_style_attribute() -> None:
    html = drawn('<c-picture src="/p.jpg" alt="Two neighbours" :x="31" :y="88" />')
    assert 'class="picture fx-3 fy-9"' in html
    assert 'alt="Two neighbours"' in html
    assert "style" not in html


@pytest.mark.parametrize("code", ["inclusion", "cooperatives", "neighbourhoods", "other"])
def test_a_drawn_picture_is_the_same_each_time_and_differs_between_projects(code: str) -> None:
    assert pictures.drawn(code, 7) == pictures.drawn(code, 7)
    assert len({tuple(pictures.drawn(code, seed)) for seed in range(50)}) == 50
    assert all(len(pictures.drawn(code, seed)) < 80 for seed in range(50))


def test_initials_are_the_first_and_last_name() -> None:
    assert [tags.initials(name) for name in ("Anna De Smet", "karim", "")] == ["AS", "K", ""]


def test_an_icon_is_drawn_in_the_page_and_hidden_from_screen_readers() -> None:
    assert 'aria-hidden="true"' in tags.icon("check")
    assert "M20 6 9 17l-5-5" in tags.icon("check")
    assert tags.icon("../../../etc/passwd") == tags.icon("circle")


def test_a_link_to_a_page_that_does_not_exist_yet_is_left_out() -> None:
    assert tags.nav_url("nowhere:at-all") == ""
    assert tags.nav_url("ui:gallery").endswith("/ui/")


def test_the_language_links_keep_the_page_and_its_query() -> None:
    html = drawn(
        "{% language_links as all %}{% for each in all %}{{ each.href }} {% endfor %}", "/en/ui/display/?a=b"
    )
    assert html == "/fr/ui/display/?a=b /nl/ui/display/?a=b /de/ui/display/?a=b /en/ui/display/?a=b"


def test_the_language_links_of_a_page_that_was_not_found_still_change_the_language() -> None:
    html = drawn(
        "{% language_links as all %}{% for each in all %}{{ each.href }} {% endfor %}", "/en/no/such/"
    )
    assert html == "/fr/no/such/ /nl/no/such/ /de/no/such/ /en/no/such/"


def test_a_phone_number_becomes_a_link_a_phone_takes() -> None:
    assert tags.tel("02 555 01 23") == "tel:025550123"

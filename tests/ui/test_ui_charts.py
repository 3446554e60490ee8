"""Charts and maps: shares that stay within the picture, and the same figures as a table."""

from __future__ import annotations

import re

from django.template import Context, engines
from django.utils.translation import override

from commonweal.ui import charts, gallery


def drawn(markup: str, **context: object) -> str:
    with override("en"):
        return engines["django"].from_string(markup).render(context)


def test_no_figure_leaves_the_picture() -> None:
    assert [charts.percent(*pair) for pair in ((1, 3), (5, 0), (-1, 3), (9, 3))] == [
        "33.33",
        "0.00",
        "0.00",
        "100.00",
    ]


def test_bars_share_the_scale_of_the_largest() -> None:
    rows = charts.bars([{"label": "A", "value": 5}, {"label": "B", "value": 20, "code": "inclusion"}])
    assert [(row["share"], row["fill"]) for row in rows] == [("25.00", "a"), ("100.00", "inclusion")]
    assert charts.bars([]) == []


def test_stacked_parts_lie_side_by_side() -> None:
    row = charts.stacks([{"label": "A", "parts": [{"label": "x", "value": 1}, {"label": "y", "value": 3}]}])[
        0
    ]
    assert [(part["x"], part["width"]) for part in row["parts"]] == [("0.00", "25.00"), ("25.00", "75.00")]


def test_dots_are_one_for_each_until_there_are_too_many() -> None:
    few, many = charts.dots([{"label": "A", "value": 14, "of": 30}, {"label": "B", "value": 900, "of": 4000}])
    assert (len(few["marks"]), sum(mark["full"] for mark in few["marks"]), few["worth"]) == (30, 14, 1)
    assert (len(many["marks"]), sum(mark["full"] for mark in many["marks"]), many["worth"]) == (400, 90, 10)
    assert charts.dots([{"label": "C", "value": 0, "of": 0}])[0]["marks"] == []


def test_a_line_runs_from_the_first_to_the_last_row() -> None:
    drawing = charts.lines([{"label": "2021", "value": 0}, {"label": "2022", "value": 8}])
    assert drawing["series"][0]["points"] == [{"x": "0.00", "y": "100.00"}, {"x": "100.00", "y": "0.00"}]
    assert (drawing["first"], drawing["last"], len(drawing["series"][0]["segments"])) == ("2021", "2022", 1)
    assert charts.lines([])["series"] == []


def test_money_that_flows_is_neither_made_nor_lost() -> None:
    rows = [{"label": "A", "value": 60, "given": 20, "code": "a"}, {"label": "B", "value": 40, "given": 40}]
    drawing = charts.flow(rows, 172)
    first, second = drawing["rows"]
    places = [(row["x"], row["given_width"], row["kept_x"], row["kept_width"]) for row in (first, second)]
    assert places == [("0.00", "10.00", "10.00", "20.00"), ("30.00", "20.00", "50.00", "0.00")]
    assert (drawing["target_width"], drawing["rest_x"], drawing["rest_width"]) == ("30.00", "32.00", "20.00")
    assert first["given_band"] == "M0.00 0C0.00 50 0.00 50 0.00 100H10.00C10.00 50 10.00 50 10.00 0z"
    assert "10.00 100H30.00" in second["given_band"], "what the second gives lies beside what the first gave"
    assert "32.00 100H52.00" in first["kept_band"], "what is kept lies beside all that was given"
    assert second["kept_band"] == ""


def test_a_small_target_is_drawn_wide_enough_to_be_seen_and_nothing_leaves_the_picture() -> None:
    drawing = charts.flow([{"label": "A", "value": 1_000_000, "given": 1}], 1_000_000)
    assert (drawing["target_width"], drawing["rest_x"], drawing["rest_width"]) == ("12.00", "14.00", "86.00")
    assert charts.flow([{"label": "A", "value": 5, "given": 0}], 5)["rest_x"] == "0.00"
    assert charts.flow([], 0)["rows"] == []


def test_each_chart_holds_its_figures_as_a_table_with_a_link_to_the_file() -> None:
    content = gallery.content()
    markup = (
        "{% chart_bar bars title='Bars' csv_href='/b.csv' %}{% chart_stacked stacks title='Stacks' %}"
        "{% chart_dots dots title='Dots' %}{% chart_line line title='Line' series=series %}"
        "{% chart_flow flow.sources flow.target title='Flow' had='1' left='2' scale=flow.scale %}"
        "{% map map.viewbox title='Map' shapes=map.shapes points=map.points levels=map.levels "
        "value_head='n' %}"
    )
    html = drawn(markup, **content)
    assert html.count("<table>") == html.count("<figcaption") == 6
    assert 'href="/b.csv"' in html
    assert re.search(r"<th scope=\"row\">Verviers</th><td class=\"number\">12</td>", html)
    assert re.search(
        r"<th scope=\"row\">2021</th><td class=\"number\">12</td><td class=\"number\">40</td>", html
    )


def test_whatever_can_be_followed_on_a_map_can_be_followed_in_its_list() -> None:
    html = drawn(
        "{% map '0 0 10 10' title='M' points=points %}",
        points=[{"x": 1, "y": 2, "label": "Gent", "href": "/g"}],
    )
    picture, _svg, rest = html.partition("</svg>")
    assert 'aria-hidden="true"' in picture
    assert '<a href="/g" tabindex="-1">' in picture
    assert '<a href="/g">Gent</a>' in rest


def test_a_chart_drawn_without_a_request_still_has_its_own_id() -> None:
    from commonweal.ui.templatetags.ui import uid

    assert uid(Context(), "chart") != uid(Context(), "chart")

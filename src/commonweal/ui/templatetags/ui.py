"""Tags and filters every template has: icons, amounts, days, links, charts, maps. They decide nothing."""

from __future__ import annotations

import itertools
import re
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit, urlunsplit

from django import template
from django.conf import settings
from django.forms import BaseForm, BoundField
from django.http import QueryDict
from django.template import Context
from django.urls import NoReverseMatch, reverse, translate_url
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe
from django.utils.translation import get_language, gettext

from commonweal.ui import charts, formats, pictures, wording

register = template.Library()
ICONS = Path(__file__).resolve().parent.parent / "icons"
_DRAWING = re.compile(r"<svg.*?>(?P<inside>.*)</svg>", re.DOTALL)
_numbers = itertools.count(1)

register.filter("euros", formats.euros)
register.filter("day", formats.day)
register.filter("moment", formats.moment)
register.filter("when", formats.when)
register.filter("number", formats.number)
register.filter("days_left", formats.days_left)


@register.filter
def tr(text: object) -> str:
    """The reader's language for an English source text carried by pure code."""
    return gettext(str(text)) if text else ""


@register.filter
def tel(phone: str) -> str:
    """A phone number as a link takes it."""
    return "tel:" + re.sub(r"[^\d+]", "", phone)


@register.filter
def notice_kind(level: str) -> str:
    """The notice for a message's level."""
    return {"success": "good", "warning": "warning", "error": "problem"}.get(level, "info")


@register.filter
def initials(name: str) -> str:
    """The first letters of the first and the last word of a name."""
    words = str(name).split()
    return (words[0][:1] + (words[-1][:1] if len(words) > 1 else "")).upper() if words else ""


@cache
def _drawing(name: str) -> str:
    path = ICONS / f"{name}.svg"
    if not re.fullmatch(r"[a-z0-9-]+", name) or not path.is_file():
        path = ICONS / "circle.svg"
    match = _DRAWING.search(path.read_text())
    return " ".join(match["inside"].split()) if match else ""


@register.simple_tag
def icon(name: str) -> SafeString:
    """An icon of the set, drawn in the page, hidden from screen readers. An unknown name draws a circle."""
    inside = mark_safe(_drawing(name))
    return format_html(
        '<svg class="icon" viewBox="0 0 24 24" aria-hidden="true" focusable="false">{}</svg>', inside
    )


@register.simple_tag(takes_context=True)
def uid(context: Context, stem: str) -> str:
    """An id no other element of the page has: the stem and a running number."""
    request = context.get("request")
    if request is None:
        return f"{stem}-{next(_numbers)}"
    vars(request)["ui_ids"] = getattr(request, "ui_ids", 0) + 1
    return f"{stem}-{request.ui_ids}"


@register.simple_tag(takes_context=True)
def query(context: Context, **changes: Any) -> str:
    """The page's query string with some values changed, added, or (None) taken away."""
    request = context.get("request")
    values = request.GET.copy() if request else QueryDict(mutable=True)
    for name, value in changes.items():
        if value is None:
            values.pop(name, None)
        else:
            values[name] = str(value)
    return "?" + values.urlencode()


@register.simple_tag
def nav_url(name: str, *args: Any) -> str:
    """The address of a page by name, or nothing when there is no such page."""
    try:
        return reverse(name, args=args)
    except NoReverseMatch:
        return ""


@register.simple_tag
def site_facts() -> dict[str, str]:
    """The cooperative's name, phone and address; the account pages use the word `site` for something else."""
    return settings.SITE


def _links(context: Context, names: Sequence[tuple[str, str]]) -> list[dict[str, str]]:
    request = context.get("request")
    path = request.path if request else ""
    found = []
    for name, label in names:
        href = nav_url(name)
        if href:
            inside = path.startswith(href) and href.count("/") > 2
            current = "page" if path == href else "true" if inside else ""
            found.append({"href": href, "label": label, "current": current})
    return found


@register.simple_tag(takes_context=True)
def main_links(context: Context) -> list[dict[str, str]]:
    """The links of the main navigation that lead somewhere: `href`, `label`, `current`."""
    names = [
        ("portal:home", gettext("Home")),
        ("projects:call-list", gettext("Calls")),
        ("projects:project-list", gettext("Projects")),
        ("voting:ballot-list", gettext("Votes and results")),
        ("ambitions:ambition-list", gettext("What we stand for")),
    ]
    user = context.get("user")
    if user is not None and user.is_authenticated:
        names.append(("portal:my-page", gettext("My page")))
        if context.get("is_staff_person"):
            names.append(("portal:desk", gettext("Staff desk")))
    return _links(context, names)


@register.simple_tag(takes_context=True)
def account_links(context: Context) -> list[dict[str, str]]:
    """The pages of one's own account."""
    names = [
        ("portal:my-page", gettext("My page")),
        ("account_email", gettext("E-mail address")),
        ("account_change_password", gettext("Password")),
        ("mfa_index", gettext("Extra safety")),
        ("portal:sessions", gettext("Devices")),
    ]
    return _links(context, names)


@register.simple_tag(takes_context=True)
def language_links(context: Context) -> list[dict[str, object]]:
    """The same page in each language: `code`, `name` in that language, `href`, `current`."""
    request = context.get("request")
    here = request.get_full_path() if request else "/"
    return [
        {"code": code, "name": name, "href": _in_language(here, code), "current": code == get_language()}
        for code, name in settings.LANGUAGES
    ]


def _in_language(address: str, code: str) -> str:
    translated = translate_url(address, code)
    parts = urlsplit(translated)
    first, _slash, rest = parts.path.lstrip("/").partition("/")
    if first == code:
        return translated
    # A page that was not found has no address of its own in the other language.
    path = f"/{code}/{rest}" if first in dict(settings.LANGUAGES) else f"/{code}/"
    return urlunsplit(("", "", path, parts.query, ""))


@register.filter
def kinder(text: object) -> str:
    """Our own words for what Django says of an answer; other texts as they are."""
    return wording.ours(str(text))


@register.simple_tag
def form_errors(form: BaseForm) -> list[dict[str, str]]:
    """Each error of a form with the id of the field to mend; the form then drops its general errors."""
    vars(form)["summarised"] = True
    found = [{"text": wording.ours(str(text)), "target": ""} for text in form.non_field_errors()]
    for field in form:
        target = "" if field.is_hidden else _target(field)
        found += [
            {"text": wording.named(str(field.label), str(text)), "target": target} for text in field.errors
        ]
    return found


def _target(field: BoundField) -> str:
    several = field.widget_type in {
        "radioselect",
        "checkboxselectmultiple",
        "choicecards",
        "choicecardsmultiple",
    }
    return f"{field.auto_id}_0" if several else field.id_for_label


@register.simple_tag
def choice_kind(field: BoundField) -> str:
    """`single` for one tick box, which stands before its label; nothing for other fields."""
    return (
        "single"
        if getattr(field.field.widget, "input_type", "") == "checkbox" and not field.use_fieldset
        else ""
    )


@register.simple_tag
def amount_bar(asked: int, promised: int, delivered: int, unit: str) -> dict[str, Any]:
    """A bar's shares and the texts beside it. With the unit `euro` amounts are cents."""
    write = formats.euros if unit == "euro" else formats.number
    asked, promised, delivered = int(asked or 0), int(promised or 0), int(delivered or 0)
    whole = max(asked, promised, delivered)
    return {
        "asked": write(asked),
        "promised": write(promised),
        "delivered": write(delivered),
        "unit": "" if unit == "euro" else unit,
        "promised_share": charts.percent(promised, whole),
        "delivered_share": charts.percent(delivered, whole),
        "asked_share": charts.percent(asked, whole),
        "complete": bool(asked) and promised >= asked,
    }


@register.simple_tag
def drawn_picture(code: str, seed: object) -> list[pictures.Shape]:
    """The shapes of a generated picture."""
    return pictures.drawn(str(code), seed)


@register.filter
def tenth(share: Any) -> int:
    """A percentage rounded to the nearest ten, for the classes that place a photo's focus."""
    return min(max(round(int(share or 0) / 10), 0), 10)


def _chart(context: Context, title: str, desc: str, csv_href: str, **own: Any) -> dict[str, Any]:
    return {"title": title, "desc": desc, "csv_href": csv_href, "id": uid(context, "chart"), **own}


@register.inclusion_tag("ui/charts/bar.html", takes_context=True)
def chart_bar(
    context: Context,
    rows: Sequence[charts.Row],
    title: str,
    desc: str = "",
    label_head: str = "",
    value_head: str = "",
    csv_href: str = "",
) -> dict[str, Any]:
    """Bars: rows of `label`, `value`, perhaps `text` (the value as written), `code`, `href`."""
    heads = {"label_head": label_head, "value_head": value_head}
    return _chart(context, title, desc, csv_href, rows=charts.bars(rows), **heads)


@register.inclusion_tag("ui/charts/stacked.html", takes_context=True)
def chart_stacked(
    context: Context,
    rows: Sequence[charts.Row],
    title: str,
    desc: str = "",
    label_head: str = "",
    csv_href: str = "",
) -> dict[str, Any]:
    """Stacked bars: rows of `label` and `parts` (each `label`, `value`, perhaps `text`, `code`)."""
    drawn = charts.stacks(rows)
    key = drawn[0]["parts"] if drawn else []
    return _chart(context, title, desc, csv_href, rows=drawn, key=key, label_head=label_head)


@register.inclusion_tag("ui/charts/dots.html", takes_context=True)
def chart_dots(
    context: Context,
    rows: Sequence[charts.Row],
    title: str,
    desc: str = "",
    label_head: str = "",
    csv_href: str = "",
) -> dict[str, Any]:
    """Dots, one for each: rows of `label`, `value`, `of`, perhaps `code`."""
    return _chart(context, title, desc, csv_href, rows=charts.dots(rows), label_head=label_head)


@register.inclusion_tag("ui/charts/line.html", takes_context=True)
def chart_line(
    context: Context,
    rows: Sequence[charts.Row],
    title: str,
    desc: str = "",
    label_head: str = "",
    value_head: str = "",
    series: Sequence[charts.Row] = (),
    csv_href: str = "",
) -> dict[str, Any]:
    """Lines: rows of `label` and `value`, or `values` with one for each of `series` (`label`, `code`)."""
    table = [
        {"label": row["label"], "cells": row["values"] if "values" in row else [row["value"]]} for row in rows
    ]
    heads = [each["label"] for each in series] or [value_head or title]
    own = {"drawing": charts.lines(rows, series), "rows": table, "heads": heads, "label_head": label_head}
    return _chart(context, title, desc, csv_href, **own)


@register.inclusion_tag("ui/charts/flow.html", takes_context=True)
def chart_flow(
    context: Context,
    sources: Sequence[charts.Row],
    target: charts.Row,
    title: str,
    had: str,
    left: str,
    scale: int,
    desc: str = "",
    label_head: str = "",
) -> dict[str, Any]:
    """Money that moves: from `sources` (`label`, `value`, `given`, perhaps `text`, `given_text`, `code`) to a `target`.

    The target has `label`, `text` and perhaps `code` and `language`; `had` is what there was before, `left` what
    stayed, both as written; `scale` the value as wide as the picture.
    """
    drawing = charts.flow(sources, scale)
    own = {"drawing": drawing, "target": {"code": "f", "language": "", **target}, "had": had, "left": left}
    return _chart(context, title, desc, "", label_head=label_head, **own)


@register.inclusion_tag("ui/charts/map.html", takes_context=True, name="map")
def map_tag(
    context: Context,
    viewbox: str,
    title: str,
    shapes: Sequence[charts.Row] = (),
    points: Sequence[charts.Row] = (),
    desc: str = "",
    levels: Sequence[str] = (),
    value_head: str = "",
    csv_href: str = "",
) -> dict[str, Any]:
    """A map: shapes (`d`, `label`, `level` 0-4, `href`, `text`), points (`x`, `y`, `label`, `href`, `code`).

    `levels` names the five shades in the key; the table below holds everything the map shows.
    """
    own = {
        "viewbox": viewbox,
        "shapes": [{"level": 0, "href": "", "text": "", **shape} for shape in shapes],
        "points": charts.map_marks(viewbox, points),
        "levels": levels,
        "value_head": value_head,
    }
    return _chart(context, title, desc, csv_href, **own)

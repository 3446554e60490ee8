"""Sample content for the gallery: every component in every state. Made up; reads and writes nothing."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from django import forms
from django.core.paginator import Page, Paginator
from django.utils.translation import gettext, gettext_lazy
from django.utils.translation import gettext_lazy as _

from commonweal.ui import fields, widgets

AMBITIONS = [
    ("inclusion", gettext_lazy("A society without barriers")),
    ("cooperatives", gettext_lazy("Strong cooperatives")),
    ("neighbourhoods", gettext_lazy("Warm neighbourhoods")),
]


class SampleForm(forms.Form):
    """One field of each kind."""

    name = fields.CleanCharField(
        label=_("Name of the project"), help_text=_("As your neighbours would call it."), max_length=80
    )
    email = forms.EmailField(
        label=_("E-mail"), required=False, widget=forms.EmailInput(attrs={"autocomplete": "email"})
    )
    story = fields.CleanCharField(label=_("What do you want to do?"), max_length=300, lines=True, rows=4)
    ambition = forms.ChoiceField(
        label=_("Which ambition does it serve most?"),
        choices=AMBITIONS,
        widget=widgets.ChoiceCards(
            signs={code: code for code, _name in AMBITIONS},
            hints={"neighbourhoods": _("People of a street or a village know and help each other.")},
        ),
    )
    kinds = forms.MultipleChoiceField(
        label=_("What would help you?"),
        required=False,
        choices=[("money", _("Money")), ("room", _("A room")), ("hands", _("Helping hands"))],
        widget=forms.CheckboxSelectMultiple,
    )
    amount = fields.AmountField(
        label=_("How much do you ask?"),
        help_text=_("From 500 to 5 000 euro."),
        min_cents=50_000,
        max_cents=500_000,
    )
    starts = fields.DatePartsField(label=_("When does it start?"), help_text=_("For example 15 4 2027."))
    region = forms.ChoiceField(
        label=_("Region"), choices=[("", _("Choose")), ("1", "Brabant"), ("2", "Verviers"), ("3", "Eupen")]
    )
    photo = forms.FileField(
        label=_("A photo"), required=False, help_text=_("Up to 8 MB. We make it smaller.")
    )
    agree = forms.BooleanField(
        label=_("I have told my partners about this project"), help_text=_("They will be asked to confirm.")
    )

    def clean(self) -> dict[str, Any]:
        """Adds an error that belongs to no field, to show where it stands."""
        cleaned = super().clean() or {}
        if self.data.get("name") == "":
            self.add_error(None, gettext("The call closed while you were writing. Your text is kept."))
        return cleaned


def wrong_form() -> SampleForm:
    """The sample form after answers that need another look."""
    data = {
        "name": "",
        "email": "anna@",
        "story": "x" * 340,
        "amount": "1.2.3",
        "starts_day": "31",
        "starts_month": "2",
    }
    return SampleForm(
        {**data, "starts_year": "2027", "ambition": "inclusion"}, prefix=None, auto_id="wrong_%s"
    )


def steps() -> list[dict[str, str]]:
    """The dated steps of a call."""
    return [
        {
            "title": gettext("Projects are handed in"),
            "detail": gettext("until Thursday 15 October"),
            "state": "done",
        },
        {
            "title": gettext("We check them with you"),
            "detail": gettext("until Friday 13 November"),
            "state": "done",
        },
        {
            "title": gettext("Members vote"),
            "detail": gettext("nine days left, until 2 December"),
            "state": "current",
        },
        {"title": gettext("Public count"), "detail": gettext("Thursday 3 December"), "state": "todo"},
    ]


def _bars() -> list[dict[str, Any]]:
    return [
        {"label": name, "value": value, "code": code, "text": f"{value}"}
        for (code, name), value in zip(AMBITIONS, (42, 17, 64), strict=True)
    ]


def _stacks() -> list[dict[str, Any]]:
    rows = []
    for place, values in (("Verviers", (12, 5, 20)), ("Gent", (18, 3, 11)), ("Eupen", (4, 7, 6))):
        parts = [
            {"label": name, "value": value, "code": code}
            for (code, name), value in zip(AMBITIONS, values, strict=True)
        ]
        rows.append({"label": place, "parts": parts})
    return rows


def _flow() -> dict[str, Any]:
    rows = (("Anna", 60, 25, "a"), ("Bram", 40, 25, "e"), ("Chloé", 20, 0, "b"))
    return {
        "sources": [
            {"label": name, "value": had, "given": gave, "code": code}
            | {"text": f"{had} €", "had_text": f"{had} €", "given_text": f"{gave} €"}
            for name, had, gave, code in rows
        ],
        "target": {"label": gettext("A tea every Thursday"), "text": "50 €", "code": "neighbourhoods"},
        "had": "120 €",
        "left": "70 €",
        "scale": 150,
    }


def _map() -> dict[str, Any]:
    squares, municipality = [(x, y) for y in range(3) for x in range(4)], gettext("Municipality")
    shapes = [
        {
            "d": f"M{x * 90 + 8} {y * 70 + 6}l70 {8 - 4 * x} 6 52-64 {10 - 3 * y}-18-30z",
            "label": f"{municipality} {index + 1}",
            "level": index % 5,
            "text": index % 5 * 3,
            "href": f"#place-{index + 1}",
        }
        for index, (x, y) in enumerate(squares)
    ]
    points = [
        {"x": 60, "y": 50, "label": "Verviers", "href": "#verviers", "code": "neighbourhoods", "text": 4},
        {"x": 230, "y": 120, "label": "Gent", "href": "#gent", "code": "inclusion", "text": 2},
        {"x": 320, "y": 60, "label": "Eupen", "href": "#eupen", "code": "cooperatives", "text": 1},
    ]
    levels = ["0", "1–3", "4–6", "7–9", "10+"]
    return {"viewbox": "0 0 370 220", "shapes": shapes, "points": points, "levels": levels}


def _page(number: int) -> Page[int]:
    return Paginator(range(1, 96), 20).page(number)


def _history() -> list[dict[str, Any]]:
    return [
        {
            "when": datetime(2026, 10, 2, 9, 30, tzinfo=UTC),
            "title": gettext("Project sent"),
            "by": "Anna D.",
        },
        {
            "when": date(2026, 10, 9),
            "title": gettext("We asked a question"),
            "text": gettext("Who opens the room on Thursdays?"),
            "by": gettext("the office"),
        },
    ]


def content() -> dict[str, Any]:
    """Everything the gallery's template shows."""
    return {
        "ambitions": [{"code": code, "name": name} for code, name in AMBITIONS],
        "form": SampleForm(),
        "wrong": wrong_form(),
        "steps": steps(),
        "rows": [
            {
                "label": gettext("Name of the project"),
                "value": gettext("A tea every Thursday"),
                "change_href": "#name",
            },
            {"label": gettext("Amount asked"), "value": "1 800 €", "change_href": "#amount"},
            {
                "label": gettext("A photo"),
                "value": "",
                "change_href": "#photo",
                "change_label": gettext("Add"),
            },
        ],
        "history": _history(),
        "page": _page(2),
        "bars": _bars(),
        "stacks": _stacks(),
        "dots": [
            {"label": gettext("Projects carried"), "value": 14, "of": 30, "code": "neighbourhoods"},
            {"label": gettext("Members who see a choice of theirs funded"), "value": 83, "of": 100},
        ],
        "line": [
            {"label": str(year), "values": [first, second]}
            for year, first, second in (
                (2021, 12, 40),
                (2022, 18, 44),
                (2023, 31, 41),
                (2024, 36, 58),
                (2025, 52, 73),
            )
        ],
        "series": [
            {"label": gettext("Projects carried"), "code": "neighbourhoods"},
            {"label": gettext("Projects handed in"), "code": "inclusion"},
        ],
        "flow": _flow(),
        "map": _map(),
        "seeds": ["12", "Verviers", "c0ffee"],
        "amount_cents": [180_000, 125_050, -4_000],
        "closes_at": datetime(2026, 12, 3, 19, 0, tzinfo=UTC),
        "opens_on": date(2027, 1, 1),
        "days": [0, 1, 2, 9, 23, -1],
        "message": gettext("A project of the neighbourhood asks for a room."),
    }

"""Words around shares, as pages, files and documents write them. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import date
from typing import Any

from django.utils.text import capfirst
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from commonweal.membership.actions import Movement, Planned
from commonweal.membership.models import Application, Member
from commonweal.membership.queries import holder_names
from commonweal.membership.queries.shares import MovementLine
from commonweal.membership.rules.joining import ApplicationState
from commonweal.membership.rules.movements import PASSING_ON, Held, MovementKind
from commonweal.membership.rules.statutes import Setting, SettingName, Terms
from commonweal.treasury.wording.undo_words import reason
from commonweal.ui.formats import day, euros, number


def shares(count: int, share_class: str) -> str:
    """`10 A shares`."""
    return ngettext("%(count)s share of class %(code)s", "%(count)s shares of class %(code)s", count) % {
        "count": number(count),
        "code": share_class,
    }


def reason_of(application: Application) -> str:
    """Why a request stands where it does; what keeps a paid one out of the register is a text of the source."""
    stuck = application.state == ApplicationState.PAID and application.reason
    return _(application.reason) if stuck else reason(application.reason)


def signed(count: int) -> str:
    """A number with its sign, as movements show it."""
    return f"+{number(count)}" if count > 0 else f"\u2212{number(-count)}" if count < 0 else "0"


def kind(code: str) -> str:
    """What a movement is called; codes of other programs as they are."""
    return _(MovementKind(code).label) if code in set(MovementKind) else code


def movement(line: MovementLine) -> dict[str, Any]:
    """One movement as a row of a table."""
    said = kind(line.operation.kind)
    if line.operation.kind in PASSING_ON and line.others:
        others = ", ".join(str(other) for other in line.others)
        text = _("%(kind)s to member %(number)s") if line.shares < 0 else _("%(kind)s from member %(number)s")
        said = text % {"kind": said, "number": others}
    return {
        "pk": line.operation.pk,
        "kind": said,
        "day": line.operation.effective_on,
        "recorded_at": line.operation.recorded_at,
        "share_class": line.share_class,
        "shares": signed(line.shares),
        "cents": line.cents,
        "document": line.operation.document,
        "note": reason(line.operation.note),
        "author": line.author,
        "undone": line.undone,
        "may_undo": not line.undone and line.operation.kind != MovementKind.CORRECTION,
    }


def written(movement: Movement) -> list[dict[str, str]]:
    """What stands on the paper, as rows of label and value."""
    rows = [(_("What happened"), capfirst(kind(movement.kind)))]
    if movement.count:
        rows.append((_("Shares"), shares(movement.count, movement.share_class)))
    if movement.to_count:
        rows.append((_("Shares they become"), shares(movement.to_count, movement.to_class)))
    if movement.cents is not None:
        rows.append((_("Amount"), euros(movement.cents)))
    rows += [(_("Takes effect on"), day(movement.effective_on)), (_("Document"), movement.document)]
    if movement.note:
        rows.append((_("Note"), movement.note))
    return [{"label": label, "value": value} for label, value in rows]


def planned(found: Iterable[Planned]) -> list[dict[str, Any]]:
    """Before and after, by holder and class, with the holders' names."""
    rows = list(found)
    names = holder_names(row.number for row in rows)
    return [
        {
            "who": names[row.number],
            "number": row.number,
            "share_class": row.share_class,
            "before": row.before,
            "after": row.after,
        }
        for row in rows
    ]


def picture(years: Iterable[tuple[int, dict[str, Held]]]) -> list[dict[str, Any]]:
    """What was paid on shares at the end of each year, by class, as stacked bars; none for a single year."""
    rows = list(years)
    codes = sorted({code for _year, held in rows for code, each in held.items() if each.paid_cents})
    if len(rows) < 2 or not codes:
        return []
    return [
        {
            "label": f"{year} · {euros(sum(each.paid_cents for each in held.values()))}",
            "parts": [
                {
                    "label": _("Class %(code)s") % {"code": code},
                    "value": held.get(code, Held()).paid_cents,
                    "text": euros(held.get(code, Held()).paid_cents),
                }
                for code in codes
            ],
        }
        for year, held in rows
    ]


def terms(each: Terms) -> list[dict[str, str]]:
    """What holds for a class, as rows of label and value."""
    most = number(each.shares_max) if each.shares_max is not None else _("no maximum")
    return [
        {"label": _("Price of a share"), "value": euros(each.price_cents)},
        {"label": _("Shares a member may hold"), "value": f"{number(each.shares_min)} – {most}"},
        {"label": _("Who may hold them"), "value": _(each.holders.label)},
        {"label": _("Given back on leaving"), "value": _(each.refund.label)},
        {"label": _("New shares"), "value": _("are issued") if each.on_issue else _("are no longer issued")},
        {"label": _("Source"), "value": f"{each.source} ({_(each.evidence.label)})"},
    ]


def settings(found: Iterable[Setting], today: date) -> list[dict[str, Any]]:
    """The values in force on a day, one row a setting, with those of other days below."""
    rows: dict[str, dict[str, Any]] = {}
    for each in found:
        row = rows.setdefault(each.code, {"name": SettingName(each.code).label, "now": None, "others": []})
        shown = {"value": value(each), "setting": each, "evidence": each.evidence.label}
        if each.starts_on <= today:
            if row["now"]:
                row["others"].append(row["now"])
            row["now"] = shown
        else:
            row["others"].append(shown)
    return list(rows.values())


def value(setting: Setting) -> str:
    """A setting's value as a reader sees it."""
    if isinstance(setting.value, bool):
        return _("yes") if setting.value else _("no")
    if isinstance(setting.value, int):
        if setting.code.endswith("_cents"):
            return euros(setting.value)
        return (
            f"{number(setting.value)}\u00a0%" if setting.code.endswith("_percent") else number(setting.value)
        )
    return _(setting.value)


def post_goes_to(together: list[Member], language: str) -> dict[str, str]:
    """Names and address on what a household gets once; empty for who shares no post."""
    if not together or together[0].person is None:
        return {}
    first = together[0].person
    town = first.place_in(language) or together[0].place_in(language)
    home = ", ".join(part for part in (first.street, f"{first.postcode} {town}".strip()) if part)
    return {"names": ", ".join(str(each.person) for each in together), "home": home}


def estate_title(member: Member) -> str:
    """What the page of an estate is called; an organisation that ended leaves no heirs."""
    if member.person:
        return _("Estate of %(name)s") % {"name": member.person}
    return _("Settlement of the shares of %(name)s") % {"name": member.organisation}

"""The geometry of charts and maps: shares in percent of the width. Never a pixel of text, never a colour."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from decimal import Decimal
from itertools import pairwise
from typing import Any

Row = Mapping[str, Any]
ROWS_MAX = 500
DOTS_MAX = 400
# In percent of the width: the longest bar of a flow, the least a target takes to be seen, and the gap beside it.
FLOW_WIDTH, TARGET_MIN, FLOW_GAP = Decimal(86), Decimal(12), Decimal(2)
FILLS = ("a", "b", "c", "d", "e", "f")


def percent(part: Any, whole: Any) -> str:
    """`part` of `whole` as a percentage an SVG takes, between 0 and 100; 0 when there is no whole."""
    share = Decimal(str(part)) * 100 / Decimal(str(whole)) if whole else Decimal(0)
    return f"{min(max(share, Decimal(0)), Decimal(100)):.2f}"


def fill(row: Row, index: int) -> str:
    """The class of a row: its ambition's code, or the next of the neutral fills."""
    return str(row.get("code") or FILLS[index % len(FILLS)])


def bars(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows of `label`, `value` and perhaps `text`, `code`, `href`, with the share of the largest."""
    rows = rows[:ROWS_MAX]
    largest = max((row["value"] for row in rows), default=0)
    return [
        {
            "text": row["value"],
            "href": "",
            **row,
            "share": percent(row["value"], largest),
            "fill": row.get("code") or "a",
        }
        for row in rows
    ]


def stacks(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows of `label` and `parts` (each `label`, `value`, perhaps `text`, `code`), laid one after the other.

    All rows share one scale: the largest total is the full width.
    """
    rows = rows[:ROWS_MAX]
    largest = max((sum(part["value"] for part in row["parts"]) for row in rows), default=0)
    drawn = []
    for row in rows:
        parts, start = [], 0
        for index, part in enumerate(row["parts"]):
            place = {"x": percent(start, largest), "width": percent(part["value"], largest)}
            parts.append({"text": part["value"], **part, **place, "fill": fill(part, index)})
            start += part["value"]
        drawn.append({**row, "parts": parts, "total": start})
    return drawn


def dots(rows: Sequence[Row]) -> list[dict[str, Any]]:
    """Rows of `label`, `value`, `of`: one dot each, `value` of them filled; a dot is worth more above 400."""
    drawn = []
    for row in rows[:ROWS_MAX]:
        worth = -(-row["of"] // DOTS_MAX) or 1
        count, full = -(-row["of"] // worth), row["value"] // worth
        marks = [
            {"x": 10 + index % 20 * 20, "y": 10 + index // 20 * 20, "full": index < full}
            for index in range(count)
        ]
        height = 20 * -(-count // 20)
        drawn.append(
            {**row, "marks": marks, "height": height, "worth": worth, "fill": row.get("code") or "a"}
        )
    return drawn


def lines(rows: Sequence[Row], series: Sequence[Row] = ()) -> dict[str, Any]:
    """Rows of `label` and `value`, or `values` (one per series), as points and the segments between them.

    Gives `series` (label, fill, points, segments), `top` (the largest value) and the first and last label.
    """
    rows = rows[:ROWS_MAX]
    columns = [row["values"] if "values" in row else [row["value"]] for row in rows]
    top = max((value for values in columns for value in values), default=0)
    last = max(len(rows) - 1, 1)
    drawn = []
    for index in range(len(columns[0]) if columns else 0):
        about = series[index] if index < len(series) else {}
        points = [
            {"x": percent(at, last), "y": f"{100 - Decimal(percent(values[index], top)):.2f}"}
            for at, values in enumerate(columns)
        ]
        segments = [
            {"x1": start["x"], "y1": start["y"], "x2": end["x"], "y2": end["y"]}
            for start, end in pairwise(points)
        ]
        drawn.append(
            {"label": "", **about, "fill": fill(about, index), "points": points, "segments": segments}
        )
    ends = (rows[0]["label"], rows[-1]["label"]) if rows else ("", "")
    return {"series": drawn, "top": top, "first": ends[0], "last": ends[1]}


def flow(sources: Sequence[Row], scale: Any) -> dict[str, Any]:
    """Rows of `label`, `value`, `given`, `code` as one bar; below it what all gave, and beside that what they kept.

    `scale` is the value of the longest bar there will be. Each row gets `x`, `given_width`, `kept_x`, `kept_width`,
    and the two bands (in a field of 100 by 100) that lead down. What all gave is at least `TARGET_MIN` wide.
    """
    wide = FLOW_WIDTH / Decimal(scale) if scale else Decimal(0)
    total = sum(row["given"] for row in sources)
    target = max(total * wide, TARGET_MIN) if total else Decimal(0)
    rest_x = target + FLOW_GAP if total else Decimal(0)
    rows, start, to_target, to_rest = [], Decimal(0), Decimal(0), rest_x
    for index, row in enumerate(sources[:ROWS_MAX]):
        given, kept = row["given"] * wide, (row["value"] - row["given"]) * wide
        piece = target * row["given"] / total if total else Decimal(0)
        place = {
            "x": f"{start:.2f}",
            "given_width": f"{given:.2f}",
            "kept_x": f"{start + given:.2f}",
            "kept_width": f"{kept:.2f}",
            "given_band": _band(start, given, to_target, piece),
            "kept_band": _band(start + given, kept, to_rest, kept),
        }
        rows.append({"text": "", "given_text": "", "had_text": "", **row, **place, "fill": fill(row, index)})
        start, to_target, to_rest = start + given + kept, to_target + piece, to_rest + kept
    return {
        "rows": rows,
        "target_width": f"{target:.2f}",
        "rest_x": f"{rest_x:.2f}",
        "rest_width": f"{to_rest - rest_x:.2f}",
    }


def _band(above: Decimal, width: Decimal, below: Decimal, width_below: Decimal) -> str:
    if not width:
        return ""
    a, b, c, d = (f"{x:.2f}" for x in (above, above + width, below, below + width_below))
    return f"M{a} 0C{a} 50 {c} 50 {c} 100H{d}C{d} 50 {b} 50 {b} 0z"


SIGNS = ("inclusion", "cooperatives", "neighbourhoods")


def map_marks(viewbox: str, points: Sequence[Row]) -> list[dict[str, Any]]:
    """Points of `x`, `y`, `label`, perhaps `href`, `code`, with a fitting radius and a place for the sign."""
    radius = Decimal(viewbox.split()[2]) / 38
    side = radius * Decimal("1.35")
    marks = []
    for point in points[:ROWS_MAX]:
        code = point.get("code", "")
        place = {
            # As text: a template would write 12.5 as "12,5" in three of our languages.
            "x": f"{Decimal(str(point['x'])):.2f}",
            "y": f"{Decimal(str(point['y'])):.2f}",
            "r": f"{radius:.3f}",
            "side": f"{side:.3f}",
            "left": f"{Decimal(str(point['x'])) - side / 2:.3f}",
            "top": f"{Decimal(str(point['y'])) - side / 2:.3f}",
        }
        marks.append(
            {"href": "", "text": "", **point, **place, "code": code, "sign": code if code in SIGNS else ""}
        )
    return marks

"""Measures the colours of the stylesheet: OKLCH tokens to sRGB, and the WCAG 2 contrast of each pair in use.

Sources: CSS Color 4 (OKLab to linear sRGB), WCAG 2.2 (relative luminance, contrast ratio). Changes no colour.
"""

from __future__ import annotations

import math
import re
from dataclasses import dataclass
from functools import cache
from pathlib import Path

STYLESHEET = Path(__file__).resolve().parent / "static" / "ui" / "commonweal.css"
SCHEMES = ("light", "dark", "contrast")
_OKLCH = r"oklch\(([\d.]+) ([\d.]+) ([\d.]+)\)"
_TOKEN = re.compile(rf"--([a-z-]+): light-dark\({_OKLCH}, {_OKLCH}\);")
_PLAIN = re.compile(rf"--([a-z-]+): {_OKLCH};")
_CONTRAST_SCHEME = re.compile(r"\n  \.scheme-contrast \{(?P<inside>[^}]*)\}")

GROUNDS = ("paper", "sheet", "tint")
TEXT_RATIO, BOUNDARY_RATIO = 7.0, 3.0
_NOTICE_GROUNDS = ("good-ground", "warning-ground", "problem-ground")
_AMBITIONS = ("inclusion", "cooperatives", "neighbourhoods")


@dataclass(frozen=True, slots=True)
class Measured:
    """One pair of tokens in one scheme, with what it must reach."""

    scheme: str
    above: str
    below: str
    ratio: float
    needed: float
    above_hex: str
    below_hex: str

    @property
    def enough(self) -> bool:
        """Whether the pair reaches what it must."""
        return self.ratio >= self.needed


def pairs() -> list[tuple[str, str, float]]:
    """Every pair of tokens the stylesheet puts on one another: above, below, and the ratio needed."""
    text = [
        (above, ground) for ground in GROUNDS for above in ("ink", "quiet", "action", "action-deep", "danger")
    ]
    text += [("ink", ground) for ground in (*_NOTICE_GROUNDS, "glow-soft")]
    text += [("quiet", ground) for ground in _NOTICE_GROUNDS]
    text += [("action", "good-ground"), ("danger", "problem-ground"), ("paper", "ink")]
    text += [("action-ink", "action"), ("action-ink", "action-deep"), ("danger-ink", "danger")]
    text += [(ambition, ground) for ambition in _AMBITIONS for ground in (*GROUNDS, "good-ground")]
    boundaries = [(above, ground) for ground in GROUNDS for above in ("line", "action", "danger", "ink")]
    boundaries += [("ink", "glow"), *((ambition, f"{ambition}-soft") for ambition in _AMBITIONS)]
    return [(*pair, TEXT_RATIO) for pair in text] + [(*pair, BOUNDARY_RATIO) for pair in boundaries]


def _clipped(part: float) -> float:
    return min(max(part, 0.0), 1.0)


def linear_rgb(lightness: float, chroma: float, hue: float) -> tuple[float, float, float]:
    """OKLCH as linear sRGB, each part clipped to 0..1 as a screen does."""
    a, b = chroma * math.cos(math.radians(hue)), chroma * math.sin(math.radians(hue))
    long = (lightness + 0.3963377774 * a + 0.2158037573 * b) ** 3
    middle = (lightness - 0.1055613458 * a - 0.0638541728 * b) ** 3
    short = (lightness - 0.0894841775 * a - 1.2914855480 * b) ** 3
    red = 4.0767416621 * long - 3.3077115913 * middle + 0.2309699292 * short
    green = -1.2684380046 * long + 2.6097574011 * middle - 0.3413193965 * short
    blue = -0.0041960863 * long - 0.7034186147 * middle + 1.7076147010 * short
    return _clipped(red), _clipped(green), _clipped(blue)


def hex_of(rgb: tuple[float, float, float]) -> str:
    """Linear sRGB as `#rrggbb`."""
    curved = [12.92 * part if part <= 0.0031308 else 1.055 * part ** (1 / 2.4) - 0.055 for part in rgb]
    return "#" + "".join(f"{round(part * 255):02x}" for part in curved)


def luminance(rgb: tuple[float, float, float]) -> float:
    """WCAG's relative luminance of linear sRGB."""
    return 0.2126 * rgb[0] + 0.7152 * rgb[1] + 0.0722 * rgb[2]


def ratio(above: tuple[float, float, float], below: tuple[float, float, float]) -> float:
    """WCAG's contrast ratio, between 1 and 21."""
    high, low = sorted((luminance(above), luminance(below)), reverse=True)
    return (high + 0.05) / (low + 0.05)


@cache
def tokens(scheme: str) -> dict[str, tuple[float, float, float]]:
    """The colours of one scheme by token name, read from the stylesheet."""
    css = STYLESHEET.read_text()
    start = 4 if scheme != "light" else 1
    found = {}
    for match in _TOKEN.finditer(css):
        parts = [float(value) for value in match.groups()[start : start + 3]]
        found[match[1]] = linear_rgb(*parts)
    if scheme == "contrast":
        inside = _CONTRAST_SCHEME.search(css)
        for match in _PLAIN.finditer(inside["inside"] if inside else ""):
            found[match[1]] = linear_rgb(*(float(value) for value in match.groups()[1:]))
    return found


@cache
def measured() -> list[Measured]:
    """Every pair in every scheme, weakest first within a scheme."""
    found = []
    for scheme in SCHEMES:
        colours = tokens(scheme)
        rows = []
        for above, below, needed in pairs():
            one, other = colours[above], colours[below]
            rows.append(Measured(scheme, above, below, ratio(one, other), needed, hex_of(one), hex_of(other)))
        found += sorted(rows, key=lambda row: row.ratio / row.needed)
    return found


def by_pair() -> list[tuple[Measured, ...]]:
    """Each pair with its measure in every scheme, in the order of `SCHEMES`."""
    found: dict[tuple[str, str, float], list[Measured]] = {pair: [] for pair in pairs()}
    for row in measured():
        found[row.above, row.below, row.needed].append(row)
    return [tuple(rows) for rows in found.values()]

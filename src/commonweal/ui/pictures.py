"""Pictures drawn for projects without a photo: the same id always gives the same street, doors or weave.

Geometry only (a 400 by 200 field); colours are classes of the stylesheet. Never random, never a stock photo.
"""

from __future__ import annotations

import hashlib
from dataclasses import dataclass

WIDTH, HEIGHT = 400, 200


@dataclass(frozen=True, slots=True)
class Shape:
    """One SVG path with the class that colours it."""

    d: str
    kind: str


class _Dice:
    """Numbers that follow from a text and nothing else."""

    def __init__(self, seed: str) -> None:
        self._bytes = hashlib.shake_128(seed.encode()).digest(256)
        self._at = 0

    def among(self, low: int, high: int) -> int:
        """A whole number from `low` up to and including `high`."""
        self._at = (self._at + 1) % len(self._bytes)
        return low + self._bytes[self._at] * (high - low + 1) // 256


def _box(x: int, y: int, width: int, height: int) -> str:
    return f"M{x} {y}h{width}v{height}h{-width}z"


def _street(dice: _Dice) -> list[Shape]:
    shapes, x = [Shape(f"M0 178H{WIDTH}V{HEIGHT}H0z", "soft")], -dice.among(0, 30)
    while x < WIDTH:
        width, wall, roof = dice.among(46, 82), dice.among(62, 108), dice.among(20, 38)
        top, kind = 178 - wall, ("solid", "soft", "paper")[dice.among(0, 2)]
        if dice.among(0, 3):
            outline = f"M{x} 178V{top}l{width // 2} {-roof} {width - width // 2} {roof}V178z"
        else:
            step = width // 5
            stairs = (
                f"v{-roof // 2}h{step}v{-roof // 2}h{width - 4 * step}v{roof // 2}h{step}v{roof // 2}h{step}"
            )
            outline = f"M{x} 178V{top}h{step}{stairs}V178z"
        shapes.append(Shape(outline, kind))
        glass = "glow" if dice.among(0, 2) == 0 else "pane"
        shapes.append(Shape(_box(x + width // 2 - 7, 150, 14, 28), "pane" if glass == "glow" else "line"))
        for column in range(2 if width > 56 else 1):
            left = x + (width // 4 - 6 if width > 56 else width // 2 - 6) + column * (width // 2)
            shapes.append(Shape(_box(left, top + 14, 12, 18), glass if column == 0 else "pane"))
        x += width
    return shapes


def _doors(dice: _Dice) -> list[Shape]:
    shapes, x = [Shape(f"M0 168H{WIDTH}V{HEIGHT}H0z", "soft")], 14 + dice.among(0, 20)
    while x + 54 < WIDTH:
        width, tall = dice.among(48, 64), dice.among(100, 132)
        top = 168 - tall
        shapes.append(
            Shape(
                f"M{x} 168V{top + width // 2}a{width // 2} {width // 2} 0 0 1 {width // 2 * 2} 0V168z",
                "solid",
            )
        )
        swing = dice.among(0, 3)
        inner, edge = width - 14, x + 7
        arch = f"M{edge} 168V{top + width // 2}a{inner // 2} {inner // 2} 0 0 1 {inner // 2 * 2} 0V168z"
        if swing:
            shapes.append(Shape(arch, "glow"))
            shapes.append(
                Shape(
                    f"M{edge} 168l{-10 * swing} 32h{inner + 14 * swing}l{-4 * swing} -32z",
                    "glow",
                )
            )
            leaf = inner * (5 - swing) // 6
            shapes.append(Shape(f"M{edge} 168V{top + width // 2 - 6}l{leaf} {-8}V176z", "paper"))
            shapes.append(Shape(f"M{edge + leaf - 9} 124h4v9h-4z", "solid"))
        else:
            shapes.append(Shape(arch, "paper"))
            shapes.append(Shape(f"M{edge + inner - 12} 122h4v10h-4z", "solid"))
        x += width + dice.among(18, 44)
    return shapes


def _weave(dice: _Dice) -> list[Shape]:
    shapes = []
    gap, tilt = dice.among(40, 52), dice.among(14, 26)
    for row in range(-1, 6):
        base = row * gap + dice.among(0, 10)
        rise = tilt if row % 2 else -tilt
        wave = (
            f"M-20 {base}q55 {-2 * rise} 110 0t110 0 110 0 110 0v18q-55 {2 * rise} -110 0t-110 0-110 0-110 0z"
        )
        shapes.append(Shape(wave, ("solid", "soft", "paper")[(row + dice.among(0, 1)) % 3]))
    shapes += [
        Shape(_circle(dice.among(20, 380), dice.among(20, 180), dice.among(9, 17)), "glow")
        for _knot in range(4)
    ]
    return shapes


def _circle(x: int, y: int, radius: int) -> str:
    return (
        f"M{x - radius} {y}a{radius} {radius} 0 1 0 {2 * radius} 0a{radius} {radius} 0 1 0 {-2 * radius} 0z"
    )


def _rings(dice: _Dice) -> list[Shape]:
    shapes, x, index = [], -20, 0
    while x < WIDTH + 60:
        radius = dice.among(42, 70)
        shapes.append(
            Shape(_circle(x, 100 + dice.among(-22, 22), radius), "ring" if index % 2 else "ring-soft")
        )
        x, index = x + radius + dice.among(-4, 14), index + 1
    shapes += [Shape(_circle(dice.among(40, 360), dice.among(40, 160), 15), "glow") for _spot in range(2)]
    return shapes


_DRAWINGS = {"neighbourhoods": _street, "inclusion": _doors, "cooperatives": _weave}


def drawn(code: str, seed: object) -> list[Shape]:
    """The shapes of a picture for an ambition's code and an id; other codes get rings."""
    return _DRAWINGS.get(code, _rings)(_Dice(f"{code}:{seed}"))

"""Documents of names in every script: no sign stops one, and what cannot be printed is said."""

from __future__ import annotations

import io
import sys
import unicodedata
from pathlib import Path
from typing import Any

import pytest
import typst
from pypdf import PdfReader

import commonweal
from commonweal.ui import documents
from commonweal.ui.documents import STAND_IN, pdf, printable, refused_signs

TEMPLATES = sorted(Path(commonweal.__file__).parent.glob("*/documents/*.typ"))
NO_TYPEFACE = "\U000e0fff"  # in no script: never assigned
NAMES = {
    "latin": "Zoë D’Hondt-Łęcka Đặng ĳ ß þ ð ı ŋ ə",
    "emoji": "🙂 Smile 🌱",
    "joined emoji": "👩‍👩‍👧 🏳️‍🌈 🇧🇪 👍🏽 ❤️",
    "thai": "สมชาย ใจดี",
    "korean": "김민수",
    "korean letters": "ᄒ\u1161\u11ab",
    "amharic": "አበበ በቀለ",
    "japanese": "山田 花子 ヤマダ",
    "chinese": "王小明 𠮷",
    "arabic": "محمد عبد الله",
    "hebrew": "שלום כהן",
    "hindi": "अमित कुमार",
    "tamil": "அருண்",
    "khmer": "សុខ",
    "greek and cyrillic": "Ωρίων Жанна",
    "stacked marks": "Z\u0335\u0321\u0301\u0323a\u030a\u0327l\u20dd\u0488go",
    "right to left": "\u202eabc\u202c \u2067אב\u2069 \u200f",
    "controls": "a\x00b\x01c\x0bd\x1be\x7ff\x85g\ufeffh\ufffei\u2028j",
    "private and unassigned": f"\ue000 \U0010fffd \u0378 {NO_TYPEFACE}",
    "markup": "#sys <b> $x$ *y* \\ \"q\" `z` @ref",
}  # fmt: skip


def _sample(name: str) -> dict[str, Any]:
    """Data with a name wherever a document of ours shows a text; each template takes what it knows."""
    pair, sheet = [name, name], {"head": [name] * 3, "rows": [[name] * 3], "title": name}
    return {
        **dict.fromkeys(("site", "title", "none", "movements_title", "notes_title", "document"), name),
        **dict.fromkeys(("signed", "source"), name),
        "notes": [name],
        "closing": [name],
        "opening": [name],
        "language": "nl",
        "rows": [pair],
        "head": pair,
        "holdings": sheet,
        "movements": {"head": [name] * 5, "rows": [[name] * 5]},
        "figures": {"head": pair, "rows": [pair]},
        "requests": {"head": pair, "rows": [pair], "title": name},
        "classes": {"head": [name] * 4, "rows": [[name] * 4], "title": name},
        "parts": [{"title": name, "rows": [pair]}],
        "sections": [{"title": name, "rows": [{"label": name, "value": name}]}],
        "findings": [
            {"number": 1, "label": name, "verdict": name, "evidence": [name],
             "note": {"text": name, "document": name}}
        ],
    }  # fmt: skip


def _text(document: bytes) -> str:
    return "".join(page.extract_text() for page in PdfReader(io.BytesIO(document)).pages)


@pytest.mark.parametrize("template", TEMPLATES, ids=[path.stem for path in TEMPLATES])
def test_a_name_in_any_script_makes_a_document_of_every_kind(template: Path) -> None:
    for script, name in NAMES.items():
        data = _sample(name)
        if template.stem in ("certificate", "special_report"):
            data["opening"] = name
        assert pdf(template, data).startswith(b"%PDF"), script


def test_a_sign_without_typeface_is_a_stand_in_and_the_last_line_says_so() -> None:
    template = next(path for path in TEMPLATES if path.stem == "certificate")
    data = {**_sample("Els"), "opening": f"An{NO_TYPEFACE}na"}
    text = _text(pdf(template, data))
    assert f"An{STAND_IN}na" in text
    assert "U+E0FFF" in text
    assert "afdrukken" in text, "in the language of the document"
    plain = _text(pdf(template, {**data, "opening": "Anna"}))
    assert STAND_IN not in plain
    assert "afdrukken" not in plain


def test_one_odd_row_among_many_leaves_the_others_as_they_are() -> None:
    template = next(path for path in TEMPLATES if path.stem == "exits")
    data = _sample("Els Peeters")
    data["parts"] = [{"title": "names", "rows": [[f"Zoë Łęcka {n}", "1"] for n in range(300)]}]
    data["parts"][0]["rows"][150] = [f"{NO_TYPEFACE} สมชาย", "1"]
    text = _text(pdf(template, data))
    assert STAND_IN in text
    assert all(f"Zoë Łęcka {n}" in text for n in range(300) if n != 150)


def test_no_character_there_is_stops_a_document() -> None:
    template = next(path for path in TEMPLATES if path.stem == "certificate")
    points = [
        p for p in range(sys.maxunicode + 1) if unicodedata.category(chr(p)) not in ("Cn", "Co", "Cs", "Lo")
    ]
    every_script = [chr(p) for p in points] + [chr(p) for p in range(0x370, 0x3000)]
    text = " ".join("".join(every_script[at : at + 40]) for at in range(0, len(every_script), 40))
    assert pdf(template, {**_sample("Els"), "opening": text}).startswith(b"%PDF")


def test_half_a_pair_is_a_stand_in() -> None:
    template = next(path for path in TEMPLATES if path.stem == "certificate")
    assert f"x{STAND_IN}y" in _text(pdf(template, {**_sample("Els"), "opening": "x\ud83dy"}))


def test_a_joined_sequence_is_one_stand_in() -> None:
    assert printable("👩‍👩‍👧 x", {"👩", "👧"}) == f"{STAND_IN} x"
    assert printable("ทด", {"ท", "ด"}) == STAND_IN * 2
    assert printable("Zoë\u200d", {"👩"}) == "Zoë\u200d"


def test_the_report_of_errors_is_read_with_its_escapes() -> None:
    report = 'the text `"\\u{200d}"` could not be …\nthe text `"a"` could not …\ncodepoint `"\\u{feff}"`'
    assert refused_signs(report) == {"\u200d", "\ufeff"}
    assert refused_signs("unknown variable: x") is None


def test_an_error_of_another_kind_is_not_hidden(tmp_path: Path) -> None:
    broken = tmp_path / "broken.typ"
    broken.write_text("#let data = json(bytes(sys.inputs.data))\n#no-such-thing")
    with pytest.raises(typst.TypstError, match="unknown variable"):
        pdf(broken, {"language": "en", "name": "🙂"})


class PanicException(BaseException):
    """Stands for what the compiler raises when it gives up: no Exception."""


@pytest.mark.parametrize("panic", [True, False])
def test_what_the_compiler_gives_up_on_is_printed_in_latin_alone(
    monkeypatch: pytest.MonkeyPatch, panic: bool
) -> None:
    asked: list[str] = []

    def stubborn(_source: bytes, data: dict[str, Any]) -> bytes:
        asked.append(data["name"])
        if "Ж" not in data["name"]:
            return b"%PDF"
        if panic:
            raise PanicException("end byte index 17 is out of bounds")
        error = typst.TypstError("no")
        error.diagnostic = 'the text `"a"` could not be displayed'
        raise error

    monkeypatch.setattr(documents, "_compiled", stubborn)
    assert pdf(TEMPLATES[0], {"language": "en", "name": "aЖ", "more": 1}) == b"%PDF"
    assert asked == ["aЖ", f"a{STAND_IN}"]


def test_what_stops_the_program_is_not_taken_for_a_sign(monkeypatch: pytest.MonkeyPatch) -> None:
    def stopped(_source: bytes, _data: dict[str, Any]) -> bytes:
        raise KeyboardInterrupt

    monkeypatch.setattr(documents, "_compiled", stopped)
    with pytest.raises(KeyboardInterrupt):
        pdf(TEMPLATES[0], {"language": "en"})

"""Documents people keep: PDF made by typst, readable aloud (PDF/UA-1). Data goes in as JSON, never as markup."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import typst


def pdf(template: Path, data: dict[str, Any]) -> bytes:
    """The document a typst template makes of plain data. Raises typst's error for a broken template."""
    return bytes(
        typst.compile(
            str(template),
            format="pdf",
            pdf_standards="ua-1",
            sys_inputs={"data": json.dumps(data, ensure_ascii=False)},
        )
    )

"""Steps that several tests of projects take: sign in, read a page, count queries, type a call."""

from __future__ import annotations

from typing import Any

from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from tests.sign_in import signed_in as signed_in


def text_of(client: Client, address: str, status: int = 200) -> str:
    """The page at an address, with single spaces."""
    answer = client.get(address)
    assert answer.status_code == status, (address, answer.status_code)
    return " ".join(answer.content.decode().split())


def queries_of(client: Client, address: str) -> int:
    """How many queries a page takes."""
    with CaptureQueriesContext(connection) as seen:
        assert client.get(address).status_code == 200, address
    return len(seen)


def typed(initial: dict[str, Any], **changes: Any) -> dict[str, Any]:
    """What a browser sends for the page of a call as it stands, with some answers changed."""
    data: dict[str, Any] = {}
    for name, value in initial.items():
        if hasattr(value, "year"):
            data |= {f"{name}_day": value.day, f"{name}_month": value.month, f"{name}_year": value.year}
        else:
            data[name] = value // 100 if name.endswith("_cents") else value
    return data | changes

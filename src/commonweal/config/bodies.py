"""How much a request may send: looked at before it is read, and counted while it is.

A form carries up to `FORM_BYTES`. Files are taken at the few addresses that need them, from people who are signed in;
from anyone else, and anywhere else, no file is written down at all, not even for a moment.
"""

from __future__ import annotations

from enum import Enum
from typing import Any

from django.core.exceptions import RequestDataTooBig
from django.core.files.uploadhandler import FileUploadHandler, SkipFile
from django.http import HttpRequest
from django.urls import Resolver404, resolve

FORM_BYTES = 1_000_000
FILE_BYTES = 25_000_000
# The pages that take files, by the names of their addresses.
UPLOADS = frozenset(
    {"projects:dossier-photos", "projects:call-count", "membership:imports", "treasury:payment-desk"}
)


class Body(Enum):
    """What is wrong with a body before it is read."""

    FITS = "fits"
    TOO_LARGE = "too_large"
    NO_LENGTH = "no_length"
    TWO_LENGTHS = "two_lengths"


def takes_files(request: HttpRequest) -> bool:
    """Whether this request may bring files: its address needs them, and somebody is signed in."""
    try:
        name = resolve(request.path_info).view_name
    except Resolver404:
        return False
    return name in UPLOADS and request.user.is_authenticated


def bytes_max(request: HttpRequest) -> int:
    """The most bytes this request may send."""
    return FILE_BYTES if takes_files(request) else FORM_BYTES


def looked_at(request: HttpRequest) -> Body:
    """What the head says of the body. Whoever is asked whether they are signed in is asked for large bodies only."""
    told = request.META.get("CONTENT_LENGTH") or ""
    if "HTTP_TRANSFER_ENCODING" in request.META:
        # With a length as well, two servers could see two different requests in it.
        return Body.TWO_LENGTHS if told else Body.NO_LENGTH
    length = int(told) if told.isascii() and told.isdigit() else 0
    if length > FILE_BYTES or (length > FORM_BYTES and length > bytes_max(request)):
        return Body.TOO_LARGE
    return Body.FITS


class Counted(FileUploadHandler):
    """The first to see what comes of a file: leaves out files that are not taken here, and counts those that are."""

    def handle_raw_input(
        self, input_data: Any, meta: Any, content_length: int, boundary: Any, encoding: Any = None
    ) -> None:
        """Asks once whether there may be files."""
        assert self.request is not None
        self.takes = takes_files(self.request)
        self.left = FILE_BYTES

    def new_file(self, *given: Any, **named: Any) -> None:
        """Leaves a file out where none is taken. Raises SkipFile."""
        super().new_file(*given, **named)
        if not self.takes:
            raise SkipFile

    def receive_data_chunk(self, raw_data: bytes, start: int) -> bytes:
        """Counts. Raises RequestDataTooBig."""
        self.left -= len(raw_data)
        if self.left < 0:
            raise RequestDataTooBig("files too large")
        return raw_data

    def file_complete(self, file_size: int) -> None:
        """Leaves making the file to the handlers after it."""

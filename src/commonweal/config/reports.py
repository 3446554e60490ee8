"""Reports of errors: where in the program it happened, never what anyone typed. Sends nothing by itself."""

from __future__ import annotations

from collections.abc import ItemsView
from types import FrameType
from typing import Any

from django.http import HttpRequest
from django.views.debug import SafeExceptionReporterFilter


class NothingTyped(SafeExceptionReporterFilter):
    """Django's filter for error reports, without form fields, cookies and variables of any page.

    A view can mark its own fields as sensitive, but an error in a middleware comes before the view has done so,
    and a choice in a vote must not leave the request even then.
    """

    def is_active(self, request: HttpRequest | None) -> bool:
        """Always: also while developing."""
        return True

    def get_post_parameters(self, request: HttpRequest | None) -> dict[str, Any]:
        """No field of a form, and no name of one: `points-7` says what was chosen."""
        return {}

    def get_traceback_frame_variables(self, request: HttpRequest, tb_frame: FrameType) -> ItemsView[str, Any]:
        """The names of the variables, without their values."""
        return dict.fromkeys(tb_frame.f_locals, self.cleansed_substitute).items()

    def get_safe_cookies(self, request: HttpRequest) -> dict[str, Any]:
        """The names of the cookies, without their values."""
        return dict.fromkeys(request.COOKIES, self.cleansed_substitute)

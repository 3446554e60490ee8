"""What stands beside a refund on the holder's statement of the bank."""

from __future__ import annotations

from django.conf import settings
from django.utils import translation
from django.utils.translation import gettext


def refund_texts() -> dict[str, str]:
    """The text by language; the member number is left open (`%(number)s`)."""
    found = {}
    for code, _name in settings.LANGUAGES:
        with translation.override(code):
            found[code] = gettext("Refund of shares, member") + " %(number)s"
    return found

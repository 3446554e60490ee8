"""How a reader wants pages shown: text size, spacing, colours, calm. Kept in a cookie, without an account."""

from __future__ import annotations

from dataclasses import asdict, dataclass

from django.utils.translation import gettext_lazy as _

COOKIE = "display"
COOKIE_AGE_SECONDS = 60 * 60 * 24 * 365
CHOICES = {
    "text": [("normal", _("Normal")), ("large", _("Large")), ("larger", _("Very large"))],
    "spacing": [("normal", _("Normal")), ("wide", _("More room between lines and letters"))],
    "scheme": [
        ("auto", _("As my device is set")),
        ("light", _("Light")),
        ("dark", _("Dark")),
        ("contrast", _("Strong contrast: yellow and white on black")),
    ],
    "calm": [("no", _("Normal")), ("yes", _("Calm: no movement, no patterns"))],
}


@dataclass(frozen=True, slots=True)
class Display:
    """One reader's wishes; each is a code of `CHOICES`."""

    text: str = "normal"
    spacing: str = "normal"
    scheme: str = "auto"
    calm: str = "no"

    @property
    def classes(self) -> str:
        """Class names for the page's root element; empty when everything is as usual."""
        usual = asdict(Display())
        return " ".join(f"{name}-{code}" for name, code in asdict(self).items() if code != usual[name])


def from_cookie(value: str) -> Display:
    """The wishes kept in a cookie. What is not in `CHOICES` falls back to the usual."""
    kept = {}
    for pair in value.split("."):
        name, _colon, code = pair.partition("-")
        if code in dict(CHOICES.get(name, [])):
            kept[name] = code
    return Display(**kept)


def to_cookie(display: Display) -> str:
    """The wishes as cookie text: `text-large.calm-yes`."""
    return display.classes.replace(" ", ".")

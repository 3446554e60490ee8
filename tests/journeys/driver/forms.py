"""Forms as a browser without script sends them: successful controls only, and nothing while an answer is missing."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import urldefrag, urlencode, urljoin, urlsplit

from django.core.files.uploadedfile import SimpleUploadedFile
from django.test.client import BOUNDARY, MULTIPART_CONTENT, encode_multipart
from lxml.html import HtmlElement

from tests.journeys.driver.sight import DriverError, is_element, named

CONTROLS = {"button", "input", "select", "textarea"}
NOT_TYPED = {"button", "checkbox", "color", "file", "hidden", "image", "radio", "range", "reset", "submit"}
TICKED = {"checkbox", "radio"}
URLENCODED = "application/x-www-form-urlencoded"
ADDRESS = re.compile(r"[^@\s]+@[^@\s]+")
NUMBER = re.compile(r"-?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")


@dataclass(frozen=True)
class Request:
    """A request of a page: an absolute address, a method, and the body of a form."""

    url: str
    method: str = "GET"
    body: bytes = b""
    content_type: str = URLENCODED


@dataclass
class Answers:
    """What somebody typed, ticked and chose on one page; untouched controls keep what the page says."""

    texts: dict[HtmlElement, str] = field(default_factory=dict)
    ticks: dict[HtmlElement, bool] = field(default_factory=dict)
    choices: dict[HtmlElement, list[HtmlElement]] = field(default_factory=dict)
    files: dict[HtmlElement, list[SimpleUploadedFile]] = field(default_factory=dict)

    def text(self, control: HtmlElement) -> str:
        """The text in a field, as a script would read it."""
        if control in self.texts:
            return self.texts[control]
        if control.tag == "textarea":
            # The line break right after the opening tag belongs to the tag.
            return re.sub(r"\A\r?\n", "", control.text_content()).replace("\r\n", "\n")
        if control.tag == "select":
            chosen = self.chosen(control)
            return value_of(chosen[0]) if chosen else ""
        if kind_of(control) in TICKED:
            return str(control.get("value", "on"))
        return str(control.get("value", ""))

    def ticked(self, control: HtmlElement) -> bool:
        """Whether a box or one of several answers is ticked."""
        return self.ticks.get(control, control.get("checked") is not None)

    def tick(self, control: HtmlElement, value: bool) -> None:
        """Ticks or clears a control; the other answers to the same question lose their tick."""
        if kind_of(control) == "radio" and value:
            for other in group_of(control):
                self.ticks[other] = False
        self.ticks[control] = value

    def chosen(self, select: HtmlElement) -> list[HtmlElement]:
        """The options chosen in a list; a list that shows one line always has one chosen."""
        options = list(select.iter("option"))
        if select in self.choices:
            return self.choices[select]
        marked = [each for each in options if each.get("selected") is not None]
        if select.get("multiple") is not None:
            return marked
        return marked[-1:] or [each for each in options if not disabled(each)][:1]


def kind_of(control: HtmlElement) -> str:
    """The type of a control: of an input as written, `submit` of a button unless it says otherwise."""
    if control.tag == "input":
        return str(control.get("type", "text")).lower()
    if control.tag == "button":
        kind = str(control.get("type", "submit")).lower()
        return kind if kind in {"button", "reset"} else "submit"
    return str(control.tag)


def value_of(option: HtmlElement) -> str:
    """The value an option sends."""
    return str(option.get("value", " ".join(option.text_content().split())))


def disabled(control: HtmlElement) -> bool:
    """Whether a control is out of use, by itself or by the group around it."""
    if control.get("disabled") is not None:
        return True
    inside = control
    for around in control.iterancestors():
        if around.tag in {"fieldset", "optgroup"} and around.get("disabled") is not None:
            first = next(around.iterchildren("legend"), None)
            if inside is not first:
                return True
        inside = around
    return False


def form_of(control: HtmlElement) -> HtmlElement | None:
    """The form a control belongs to: the one its `form` names, else the one around it."""
    name = control.get("form")
    if name is not None:
        found = control.getroottree().xpath("//form[@id=$name]", name=name)
        return found[0] if found else None
    return next(control.iterancestors("form"), None)


def controls_of(form: HtmlElement) -> Iterator[HtmlElement]:
    """The controls of a form, in their order on the page."""
    for each in form.getroottree().iter(*CONTROLS):
        if is_element(each) and form_of(each) is form:
            yield each


def group_of(radio: HtmlElement) -> list[HtmlElement]:
    """All answers to the question that a radio button answers."""
    form, name = form_of(radio), radio.get("name")
    everywhere = radio.getroottree().iter("input") if form is None else controls_of(form)
    return [
        each
        for each in everywhere
        if kind_of(each) == "radio" and each.get("name") == name and form_of(each) is form
    ]


def submission(form: HtmlElement, button: HtmlElement | None, answers: Answers, base: str) -> Request:
    """The request a form makes when a button is pressed.

    Raises DriverError when a browser would hold the form back.
    """
    said = {} if button is None else button.attrib
    if form.get("novalidate") is None and "formnovalidate" not in said:
        for control in controls_of(form):
            if reason := _invalid(control, answers):
                raise DriverError(f"a browser would not send this form: {named(control)} {reason}")
    method = (said.get("formmethod") or form.get("method") or "get").lower()
    address = urldefrag(
        urljoin(base, (said.get("formaction") or form.get("action") or "").strip() or base)
    ).url
    entries, files = _entries(form, button, answers)
    if method == "get":
        query = urlencode([*entries, *((name, file.name) for name, file in files)])
        return Request(urlsplit(address)._replace(query=query).geturl())
    if method != "post":
        raise DriverError(f"the client driver cannot send a form by {method!r}")
    encoding = (said.get("formenctype") or form.get("enctype") or URLENCODED).lower()
    if encoding == "multipart/form-data":
        together: dict[str, list[Any]] = {}
        for name, value in (*entries, *files):
            together.setdefault(name, []).append(value)
        return Request(address, "POST", encode_multipart(BOUNDARY, together), MULTIPART_CONTENT)
    if encoding != URLENCODED:
        raise DriverError(f"the client driver cannot send a form as {encoding!r}")
    return Request(
        address, "POST", urlencode([*entries, *((name, file.name) for name, file in files)]).encode()
    )


def _entries(
    form: HtmlElement, button: HtmlElement | None, answers: Answers
) -> tuple[list[tuple[str, str]], list[tuple[str, SimpleUploadedFile]]]:
    """The names with values that a form sends, texts and files apart."""
    entries, files = [], []
    for control in controls_of(form):
        name, kind = control.get("name"), kind_of(control)
        if not name or disabled(control) or any(True for _ in control.iterancestors("datalist")):
            continue
        if kind in {"submit", "button", "reset", "image"}:
            if control is button:
                if kind == "image":
                    raise DriverError(f"the client driver cannot press the picture {named(control)}")
                entries.append((name, control.get("value", "")))
        elif kind in TICKED:
            if answers.ticked(control):
                entries.append((name, control.get("value", "on")))
        elif kind == "file":
            chosen = answers.files.get(control, [])
            files += [(name, file) for file in chosen]
            # An empty name stands for no file, and reaches the site as an empty text.
            entries += [] if chosen else [(name, "")]
        elif kind == "select":
            entries += [(name, value_of(each)) for each in answers.chosen(control) if not disabled(each)]
        else:
            entries.append((name, re.sub(r"\r\n|\r|\n", "\r\n", answers.text(control))))
    return entries, files


def _invalid(control: HtmlElement, answers: Answers) -> str:
    """What is wrong with a control in the eyes of a browser; nothing where all is well."""
    kind = kind_of(control)
    if disabled(control) or kind in {"hidden", "submit", "button", "reset", "image"}:
        return ""
    if control.get("readonly") is not None and kind not in TICKED | {"select", "file"}:
        return ""
    if control.get("required") is not None and _empty(control, kind, answers):
        return "is required"
    if kind in TICKED | {"file", "select"}:
        return ""
    return _unlike(control, kind, answers.text(control), typed=control in answers.texts)


def _empty(control: HtmlElement, kind: str, answers: Answers) -> bool:
    if kind == "checkbox":
        return not answers.ticked(control)
    if kind == "radio":
        return not any(answers.ticked(each) for each in group_of(control))
    if kind == "file":
        return not answers.files.get(control)
    return answers.text(control) == ""


def _unlike(control: HtmlElement, kind: str, text: str, *, typed: bool) -> str:
    """In which way a text is not what its field asks for."""
    if not text:
        return ""
    if kind == "email" and not ADDRESS.fullmatch(text):
        return "is no e-mail address"
    if kind == "url" and not urlsplit(text).scheme:
        return "is no address"
    if kind == "number":
        low, high = control.get("min"), control.get("max")
        if not NUMBER.fullmatch(text):
            return "is no number"
        if (low and float(text) < float(low)) or (high and float(text) > float(high)):
            return "is out of its range"
    # A browser measures only what somebody typed.
    if typed and len(text) < int(control.get("minlength") or 0):
        return "is too short"
    pattern = control.get("pattern")
    if pattern and not re.fullmatch(pattern, text):
        return f"does not fit {pattern}"
    return ""

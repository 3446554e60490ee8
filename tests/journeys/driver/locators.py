"""Locators: the elements of the page of the moment that a selector matches, and what one can do with them."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from django.core.files.uploadedfile import SimpleUploadedFile
from lxml.html import HtmlElement

from tests.journeys.driver import forms, selectors, sight
from tests.journeys.driver.sight import DriverError, named

if TYPE_CHECKING:
    from tests.journeys.driver.pages import Page

Step = Callable[[list[HtmlElement]], list[HtmlElement]]
FORMATS = {
    "number": forms.NUMBER,
    "date": re.compile(r"\d{4,}-\d\d-\d\d"),
    "time": re.compile(r"\d\d:\d\d(:\d\d)?"),
    "month": re.compile(r"\d{4,}-\d\d"),
}


class Locator:
    """Elements found anew each time they are needed; an action wants exactly one."""

    def __init__(self, page: Page, name: str, steps: Sequence[Step]) -> None:
        self._page, self._name, self._steps = page, name, tuple(steps)

    def __getattr__(self, name: str) -> Any:
        raise AttributeError(f"the client driver cannot do locator.{name}")

    def __repr__(self) -> str:
        return f"locator({self._name}) on {self._page.url}"

    def _then(self, name: str, step: Step) -> Locator:
        return Locator(self._page, f"{self._name}{name}", (*self._steps, step))

    def _elements(self) -> list[HtmlElement]:
        elements = [self._page.root]
        for step in self._steps:
            elements = step(elements)
        return elements

    def _one(self) -> HtmlElement:
        """The one element; raises DriverError for none and for several."""
        elements = self._elements()
        if len(elements) != 1:
            some = ", ".join(named(each) for each in elements[:3])
            raise DriverError(f"{self!r} matches {len(elements)} elements, not one: {some}")
        return elements[0]

    def _ready(self, *, writes: bool = False) -> HtmlElement:
        """The one element, where somebody can reach it."""
        element = self._one()
        if not sight.visible(element):
            raise DriverError(f"{self!r} is not visible: {named(element)}")
        if forms.disabled(element):
            raise DriverError(f"{self!r} is disabled: {named(element)}")
        if writes and element.get("readonly") is not None:
            raise DriverError(f"{self!r} is read-only: {named(element)}")
        return element

    # Which ones

    @property
    def first(self) -> Locator:
        return self._then(".first", lambda elements: elements[:1])

    @property
    def last(self) -> Locator:
        return self._then(".last", lambda elements: elements[-1:])

    def nth(self, index: int) -> Locator:
        return self._then(f".nth({index})", lambda elements: elements[index:][:1])

    def all(self) -> list[Locator]:
        return [self.nth(index) for index in range(self.count())]

    def count(self) -> int:
        return len(self._elements())

    def locator(self, selector: str, *, has_text: str | None = None) -> Locator:
        def inside(elements: list[HtmlElement]) -> list[HtmlElement]:
            found = {each: None for element in elements for each in selectors.matches(element, selector)}
            return [each for each in found if has_text is None or selectors.contains(each, has_text)]

        return self._then(f" {selector}" + (f" with {has_text!r}" if has_text else ""), inside)

    def get_by_text(self, text: str) -> Locator:
        """The innermost elements in which a text stands."""

        def deepest(elements: list[HtmlElement]) -> list[HtmlElement]:
            found = [
                each
                for element in elements
                for each in element.iterdescendants()
                if sight.is_element(each)
                and each.tag not in selectors.NOT_TEXT
                and selectors.contains(each, text)
            ]
            around = {ancestor for each in found for ancestor in each.iterancestors()}
            return [each for each in found if each not in around]

        return self._then(f" text {text!r}", deepest)

    # Reading

    def inner_text(self) -> str:
        return sight.inner_text(self._one())

    def text_content(self) -> str:
        return str(self._one().text_content())

    def get_attribute(self, name: str) -> str | None:
        value = self._one().get(name)
        return None if value is None else str(value)

    def input_value(self) -> str:
        element = self._one()
        if element.tag not in {"input", "select", "textarea"}:
            raise DriverError(f"{self!r} is no field: {named(element)}")
        return self._page.answers.text(element)

    def is_checked(self) -> bool:
        element = self._one()
        if forms.kind_of(element) not in forms.TICKED:
            raise DriverError(f"{self!r} is no box to tick: {named(element)}")
        return self._page.answers.ticked(element)

    def is_visible(self) -> bool:
        return self.count() > 0 and sight.visible(self._one())

    def is_hidden(self) -> bool:
        return not self.is_visible()

    def is_enabled(self) -> bool:
        return not forms.disabled(self._one())

    def wait_for(self, *, state: str = "visible") -> None:
        """Nothing changes by itself here: what is waited for stands already, or never will."""
        present, seen = self.count() > 0, self.is_visible()
        if not {"visible": seen, "attached": present, "hidden": not seen, "detached": not present}[state]:
            raise DriverError(f"{self!r} is not {state}")

    # Doing

    def fill(self, text: str) -> None:
        element = self._ready(writes=True)
        kind = forms.kind_of(element)
        if element.tag not in {"input", "textarea"} or kind in forms.NOT_TYPED:
            raise DriverError(f"{self!r} is no field to type in: {named(element)}")
        if text and kind in FORMATS and not FORMATS[kind].fullmatch(text):
            raise DriverError(f"{text!r} cannot be typed into {named(element)}")
        longest = element.get("maxlength")
        if longest and len(text) > int(longest):
            raise DriverError(f"{named(element)} takes {longest} characters, not {len(text)}")
        self._page.answers.texts[element] = text if element.tag == "textarea" else re.sub(r"[\r\n]", "", text)

    def check(self) -> None:
        self.set_checked(True)

    def uncheck(self) -> None:
        self.set_checked(False)

    def set_checked(self, checked: bool) -> None:
        element = self._ready()
        if element.tag == "label":
            element = _labelled(element)
        kind = forms.kind_of(element)
        if kind not in forms.TICKED or forms.disabled(element):
            raise DriverError(f"{self!r} is no box to tick: {named(element)}")
        if kind == "radio" and not checked:
            raise DriverError(f"nobody can clear a radio button: {named(element)}")
        self._page.answers.tick(element, checked)

    def select_option(self, value: str | Sequence[str] | None = None, *, label: str | None = None) -> None:
        element = self._ready()
        if element.tag != "select":
            raise DriverError(f"{self!r} is no list to choose from: {named(element)}")
        wanted = [value] if isinstance(value, str) else list(value or [])
        options = [each for each in element.iter("option") if not forms.disabled(each)]
        chosen = [
            each
            for each in options
            if forms.value_of(each) in wanted or " ".join(each.text_content().split()) in [*wanted, label]
        ]
        if len(chosen) != max(len(wanted), 1):
            raise DriverError(f"{named(element)} offers no {value or label!r}")
        self._page.answers.choices[element] = chosen

    def set_input_files(self, files: str | Path | dict[str, Any] | Sequence[Any]) -> None:
        element = self._one()
        if forms.kind_of(element) != "file" or forms.disabled(element):
            raise DriverError(f"{self!r} takes no files: {named(element)}")
        several = list(files) if isinstance(files, list | tuple) else [files]
        if len(several) > 1 and element.get("multiple") is None:
            raise DriverError(f"{named(element)} takes one file")
        self._page.answers.files[element] = [_upload(each) for each in several]

    def click(self) -> None:
        element = self._ready()
        for each in (element, *element.iterancestors()):
            if self._pressed(each):
                return
        raise DriverError(f"a click on {named(element)} does nothing without script")

    def _pressed(self, element: HtmlElement) -> bool:
        """Does what a click on an element does; says whether it does anything."""
        kind = forms.kind_of(element)
        if element.tag == "a" and element.get("href") is not None:
            self._page.follow(element)
        elif element.tag in {"button", "input"} and kind in {"submit", "image"}:
            self._page.submit(element)
        elif element.tag in {"button", "input"} and kind == "reset":
            self._page.reset(element)
        elif element.tag == "input" and kind in forms.TICKED:
            ticked = kind == "radio" or not self._page.answers.ticked(element)
            self._page.answers.tick(element, ticked)
        elif element.tag == "label":
            target = _labelled(element)
            return not forms.disabled(target) and self._pressed(target)
        elif element.tag == "summary":
            _unfold(element)
        else:
            return False
        return True


def _labelled(label: HtmlElement) -> HtmlElement:
    """The control a label speaks for."""
    name = label.get("for")
    found = (
        label.getroottree().xpath("//*[@id=$name]", name=name)
        if name
        else [each for each in label.iterdescendants(*forms.CONTROLS) if each.get("type") != "hidden"]
    )
    if not found:
        raise DriverError(f"no field belongs to {named(label)}")
    return found[0]


def _unfold(summary: HtmlElement) -> None:
    around = summary.getparent()
    if around is None or around.tag != "details":
        raise DriverError(f"{named(summary)} opens nothing")
    if around.attrib.pop("open", None) is None:
        around.set("open", "")


def _upload(file: str | Path | dict[str, Any]) -> SimpleUploadedFile:
    if isinstance(file, dict):
        return SimpleUploadedFile(file["name"], file["buffer"], file["mimeType"])
    path = Path(file)
    kind = mimetypes.guess_type(path.name)[0] or "application/octet-stream"
    return SimpleUploadedFile(path.name, path.read_bytes(), kind)

"""Selectors as Playwright reads them, turned into XPath: CSS with `:has()`, `:has-text('…')` and `:visible`."""

from __future__ import annotations

from functools import cache
from typing import Any

from cssselect import HTMLTranslator
from cssselect.parser import Function
from cssselect.xpath import ExpressionError, XPathExpr
from lxml.etree import XPath
from lxml.html import HtmlElement

from tests.journeys.driver.sight import SPACE, DriverError, is_element, visible

NOT_TEXT = {"head", "noscript", "script", "style", "template"}


class _Translator(HTMLTranslator):
    """CSS to XPath, with the pseudo-classes that Playwright adds."""

    def xpath_has_text_function(self, xpath: XPathExpr, function: Function) -> XPathExpr:
        if function.argument_types() != ["STRING"]:
            raise ExpressionError(":has-text() takes one text between quotes")
        return xpath.add_condition(f"has-text(., {self.xpath_literal(function.arguments[0].value)})")

    def xpath_visible_pseudo(self, xpath: XPathExpr) -> XPathExpr:
        return xpath.add_condition("visible(.)")


def plain_text(element: HtmlElement) -> str:
    """All text in an element, seen or not, with single spaces; scripts and styles left out."""
    return SPACE.sub(" ", "".join(_parts(element))).strip()


def _parts(element: HtmlElement) -> list[str]:
    parts = [element.text or ""]
    for child in element.iterchildren():
        if is_element(child) and child.tag not in NOT_TEXT:
            parts += _parts(child)
        parts.append(child.tail or "")
    return parts


def contains(element: HtmlElement, text: str) -> bool:
    """Whether a text stands in an element, capitals and white space aside."""
    return SPACE.sub(" ", text).strip().lower() in plain_text(element).lower()


EXTENSIONS: dict[tuple[None, str], Any] = {
    (None, "has-text"): lambda _context, nodes, text: contains(nodes[0], text),
    (None, "visible"): lambda _context, nodes: visible(nodes[0]),
}


@cache
def _compiled(selector: str, axis: str) -> XPath:
    try:
        path = _Translator().css_to_xpath(selector, prefix=f"{axis}::")
    except Exception as trouble:
        raise DriverError(f"the client driver cannot read the selector {selector!r}: {trouble}") from trouble
    return XPath(path, extensions=EXTENSIONS)


def matches(root: HtmlElement, selector: str) -> list[HtmlElement]:
    """The elements inside `root` that a selector matches, in their order on the page."""
    # A page's selector may name `html`; an element does not lie inside itself.
    axis = "descendant-or-self" if root.getparent() is None else "descendant"
    return list(_compiled(selector, axis)(root))

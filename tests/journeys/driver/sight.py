"""What can be seen of an element, and its text as a browser gives it: hidden parts left out, white space collapsed."""

from __future__ import annotations

import re
from collections.abc import Iterator

from lxml.html import HtmlElement

# Never drawn, whatever the style says.
UNSEEN = {
    *(
        "area",
        "base",
        "datalist",
        "defs",
        "desc",
        "head",
        "link",
        "meta",
        "param",
        "script",
        "source",
        "style",
        "symbol",
    ),
    *("template", "title", "track"),
}
# The stylesheet shows these on paper, or where script runs, and nowhere else.
UNSEEN_BY_STYLE = {"print-only", "needs-script"}
BLOCKS = {
    *(
        "address",
        "article",
        "aside",
        "blockquote",
        "body",
        "caption",
        "dd",
        "details",
        "dialog",
        "div",
        "dl",
        "dt",
    ),
    *(
        "fieldset",
        "figcaption",
        "figure",
        "footer",
        "form",
        "h1",
        "h2",
        "h3",
        "h4",
        "h5",
        "h6",
        "header",
        "hgroup",
    ),
    *("hr", "html", "legend", "li", "main", "menu", "nav", "ol", "optgroup", "option", "p", "pre", "search"),
    *("section", "summary", "table", "tbody", "text", "tfoot", "thead", "tr", "ul"),
}
# Their content is drawn by the browser itself, or is no text.
CLOSED_BOXES = {"audio", "canvas", "iframe", "img", "input", "object", "textarea", "video"}
CELLS = {"td", "th"}
# White space that collapses; a no-break space does not.
SPACE = re.compile(r"[ \t\n\r\f]+")
# Stands for a space of preformatted text until the others have collapsed.
KEPT_SPACE = "\ue000"


class DriverError(AssertionError):
    """What a browser would not do, or what this driver cannot."""


def named(element: HtmlElement) -> str:
    """The opening tag of an element, for messages."""
    attributes = "".join(f' {name}="{value}"' for name, value in element.attrib.items())
    return f"<{element.tag}{attributes}>"[:120]


def is_element(node: HtmlElement) -> bool:
    """Whether a node of the tree is an element, and not a comment or an instruction."""
    return isinstance(node.tag, str)


def _drawn(element: HtmlElement) -> bool:
    """Whether an element is drawn if what is around it is; a `style` of its own has no say on this site."""
    if (
        element.tag in UNSEEN
        or element.get("hidden") is not None
        or (element.tag == "input" and element.get("type", "").lower() == "hidden")
        or (element.tag == "dialog" and element.get("open") is None)
        or UNSEEN_BY_STYLE.intersection(element.get("class", "").split())
    ):
        return False
    around = element.getparent()
    if around is not None and around.tag == "details" and around.get("open") is None:
        return element is next(around.iterchildren("summary"), None)
    return True


def visible(element: HtmlElement) -> bool:
    """Whether an element and all that is around it are drawn."""
    return all(_drawn(each) for each in (element, *element.iterancestors()))


def inner_text(element: HtmlElement) -> str:
    """The text of an element: blocks on lines of their own, cells between tabs, no hidden part.

    Follows the steps of `innerText` in the HTML standard, with the display each element has without a stylesheet.
    """
    written, line, breaks = [], "", 0
    for piece in _pieces(element):
        if isinstance(piece, int):
            if line.strip(" "):
                written.append(line.rstrip(" "))
                line = ""
                breaks = piece
            else:
                breaks = max(breaks, piece)
            continue
        if not line.strip(" "):
            piece = piece.lstrip(" ")
        if not piece:
            continue
        if written and breaks:
            written.append("\n" * breaks)
            breaks = 0
        line += piece.lstrip(" ") if line.endswith((" ", "\n", "\t")) else piece
    if line.strip(" "):
        written.append(line.rstrip(" "))
    return re.sub(r" *\n *", "\n", "".join(written)).strip("\n").replace(KEPT_SPACE, " ")


def _pieces(element: HtmlElement, pre: bool = False) -> Iterator[str | int]:
    """Texts with single spaces, and how many line breaks a browser wants between them."""
    if element.tag in CLOSED_BOXES:
        return
    pre = pre or element.tag == "pre"
    breaks = 2 if element.tag == "p" else 1 if _is_block(element) else 0
    if breaks:
        yield breaks
    if element.tag == "br":
        yield "\n"
    yield from _texts(element, element.text, pre)
    for child in element.iterchildren():
        if is_element(child) and _drawn(child):
            yield from _pieces(child, pre)
        yield from _texts(element, child.tail, pre)
    if element.tag in CELLS and any(each.tag in CELLS for each in element.itersiblings()):
        yield "\t"
    if breaks:
        yield breaks


def _is_block(element: HtmlElement) -> bool:
    # What is put out of sight for screen readers only is taken out of its line.
    return element.tag in BLOCKS or "hidden" in element.get("class", "").split()


def _texts(element: HtmlElement, text: str | None, pre: bool) -> Iterator[str]:
    folded = element.tag == "details" and element.get("open") is None
    if text and not folded and element.tag not in {"table", "tbody", "thead", "tfoot", "tr", "select"}:
        yield text.replace(" ", KEPT_SPACE) if pre else SPACE.sub(" ", text)

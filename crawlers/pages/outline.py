"""What every element of a page is called and how much lies in it, counted once: every mechanism asks it of thousands of elements."""

from __future__ import annotations

import re
from dataclasses import dataclass

import lxml.html

SEPARATOR = re.compile(r"^[\s>›»/\\|＞→▸►▶▷➔➜➤⟶⇒❱·•・«‹❯⟩〉》:：\-–—∕⁄／｜_,\ue000-\uf8ff]+$|^(?:&gt;|gt)+$")
STRONG_SEPARATOR = re.compile(r"[>›»＞▸►▶▷➔➜➤⟶⇒❱❯⟩〉》/／→]|::")
_SILENT = ("script", "style")


@dataclass(slots=True)
class Extent:
    """What lies in an element.

    Attributes:
        links: elements `a` in it.
        within: nodes in it.
        characters: of its text, white space left out.
        separators: texts in it, outside links' own, that are nothing but a separator such as ">" or "/".
    """

    links: int = 0
    within: int = 0
    characters: int = 0
    separators: int = 0


def marks(element: lxml.html.HtmlElement) -> str:
    """The element's class, id and test names: what its author calls it."""
    if not element.attrib:
        return ""
    return " ".join(
        filter(None, (element.get("class"), element.get("id"), element.get("data-testid"), element.get("data-test"), element.get("role")))
    )


def extents(tree: lxml.html.HtmlElement, elements: list[lxml.html.HtmlElement]) -> dict[int, Extent]:
    """Element's id() -> what lies in it, for every element of the tree; one walk from the last node to the first."""
    found = {id(element): Extent() for element in elements}
    nodes = list(tree.iter())
    for node in reversed(nodes):
        mine, spoken = found.get(id(node)), node.tag not in _SILENT
        if mine is not None and (text := node.text):
            mine.characters += sum(map(len, text.split()))
            mine.separators += spoken and node.tag != "a" and _separates(text)
        parent = node.getparent()
        above = found.get(id(parent)) if parent is not None else None
        if above is None:
            continue
        above.within += 1
        if tail := node.tail:
            above.characters += sum(map(len, tail.split()))
            above.separators += spoken and mine is not None and _separates(tail)
        if mine is not None:
            above.links += mine.links + (node.tag == "a")
            above.within += mine.within
            above.characters += mine.characters
            above.separators += mine.separators
    return found


def _separates(text: str) -> bool:
    text = text.strip()
    return 0 < len(text) <= 6 and bool(SEPARATOR.match(text)) and bool(STRONG_SEPARATOR.search(text))

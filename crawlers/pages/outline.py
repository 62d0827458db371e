"""What every element of a page is called and how much lies in it, counted once: every mechanism asks it of thousands of elements."""

from __future__ import annotations

import re
from dataclasses import dataclass

import lxml.html

SEPARATOR = re.compile(r"^[\s>›»/\\|＞→▸►▶▷➔➜➤⟶⇒❱·•・«‹❯⟩〉》:：\-–—∕⁄／｜_,\ue000-\uf8ff]+$|^(?:&gt;|gt)+$")
STRONG_SEPARATOR = re.compile(r"[>›»＞▸►▶▷➔➜➤⟶⇒❱❯⟩〉》/／→]|::")
NAMING = {"class", "id", "data-testid", "data-test", "role"}  # attributes that say what an element is


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
    return " ".join([said for name, said in element.items() if name in NAMING])


def extents(tree: lxml.html.HtmlElement, elements: list[lxml.html.HtmlElement]) -> tuple[dict[int, Extent], str]:
    """(element's id() -> what lies in it, for every element of the tree; all text outside scripts), by one walk from the last node to the first."""
    found = {id(element): Extent() for element in elements}
    texts: list[str] = []
    for node in reversed(list(tree.iter())):
        mine, tag = found.get(id(node)), node.tag
        silent = tag == "script" or tag == "style"
        if mine is not None and (text := node.text):
            mine.characters += len("".join(text.split()))
            if not silent:
                texts.append(text)
                if tag != "a" and len(text) < 100 and _separates(text):
                    mine.separators += 1
        parent = node.getparent()
        if parent is None:
            continue
        above = found[id(parent)]
        if tail := node.tail:
            above.characters += len("".join(tail.split()))
            if not silent and mine is not None:
                texts.append(tail)
                if len(tail) < 100 and _separates(tail):
                    above.separators += 1
        above.within += 1
        if mine is not None:
            above.links += mine.links + (tag == "a")
            above.within += mine.within
            above.characters += mine.characters
            above.separators += mine.separators
    return found, "\n".join(texts)


def _separates(text: str) -> bool:
    text = text.strip()
    return 0 < len(text) <= 6 and bool(SEPARATOR.match(text)) and bool(STRONG_SEPARATOR.search(text))

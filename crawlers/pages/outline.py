"""What every element of a page is called and how much lies in it, counted once: every mechanism asks it of thousands of elements."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass

import lxml.html

from crawlers.pages.phrases import CUE_WORDS, CUES

SEPARATOR = re.compile(r"^[\s>›»/\\|＞→▸►▶▷➔➜➤⟶⇒❱·•・«‹❯⟩〉》:：\-–—∕⁄／｜_,\ue000-\uf8ff]+$|^(?:&gt;|gt)+$")
STRONG_SEPARATOR = re.compile(r"[>›»＞▸►▶▷➔➜➤⟶⇒❱❯⟩〉》/／→]|::")
_SILENT = ("script", "style")
NAMING = {"class", "id", "data-testid", "data-test", "role"}  # attributes that say what an element is


@dataclass(frozen=True)
class Outline:
    """What lies in each element, by its id().

    Attributes:
        links: how many elements `a` are in it; what has none is left out.
        separators: how many texts in it, outside links' own, are nothing but a separator such as ">" or "/".
        cued: the elements that hold a text such as 当前位置 or "You are here".
    """

    links: Counter[int]
    separators: Counter[int]
    cued: set[int]


def marks(element: lxml.html.HtmlElement) -> str:
    """The element's class, id and test names: what its author calls it."""
    return " ".join([said for name, said in element.items() if name in NAMING])


def outline(tree: lxml.html.HtmlElement) -> Outline:
    """One walk over the nodes; what counts is few, and each of it is told to the elements above it.

    The tree's elements must be held by the caller: an id() is an element's own only as long as the element lives.
    """
    links: Counter[int] = Counter()
    separators: Counter[int] = Counter()
    texts: list[tuple[str, lxml.html.HtmlElement, bool]] = []  # a text, its node, whether it is the node's own and not behind it
    for node in tree.iter():
        tag, text, tail = node.tag, node.text, node.tail
        if tag in _SILENT or not isinstance(tag, str):
            continue
        if tag == "a":
            links.update(map(id, node.iterancestors()))
        if text and len(text) <= 400 and not text.isspace():
            texts.append((text, node, True))
        if tail and len(tail) <= 400 and not tail.isspace():
            texts.append((tail, node, False))
    for text, node, own in texts:
        if len(text) < 100 and not (own and node.tag == "a") and _separates(text):
            separators.update(map(id, _upwards(node, own)))
    cued: set[int] = set()
    together = "\n".join(text for text, _, _ in texts).lower()
    if any(word in together for word in CUE_WORDS):  # most pages have none, and to look in all texts at once is quick
        for text, node, own in texts:
            if CUES.search(text):
                cued.update(map(id, _upwards(node, own)))
    return Outline(links, separators, cued)


def _upwards(node: lxml.html.HtmlElement, own: bool) -> Iterator[lxml.html.HtmlElement]:
    """The elements that a node's own text lies in, or the text behind the node."""
    if own:
        yield node
    yield from node.iterancestors()


def _separates(text: str) -> bool:
    text = text.strip()
    return 0 < len(text) <= 6 and bool(SEPARATOR.match(text)) and bool(STRONG_SEPARATOR.search(text))

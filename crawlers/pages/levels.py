"""The levels of an element that is a breadcrumb: their texts and where they lead, without drop-downs, separators and what is hidden."""

from __future__ import annotations

import copy
import re
from itertools import takewhile

import lxml.etree
import lxml.html
from zyte_parsers import extract_breadcrumbs

from crawlers.pages import phrases
from crawlers.pages.document import Document
from crawlers.pages.outline import SEPARATOR
from crawlers.pages.words import clean, key

Crumb = tuple[str, str | None]  # its text, where it leads

NO_LEVELS = {"script", "style", "template", "noscript", "select", "button", "svg", "input", "form"}
JUNK = re.compile(r"^(?:[.…]{1,3}|[<>»›/|·\-–]+|more|更多|展开|全部|share|print)$", re.I)
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)


def crumbs_of(document: Document, element: lxml.html.HtmlElement) -> tuple[Crumb, ...]:
    """An element's levels, by zyte-parsers; cue words, drop-downs and separators are no levels."""
    try:
        parsed = extract_breadcrumbs(_levels_only(element), base_url=document.base_url) or ()
    except (ValueError, IndexError, AttributeError, RecursionError):
        return ()
    crumbs: list[Crumb] = []
    for one in parsed:
        text = phrases.CUES.sub("", clean(one.name or ""), count=1).strip() if not one.url else clean(one.name or "")
        text = text.strip(" >›»/\\|＞→▸►·•«‹❯:：").strip()
        if key(text) and not JUNK.match(text):  # what holds no letter is a separator, a glyph of an icon font among them
            crumbs.append((text, document.absolute(one.url)))
    crumbs = _first_path(crumbs, element)
    if len(crumbs) == 1 and not crumbs[0][1]:
        parts = [part.strip() for part in re.split(r"\s*[>›»＞→▸►❯]\s*|\s/\s", crumbs[0][0]) if part.strip()]
        crumbs = [(part, None) for part in parts]
    return tuple(crumbs)


def _first_path(crumbs: list[Crumb], element: lxml.html.HtmlElement) -> list[Crumb]:
    """The first of several paths that one element shows: the next begins where the first began, or on a line of its own."""
    again = next((place for place, crumb in enumerate(crumbs) if place > 1 and crumb == crumbs[0]), None)
    if again:
        return crumbs[:again]
    for br in element.iter("br"):
        ahead = br.getprevious()
        if ahead is None or ahead.tag != "a" or (ahead.tail or "").strip():
            continue  # a separator before it: one path on two lines
        links = [link for link in element.iter("a") if clean(link.text_content())]
        first = links.index(ahead) + 1 if ahead in links else 0
        if min(first, len(links) - first) > 1 and len(crumbs) == len(links):
            return crumbs[:first]
    return crumbs


def _levels_only(element: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """The element without scripts, comments, forms and what is hidden, and with one link between two separators: the others are a drop-down.

    zyte-parsers reads what stands behind an element and not what stands first in one: separators and levels there get an element of their own.
    """
    junk = [
        inner
        for inner in element.iter()
        if inner is not element and (not isinstance(inner.tag, str) or inner.tag in NO_LEVELS or _HIDDEN.search(inner.get("style") or ""))
    ]
    junk += _drop_downs(element) + _captions(element)
    between, groups, first_in = False, [[]], []
    for event, inner in lxml.etree.iterwalk(element, events=("start", "end")):
        if not isinstance(inner.tag, str):
            text = inner.tail if event == "end" else ""
        elif event == "start":
            text = inner.text
            if inner.tag == "a" and clean(inner.text_content()):
                groups[-1].append(inner)
            if text and len(inner) and inner is not element and text.strip() and (SEPARATOR.match(text) or next(inner.iter("a"), None) is None):
                first_in.append(inner)
        else:
            text = inner.tail if inner is not element else ""
        if text and SEPARATOR.match(text) and text.strip():
            between = True
            groups.append([])
    named = [group for group in groups if group]
    extra = [inner for group in named for inner in group[1:]] if between and len(named) > 1 and all(named) and len(groups) > 2 else []
    links = [link for group in named for link in group] if between else []
    first = _said(links[0]) if links else None
    again = next((place for place, link in enumerate(links) if place > 1 and _said(link) == first), len(links))
    extra += links[again:]  # the first level again is where a second path begins
    if not junk and not extra and not first_in:
        return element
    places = {id(inner): place for place, inner in enumerate(element.iter())}
    copied = copy.deepcopy(element)
    inners = list(copied.iter())
    for one in first_in:
        inner = inners[places[id(one)]]
        text = lxml.html.Element("span")
        text.text, inner.text = inner.text, None
        inner.insert(0, text)
    for place in sorted({places[id(one)] for one in (*junk, *extra)}):
        inner, parent = inners[place], inners[place].getparent()
        if parent is not None:
            _drop(inner, parent)
    return copied


def _said(link: lxml.html.HtmlElement) -> tuple[str, str | None]:
    return clean(link.text_content()), link.get("href")


def _captions(element: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    """What the path is called, often for screen readers only: headings before the first link, whatever stands before the list of all links."""
    listed = next(element.iter("ol", "ul"), None)
    if listed is not None and listed is not element and 1 < sum(1 for _ in listed.iter("a")) == sum(1 for _ in element.iter("a")):
        above = set(listed.iterancestors())
        return list(takewhile(lambda inner: inner is not listed, (inner for inner in element.iter() if inner not in above)))
    found = []
    for inner in element.iter("a", "h1", "h2", "h3", "h4", "h5", "h6"):
        if inner.tag == "a" or next(inner.iter("a"), None) is not None:
            return found
        if inner is not element:
            found.append(inner)
    return []


def _drop_downs(element: lxml.html.HtmlElement) -> list[lxml.html.HtmlElement]:
    """Blocks that open under a level: one of several levels holds a link and then, in a block of their own, more."""
    levels = [child for child in element if isinstance(child.tag, str)]
    while len(levels) == 1 and len(levels[0]):
        levels = [child for child in levels[0] if isinstance(child.tag, str)]
    linked = [child for child in levels if child.tag == "a" or next(child.iter("a"), None) is not None]
    if len(linked) < 2:
        return []
    found = []
    for level in linked:
        first = next(level.iter("a"))
        for block in level.iter("ul", "ol", "dl", "div"):
            if block is not level and first not in block.iter("a") and next(block.iter("a"), None) is not None:
                found.append(block)
    return found


def _drop(inner: lxml.html.HtmlElement, parent: lxml.html.HtmlElement) -> None:
    """Takes an element out and leaves the text behind it."""
    if inner.tail:
        before = inner.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + inner.tail
        else:
            parent.text = (parent.text or "") + inner.tail
    parent.remove(inner)

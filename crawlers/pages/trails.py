"""Whatever on a page looks and reads like its category path."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from urllib.parse import urlsplit

import lxml.html

from crawlers.pages import phrases, words
from crawlers.pages.document import Document
from crawlers.pages.levels import Crumb, crumbs_of
from crawlers.pages.outline import NAMING
from crawlers.pages.words import clean, key

LISTS = {"ul", "ol", "nav", "div", "p"}
STANDS_IN = {"nav", "ol", "ul", "div", "p", "section", "table", "tr", "td", "font", "span", "small", "dl", "h2", "h3", "h4", "h5", "header"}
BLOCKS = {"div", "nav", "ol", "ul", "p", "section", "header", "table"}
MOST = 12  # levels; more is a menu
LEAST_WORTH = 4.0  # of a trail that is believed
LONGEST_LEVEL = 80  # characters
CALLED = re.compile(
    r"bread[-_]?crumb|crumb|(?:^|[-_\s])(?:pathway|path|\w{2,8}-?path|path-?(?:nav|bar|row)|trail|you-?are-?here|ur_?here|bc|"
    r"kr(?:ue|ü)mel|brotkrumen?|(?:fil[-_]?d?[-_]?)?ariane|migas?(?:-?de-?pan|-?pao)?|briciole|okruszki|kruimel\w*|murupolku|drobeckov\w*|"
    r"local-?nav|locator|location|loc(?:ation)?-?bar|(?:cur_?)?pos|position|where|guide|weizhi|dqwz|mbx|"
    r"miaobao|mianbao\w*)(?:$|[-_\s])",
    re.I,
)
# One of these is in every name that CALLED finds; looking for them first spares most names the search.
_PARTS = ("crumb", "path", "trail", "here", "bc", "mel", "brot", "aria", "miga", "bricio", "okrusz", "kruim", "murup", "drobe", "local", "locat",
          "pos", "where", "guide", "weizhi", "dqwz", "mbx", "miaobao", "mianbao")
CALLED_SURELY = re.compile(r"bread[-_]?crumb|(?:^|[-_\s])crumbs?(?:$|[-_\s])|mianbaoxie", re.I)
OUTSIDE = re.compile(
    r"(?:^|[-_\s])(?:footer|foot|menu|megamenu|(?:top|main|shop|site|global|primary)-?nav|pagination|pager|paging|tabs?|social|share|lang\w*|login|cart|sitemap|"
    r"tags?)(?:$|[-_\s])",
    re.I,
)
SAYING = {"aria-label", "itemtype", "typeof", "data-component"}  # attributes beside those of `Document.marks`
EMPTY = {"span", "i", "em", "b", "svg", "img", "s"}  # what separators are drawn with
_ID_AT_END = re.compile(r"/[^/]*\d[^/]*$")
_FIRST_LEVEL = re.compile(r"([^>›»＞/／→]{1,20})[>›»＞/／→]")


@dataclass(frozen=True)
class Trail:
    """A possible category path and how far the page speaks for it."""

    crumbs: tuple[Crumb, ...]
    worth: float
    rule: str


@lru_cache(maxsize=65536)
def _called_perhaps(called: str) -> bool:
    """Whether an element is called what breadcrumbs sometimes are."""
    lowered = called.lower()
    return any(part in lowered for part in _PARTS) and bool(CALLED.search(called))


def trails_on_page(
    document: Document, name: str, heading: lxml.html.HtmlElement | None = None, sites: Collection[str] = ()
) -> list[Trail]:
    """Every element that may be the page's breadcrumb, the best first.

    An element earns by what its author calls it, by words such as 当前位置 or "You are here", by separators between its links, by beginning
    at the home page, by ending at the product, by levels that the product's name repeats, by being the last links before the heading, and by
    addresses of which each continues the one before; it loses by being long, by lying in a footer.

    Args:
        name: what the title calls the product.
        sites: keys of the site's names.
    """
    found = []
    before = heading is not None
    said = _said_of_itself(document) - set(sites)
    suspects = _suspects(document)
    holders = _holders(document, suspects)
    homes: dict[int, bool] = {}
    whole_name = key(name)
    outline = document.outline
    called_so = [text for text in (name, clean(heading.text_content())[:400] if before else "") if key(text)]
    closed, nearest = _closed(document, heading, called_so), _nearest(document, heading)
    for element in document.elements:
        if element is heading:
            before = False
        if element.tag not in STANDS_IN:
            continue
        own = id(element)
        links, strong, near = outline.links.get(own, 0), outline.separators.get(own, 0), own in outline.cued
        if links > 120:
            continue
        called = suspects.get(id(element)) or document.marks(element)
        sure = id(element) in holders or (id(element) in suspects and bool(CALLED_SURELY.search(called)))
        maybe = bool(called) and _called_perhaps(called)
        longest = 1500 if sure else 500
        if links > (120 if sure else MOST + 8) or (not sure and len(element) > 60):
            continue
        if not links and not sure and not maybe and not (near and phrases.CUES.search(element.text or "")):
            continue
        homeward = element.tag in LISTS and 2 <= links <= MOST and _begins_at_home(element, document, homes)
        chained = 3 <= links <= MOST and _chained(element)
        drawn = (before or chained) and 2 <= links <= MOST and _drawn(element)
        chained = chained and (before or drawn)
        promising = sure or maybe or homeward or (strong >= 1 and links >= 2) or strong >= 2 or near or drawn or chained or own in closed
        close = before and own in nearest and 2 <= links <= 6
        telling = before and 2 <= links <= 6 and element.tag in LISTS and _repeats(element, said)
        if not promising and not telling and not close:
            continue
        whole = clean(element.text_content())
        if not whole or len(whole) > longest:
            continue
        cue = near and bool(phrases.CUES.search(clean(element.text or "") + " " + whole[:16]))
        spoken = sure or maybe or cue or (strong >= 1 and links >= 2) or (strong >= 2 and _says_home_first(whole))
        drawn = drawn and not spoken
        if not (spoken or homeward or drawn or chained or telling or close or own in closed):
            continue
        if not sure and not maybe and _box_of_path(element, document):
            continue
        crumbs = crumbs_of(document, _own_list(element, document) if sure else element)
        if not crumbs or len(crumbs) > MOST + 3:
            continue
        repeated = sum(1 for text, _ in crumbs if key(text) in said)
        above = _above(crumbs, document.url)
        ends = len(crumbs) > 1 and any(is_name(crumbs[-1][0], text) for text in called_so)
        closing = own in closed and ends and all(address for _, address in crumbs[:-1])
        linked = repeated > 1 and all(address for _, address in crumbs)
        told = before and len(crumbs) > 2 and _told(crumbs[-1][0], name)
        led = homeward and (ends or above or told or (len(crumbs) > 2 and _nested([address for _, address in crumbs[1:]]) >= 1))
        held = sum(1 for text, _ in crumbs if len(key(text)) > 1 and key(text) in whole_name)
        divided = drawn and (ends or held > 1 or repeated > 1)
        leading = close and len(crumbs) > 2 and held > 1 and key(crumbs[-1][0]) in whole_name and all(address for _, address in crumbs)
        if not (sure or maybe or cue or strong or linked or led or divided or chained or closing or leading):
            continue
        if not sure and any(not address and (words.is_price(text) or is_name(text, name)) for text, address in crumbs[1:-1]):
            continue  # the product itself is in it
        worth = 6.0 * sure + 2.0 * (maybe and not sure) + 4.0 * cue + 2.0 * (divided or chained or closing or leading) + 0.8 * min(2, held)
        worth += min(3.0, 1.5 * strong) if strong >= min(2, len(crumbs) - 1) else 0.0
        worth += 2.0 if homeward or words.is_home_address(crumbs[0][1], document.url) or crumbs[0][0].casefold() in phrases.HOME else 0.0
        worth += 2.0 * ends + min(2.0, 1.0 * above)
        worth += 2.0 * _nested([address for _, address in crumbs])
        worth += 0.3 * min(len(crumbs), 5) + 1.5 * min(repeated, 2)
        worth -= 3.0 if any(len(text) > LONGEST_LEVEL for text, _ in crumbs[:-1]) else 0.0
        worth -= 5.0 if _outside(element, document) else 0.0
        worth += 1.0 if before and heading is not None else 0.0
        loose = sum(1 for _, address in crumbs if not address)
        worth -= 1.5 * max(0, loose - 2)
        worth -= 3.0 if len(crumbs) == 1 and not sure and not cue else 0.0
        found.append(Trail(crumbs, worth, "breadcrumb element" if sure or maybe else "cue words" if cue else "links and separators"))
    return sorted(found, key=lambda trail: -trail.worth)


def _told(level: str, name: str) -> bool:
    """Whether a name says at least half of a level's words, perhaps in another form: "Claw Hammer" of Hammers, 雙人布沙發 of 雙人沙發.

    Chinese says what a thing is last: 小米手环 is not of 小米手机.
    """
    said, whole = words.tokens(level), words.tokens(name)
    held = [any(word == one or (len(word) > 3 and one.startswith(word[: max(4, len(word) - 2)])) for one in whole) for word in said]
    return words.weight(level) >= 4 and 0 < len(said) <= 2 * sum(held) and (held[-1] or level.isascii())


def _closed(document: Document, heading: lxml.html.HtmlElement | None, names: list[str]) -> set[int]:
    """Ids of the elements before the heading that hold links and, in an element without one, the product's name: a path that ends at it."""
    found: set[int] = set()
    for element in document.elements if heading is not None else ():
        if element is heading:
            break
        text = element.text
        if not text or element.tag == "a" or not any(name[:8] in text for name in names) or clean(text) not in names:
            continue
        for ancestor in islice(element.iterancestors(), 4):
            if document.outline.links[id(ancestor)] > MOST or ancestor in heading.iterancestors():
                break
            if ancestor.tag in LISTS and document.outline.links[id(ancestor)] > 1:
                found.add(id(ancestor))
    return found


def _nearest(document: Document, heading: lxml.html.HtmlElement | None) -> set[int]:
    """Ids of the lists that hold the last link before the heading."""
    last, around = None, set(heading.iterancestors()) if heading is not None else set()
    for element in document.elements if heading is not None else ():
        if element is heading:
            break
        if element.tag == "a" and element not in around:
            last = element
    return {id(above) for above in last.iterancestors("ul", "ol", "nav")} if last is not None else set()


def _box_of_path(element: lxml.html.HtmlElement, document: Document) -> bool:
    """Whether one block in it holds its first link and more, and other links lie outside that block: the path is the block."""
    links = document.outline.links
    first = next((child for child in element if child.tag == "a" or links[id(child)]), None)
    return first is not None and first.tag in BLOCKS and 1 < links[id(first)] < links[id(element)]


def _drawn(element: lxml.html.HtmlElement) -> bool:
    """Whether its links stand between empty elements that are all of one kind: separators drawn by the style sheet.

    The last level is often a text, so each such element follows a link, and there are at least two.
    """
    children = [child for child in element if isinstance(child.tag, str)]
    empty = [child.tag in EMPTY and not len(child) and not (child.text or "").strip() for child in children]
    kinds = [(child.tag, child.get("class")) for child, nothing in zip(children, empty, strict=True) if nothing]
    alone = not any(one and other for one, other in pairwise([True, *empty]))
    return alone and len(kinds) > 1 and len(set(kinds)) == 1


def _chained(element: lxml.html.HtmlElement) -> bool:
    """Whether each of its links leads into the folder of the one before: /bedroom/, /bedroom/beds/, /bedroom/beds/single/."""
    paths = [re.split("[?#]", (link.get("href") or "").strip(), maxsplit=1)[0].rstrip("/").removesuffix(".html") for link in element.iter("a")]
    return _continued(paths) == len(paths) - 1


def _continued(paths: list[str]) -> int:
    """How many of the paths continue the one before, as they are or each without the id at its end: /bedroom/c:29, /bedroom/beds/c:31.

    >>> _continued(["/bedroom", "/bedroom/beds", "/kitchen"]), _continued(["/bedroom/c:29", "/bedroom/beds/c:31"])
    (1, 1)
    """
    named = [_ID_AT_END.sub("", path) for path in paths]
    return max(sum(len(here) > len(above) + 1 and here.startswith(above + "/") for above, here in pairwise(some)) for some in (paths, named))


def _own_list(element: lxml.html.HtmlElement, document: Document) -> lxml.html.HtmlElement:
    """The list in an element that is called a breadcrumb, where links that are no levels follow it (share, sell one like it)."""
    found = next(element.iter("ol", "ul"), None)
    if found is None or found is element:
        return element
    links, own = list(element.iter("a")), list(found.iter("a"))
    if len(own) < 2 or len(own) == len(links):
        return element
    ahead = links.index(own[0])
    after = len(links) - ahead - len(own)
    divided = document.outline.separators[id(element)] > document.outline.separators[id(found)]
    first = [clean(link.text_content()) for link in links[:ahead]]
    home = all(text.casefold() in phrases.HOME or phrases.BACK.match(text) for text in first)
    return found if after and home and not divided else element


def _begins_at_home(element: lxml.html.HtmlElement, document: Document, known: dict[int, bool]) -> bool:
    link = next(element.iter("a"))
    if id(link) not in known:
        known[id(link)] = clean(link.text_content())[:40].casefold() in phrases.HOME or words.is_home_address(
            document.absolute(link.get("href")), document.url
        )
    return known[id(link)]


def _says_home_first(text: str) -> bool:
    first = _FIRST_LEVEL.match(text)
    return first is not None and first[1].strip().casefold() in phrases.HOME


def _above(crumbs: Iterable[Crumb], page_url: str) -> int:
    """How many levels lead to a folder that the page's own address lies in."""
    try:
        here = urlsplit(page_url).path
        stems = [
            urlsplit(address).path.rstrip("/").removesuffix(".html")
            for _, address in crumbs
            if address and not words.is_home_address(address, page_url)
        ]
    except ValueError:
        return 0
    return sum(1 for stem in set(stems) if stem.count("/") > 0 and len(stem) > 1 and here.startswith(stem + "/"))


def _repeats(element: lxml.html.HtmlElement, said: set[str]) -> bool:
    """Whether two of its links are called what the page says of itself."""
    return len(said) > 1 and sum(1 for link in element.iter("a") if key(clean(link.text_content())[:LONGEST_LEVEL]) in said) > 1


def _suspects(document: Document) -> dict[int, str]:
    """Everything that says what an element is, by its id(), where an attribute speaks of crumbs."""
    found = {}
    for element in document.elements:
        for attribute, said in element.items():
            data = attribute[:5] == "data-"
            spoken = "rumb" in said or "RUMB" in said or "mianbao" in said
            if (spoken and (data or attribute in NAMING or attribute in SAYING)) or (data and "rumb" in attribute):
                more = [value for name, value in element.items() if name in SAYING or (name[:5] == "data-" and len(value) < 40)]
                more += [attribute[5:]] if data else []
                found[id(element)] = " ".join((document.marks(element), *(value for value in more if CALLED_SURELY.search(value))))
                break
    return found


def _holders(document: Document, suspects: dict[int, str]) -> set[int]:
    """Ids of elements that hold several elements called a breadcrumb, of one link each: those are levels, and their parent is the path."""
    levels: dict[int, int] = {}
    for element in document.elements if suspects else ():
        if id(element) in suspects and element.tag in ("li", "span", "div", "a", "p", "td") and CALLED_SURELY.search(suspects[id(element)]):
            parent = element.getparent()
            if document.outline.links[id(element)] + (element.tag == "a") <= 1 and parent is not None:
                levels[id(parent)] = levels.get(id(parent), 0) + 1
    return {holder for holder, count in levels.items() if count > 1}


def _said_of_itself(document: Document) -> set[str]:
    """Keys of the short texts by which the page describes itself: parts of its title, its keywords.

    A path's levels are often among them, a menu's entries are not.
    """
    parts = [*words.segments(document.title), *(part for text in document.meta("keywords") for part in re.split(r"[,，、;|]", text))]
    return {key(part) for part in parts if 1 < len(key(part)) <= 40}


def _nested(addresses: list[str | None]) -> float:
    """How many neighbours' addresses continue one another, 0 to 1."""
    paths = [urlsplit(address).path.rstrip("/") for address in addresses if address]
    if len(paths) < 2:
        return 0.0
    stems = [re.sub(r"\.\w{2,5}$", "", path) for path in paths]
    begun = sum(longer.startswith(shorter) and longer != shorter for shorter, longer in pairwise(stems))
    return max(begun, _continued(stems)) / (len(paths) - 1)


@lru_cache(maxsize=65536)
def _called_outside(called: str) -> bool:
    return bool(OUTSIDE.search(called))


def _outside(element: lxml.html.HtmlElement, document: Document) -> bool:
    links = document.outline.links
    inner = element
    while inner is not None:  # a box whose links are all a menu's is that menu
        element, inner = inner, next((child for child in inner if links[id(child)] and links[id(child)] == links[id(inner)]), None)
    for depth, ancestor in enumerate((element, *element.iterancestors())):
        if ancestor.tag == "footer" or _called_outside(document.marks(ancestor)):
            return True
        if ancestor.tag == "body" or depth > 10:
            return False
    return False


def is_name(level: str, name: str) -> bool:
    """Whether a level is the product itself: its name, the name cut short, or nearly all of it."""
    said, whole = key(level), key(name)
    if not said or not whole:
        return False
    if said == whole or (level.rstrip().endswith(("…", "...")) and whole.startswith(said) and len(said) > 5):
        return True
    if whole.startswith(said) and len(said) >= 0.3 * len(whole) and words.weight(level) >= 8 and any(c.isdigit() for c in said):
        return True  # the model without what follows it
    if said in whole:
        return len(said) >= 0.6 * len(whole)
    # "Ergo Chairs" is the category of an "Ergo Chair"
    worded = not name.isascii() or bool(re.search(rf"\b{re.escape(name)}\b", level, re.I))
    return worded and whole in said and len(whole) >= 0.5 * len(said) and len(whole) > 5

"""A product page's category path: from the markup's BreadcrumbList, else from whatever on the page looks and reads like one."""

from __future__ import annotations

import copy
import re
from collections.abc import Iterable
from dataclasses import dataclass
from functools import lru_cache
from itertools import islice, pairwise
from urllib.parse import urlsplit

import lxml.etree
import lxml.html
from zyte_parsers import extract_breadcrumbs

from crawlers.pages import phrases, words
from crawlers.pages.document import Document
from crawlers.pages.names import marks
from crawlers.pages.words import clean, key

Crumb = tuple[str, str | None]  # its text, where it leads

LISTS = {"ul", "ol", "nav", "div", "p"}
STANDS_IN = {"nav", "ol", "ul", "div", "p", "section", "table", "tr", "td", "font", "span", "small", "dl", "h2", "h3", "h4", "h5", "header"}
NO_LEVELS = {"script", "style", "template", "noscript", "select", "button", "svg", "input", "form"}
MOST = 12  # levels; more is a menu
LONGEST_LEVEL = 80  # characters
CALLED = re.compile(
    r"bread[-_]?crumb|crumb|(?:^|[-_\s])(?:pathway|path|\w{2,8}-?path|path-?(?:nav|bar|row)|trail|you-?are-?here|ur_?here|bc|"
    r"kr(?:ue|ü)mel|brotkrumen?|(?:fil[-_]?d?[-_]?)?ariane|migas?(?:-?de-?pan|-?pao)?|briciole|okruszki|kruimel\w*|murupolku|drobeckov\w*|"
    r"local-?nav|locator|location|loc(?:ation)?-?bar|(?:cur_?)?pos|position|where|guide|weizhi|dqwz|mbx|"
    r"miaobao|mianbao\w*)(?:$|[-_\s])",
    re.I,
)
CALLED_SURELY = re.compile(r"bread[-_]?crumb|(?:^|[-_\s])crumbs?(?:$|[-_\s])|mianbaoxie", re.I)
SEPARATOR = re.compile(r"^[\s>›»/\\|＞→▸►▶▷➔➜➤⟶⇒❱·•・«‹❯⟩〉》:：\-–—∕⁄／｜_,\ue000-\uf8ff]+$|^(?:&gt;|gt)+$")
STRONG_SEPARATOR = re.compile(r"[>›»＞▸►▶▷➔➜➤⟶⇒❱❯⟩〉》/／→]|::")
OUTSIDE = re.compile(
    r"(?:^|[-_\s])(?:footer|foot|menu|megamenu|pagination|pager|paging|tabs?|social|share|lang\w*|login|cart|sitemap|"
    r"tags?)(?:$|[-_\s])",
    re.I,
)
_HIDDEN = re.compile(r"display\s*:\s*none", re.I)
_FIRST_LEVEL = re.compile(r"([^>›»＞/／→]{1,20})[>›»＞/／→]")
KIND_OF_PAGE = re.compile(r"^.{0,4}(?:详情|詳情|详细|詳細|介绍|介紹|信息)(?:页|頁)?$|^(?:product |item |article )?details?(?: page)?$", re.I)
JUNK = re.compile(r"^(?:[.…]{1,3}|[<>»›/|·\-–]+|more|更多|展开|全部|share|print)$", re.I)


@dataclass(frozen=True)
class Trail:
    """A possible category path and how far the page speaks for it."""

    crumbs: tuple[Crumb, ...]
    worth: float
    rule: str


@lru_cache(maxsize=65536)
def _called(called: str) -> tuple[bool, bool]:
    """Whether an element is called a breadcrumb, and whether it is called what breadcrumbs sometimes are."""
    return bool(CALLED_SURELY.search(called)), bool(CALLED.search(called))


def trails_on_page(document: Document, name: str, heading: lxml.html.HtmlElement | None = None) -> list[Trail]:
    """Every element that may be the page's breadcrumb, the best first.

    An element earns by what its author calls it, by words such as 当前位置 or "You are here", by separators between its links, by beginning
    at the home page, by ending at the product, and by addresses of which each continues the one before; it loses by being long, by lying in a footer.
    """
    found = []
    before = heading is not None
    said = _said_of_itself(document)
    holders = _holders(document)
    for element in document.elements:
        if element is heading:
            before = False
        if element.tag not in STANDS_IN:
            continue
        sure, maybe = _called(_names_of(element))
        sure = sure or id(element) in holders
        most = 120 if sure else MOST + 8
        links = sum(1 for _ in islice(element.iter("a"), most + 1)) if len(element) else 0
        if links > most or (not sure and len(element) > 60):
            continue
        if not links and not sure and not maybe and not phrases.CUES.search(element.text or ""):
            continue
        whole = clean(element.text_content())
        if not whole or len(whole) > (1500 if sure else 500):
            continue
        cue = bool(phrases.CUES.search(clean(element.text or "") + " " + whole[:16]))
        between = _separators(element)
        strong = sum(1 for one in between if STRONG_SEPARATOR.search(one))
        spoken = sure or maybe or cue or (strong >= 1 and links >= 2) or (strong >= 2 and _says_home_first(whole))
        homeward = element.tag in LISTS and 2 <= links <= MOST and _begins_at_home(element, document)
        if not spoken and not homeward and not (before and 2 <= links <= 6 and element.tag in LISTS and _repeats(element, said)):
            continue
        crumbs = crumbs_of(document, element)
        if not crumbs or len(crumbs) > MOST + 3:
            continue
        repeated = sum(1 for text, _ in crumbs if key(text) in said)
        above = _above(crumbs, document.url)
        ends = bool(name) and len(crumbs) > 1 and _is_name(crumbs[-1][0], name)
        linked = repeated > 1 and all(address for _, address in crumbs)
        led = homeward and (ends or above or (len(crumbs) > 2 and _nested([address for _, address in crumbs[1:]]) >= 1))
        if not (sure or maybe or cue or strong or linked or led):
            continue
        worth = 6.0 * sure + 2.0 * (maybe and not sure) + 4.0 * cue
        worth += min(3.0, 1.5 * strong) if strong >= min(2, len(crumbs) - 1) else 0.0
        worth += 2.0 if words.is_home_address(crumbs[0][1], document.url) or crumbs[0][0].casefold() in phrases.HOME else 0.0
        worth += 2.0 * ends + min(2.0, 1.0 * above)
        worth += 2.0 * _nested([address for _, address in crumbs])
        worth += 0.3 * min(len(crumbs), 5) + 1.5 * min(repeated, 2)
        worth -= 3.0 if any(len(text) > LONGEST_LEVEL for text, _ in crumbs[:-1]) else 0.0
        worth -= 5.0 if _outside(element) else 0.0
        worth += 1.0 if before and heading is not None else 0.0
        loose = sum(1 for _, address in crumbs if not address)
        worth -= 1.5 * max(0, loose - 2)
        worth -= 3.0 if len(crumbs) == 1 and not sure and not cue else 0.0
        found.append(Trail(crumbs, worth, "breadcrumb element" if sure or maybe else "cue words" if cue else "links and separators"))
    return sorted(found, key=lambda trail: -trail.worth)


def _begins_at_home(element: lxml.html.HtmlElement, document: Document) -> bool:
    link = next(element.iter("a"), None)
    if link is None:
        return False
    return clean(link.text_content())[:40].casefold() in phrases.HOME or words.is_home_address(document.absolute(link.get("href")), document.url)


def _says_home_first(text: str) -> bool:
    first = _FIRST_LEVEL.match(text)
    return first is not None and first[1].strip().casefold() in phrases.HOME


def _above(crumbs: Iterable[Crumb], page_url: str) -> int:
    """How many levels lead to a folder that the page's own address lies in."""
    try:
        here = urlsplit(page_url).path
        stems = [urlsplit(address).path.rstrip("/").removesuffix(".html") for _, address in crumbs if address]
    except ValueError:
        return 0
    return sum(1 for stem in set(stems) if stem.count("/") > 0 and len(stem) > 1 and here.startswith(stem + "/"))


def _repeats(element: lxml.html.HtmlElement, said: set[str]) -> bool:
    """Whether two of its links are called what the page says of itself."""
    return len(said) > 1 and sum(1 for link in element.iter("a") if key(clean(link.text_content())[:LONGEST_LEVEL]) in said) > 1


def _names_of(element: lxml.html.HtmlElement) -> str:
    """Everything that says what an element is."""
    if not element.attrib:
        return ""
    said = (element.get(name) for name in ("aria-label", "itemtype", "typeof", "data-component"))
    return " ".join(filter(None, (marks(element), *said)))


def _holders(document: Document) -> set[int]:
    """Ids of elements that hold several elements called a breadcrumb, of one link each: those are levels, and their parent is the path."""
    levels: dict[int, int] = {}
    if not re.search(r"crumb", document.text, re.I):
        return set()
    for element in document.elements:
        if element.tag in ("li", "span", "div", "a", "p", "td") and _called(_names_of(element))[0]:
            links = sum(1 for _ in islice(element.iter("a"), 3))
            parent = element.getparent()
            if links <= 1 and parent is not None:
                levels[id(parent)] = levels.get(id(parent), 0) + 1
    return {holder for holder, count in levels.items() if count > 1}


def _said_of_itself(document: Document) -> set[str]:
    """Keys of the short texts by which the page describes itself: parts of its title, its keywords.

    A path's levels are often among them, a menu's entries are not.
    """
    parts = [*words.segments(document.title), *(part for text in document.meta("keywords") for part in re.split(r"[,，、;|]", text))]
    return {key(part) for part in parts if 1 < len(key(part)) <= 40}


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
    if len(crumbs) == 1 and not crumbs[0][1]:
        parts = [part.strip() for part in re.split(r"\s*[>›»＞→▸►❯]\s*|\s/\s", crumbs[0][0]) if part.strip()]
        crumbs = [(part, None) for part in parts]
    return tuple(crumbs)


def _levels_only(element: lxml.html.HtmlElement) -> lxml.html.HtmlElement:
    """The element without scripts, comments, forms and what is hidden, and with one link between two separators: the others are a drop-down."""
    junk = [
        inner
        for inner in element.iter()
        if inner is not element and (not isinstance(inner.tag, str) or inner.tag in NO_LEVELS or _HIDDEN.search(inner.get("style") or ""))
    ]
    between, groups = False, [[]]
    for event, inner in lxml.etree.iterwalk(element, events=("start", "end")):
        if not isinstance(inner.tag, str):
            text = inner.tail if event == "end" else ""
        elif event == "start":
            text = inner.text
            if inner.tag == "a" and clean(inner.text_content()):
                groups[-1].append(inner)
        else:
            text = inner.tail if inner is not element else ""
        if text and SEPARATOR.match(text) and text.strip():
            between = True
            groups.append([])
    named = [group for group in groups if group]
    extra = [inner for group in named for inner in group[1:]] if between and len(named) > 1 and all(named) and len(groups) > 2 else []
    if not junk and not extra:
        return element
    marked = {id(inner): inner for inner in (*junk, *extra)}
    places = [place for place, inner in enumerate(element.iter()) if id(inner) in marked]
    copied = copy.deepcopy(element)
    inners = list(copied.iter())
    for place in places:
        inner, parent = inners[place], inners[place].getparent()
        if parent is not None:
            _drop(inner, parent)
    return copied


def _drop(inner: lxml.html.HtmlElement, parent: lxml.html.HtmlElement) -> None:
    """Takes an element out and leaves the text behind it."""
    if inner.tail:
        before = inner.getprevious()
        if before is not None:
            before.tail = (before.tail or "") + inner.tail
        else:
            parent.text = (parent.text or "") + inner.tail
    parent.remove(inner)


def _separators(element: lxml.html.HtmlElement) -> list[str]:
    """Texts between the links that are nothing but separators."""
    found = []
    for one in element.iter():
        if not isinstance(one.tag, str) or one.tag in ("script", "style"):
            continue
        for text in ((one.text if one.tag != "a" else None), one.tail if one is not element else None):
            text = (text or "").strip()
            if text and len(text) <= 6 and SEPARATOR.match(text):
                found.append(text)
        if len(found) > 20:
            break
    return found


def _nested(addresses: list[str | None]) -> float:
    """How many neighbours' addresses continue one another, 0 to 1."""
    paths = [urlsplit(address).path.rstrip("/") for address in addresses if address]
    pairs = list(pairwise(paths))
    if len(pairs) < 1:
        return 0.0
    stems = [re.sub(r"\.\w{2,5}$", "", path) for path in paths]
    return sum(longer.startswith(shorter) and longer != shorter for shorter, longer in pairwise(stems)) / len(pairs)


@lru_cache(maxsize=65536)
def _called_outside(called: str) -> bool:
    return bool(OUTSIDE.search(called))


def _outside(element: lxml.html.HtmlElement) -> bool:
    for depth, ancestor in enumerate((element, *element.iterancestors())):
        if ancestor.tag == "footer" or _called_outside(marks(ancestor)):
            return True
        if ancestor.tag == "body" or depth > 10:
            return False
    return False


def _is_name(level: str, name: str) -> bool:
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


def tidy(crumbs: Iterable[Crumb], *, page_url: str, names: Iterable[str], sites: set[str], marked: bool = False) -> list[str]:
    """Levels without the home page at the front and the product at the end; one level said twice is one, two of the same name that lead
    to different pages are two, and so are two in the page's own BreadcrumbList (`marked`).

    Args:
        names: what the page calls its product: the name chosen, and the headings and titles that it was chosen from.
    """
    names = list(names)
    levels = [(clean(text), address) for text, address in crumbs]
    levels = [(text, address) for text, address in levels if text and not JUNK.match(text)]
    whole = len(levels)
    while levels and (
        words.is_home(levels[0][0], levels[0][1], page_url, sites if len(levels) == whole or not levels[0][1] else ())
        or phrases.BACK.match(levels[0][0])
    ):
        levels.pop(0)  # behind the home page, a linked level that is called as the shop is a department
    while levels and (_is_product(levels, names, page_url) or len(levels[-1][0]) > 2 * LONGEST_LEVEL):
        levels.pop()
    while levels and not levels[-1][1] and (words.is_boilerplate(levels[-1][0]) or KIND_OF_PAGE.search(levels[-1][0])):
        levels.pop()  # 商品详情, "Details": the kind of page
    while (
        levels
        and len(levels) > 1
        and _leads_here(levels[-1][1], page_url)
        and len(key(levels[-1][0])) > 3
        and any(_like_name(levels[-1][0], name) for name in names)
    ):
        levels.pop()
    kept: list[Crumb] = []
    for text, address in levels:
        again = bool(kept) and key(kept[-1][0]) == key(text)
        if not again or (address != kept[-1][1] and bool(address and kept[-1][1])) or marked:
            kept.append((text, address))
    return [text for text, _ in kept]


def _is_product(levels: list[Crumb], names: list[str], page_url: str) -> bool:
    """Whether the last level is the product. One that leads to another page must be its name exactly: a category may hold the name, or lie in it."""
    text, address = levels[-1]
    named = names[:1] if len(levels) == 1 else names
    if address and not _leads_here(address, page_url):
        cut = text.rstrip().endswith(("…", "..."))
        return any((key(text) == key(name) and _agree(name, named[0])) or (cut and _is_name(text, name)) for name in named)
    return any(_is_name(text, name) for name in named)


def _leads_here(address: str | None, page_url: str) -> bool:
    """Whether an address is the page's own, with the page's query or without any, or in another folder."""
    if not address:
        return False
    here, there = page_url.split("#")[0], address.split("#")[0].rstrip("/")
    plain = here.split("?")[0].rstrip("/")
    last = there.rpartition("/")[2]
    named = len(last) > 7 and "?" not in last and bool(re.search(r"\d|\w-\w", last))
    return there in (here.rstrip("/"), plain) or (named and last == plain.rpartition("/")[2])


def _like_name(level: str, name: str) -> bool:
    mine, theirs = set(key(part) for part in re.findall(r"\w+", level)), set(key(part) for part in re.findall(r"\w+", name))
    return bool(mine) and len(mine & theirs) >= 0.5 * len(mine)


def _agree(text: str, name: str) -> bool:
    """Whether a text names the same thing: a heading that is the category's does not."""
    mine, theirs = key(text), key(name)
    return not theirs or mine in theirs or theirs in mine or _like_name(text, name)


def choose(
    document: Document,
    *,
    marked: Iterable[tuple[list[Crumb], str]],
    trails: Iterable[Trail],
    name: str,
    sites: set[str],
    also_named: Iterable[str] = (),
) -> tuple[list[str], str]:
    """The category path and the rule that found it; empty where the page shows none.

    The markup's list is taken unless it holds less than what the page shows: a visible breadcrumb with the same levels and more wins.

    Args:
        marked: (crumbs, rule) of each BreadcrumbList in the page.
        trails: what `trails_on_page` found.
        also_named: other texts by which the page calls its product.
    """
    names = [name, *also_named]

    def tidied(crumbs: Iterable[Crumb], marked: bool = False) -> list[str]:
        return tidy(crumbs, page_url=document.url, names=names, sites=sites, marked=marked)

    from_markup = [(levels, rule) for levels, rule in ((tidied(crumbs, True), rule) for crumbs, rule in marked) if levels]
    seen = [(tidied(trail.crumbs), trail) for trail in trails]
    seen = [(levels, trail) for levels, trail in seen if levels and len(levels) <= MOST and trail.worth >= 4.0]
    shown = max(seen, key=lambda pair: pair[1].worth, default=None)
    if from_markup:
        levels, rule = max(from_markup, key=lambda pair: len(pair[0]))
        if shown and len(shown[0]) > len(levels) and shown[1].worth >= 6.0 and set(map(key, levels)) < set(map(key, shown[0])):
            return shown[0], f"{shown[1].rule} that continues {rule}"
        return levels, rule
    if shown:
        return shown[0], shown[1].rule
    return [], ""

"""A product page's category path: from the markup's BreadcrumbList, else from whatever on the page looks and reads like one."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterable

from crawlers.pages import phrases, words
from crawlers.pages.document import Document
from crawlers.pages.levels import JUNK, Crumb
from crawlers.pages.trails import LEAST_WORTH, LONGEST_LEVEL, MOST, Trail, is_name
from crawlers.pages.words import clean, key

# "Item#: N82E16819113569", "货号：AA1234": what the last level of some paths is.
ARTICLE_NUMBER = re.compile(
    r"^(?:item|sku|model|modell|mpn|ean|part|product|prod|cat|art(?:ikel|icle|iculo|ículo)?|ref(?:erenz|erence|erencia)?|réf|código|cod|code|id|"
    r"货号|編號|编号|型号|型號|款号|商品编号|商品號|品番)\.?\s*(?:number|num|code|id|no|nr|n°|nº|#)?\.?\s*[#:：]?\s*(?:[\w./-]*\d[\w./-]*)?$",
    re.I,
)
_IN_BRACKETS = re.compile(r"[【\[「《]([^】\]」》]{3,60})[】\]」》]")
MOST_MARKED = 30  # levels of the page's own BreadcrumbList
KIND_OF_PAGE = re.compile(r"^.{0,4}(?:详情|詳情|详细|詳細|介绍|介紹|信息)(?:页|頁)?$|^(?:product |item |article )?details?(?: page)?$", re.I)


def tidy(
    crumbs: Iterable[Crumb], *, page_url: str, names: Iterable[str], sites: set[str], marked: bool = False, models: Collection[str] = ()
) -> list[str]:
    """Levels without the home page at the front and the product at the end; one level said twice is one, two of the same name that lead
    to different pages are two, and so are two in the page's own BreadcrumbList (`marked`).

    Args:
        names: what the page calls its product: the name chosen, and the headings and titles that it was chosen from.
        models: keys of what else it may be called where a level leads nowhere.
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
    while len(levels) > 1 and (_is_number(levels[-1], page_url) or (not levels[-1][1] and key(levels[-1][0]) in models)):
        levels.pop()
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


def _is_number(level: Crumb, page_url: str) -> bool:
    """Whether a level that leads nowhere is the product's number: called so, or a code that the page's address holds."""
    text, address = level
    if address:
        return False
    code = " " not in text and len(key(text)) > 3 and any(c.isdigit() for c in text) and text.isascii()
    return bool(ARTICLE_NUMBER.match(text)) or (code and key(text) in key(page_url))


def _is_product(levels: list[Crumb], names: list[str], page_url: str) -> bool:
    """Whether the last level is the product. One that leads to another page must be its name exactly: a category may hold the name, or lie in it."""
    text, address = levels[-1]
    named = names[:1] if len(levels) == 1 else names
    if address and not _leads_here(address, page_url):
        cut = text.rstrip().endswith(("…", "..."))
        return any((key(text) == key(name) and _agree(name, named[0])) or (cut and is_name(text, name)) for name in named)
    return any(is_name(text, name) or (not address and _is_model(text, name)) for name in named)


def _is_model(level: str, name: str) -> bool:
    """Whether a level is brand and model out of the name: 海尔BCD-216STPT of 海尔(Haier) BCD-216STPT 216升 三门冰箱."""
    parts = [key(part) for part in re.findall(r"[^\W\da-z_]+|[a-z\d][a-z\d/._-]*", level.casefold()) if key(part)]
    place, whole = 0, key(name)
    for part in parts:
        place = whole.find(part, place)
        if place < 0:
            return False
        place += len(part)
    return any(len(part) > 3 and any(c.isdigit() for c in part) and any(c.isalpha() for c in part) for part in parts)


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

    models = {key(found) for found in _IN_BRACKETS.findall(document.title)}

    def tidied(crumbs: Iterable[Crumb], marked: bool = False) -> list[str]:
        return tidy(crumbs, page_url=document.url, names=names, sites=sites, marked=marked, models=models)

    from_markup = [(tidied(crumbs, True), rule) for crumbs, rule in marked if len(crumbs) <= MOST_MARKED]
    from_markup = [(levels, rule) for levels, rule in from_markup if levels]
    seen = [(tidied(trail.crumbs), trail) for trail in trails]
    seen = [(levels, trail) for levels, trail in seen if levels and len(levels) <= MOST and trail.worth >= LEAST_WORTH]
    shown = max(seen, key=lambda pair: pair[1].worth, default=None)
    if from_markup:
        levels, rule = max(from_markup, key=lambda pair: len(pair[0]))
        if shown and len(shown[0]) > len(levels) and shown[1].worth >= 6.0 and set(map(key, levels)) < set(map(key, shown[0])):
            return shown[0], f"{shown[1].rule} that continues {rule}"
        return levels, rule
    if shown:
        return shown[0], shown[1].rule
    return [], ""

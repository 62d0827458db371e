"""A page's title without what it says of the shop: its name, its categories, the words that every shop puts after a name."""

from __future__ import annotations

import re
from collections.abc import Collection

from crawlers.pages import phrases, words
from crawlers.pages.words import clean, key, weight


def without_site(title: str, sites: set[str], categories: Collection[str] = ()) -> str:
    """A page's title without the parts that name the site or a category (keys), or say what every shop says.

    >>> without_site("【图片 价格 品牌 报价】蜂蜜 500g-京东", {"京东"}), without_site("i3Fresh - 肉乾 10包", {"i3fresh"})
    ('蜂蜜 500g', '肉乾 10包')
    """
    title = clean(title)
    for _ in range(8):
        before = title
        title = re.sub(
            r"\s*[【\[(（]([^】\])）]{1,60})[】\])）]\s*$", lambda found: "" if words.is_boilerplate(found[1]) else found[0], title
        )
        title = re.sub(
            r"^\s*[【\[(（]([^】\])）]{1,60})[】\])）]\s*", lambda found: "" if says_nothing(found[1], sites) else found[0], title
        )
        spans = list(words.SPLIT.finditer(title))
        if spans:
            last, first = title[spans[-1].end() :], title[: spans[0].start()]
            rest = title[: spans[-1].start()]
            if (
                says_nothing(last, sites)
                or _is_shop_name(last, rest)
                or _holds_site(last, rest, sites)
                or key(last) in categories
                or (weight(last) <= 16 and sells(rest))
            ):
                title = rest
            elif says_nothing(first, sites):
                title = title[spans[0].end() :]
        rest, _, last = title.rpartition(" ")
        if rest and weight(last) >= 6 and key(last) in sites:
            title = rest
        closed = re.search(r"(?<=\w)[-–—](?=([\w.]+)$)", title)  # "name 750g-tmall.com天猫"
        if closed and any("." in closed[1] and len(site) > 5 and key(closed[1]).startswith(site) for site in sites):
            title = title[: closed.start()]
        title = title.strip(" \t-–—|｜_·•:：>»›,，")
        rest, comma, last = title.rpartition("，")
        if comma and key(rest) and key(last) in categories:
            title = rest
        if title == before or not title:
            return title or before
    return title


def sells(title: str) -> bool:
    """Whether a title ends in brackets with several words that shops put after a product's name; what follows them is the shop's.

    >>> sells("蜂蜜 500g【图片 价格 品牌 报价】"), sells("蜂蜜【500g】")
    (True, False)
    """
    found = re.search(r"【([^】]{1,60})】\s*$", title)
    return found is not None and weight(found[1]) >= 8 and words.is_boilerplate(found[1])


def says_nothing(part: str, sites: set[str]) -> bool:
    return words.is_boilerplate(part) or words.names_site(part, sites)


def _holds_site(part: str, rest: str, sites: set[str]) -> bool:
    """A short last part that begins or ends with the site's name: "Cafe Tools" at cafe.example."""
    said = key(part)
    return (
        weight(part) < weight(rest)
        and weight(part) <= 30
        and any(len(site) >= 4 and (said.startswith(site) or said.endswith(site)) for site in sites)
    )


def _is_shop_name(part: str, rest: str) -> bool:
    """A last part such as 淘宝网 or "Emma's Store": short, ends as shops' names end, and there is a name before it."""
    return weight(part) < weight(rest) and ends_as_shop(part)


def ends_as_shop(text: str) -> bool:
    return weight(text) <= 30 and bool(phrases.SHOP_NAME_ENDS.search(text.strip()))


def in_common(titles: list[str], sites: set[str]) -> list[str]:
    """What `<title>` and `og:title` share though one says the site's name first and the other last."""
    parts = [[part for part in words.segments(title) if not says_nothing(part, sites)] for title in dict.fromkeys(filter(None, titles))]
    if len(parts) < 2:
        return []
    first, *others = parts
    shared = [part for part in first if any(key(part) == key(other) for rest in others for other in rest)]
    return sorted(shared, key=weight, reverse=True)[:1]

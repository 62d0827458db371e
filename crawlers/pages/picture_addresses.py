"""Where an element keeps its pictures' addresses: in `src`, or wherever late loading and zooming have put them."""

from __future__ import annotations

import json
import re
from functools import lru_cache
from itertools import islice
from urllib.parse import urlsplit

import lxml.html

from crawlers.pages.document import Document

IMAGE_END = re.compile(r"\.(?:jpe?g|png|webp|avif|gif|bmp)(?:$|[?!@_;/])", re.I)
# Attributes whose value is an address though it need not end as a picture's does; the rest are told by how their value ends.
LARGE = ("data-zoom-image", "data-zoom", "data-large_image", "data-large-image", "data-old-hires", "data-hires", "data-origin", "jqimg", "data-full")
LAZY = frozenset(re.findall(
    r"\S+",
    "data-original data-src data-lazy-src data-lazy data-lazyload data-lazy-img data-ks-lazyload data-original-url data-echo data-url data-image "
    "data-img data-imgsrc data-actualsrc original lazy-src lazysrc _src src2 init-src data-bg data-defer-src data-ll-src data-flickity-lazyload "
    "data-cfsrc data-image-src ng-src v-lazy data-lazy-load data-background",
))
SETS = ("data-srcset", "data-lazy-srcset", "srcset", "data-original-set")
_LARGE_NAME = re.compile(r"zoom|large|big|hi-?re?s|full|original$|origin$|magnif|super|max|(?:^|-)xl$|jqimg", re.I)
_OTHER_NAME = re.compile(
    r"^on|^(?:src|style|alt|title|srcset|class|id|value|name|rel|longdesc)$|error|default|place|loading|loader|fallback|hover|thumb|small|mini|tiny|"
    r"over$|back$|second|flip|alt-|logo|icon|srcset|avatar",
    re.I,
)
_IN_TEXT = re.compile(r"(?:https?:)?(?:\\?/){1,2}[^\"'\s,<>()\[\]{}]+?\.(?:jpe?g|png|webp|avif)(?:[?!@_][^\"'\s,<>()\[\]{}]*)?", re.I)
_IN_STYLE = re.compile(r"url\(\s*(?:&quot;|[\"'])?([^\"')&]+(?:&(?!quot;)[^\"')&]+)*)", re.I)
# What a file's name says that there is no picture yet: all of it, or whole words in it, since a piano holds "no" and a blanket "blank".
NO_PICTURE = re.compile(
    r"placeholder|(?<![a-z])place[-_]holder|(?:(?<![a-z])|(?-i:(?<=[a-z])(?=N)))no[-_]?(?:image|img|photo|pic|picture|foto)(?![a-z])|"
    r"(?<![a-z])(?:image|img|photo)[-_]?not[-_]?(?:found|available)|(?<![a-z])coming[-_]?soon|(?<![a-z])og[-_]?image[-_.]?(?:default|home)(?![a-z])|"
    r"^(?:blank|spacer|transparent|dummy|1x1|pixel|lazy(?:load|img)?|loading|(?:(?:img|image|pic|product|goods|item)[-_])?default[-_]?(?:image|img|pic|og|share)?)\.|"
    r"(?<![a-z])(?:blank|spacer|1x1)\.(?:gif|png)$|(?<![a-z])(?:transparent|dummy|pixel|lazy(?:load|img)?|gr[ae]y|white|none)\.gif$|"
    r"^[btsg0]\.(?:gif|png)$",
    re.I,
)


@lru_cache(maxsize=16384)
def _kind(name: str) -> str:
    """What an attribute's name says of an address in it: "large", "lazy", or "" for none or another picture's."""
    if name in LARGE:
        return "large"
    if name in LAZY:
        return "lazy"
    if _OTHER_NAME.search(name):
        return ""
    return "large" if _LARGE_NAME.search(name) else "lazy"


def _may_hold(value: str) -> bool:
    return any(end in value for end in (".jp", ".JP", ".png", ".PNG", ".web", ".avif"))


def lists_pictures(element: lxml.html.HtmlElement) -> bool:
    """Whether an element that is no <img> names a picture in its attributes: a slide, a zoom's link, a box with a background."""
    for name, value in element.attrib.items():
        if name == "style":
            if "url(" in value and "background" in value:
                return True
        elif name == "href":
            if element.tag == "a" and IMAGE_END.search(value):
                return True
        elif name == "value":
            if element.tag == "input" and element.get("type") == "hidden" and IMAGE_END.search(value) and len(value) < 500:
                return True
        elif (_may_hold(value) and _kind(name)) or (name in LARGE[:5] and value):
            return True
    return False


def of_image(element: lxml.html.HtmlElement, document: Document) -> list[str]:
    """An <img>'s addresses, the one most likely to be the real, large picture first."""
    large, lazy = _in_attributes(element)
    found = _absolute([*large, *_in_sets(element), *lazy, element.get("src") or ""], document)
    if not any(usable(one) for one in found):  # libxml2 nests each <source> in the one before it
        holder = next((one for one in islice(element.iterancestors(), 5) if one.tag == "picture"), None)
        if holder is not None:
            found += _absolute([one for source in holder.iter("source") for one in _in_sets(source)[:1]][:3], document)
    return found


def held_by(element: lxml.html.HtmlElement, document: Document) -> list[str]:
    """Addresses in the attributes of an element that is no <img>."""
    target = element.get("href") or "" if element.tag == "a" else ""
    large, lazy = _in_attributes(element)
    shown = _IN_STYLE.search(element.get("style") or "")
    hidden = [element.get("value")] if element.tag == "input" else []
    return _absolute([*([target] if IMAGE_END.search(target) else []), *large, *lazy, *([shown[1]] if shown else []), *hidden], document)


def _in_attributes(element: lxml.html.HtmlElement) -> tuple[list[str], list[str]]:
    large: list[str] = []
    lazy: list[str] = []
    for name, value in element.attrib.items():
        if not value or name in SETS:
            continue
        start = value.lstrip()[:1]
        if start in ("{", "[") and len(value) < 20_000 and ("//" in value or "\\/" in value or _may_hold(value)):
            large += _in_json(value)
            continue
        kind = _kind(name)
        if not kind or len(value) > 2000 or start in ("{", "[", "<") or (name not in LARGE and name not in LAZY and not IMAGE_END.search(value)):
            continue
        if " " in value.strip() or not ("/" in value or "." in value):  # several addresses, or a text; "1", "true"
            continue
        (large if kind == "large" else lazy).append(value)
    order = {name: place for place, name in enumerate(LARGE)}
    by_name = {value: name for name, value in element.attrib.items()}
    return sorted(large, key=lambda value: order.get(by_name.get(value, ""), 99)), lazy


def _in_sets(element: lxml.html.HtmlElement) -> list[str]:
    return [one for name in SETS if element.get(name) and (one := largest_of_srcset(element.get(name)))]


def _in_json(value: str) -> list[str]:
    """Addresses in an attribute that maps address -> [width, height], the largest first; or in one that holds them in any other way."""
    try:
        data = json.loads(value)
    except (ValueError, RecursionError):
        return [found[0].replace("\\/", "/") for found in _IN_TEXT.finditer(value)][:10]
    if isinstance(data, dict) and data and all(isinstance(one, list) for one in data.values()):
        sized = sorted((k for k in data if "//" in k), key=lambda k: -sum(v for v in data[k] if isinstance(v, int | float)))
        if sized:
            return sized
    if isinstance(data, dict):
        direct = [(name, one) for name, one in data.items() if isinstance(one, str) and IMAGE_END.search(one)]
        if direct:
            return [one for _, one in sorted(direct, key=lambda pair: not _LARGE_NAME.search(pair[0]))]
    return [found[0].replace("\\/", "/") for found in _IN_TEXT.finditer(value)][:10]


def _absolute(found: list[str], document: Document) -> list[str]:
    full = [document.absolute(one) for one in found if one and not one.lstrip().startswith(("{", "[", "data:"))]
    return list(dict.fromkeys(one for one in full if one and not is_data(one)))


def largest_of_srcset(text: str) -> str | None:
    """The address with the greatest width or density.

    >>> largest_of_srcset("a.jpg 320w, b.jpg 1280w"), largest_of_srcset("a,1.jpg 1x, b,1.jpg 2x")
    ('b.jpg', 'b,1.jpg')
    """
    best, size = None, -1.0
    for one in re.split(r",\s+|(?<=\d[wx]),", text.strip().rstrip(",")):
        address, _, measure = one.strip().partition(" ")
        number = re.match(r"\s*(\d+(?:\.\d+)?)[wxh]", measure)
        width = float(number[1]) if number else 1.0
        if address and width > size and not address.startswith("data:"):
            best, size = address, width
    return best


def is_data(address: str) -> bool:
    return address.startswith("data:") or "/data:image" in address


def file_name(address: str) -> str:
    """The part of an address that says what a picture is; folders and hosts mislead."""
    return urlsplit(address).path.rsplit("/", 1)[-1]


def stands_in(address: str) -> bool:
    """Whether an address says that its picture stands in for one that is missing or still to be loaded.

    >>> stands_in("https://s.example/img/no-image.jpg"), stands_in("https://s.example/blankets/piano-img.jpg")
    (True, False)
    """
    return bool(NO_PICTURE.search(file_name(address))) or "/placeholder/" in address


def usable(address: str | None) -> bool:
    """Whether an address can be a picture's, and is not a stand-in's."""
    if not address or is_data(address) or stands_in(address):
        return False
    return not re.search(r"\.(?:svg|ico|mp4|html?)$", urlsplit(address).path, re.I)

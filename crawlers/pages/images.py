"""A product page's pictures, the main one first, wherever lazy loading has hidden the address."""

from __future__ import annotations

import math
import re
from collections.abc import Callable, Iterable
from dataclasses import dataclass, replace
from functools import lru_cache
from itertools import islice
from urllib.parse import unquote, urlsplit

import lxml.html

from crawlers.pages.document import Document
from crawlers.pages.picture_addresses import IMAGE_END, LARGE, file_name, held_by, lists_pictures, of_image, usable
from crawlers.pages.words import clean, key, tokens

MOST = 30
NEAR = 0.8                      # of a gallery the first is the main one, be it worth so much less than the best: its text may describe it
SURE = 6.5                      # a picture's worth from which it is trusted over an og:image that the page does not show
HOLDS_PICTURES = {"div", "span", "li", "a", "figure", "button", "section", "input", "td", "p"}
# What a file's name says that it is no product's; whole words only, since silicone holds "icon" and a phone may be called Pixel.
NOT_PRODUCT = re.compile(
    r"(?:^|[^a-z])(?:[a-z]{0,12}logos?|favicon|icons?|sprites?|loading|loader|avatars?|payments?|visa|mastercard|paypal|flags?|arrows?|buttons?|btn|"
    r"qr-?code|qrcode|ewm|captcha|banners?|trustpilot|facebook|twitter|whatsapp|app-?store|google-?play|ratings?|stars?[-_]?(?:on|off|half|full|empty|\d)?(?=\.)|share(?=\.)|social|"
    r"spinner|watermark|tracking|beacon|analytics|beian)(?:$|[^a-z])|free[-_]?shipping",
    re.I,
)
BAD_PLACE = re.compile(
    r"(?:^|[-_\s])(?:logo|icons?|nav|menu|footer|foot|header|top-?bar|sidebar|banner|ads?|advert\w*|promo\w*|related|relate|"
    r"recommend\w*|recs?|reco|similar|upsell|cross-?sell|also|"
    r"recently|viewed|history|review|reviews|comment|comments|rating|payment|brand|brands|seller|store-?info|shop-?info|"
    r"share|social|cart|minicart|modal|popup|cookie|"
    r"avatar|user|login|badge|badges|newsletter|swatch|swatches|hot|ranking|list-?item|product-?list|product-?grid|products|"
    r"description-content|coupon)(?:$|[-_\s])",
    re.I,
)
GOOD_PLACE = re.compile(
    r"main|zoom|gallery|primary|featured|hero|large|big|full|preview|magnif|viewer|photo|picture|product-?(?:image|img|"
    r"photo|media|pic)|goods-?(?:img|pic)|prod-?img|"
    r"detail|pdp|im(?:g|age)-?box|show-?(?:img|pic|image)|slide|swipe|slick|carousel|booth|spec-?(?:img|n1)|j_?img|imgwrap|image-?wrap|cover|stage|landing",
    re.I,
)
THUMB = re.compile(r"thumb|small|mini|tiny|swatch|(?:^|[-_\s])nav(?:$|[-_\s])|[_\-/x](?:[1-9]\d|1[0-4]\d)x(?:[1-9]\d|1[0-4]\d)(?!\d)", re.I)
CLONE = re.compile(r"(?:^|[-_\s])(?:cloned?|duplicate)(?:$|[-_\s])", re.I)  # the slide before the first, in a carousel that goes round
OTHER_HOSTS = re.compile(
    r"(?:^|\.)(?:googleapis\.com|google\.\w+|gstatic\.com|doubleclick\.net|facebook\.com|bing\.com|criteo\.\w+|baidu\.com|"
    r"cnzz\.com|openstreetmap\.org|"
    r"trustpilot\.com|ytimg\.com|vimeocdn\.com)$"
)
# The size asked of a service that resizes pictures: thumbnail=430x430, wid=488, w_600.
_ASKED = re.compile(r"(?:(?:width|height|wid|hei|thumbnail|size|resize|sw|sh|[wh])[=_/]|(?<=\d)x)(\d{2,4})(?!\d)")
VECTOR = re.compile(r"\.(?:svg|gif|ico)(?:$|[?#])", re.I)


@dataclass(frozen=True)
class Picture:
    """An <img>, or a link to a picture, and what speaks for it.

    Attributes:
        order: its place among the page's elements.
        box: a key of the container it lies in.
    """

    addresses: list[str]
    worth: float
    order: int
    box: int


def same_picture(address: str) -> str:
    """What an address has in common with other sizes of the same picture: the file's name without its size.

    >>> same_picture("https://a/x/600x600/9f3ab2c1_400x400.jpg") == same_picture("https://b/y/9f3ab2c1.jpg?w=50")
    True
    """
    path = unquote(urlsplit(address).path)
    name = next((part for part in reversed(path.split("/")) if len(key(part)) > 3), path)
    name = re.sub(r"\.(?:jpe?g|png|webp|avif|gif|bmp).*$", "", name, flags=re.I)
    name = re.sub(
        r"[-_.!@](?:\d{2,4}x\d{2,4}|[sw]?\d{2,4}w?|thumb(?:nail)?|small|medium|large|big|zoom|main|xl|l|m|s|q\d+)(?=$|[-_.])",
        "",
        name,
        flags=re.I,
    )
    return key(name) or address


def on_page(document: Document, name: str, heading: lxml.html.HtmlElement | None, sku: str | None, known: Iterable[str]) -> list[Picture]:
    """Every picture of the page that could show the product, the best first.

    It earns by an alternative text that agrees with the name, by lying in a gallery or beside the name's heading, by its declared size, by a
    large or late-loaded address, by a file named after it, by sharing its file with `og:image`, by carrying the product's id; it loses by what
    its place or its address says.
    """
    same = {same_picture(one) for one in known}
    said = key(name)
    long_words = {word for word in re.findall(r"[^\W\d_]{4,}", name.casefold()) if word.isascii()}
    pictures: list[Picture] = []
    heading_order = None
    entries: list[tuple[lxml.html.HtmlElement, int]] = []
    for order, element in enumerate(document.elements):
        if element is heading:
            heading_order = order
        if element.tag in ("img", "amp-img", "image") or (element.tag in HOLDS_PICTURES and element.attrib and lists_pictures(element)):
            entries.append((element, order))
        elif element.tag == "noscript" and "<img" in (element.text or ""):
            entries += [(inner, order) for inner in _hidden_images(element.text)]
        if len(entries) > 1500:
            break
    for element, order in entries:
        given = of_image(element, document) if element.tag in ("img", "amp-img", "image") else held_by(element, document)
        given = [one for one in given if usable(one) and not OTHER_HOSTS.search(urlsplit(one).hostname or "")]
        if not given or VECTOR.search(given[0]):
            given = [one for one in _without_script(element, document) if usable(one)] + given
        if not given:
            continue
        worth = _worth(element, document, given, said, long_words, sku, same) - (4.5 if NOT_PRODUCT.search(file_name(given[0])) else 0.0)
        pictures.append(Picture(given, worth, order, _box(element)))
    if heading_order is not None:  # the whole gallery is as near as its nearest picture: the first in it stays first
        nearest: dict[int, int] = {}
        for picture in pictures:
            own = picture.box or -picture.order
            nearest[own] = min(nearest.get(own, 10**6), abs(picture.order - heading_order))
        pictures = [replace(one, worth=one.worth + 2.0 * math.exp(-nearest[one.box or -one.order] / 120)) for one in pictures]
    return sorted(pictures, key=lambda picture: (-round(picture.worth, 3), picture.order))


def _without_script(element: lxml.html.HtmlElement, document: Document) -> list[str]:
    """Addresses of the picture that an <img> waits for, where it is written out behind it for readers without scripts."""
    for _ in range(2):  # an only child stands where its parent stands
        if element.getnext() is None and element.getprevious() is None and element.getparent() is not None:
            element = element.getparent()
    behind = element.getnext()
    if behind is None or behind.tag != "noscript":
        return []
    copies = [*behind.iter("img"), *_hidden_images(behind.text or "")] if "<img" in (behind.text or "") else list(behind.iter("img"))
    return of_image(copies[0], document) if len(copies) == 1 else []


def _hidden_images(text: str) -> list[lxml.html.HtmlElement]:
    try:
        return lxml.html.fragment_fromstring(text, create_parent="div").xpath(".//img")
    except (lxml.etree.ParserError, lxml.etree.XMLSyntaxError, ValueError, AssertionError):
        return []


def _number(text: str | None) -> float | None:
    found = re.match(r"\s*(\d+(?:\.\d+)?)\s*(?:px)?\s*$", text or "")
    return float(found[1]) if found else None


@lru_cache(maxsize=65536)
def _place(called: str) -> tuple[bool, bool, bool, bool]:
    """Whether a container's name speaks against its pictures, for them, of thumbnails, or of a slide shown twice."""
    return bool(BAD_PLACE.search(called)), bool(GOOD_PLACE.search(called)), bool(THUMB.search(called)), bool(CLONE.search(called))


def _worth(
    element: lxml.html.HtmlElement, document: Document, given: list[str], said: str, long_words: set[str], sku: str | None, same: set[str]
) -> float:
    worth = 0.0
    alternative = key(clean(element.get("alt") or element.get("title") or ""))
    if alternative and said:
        if alternative == said:
            worth += 4.0
        elif said in alternative or (alternative in said and len(alternative) >= 0.4 * len(said)):
            worth += 3.0
        elif len(alternative) > 3:
            mine, theirs = _grams(alternative), _grams(said)
            shared = len(mine & theirs) / max(1, min(len(mine), len(theirs)))
            worth += 2.5 * shared if shared > 0.5 else -0.7
    worth += min(1.5, 0.75 * sum(1 for word in long_words if word in unquote(file_name(given[0])).casefold()))
    if "image" in (element.get("itemprop") or "").split():
        worth += 3.0
    called = document.marks(element)
    if GOOD_PLACE.search(called):
        worth += 1.5
    if THUMB.search(called) or THUMB.search(file_name(given[0])):
        worth -= 1.2
    worth += 1.0 if any(element.get(name) for name in LARGE) or element.get("data-a-dynamic-image") else 0.0
    if any(same_picture(one) in same for one in given):
        worth += 3.0
    if sku and len(key(sku)) >= 5 and any(key(sku) in key(urlsplit(one).path) for one in given):
        worth += 1.5
    if VECTOR.search(given[0]):
        worth -= 2.5
    asked = max((int(one) for one in _ASKED.findall(urlsplit(given[0]).query)), default=0)
    worth += 0.6 if asked >= 250 else -0.6 if 0 < asked < 110 else 0.0
    sizes = [one for one in (_number(element.get("width")), _number(element.get("height"))) if one is not None]
    style = re.search(r"width\s*:\s*(\d+)px", element.get("style") or "")
    if style:
        sizes.append(float(style[1]))
    if sizes:
        worth += 1.2 if min(sizes) >= 250 else 0.6 if min(sizes) >= 180 else -1.0 if max(sizes) < 110 else 0.0
        worth -= 2.5 if max(sizes) <= 60 else 0.0
        worth -= 2.5 if len(sizes) > 1 and max(sizes) > 2.3 * max(1, min(sizes)) else 0.0
    good = bad = 0.0
    for depth, ancestor in enumerate(element.iterancestors()):
        if ancestor.tag in ("body", "html") or depth > 9:
            break
        called = document.marks(ancestor)
        if ancestor.tag in ("footer", "nav", "aside") or (ancestor.tag == "header" and depth < 8):
            bad = max(bad, 3.0)
        is_bad, is_good, is_thumb, is_clone = _place(called) if called else (False,) * 4
        if is_bad:
            bad = max(bad, 3.0 if depth < 6 else 1.5)
        if is_good and depth < 6:
            good = max(good, 2.0 - 0.2 * depth)
        if is_thumb and depth < 4:
            worth -= 0.5
        if is_clone and depth < 6:
            worth -= 1.0
        if ancestor.tag == "a" and depth < 4:
            target = document.absolute(ancestor.get("href"))
            if target and not IMAGE_END.search(target) and target.split("#")[0].split("?")[0] != document.url.split("#")[0].split("?")[0]:
                worth -= 2.0
    return worth + good - bad


def _grams(text: str) -> set[str]:
    return {text[i : i + 3] for i in range(max(1, len(text) - 2))}


def _box(element: lxml.html.HtmlElement) -> int:
    """The nearest ancestor that holds several pictures."""
    for depth, ancestor in enumerate(element.iterancestors()):
        if depth > 8 or ancestor.tag in ("body", "html"):
            break
        if sum(1 for _ in islice(ancestor.iter("img"), 2)) > 1:
            return id(ancestor)
    return 0


def _shares(document: Document, name: str) -> bool:
    """Whether what the page says of itself to those who share it may be about the product: a card of the whole site has no word of its name."""
    said = [set(tokens(text)) for text in document.meta("og:title", "twitter:title")]
    return not said or any(set(tokens(name)) & one for one in said)


def shows_product(address: str | None) -> bool:
    """Whether nothing in an address says that its picture is the shop's and not the product's."""
    return usable(address) and not NOT_PRODUCT.search(file_name(address)) and not OTHER_HOSTS.search(urlsplit(address).hostname or "")


def choose(
    document: Document,
    *,
    marked: Iterable[tuple[list[str], str]],
    state: Iterable[str],
    scripts: Callable[[], list[str]] = list,
    name: str,
    heading: lxml.html.HtmlElement | None,
    sku: str | None,
) -> tuple[list[str], str]:
    """Every picture of the product, the main one first, and the rule that found that one.

    The markup's picture comes first where it is one; then og:image unless it is the shop's logo; else the page's best <img>. Pictures that lie
    in the same gallery as the best follow.

    Args:
        marked: (addresses, rule) of the page's own Product markup.
        scripts: finds addresses in the page's scripts; asked where nothing else has one.
    """
    ranked: list[tuple[list[str], str]] = []
    for found, rule in marked:
        full = [one for one in (document.absolute(clean(address)) for address in found) if usable(one)]
        ranked.append((full, rule))
    social = [
        one
        for one in (
            document.absolute(clean(one))
            for one in document.meta("og:image:secure_url", "og:image", "og:image:url", "twitter:image", "twitter:image:src")
        )
        if shows_product(one)
    ]
    shared = {same_picture(one) for one in social}  # of several variants in the markup, the page shows the one that it shares
    ranked.sort(key=lambda pair: not any(same_picture(one) in shared for one in pair[0]))
    linked = [one for one in map(document.absolute, document.tree.xpath("//link[@rel='image_src']/@href")) if shows_product(one)]
    known = [one for full, _ in ranked for one in full] or [*social[:2], *linked[:1]]
    pictures = on_page(document, name, heading, sku, known)
    states = [one for one in map(document.absolute, state) if usable(one)]
    seen = {same_picture(one) for picture in pictures for one in picture.addresses}
    sure = pictures[0] if pictures and pictures[0].worth >= (SURE if _shares(document, name) else 2.0) else None
    if sure and not any(same_picture(one) in seen for one in social):
        ranked.append(([], ""))             # og:image is nowhere on the page, and a picture there is surely the product's
    else:
        ranked.append((list(dict.fromkeys(social)), "og:image"))
    ranked.append((linked, "link image_src"))
    best = pictures[0] if pictures and pictures[0].worth >= 2.0 else None
    shown = []
    if best is not None:
        best = min((p for p in pictures if p.box == best.box and p.worth >= best.worth - NEAR), key=lambda p: p.order)
        gallery = [p for p in pictures if p.worth >= 2.0 and ((p.box == best.box and p.box) or p.worth >= 0.9 * best.worth)]
        shown = [p.addresses[0] for p in sorted(gallery, key=lambda p: (p is not best, p.order))]
        if states and not any(full for full, _ in ranked) and best.worth < 4.0:
            ranked.append((states, "script state"))
        ranked.append((shown, "picture of the page"))
    ranked += [(states, "script state"), (list(dict.fromkeys(social)), "og:image")]
    if best is None and pictures and pictures[0].worth >= 0:
        ranked.append(([pictures[0].addresses[0]], "picture of the page"))
    if not any(full for full, _ in ranked):
        ranked.append(([one for one in map(document.absolute, scripts()) if shows_product(one)], "script"))
    rule = next((rule for full, rule in ranked if full), "")
    merged: dict[str, str] = {}
    for full, _ in ranked:
        for one in full:
            merged.setdefault(same_picture(one), one)
    return list(merged.values())[:MOST], rule

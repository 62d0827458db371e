"""Products in the data that scripts carry: __NEXT_DATA__, window.__INITIAL_STATE__, a shop's own variables. No script is run."""

from __future__ import annotations

import json
import re
from bisect import bisect_left
from collections.abc import Iterator
from dataclasses import dataclass, field
from typing import Any

import chompjs

from crawlers.pages.document import Document
from crawlers.pages.markup import walk
from crawlers.pages.words import filled, key

MAX_SCRIPT = 4_000_000  # characters
MAX_VALUES = 60
MAX_LITERAL = 400_000  # characters
MAX_FRUITLESS = 100_000_000  # characters of a page that are looked through for values and hold none
HINT_WORDS = ("product", "goods", "item", "sku", "offer", "prd", "deal")
HINT = re.compile("|".join(HINT_WORDS), re.I)
# Where a value begins: after an assignment, as the argument of a call, as a string that holds JSON.
ASSIGNED = re.compile(r"=\s{0,4}(?=[{\[])|\(\s{0,2}(?=\{\s{0,8}[\"'\w])|JSON\.parse\(\s{0,4}(?=[\"'])")
NAME_KEYS = (
    "name",
    "title",
    "productName",
    "product_name",
    "goodsName",
    "goods_name",
    "itemName",
    "item_name",
    "productTitle",
    "product_title",
    "skuName",
    "subject",
    "displayName",
    "itemTitle",
    "goodsTitle",
    "wareName",
    "prdName",
    "dealName",
)
PRICE_WORDS = re.compile(r"price|amount|cost", re.I)
IMAGE_KEYS = re.compile(
    r"^(?:(?:main|primary|default|big|large|product|goods|item|sku|cover|featured|original|master|hero|list)?_?(?:image|img|"
    r"pic|picture|photo|thumb)(?:s|es|_?urls?|_?list|_?path|src|"
    r"uris?|files?|_?set|gallery)?|gallery|media|imageGallery|galleryImages|picUrls?|imgList|mediaGallery|featured_image)$",
    re.I,
)
SKU_KEYS = (  # in small letters
    "sku",
    "skuid",
    "sku_id",
    "productid",
    "product_id",
    "goodsid",
    "goods_id",
    "itemid",
    "item_id",
    "id",
    "code",
    "articlenumber",
    "partnumber",
)
EVIDENCE = re.compile(
    r"price|sku|stock|brand|categor|descri|image|img|pic|variant|gtin|ean|currency|inventory|seller|rating|promotion", re.I
)
CRUMB_KEYS = re.compile(
    r"^(?:bread_?crumbs?(?:List|Items|s)?|crumbs?|categoryPath|category_path|categoryTree|categories?Path|catPath|navPath)$", re.I
)


@dataclass(frozen=True)
class StateProduct:
    """A product-like object: its name, pictures and id, and how many of its fields speak for a product."""

    name: str
    images: list[str] = field(default_factory=list)
    sku: str | None = None
    evidence: int = 0


def scripts(document: Document) -> Iterator[str]:
    for element in document.tree.iter("script"):
        text = element.text or ""
        kind = (element.get("type") or "").lower()
        if "ld+json" in kind or len(text) < 40 or len(text) > MAX_SCRIPT or "template" in kind or not HINT.search(text):
            continue
        yield text


def values(document: Document) -> Iterator[Any]:
    """JSON values and JavaScript object literals in the page's scripts, as many as 60."""
    count, fruitless = 0, 0
    for text in scripts(document):
        stripped = text.strip()
        if stripped[:1] in "{[":
            try:
                yield json.loads(stripped)
                count += 1
                continue
            except (ValueError, RecursionError):
                pass
        hints = _hints(text)
        position = 0
        while count < MAX_VALUES and fruitless < MAX_FRUITLESS and hints and position < hints[-1] and (found := ASSIGNED.search(text, position)):
            began = position = found.end()
            if text.startswith("JSON", found.start()):
                value = _quoted(text, position)
            else:
                following = bisect_left(hints, position)
                if following == len(hints) or hints[following] > position + 20_000:
                    continue
                value, end = _literal(text, position, lenient=text[found.start()] == "=")
                position = max(position, end)
            if value is None:
                fruitless += min(MAX_LITERAL, len(text) - began)
            else:
                count += 1
                yield value


def _hints(text: str) -> list[int]:
    """Where HINT's words begin, in order; plain searches, since scripts are long."""
    lowered = text.lower()
    if len(lowered) != len(text):  # a few letters become two
        return [found.start() for found in HINT.finditer(text)]
    places = []
    for word in HINT_WORDS:
        place = lowered.find(word)
        while place >= 0:
            places.append(place)
            place = lowered.find(word, place + 1)
    return sorted(places)


def _quoted(text: str, position: int) -> Any:
    """The value of JSON that is written as a string literal."""
    quote = text[position]
    found = re.compile(r"(?:[^\\" + quote + r"]|\\.)*").match(text, position + 1)
    if found is None or found.end() - position < 20:
        return None
    inner = found[0] if quote == '"' else found[0].replace('"', '\\"').replace('\\\\"', '\\"').replace("\\'", "'")
    try:
        return json.loads(json.loads(f'"{inner}"', strict=False), strict=False)
    except (ValueError, RecursionError, TypeError):
        return None


def _literal(text: str, position: int, *, lenient: bool) -> tuple[Any, int]:
    """(the value that begins there, where it ends); JSON first, since it is exact and says where it ends."""
    try:
        return json.JSONDecoder(strict=False).raw_decode(text, position)
    except (ValueError, RecursionError):
        pass
    if not lenient:
        return None, position
    try:
        return chompjs.parse_js_object(text[position : position + MAX_LITERAL]), position
    except (ValueError, RecursionError, TypeError, AttributeError):
        return None, position


def addresses(value: Any, depth: int = 0) -> list[str]:
    """Picture addresses in a value, in its order."""
    if isinstance(value, str):
        value = value.strip()
        looks = re.search(r"\.(?:jpe?g|png|webp|avif)(?:$|[?!@_/])", value, re.I) or (value.startswith(("http", "//")) and "/" in value[8:])
        return [value] if looks and len(value) < 2000 and " " not in value else []
    found: list[str] = []
    if depth < 4 and isinstance(value, list):
        for one in value[:40]:
            found += addresses(one, depth + 1)
    elif depth < 4 and isinstance(value, dict):
        preferred = [
            k for k in value if re.search(r"^(?:url|src|large|big|zoom|original|full|xl|hi_?res|image|img|path|href|main)", str(k), re.I)
        ]
        for name in preferred or list(value)[:10]:
            if got := addresses(value[name], depth + 1):
                found += got[:1] if isinstance(value[name], str) else got
                if isinstance(value[name], str):
                    break
    return found


# A picture's address behind a name such as mainImage, gallery or "hiRes", wherever in a script it is.
_NAMED_PICTURE = re.compile(
    r"\b[a-z_]{0,12}(?:image|img|pic|photo|gallery|hi_?res)\w{0,12}[\"']?\s{0,3}[:=,]\s{0,3}[\[{(\s]{0,6}(?:[\"']?\w{2,12}[\"']?\s?:\s?)?"
    r"[\"']((?:https?:)?(?:\\?/){1,2}[^\"'\s]{4,500}?\.(?:jpe?g|png|webp)[^\"'\s]{0,300})[\"']",
    re.I,
)


def named_pictures(document: Document) -> list[str]:
    """Addresses of pictures in scripts by the names they are kept under, whatever object they are in; for pages that show none."""
    return list(dict.fromkeys(found[1].replace("\\/", "/") for text in scripts(document) for found in _NAMED_PICTURE.finditer(text)))[:20]


def products(document: Document, agrees_with: list[str]) -> list[StateProduct]:
    """Product-like objects whose name the page repeats elsewhere (in its title, in og:title), best first; where there is none, those with a price
    whose id stands in the page's address: of a page that is made by its scripts, the title may say no more than the shop's name.

    Args:
        agrees_with: texts of the page; an object's name must be in one of them, or hold one.
    """
    wholes = [key(text) for text in agrees_with if key(text)]
    ids = {part for part in re.findall(r"[^\W_]+", document.url.partition("//")[2].partition("/")[2].lower()) if len(part) > 3 and not part.isalpha()}
    agreeing: list[StateProduct] = []
    addressed: list[StateProduct] = []
    for value in values(document):
        for node in walk(value, limit=20_000):
            name = next((said for k in NAME_KEYS if isinstance(node.get(k), str) and (said := filled(node[k]))), "")
            said = key(name)
            if len(said) < 2 or len(name) > 400:
                continue
            agrees = any((said in whole and len(said) >= 0.25 * len(whole)) or (whole in said and len(whole) > 5) for whole in wholes)
            if not agrees and not ids:
                continue
            priced = any(PRICE_WORDS.search(str(k)) for k in node)
            evidence = sum(1 for k in node if EVIDENCE.search(str(k))) + 2 * priced
            if evidence < 2:
                continue
            sku = _sku(node)
            if agrees or (priced and sku and sku.lower() in ids):
                pictures = [one for k, v in node.items() if IMAGE_KEYS.match(str(k)) for one in addresses(v)]
                (agreeing if agrees else addressed).append(StateProduct(name, list(dict.fromkeys(pictures)), sku, evidence))
    return sorted(agreeing or addressed, key=lambda one: (-bool(one.images), -one.evidence))[:20]


def _sku(node: dict[str, Any]) -> str | None:
    """What the object calls its id, however that is written: goodsId, goodsID."""
    given = {str(k).lower(): str(v) for k, v in node.items() if isinstance(v, str | int) and not isinstance(v, bool)}
    return next((said for k in SKU_KEYS if k in given and (said := filled(given[k]))), None)

"""What else on a page says its product's name, beside the title and the headings: each speaks for a candidate, none is a name by itself."""

from __future__ import annotations

import re
import unicodedata
from urllib.parse import unquote, urlsplit

from crawlers.pages.document import Document
from crawlers.pages.words import clean, key, weight

MOST = 400  # of each kind
LEAST = 8  # weight of a text that can speak


def read(document: Document, tail: str = "") -> dict[str, list[str]]:
    """Keys of texts by where they stand: description, keywords, hidden inputs, pictures that lead nowhere else, the breadcrumb's end, the address.

    Args:
        tail: the breadcrumb's last level, where it leads nowhere.
    """
    found = {
        "description": [key(text[:400]) for text in document.meta("description", "og:description")],
        "keywords": [key(part) for text in document.meta("keywords") for part in re.split(r"[,，、;|]", text)[:2]],
        "input": [key(clean(one.get("value"))) for one in list(document.tree.iter("input"))[:MOST] if one.get("type") == "hidden"],
        "picture": [],
        "breadcrumb": [key(tail)] if tail else [],
        "address": sorted(_slug_words(document.url)),
    }
    for image in list(document.tree.iter("img"))[:MOST]:
        said = clean(image.get("alt") or "")
        if weight(said) >= LEAST and not _leads_elsewhere(image, document):
            found["picture"].append(key(said))
    return {kind: [text for text in texts if text] for kind, texts in found.items()}


def _leads_elsewhere(image, document: Document) -> bool:
    for depth, ancestor in enumerate(image.iterancestors()):
        if depth > 4:
            return False
        if ancestor.tag == "a":
            target = document.absolute(ancestor.get("href"))
            return bool(target) and not re.search(r"\.(?:jpe?g|png|webp|gif)", target, re.I) and target.split("#")[0] != document.url.split("#")[0]
    return False


def _folded(text: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFKD", text.casefold()) if not unicodedata.combining(c))


def _slug_words(url: str) -> set[str]:
    try:
        path = unquote(urlsplit(url).path)
    except ValueError:
        return set()
    return set(_long_words(path)) - {"html", "htm", "php", "aspx", "jsp", "product", "products", "item"}


def _long_words(text: str) -> list[str]:
    return [word for word in re.findall(r"[^\W\d_]{3,}|\w*\d\w*", _folded(text)) if len(word) > 2]


def speaking_for(text: str, witnesses: dict[str, list[str]]) -> int:
    """How many kinds of witness say the text, 0 to 3.

    >>> speaking_for("Oslo Sofa, 3-Seater", {"address": ["oslo", "sofa", "seater"], "keywords": ["osloso"], "input": []})
    1
    """
    said = key(text)
    if weight(text) < LEAST:
        return 0
    count = sum(1 for kind, texts in witnesses.items() if kind != "address" and any(said == one or one.startswith(said) for one in texts))
    slug = set(witnesses.get("address", ()))
    own = _long_words(text)
    spoken = sum(word in slug for word in own)
    return min(3, count + (len(own) > 1 and spoken >= 0.7 * len(own) and spoken >= 0.4 * len(slug)))

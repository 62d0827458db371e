"""A listing from any shop's product page, without knowing the shop."""

from __future__ import annotations

import logging
import re
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any, TypeVar

from crawlers.pages import breadcrumbs, images, markup, names, page_titles, phrases, state, words
from crawlers.pages.document import Document
from crawlers.pages.trails import LEAST_WORTH, MOST, trails_on_page
from crawlers.pages.words import clean, filled, key

log = logging.getLogger("mep3m.pages")
T = TypeVar("T")
OWN_NAME = "own_name_in_breadcrumbs"
NO_TITLE = {"price_as_title": words.is_price, "title_too_long": lambda text: len(text) >= names.LONGEST}


@dataclass(frozen=True)
class ExtractedListing:
    """What a product page gives. A field that was not found is empty or None and has no rule.

    Attributes:
        image_urls: absolute http(s) URLs, the main picture first.
        variant_group: the same for every variant of one product, where the page says so.
        rules: field -> the rule that found it; `page` -> why the page is no product, where it is none.
        oddities: what was wrong with the page and could be put right or left out: `wrong_charset`, `invalid_json_ld`, `own_name_in_breadcrumbs`;
            and why it has no name, where what it gives for one is none: `price_as_title`, `title_too_long`.
    """

    name: str = ""
    breadcrumbs: list[str] = field(default_factory=list)
    image_urls: list[str] = field(default_factory=list)
    sku: str | None = None
    canonical_url: str | None = None
    variant_group: str | None = None
    rules: dict[str, str] = field(default_factory=dict)
    oddities: list[str] = field(default_factory=list)

    def as_dict(self) -> dict:
        return asdict(self)


def extract_listing(html: bytes | str, url: str, *, content_type: str = "") -> ExtractedListing:
    """The listing on a page; nothing is raised, whatever the page is.

    Args:
        html: the body as fetched, or text.
        url: the page's address; relative addresses are resolved against it.
        content_type: the Content-Type header, where there was one.
    """
    document = Document(html, url, content_type)
    sources = [
        (rule, _safely(lambda read=read: read(document), []))
        for rule, read in (("json-ld", markup.json_ld), ("microdata", markup.microdata), ("rdfa", markup.rdfa))
    ]
    marked = [(product, rule) for rule, nodes in sources for product in markup.products(nodes)]
    if not marked and (reason := _no_product(document)):
        canonical = _safely(lambda: document.canonical_url, None)
        return ExtractedListing(rules={"page": reason}, canonical_url=canonical, oddities=sorted(document.oddities))
    sites = _safely(lambda: words.site_names(document), set())
    lists = [
        ([(clean(name), document.absolute(address)) for name, address in entries], rule)
        for rule, nodes in sources
        for entries in markup.breadcrumb_lists(nodes)
    ]
    rules: dict[str, str] = {}

    own = _own(document, marked, sites)
    states = _safely(lambda: state.products(document, [document.title, *document.meta("og:title", "twitter:title"), *_h1(document)]), [])
    brands = [markup.text(product.get("brand") or product.get("manufacturer")) for product, _ in own]
    titled = page_titles.without_site(document.title, sites)
    trails = _safely(lambda: trails_on_page(document, titled, _heading(document, titled), sites), [])
    paths = [*(found for found, _ in lists), *(trail.crumbs for trail in trails[:1] if trail.worth >= LEAST_WORTH)]
    levels = [text for found in paths for text, _ in found[:-1]]
    name, rules["name"] = _safely(
        lambda: names.choose(
            document,
            structured=[(markup.text(value), rule) for product, rule in own for value in markup.values(product.get("name"))[:4]],
            state=[one.name for one in states],
            brands=brands,
            sites=sites,
            categories=levels,
            tail=next((found[-1][0] for found in paths if len(found) > 1 and not found[-1][1]), ""),
        ),
        ("", ""),
    )
    if not name:
        given = [*(markup.text(product.get("name")) for product, _ in own), document.title, *_h1(document)]
        document.oddities.update(why for why, holds in NO_TITLE.items() if any(map(holds, given)))
    if not paths and name:  # the heading that the title told was a banner's
        trails = _safely(lambda: trails_on_page(document, titled, _heading(document, name), sites), [])
    also_named = [*_h1(document)[:1], titled, *(markup.text(product.get("name")) for product, _ in own[:1])]
    crumbs, rules["breadcrumbs"] = _safely(
        lambda: breadcrumbs.choose(document, marked=lists, trails=trails, name=name, sites=sites, also_named=also_named), ([], "")
    )
    if not crumbs:
        crumbs, rules["breadcrumbs"] = _category(own)
    if key(name) and key(name) in {key(text) for path in paths for text, _ in path} - set(map(key, crumbs)):
        document.oddities.add(OWN_NAME)
    sku, rules["sku"] = _sku(document, own, states)
    pictures, rules["image_urls"] = _safely(
        lambda: images.choose(
            document,
            marked=[(_pictures_of(product), rule) for product, rule in own],
            state=[one for found in states[:3] for one in found.images],
            scripts=lambda: state.named_pictures(document),
            name=name,
            heading=_heading(document, name),
            sku=sku,
        ),
        ([], ""),
    )
    group = next(
        (
            text
            for text in (markup.text(product.get("inProductGroupWithID") or product.get("productGroupID")) for product, _ in own)
            if text
        ),
        None,
    )
    return ExtractedListing(
        name,
        crumbs,
        pictures,
        sku,
        document.canonical_url,
        group,
        {name: rule for name, rule in rules.items() if rule},
        sorted(document.oddities),
    )


def _safely(read: Callable[[], T], otherwise: T) -> T:
    """A page may be anything at all: what one mechanism makes of it must not cost the others their turn."""
    try:
        return read()
    except Exception as error:
        log.info("a page's part could not be read: %s: %s", type(error).__name__, str(error)[:200])
        return otherwise


def _h1(document: Document) -> list[str]:
    return [text for text in (clean(element.text_content())[: names.LONGEST] for element in document.tree.iter("h1")) if text][:5]


def _no_product(document: Document) -> str:
    """Why the page is no product, where it says so itself: an error page sent with status 200, a check for robots, an empty body.

    A page whose og:type says that it is a product is believed.
    """
    if not clean(document.text[:10_000]):
        return "not a product: empty page"
    if any(said.lower().removeprefix("og:").startswith("product") for said in document.meta("og:type")):
        return ""
    for text in (document.title[:200], *(text[:200] for text in _h1(document)[:1])):
        if phrases.REFUSAL.search(text):
            return f"not a product: the page says {text[:80]!r}"
    return ""


def _own(document: Document, marked: list[tuple[dict[str, Any], str]], sites: set[str]) -> list[tuple[dict[str, Any], str]]:
    """The markup's products that this page is about: those whose names agree best with its title or headings, else the first.

    The rest are recommendations: the page of a "Nordlys desk lamp" may mark up a "Lamp" and a "Nordlys desk lamp refill" beside it.
    """
    if len(marked) < 2:
        return marked
    texts = [*(page_titles.without_site(text, sites) for text in (document.title, *document.meta("og:title"))), *_h1(document)]
    agreement = [names.agreement(page_titles.without_site(markup.text(product.get("name")), sites), texts) for product, _ in marked]
    best = max(agreement)
    return [one for one, agrees in zip(marked, agreement, strict=True) if agrees >= 0.8 * best] if best else marked[:1]


def _pictures_of(product: dict[str, Any]) -> list[str]:
    found = markup.image_addresses(product.get("image"))
    for variant in markup.values(product.get("hasVariant"))[:20]:
        if isinstance(variant, dict) and not found:
            found += markup.image_addresses(variant.get("image"))
    return found


def _category(own: list[tuple[dict[str, Any], str]]) -> tuple[list[str], str]:
    """`category` of the markup, where it is written as a path, or as a list of levels."""
    for product, rule in own:
        given = list(dict.fromkeys(filter(None, map(filled, markup.texts(product.get("category"))))))
        paths = [[part.strip() for part in re.split(r"\s*[>›»]\s*|\s/\s", text) if part.strip()] for text in given]
        path = next((parts for parts in paths if len(parts) > 1), given)
        if 1 < len(path) <= MOST:
            return path, f"category of {rule}"
    return [], ""


def _sku(document: Document, own: list[tuple[dict[str, Any], str]], states: list[state.StateProduct]) -> tuple[str | None, str]:
    for product, rule in own:
        for name in ("sku", "productID", "mpn", "gtin13", "gtin", "gtin14", "gtin12", "gtin8"):
            if text := markup.text(product.get(name)):
                return text.removeprefix("sku:").strip(), f"{rule} {name}"
    for name in ("product:retailer_item_id", "product:retailer_part_no", "og:product:retailer_item_id"):
        for text in filter(None, map(filled, document.meta(name))):
            return text, name
    for element in document.tree.xpath("//*[@itemprop='sku' or @itemprop='productID']")[:1]:
        if text := filled(element.get("content") or element.text_content()):
            return text[:100], "itemprop outside any item"
    return next(((one.sku, "script state") for one in states if one.sku), (None, ""))


def _heading(document: Document, name: str):
    """The element that shows the name: where the product is on the page."""
    said = key(name)
    if not said:
        return None
    for tag in ("h1", "h2", "h3"):
        for element in document.tree.iter(tag):
            shown = key(clean(element.text_content())[: names.LONGEST])
            if said in shown or (shown in said and len(shown) >= 0.5 * len(said)):
                return element
    for element in document.tree.iter("div", "span", "p", "td", "strong", "b", "dt", "dd", "li", "h4", "h5", "em", "font"):
        if len(element) < 10 and key(clean(element.text or "")) == said:
            return element
    return next(document.tree.iter("h1"), None)

"""Any shop: sitemaps and category pages lead to product pages, and what a product page says of itself makes the listing."""

from __future__ import annotations

import hashlib
import logging
import re
from collections.abc import AsyncIterator, Iterator
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit

import scrapy
from scrapy.http import HtmlResponse, TextResponse
from scrapy.linkextractors import LinkExtractor

from crawlers import discovery
from crawlers.items import Listing, Page, Rejected
from crawlers.memory import Claim
from crawlers.middlewares import Trespass, reason_of
from crawlers.pages.generic import NO_TITLE, OWN_NAME, ExtractedListing
from crawlers.pages.listing_page import own_page_class, read_listing
from crawlers.runs import AGAIN, Crawl

TITLE_LIMIT = 2_000
UNREACHABLE_AFTER = 50
PRICE = re.compile(r"^[\s¥￥$€£₩]*\d[\d.,\s]*(?:元|円|rmb|cny|usd|eur|[¥￥$€£₩])?\s*$", re.I)
PLAIN_ID = re.compile(r"[\w./:#+ -]{1,100}")
ID_PARAMETERS = ("id", "itemid", "item_id", "skuid", "sku", "pid", "goods_id", "product_id", "productid")


class GenericSpider(scrapy.Spider):
    """Discovery and extraction for a shop with schema.org data, Open Graph, or product URLs that look like it."""

    name = "generic"

    def __init__(self, crawl: Crawl, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.crawl = crawl
        self.shapes = Shapes()
        self.in_a_row = 0       # failures that another day may mend, without an answer between them
        self.sitemaps = 0       # on their way
        self.links = LinkExtractor(unique=True, canonicalize=False, deny_extensions=[])

    # Requests --------------------------------------------------------------------------------------------------------

    async def start(self) -> AsyncIterator[Any]:
        if not self.crawl.resumed or self.crawl.memory.waiting == 0:
            yield self.request(urljoin(self.crawl.start, "/robots.txt"), "sitemap")
            yield self.request(discovery.normal(self.crawl.start), "category")

    def request(self, url: str, kind: str, depth: int = 0) -> scrapy.Request:
        """The request for a URL of the queue; one that an earlier crawl has read asks whether it changed."""
        headers, meta = {}, {"kind": kind, "depth": depth}
        if kind == "sitemap":
            meta |= {"dont_obey_robotstxt": urlsplit(url).path == "/robots.txt", "download_maxsize": self.settings.getint("SITEMAP_MAXSIZE")}
        else:
            known = self.crawl.memory.validator(url)
            if known:
                headers = {"If-None-Match": known.etag} if known.etag else {"If-Modified-Since": known.last_modified}
                meta |= {"known": known.listing_id, "handle_httpstatus_list": [304]}
        return scrapy.Request(url, headers=headers, meta=meta, errback=self.failed,
                              callback=self.parse_sitemap if kind == "sitemap" else self.parse_page)

    @property
    def awaits_sitemaps(self) -> bool:
        """Whether categories are to wait: where few pages may be read, those that a sitemap names are worth more."""
        return self.sitemaps > 0 and bool(self.crawl.max_pages or self.crawl.daily_budget)

    def wanted(self, url: str, kind: str) -> bool:
        """Whether a URL of the queue is still worth reading."""
        barren = self.shapes.is_barren(url, kind)
        if barren and self.shapes.may_hide_products(url):
            self.count("crawl/products_not_read")
        return not barren

    # Pages -----------------------------------------------------------------------------------------------------------

    def parse_sitemap(self, response: Any) -> Iterator[Any]:
        page = self.page_of(response, "sitemap")
        try:
            if urlsplit(page.url).path == "/robots.txt":        # as it was asked for: some shops keep theirs elsewhere
                found = re.findall(r"(?im)^\s*sitemap\s*:\s*(\S+)", response.body[:500_000].decode("utf-8", "replace"))
                for url in found or ["/sitemap.xml"]:
                    yield from self.follow(discovery.joined(response.url, url), "sitemap", response)
            else:
                sitemap = discovery.read_sitemap(response.body, max_bytes=self.settings.getint("SITEMAP_MAXSIZE"))
                if sitemap.fault:
                    page.reason = sitemap.fault
                    self.count(f"crawl/sitemap/{sitemap.fault}")
                if response.meta.get("depth", 0) < discovery.SITEMAP_DEPTH:
                    for url in sitemap.sitemaps:
                        yield from self.follow(discovery.joined(response.url, url), "sitemap", response)
                for url in sitemap.pages:
                    yield from self.follow(discovery.joined(response.url, url), "product", response)
        finally:        # whatever it was: categories wait for it
            self.sitemaps -= 1
        yield page

    def parse_page(self, response: Any) -> Iterator[Any]:
        self.in_a_row = 0
        asked = response.meta.get("redirect_urls", [response.url])[0]
        kind = response.meta["kind"]
        if response.status == 304:
            listing_id = response.meta["known"]
            self.crawl.memory.first_time(listing_id)
            self.shapes.saw(asked, fruitful=True, product=True)
            self.count("crawl/listings_unchanged")
            yield self.page_of(response, "product", "unchanged", listing_id=listing_id)
            return
        if not isinstance(response, TextResponse) or b"\0" in response.body[:1000]:
            self.count("crawl/not_html")
            yield self.page_of(response, kind, "failed", reason="not_html")
            return
        found = read_listing(response.body, response.url, content_type=(response.headers.get("Content-Type") or b"").decode("latin-1"))
        for oddity in found.oddities:
            if oddity != OWN_NAME:      # of a category it is what one expects
                self.count(f"crawl/odd/{oddity}")
        named = bool(found.name and (found.image_urls or found.breadcrumbs))
        own = bool(found.name) and own_page_class(response.url) is not None
        if own or discovery.is_product_page(response.body, response.url, named=named, pattern=self.crawl.product_urls):
            yield self.product(response, asked, found)
        elif kind == "product" and ("page" in found.rules or self.shapes.is_product_shape(asked)):
            self.shapes.saw(asked, fruitful=False)
            yield self.rejected(response, asked, "error_page", found)
        else:
            if "page" in found.rules:
                self.count("crawl/odd/error_page")
            yield from self.category(response, asked)

    def product(self, response: Any, asked: str, found: ExtractedListing) -> Listing | Page | Rejected:
        title = found.name.strip()
        steps = [step.strip() for step in found.breadcrumbs if step and step.strip()]
        breadcrumbs = [step for step in steps if step != title]
        if OWN_NAME in found.oddities or len(breadcrumbs) < len(steps):
            self.count(f"crawl/odd/{OWN_NAME}")
        reason = fault_of(title, breadcrumbs)
        if reason == "no_title":
            reason = next((why for why in NO_TITLE if why in found.oddities), reason)
        if reason:
            self.shapes.saw(asked, fruitful=False)
            return self.rejected(response, asked, reason, found)
        copy = not self.crawl.memory.first_body(response.body)
        listing_id, canonical, folded = self.identify(response.url, found, title)
        if folded:
            self.shapes.saw(asked, fruitful=False, variant=bool(found.variant_group), copy=copy)
            self.count("crawl/variants_folded")
            self.crawler.stats.max_value("crawl/most_folded_into_one", folded)
            return self.page_of(response, "product", reason="folded", listing_id=listing_id)
        self.shapes.saw(asked, fruitful=not copy, product=True, copy=copy)
        self.count("crawl/listings_read")
        territory = self.crawl.territory
        pictures = [url for url in dict.fromkeys(found.image_urls) if territory.trespass(url, picture=True) not in ("scheme", "malformed_url")]
        page = self.page_of(response, "product", listing_id=listing_id)
        return Listing(listing_id, canonical, self.crawl.clock(), title, breadcrumbs, pictures, page, rules=dict(found.rules))

    def identify(self, url: str, found: ExtractedListing, title: str) -> tuple[str, str, int]:
        """(listing id, address, how many pages are folded into the listing that an earlier page of this crawl brought: 0 where none did).

        What a page says of itself is believed as far as it tells listings apart: an id or a canonical address under which a page of another title
        and another address came before is nobody's own, and the next best is taken, at last the page's address. An id that an earlier crawl
        gave the address stays with it.
        """
        memory, address, canonical = self.crawl.memory, discovery.normal(url), self.canonical(url, found)
        # Parameters that name no product choose a variant of it; the page's word on that is enough.
        variant = urlsplit(canonical).path == urlsplit(address).path and canonical != address and not id_parameter(address)
        claim = memory.claim(canonical, canonical if variant else address, None if variant else title)
        if claim is Claim.DISPUTED:
            self.count("crawl/addresses_disputed")
            canonical = address
            claim = memory.claim(canonical, address, title)
        ids = sorted(ids_of(found, canonical), key=lambda one: not memory.was_at(one, canonical))
        ids.append(hashed(f"{address}\n{title}"))       # where other pages gave out this one's address as their own
        if claim is Claim.AGAIN:
            return ids[0], canonical, memory.fold(canonical)
        for listing_id in ids:
            certain = variant or listing_id == believable(found.variant_group, canonical)
            claim = memory.claim(listing_id, canonical if variant else address, None if certain else title)
            if claim is not Claim.DISPUTED:
                break
            self.count("crawl/ids_disputed")
        return listing_id, canonical, memory.fold(listing_id) if claim is Claim.AGAIN else 0

    def category(self, response: Any, asked: str) -> Iterator[Any]:
        fruitful = leads = False
        own = discovery.shape(asked)
        if response.meta.get("depth", 0) >= self.settings.getint("LINK_DEPTH"):
            self.count("crawl/not_followed/too_deep")
        elif isinstance(response, HtmlResponse):
            for link in self.links.extract_links(response):
                url = discovery.joined(response.url, link.url)
                if link.nofollow or not discovery.looks_like_page(url):
                    continue
                product = self.shapes.is_product_shape(url) or bool(discovery.PRODUCT_PATHS.search(urlsplit(url).path))
                before = self.crawl.memory.waiting
                yield from self.follow(url, "product" if product else "category", response)
                new = self.crawl.memory.waiting > before
                leads = leads or (new and (product or self.shapes.is_product_place(url)))
                if product:
                    fruitful = self.crawl.memory.first_link(own, url) or fruitful
                elif new and discovery.shape(url) != own:
                    fruitful = True
        self.shapes.saw(asked, fruitful=fruitful, leads=leads)
        self.count("crawl/categories_read")
        yield self.page_of(response, "category")

    def follow(self, url: str, kind: str, response: Any) -> Iterator[scrapy.Request]:
        """The request for an address as `discovery.joined` gives it, where it is worth one."""
        if not url:
            self.count("crawl/not_followed/malformed_url")
        elif len(url) > 2000:
            self.count("crawl/url_too_long")
        elif reason := self.crawl.territory.trespass(url):
            self.count(f"crawl/not_followed/{reason}")
        elif self.shapes.is_barren(url, kind):
            self.count("crawl/not_followed/endless")
        else:
            yield self.request(url, kind, response.meta.get("depth", 0) + 1)

    def canonical(self, url: str, found: ExtractedListing) -> str:
        """The page's own word on its address, where it is of the same shop and the same kind of address."""
        said = discovery.joined(url, found.canonical_url or "") or url
        own = discovery.shape(said).split("?")[0] == discovery.shape(url).split("?")[0] and urlsplit(said).path.strip("/")
        return discovery.normal(said if own and not self.crawl.territory.trespass(said) else url)

    # What became of it -----------------------------------------------------------------------------------------------

    def failed(self, failure: Any) -> Iterator[Page]:
        request = failure.request
        self.sitemaps -= request.meta["kind"] == "sitemap"
        reason, status = reason_of(failure.value)
        asked = request.meta.get("redirect_urls", [request.url])[0]
        kind = request.meta["kind"]
        self.count(f"crawl/failed/{reason}" if kind != "sitemap" else f"crawl/sitemap/{reason}")
        if isinstance(failure.value, Trespass) and asked == discovery.normal(self.crawl.start):
            self.crawl.led_to = failure.value.url
        if reason == "redirect_loop":
            self.shapes.saw(asked, fruitful=False)
        self.in_a_row = self.in_a_row + 1 if reason.startswith(AGAIN) else 0
        if self.in_a_row >= UNREACHABLE_AFTER:
            self.crawl.stopped = "unreachable"
        if self.crawl.memory.first_failure(asked):
            yield Page(asked, kind, "failed", status, reason)
        if kind == "sitemap" and asked.endswith("/robots.txt"):
            yield self.request(urljoin(asked, "/sitemap.xml"), "sitemap")

    def rejected(self, response: Any, asked: str, reason: str, found: ExtractedListing, listing_id: str = "") -> Rejected:
        self.count(f"crawl/rejected/{reason}")
        page = self.page_of(response, "product", reason=reason)
        row = {"url": response.url, "title": found.name[:500], "breadcrumbs": found.breadcrumbs[:20], "image_urls": found.image_urls[:20]}
        return Rejected(listing_id or asked, reason, row, page)

    def page_of(self, response: Any, kind: str, status: str = "fetched", *, reason: str | None = None, listing_id: str | None = None) -> Page:
        headers = response.headers
        etag, modified = ((headers.get(name) or b"").decode("latin-1")[:500] or None for name in ("ETag", "Last-Modified"))
        if status == "unchanged" and not etag and not modified:
            known = self.crawl.memory.validator(response.meta.get("redirect_urls", [response.url])[0])
            etag, modified = (known.etag, known.last_modified) if known else (None, None)
        return Page(response.meta.get("redirect_urls", [response.url])[0], kind, status, response.status, reason, etag, modified, listing_id)

    def log(self, message: Any, level: int = logging.DEBUG, **kwargs: Any) -> None:
        """Spidermon's report goes through here; its verdicts are in crawl_runs, so it is for those who debug."""
        self.logger.debug(message)

    def count(self, name: str) -> None:
        self.crawler.stats.inc_value(name)


def fault_of(title: str, breadcrumbs: list[str]) -> str:
    """Why a listing cannot be used, by name; empty where it can."""
    printable = "".join(character for character in title if character.isprintable() and character not in "\ufeff\u200b\u200c\u200d").strip()
    if not printable:
        return "no_title"
    if len(title) > TITLE_LIMIT:
        return "title_too_long"
    if title.count("\ufffd") * 5 > len(title) or title.count("\ufffd") > 3:
        return "undecodable"
    if PRICE.match(title):
        return "price_as_title"
    if not breadcrumbs:
        return "no_breadcrumb"
    if any("\ufffd" in step for step in breadcrumbs):
        return "undecodable"
    return ""


def ids_of(found: ExtractedListing, url: str) -> list[str]:
    """What may be the shop's own id, best first: of the group of variants, else the SKU; what the address has for one; a hash of the address.

    >>> ids_of(ExtractedListing(sku="N/A"), "https://a.example/dp/B001FK81PU")[:-1]
    ['B001FK81PU']
    >>> ids_of(ExtractedListing(sku="A-1"), "https://a.example/desk-lamp-250-lumen")[:-1]
    ['A-1']
    """
    said = believable(found.variant_group, url) or believable(found.sku, url)
    step = re.sub(r"\.[a-z]{3,5}$", "", last_step(url))
    code = step if re.fullmatch(r"[A-Za-z]{0,4}\d{3,}[0-9A-Za-z]{0,20}", step) else ""       # the whole step: what is part of a name may be a size
    return list(dict.fromkeys(one for one in (said, id_parameter(url), code, hashed(url)) if one))


def hashed(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()[:20]


def believable(said: str | None, url: str) -> str:
    """An id as a page says it; empty where it may be a placeholder: what no template left behind has a digit, or stands in the address.

    >>> believable("LAMP-250", ""), believable("{{ product.sku }}", ""), believable("undefined", ""), believable("abcd", "https://a.example/p/abcd")
    ('LAMP-250', '', '', 'abcd')
    """
    text = " ".join((said or "").split())
    return text if PLAIN_ID.fullmatch(text) and (re.search(r"[1-9]|[^\W\d_]\d", text) or text.lower() in last_step(url).lower()) else ""


def id_parameter(url: str) -> str:
    """What the address's parameters call an id; empty where none does."""
    found = (value for name, value in parse_qsl(urlsplit(url).query) if name.lower() in ID_PARAMETERS)
    return next((value for value in found if re.fullmatch(r"[\w-]{1,64}", value)), "")


def last_step(url: str) -> str:
    return urlsplit(url).path.rstrip("/").rsplit("/", 1)[-1]


class Shapes:
    """What each kind of address has been good for, so that an endless calendar or a maze of facets is left after a while.

    A page bears fruit for its shape when it is a new listing, leads to a product that no page of its shape led to before, or to new addresses of
    another shape. A shape whose last `limit` pages bore none is barren; so is a path, whatever its parameters, after five times as many.
    A page that says which listing it is a variant of counts a tenth: a shop may well show a hundred variants in a row.

    Addresses made of words may each have a shape of their own. So what lies below a first step is judged too: `limit` copies of one page in a row are
    enough there. And once the shop has given a listing, categories below it are left after five times `limit` pages in a row that are no new listing
    and lead to no new address of a product or of a place (`discovery.place`) that gave some.
    """

    def __init__(self, limit: int = 100, most: int = 20_000) -> None:
        self.limit, self.most = limit, most
        self.since: dict[str, float] = {}       # by shape, and by path whatever the parameters
        self.below: dict[str, float] = {}       # by first step
        self.copies: dict[str, float] = {}      # by first step
        self.products: dict[str, float] = {}
        self.places: dict[str, float] = {}

    def saw(self, url: str, *, fruitful: bool, product: bool = False, variant: bool = False, copy: bool = False, leads: bool = False) -> None:
        shape, place = discovery.shape(url), discovery.place(url)
        first, weight = place.partition(" ")[0], 0.1 if variant else 1
        if product:
            self._set(self.products, shape, self.products.get(shape, 0) + 1)
            self._set(self.places, place, self.places.get(place, 0) + 1)
        self._set(self.since, shape, 0 if fruitful else self.since.get(shape, 0) + weight)
        path = shape.split("?")[0] + "?*"
        self._set(self.since, path, 0 if fruitful else self.since.get(path, 0) + weight / 5)
        new = product and fruitful
        if copy or new:
            self._set(self.copies, first, 0 if new else self.copies.get(first, 0) + 1)
        if self.places:
            self._set(self.below, first, 0 if new or leads else self.below.get(first, 0) + weight / 5)

    def _set(self, counts: dict[str, float], key: str, value: float) -> None:
        if len(counts) < self.most or key in counts:
            counts[key] = value

    def is_barren(self, url: str, kind: str) -> bool:
        shape, first = discovery.shape(url), discovery.place(url).partition(" ")[0]
        return (self.since.get(shape, 0) >= self.limit or self.since.get(shape.split("?")[0] + "?*", 0) >= self.limit
                or self.copies.get(first, 0) >= self.limit or (kind == "category" and self.below.get(first, 0) >= self.limit))

    def may_hide_products(self, url: str) -> bool:
        """Whether a barren address may be a product all the same: its shape gave some, or copies of one are what its first step was left for."""
        return discovery.shape(url) in self.products or self.copies.get(discovery.place(url).partition(" ")[0], 0) >= self.limit

    def is_product_place(self, url: str) -> bool:
        return discovery.place(url) in self.places

    def is_product_shape(self, url: str) -> bool:
        return self.products.get(discovery.shape(url), 0) >= 3

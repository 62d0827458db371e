"""Which pages a shop has: what a sitemap, a page's links and a page's own markup say. Pure: bytes in, URLs and names out."""

from __future__ import annotations

import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import lru_cache
from io import BytesIO
from typing import Any
from urllib.parse import parse_qsl, urljoin, urlsplit
from xml.etree.ElementTree import ParseError

from defusedxml import DefusedXmlException
from scrapy.utils._compression import _DecompressionMaxSizeExceeded
from scrapy.utils.gz import gunzip
from w3lib.url import canonicalize_url, url_query_cleaner

from crawlers.pages import markup
from crawlers.pages.document import Document
from crawlers.pages.markup import PRODUCT_TYPES
from crawlers.pages.words import key
from crawlers.xml_reader import iterparse

TRACKING = ("utm_source", "utm_medium", "utm_campaign", "utm_term", "utm_content", "gclid", "fbclid", "msclkid", "spm", "scm", "yclid", "ref_")
NOT_PAGES = re.compile(r"\.(?:css|js|json|png|jpe?g|gif|webp|svg|ico|pdf|zip|gz|mp4|mp3|woff2?|ttf|xml|rss|apk|exe)$", re.I)
_TYPES = rb"(?:%s)" % "|".join(sorted(PRODUCT_TYPES)).encode()
_SCHEMA = rb"(?:(?:https?:)?(?:\\?/){2}(?:www\.)?schema\.org(?:\\?/|#)|schema:)"
PRODUCT_MARKS = re.compile(
    rb"""["']@type["']\s*:\s*(?:\[[^\]]{0,80})?["']%(schema)s?%(types)s["']"""
    rb"""|itemtype\s*=\s*["']?[^"'>]{0,80}%(schema)s%(types)s["'\s/>]|typeof\s*=\s*["']?%(schema)s?%(types)s["'\s/>]"""
    % {b"schema": _SCHEMA, b"types": _TYPES}, re.I)
OG_PRODUCT = re.compile(
    rb"""<meta\b(?=[^>]{0,300}\bog:type["'\s/>])(?=[^>]{0,300}\bcontent\s*=\s*["']?(?:og:)?product(?:\.item)?["'\s/>])""", re.I)
PRODUCT_PATHS = re.compile(r"/(?:products?|items?|goods|detail|dp|p|sku|article)[-/_.]?[^/]*\d|/\d{4,}\.s?html?$|[-_/]p-?\d{3,}(?:\.html?)?$", re.I)
SITEMAP_DEPTH = 4


@dataclass
class Sitemap:
    """What a sitemap gave, as far as it could be read.

    Attributes:
        fault: why the rest could not be read (`truncated_gzip`, `xml_entities`, `torn_xml`); empty where all was.
    """

    pages: list[str]
    sitemaps: list[str]
    fault: str = ""


def read_sitemap(body: bytes, *, max_bytes: int) -> Sitemap:
    """A sitemap, or an index of them, plain, gzipped or one URL a line. Entities are never expanded.

    Args:
        max_bytes: the size after decompression beyond which nothing is read.

    >>> read_sitemap(b"<urlset><url><loc>https://a.example/1</loc></url></urlset>", max_bytes=1000).pages
    ['https://a.example/1']
    """
    found = Sitemap([], [])
    if body[:2] == b"\x1f\x8b":
        try:
            found.fault = "" if gzip_is_whole(body) else "truncated_gzip"
            body = gunzip(body, max_size=max_bytes)
        except (OSError, EOFError, zlib.error):
            return Sitemap([], [], "broken_gzip")
        except _DecompressionMaxSizeExceeded:
            return Sitemap([], [], "decompressed_too_large")
    if body.lstrip()[:1] != b"<":
        lines = body.decode("utf-8", "replace").split()
        found.pages = [line for line in lines if line.startswith(("http://", "https://"))]
        return found
    try:
        for tag, url in _locations(body):
            (found.sitemaps if tag == "sitemap" else found.pages).append(url)
    except DefusedXmlException:
        return Sitemap([], [], "xml_entities")
    except ParseError:
        found.fault = found.fault or "torn_xml"
    return found


def gzip_is_whole(body: bytes) -> bool:
    """Whether a gzip stream has its end. Unpacks it piece by piece and keeps nothing; looks at 256 MB at most.

    Raises:
        zlib.error: it is no gzip stream.
    """
    inflate = zlib.decompressobj(31)
    rest = body
    for _ in range(256):
        inflate.decompress(rest, 1 << 20)
        rest = inflate.unconsumed_tail
        if not rest:
            return inflate.eof
    return True


def _locations(body: bytes) -> Iterator[tuple[str, str]]:
    for _, element in iterparse(BytesIO(body)):
        tag = element.tag.rsplit("}", 1)[-1]
        if tag in ("url", "sitemap"):
            for child in element:
                if child.tag.rsplit("}", 1)[-1] == "loc" and child.text and child.text.strip():
                    yield tag, child.text.strip()
            element.clear()


def joined(base: str, link: str) -> str:
    """A link's address in its one spelling; empty where it is malformed.

    >>> joined("https://a.example/c/", "../p?b=1&a=2"), joined("https://a.example/", "http://["), joined("https://a.example/", "//b:port/x")
    ('https://a.example/p?a=2&b=1', '', '')
    """
    try:
        return normal(urljoin(base, link))
    except ValueError:
        return ""


def normal(url: str) -> str:
    """One spelling of a page's address: parameters in order, tracking ones and the fragment left out.

    >>> normal("https://a.example/p?b=2&utm_source=x&a=1#top")
    'https://a.example/p?a=1&b=2'
    """
    return canonicalize_url(url_query_cleaner(url, TRACKING, remove=True, unique=False) if "?" in url else url)


@lru_cache(maxsize=4096)
def shape(url: str) -> str:
    """What the addresses of one kind of page have in common: numbers, long codes and values left out, parameter names kept.

    >>> shape("https://a.example/item/12345.html?page=2"), shape("https://a.example/cal/2024-05?day=1&x=")
    ('/item/#.html?page', '/cal/#?day,x')
    """
    parts = urlsplit(url)
    path = re.sub(r"[0-9a-f]{16,}|\d[\d.,_-]*(?=\D|$)", lambda found: "#" + ("." if found[0].endswith(".") else ""), parts.path.lower())
    steps = [step if len(step) < 40 or "#" in step else "~" for step in path.split("/")]
    names = sorted({name for name, _ in parse_qsl(parts.query, keep_blank_values=True)})
    return "/".join(steps[:12]) + ("?" + ",".join(names[:12]) if names else "")


def place(url: str) -> str:
    """Where in the shop an address lies, whatever its words: its first step, and how many follow.

    >>> place("https://a.example/f/red/wool?page=2"), place("https://a.example/blue-lamp")
    ('/f 2', '/ 1')
    """
    first, *others = shape(url).split("?")[0].strip("/").split("/")
    return f"/{first} {len(others)}" if others else "/ 1"


def looks_like_page(url: str) -> bool:
    return not NOT_PAGES.search(urlsplit(url).path)


def is_product_page(body: bytes, url: str, *, named: bool, pattern: str = "") -> bool:
    """Whether a page shows one product rather than many or none.

    Args:
        named: it has a name, and pictures or a place in the shop's categories.
        pattern: the operator's own expression for product URLs; where it is given, it alone decides.
    """
    if pattern:
        return re.search(pattern, url) is not None
    if OG_PRODUCT.search(body):
        return True
    on_path = bool(PRODUCT_PATHS.search(urlsplit(url).path))
    marks = sum(1 for _ in PRODUCT_MARKS.finditer(body))
    if marks > 1:
        return _shows_one(Document(body, url), on_path)
    return bool(marks or (named and on_path))


def _shows_one(document: Document, on_path: bool) -> bool:
    """Whether one of a page's several marked products is what the page is about, the others being its variants or what goes with it.

    A product that stands within a list or another product does not count. Of several that stand for themselves, as on a page of cards,
    one must be what the heading names.
    """
    scripts = document.tree.xpath("//script[contains(translate(@type, 'LDJSON', 'ldjson'), 'ld+json')]")
    written = [node for script in scripts for node in _standing(markup.lenient_json(script.text or ""))]
    items = document.tree.xpath("//*[@itemtype][not(ancestor::*[@itemscope and contains(@itemtype, 'ItemList')])]")
    shown = [item for item in items if _is_product(item.get("itemtype")) and not any(_is_product(up.get("itemtype")) for up in item.iterancestors())]
    if len(written) == 1 or len(shown) == 1:
        return True
    names = {key(markup.text(node.get("name"))) for node in [*markup.products(markup.microdata(document)), *markup.products(written)]}
    headings = [key(heading.text_content()) for heading in document.tree.iter("h1")]
    headings += [key(re.split(r"\s[|–—-]\s|[|_]", title)[0]) for title in (document.title, *document.meta("og:title"))]
    return bool(written or shown) and (on_path or not names.isdisjoint(heading for heading in headings if heading))


def _standing(value: Any, depth: int = 0) -> Iterator[dict[str, Any]]:
    """The products of a JSON-LD value that are no part of anything else."""
    if isinstance(value, list) and depth < 10:
        for one in value:
            yield from _standing(one, depth + 1)
    elif isinstance(value, dict):
        if markup.types(value) & PRODUCT_TYPES:
            yield value
        elif depth < 10:
            for name in ("@graph", "mainEntity"):
                yield from _standing(value.get(name), depth + 1)


def _is_product(types: str | None) -> bool:
    return bool(markup.types({"@type": (types or "").split()}) & PRODUCT_TYPES)

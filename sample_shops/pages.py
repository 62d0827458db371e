"""Pages of one shop as bytes. Pure but for the source: an address in, a page out."""

from __future__ import annotations

import gzip
import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache, cached_property, lru_cache

import jinja2
import numpy as np
from markupsafe import Markup

from sample_shops.draws import number
from sample_shops.sources import Entry, Source

PAGE_LENGTH, SITEMAP_LENGTH, RELATED, MOST_NAV = 40, 5000, 6, 16
TEMPLATES = {"json-ld": "json_ld.html.j2", "microdata": "microdata.html.j2", "open-graph": "open_graph.html.j2"}
PRODUCT_PATHS = {"json-ld": "/item/{}.html", "microdata": "/p/{}", "open-graph": "/product-{}.html"}
BLANK_GIF = bytes.fromhex("47494638396101000100800000ffffff00000021f90401000000002c00000000010001000002024401003b")
SIGNS = {"bailing": "百灵商城", "qingteng": "青藤优选", "xinghe": "星河购物", "mulan": "木兰百货", "songtao": "松涛超市"}


@cache
def _templates() -> jinja2.Environment:
    return jinja2.Environment(loader=jinja2.PackageLoader("sample_shops"), autoescape=True, undefined=jinja2.StrictUndefined, auto_reload=False)


def _script(data: object) -> Markup:
    """JSON that can stand inside a script element."""
    text = json.dumps(data, ensure_ascii=False, separators=(",", ":"))
    return Markup(text.replace("<", "\\u003c").replace("\u2028", "\\u2028").replace("\u2029", "\\u2029"))


@dataclass
class Shop:
    """One shop's pages.

    Args:
        base: Where it listens, such as http://127.0.0.1:8700, without a final slash.
    """

    source: Source
    dialect: str
    base: str = ""

    @cached_property
    def entry(self) -> Callable[[int], Entry]:
        """The listing at a position: made once while it is being shown, on its own page and beside others."""
        return lru_cache(maxsize=20_000)(self.source.entry)

    @property
    def sign(self) -> str:
        return SIGNS.get(self.source.name, self.source.name)

    @property
    def charset(self) -> str:
        return "gbk" if self.dialect == "open-graph" else "utf-8"

    @property
    def packs_sitemaps(self) -> bool:
        return self.dialect == "microdata"

    @cached_property
    def first_levels(self) -> list[str]:
        return list(dict.fromkeys(path[0] for path in self.source.paths))

    @cached_property
    def _first_level_numbers(self) -> dict[str, int]:
        return {name: k for k, name in enumerate(self.first_levels)}

    @cached_property
    def _categories_of(self) -> list[list[int]]:
        found: list[list[int]] = [[] for _ in self.first_levels]
        for category, path in enumerate(self.source.paths):
            found[self._first_level_numbers[path[0]]].append(category)
        return found

    @cached_property
    def nav(self) -> list[tuple[str, str]]:
        return [(name, f"/class/{k}") for k, name in enumerate(self.first_levels[:MOST_NAV])]

    def product_path(self, listing_id: str) -> str:
        return PRODUCT_PATHS[self.dialect].format(listing_id)

    def encode(self, page: str) -> bytes:
        # What GBK lacks, such as emoji, becomes a character reference: a browser shows it all the same.
        return page.encode(self.charset, "xmlcharrefreplace" if self.charset == "gbk" else "strict")

    def _crumbs(self, category: int) -> list[tuple[str, str]]:
        path = self.source.paths[category]
        first = f"/class/{self._first_level_numbers[path[0]]}"
        if len(path) == 1:
            return [(path[0], f"/list/{category}")]
        return [(path[0], first), *((name, first) for name in path[1:-1]), (path[-1], f"/list/{category}")]

    def etag(self, position: int, entry: Entry) -> str:
        return f'"{number(self.source.name, entry.listing_id, entry.revision, self.dialect):016x}"'

    def _related(self, position: int, category: int) -> list[tuple[str, str, str]]:
        members = self.source.members(category)
        start = int(np.searchsorted(members, position)) + 1        # those that follow: a crawl comes to them soon
        entries = [self.entry(int(members[(start + k) % len(members)])) for k in range(min(RELATED, len(members) - 1))]
        return [(e.title, self.product_path(e.listing_id), self._picture(e, e.pictures[0]) if e.pictures else "") for e in entries]

    def _picture(self, entry: Entry, name: str) -> str:
        return f"{self.base}/img/{entry.listing_id}/{name}"

    def product(self, position: int, entry: Entry) -> bytes:
        crumbs, url = self._crumbs(entry.category), self.base + self.product_path(entry.listing_id)
        pictures = [self._picture(entry, name) for name in entry.pictures]
        more = {}
        if self.dialect == "json-ld":
            more["organization"] = _script({"@context": "https://schema.org", "@type": "Organization", "name": self.sign, "url": self.base + "/"})
            trail = [("首页", "/"), *crumbs]
            more["structured"] = _script({"@context": "https://schema.org", "@graph": [
                {"@type": "BreadcrumbList", "itemListElement": [
                    {"@type": "ListItem", "position": k, "name": name, "item": self.base + link} for k, (name, link) in enumerate(trail, 1)]},
                {"@type": "Product", "name": entry.title, "sku": entry.listing_id, "url": url, **({"image": pictures} if pictures else {}),
                 "offers": {"@type": "Offer", "price": entry.price, "priceCurrency": "CNY", "availability": "https://schema.org/InStock"}},
            ]})
        return self.encode(_templates().get_template(TEMPLATES[self.dialect]).render(
            shop=self, entry=entry, url=url, crumbs=crumbs, pictures=pictures, related=self._related(position, entry.category), **more))

    def _list(self, heading: str, kind: str, links: list[tuple[str, str]], previous: str = "", following: str = "") -> bytes:
        charset = "gb2312" if self.charset == "gbk" else "utf-8"
        return self.encode(_templates().get_template("list.html.j2").render(
            shop=self, charset=charset, heading=heading, kind=kind, links=links, previous=previous, following=following))

    def home(self) -> bytes:
        return self._list("全部商品分类", "classes", [(name, f"/class/{k}") for k, name in enumerate(self.first_levels)])

    def first_level(self, number_: int, page: int) -> bytes | None:
        """A first-level class: links to its categories."""
        if not 0 <= number_ < len(self.first_levels):
            return None
        categories = self._categories_of[number_]
        shown = [(k, self.source.paths[k]) for k in categories[(page - 1) * PAGE_LENGTH:page * PAGE_LENGTH]]
        links = [("/".join(path[1:]) or path[0], f"/list/{k}") for k, path in shown]
        return self._paged(self.first_levels[number_], "categories", links, f"/class/{number_}", page, len(categories))

    def category(self, number_: int, page: int) -> bytes | None:
        """A category: links to its products."""
        if not 0 <= number_ < len(self.source.paths):
            return None
        members = self.source.members(number_)
        entries = (self.entry(int(position)) for position in members[(page - 1) * PAGE_LENGTH:page * PAGE_LENGTH])
        links = [(entry.title, self.product_path(entry.listing_id)) for entry in entries]
        return self._paged(self.source.paths[number_][-1], "products", links, f"/list/{number_}", page, len(members))

    def _paged(self, heading: str, kind: str, links: list[tuple[str, str]], path: str, page: int, total: int) -> bytes | None:
        if not links:
            return None
        following = f"{path}?page={page + 1}" if page * PAGE_LENGTH < total else ""
        return self._list(heading, kind, links, f"{path}?page={page - 1}" if page > 1 else "", following)

    def calendar(self, year: int, month: int) -> bytes:
        """A trap that robots.txt forbids: there is always a next month."""
        following = f"/calendar/{year + month // 12}/{month % 12 + 1}"
        days = [(f"{month}月{day}日", f"/calendar/{year}/{month}?day={day}") for day in range(1, 29)]
        return self._list(f"{year}年{month}月", "days", days, following=following)

    def cart(self) -> bytes:
        return self._list("购物车是空的", "cart", [])

    def robots(self) -> bytes:
        rules = ("User-agent: *", "Disallow: /cart", "Disallow: /calendar/", "Disallow: /search", "Crawl-delay: 0", "")
        return "\n".join((*rules, f"Sitemap: {self.base}/sitemap.xml", "")).encode()

    def sitemap_index(self) -> bytes:
        end = ".xml.gz" if self.packs_sitemaps else ".xml"
        parts = (f"<sitemap><loc>{self.base}/sitemap-{k}{end}</loc></sitemap>" for k in range(-(-len(self.source) // SITEMAP_LENGTH)))
        return f'<?xml version="1.0" encoding="UTF-8"?>\n<sitemapindex xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(parts)}</sitemapindex>\n'.encode()

    def sitemap(self, part: int) -> bytes | None:
        urls = [f"<url><loc>{self.base}{self.product_path(listing_id)}</loc></url>"
                for listing_id in self.source.ids(part * SITEMAP_LENGTH, (part + 1) * SITEMAP_LENGTH)]
        if not urls:
            return None
        body = f'<?xml version="1.0" encoding="UTF-8"?>\n<urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{"".join(urls)}</urlset>\n'.encode()
        return gzip.compress(body, 6, mtime=0) if self.packs_sitemaps else body

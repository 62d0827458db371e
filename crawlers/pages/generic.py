"""A listing from any shop's product page, without knowing the shop."""

from __future__ import annotations

from dataclasses import asdict, dataclass, field

from crawlers.pages import markup
from crawlers.pages.document import Document, squeeze


@dataclass(frozen=True)
class ExtractedListing:
    """What a product page gives. A field that was not found is empty or None and has no rule.

    Attributes:
        image_urls: absolute http(s) URLs, the main picture first.
        variant_group: the same for every variant of one product, where the page says so.
        rules: field -> the rule that found it.
    """

    name: str = ""
    breadcrumbs: list[str] = field(default_factory=list)
    image_urls: list[str] = field(default_factory=list)
    sku: str | None = None
    canonical_url: str | None = None
    variant_group: str | None = None
    rules: dict[str, str] = field(default_factory=dict)

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
    sources = [("json-ld", markup.json_ld(document)), ("microdata", markup.microdata(document)), ("rdfa", markup.rdfa(document))]
    rules: dict[str, str] = {}
    name, images, sku, group = "", [], None, None
    crumbs: list[str] = []
    for source, nodes in sources:
        for product in markup.products(nodes)[:1]:
            if not name:
                name, rules["name"] = markup.text(product.get("name")), source
            if not images:
                images = markup.image_addresses(product.get("image"))
                rules["image_urls"] = source
            if not sku and markup.text(product.get("sku") or product.get("productID") or product.get("mpn")):
                sku, rules["sku"] = markup.text(product.get("sku") or product.get("productID") or product.get("mpn")), source
            group = group or markup.text(product.get("inProductGroupWithID") or product.get("productGroupID")) or None
        for entries in markup.breadcrumb_lists(nodes)[:1]:
            if not crumbs:
                crumbs, rules["breadcrumbs"] = [entry for entry, _ in entries], source
    if not name:
        name = next((text for text in (squeeze(h.text_content()) for h in document.tree.iter("h1")) if text), "")
        rules["name"] = "h1"
    if not name and document.meta("og:title"):
        name, rules["name"] = document.meta("og:title")[0], "og:title"
    pictures = [full for full in (document.absolute(one) for one in [*images, *document.meta("og:image")]) if full]
    if crumbs and crumbs[-1] == name:
        crumbs = crumbs[:-1]
    found = ExtractedListing(name, crumbs, list(dict.fromkeys(pictures)), sku, document.canonical_url, group,
                             {key: rule for key, rule in rules.items()})
    return found

"""The page object of a listing: what a shop of its own overrides, field by field, and what every other shop uses as it is."""

from __future__ import annotations

from functools import cache, cached_property

from tldextract.tldextract import TLD_EXTRACTOR
from web_poet import HttpResponse, ItemPage, consume_modules, default_registry, field
from web_poet.fields import item_from_fields_sync

from crawlers.pages.generic import ExtractedListing, extract_listing

TLD_EXTRACTOR.suffix_list_urls = ()     # web-poet looks rules up by domain: from the list that tldextract brings, not one fetched from the network


class ListingPage(ItemPage[ExtractedListing]):
    """A response in, a listing out; no engine, no network, no clock.

    A shop that the generic rules misread gets a subclass in crawlers/pages/<shop>.py, decorated with web_poet's `handle_urls`, that
    overrides the fields at fault and nothing else. Whatever it overrides says so in `rules`.
    """

    def __init__(self, response: HttpResponse) -> None:
        self.response = response

    @cached_property
    def generic(self) -> ExtractedListing:
        """What the generic rules make of the page."""
        said = self.response.headers.get("Content-Type") or ""
        return extract_listing(bytes(self.response.body), str(self.response.url), content_type=said)

    @field
    def name(self) -> str:
        return self.generic.name

    @field
    def breadcrumbs(self) -> list[str]:
        return self.generic.breadcrumbs

    @field
    def image_urls(self) -> list[str]:
        return self.generic.image_urls

    @field
    def sku(self) -> str | None:
        return self.generic.sku

    @field
    def canonical_url(self) -> str | None:
        return self.generic.canonical_url

    @field
    def variant_group(self) -> str | None:
        return self.generic.variant_group

    @field
    def oddities(self) -> list[str]:
        return self.generic.oddities

    @field
    def rules(self) -> dict[str, str]:
        """The rule behind each field; a field that a subclass overrides names the subclass."""
        fields = ("name", "breadcrumbs", "image_urls", "sku")
        own = {name: f"page object {type(self).__name__}" for name in fields if getattr(type(self), name) is not getattr(ListingPage, name)}
        return {**self.generic.rules, **own}


def read_listing(html: bytes, url: str, *, content_type: str = "") -> ExtractedListing:
    """The listing on a page, by the shop's own page object where there is one for the address, else by the generic rules.

    Raises nothing for a page that the generic rules read; a page object's own errors come through.
    """
    page_class = own_page_class(url)
    if page_class is None:
        return extract_listing(html, url, content_type=content_type)
    response = HttpResponse(url, body=html, headers={"Content-Type": content_type} if content_type else {})
    return item_from_fields_sync(page_class(response), ExtractedListing)


def own_page_class(url: str) -> type[ListingPage] | None:
    """The page object that a shop's module registered for the address; None for nearly all of the world's shops."""
    _load()
    try:
        return default_registry.page_cls_for_item(url, ExtractedListing)
    except ValueError:      # no address
        return None


@cache
def _load() -> None:
    consume_modules("crawlers.pages")

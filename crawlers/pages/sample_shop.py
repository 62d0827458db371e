"""The sample shop in GBK, where `mep3m run` serves it: a page object as a shop of its own would have one, to read beside docs/adding-a-shop.md."""

from __future__ import annotations

import re

from web_poet import field, handle_urls

from crawlers.pages.listing_page import ListingPage


@handle_urls("127.0.0.1:8702/product-*.html|")
class SampleShopPage(ListingPage):
    """Its template prints the shop's own number of a listing in a table, for people; its meta data may lack it."""

    @field
    def sku(self) -> str | None:
        number = re.search(r'<td id="sku">([\w-]+)</td>', self.response.text)
        return number.group(1) if number else self.generic.sku

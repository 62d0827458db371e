"""The end of the line: what spiders found goes into the landing's buffers."""

from __future__ import annotations

import asyncio
from typing import Any

from crawlers.items import Listing, Page, Rejected
from crawlers.runs import listing_content


class BronzePipeline:
    """Listings that an earlier crawl landed just so are recorded as unchanged, the others land."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Any) -> BronzePipeline:
        return cls(crawler)

    def open_spider(self) -> None:
        self.landing = self.crawler.spider.crawl.landing
        self.closing: asyncio.Future | None = None
        self.beat = asyncio.ensure_future(self._beat())

    async def _beat(self) -> None:
        """Rows that wait land by age even where no further row comes."""
        while True:
            await asyncio.sleep(min(1.0, self.landing.seconds))
            self._let_close()
            if self.closing is None:
                try:
                    await self.landing.relieve()
                except Exception:
                    self.closing = asyncio.ensure_future(self.crawler.engine.close_spider_async(reason="landing_failed"))

    def _let_close(self) -> None:
        """Scrapy 2.19 that is told to stop waits for ever for an item of start() that was on its way: nobody tells it that the item is through."""
        slot = self.crawler.engine.scraper.slot
        if slot is not None and slot.closing is not None and not slot.closing.called and slot.is_idle():
            slot.closing.callback(self.crawler.spider)

    async def close_spider(self) -> None:
        self.beat.cancel()
        await self.landing.close()

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, Listing):
            if item.page is None and item.image_sha256 is None:         # its picture alone was asked for
                self.crawler.stats.inc_value("crawl/listings_naming_pictures")
            elif self.crawler.spider.crawl.memory.is_as_before(item.listing_id, listing_content(vars(item))):
                if item.page is not None:
                    item.page.status = "unchanged"
                self.crawler.stats.inc_value("crawl/listings_unchanged")
            else:
                self.landing.listing(item)
                self.crawler.stats.inc_value("crawl/listings_landed")
                if item.image_urls:
                    self.crawler.stats.inc_value("crawl/listings_naming_pictures")
                if item.image_sha256:
                    self.crawler.stats.inc_value("crawl/listings_with_picture")
            if item.page is not None:
                self.landing.page(item.page)
        elif isinstance(item, Rejected):
            self.landing.reject(item)
            self.landing.page(item.page)
        elif isinstance(item, Page):
            self.landing.page(item)
        await self.landing.relieve()
        return item

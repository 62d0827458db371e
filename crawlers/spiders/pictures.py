"""The pictures that listings name and the lake lacks, such as those of a feed: fetched as a crawl fetches its own."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy import signals

from crawlers import runs
from crawlers.items import Listing

UNDER_WAY = 64      # listings at a time; Scrapy bounds what callbacks give, not what a start gives


class PicturesSpider(scrapy.Spider):
    """Reads no page: the shop's listings, each in its newest version, land once more with their picture.

    The pipeline fetches: the same seeded choice, guard, robots.txt, limits and content hashes as in a crawl of pages. A listing whose picture
    could not be had lands no second time, and another run tries it again.
    """

    name = "pictures"
    awaits_sitemaps = False

    def __init__(self, crawl: runs.Crawl, **kwargs: Any) -> None:
        super().__init__(**kwargs)
        self.crawl = crawl
        self.room = asyncio.Semaphore(UNDER_WAY)

    @classmethod
    def from_crawler(cls, crawler: Any, *args: Any, **kwargs: Any) -> PicturesSpider:
        spider = super().from_crawler(crawler, *args, **kwargs)
        for done in (signals.item_scraped, signals.item_dropped, signals.item_error):
            crawler.signals.connect(spider.one_is_done, done)
        return spider

    async def start(self) -> AsyncIterator[Listing]:
        for row in runs.without_picture(self.crawl.shop, self.crawl.memory.first_time):
            await self.room.acquire()
            if not self.crawl.may_go_on():
                return
            self.crawl.pages += 1
            yield Listing(**row, fetched_at=self.crawl.clock(), page=None)

    def one_is_done(self) -> None:
        self.room.release()

    def log(self, message: Any, level: int = logging.DEBUG, **kwargs: Any) -> None:
        self.logger.debug(message)

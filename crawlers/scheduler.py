"""A Scrapy scheduler over the crawl's memory: URLs wait in SQLite, and each was written to the landing as seen before it is read."""

from __future__ import annotations

from collections import deque
from typing import Any

import scrapy
from scrapy.core.scheduler import BaseScheduler

from crawlers.items import Page


class MemoryScheduler(BaseScheduler):
    """Requests of the spider go by URL and kind; a retry or a redirect (`dont_filter` or its own headers) is kept whole, and first."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.again: deque[scrapy.Request] = deque()

    @classmethod
    def from_crawler(cls, crawler: Any) -> MemoryScheduler:
        return cls(crawler)

    def open(self, spider: scrapy.Spider) -> None:
        self.spider = spider
        self.memory = spider.crawl.memory

    def has_pending_requests(self) -> bool:
        return bool(self.again) or (self.memory.waiting > 0 and not self.spider.crawl.stopped)

    def enqueue_request(self, request: scrapy.Request) -> bool:
        if request.dont_filter or "redirect_times" in request.meta or "retry_times" in request.meta:
            self.again.append(request)
            return True
        kind = request.meta.get("kind", "category")
        if not self.memory.queue(request.url, kind, request.meta.get("depth", 0)):
            self.crawler.stats.inc_value("crawl/urls_seen_again")
            return False
        self.spider.crawl.landing.page(Page(request.url, kind, "seen"))
        return True

    def next_request(self) -> scrapy.Request | None:
        if self.again:
            return self.again.popleft()
        crawl = self.spider.crawl
        while crawl.may_go_on() and (found := self.memory.next(
                # Where few pages may be read, no sitemap is while there are products enough: an index may name any number of them.
                sitemaps=self.memory.products < crawl.pages_left, categories=not self.spider.awaits_sitemaps)):
            if self.spider.wanted(found.url, found.kind):
                crawl.pages += 1
                self.spider.sitemaps += found.kind == "sitemap"
                return self.spider.request(found.url, found.kind, found.depth)
            self.crawler.stats.inc_value("crawl/not_followed/endless")
            if self.memory.first_failure(found.url):
                crawl.landing.page(Page(found.url, found.kind, "failed", reason="endless"))
        return None

"""Manners: robots.txt, its crawl-delay, and waiting when a shop asks for it."""

from __future__ import annotations

import asyncio
import logging
from collections import defaultdict
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy import signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.logformatter import LogFormatter

log = logging.getLogger("mep3m.crawl")
LONGEST_WAIT = 120.0        # seconds; a shop that asks for more is given up for now


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, but a robots.txt that the server fails to give (5xx) forbids everything, as RFC 9309 has it."""

    async def _parse_robots(self, response: Any, netloc: str, request: scrapy.Request) -> None:
        if response.status >= 500:
            log.warning("%s answers %d for robots.txt, which means: stay away", netloc, response.status)
            response = response.replace(status=200, body=b"User-agent: *\nDisallow: /\n")
        elif response.status >= 400:
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)


class CrawlDelay:
    """Gives a host's connections the crawl-delay that its robots.txt asks for, however fast the crawl may go otherwise."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.delays: dict[str, float] = {}
        crawler.signals.connect(self.robots_parsed, signals.robots_parsed)
        crawler.signals.connect(self.request_reached_downloader, signals.request_reached_downloader)

    @classmethod
    def from_crawler(cls, crawler: Any) -> CrawlDelay:
        return cls(crawler)

    def robots_parsed(self, robotparser: Any, request: scrapy.Request) -> None:
        delay = robotparser.crawl_delay(self.crawler.settings["ROBOTSTXT_USER_AGENT"])
        if delay:
            key = self.crawler.engine.downloader.get_slot_key(request)
            self.delays[key] = min(float(delay), LONGEST_WAIT)
            self.crawler.stats.set_value("politeness/crawl_delay_ms", int(self.delays[key] * 1000))

    def request_reached_downloader(self, request: scrapy.Request) -> None:
        slots = self.crawler.engine.downloader.slots
        for key, delay in self.delays.items():
            slot = slots.get(key)
            if slot is not None:
                slot.delay, slot.concurrency, slot.jitter = max(slot.delay, delay), 1, 0.0


class LimitedHandler(HTTP11DownloadHandler):
    """Scrapy's handler, with no more than `CONCURRENT_REQUESTS_PER_DOMAIN` requests to one host under way.

    Scrapy 2.19's downloader counts a request only once its coroutine runs, so requests that wait together all leave together.
    """

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        most = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._limits: defaultdict[str, asyncio.Semaphore] = defaultdict(lambda: asyncio.Semaphore(most))

    async def download_request(self, request: scrapy.Request) -> Any:
        async with self._limits[urlsplit(request.url).hostname or ""]:
            return await super().download_request(request)


class PatientRetryMiddleware(RetryMiddleware):
    """Scrapy's, but a `Retry-After` is waited for; one that asks for too long is a failure for this time."""

    async def process_response(self, request: scrapy.Request, response: Any) -> Any:
        wait = retry_after(response.headers.get("Retry-After")) if response.status in (429, 503) else None
        if wait is not None and not request.meta.get("dont_retry"):
            self.crawler.stats.inc_value("politeness/retry_after")
            if wait > LONGEST_WAIT:
                raise IgnoreRequest(f"the shop asks to come back in {wait:.0f} s")
            await asyncio.sleep(wait)
        return super().process_response(request, response)


def retry_after(header: bytes | None, now: datetime | None = None) -> float | None:
    """Seconds to wait, from either form of the header; None where it has neither.

    >>> retry_after(b"7"), retry_after(b"soon"), retry_after(b"Thu, 01 Jan 1970 00:00:00 GMT")
    (7.0, None, 0.0)
    """
    text = (header or b"").decode("latin-1").strip()
    if text.isdigit():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - (now or datetime.now(UTC))).total_seconds())
    except (TypeError, ValueError):
        return None


class QuietFormatter(LogFormatter):
    """Items are whole pages' worth of text: they are counted, not logged."""

    def scraped(self, *args: Any, **kwargs: Any) -> None:
        return None

    def dropped(self, *args: Any, **kwargs: Any) -> None:
        return None

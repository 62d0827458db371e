"""Manners: robots.txt, its crawl-delay, and waiting when a shop asks for it."""

from __future__ import annotations

import asyncio
import logging
from dataclasses import dataclass
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy import signals
from scrapy.core.downloader.handlers.http11 import HTTP11DownloadHandler
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.logformatter import LogFormatter

log = logging.getLogger("mep3m.crawl")
TOLD_TO_WAIT = "told_to_wait"       # the flag of an answer that asks for longer than anyone waits, and why a request was not sent


class RobotsMiddleware(RobotsTxtMiddleware):
    """Scrapy's, but a robots.txt that the server fails to give (5xx) forbids everything, as RFC 9309 has it.

    And every request that waits for a robots.txt is told what it says: Scrapy 2.19 tells the first that waits, and lets the others pass.
    """

    async def robot_parser(self, request: scrapy.Request) -> Any:
        await super().robot_parser(request)
        return self._parsers[urlsplit(request.url).netloc]

    async def _parse_robots(self, response: Any, netloc: str, request: scrapy.Request) -> None:
        if response.status >= 500:
            log.warning("%s answers %d for robots.txt, which means: stay away", netloc, response.status)
            response = response.replace(status=200, body=b"User-agent: *\nDisallow: /\n")
        elif response.status >= 400:
            response = response.replace(body=b"")
        await super()._parse_robots(response, netloc, request)


@dataclass
class Host:
    """What the crawls of one call keep to at one host, whatever the scheme.

    Attributes:
        under_way: admits as many requests at once as the host may have.
        delay: seconds between two requests, by its robots.txt.
        next_turn: when they have passed since the last one, by the loop's clock.
        not_before: no request leaves before this moment, because the host asked to wait.
        refused_until: nor is one held for it before this one, because the host asked for longer than anyone waits, twice.
        asked_too_much: it asked so for the last time it was heard.
    """

    under_way: asyncio.Semaphore
    delay: float = 0.0
    next_turn: float = 0.0
    not_before: float = 0.0
    refused_until: float = 0.0
    asked_too_much: bool = False


class LimitedHandler(HTTP11DownloadHandler):
    """Scrapy's handler, with what a host asked for: no more than `CONCURRENT_REQUESTS_PER_DOMAIN` requests under way, its crawl-delay between
    them, and none while it asks to wait.

    Every request passes here, those for pictures, robots.txt and retries too, and what it waits here is no part of its time-out. Scrapy 2.19's
    downloader counts a request only once its coroutine runs, so requests that wait together would all leave together.

    A `Retry-After` of 429 or 503 holds the host, for `LONGEST_WAIT` at most; a request that is asked to wait longer fails. A host that asks for
    longer again after that wait gets what it asks for: its requests fail, unsent, until then. The crawl-delay is kept here and not as the delay of
    the downloader's slot, which AutoThrottle makes shorter with each answer.

    The hosts are those of `Crawl.hosts`, which the handlers of both schemes share, and all crawls of a call: the shops of one picture host ask it
    for no more together than one shop would alone.
    """

    def __init__(self, crawler: Any) -> None:
        super().__init__(crawler)
        self._most = crawler.settings.getint("CONCURRENT_REQUESTS_PER_DOMAIN")
        self._longest = crawler.settings.getfloat("LONGEST_WAIT")
        self._hosts: dict[str, Host] = crawler.spider.crawl.hosts
        crawler.signals.connect(self._robots_parsed, signals.robots_parsed)

    def _host(self, request: scrapy.Request) -> Host:
        name = urlsplit(request.url).hostname or ""
        if name not in self._hosts:
            self._hosts[name] = Host(asyncio.Semaphore(self._most))
        return self._hosts[name]

    def _robots_parsed(self, robotparser: Any, request: scrapy.Request) -> None:
        delay = robotparser.crawl_delay(self._crawler.settings["ROBOTSTXT_USER_AGENT"])
        if delay:
            host = self._host(request)
            host.delay = max(host.delay, min(float(delay), self._longest))
            host.next_turn = asyncio.get_running_loop().time() + host.delay     # robots.txt itself has just been read
            self._crawler.stats.set_value("politeness/crawl_delay_ms", int(host.delay * 1000))

    async def download_request(self, request: scrapy.Request) -> Any:
        host = self._host(request)
        async with host.under_way:
            await self._wait_for(host)
            sent = asyncio.get_running_loop().time()
            response = await super().download_request(request)
            if self._asks_too_much(host, response, sent):
                request.meta["dont_retry"] = True
                response.flags.append(TOLD_TO_WAIT)
            return response

    async def _wait_for(self, host: Host) -> None:
        clock = asyncio.get_running_loop().time
        if host.refused_until <= clock() < host.not_before:
            self._crawler.stats.inc_value("politeness/held_back")
        while (rest := max(host.not_before, host.next_turn) - clock()) > 0 and clock() >= host.refused_until and self._crawler.engine.running:
            await asyncio.sleep(min(rest, 1.0))
        if rest > 0 or clock() < host.refused_until:
            raise IgnoreRequest(TOLD_TO_WAIT)
        host.next_turn = clock() + host.delay

    def _asks_too_much(self, host: Host, response: Any, sent: float) -> bool:
        """Whether the answer to a request that left at the moment `sent` asks for longer than anyone waits. Holds the host as long as it may."""
        wait = retry_after(response.headers.get("Retry-After")) if response.status in (429, 503) else None
        if wait is None:
            host.asked_too_much = False
            return False
        self._crawler.stats.inc_value("politeness/retry_after")
        now, too_much = asyncio.get_running_loop().time(), wait > self._longest
        if too_much and host.asked_too_much and sent >= host.not_before:
            host.refused_until = now + wait
        host.asked_too_much = too_much
        host.not_before = max(host.not_before, now + min(wait, self._longest))
        return too_much


def retry_after(header: bytes | None, now: datetime | None = None) -> float | None:
    """Seconds to wait, from either form of the header; None where it has neither.

    >>> retry_after(b"7"), retry_after(b"soon"), retry_after(b"Thu, 01 Jan 1970 00:00:00 GMT")
    (7.0, None, 0.0)
    """
    text = (header or b"").decode("latin-1").strip()
    if text.isdecimal():
        return float(text)
    try:
        return max(0.0, (parsedate_to_datetime(text) - (now or datetime.now(UTC))).total_seconds())
    except (TypeError, ValueError, OverflowError):
        return None


class QuietFormatter(LogFormatter):
    """Items are whole pages' worth of text: they are counted, not logged."""

    def scraped(self, *args: Any, **kwargs: Any) -> None:
        return None

    def dropped(self, *args: Any, **kwargs: Any) -> None:
        return None

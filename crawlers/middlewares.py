"""The guard at the downloader: what a request must satisfy, and the name of what went wrong."""

from __future__ import annotations

import zlib
from typing import Any
from urllib.parse import urlsplit

import scrapy
from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
)
from scrapy.spidermiddlewares.httperror import HttpError
from scrapy.utils._compression import brotli, zstd

from crawlers.discovery import gzip_is_whole
from crawlers.politeness import TOLD_TO_WAIT
from crawlers.safety import AddressPolicy, GuardedResolver, is_address


class Trespass(IgnoreRequest):
    """The request for `url` must not be made; `reason` says why, by name."""

    def __init__(self, reason: str, url: str) -> None:
        super().__init__(f"{reason}: {url[:200]}")
        self.reason, self.url = reason, url


class GuardMiddleware:
    """Nothing leaves the shop's territory: every request passes here, those of redirects, sitemaps, robots.txt and pictures too.

    What a host's name resolves to is the resolver's to judge (crawlers/safety.py); an address written into a URL is refused here by name.
    """

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.policy = AddressPolicy.of(crawler.settings.getlist("ALLOWED_ADDRESSES"))

    @classmethod
    def from_crawler(cls, crawler: Any) -> GuardMiddleware:
        return cls(crawler)

    def process_request(self, request: scrapy.Request) -> None:
        picture = request.meta.get("kind") == "image" or (request.url.endswith("/robots.txt") and "kind" not in request.meta)
        reason = self.crawler.spider.crawl.territory.trespass(request.url, picture=picture)
        host = urlsplit(request.url).hostname or ""
        if not reason and is_address(host) and not self.policy.permits(host):
            reason = "private_address"
        if reason:
            self.crawler.stats.inc_value(f"guard/{reason}")
            raise Trespass(reason, request.url)

    def process_exception(self, request: scrapy.Request, exception: Exception) -> None:
        if isinstance(exception, CannotResolveHostError):
            from twisted.internet import reactor

            resolver = reactor.nameResolver
            if isinstance(resolver, GuardedResolver) and resolver.refused.get(urlsplit(request.url).hostname or ""):
                self.crawler.stats.inc_value("guard/private_address")
                raise Trespass("private_address", request.url) from None


class BadAnswer(IgnoreRequest):
    """The answer cannot be used; `reason` says why, by name."""

    def __init__(self, reason: str) -> None:
        super().__init__(reason)
        self.reason = reason


class WholeMiddleware(HttpCompressionMiddleware):
    """Scrapy's unpacking of bodies, but one that breaks off is no page: Scrapy would take what there is for the whole."""

    @staticmethod
    def _split_encodings(content_encoding: list[bytes]) -> tuple[list[bytes], list[bytes]]:
        named = [one for line in content_encoding for one in line.split(b",") if one.strip().lower() != b"identity"]
        return HttpCompressionMiddleware._split_encodings(named)

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        if not body:
            return body
        name = encoding.decode().removeprefix("x-")
        try:
            unpacked = HttpCompressionMiddleware._decode(body, encoding, max_size)      # whose bound holds for what follows
            whole = WHOLE[name](body)
        except EOFError:
            whole = False
        except UNREADABLE:
            raise BadAnswer(f"broken_{name}") from None
        if not whole:
            raise BadAnswer(f"truncated_{name}")
        return unpacked


def deflate_is_whole(body: bytes) -> bool:
    try:
        inflate = zlib.decompressobj()
        inflate.decompress(body)
    except zlib.error:      # some servers leave the header out
        inflate = zlib.decompressobj(-15)
        inflate.decompress(body)
    return inflate.eof


def brotli_is_whole(body: bytes) -> bool:
    decompressor = brotli.Decompressor()
    decompressor.process(body)
    return decompressor.is_finished()


def zstd_is_whole(body: bytes) -> bool:
    try:
        zstd.decompress(body)
    except zstd.ZstdError:
        return False
    return True


WHOLE = {"gzip": gzip_is_whole, "deflate": deflate_is_whole, "br": brotli_is_whole, "zstd": zstd_is_whole}
UNREADABLE = (OSError, zlib.error, brotli.error, zstd.ZstdError)


REASONS: tuple[tuple[type[BaseException], str], ...] = (
    (ResponseDataLossError, "cut_off"),
    (DownloadTimeoutError, "timeout"),
    (DownloadCancelledError, "too_large"),
    (CannotResolveHostError, "unresolvable"),
    (DownloadConnectionRefusedError, "refused"),
    (DownloadFailedError, "connection_lost"),
)


# Scrapy says why it ignores a request in words only.
IGNORED = (("robots", "robots_forbidden"), ("redirect", "redirect_loop"), ("decompress", "too_large"), ("size", "too_large"),
           (TOLD_TO_WAIT, TOLD_TO_WAIT))


def reason_of(error: BaseException) -> tuple[str, int | None]:
    """(the failure's name, the HTTP status where there was one)."""
    if isinstance(error, HttpError):
        told = TOLD_TO_WAIT in error.response.flags
        return TOLD_TO_WAIT if told else f"http_{error.response.status}", error.response.status
    if isinstance(error, Trespass | BadAnswer):
        return error.reason, None
    if isinstance(error, IgnoreRequest):
        text = str(error).lower()
        return next((name for word, name in IGNORED if word in text), "ignored"), None
    for kind, name in REASONS:
        if isinstance(error, kind):
            return name, None
    return type(error).__name__, None

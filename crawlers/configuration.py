"""Scrapy's settings for a crawl: polite, bounded and closed, where Scrapy's own defaults are not."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lakehouse import settings
from lakehouse.errors import LakehouseError

LIMITED = "crawlers.politeness.LimitedHandler"
PRODUCT_TOKEN = "mep3m"             # what robots.txt may call this crawler
PAGE_BYTES = 10 * 2**20             # before and after decompression
PICTURE_BYTES = 20 * 2**20
SITEMAP_BYTES = 60 * 2**20          # the protocol's own bound is 50 MB


def user_agent() -> str:
    """Names the crawler and whom to write to."""
    return f"{PRODUCT_TOKEN}/0.1 (+{settings.load().operator})"


def scrapy_settings(*, allowed: Sequence[str] = (), throttled: bool = True) -> dict[str, Any]:
    """All of a crawl's settings.

    Args:
        allowed: private addresses and networks that may be read.
        throttled: AutoThrottle and few connections at a time; without, as fast as an allowed shop of one's own can answer.

    Raises:
        LakehouseError: `allowed` names something that is no address.
    """
    from crawlers.safety import AddressPolicy

    AddressPolicy.of(allowed)
    return {
        # safety
        "TWISTED_DNS_RESOLVER": "crawlers.safety.GuardedResolver",
        "ALLOWED_ADDRESSES": list(allowed),
        "DOWNLOAD_HANDLERS": {"http": LIMITED, "https": LIMITED, "file": None, "data": None, "ftp": None, "s3": None},
        "DOWNLOAD_MAXSIZE": PAGE_BYTES,
        "DOWNLOAD_WARNSIZE": 0,
        "SITEMAP_MAXSIZE": SITEMAP_BYTES,
        "PICTURE_MAXSIZE": PICTURE_BYTES,
        "DOWNLOAD_VERIFY_CERTIFICATES": True,
        "DOWNLOAD_TIMEOUT": 30,
        "TELNETCONSOLE_ENABLED": False,
        "REMOTE_CONTROL_ENABLED": False,
        "HTTPPROXY_ENABLED": False,         # behind a proxy nobody here could see which address is connected to
        "COOKIES_ENABLED": False,
        "DOWNLOADER_MIDDLEWARES": {
            "scrapy.downloadermiddlewares.offsite.OffsiteMiddleware": None,      # the guard also covers ports, pictures and robots.txt
            "scrapy.downloadermiddlewares.robotstxt.RobotsTxtMiddleware": None,
            "crawlers.middlewares.GuardMiddleware": 60,
            "scrapy.downloadermiddlewares.httpcompression.HttpCompressionMiddleware": None,
            "crawlers.middlewares.WholeMiddleware": 590,
            "crawlers.politeness.RobotsMiddleware": 100,
        },
        # politeness
        "USER_AGENT": user_agent(),
        "ROBOTSTXT_OBEY": True,
        "ROBOTSTXT_USER_AGENT": PRODUCT_TOKEN,
        "AUTOTHROTTLE_ENABLED": throttled,
        "AUTOTHROTTLE_START_DELAY": 1.0,
        "AUTOTHROTTLE_MAX_DELAY": 60.0,
        "AUTOTHROTTLE_TARGET_CONCURRENCY": 2.0,
        "CONCURRENT_REQUESTS": 16 if throttled else 32,
        "CONCURRENT_REQUESTS_PER_DOMAIN": 4 if throttled else 16,
        "DOWNLOAD_DELAY": 0,
        "RETRY_TIMES": 3,
        "LONGEST_WAIT": 120.0,              # seconds between two requests, whatever crawl-delay or Retry-After a shop asks for
        "REDIRECT_MAX_TIMES": 8,
        "METAREFRESH_ENABLED": True,
        # state and landing
        "SCHEDULER": "crawlers.scheduler.MemoryScheduler",
        "ITEM_PIPELINES": {"crawlers.pipelines.pictures.PicturePipeline": 300, "crawlers.pipelines.bronze.BronzePipeline": 800},
        "CONCURRENT_ITEMS": 16,             # of a response; so many tasks are made for each, and so many of a sitemap's URLs are queued in one go
        "LINK_DEPTH": 1000,                 # a category may have many pages; what has no end is left by its shape
        "URLLENGTH_LIMIT": 2083,
        # audit
        "SPIDERMON_ENABLED": True,
        "EXTENSIONS": {
            "spidermon.contrib.scrapy.extensions.Spidermon": 500,
            "scrapy.extensions.telnet.TelnetConsole": None,
        },
        "SPIDERMON_SPIDER_CLOSE_MONITORS": ("crawlers.monitors.CrawlMonitors",),
        "LOG_INSTALL_ROOT_HANDLER": False,
        "LOG_FORMATTER": "crawlers.politeness.QuietFormatter",
    }


def check_operator(start: str) -> None:
    """A public shop's owner must be able to write to somebody.

    Raises:
        LakehouseError: LAKEHOUSE_OPERATOR is not set.
    """
    if settings.load().operator.endswith("@example.invalid"):
        raise LakehouseError(f"Set LAKEHOUSE_OPERATOR to an address or page of yours before crawling {start}: its owner must be able to reach you.")

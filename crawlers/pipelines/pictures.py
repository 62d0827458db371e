"""One picture for each listing, fetched once whatever number of listings share it."""

from __future__ import annotations

import asyncio
from concurrent.futures import ThreadPoolExecutor
from functools import cache
from typing import Any

import scrapy
from scrapy.http.request import NO_CALLBACK

from crawlers import pictures
from crawlers.items import Listing, Page
from crawlers.middlewares import reason_of
from lakehouse import settings

CANDIDATES = 3      # how many of a page's pictures are tried before the listing goes without
INLINE_BYTES = 200_000
INLINE_PIXELS = 1_000_000   # decoded within some milliseconds


@cache
def decoder() -> ThreadPoolExecutor:
    """Where large pictures are decoded, one at a time, whatever number of crawls the process runs: each may take 400 MB."""
    return ThreadPoolExecutor(1, "pictures")


class PicturePipeline:
    """Takes the first usable picture in the listing's seeded order."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        self.root = settings.load().path
        self.fetching: dict[str, asyncio.Future] = {}

    @classmethod
    def from_crawler(cls, crawler: Any) -> PicturePipeline:
        return cls(crawler)

    async def process_item(self, item: Any) -> Any:
        if isinstance(item, Listing) and item.image_urls:
            order = pictures.seeded_order(self.crawler.spider.crawl.shop, item.listing_id, item.image_urls)
            item.image_url = order[0]
            for url in order[:CANDIDATES]:
                sha256, verdict = await self.get(url)
                if sha256 and (verdict == "usable" or item.image_sha256 is None):
                    item.image_url, item.image_sha256 = url, sha256
                if verdict == "usable":
                    break
        return item

    async def get(self, url: str) -> tuple[str | None, str]:
        """(content hash, verdict); no hash where the picture is broken or could not be had. Nothing is asked for twice."""
        known = self.crawler.spider.crawl.memory.picture(url)
        if known:
            self.count("picture/shared")
            return known
        if url in self.fetching:
            self.count("picture/shared")
            return await asyncio.shield(self.fetching[url])
        future = self.fetching[url] = asyncio.get_running_loop().create_future()
        try:
            result = await self.fetch(url)
        except BaseException as error:
            future.set_exception(error)
            future.exception()
            raise
        else:
            future.set_result(result)
            return result
        finally:
            del self.fetching[url]

    async def fetch(self, url: str) -> tuple[str | None, str]:
        crawl = self.crawler.spider.crawl
        earlier = crawl.memory.validator(url)
        headers = {"Accept": "image/*"}
        if earlier and earlier.image_sha256:
            headers |= {"If-None-Match": earlier.etag} if earlier.etag else {"If-Modified-Since": earlier.last_modified}
        page = Page(url, "image", "fetched")
        try:
            request = scrapy.Request(url, headers=headers, callback=NO_CALLBACK, meta={
                "kind": "image", "download_maxsize": self.crawler.settings.getint("PICTURE_MAXSIZE"), "handle_httpstatus_list": [304]})
            response = await self.crawler.engine.download_async(request)
            page.http_status = response.status
            if response.status == 304 and earlier and earlier.image_sha256:
                page.status, page.image_sha256, page.etag, page.last_modified = "unchanged", earlier.image_sha256, earlier.etag, earlier.last_modified
                verdict = crawl.memory.verdict(earlier.image_sha256) or "usable"
            elif response.status != 200:
                raise pictures.BrokenPicture(f"http_{response.status}")
            else:
                verdict = await self.keep(url, response, page)
        except pictures.BrokenPicture as broken:
            page.status, page.reason, verdict = "failed", broken.reason, "broken"
        except ValueError:      # a feed's address may be anything
            page.status, page.reason, verdict = "failed", "malformed_url", "failed"
        except Exception as error:
            page.status, page.reason, verdict = "failed", reason_of(error)[0], "failed"
        self.count(f"picture/{page.reason or verdict}")
        crawl.memory.remember_picture(url, page.image_sha256, verdict)
        if page.status != "failed" or crawl.memory.first_failure(url):
            crawl.landing.page(page)
        return page.image_sha256, verdict

    async def keep(self, url: str, response: Any, page: Page) -> str:
        """Look at the bytes, store them, land their row unless the lake has them. Returns the verdict."""
        crawl = self.crawler.spider.crawl
        body = response.body
        if len(body) > INLINE_BYTES or pictures.pixels(body) > INLINE_PIXELS:
            picture = await asyncio.get_running_loop().run_in_executor(decoder(), pictures.look, body, url)
        else:
            picture = pictures.look(body, url)
        page.image_sha256 = picture.image_sha256
        page.etag, page.last_modified = ((response.headers.get(name) or b"").decode("latin-1")[:500] or None for name in ("ETag", "Last-Modified"))
        if crawl.memory.verdict(picture.image_sha256) is None:
            pictures.store(self.root, picture, body)
            crawl.memory.remember_contents([(picture.image_sha256, picture.verdict)])
            crawl.landing.picture({**vars(picture), "url": url, "fetched_at": crawl.clock(), "path": picture.path})
        return picture.verdict

    def count(self, name: str) -> None:
        self.crawler.stats.inc_value(name)

"""Rows on their way into bronze: collected, and committed by count and by age, off the reactor's thread.

Order makes a crash harmless: pictures land before the listings that show them, listings before the page that gave them counts as
fetched, and a category page's links, as seen, in the same commit as the page itself. What is lost with the process was never marked as fetched.
"""

from __future__ import annotations

import asyncio
import json
import logging
import time
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import datetime
from typing import Any

from crawlers.items import Listing, Page, Rejected
from lakehouse import arrow, tables

log = logging.getLogger("mep3m.crawl")


class Landing:
    """The buffers of one crawl.

    Args:
        clock: gives the time, in UTC, that rows carry.
        rows: commit once this many rows wait.
        seconds: commit once a row has waited this long.
    """

    def __init__(self, crawl_id: str, shop: str, *, clock: Callable[[], datetime], rows: int = 4000, seconds: float = 10.0) -> None:
        self.crawl_id, self.shop, self.clock, self.rows, self.seconds = crawl_id, shop, clock, rows, seconds
        self.writer = f"crawl/{crawl_id}"
        self._buffers: dict[str, list[dict]] = {"raw_images": [], "raw_listings": [], "rejects": [], "crawl_pages": []}
        self._numbers = {table.name: arrow.landed_version(table, self.writer) + 1 for table in (tables.RAW_LISTINGS, tables.CRAWL_PAGES)}
        self._oldest: float | None = None
        self._flush: asyncio.Task | None = None
        self._thread = ThreadPoolExecutor(1, "landing")
        self._error: BaseException | None = None

    # Rows in ---------------------------------------------------------------------------------------------------------

    def page(self, page: Page) -> None:
        self._add("crawl_pages", {**vars(page), "crawl_id": self.crawl_id, "at": self.clock()})

    def listing(self, listing: Listing) -> None:
        row = {name: getattr(listing, name) for name in tables.RAW_LISTINGS.column_names if name not in ("shop", "crawl_id")}
        self._add("raw_listings", {**row, "rules": list(listing.rules.items()), "shop": self.shop, "crawl_id": self.crawl_id})

    def picture(self, row: dict[str, Any]) -> None:
        self._add("raw_images", {**row, "crawl_id": self.crawl_id})

    def reject(self, rejected: Rejected) -> None:
        row = json.dumps(rejected.row, ensure_ascii=False, default=str)[:10_000]
        self._add("rejects", {"table": tables.RAW_LISTINGS.name, "key": f"{self.shop}|{rejected.key}|{self.crawl_id}"[:2000],
                              "reason": rejected.reason, "row": row, "run_id": self.crawl_id})

    def _add(self, buffer: str, row: dict) -> None:
        self._buffers[buffer].append(row)
        if self._oldest is None:
            self._oldest = time.monotonic()

    # Commits out -----------------------------------------------------------------------------------------------------

    @property
    def waiting(self) -> int:
        return sum(map(len, self._buffers.values()))

    async def relieve(self) -> None:
        """Start a commit where one is due; wait where rows come in faster than they land, so the buffers stay bounded.

        Raises:
            Exception: an earlier commit failed; the crawl must not go on as if it had landed.
        """
        if self._error:
            raise self._error
        due = self.waiting >= self.rows or (self._oldest is not None and time.monotonic() - self._oldest >= self.seconds)
        if due and self._flush is None:
            self._start()
        if self._flush is not None and self.waiting >= self.rows:
            await asyncio.shield(self._flush)

    def _start(self) -> None:
        taken = self._buffers
        self._buffers = {name: [] for name in taken}
        self._oldest = None
        self._flush = asyncio.ensure_future(asyncio.get_running_loop().run_in_executor(self._thread, self._commit, taken))
        self._flush.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task) -> None:
        self._flush = None
        if not task.cancelled() and task.exception():
            self._error = task.exception()
            log.error("%s: rows could not be committed: %s", self.crawl_id, self._error)

    async def close(self) -> None:
        """Everything committed."""
        try:
            while self._flush is not None or self.waiting:
                if self._flush is None:
                    self._start()
                await asyncio.shield(self._flush)
        finally:
            self._thread.shutdown(wait=False)
        if self._error:
            raise self._error

    def _commit(self, taken: dict[str, list[dict]]) -> None:
        if taken["raw_images"]:
            arrow.add_missing(tables.RAW_IMAGES, arrow.batch(tables.RAW_IMAGES, taken["raw_images"]))
        self._append(tables.RAW_LISTINGS, taken["raw_listings"])
        if taken["rejects"]:
            once = {(row["key"], row["reason"]): row for row in taken["rejects"]}
            arrow.upsert(tables.REJECTS, arrow.batch(tables.REJECTS, once.values()))
        self._append(tables.CRAWL_PAGES, taken["crawl_pages"])

    def _append(self, table: tables.Table, rows: list[dict]) -> None:
        if rows:
            number = self._numbers[table.name]
            arrow.append(table, arrow.batch(table, rows), writer=self.writer, number=number, metadata={"crawl_id": self.crawl_id})
            self._numbers[table.name] = number + 1

"""Delta tables as Scrapy feeds: `FEEDS = {"tables/books": {"format": "delta", ...}}`, or an item pipeline.

For any Scrapy project; docs/delta-exporter.md is its manual.
"""

from __future__ import annotations

import hashlib
import logging
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from scrapy import signals
from scrapy.exporters import BaseItemExporter
from scrapy.extensions.feedexport import FileFeedStorage, S3FeedStorage
from scrapy.utils.asyncio import create_looping_call
from scrapy.utils.defer import deferred_from_coro
from scrapy.utils.job import job_dir
from scrapy.utils.misc import build_from_crawler, load_object

from .sink import DeltaSink, DeltaSinkError, RowRefused, check

log = logging.getLogger(__name__)
SINK_OPTIONS = ("schema", "partition_by", "unique_by", "batch_rows", "batch_bytes", "batch_seconds", "spool", "extra", "storage_options")


class DeltaAddon:
    """`ADDONS = {"crawlers.exporters.delta.DeltaAddon": 500}`: the format `delta`, for paths and for the schemes file, s3 and delta."""

    def update_settings(self, settings: Any) -> None:
        settings["FEED_EXPORTERS"]["delta"] = DeltaItemExporter
        for scheme in ("", "file", "s3", "delta"):
            settings["FEED_STORAGES"][scheme] = FeedStorage


class DeltaTarget:
    """Stands where a feed's file would: where the table is, and the sink once it is open."""

    def __init__(self, uri: str, options: dict[str, Any]) -> None:
        self.uri, self.options = uri, options
        self.sink: DeltaSink | None = None
        self.failed: Callable[[DeltaSinkError], None] = log.error


class DeltaFeedStorage:
    """A table's place."""

    def __init__(self, uri: str, *, feed_options: dict[str, Any] | None = None) -> None:
        self.uri, self.options = table_uri(uri), feed_options or {}
        options = self.options.get("item_export_kwargs") or {}
        check(self.uri, **{**options, "schema": schema_of(options.get("schema"))})      # what is wrong is said before the crawl begins

    def open(self, spider: Any) -> DeltaTarget:
        return DeltaTarget(self.uri, self.options)

    def store(self, target: DeltaTarget) -> None:
        """The last commit; its failure is the feed's."""
        if target.sink is None:
            raise DeltaSinkError(f"{target.uri} could not be opened; nothing was written.")
        try:
            target.sink.close()
        except DeltaSinkError as error:
            target.failed(error)
            raise


class FeedStorage:
    """Scrapy's own storage for every other format, a table's place for this one."""

    @classmethod
    def from_crawler(cls, crawler: Any, uri: str, *, feed_options: dict[str, Any] | None = None) -> Any:
        scheme = urlsplit(uri).scheme
        if scheme == "delta" or (feed_options or {}).get("format") == "delta":
            spool = spool_of(table_uri(uri), crawler, ((feed_options or {}).get("item_export_kwargs") or {}).get("spool"))
            if spool and any(batch.stat().st_size for batch in spool.glob("batch-*")):
                feed_options["store_empty"] = True      # a crawl without an item is to land what an earlier one left behind
            return DeltaFeedStorage(uri, feed_options=feed_options)
        return build_from_crawler(S3FeedStorage if scheme == "s3" else FileFeedStorage, crawler, uri, feed_options=feed_options)


class DeltaItemExporter(BaseItemExporter):
    """Items as rows. Options come as the feed's `item_export_kwargs`; those of DeltaSink, `schema` first of all.

    An item that does not fit the schema is not exported: it is logged with the reason and counted as `delta/items_refused`.
    """

    def __init__(self, target: DeltaTarget, *, crawler: Any, **kwargs: Any) -> None:
        options = {name: kwargs.pop(name) for name in SINK_OPTIONS if name in kwargs}
        super().__init__(**kwargs)
        self.target, self.crawler = target, crawler
        target.failed = lambda error: close(crawler, error)
        try:
            target.sink = open_sink(target.uri, crawler, overwrite=bool(target.options.get("overwrite")), **options)
        except DeltaSinkError as error:
            close(crawler, error)
        self.sink = target.sink
        self._beat = create_looping_call(self._tick)

    @classmethod
    def from_crawler(cls, crawler: Any, target: DeltaTarget, **kwargs: Any) -> DeltaItemExporter:
        return cls(target, crawler=crawler, **kwargs)

    def start_exporting(self) -> None:
        if self.sink:
            self._beat.start(min(1.0, self.sink.batch_seconds), now=False)

    def export_item(self, item: Any) -> None:
        if self.sink:       # without it the crawl is being closed already
            add(self.sink, dict(self.get_serialized_fields(item, default_value=None, include_empty=True)), self.crawler)

    def finish_exporting(self) -> None:
        if self.sink:
            self._beat.stop()

    def _tick(self) -> None:
        try:
            self.sink.tick()
        except DeltaSinkError as error:
            close(self.crawler, error)


class DeltaPipeline:
    """The same as an item pipeline, for items on their way: `DELTA_TABLE = {"uri": ..., "schema": ...}`."""

    def __init__(self, crawler: Any) -> None:
        self.crawler = crawler
        options = crawler.settings.getdict("DELTA_TABLE")
        if "uri" not in options:
            raise DeltaSinkError('Set DELTA_TABLE = {"uri": ..., "schema": {...}} for DeltaPipeline.')
        self.options = {name: given for name, given in options.items() if name not in ("uri", "overwrite")}
        self.uri, self.overwrite = table_uri(str(options["uri"])), bool(options.get("overwrite"))
        check(self.uri, **{**self.options, "schema": schema_of(options.get("schema"))})

    @classmethod
    def from_crawler(cls, crawler: Any) -> DeltaPipeline:
        return cls(crawler)

    def open_spider(self) -> None:
        self.sink = open_sink(self.uri, self.crawler, overwrite=self.overwrite, **self.options)
        self._beat = create_looping_call(self._tick)
        self._beat.start(min(1.0, self.sink.batch_seconds), now=False)

    def process_item(self, item: Any) -> Any:
        from itemadapter import ItemAdapter

        add(self.sink, ItemAdapter(item).asdict(), self.crawler)
        return item

    def close_spider(self) -> None:
        self._beat.stop()
        try:
            self.sink.close()
        except DeltaSinkError as error:
            close(self.crawler, error)
            raise

    def _tick(self) -> None:
        try:
            self.sink.tick()
        except DeltaSinkError as error:
            close(self.crawler, error)


def open_sink(uri: str, crawler: Any, *, schema: Any = None, spool: Any = None, **options: Any) -> DeltaSink:
    """The sink of a feed."""
    return DeltaSink(uri, schema_of(schema), spool=spool_of(uri, crawler, spool), one_job=bool(job_dir(crawler.settings)), **options,
                     count=lambda name, number: crawler.stats.inc_value(name, number))


def spool_of(uri: str, crawler: Any, given: Any) -> Path | None:
    """Where the feed's items wait: as given, else in the JOBDIR, where there is one."""
    place = job_dir(crawler.settings)
    if given is None and place:
        return Path(place) / "delta-spool" / hashlib.sha256(uri.encode()).hexdigest()[:16]
    return Path(given) if given else None


def schema_of(given: Any) -> Any:
    """A schema, or the one that a dotted name stands for."""
    try:
        return load_object(given) if isinstance(given, str) else given
    except (ImportError, NameError, ValueError) as error:
        raise DeltaSinkError(f"The schema {given!r} cannot be imported ({error}); name it as in myproject.tables.BOOKS.") from None


def add(sink: DeltaSink, row: dict[str, Any], crawler: Any) -> None:
    try:
        sink.add(row)
    except RowRefused as refusal:
        crawler.stats.inc_value("delta/items_refused")
        log.warning("%s: an item was refused: %s", sink.uri, refusal)
    except DeltaSinkError as error:
        close(crawler, error)
        raise


def close(crawler: Any, error: DeltaSinkError) -> None:
    """Items that cannot be kept are not worth fetching: the crawl ends with the reason `delta_failed`, its command with exit code 1."""
    if crawler.stats.get_value("delta/failed"):
        return
    crawler.stats.set_value("delta/failed", 1)
    log.error("%s", error)

    def forget_spider() -> None:
        crawler.spider = None       # Scrapy's commands ask only this of a crawl that has ended: without a spider it has failed

    crawler.signals.connect(forget_spider, signals.engine_stopped, weak=False)
    engine = crawler.engine
    if not engine or not engine.running:
        return
    engine.pause()          # no further request
    engine._start = None    # nor anything more of start(), which Scrapy reads to its end even while it closes, and it may have none

    def close_when_idle() -> None:
        """Scrapy 2.19 that is told to close waits for ever for an item of start() that was on its way."""
        if engine.scraper.slot is None or engine.scraper.slot.is_idle():
            waiting.stop()
            if engine.spider:
                deferred_from_coro(engine.close_spider_async(reason="delta_failed"))

    waiting = create_looping_call(close_when_idle)
    waiting.start(0.05, now=False)


def table_uri(uri: str) -> str:
    """Where the table is: `delta:` before a path or URL, and `file:`, say only how to read the rest.

    >>> table_uri("delta:tables/books"), table_uri("delta://srv/books"), table_uri("file:///srv/books"), table_uri("s3://bucket/books")
    ('tables/books', 'srv/books', '/srv/books', 's3://bucket/books')
    """
    for prefix in ("delta://", "delta:", "file://"):
        if uri.startswith(prefix):
            return uri.removeprefix(prefix)
    return uri

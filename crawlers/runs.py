"""A crawl from its first moment to its row in crawl_runs: begun, taken up again, ended. What it needs to know of earlier ones is read here."""

from __future__ import annotations

import fcntl
from collections import Counter
from collections.abc import Callable, Collection, Iterator, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from math import inf
from typing import IO, Any

import pyarrow.compute as pc

from crawlers.feeds.records import shop_name
from crawlers.landing import Landing
from crawlers.memory import CrawlMemory, content_digest
from crawlers.safety import Territory
from lakehouse import arrow, settings, tables
from lakehouse.errors import LakehouseError

# Failures that another day may mend.
AGAIN = ("http_5", "http_429", "timeout", "connection_lost", "cut_off", "truncated", "unresolvable", "refused", "told_to_wait")
SPIDER_KINDS = ("product", "category", "sitemap")
CUT_OFF = {None, "shutdown", "daily_budget", "landing_failed", "unreachable"}
OPTION = "option/"              # before a counter's name: an option of the crawl, kept there for those who take it up
PICTURES = "pictures"           # the spider that reads no pages


@dataclass
class Crawl:
    """One crawl of one shop and what it holds while it runs.

    Attributes:
        pages_before: pages that count against the daily budget already.
        counted: what earlier processes counted of this crawl; the counters go on from there.
        notes: what the monitors found wrong.
        led_to: where the start page leads, where that is not the shop's to read; empty where it does not.
        stopped: why it stopped before its end (`max_pages`, `daily_budget`, `unreachable`); empty where it did not.
        hosts: what is kept to at each host (crawlers/politeness.py); crawls that run together share it.
    """

    crawl_id: str
    shop: str
    start: str
    spider: str
    territory: Territory
    clock: Callable[[], datetime]
    memory: CrawlMemory
    landing: Landing
    started_at: datetime
    resumed: bool = False
    product_urls: str = ""
    all_pages: bool = False
    max_pages: int = 0
    daily_budget: int = 0
    pages_before: int = 0
    pages: int = 0
    last_listings: int | None = None
    led_to: str = ""
    stopped: str = ""
    counted: Mapping[str, int] = field(default_factory=dict)
    stats: Mapping[str, Any] = field(default_factory=dict)
    notes: list[str] = field(default_factory=list)
    hosts: dict[str, Any] = field(default_factory=dict)
    lock: IO | None = None

    @property
    def pages_left(self) -> float:
        """How many more pages may be read."""
        left = [self.max_pages - self.pages] if self.max_pages else []
        left += [self.daily_budget - self.pages_before - self.pages] if self.daily_budget else []
        return min(left, default=inf)

    def may_go_on(self) -> bool:
        """Whether one more page may be read; where not, `stopped` says why."""
        if self.max_pages and self.pages >= self.max_pages:
            self.stopped = "max_pages"
        elif self.daily_budget and self.pages_before + self.pages >= self.daily_budget:
            self.stopped = "daily_budget"
        return not self.stopped

    def close(self) -> None:
        self.memory.close()
        if self.lock:
            self.lock.close()


class Counted:
    """What the rows of a crawl say that it counted, as far as the monitors judge it: of a process that was killed nothing else is left.

    A page that will be asked again is not counted: it will be then.
    """

    JUDGED = ("crawl/listings_", "crawl/rejected/", "crawl/failed/", "crawl/variants_folded", "crawl/most_folded", "crawl/categories_read",
              "spider_exceptions/")

    def __init__(self) -> None:
        self.counters: Counter[str] = Counter()
        self.folded: Counter[str] = Counter()

    def listing(self, row: Mapping[str, Any]) -> None:
        self.counters.update(["crawl/listings_landed", "crawl/listings_read"])
        self.counters["crawl/listings_naming_pictures"] += bool(row["image_urls"])
        self.counters["crawl/listings_with_picture"] += bool(row["image_sha256"])

    def page(self, row: Mapping[str, Any]) -> None:
        """One that is settled, other than a picture's."""
        if row["status"] == "failed":
            if row["reason"] not in ("endless", "not_html"):        # left by choice, or no page
                self.counters[f"crawl/failed/{row['reason']}"] += row["kind"] != "sitemap"
        elif row["status"] == "unchanged":
            self.counters["crawl/listings_unchanged"] += 1
            self.counters["crawl/listings_read"] += row["http_status"] != 304
        elif row["kind"] == "category":
            self.counters["crawl/categories_read"] += 1
        elif row["reason"] == "folded":
            self.counters["crawl/variants_folded"] += 1
            self.folded[row["listing_id"]] += 1
        elif row["kind"] == "product" and row["reason"]:
            self.counters[f"crawl/rejected/{row['reason']}"] += 1

    def beside(self, said: Mapping[str, int]) -> dict[str, int]:
        """These, and of the counters that an earlier process left, those that no row tells; what has no section is Scrapy's word on that process."""
        kept = {name: value for name, value in said.items() if "/" in name and not name.startswith((OPTION, "memusage/", *self.JUDGED))}
        most = {"crawl/most_folded_into_one": max(self.folded.values())} if self.folded else {}
        return kept | {name: value for name, value in self.counters.items() if value} | most


def now() -> datetime:
    return datetime.now(UTC)


def begin(shop: str, start: str, spider: str, *, clock: Callable[[], datetime] = now, picture_hosts: tuple[str, ...] = (),
          all_pages: bool = False, batch: tuple[int, float] = (4000, 10.0), **limits: Any) -> Crawl:
    """A new crawl, in crawl_runs from this moment on.

    Raises:
        LakehouseError: the shop's name or the URL cannot be used, another process is crawling the shop, or its pages of today are read already: a
            crawl that may read nothing would stand before the one that is to be gone on with.
    """
    shop_name(shop)
    at = clock()
    crawl_id = f"{shop}-{at:%Y%m%dT%H%M%S}{at.microsecond // 1000:03d}"
    crawl = _crawl(crawl_id, shop, start, spider, at, clock, picture_hosts, batch, limits | {"all_pages": all_pages})
    if not crawl.may_go_on():
        crawl.close()
        raise LakehouseError(f"Shop {shop} has been read as much as it may be in a day, {crawl.pages_before:,} pages: come again tomorrow, or raise "
                             "--daily-budget.")
    _learn_contents(crawl)
    if not all_pages:
        _learn_from_earlier(crawl)
    record(crawl)
    return crawl


def take_up(row: Mapping[str, Any], *, clock: Callable[[], datetime] = now, picture_hosts: tuple[str, ...] = (), all_pages: bool = False,
            product_urls: str = "", batch: tuple[int, float] = (4000, 10.0), **limits: Any) -> Crawl:
    """A crawl that was cut off, as Delta knows it: what it had queued and not read waits again; what it landed is not read again.

    What decides which pages and pictures it reads is as it was, where nothing else is said now.
    """
    said = [name.removeprefix(OPTION).partition("=")[::2] for name, _ in row["counters"] or () if name.startswith(OPTION)]
    picture_hosts = picture_hosts or tuple(value for name, value in said if name == "picture_host")
    all_pages = all_pages or any(name == "all_pages" for name, _ in said)
    limits |= {"all_pages": all_pages, "product_urls": product_urls or dict(said).get("product_urls", "")}
    crawl = _crawl(row["crawl_id"], row["shop"], row["source"], row["spider"], row["started_at"], clock, picture_hosts, batch, limits)
    crawl.resumed = True
    _learn_contents(crawl)
    if not all_pages:
        _learn_from_earlier(crawl)
    memory, counted = crawl.memory, Counted()
    columns = ("listing_id", "url", "title", "image_urls", "image_sha256")
    for listing in _rows(tables.RAW_LISTINGS, arrow.text("crawl_id") == crawl.crawl_id, columns):
        counted.listing(listing)
        for name in (listing["listing_id"], listing["url"]):
            memory.claim(name, listing["url"], listing["title"])
    settled = []
    mine = arrow.text("crawl_id") == crawl.crawl_id
    for page in _rows(tables.CRAWL_PAGES, mine, ("url", "kind", "status", "http_status", "reason", "image_sha256", "listing_id")):
        if page["kind"] == "image":
            if page["status"] == "failed":
                memory.remember_picture(page["url"], None, page["reason"] or "failed")
            elif page["image_sha256"]:
                memory.remember_picture(page["url"], page["image_sha256"], memory.verdict(page["image_sha256"]) or "usable")
        elif page["status"] == "seen":
            memory.queue(page["url"], page["kind"], 1)
        else:
            if page["status"] == "failed":
                memory.remember_failure(page["url"])
            if page["listing_id"] and page["status"] == "unchanged":        # a folded page may have landed before the listing it belongs to
                memory.first_time(page["listing_id"])
            if not (page["status"] == "failed" and (page["reason"] or "").startswith(AGAIN)):
                settled.append(page["url"])
                counted.page(page)
    for url in settled:
        memory.settle(url)
    crawl.counted = counted.beside(dict(row["counters"] or ()))
    return crawl


def _crawl(crawl_id: str, shop: str, start: str, spider: str, started_at: datetime, clock: Callable[[], datetime],
           picture_hosts: tuple[str, ...], batch: tuple[int, float], limits: Mapping[str, Any]) -> Crawl:
    territory = Territory(start, picture_hosts)
    if territory.trespass(start):
        raise LakehouseError(f"{start!r} is no address to start from; give the shop's page with http:// or https:// (--start URL).")
    lock = _lock(shop)
    landing = Landing(crawl_id, shop, clock=clock, rows=batch[0], seconds=batch[1])
    return Crawl(crawl_id, shop, start, spider, territory, clock, CrawlMemory(), landing, started_at, lock=lock,
                 pages_before=_pages_today(shop, clock(), ("image",) if spider == PICTURES else SPIDER_KINDS),
                 last_listings=None if spider == PICTURES else _last_listings(shop, crawl_id), **limits)


def _lock(shop: str) -> IO:
    """Held as long as the process lives, so that a crawl that died can be told from one that runs."""
    place = settings.load().path / "crawl_locks" / f"{shop}.lock"
    place.parent.mkdir(parents=True, exist_ok=True)
    lock = place.open("w")
    try:
        fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except OSError:
        lock.close()
        raise LakehouseError(f"Shop {shop} is being crawled by another process; wait for it, or end it first.") from None
    return lock


def unfinished(shop: str = "") -> list[dict[str, Any]]:
    """Rows of crawl_runs that ended before their end: the newest of each shop, where that one was cut off.

    One that was told to stop after so many pages is only meant where its shop is named.
    """
    cut_off = CUT_OFF | {"max_pages"} if shop else CUT_OFF
    return [row for row in newest({shop} if shop else ()) if row["finish_reason"] in cut_off]


def newest(shops: Collection[str] = ()) -> list[dict[str, Any]]:
    """Rows of crawl_runs: the newest crawl of each shop, or of those that are named."""
    found: dict[str, dict[str, Any]] = {}
    columns = ("crawl_id", "shop", "spider", "source", "started_at", "finish_reason", "counters", "audit_notes")
    for row in _rows(tables.CRAWL_RUNS, None, columns):
        if (not shops or row["shop"] in shops) and not row["spider"].startswith("import"):
            before = found.get(row["shop"])
            if before is None or (row["started_at"], row["crawl_id"]) > (before["started_at"], before["crawl_id"]):
                found[row["shop"]] = row
    return list(found.values())


def record(crawl: Crawl, *, finish_reason: str | None = None) -> dict[str, Any]:
    """The crawl's row, as things stand, into crawl_runs. Returns it."""
    mine = arrow.text("crawl_id") == crawl.crawl_id
    row = {
        "crawl_id": crawl.crawl_id, "shop": crawl.shop, "spider": crawl.spider, "source": crawl.start, "started_at": crawl.started_at,
        "finished_at": crawl.clock() if finish_reason else None, "finish_reason": finish_reason,
        "listings": _count(tables.RAW_LISTINGS, mine), "images": _count(tables.RAW_IMAGES, mine),
        "rejects": _count(tables.REJECTS, arrow.text("run_id") == crawl.crawl_id),
        "counters": sorted((name, int(value)) for name, value in [*_options(crawl), *crawl.stats.items()] if isinstance(value, int | float)),
        "audit": "pending", "audit_notes": list(crawl.notes),
    }
    arrow.upsert(tables.CRAWL_RUNS, arrow.batch(tables.CRAWL_RUNS, [row]))
    return row


def _options(crawl: Crawl) -> list[tuple[str, int]]:
    """What decides which pages and pictures are read, as counters: the name says it."""
    said = [f"picture_host={host}" for host in dict.fromkeys(crawl.territory.picture_hosts)]
    said += [f"product_urls={crawl.product_urls}"] if crawl.product_urls else []
    said += ["all_pages"] if crawl.all_pages else []
    return [(OPTION + one, 1) for one in said]


def end(crawl: Crawl, finish_reason: str) -> dict[str, Any]:
    """The crawl's last word. Returns its row in crawl_runs."""
    row = record(crawl, finish_reason=crawl.stopped or finish_reason)
    crawl.close()
    return row


def _rows(table: tables.Table, where: Any, columns: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    if arrow.version(table) is None:
        return
    for batch in arrow.dataset(table).to_batches(columns=list(columns), filter=where):
        yield from batch.to_pylist()


def _count(table: tables.Table, where: Any) -> int:
    return 0 if arrow.version(table) is None else arrow.dataset(table).count_rows(filter=where)


def _pages_today(shop: str, at: datetime, kinds: tuple[str, ...]) -> int:
    midnight = at.replace(hour=0, minute=0, second=0, microsecond=0)
    ids = [row["crawl_id"] for row in _rows(tables.CRAWL_RUNS, arrow.text("shop") == shop, ("crawl_id",))]
    if not ids:
        return 0
    return _count(tables.CRAWL_PAGES, arrow.text("crawl_id").isin(ids) & (pc.field("at") >= midnight) & (arrow.text("status") != "seen")
                  & arrow.text("kind").isin(list(kinds)))


def _last_listings(shop: str, crawl_id: str) -> int | None:
    """How many listings the last finished crawl of the shop landed or found unchanged."""
    finished = (arrow.text("shop") == shop) & (arrow.text("finish_reason") == "finished")
    rows = [row for row in _rows(tables.CRAWL_RUNS, finished, ("crawl_id", "spider", "started_at", "listings", "counters"))
            if row["crawl_id"] < crawl_id and not row["spider"].startswith(("import", PICTURES))]
    if not rows:
        return None
    last = max(rows, key=lambda row: row["started_at"])
    return last["listings"] + dict(last["counters"] or []).get("crawl/listings_unchanged", 0)


def most_shared_picture(crawl_id: str) -> tuple[str, int]:
    """The picture that the crawl's listings of the most different titles show, and how many those are."""
    if arrow.version(tables.RAW_LISTINGS) is None:
        return "", 0
    shown = (arrow.text("crawl_id") == crawl_id) & pc.field("image_sha256").is_valid()
    found = arrow.dataset(tables.RAW_LISTINGS).to_table(columns=["image_sha256", "title"], filter=shown)
    titles = found.group_by("image_sha256").aggregate([("title", "count_distinct")])
    return max(zip(*titles.to_pydict().values(), strict=True), key=lambda one: one[1], default=("", 0))


def without_picture(shop: str, first_time: Callable[[str], bool]) -> Iterator[dict[str, Any]]:
    """The shop's listings that name a picture on the web and have none, each in its newest version, as the keywords of a `Listing`.

    Args:
        first_time: whether a listing's id has not come before; remembers it.
    """
    crawls = [row for row in _rows(tables.CRAWL_RUNS, arrow.text("shop") == shop, ("crawl_id", "started_at", "finish_reason", "audit"))
              if row["finish_reason"] and row["audit"] != "failed"]
    columns = ("listing_id", "url", "title", "breadcrumbs", "image_urls", "image_sha256", "subsub_class_name", "rules")
    for crawl in sorted(crawls, key=lambda row: (row["started_at"], row["crawl_id"]), reverse=True):
        for row in _rows(tables.RAW_LISTINGS, arrow.text("crawl_id") == crawl["crawl_id"], columns):
            on_the_web = any(url.startswith(("http://", "https://")) for url in row["image_urls"])
            if first_time(row["listing_id"]) and not row.pop("image_sha256") and on_the_web:
                yield row | {"rules": dict(row["rules"] or [])}


def _learn_contents(crawl: Crawl) -> None:
    crawl.memory.remember_contents((row["image_sha256"], row["verdict"]) for row in _rows(tables.RAW_IMAGES, None, ("image_sha256", "verdict")))


def _learn_from_earlier(crawl: Crawl) -> None:
    """What earlier finished crawls of the shop landed, and what to ask its server with.

    Not of those that failed their audit, or will for what the monitors found: nobody reads those further, so what they landed has to land again.
    """
    ids = {row["crawl_id"]: row["started_at"] for row in _rows(
        tables.CRAWL_RUNS, (arrow.text("shop") == crawl.shop) & pc.field("finish_reason").is_valid(),
        ("crawl_id", "started_at", "spider", "audit", "audit_notes"))
        if row["crawl_id"] != crawl.crawl_id and not row["spider"].startswith("import") and row["audit"] != "failed" and not row["audit_notes"]}
    if not ids:
        return
    in_order = sorted(ids, key=ids.__getitem__)                             # the newest crawl has the last word
    for crawl_id in in_order:
        columns = ("listing_id", "url", "title", "breadcrumbs", "image_urls", "image_url", "image_sha256")
        listings = _rows(tables.RAW_LISTINGS, arrow.text("crawl_id") == crawl_id, columns)
        crawl.memory.earlier_listings(
            (row["listing_id"], listing_content(row), bool(row["image_sha256"] or not row["image_urls"]), row["url"], row["title"])
            for row in listings)
    answered = (arrow.text("status").isin(["fetched", "unchanged"]) & arrow.text("kind").isin(["product", "image"])
                & (pc.field("etag").is_valid() | pc.field("last_modified").is_valid()) & pc.field("reason").is_null())    # a folded page has one
    for crawl_id in in_order:
        columns = ("url", "kind", "etag", "last_modified", "listing_id", "image_sha256")
        pages = _rows(tables.CRAWL_PAGES, answered & (arrow.text("crawl_id") == crawl_id), columns)
        crawl.memory.remember_validators(
            (page["url"], page["etag"], page["last_modified"], page["listing_id"], page["image_sha256"]) for page in pages
            # A page whose picture never arrived is asked for in full again.
            if (page["image_sha256"] if page["kind"] == "image" else page["listing_id"] and crawl.memory.was_complete(page["listing_id"])))


def listing_content(row: Mapping[str, Any]) -> bytes:
    """Of what makes two versions of a listing the same one."""
    return content_digest(row["title"], list(row["breadcrumbs"]), list(row["image_urls"]), row["image_url"], row["image_sha256"])



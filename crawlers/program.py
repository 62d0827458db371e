"""mep3m crawl: from the command's options to finished crawls, all of one call in one process."""

from __future__ import annotations

import json
import logging
import re
import socket
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from rich.box import SIMPLE_HEAD
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TextColumn, TimeElapsedColumn
from rich.table import Table as Grid

from crawlers import configuration, runs
from crawlers.feeds.records import shop_name
from crawlers.memory import CrawlMemory
from crawlers.safety import AddressPolicy
from lakehouse import settings
from lakehouse.errors import LakehouseError

log = logging.getLogger("mep3m.crawl")
LEAST = {"max_pages": (0, "1 or more, or 0 for no limit"), "daily_budget": (0, "1 or more, or 0 for no limit"), "batch_rows": (1, "1 or more"),
         "batch_seconds": (0, "0 or more")}


@dataclass(frozen=True)
class Options:
    """What the command was asked for, for every shop of the call."""

    spider: str = "generic"
    max_pages: int = 0
    picture_hosts: tuple[str, ...] = ()
    product_urls: str = ""
    allowed: tuple[str, ...] = ()
    throttle: str = "auto"
    daily_budget: int = 0
    all_pages: bool = False
    batch_rows: int = 4000
    batch_seconds: float = 10.0
    quiet: bool = False

    def __post_init__(self) -> None:
        if self.throttle not in ("on", "off", "auto"):
            raise LakehouseError(f"--throttle {self.throttle!r} is none of on, off, auto.")
        for name, (least, advice) in LEAST.items():
            if (given := getattr(self, name)) < least:
                raise LakehouseError(f"--{name.replace('_', '-')} {given} is too low; give {advice}.")
        try:
            re.compile(self.product_urls)
        except re.error as error:
            raise LakehouseError(f"--product-urls {self.product_urls!r} is no regular expression: {error}.") from None

    @property
    def addresses(self) -> tuple[str, ...]:
        """Private addresses that may be read: the option's and the setting's."""
        given = settings.load().allow_private_addresses.replace(",", " ").split()
        return (*self.allowed, *given)

    def for_a_crawl(self) -> dict[str, Any]:
        return {"picture_hosts": self.picture_hosts, "all_pages": self.all_pages, "product_urls": self.product_urls,
                "batch": (self.batch_rows, self.batch_seconds), "max_pages": self.max_pages, "daily_budget": self.daily_budget}


def read_shops(file: Path) -> list[tuple[str, str]]:
    """(shop, start URL) pairs of a file.

    Raises:
        LakehouseError: there is no such file, or it is not a JSON list of objects with `shop` and `url`.
    """
    try:
        found = json.loads(file.read_text(encoding="utf-8"))
        pairs = [(str(one["shop"]), str(one["url"])) for one in found]
    except FileNotFoundError:
        raise LakehouseError(f"There is no file {file}; `mep3m sample-shops serve --ready-file {file}` writes one.") from None
    except (ValueError, KeyError, TypeError, OSError):
        raise LakehouseError(f'{file} is not a JSON list of {{"shop": ..., "url": ...}}; give --shops such a file.') from None
    if not pairs:
        raise LakehouseError(f"{file} names no shop.")
    return pairs


def spiders() -> dict[str, type]:
    """Every spider, by name."""
    from scrapy.settings import Settings
    from scrapy.spiderloader import SpiderLoader

    loader = SpiderLoader.from_settings(Settings({"SPIDER_MODULES": ["crawlers.spiders"]}))
    return {name: loader.load(name) for name in sorted(loader.list())}


def show_spiders() -> None:
    """The spiders and the page objects with their hosts, for a person."""
    console, grid = Console(), Grid("spider", "page object", "pages of")
    whose = {"generic": "any shop", runs.PICTURES: "none: pictures that listings name"}
    for name, spider in spiders().items():
        grid.add_row(name, "", whose[name] if name in whose else ", ".join(getattr(spider, "hosts", ())))
    for host, page in page_objects():
        grid.add_row("", page, host)
    console.print(grid)


def page_objects() -> list[tuple[str, str]]:
    """(host, page object) of every rule."""
    from web_poet import consume_modules, default_registry

    consume_modules("crawlers.pages")
    return sorted((host, rule.use.__name__) for rule in default_registry.get_rules() for host in rule.for_patterns.include or ("any",)
                  if rule.use.__module__.startswith("crawlers."))


def main(options: Options, *, start: str = "", shop: str = "", shops: Path | None = None, resume: bool = False) -> int:
    """The command. Returns its exit status: 0, or 1 where no crawl of the call brought listings to which its monitors do not object.

    One unwell shop keeps no other from being read further; what is wrong with it is said, and stands in crawl_runs.

    Args:
        resume: go on with crawls that were cut off; of the shops that are named, only those without one are crawled anew.

    Raises:
        LakehouseError: what was asked for cannot be done, at no shop of the call.
    """
    if options.spider not in spiders():
        raise LakehouseError(f"No spider is called {options.spider!r}; `mep3m crawl --list` shows them.")
    _ = settings.load().path        # pictures and locks need a folder
    cut_off = runs.unfinished(shop) if resume else []
    if options.spider == runs.PICTURES and not resume:
        if not shop or shops:
            raise LakehouseError("Say whose pictures to fetch: mep3m crawl pictures --shop NAME.")
        waiting = first_without_picture(shop)
        if not waiting:
            Console(stderr=True).print(f"No listing of {shop} waits for a picture.", highlight=False)
            return 0
        start = start or waiting
    pairs = _pairs(start, shop, shops) if start or shops or not resume else []
    crawls, left = _opened(cut_off, pairs, options)
    if not crawls:
        Console(stderr=True).print(f"No crawl{f' of {shop}' if shop else ''} was cut off; nothing to go on with.", highlight=False)
        return 0
    rows = run(crawls, options)
    if not options.quiet:
        summary(rows)
    say_objections(rows)
    for name, error in left:
        Console(stderr=True).print(f"[red]{name}[/] was left as it is: {error}", soft_wrap=True, highlight=False)
    return 0 if any((row["listings"] or _unchanged(row)) and not row["audit_notes"] for row in rows) else 1


def _opened(cut_off: Sequence[dict[str, Any]], pairs: Sequence[tuple[str, str]],
            options: Options) -> tuple[list[runs.Crawl], list[tuple[str, LakehouseError]]]:
    """The crawls that can be gone on with or begun, and the shops of the others, each with what stands in its way.

    Raises:
        LakehouseError: none can.
    """
    taken_up = {row["shop"] for row in cut_off}
    wanted = [(row["shop"], row["source"], partial(runs.take_up, row)) for row in cut_off]
    wanted += [(name, url, partial(runs.begin, name, url, options.spider)) for name, url in pairs if name not in taken_up]
    crawls, left = [], []
    for name, url, opened in wanted:
        try:
            check_start(url, options.addresses)
            crawls.append(opened(**options.for_a_crawl()))
        except LakehouseError as error:
            left.append((name, error))
    if left and not crawls:
        raise left[0][1] if len(left) == 1 else LakehouseError("\n".join(f"{shop}: {error}" for shop, error in left))
    return crawls, left


def first_without_picture(shop: str) -> str:
    """The page of a listing of the shop that names a picture and has none, or the picture's address where it has no page; empty where there is none.

    A feed's listings lie on the shop's site: that is the site whose pictures may be read, beside those of --picture-host.
    """
    memory = CrawlMemory()
    try:
        row = next(runs.without_picture(shop_name(shop), memory.first_time), None)
    finally:
        memory.close()
    return next((url for url in (row["url"], *row["image_urls"]) if url.startswith(("http://", "https://"))), "") if row else ""


def _unchanged(row: dict[str, Any]) -> int:
    return dict(row["counters"]).get("crawl/listings_unchanged", 0)


def _pairs(start: str, shop: str, shops: Path | None) -> list[tuple[str, str]]:
    """(shop, start URL) of each new crawl.

    Raises:
        LakehouseError: nothing was named, a shop twice, or one by a name that cannot be used.
    """
    if shops:
        pairs = read_shops(shops)
    elif start and shop:
        pairs = [(shop, start)]
    else:
        raise LakehouseError("Say what to crawl: --start URL --shop NAME, --shops FILE, or --resume.")
    names = [shop_name(name) for name, _ in pairs]
    twice = sorted({name for name in names if names.count(name) > 1})
    if twice:
        raise LakehouseError(f"Shop {twice[0]} is named twice; one crawl at a time reads a shop.")
    return pairs


def is_allowed(url: str, addresses: Sequence[str]) -> bool:
    """Whether the URL's host is an address that the operator named, and so a shop of his own."""
    policy = AddressPolicy.of(addresses)
    if not policy.allowed:
        return False
    try:
        found = {entry[4][0] for entry in socket.getaddrinfo(urlsplit(url).hostname, None)}
    except (OSError, UnicodeError):
        return False
    return bool(found) and all(policy.names(one) for one in found)


def is_throttled(options: Options, starts: Sequence[str]) -> bool:
    """Whether to go slowly: as asked, else unless every shop is at an address that the operator named, and so his own."""
    return options.throttle == "on" or (options.throttle == "auto" and not all(is_allowed(start, options.addresses) for start in starts))


def check_start(url: str, addresses: Sequence[str]) -> None:
    """Whether a crawl may start there.

    Raises:
        LakehouseError: the address is private and was not allowed, or it is public and nobody said who crawls it.
    """
    if is_allowed(url, addresses):
        return
    policy = AddressPolicy.of(addresses)
    try:
        found = sorted({entry[4][0] for entry in socket.getaddrinfo(urlsplit(url).hostname, None)})
    except (OSError, UnicodeError, ValueError):
        raise LakehouseError(f"{url!r} cannot be found: its host has no address; check --start and the network.") from None
    private = [one for one in found if not policy.permits(one)]
    if private:
        raise LakehouseError(f"{url} is at {private[0]}, which is not a public address; if the shop is yours, add --allow-address {private[0]}.")
    configuration.check_operator(url)


def run(crawls: list[runs.Crawl], options: Options) -> list[dict[str, Any]]:
    """Crawl them all at once, in this process. Returns their rows of crawl_runs."""
    from scrapy.crawler import AsyncCrawlerProcess

    given = configuration.scrapy_settings(allowed=options.addresses, throttled=is_throttled(options, [crawl.start for crawl in crawls]))
    quiet = not logging.getLogger().isEnabledFor(logging.INFO)
    if quiet:
        logging.disable(logging.INFO)       # Scrapy opens its loggers wide while it is being made
    process = AsyncCrawlerProcess(given)
    logging.disable(logging.NOTSET)
    for chatty in ("scrapy", "twisted", "spidermon") if quiet else ():
        logging.getLogger(chatty).setLevel(logging.CRITICAL)
    kinds = spiders()
    columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TextColumn("pages"), TimeElapsedColumn())
    progress = Progress(*columns, console=Console(stderr=True), disable=options.quiet)
    for crawl in crawls:
        crawl.hosts = crawls[0].hosts
        crawler = process.create_crawler(kinds[crawl.spider])
        task = progress.add_task(crawl.shop, total=None)
        attach(crawler, crawl, partial(_advance, progress, task, crawl))
        process.crawl(crawler, crawl=crawl)
    with progress:
        process.start()
    return [runs.end(crawl, crawl.stats.get("finish_reason") or "failed_to_start") for crawl in crawls]


def _advance(progress: Progress, task: Any, crawl: runs.Crawl) -> None:
    progress.update(task, completed=crawl.pages, total=crawl.pages + crawl.memory.waiting)


def attach(crawler: Any, crawl: runs.Crawl, moved: Callable[[], None] | None = None) -> None:
    """Counters begin where the crawl's are, and go to it when it ends; `moved` is called with each response."""
    from scrapy import signals

    def opened(spider: Any) -> None:
        crawl.stats = {**crawl.counted, "finish_reason": "shutdown"}    # the last word where the process is made to end before the crawl can say one
        for name, value in crawl.counted.items():
            crawler.stats.inc_value(name, value)

    def closed(spider: Any, reason: str) -> None:
        crawl.stats = {**crawler.stats.get_stats(), "finish_reason": reason}

    def answered(*args: Any, **kwargs: Any) -> None:
        if moved:
            moved()

    crawler.signals.connect(opened, signals.spider_opened, weak=False)
    crawler.signals.connect(closed, signals.spider_closed, weak=False)
    crawler.signals.connect(answered, signals.response_received, weak=False)


def summary(rows: list[dict[str, Any]]) -> None:
    """What the crawls brought, for a person."""
    console, grid = Console(stderr=True), Grid(box=SIMPLE_HEAD, padding=0)      # 80 columns have room for it
    grid.add_column("shop", overflow="fold")
    for name in ("listings", "unchanged", "folded", "pictures", "rejected", "ended", "monitors"):
        grid.add_column(name, no_wrap=True)
    for row in rows:
        folded = dict(row["counters"]).get("crawl/variants_folded", 0)
        grid.add_row(row["shop"], f"{row['listings']:,}", f"{_unchanged(row):,}", f"{folded:,}", f"{row['images']:,}", f"{row['rejects']:,}",
                     row["finish_reason"], f"[red]{len(row['audit_notes'])} object[/]" if row["audit_notes"] else "[green]content[/]")
    console.print(grid)


def say_objections(rows: Iterable[dict[str, Any]]) -> int:
    """What the monitors found wrong, for a person. Returns how much it is."""
    notes = [(row["shop"], note) for row in rows for note in row["audit_notes"]]
    for shop, note in notes:
        Console(stderr=True).print(f"[red]{shop}[/]: {note}", soft_wrap=True, highlight=False)
    return len(notes)

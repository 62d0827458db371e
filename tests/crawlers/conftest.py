"""A shop on loopback, and crawls in this process: one reactor, in a thread of its own, serves them all."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Callable, Iterator
from typing import Any

import pytest

from crawlers.safety import Territory
from lakehouse import arrow, tables
from tests.crawlers.shop import Server


@pytest.fixture
def server() -> Iterator[Server]:
    made = Server()
    yield made
    made.close()


@pytest.fixture
def servers() -> Iterator[Callable[..., Server]]:
    """More of them."""
    made: list[Server] = []

    def another(*args: Any) -> Server:
        made.append(Server(*args))
        return made[-1]

    yield another
    for one in made:
        one.close()


@pytest.fixture(scope="session")
def reactor_loop() -> asyncio.AbstractEventLoop:
    from scrapy.utils.reactor import install_reactor

    install_reactor("twisted.internet.asyncioreactor.AsyncioSelectorReactor")
    from twisted.internet import reactor

    threading.Thread(target=reactor.run, kwargs={"installSignalHandlers": False}, daemon=True).start()
    return reactor._asyncioEventloop


FAST = {"test_a_crawl_lands_every_listing_with_its_picture", "test_crawl_runs_tells_the_story"}
PROCESSES = {"forks", "crawl", "reactor_loop"}


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Tests that crawl are many: all but a few are marked, so that the fast tier can leave them out."""
    for item in items:
        name = getattr(item, "originalname", item.name)
        if PROCESSES & set(getattr(item, "fixturenames", ())) and name not in FAST:
            item.add_marker(pytest.mark.medium)


class Anywhere(Territory):
    """No guard: everything belongs to the shop."""

    def trespass(self, url: str, *, picture: bool = False) -> str | None:
        return None


@pytest.fixture
def crawl(lake, reactor_loop) -> Callable[..., dict[str, Any]]:
    """Crawl a shop to its end, over HTTP, into the test's lake; returns the crawl's row of crawl_runs.

    Options: `allowed` addresses, Scrapy `overrides`, `resume`; URLs `queued` as if a page had smuggled them in; `guarded=False` takes the guards
    away, to see that an attack would succeed without them; all others as in program.Options.
    """
    from scrapy.crawler import AsyncCrawlerRunner
    from scrapy.resolver import dnscache

    from crawlers import configuration, program, runs
    from crawlers.safety import AddressPolicy, GuardedResolver

    def go(url: str = "", shop: str = "shop", *, allowed: tuple[str, ...] = ("127.0.0.1",), resume: bool = False,
           overrides: dict[str, Any] | None = None, queued: tuple[tuple[str, str], ...] = (), guarded: bool = True, **options: Any) -> dict[str, Any]:
        chosen = program.Options(allowed=allowed, **options)
        if resume:
            (taken_up,) = (runs.take_up(row, **chosen.for_a_crawl()) for row in runs.unfinished(shop))
        else:
            taken_up = runs.begin(shop, url, chosen.spider, **chosen.for_a_crawl())
        given = configuration.scrapy_settings(allowed=allowed, throttled=False) | {"DOWNLOAD_TIMEOUT": 3, "RETRY_TIMES": 1} | (overrides or {})

        for one, kind in queued:
            taken_up.memory.queue(one, kind)
        if not guarded:
            given["DOWNLOADER_MIDDLEWARES"] = given["DOWNLOADER_MIDDLEWARES"] | {"crawlers.middlewares.GuardMiddleware": None}
            taken_up.territory = Anywhere(taken_up.start)

        async def run() -> None:
            from twisted.internet import reactor

            if not hasattr(reactor, "unguarded"):
                reactor.unguarded = reactor.nameResolver
            reactor.installNameResolver(reactor.unguarded)
            dnscache.clear()
            if guarded:
                GuardedResolver(reactor, 100, AddressPolicy.of(allowed)).install_on_reactor()
            runner = AsyncCrawlerRunner(given)
            crawler = runner.create_crawler(program.spiders()[taken_up.spider])
            program.attach(crawler, taken_up)
            await runner.crawl(crawler, crawl=taken_up)

        asyncio.run_coroutine_threadsafe(run(), reactor_loop).result(120)
        return runs.end(taken_up, taken_up.stats.get("finish_reason") or "failed_to_start")

    return go


@pytest.fixture
def rows(lake) -> Callable[..., list[dict[str, Any]]]:
    """A table's rows as dictionaries, maps too; none where it is not there."""

    def read(table: tables.Table) -> list[dict[str, Any]]:
        if arrow.version(table) is None:
            return []
        maps = [column.name for column in table.columns if column.type.startswith("map")]
        return [row | {name: dict(row[name] or []) for name in maps} for row in arrow.read(table).to_pylist()]

    return read

"""What holds for every spider: each class in crawlers/spiders is found by itself and crawls a shop in which every kind of spider finds something.

Page objects have the like in tests/crawlers/pages/test_page_objects.py.
"""

from __future__ import annotations

import asyncio
import importlib
import inspect
import json
import os
import pkgutil
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, ClassVar

import psutil
import pytest
import scrapy
from aiohttp import web
from deltalake import DeltaTable
from scrapy.crawler import Crawler
from scrapy.settings import Settings

import crawlers.spiders
from crawlers import configuration, program
from crawlers.items import Listing, Page, Rejected
from lakehouse import tables
from tests.crawlers.feeds.test_listings_file import run as imported
from tests.crawlers.forked import Forks
from tests.crawlers.shop import Server, picture, product_page, small_shop

SPIDERS = program.spiders()
OWN = "127.0.0.1"
# What a spider may say of itself that Scrapy takes for more than the project's settings.
OVERRIDES = ("custom_settings", "user_agent", "download_timeout", "download_maxsize", "download_warnsize", "download_delay", "max_concurrent_requests",
             "http_user", "http_pass", "handle_httpstatus_list", "handle_httpstatus_all")
each = pytest.mark.parametrize("name", SPIDERS)


class Witness:
    """A pipeline that sees what comes by, and which ports listen meanwhile."""

    items: ClassVar[list[Any]] = []
    ports: ClassVar[set[int]] = set()

    def process_item(self, item: Any) -> Any:
        self.items.append(item)
        self.ports |= listening()
        return item


def listening() -> set[int]:
    return {one.laddr.port for one in psutil.Process().net_connections("tcp") if one.status == psutil.CONN_LISTEN}


@pytest.fixture
def shop(server: Server, servers, lake: Path, tmp_path: Path) -> Server:
    """Pages to read, and listings of a feed that lack their pictures. Number 2's page and number 3's pictures are forbidden; number 4 leads elsewhere."""
    small_shop(server, 8)
    elsewhere = servers("127.0.0.2")
    server.elsewhere = elsewhere
    robots = f"User-agent: mep3m\nDisallow: /item/10002\nDisallow: /img/3-\nSitemap: {server.url}/sitemap.xml\n"
    server.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, robots.encode())
    elsewhere.routes["/stolen.jpg"] = picture(4)
    leads = f"{elsewhere.url}/stolen.jpg"
    server.routes["/item/10004.html"] = product_page(server.url, 4, images=[leads], head=f'<link rel="canonical" href="{elsewhere.url}/4">')
    rows = [{"id": f"P{n}", "title": f"测试商品 {n} 号", "category": "食品 > 茶", "link": f"{server.url}/item/{10000 + n}.html",
             "image_link": leads if n == 4 else f"{server.url}/img/{n}-0.jpg"} for n in range(8)]
    feed = tmp_path / "feed.jsonl"
    feed.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), encoding="utf-8")
    imported("feed", feed, "--shop", "tea")
    return server


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    made = Forks()
    yield made
    made.close()


def classes() -> set[type]:
    """Every spider class of the package, by looking at its modules."""
    modules = [importlib.import_module(f"crawlers.spiders.{found.name}") for found in pkgutil.iter_modules(crawlers.spiders.__path__)]
    found = {one for module in modules for _, one in inspect.getmembers(module, inspect.isclass)}
    return {one for one in found if issubclass(one, scrapy.Spider) and one.__module__.startswith("crawlers.spiders.")}


def test_every_spider_is_listed_under_its_name(capsys):
    assert set(SPIDERS.values()) == classes() and len(SPIDERS) == len(classes())
    assert all(name == spider.name and name.isidentifier() and spider.__doc__ for name, spider in SPIDERS.items())
    program.show_spiders()
    shown = capsys.readouterr().out
    assert all(name in shown for name in SPIDERS)


@each
def test_a_spider_leaves_the_projects_settings_as_they_are(name: str, monkeypatch):
    monkeypatch.setenv("LAKEHOUSE_OPERATOR", "https://lab.example/crawler")
    given = configuration.scrapy_settings()
    effective = Crawler(SPIDERS[name], Settings(given)).settings

    assert {key: effective[key] for key in given if not key.endswith(("MIDDLEWARES", "HANDLERS", "EXTENSIONS", "PIPELINES"))} == {
        key: value for key, value in given.items() if not key.endswith(("MIDDLEWARES", "HANDLERS", "EXTENSIONS", "PIPELINES"))}
    assert all(effective[key][one] == value for key in given if isinstance(given[key], dict) for one, value in given[key].items())
    assert {one for one in OVERRIDES if getattr(SPIDERS[name], one, None) is not None} == set()


@each
def test_a_spider_keeps_to_the_house(name: str, shop: Server, crawl, rows, tmp_path: Path, monkeypatch):
    monkeypatch.setenv("LAKEHOUSE_OPERATOR", "https://lab.example/crawler")
    Witness.items.clear()
    Witness.ports.clear()
    before = listening()
    pipelines = configuration.scrapy_settings()["ITEM_PIPELINES"] | {f"{__name__}.{Witness.__name__}": 900}
    feed = {"format": "delta", "item_classes": [Listing], "item_export_kwargs": {
        "schema": {"listing_id": "string!", "title": "string!", "breadcrumbs": "list<string>", "image_sha256": "string"}, "extra": "ignore"}}

    row = crawl(shop.url + "/", "tea", spider=name, allowed=(OWN,), overrides={
        "ITEM_PIPELINES": pipelines, "ADDONS": {"crawlers.exporters.delta.DeltaAddon": 500}, "FEEDS": {str(tmp_path / "table"): feed}})

    assert (row["spider"], row["finish_reason"]) == (name, "finished") and row["listings"] >= 5
    assert {headers["User-Agent"] for _, headers, _ in shop.requests} == {"mep3m/0.1 (+https://lab.example/crawler)"}
    assert shop.hits["/robots.txt"] and not any(path.startswith(("/item/10002", "/img/3-")) for path in shop.hits), "robots.txt"
    assert not shop.elsewhere.hits, "another site"
    assert {type(item) for item in Witness.items} <= {Listing, Page, Rejected} and any(isinstance(item, Listing) for item in Witness.items)
    assert Witness.ports and Witness.ports <= before, "a console"
    asked = {path for path in shop.hits if path != "/robots.txt"}
    recorded = {"/" + page["url"].split("/", 3)[3] for page in rows(tables.CRAWL_PAGES) if page["status"] != "seen"}
    assert asked <= recorded, "what was asked for and is not in crawl_pages"
    landed = {listing["listing_id"] for listing in rows(tables.RAW_LISTINGS) if listing["crawl_id"] == row["crawl_id"]}
    assert landed <= {listing["listing_id"] for listing in DeltaTable(str(tmp_path / "table")).to_pyarrow_table().to_pylist()}, "the Delta feed"


@each
@pytest.mark.parametrize("limit", ["max_pages", "daily_budget"])
def test_a_spider_stops_at_its_limit_and_goes_on_from_there(name: str, limit: str, shop: Server, crawl, rows):
    first = crawl(shop.url + "/", "tea", spider=name, **{limit: 3})
    settled = {page["url"] for page in rows(tables.CRAWL_PAGES) if page["status"] in ("fetched", "unchanged")}
    before = dict(shop.hits)
    second = crawl(shop="tea", resume=True)

    assert first["finish_reason"] == limit and first["listings"] <= 3
    assert (second["crawl_id"], second["finish_reason"]) == (first["crawl_id"], "finished") and second["listings"] >= 5
    paths = {"/" + url.split("/", 3)[3] for url in settled} - {"/robots.txt"}
    assert {path for path in paths if shop.hits[path] != before[path]} == set(), "fetched again"


@each
def test_a_spider_that_is_told_to_stop_stops_and_goes_on_another_time(name: str, shop: Server, forks: Forks, lake: Path, rows):
    answer = shop.fallback

    async def slow(request: web.Request) -> web.StreamResponse:
        await asyncio.sleep(1)
        return await answer(request)

    shop.fallback = slow
    pid = forks.start(lake, start=shop.url + "/", shop="tea", options={"spider": name})
    while not any(path.startswith("/img") for path in shop.hits):
        time.sleep(0.05)
    os.kill(pid, signal.SIGTERM)
    until = time.monotonic() + 30
    while psutil.Process(pid).status() != psutil.STATUS_ZOMBIE and time.monotonic() < until:
        time.sleep(0.1)
    ended = psutil.Process(pid).status() == psutil.STATUS_ZOMBIE
    os.kill(pid, signal.SIGKILL)
    forks.wait(pid)
    assert ended, "what was on its way has long been through"
    assert [row["finish_reason"] for row in rows(tables.CRAWL_RUNS) if row["spider"] == name] == ["shutdown"]

    assert forks.wait(forks.start(lake, resume=True)) in (0, 1)
    (row,) = (row for row in rows(tables.CRAWL_RUNS) if row["spider"] == name)
    assert row["finish_reason"] == "finished" and row["listings"] >= 5

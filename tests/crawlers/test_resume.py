"""Crawls that die and are taken up again, and crawls that come again: nothing lost, nothing doubled, nothing fetched in vain."""

from __future__ import annotations

import json
import os
import random
import signal
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import psutil
import pytest
from aiohttp import web

from crawlers import program, runs
from lakehouse import arrow, tables
from lakehouse.errors import LakehouseError
from tests.crawlers.forked import Forks
from tests.crawlers.shop import Server, picture, product_page, small_shop

COUNTED = ("crawl/listings_landed", "crawl/rejected/", "crawl/failed/", "crawl/categories_read", "crawl/listings_with_picture")
SMALL_BATCHES = {"batch_rows": 60, "batch_seconds": 0.2}


@pytest.fixture(scope="module")
def forks() -> Iterator[Forks]:
    made = Forks()
    yield made
    made.close()


def landed(lake: Path, monkeypatch) -> dict[str, Any]:
    """What a reader sees of the crawl, without its name and times."""
    monkeypatch.setenv("LAKEHOUSE_ROOT", str(lake))
    if arrow.version(tables.RAW_LISTINGS) is None:
        return {"listings": [], "images": [], "rejects": [], "counters": []}
    columns = [name for name in tables.RAW_LISTINGS.column_names if name not in ("crawl_id", "fetched_at")]
    listings = arrow.read(tables.RAW_LISTINGS, columns=columns).to_pylist()
    images = [row["image_sha256"] for row in arrow.read(tables.RAW_IMAGES, columns=["image_sha256"]).to_pylist()]
    rejects = [(row["key"].split("|")[1], row["reason"], row["row"]) for row in arrow.read(tables.REJECTS).to_pylist()]
    (run,) = arrow.read(tables.CRAWL_RUNS).to_pylist()
    return {"listings": sorted(listings, key=lambda row: row["listing_id"]), "images": sorted(images), "rejects": sorted(rejects),
            "counters": [(name, value) for name, value in run["counters"] if name.startswith(COUNTED)]}


def fetched(lake: Path, monkeypatch) -> set[str]:
    """Paths that Delta says are fetched."""
    monkeypatch.setenv("LAKEHOUSE_ROOT", str(lake))
    if arrow.version(tables.CRAWL_PAGES) is None:
        return set()
    pages = (row for row in arrow.read(tables.CRAWL_PAGES).to_pylist() if row["status"] == "fetched" and row["kind"] != "sitemap")
    return {"/" + row["url"].split("/", 3)[3] for row in pages}


def kill_and_resume(forks: Forks, server: Server, lake: Path, monkeypatch, kills: int, requests: int, seed: int) -> int:
    """Crawl with `kills` deaths, each at a random moment after up to `requests` more requests. Returns how often a crawl was cut off."""
    moments = random.Random(seed)
    cut = 0
    settled: dict[str, int] = {}
    for attempt in range(kills + 1):
        first = arrow_has_runs(lake, monkeypatch) is False
        call = {"start": server.url + "/", "shop": "tea"} if first else {"resume": True}
        pid = forks.start(lake, options=SMALL_BATCHES, **call)
        if attempt < kills:
            until = server.hits.total() + moments.randrange(requests)
            while server.hits.total() < until and psutil.Process(pid).status() != psutil.STATUS_ZOMBIE:
                time.sleep(0.005)
            time.sleep(moments.uniform(0, 0.5))
            os.kill(pid, signal.SIGKILL)
        status = forks.wait(pid)
        cut += status == -signal.SIGKILL
        assert status in (0, -signal.SIGKILL)
        again = {path: (before, server.hits[path]) for path, before in settled.items() if server.hits[path] != before}
        assert not again, "fetched again although it had landed"
        settled |= {path: server.hits[path] for path in fetched(lake, monkeypatch) if path not in settled}
    return cut


def arrow_has_runs(lake: Path, monkeypatch) -> bool:
    monkeypatch.setenv("LAKEHOUSE_ROOT", str(lake))
    return arrow.version(tables.CRAWL_RUNS) is not None and arrow.read(tables.CRAWL_RUNS).num_rows > 0


def check_killed_crawl(forks: Forks, servers, tmp_path: Path, monkeypatch, products: int, kills: int) -> None:
    server = servers()
    small_shop(server, products, in_sitemap=products // 2)
    unusable, gone = range(0, products, 10), range(5, products, 50)
    for number in unusable:
        server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, crumbs=[])
    for number in gone:
        server.routes[f"/item/{10000 + number}.html"] = (410, {}, b"")
    undisturbed, disturbed = tmp_path / "undisturbed", tmp_path / "disturbed"
    assert forks.wait(forks.start(undisturbed, start=server.url + "/", shop="tea")) == 0
    server.hits.clear()

    cut = kill_and_resume(forks, server, disturbed, monkeypatch, kills, requests=3 * products // kills, seed=products)

    assert cut >= kills // 2, "the crawls ended before they could be killed"
    assert landed(disturbed, monkeypatch) == landed(undisturbed, monkeypatch)
    good = products - len(unusable) - len(gone)
    assert (len(landed(disturbed, monkeypatch)["listings"]), len(landed(disturbed, monkeypatch)["rejects"])) == (good, len(unusable))
    pages = arrow.read(tables.CRAWL_PAGES).to_pylist()
    keys = [(row["crawl_id"], row["url"], row["status"]) for row in pages]
    assert len(keys) == len(set(keys)) and len({row["crawl_id"] for row in pages}) == 1
    (run,) = arrow.read(tables.CRAWL_RUNS).to_pylist()
    assert (run["finish_reason"], run["listings"], run["images"]) == ("finished", good, good)


def test_a_killed_crawl_goes_on_where_it_was(forks, servers, tmp_path, monkeypatch):
    check_killed_crawl(forks, servers, tmp_path, monkeypatch, products=150, kills=4)


@pytest.mark.slow
def test_a_crawl_of_2000_pages_killed_at_20_random_moments_lands_the_same(forks, servers, tmp_path, monkeypatch):
    check_killed_crawl(forks, servers, tmp_path, monkeypatch, products=2000, kills=20)


def test_two_shops_crawled_at_once_lose_no_commit(forks, servers, lake, monkeypatch):
    shops = [servers(), servers()]
    pids = []
    for number, server in enumerate(shops):
        small_shop(server, 120)
        pids.append(forks.start(lake, start=server.url + "/", shop=f"shop{number}", options={"batch_rows": 40, "batch_seconds": 0.1}))
    assert [forks.wait(pid) for pid in pids] == [0, 0]

    found = arrow.read(tables.RAW_LISTINGS).to_pylist()
    assert sorted((row["shop"], row["listing_id"]) for row in found) == sorted((f"shop{n}", f"P{i}") for n in (0, 1) for i in range(120))
    images = [row["image_sha256"] for row in arrow.read(tables.RAW_IMAGES).to_pylist()]
    assert len(images) == len(set(images)) == 120      # both shops show the same pictures
    assert {row["image_sha256"] for row in found} == set(images)
    assert len(arrow.read(tables.CRAWL_RUNS)) == 2


def test_a_shop_is_crawled_by_one_process_at_a_time(forks, servers, lake, capfd):
    server = servers()
    small_shop(server, 5)

    async def slow(request: web.Request) -> web.Response:
        import asyncio

        await asyncio.sleep(2)
        return web.Response(text=product_page(server.url, 0), content_type="text/html")

    server.routes["/item/10000.html"] = slow
    first = forks.start(lake, start=server.url + "/", shop="tea")
    while not server.hits["/item/10000.html"]:
        time.sleep(0.05)
    second = forks.start(lake, start=server.url + "/", shop="tea")

    assert (forks.wait(second), forks.wait(first)) == (2, 0)
    assert len(arrow.read(tables.CRAWL_RUNS)) == 1


def test_nothing_to_resume_is_no_error(forks, servers, lake):
    server = servers()
    small_shop(server, 3)
    assert forks.wait(forks.start(lake, start=server.url + "/", shop="tea")) == 0
    hits = server.hits.total()
    assert forks.wait(forks.start(lake, resume=True)) == 0
    assert server.hits.total() == hits


def test_a_resume_that_may_not_read_the_shop_says_so_and_spoils_nothing(server, crawl, rows):
    small_shop(server, 10)
    first = crawl(server.url + "/", "tea", max_pages=3)
    arrow.upsert(tables.CRAWL_RUNS, arrow.batch(tables.CRAWL_RUNS, [{**first, "finish_reason": None, "finished_at": None}]))
    before = rows(tables.CRAWL_PAGES)

    with pytest.raises(LakehouseError, match=r"is at 127\.0\.0\.1, which is not a public address"):
        program.main(program.Options(), resume=True)

    assert rows(tables.CRAWL_PAGES) == before
    assert crawl(shop="tea", resume=True)["listings"] == 10


def test_a_shop_that_cannot_be_gone_on_with_keeps_no_other_from_it(forks, server, crawl, lake, rows):
    small_shop(server, 6)
    crawl(server.url + "/", "tea", daily_budget=3)
    away = crawl("http://127.0.0.1:9/", "away", overrides={"RETRY_TIMES": 0})
    arrow.upsert(tables.CRAWL_RUNS, arrow.batch(tables.CRAWL_RUNS, [away | {"finish_reason": "shutdown", "source": "http://10.9.9.9/"}]))

    status = forks.wait(forks.start(lake, resume=True))

    assert status == 0      # the one that was left is spoken of
    assert {row["shop"]: (row["finish_reason"], row["listings"]) for row in rows(tables.CRAWL_RUNS)} == {"tea": ("finished", 6), "away": ("shutdown", 0)}
    assert forks.wait(forks.start(lake, resume=True)) == 2      # nothing else is left: its sentence alone


def test_a_crawl_of_a_few_pages_is_gone_on_with_where_its_shop_is_named(server, crawl, rows):
    small_shop(server, 12)
    first = crawl(server.url + "/", "tea", max_pages=5)
    assert first["finish_reason"] == "max_pages" and not runs.unfinished()

    second = crawl(shop="tea", resume=True, max_pages=3)
    third = crawl(shop="tea", resume=True)

    assert (second["finish_reason"], third["finish_reason"], third["listings"]) == ("max_pages", "finished", 12)
    assert second["listings"] <= first["listings"] + 3
    assert {row["crawl_id"] for row in rows(tables.CRAWL_RUNS)} == {first["crawl_id"]}
    assert {count for path, count in server.hits.items() if path.startswith("/item")} == {1}


# Coming again --------------------------------------------------------------------------------------------------------


def with_validators(server: Server, texts: dict[str, str]) -> None:
    """Product pages that answer a conditional request."""
    for path, text in texts.items():
        async def answer(request: web.Request, path: str = path) -> web.Response:
            tag = f'"{hash(texts[path]) & 0xFFFFFF:x}"'
            if request.headers.get("If-None-Match") == tag:
                return web.Response(status=304, headers={"ETag": tag})
            return web.Response(text=texts[path], content_type="text/html", headers={"ETag": tag})

        server.routes[path] = answer
        assert text


def test_a_second_crawl_lands_only_what_changed(server, crawl, rows):
    small_shop(server, 10)
    texts = {f"/item/{10000 + n}.html": product_page(server.url, n) for n in range(5)}      # the other five know no validators
    with_validators(server, texts)
    first = crawl(server.url + "/", "tea")
    texts["/item/10002.html"] = product_page(server.url, 2, title="新的名字 2")
    server.routes["/item/10007.html"] = product_page(server.url, 7, title="新的名字 7")

    second = crawl(server.url + "/", "tea")

    listings = rows(tables.RAW_LISTINGS)
    assert len([row for row in listings if row["crawl_id"] == first["crawl_id"]]) == 10
    assert sorted(row["listing_id"] for row in listings if row["crawl_id"] == second["crawl_id"]) == ["P2", "P7"]
    assert dict(second["counters"])["crawl/listings_unchanged"] == 8
    assert dict(second["counters"])["downloader/response_status_count/304"] == 4
    assert (second["images"], second["audit_notes"]) == (0, [])
    third = crawl(server.url + "/", "tea")
    assert (third["listings"], dict(third["counters"])["crawl/listings_unchanged"]) == (0, 10)


def test_last_modified_serves_where_there_is_no_etag(server, crawl):
    small_shop(server, 3)
    stamp, asked = "Wed, 21 Oct 2015 07:28:00 GMT", []

    async def answer(request: web.Request) -> web.Response:
        asked.append(request.headers.get("If-Modified-Since"))
        if asked[-1] == stamp:
            return web.Response(status=304)
        return web.Response(text=product_page(server.url, 1), content_type="text/html", headers={"Last-Modified": stamp})

    server.routes["/item/10001.html"] = answer
    for _ in range(3):
        crawl(server.url + "/", "tea")

    assert asked == [None, stamp, stamp]        # the third crawl still knows it, although the second only heard "not modified"


def test_a_picture_changed_behind_its_address_lands(server, crawl, rows):
    small_shop(server, 3)
    for view in range(3):
        server.routes[f"/img/1-{view}.jpg"] = (200, {"Content-Type": "image/jpeg", "ETag": '"a"'}, picture(1))
    crawl(server.url + "/", "tea")
    for view in range(3):
        server.routes[f"/img/1-{view}.jpg"] = (200, {"Content-Type": "image/jpeg", "ETag": '"b"'}, picture(99))

    second = crawl(server.url + "/", "tea")

    changed = [row for row in rows(tables.RAW_LISTINGS) if row["crawl_id"] == second["crawl_id"]]
    assert [row["listing_id"] for row in changed] == ["P1"]
    assert second["images"] == 1


def test_a_page_whose_picture_failed_is_read_in_full_again(server, crawl, rows):
    small_shop(server, 2)
    texts = {"/item/10001.html": product_page(server.url, 1, images=[f"{server.url}/late.jpg"])}
    with_validators(server, texts)
    server.routes["/late.jpg"] = (500, {}, b"")
    crawl(server.url + "/", "tea")
    server.routes["/late.jpg"] = picture(4)

    second = crawl(server.url + "/", "tea")

    (row,) = (row for row in rows(tables.RAW_LISTINGS) if row["crawl_id"] == second["crawl_id"])
    assert (row["listing_id"], row["image_sha256"] is not None) == ("P1", True)


def test_a_resumed_crawl_asks_again_only_what_may_have_mended(server, crawl, rows, monkeypatch):
    small_shop(server, 6)
    good = server.routes["/item/10001.html"]
    server.routes["/item/10001.html"] = (503, {}, b"")
    server.routes["/item/10002.html"] = (410, {}, b"")
    first = crawl(server.url + "/", "tea")
    row = {**first, "finish_reason": None, "finished_at": None}
    arrow.upsert(tables.CRAWL_RUNS, arrow.batch(tables.CRAWL_RUNS, [row]))
    server.routes["/item/10001.html"] = good
    server.hits.clear()

    second = crawl(shop="tea", resume=True)

    assert {path for path in server.hits if path.startswith(("/item", "/list"))} == {"/item/10001.html"}
    assert (second["crawl_id"], second["listings"]) == (first["crawl_id"], 5)


def test_a_resumed_crawl_keeps_the_options_that_decide_what_is_read(server, servers, crawl, rows):
    small_shop(server, 6)
    pictures = servers("127.0.0.2")
    pictures.routes["/a.jpg"] = picture(1)
    del server.routes["/sitemap.xml"]
    server.routes["/"] = "".join(f'<a href="/w/{name}">x</a>' for name in "abcdef")
    for name in "abcdef":
        server.routes[f"/w/{name}"] = (f'<html><head><title>Lamp {name}</title></head><body><div class="breadcrumb"><a href="/">Home</a> &gt; '
                                       f'<a href="/l">Lamps</a></div><h1>Lamp {name}</h1><img src="{pictures.url}/a.jpg" alt="Lamp {name}"></body></html>')
    given = {"product_urls": "/w/", "picture_hosts": (f"127.0.0.2:{pictures.port}",)}
    both = ("127.0.0.1", "127.0.0.2")

    first = crawl(server.url + "/", "tea", daily_budget=3, allowed=both, **given)
    second = crawl(shop="tea", resume=True, allowed=both)

    assert (first["finish_reason"], second["finish_reason"], second["listings"]) == ("daily_budget", "finished", 6)
    assert all(row["image_sha256"] for row in rows(tables.RAW_LISTINGS))


def test_a_daily_budget_holds_over_several_crawls(server, crawl, rows):
    small_shop(server, 30)

    first = crawl(server.url + "/", "tea", daily_budget=20)
    second = crawl(shop="tea", resume=True, daily_budget=20)
    third = crawl(shop="tea", resume=True, daily_budget=1000)

    assert (first["finish_reason"], second["finish_reason"], third["finish_reason"]) == ("daily_budget", "daily_budget", "finished")
    assert second["listings"] == first["listings"] <= 20 and third["listings"] == 30


@pytest.mark.parametrize("resume", [False, True], ids=["anew", "resume"])
def test_a_shop_of_more_than_a_days_pages_is_gone_on_with_and_not_begun_anew(server, servers, crawl, rows, tmp_path, forks, lake, resume):
    small_shop(server, 30)
    small_shop(other := servers(), 4)
    first = crawl(server.url + "/", "tea", daily_budget=20)
    file = tmp_path / "shops.json"
    file.write_text(json.dumps([{"shop": "tea", "url": server.url + "/"}, {"shop": "mugs", "url": other.url + "/"}]), encoding="utf-8")

    assert forks.wait(forks.start(lake, shops=str(file), resume=resume, options={"daily_budget": 20})) == 0

    assert {row["shop"]: (row["crawl_id"] == first["crawl_id"], row["listings"]) for row in rows(tables.CRAWL_RUNS)} == {
        "tea": (True, first["listings"]), "mugs": (False, 4)}
    last = crawl(shop="tea", resume=True, daily_budget=1000)
    assert (last["crawl_id"], last["finish_reason"], last["listings"]) == (first["crawl_id"], "finished", 30)

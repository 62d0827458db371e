"""Manners, as the shop's own server sees them."""

from __future__ import annotations

import asyncio
from itertools import pairwise

import pytest
from aiohttp import web

from crawlers import configuration, program
from lakehouse import tables
from lakehouse.errors import LakehouseError
from tests.crawlers.shop import product_page, small_shop


def test_robots_txt_is_obeyed(server, crawl, rows):
    small_shop(server, 5)
    server.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, (
        f"User-agent: *\nDisallow: /\n\nUser-agent: mep3m\nDisallow: /item/10002\nDisallow: /img/3-\nSitemap: {server.url}/sitemap.xml\n").encode())

    crawl(server.url + "/", "tea")

    assert not server.hits["/item/10002.html"] and not any(path.startswith("/img/3-") for path in server.hits)
    assert sorted(row["listing_id"] for row in rows(tables.RAW_LISTINGS)) == ["P0", "P1", "P3", "P4"]
    refused = {row["url"].rsplit("/", 1)[1]: row["reason"] for row in rows(tables.CRAWL_PAGES) if row["status"] == "failed"}
    assert refused.pop("10002.html") == "robots_forbidden"
    assert len(refused) == 3 and set(refused.values()) == {"robots_forbidden"}       # the three pictures of listing 3


def test_a_robots_txt_that_fails_forbids_everything(server, crawl):
    small_shop(server, 3)
    server.routes["/robots.txt"] = (503, {}, b"")

    run = crawl(server.url + "/", "tea")

    assert {path for path in server.hits} <= {"/robots.txt", "/sitemap.xml"}
    assert run["listings"] == 0 and run["audit_notes"]


def test_a_missing_robots_txt_forbids_nothing(server, crawl):
    small_shop(server, 3)
    server.routes["/robots.txt"] = (404, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /\n")
    assert crawl(server.url + "/", "tea")["listings"] == 3


def test_crawl_delay_is_kept_even_where_nothing_is_throttled(server, crawl):
    small_shop(server, 4)
    server.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, f"User-agent: *\nCrawl-delay: 0.25\nSitemap: {server.url}/sitemap.xml\n".encode())

    crawl(server.url + "/", "tea", overrides={"AUTOTHROTTLE_ENABLED": False})

    moments = [at for path, _, at in server.requests if path != "/robots.txt"]
    gaps = [later - earlier for earlier, later in pairwise(moments)]
    assert len(gaps) >= 8 and min(gaps[1:]) > 0.2


@pytest.mark.parametrize("header", ["1", "date"])
def test_retry_after_is_waited_for(server, crawl, header: str):
    from datetime import UTC, datetime, timedelta
    from email.utils import format_datetime

    small_shop(server, 3)
    moments: list[float] = []

    async def busy(request: web.Request) -> web.Response:
        moments.append(asyncio.get_running_loop().time())
        if len(moments) == 1:
            said = "1" if header == "1" else format_datetime(datetime.now(UTC) + timedelta(seconds=2), usegmt=True)
            return web.Response(status=429, headers={"Retry-After": said})
        return web.Response(text=product_page(server.url, 1), content_type="text/html")

    server.routes["/item/10001.html"] = busy

    run = crawl(server.url + "/", "tea")

    assert run["listings"] == 3 and dict(run["counters"])["politeness/retry_after"] == 1
    assert moments[1] - moments[0] >= 0.9


def test_a_shop_that_asks_for_an_hour_is_left_for_now(server, crawl, rows):
    small_shop(server, 3)
    server.routes["/item/10001.html"] = (429, {"Retry-After": "3600"}, b"")

    crawl(server.url + "/", "tea")

    assert server.hits["/item/10001.html"] == 1
    assert [row["reason"] for row in rows(tables.CRAWL_PAGES) if row["status"] == "failed"] == ["told_to_wait"]


def test_the_user_agent_names_the_operator(server, crawl, monkeypatch):
    monkeypatch.setenv("LAKEHOUSE_OPERATOR", "https://lab.example/crawler")
    small_shop(server, 2)

    crawl(server.url + "/", "tea")

    assert {headers["User-Agent"] for _, headers, _ in server.requests} == {"mep3m/0.1 (+https://lab.example/crawler)"}


def test_few_connections_at_a_time_where_it_is_throttled(server, crawl):
    small_shop(server, 30)
    at_once, most = 0, 0
    page = product_page(server.url, 0, images=[])

    async def counted(request: web.Request) -> web.Response:
        nonlocal at_once, most
        at_once += 1
        most = max(most, at_once)
        await asyncio.sleep(0.02)
        at_once -= 1
        return web.Response(text=page, content_type="text/html")

    for number in range(30):
        server.routes[f"/item/{10000 + number}.html"] = counted
    given = configuration.scrapy_settings(allowed=["127.0.0.1"], throttled=True)
    crawl(server.url + "/", "tea", overrides={name: given[name] for name in ("CONCURRENT_REQUESTS", "CONCURRENT_REQUESTS_PER_DOMAIN")})

    assert 1 < most <= 4


def test_throttling_spares_only_a_shop_of_ones_own():
    own, foreign = "http://127.0.0.1:8000/", "http://93.184.215.14/"
    auto = program.Options(allowed=("127.0.0.1",))
    assert not program.is_throttled(auto, [own]) and program.is_throttled(auto, [own, foreign]) and program.is_throttled(program.Options(), [own])
    assert program.is_throttled(program.Options(allowed=("127.0.0.1",), throttle="on"), [own])
    assert not program.is_throttled(program.Options(throttle="off"), [foreign])
    assert configuration.scrapy_settings(throttled=True)["AUTOTHROTTLE_ENABLED"] and not configuration.scrapy_settings(throttled=False)["AUTOTHROTTLE_ENABLED"]
    with pytest.raises(LakehouseError, match="--throttle 'slow' is none of on, off, auto"):
        program.Options(throttle="slow")


def test_a_shop_that_went_away_is_left_and_taken_up_later(server, crawl, rows):
    small_shop(server, 200)
    good = dict(server.routes)
    for number in range(200):
        server.routes[f"/item/{10000 + number}.html"] = (503, {}, b"")

    first = crawl(server.url + "/", "tea", overrides={"RETRY_TIMES": 0})
    asked = sum(count for path, count in server.hits.items() if path.startswith("/item"))
    server.routes = good
    second = crawl(shop="tea", resume=True)

    assert first["finish_reason"] == "unreachable" and asked < 120
    assert (second["finish_reason"], second["listings"], second["crawl_id"]) == ("finished", 200, first["crawl_id"])

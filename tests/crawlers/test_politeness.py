"""Manners, as the shop's own server sees them."""

from __future__ import annotations

import asyncio
import json
from datetime import UTC, datetime, timedelta
from email.utils import format_datetime
from itertools import pairwise

import pytest
from aiohttp import web

from crawlers import configuration, program
from crawlers.politeness import Host, LimitedHandler
from lakehouse import tables
from lakehouse.errors import LakehouseError
from tests.crawlers.forked import Forks
from tests.crawlers.shop import Server, picture, product_page, small_shop


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


def test_robots_txt_is_obeyed_by_requests_that_wait_for_it_together(server, servers, crawl, rows):
    small_shop(server, 12)
    pictures = servers("127.0.0.2")
    asked = []

    async def slow(request: web.Request) -> web.Response:
        asked.append(request.path)
        await asyncio.sleep(1)
        return web.Response(text="User-agent: *\nDisallow: /img/\n")

    pictures.routes["/robots.txt"] = slow
    for number in range(12):
        pictures.routes[f"/img/{number}.jpg"] = picture(number)
        server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, images=[f"{pictures.url}/img/{number}.jpg"])

    crawl(server.url + "/", "tea", allowed=("127.0.0.0/8",), picture_hosts=(f"127.0.0.2:{pictures.port}",))

    assert set(pictures.hits) == {"/robots.txt"} and asked == ["/robots.txt"]
    assert [row["reason"] for row in rows(tables.CRAWL_PAGES) if row["kind"] == "image" and row["status"] == "failed"] == ["robots_forbidden"] * 12


@pytest.mark.parametrize("forbidden", ["/", "/sitemap", "/more"])
def test_robots_txt_is_obeyed_by_sitemaps(server, crawl, rows, forbidden: str):
    small_shop(server, 3, in_sitemap=0)
    server.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, f"User-agent: *\nDisallow: {forbidden}\nSitemap: {server.url}/sitemap.xml".encode())
    server.routes["/sitemap.xml"] = (200, {}, f"<sitemapindex><sitemap><loc>{server.url}/more.xml</loc></sitemap></sitemapindex>".encode())
    server.routes["/more.xml"] = (200, {}, b"<urlset></urlset>")

    run = crawl(server.url + "/", "tea", daily_budget=1000)

    assert not any(path.startswith(forbidden) for path in server.hits if path != "/robots.txt")
    assert run["listings"] == (0 if forbidden == "/" else 3) and dict(run["counters"])["crawl/sitemap/robots_forbidden"] == 1


def test_a_robots_txt_that_fails_forbids_everything(server, crawl):
    small_shop(server, 3)
    server.routes["/robots.txt"] = (503, {}, b"")

    run = crawl(server.url + "/", "tea")

    assert set(server.hits) == {"/robots.txt"}
    assert run["listings"] == 0 and run["audit_notes"]


def test_a_missing_robots_txt_forbids_nothing(server, crawl):
    small_shop(server, 3)
    server.routes["/robots.txt"] = (404, {"Content-Type": "text/plain"}, b"User-agent: *\nDisallow: /\n")
    assert crawl(server.url + "/", "tea")["listings"] == 3


THROTTLED = {"AUTOTHROTTLE_ENABLED": True, "AUTOTHROTTLE_START_DELAY": 0.05, "CONCURRENT_REQUESTS_PER_DOMAIN": 4}


@pytest.mark.parametrize("how", [{"AUTOTHROTTLE_ENABLED": False}, THROTTLED, THROTTLED | {"AUTOTHROTTLE_START_DELAY": 0.25}],
                         ids=["unthrottled", "throttled", "throttled-from-the-same-delay"])
def test_crawl_delay_is_kept_however_fast_the_crawl_may_go(server, crawl, how):
    small_shop(server, 4)
    server.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, f"User-agent: *\nCrawl-delay: 0.25\nSitemap: {server.url}/sitemap.xml\n".encode())

    run = crawl(server.url + "/", "tea", overrides=how | {"DOWNLOAD_TIMEOUT": 0.8})        # the wait is no part of it

    moments = [at for path, _, at in server.requests if path != "/robots.txt"]
    assert len(moments) >= 9
    assert all(at - moments[0] > 0.25 * n - 0.2 for n, at in enumerate(moments))       # one that came late brings the next one nearer
    assert (run["listings"], run["images"]) == (4, 4) and dict(run["counters"])["politeness/crawl_delay_ms"] == 250


@pytest.mark.parametrize("throttled", [False, True])
def test_a_slow_shop_is_asked_slowly_where_it_is_throttled(server, crawl, throttled: bool):
    small_shop(server, 30)
    page = product_page(server.url, 0, images=[])

    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.3)
        return web.Response(text=page, content_type="text/html")

    for number in range(30):
        server.routes[f"/item/{10000 + number}.html"] = slow
    crawl(server.url + "/", "tea", overrides=THROTTLED if throttled else {})

    moments = [at for path, _, at in server.requests if path.startswith("/item/")]
    last = sorted(later - earlier for earlier, later in pairwise(moments[10:]))
    assert (last[len(last) // 2] > 0.06) is throttled        # towards 0.15 s: the answer's 0.3 s for two at a time


class Unheld(LimitedHandler):
    """Whoever asks to wait is not heard."""

    async def _wait_for(self, host: Host) -> None:
        return


@pytest.mark.parametrize("status", [429, 503])
@pytest.mark.parametrize("form", ["seconds", "date"])
def test_who_asks_to_wait_gets_no_request_of_any_kind_meanwhile(server, crawl, form: str, status: int):
    small_shop(server, 40)
    asked_at: list[float] = []
    page = server.routes["/item/10001.html"]

    async def busy(request: web.Request) -> web.Response:
        if asked_at:
            return web.Response(text=page, content_type="text/html")
        asked_at.append(asyncio.get_running_loop().time())
        date = format_datetime(datetime.now(UTC) + timedelta(seconds=3), usegmt=True)      # cut to whole seconds
        return web.Response(status=status, headers={"Retry-After": "2" if form == "seconds" else date})

    def within_the_window() -> int:
        return sum(asked_at[0] + 0.1 < at < asked_at[0] + 1.9 for _, _, at in server.requests)     # what was on its way already may arrive

    server.routes["/item/10001.html"] = busy
    few = {"CONCURRENT_REQUESTS_PER_DOMAIN": 2, "DOWNLOAD_TIMEOUT": 1}      # shorter than the wait, which is no part of it
    run = crawl(server.url + "/", "tea", overrides=few)

    assert within_the_window() == 0
    assert run["listings"] == 40 and run["images"] == 40
    counters = dict(run["counters"])
    assert counters["politeness/retry_after"] == 1 and counters["politeness/held_back"] >= 2
    assert not any(name.startswith("crawl/failed") for name in counters)

    asked_at.clear()
    server.requests.clear()
    handler = f"{__name__}.{Unheld.__name__}"
    crawl(server.url + "/", "unheld", overrides=few | {"DOWNLOAD_HANDLERS": {"http": handler}})
    assert within_the_window() > 20


def test_a_host_that_asks_for_an_hour_once_is_left_alone_as_long_as_anyone_waits(server, crawl, rows):
    small_shop(server, 20)
    server.routes["/item/10001.html"] = (429, {"Retry-After": "3600"}, b"")

    run = crawl(server.url + "/", "tea", overrides={"LONGEST_WAIT": 1.0, "CONCURRENT_REQUESTS_PER_DOMAIN": 2})

    (moment,) = (at for path, _, at in server.requests if path == "/item/10001.html")
    assert not [path for path, _, at in server.requests if moment + 0.1 < at < moment + 0.9]
    assert [(row["reason"], row["http_status"]) for row in rows(tables.CRAWL_PAGES) if row["status"] == "failed"] == [("told_to_wait", 429)]
    assert run["listings"] == 19


@pytest.mark.parametrize("said", ["3600", "9" * 300, "Fri, 31 Dec 9999 23:59:59 GMT"], ids=["hour", "no-number", "never"])
def test_a_host_that_asks_for_an_hour_twice_gets_it(server, crawl, rows, said: str):
    small_shop(server, 200)
    good = dict(server.routes)
    for number in range(200):
        server.routes[f"/item/{10000 + number}.html"] = (429, {"Retry-After": said}, b"")

    first = crawl(server.url + "/", "tea", overrides={"LONGEST_WAIT": 1.0, "CONCURRENT_REQUESTS_PER_DOMAIN": 2})
    asked = sum(count for path, count in server.hits.items() if path.startswith("/item"))
    server.routes = good
    second = crawl(shop="tea", resume=True)

    assert first["finish_reason"] == "unreachable" and asked < 8
    assert {row["reason"] for row in rows(tables.CRAWL_PAGES) if row["status"] == "failed"} == {"told_to_wait"}
    assert (second["finish_reason"], second["listings"], second["crawl_id"]) == ("finished", 200, first["crawl_id"])


@pytest.mark.parametrize("said", ["soon", "-5", "²", "Fri, 31 Dec 99999999999999999999 23:59:59 GMT", ""])
def test_a_retry_after_that_says_nothing_is_a_plain_429(server, crawl, rows, said: str):
    small_shop(server, 3)
    server.routes["/item/10001.html"] = (429, {"Retry-After": said}, b"")

    run = crawl(server.url + "/", "tea")

    assert [row["reason"] for row in rows(tables.CRAWL_PAGES) if row["status"] == "failed"] == ["http_429"] and run["listings"] == 2
    assert "politeness/held_back" not in dict(run["counters"])


@pytest.fixture(scope="module")
def forks():
    made = Forks()
    yield made
    made.close()


@pytest.fixture
def crawl_together(servers, lake, tmp_path, forks):
    """Crawls two shops of six listings, of one call of the command, whose pictures are at one host; returns the moments at which it was asked for one."""

    def go(pictures: Server) -> list[float]:
        shops = {"tea": servers("127.0.0.1"), "coffee": servers("127.0.0.2")}
        for name, shop in shops.items():
            small_shop(shop, 6)
            for number in range(6):
                shop.routes[f"/item/{10000 + number}.html"] = product_page(shop.url, number, images=[f"{pictures.url}/img/{name}-{number}.jpg"])
        file = tmp_path / "shops.json"
        file.write_text(json.dumps([{"shop": name, "url": shop.url + "/"} for name, shop in shops.items()]), encoding="utf-8")
        assert forks.wait(forks.start(lake, shops=str(file), options={"picture_hosts": [f"{pictures.host}:{pictures.port}"]})) == 0
        return [at for path, _, at in pictures.requests if path.startswith("/img/")]

    return go


def test_a_crawl_delay_is_kept_by_all_shops_of_a_call(servers, crawl_together, rows):
    pictures = servers("127.0.0.3")
    pictures.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nCrawl-delay: 0.3\n")
    pictures.fallback = drawn

    moments = crawl_together(pictures)

    assert len(moments) == 12 and all(at - moments[0] > 0.3 * n - 0.2 for n, at in enumerate(moments))
    assert [(row["listings"], row["images"]) for row in rows(tables.CRAWL_RUNS)] == [(6, 6)] * 2


def test_who_asks_one_shop_s_crawl_to_wait_is_heard_by_all_of_the_call(servers, crawl_together):
    pictures, asked_at = servers("127.0.0.3"), []

    async def busy(request: web.Request) -> web.Response:
        if asked_at:
            return await drawn(request)
        asked_at.append(asyncio.get_running_loop().time())
        return web.Response(status=429, headers={"Retry-After": "2"})

    pictures.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, b"User-agent: *\nCrawl-delay: 0.25\n")     # none is on its way already
    pictures.fallback = busy

    moments = crawl_together(pictures)

    assert len(moments) == 13 and not [at for at in moments if asked_at[0] + 0.05 < at < asked_at[0] + 1.9]


async def drawn(request: web.Request) -> web.Response:
    return web.Response(body=picture(hash(request.path)), content_type="image/jpeg")


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

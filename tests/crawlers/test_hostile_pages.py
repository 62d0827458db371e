"""Pages and servers as bad as they come. The crawl goes on, each is counted by name, and what could not be used is known."""

from __future__ import annotations

import asyncio
import gzip
import json
import socket
import threading
import zlib
from collections.abc import Iterator

import brotli
import pytest
from aiohttp import web
from backports import zstd

from crawlers import discovery
from lakehouse import tables
from tests.crawlers.shop import product_page, small_shop


def failures(rows) -> dict[str, str]:
    return {row["url"].split("/", 3)[3]: row["reason"] for row in rows(tables.CRAWL_PAGES) if row["status"] == "failed"}


def counted(run) -> dict[str, int]:
    """What was odd about pages that were read all the same, by name."""
    return {name.removeprefix("crawl/odd/"): count for name, count in run["counters"] if name.startswith("crawl/odd/")}


def ids(rows) -> list[str]:
    return sorted(row["listing_id"] for row in rows(tables.RAW_LISTINGS))


def raw_deflate(body: bytes) -> bytes:
    packer = zlib.compressobj(wbits=-15)
    return packer.compress(body) + packer.flush()


PACKED = {"gzip": gzip.compress, "x-gzip": gzip.compress, "gzip, identity": gzip.compress, "Identity,GZIP": gzip.compress, "deflate": zlib.compress,
          " deflate": raw_deflate, "br": brotli.compress, "zstd": zstd.compress, "gzip, br": lambda body: brotli.compress(gzip.compress(body)),
          "deflate, gzip": lambda body: gzip.compress(zlib.compress(body)[:-300])}


@pytest.mark.parametrize("said", PACKED)
def test_a_packed_page_that_breaks_off(server, crawl, rows, said: str):
    small_shop(server, 4)
    for number, share in ((0, 1.0), (1, 0.67)):
        body = PACKED[said](product_page(server.url, number).encode() + bytes(range(33, 127)) * 50)
        headers = {"Content-Type": "text/html", "Content-Encoding": said}
        server.routes[f"/item/{10000 + number}.html"] = (200, headers, body[: int(len(body) * share)])

    run = crawl(server.url + "/", "tea")

    last, inner = said.lower().replace("identity", "").strip(" ,").rsplit(", ")[-1].removeprefix("x-"), said == "deflate, gzip"
    assert ids(rows) == (["P2", "P3"] if inner else ["P0", "P2", "P3"]) and run["finish_reason"] == "finished"
    expected = {"item/10001.html": f"truncated_{last}"} | ({"item/10000.html": "truncated_deflate"} if inner else {})
    assert failures(rows) == expected and dict(run["counters"])[f"crawl/failed/truncated_{last}"] == 1


def test_a_page_that_is_not_packed_as_it_says(server, crawl, rows):
    small_shop(server, 4)
    for number, said in enumerate(("gzip", "deflate", "br", "zstd")):
        server.routes[f"/item/{10000 + number}.html"] = (200, {"Content-Type": "text/html", "Content-Encoding": said}, b"<html>as it is</html>" * 9)

    crawl(server.url + "/", "tea")

    assert sorted(failures(rows).values()) == ["broken_br", "broken_deflate", "broken_gzip", "broken_zstd"]


def test_a_truncated_gzip_sitemap_gives_what_it_has(server, crawl):
    small_shop(server, 3)
    places = "".join(f"<url><loc>{server.url}/item/{10000 + number}.html</loc></url>\n" for number in range(3))
    body = gzip.compress(f"<urlset>{places}{'<!-- -->' * 9000}</urlset>".encode(), 0)
    server.routes["/sitemap.xml"] = (200, {"Content-Type": "application/gzip"}, body[: len(body) // 2])
    server.routes["/"] = "<html></html>"

    run = crawl(server.url + "/", "tea")

    assert run["listings"] == 3 and dict(run["counters"])["crawl/sitemap/truncated_gzip"] == 1


@pytest.mark.parametrize(("said", "sent"), [("gbk", "utf-8"), ("utf-8", "gbk"), ("latin-1", "utf-8"), ("nonsense", "utf-8")])
def test_a_charset_that_lies_is_seen_through(server, crawl, rows, said: str, sent: str):
    small_shop(server, 2)
    page = product_page(server.url, 1, title="绿茶礼盒装春茶").replace('charset="utf-8"', f'charset="{said}"')
    server.routes["/item/10001.html"] = (200, {"Content-Type": f"text/html; charset={said}"}, page.encode(sent))

    run = crawl(server.url + "/", "tea")

    (title,) = (row["title"] for row in rows(tables.RAW_LISTINGS) if row["listing_id"] == "P1")
    assert title == "绿茶礼盒装春茶" and counted(run)["wrong_charset"] == 1


def test_a_charset_that_one_of_header_and_page_gets_wrong_is_counted(server, crawl):
    small_shop(server, 4)
    page = product_page(server.url, 1, title="绿茶礼盒装春茶")
    for number, header, meta, sent in ((0, "", "gb2312", "gbk"), (1, "; charset=iso-8859-1", "utf-8", "utf-8"), (2, "; charset=utf-8", "big5", "utf-8")):
        body = page.replace("utf-8", meta).replace('"P1"', f'"P{number}"').encode(sent)
        server.routes[f"/item/{10000 + number}.html"] = (200, {"Content-Type": f"text/html{header}"}, body)

    assert counted(crawl(server.url + "/", "tea"))["wrong_charset"] == 2       # gb2312 is a usual name for gbk


def test_bytes_that_no_charset_explains_are_a_reject(server, crawl, rows):
    small_shop(server, 3)
    page = product_page(server.url, 1, title="TITLE").encode("gbk").replace(b"TITLE", bytes([0xFF, 0xB2, 0xFF, 0x81, 0xFE, 0xFF]) * 5)
    server.routes["/item/10001.html"] = (200, {"Content-Type": "text/html; charset=gbk"}, page)

    run = crawl(server.url + "/", "tea")

    assert ids(rows) == ["P0", "P2"]
    assert {row["reason"] for row in rows(tables.REJECTS)} <= {"undecodable", "no_title"} and len(rows(tables.REJECTS)) == 1
    assert counted(run)["wrong_charset"] == 1


def test_an_endless_calendar_is_left(server, crawl):
    small_shop(server, 5)
    server.routes["/"] = '<html><a href="/list?page=1">x</a><a href="/calendar/1.html">x</a></html>'
    small = server.fallback

    async def calendar(request: web.Request) -> web.StreamResponse:
        if not request.path.startswith("/calendar/"):
            return await small(request)
        day = int(request.path.split("/")[2].split(".")[0])
        return web.Response(text=f'<html><a href="/calendar/{day + 1}.html">next</a><a href="/calendar/{day + 2}.html">x</a></html>', content_type="text/html")

    server.fallback = calendar

    run = crawl(server.url + "/", "tea")

    visited = sum(path.startswith("/calendar") for path in server.hits)
    assert (run["finish_reason"], run["listings"]) == ("finished", 5)
    assert visited < 140 and dict(run["counters"])["crawl/not_followed/endless"] >= 1


def test_a_maze_of_facets_is_left(server, crawl):
    small_shop(server, 5)
    server.routes["/"] = '<html><a href="/list?page=1">x</a><a href="/facets?a=1">x</a></html>'
    small = server.fallback

    async def facets(request: web.Request) -> web.StreamResponse:
        if request.path != "/facets":
            return await small(request)
        links = "".join(f'<a href="/facets?{request.query_string}&{name}={value}">x</a>' for name in "bcdefgh" for value in range(3)
                        if name not in request.query)
        return web.Response(text=f"<html>{links}</html>", content_type="text/html")

    server.fallback = facets

    run = crawl(server.url + "/", "tea")

    assert (run["finish_reason"], run["listings"]) == ("finished", 5)
    assert sum(path.startswith("/facets") for path in server.hits) < 700 and dict(run["counters"])["crawl/not_followed/endless"] >= 1


def test_a_maze_of_facets_that_are_words_of_the_path_is_left(server, crawl):
    small_shop(server, 5)
    server.routes["/"] = '<html><a href="/list?page=1">x</a><a href="/f/red">x</a></html>'
    small = server.fallback
    words = ("red", "blue", "wool", "silk", "small", "large", "cheap", "new", "used", "men", "women", "plain")

    async def facets(request: web.Request) -> web.StreamResponse:
        if not request.path.startswith("/f/"):
            return await small(request)
        links = "".join(f'<a href="{request.path}/{word}">x</a>' for word in words if word not in request.path.split("/"))
        products = "".join(f'<a href="/item/{10000 + number}.html">x</a>' for number in range(5))
        return web.Response(text=f"<html>{links}{products}</html>", content_type="text/html")

    server.fallback = facets

    run = crawl(server.url + "/", "tea", max_pages=2_500)

    assert (run["finish_reason"], run["listings"]) == ("finished", 5)
    assert sum(path.startswith("/f/") for path in server.hits) < 700 and dict(run["counters"])["crawl/not_followed/endless"] >= 1


def test_redirects_in_a_circle(server, crawl, rows):
    small_shop(server, 3)
    server.routes["/item/10001.html"] = (302, {"Location": "/round"}, b"")
    server.routes["/round"] = (302, {"Location": "/item/10001.html"}, b"")

    run = crawl(server.url + "/", "tea")

    assert failures(rows) == {"item/10001.html": "redirect_loop"} and ids(rows) == ["P0", "P2"]
    assert server.hits["/round"] < 10 and dict(run["counters"])["crawl/failed/redirect_loop"] == 1


@pytest.fixture
def raw_server() -> Iterator[tuple[int, list[bytes]]]:
    """Answers every connection with the given bytes and closes it, only its own half where something follows them."""
    answer: list[bytes] = []
    listener = socket.create_server(("127.0.0.1", 0))

    def serve() -> None:
        while True:
            try:
                connection, _ = listener.accept()
            except OSError:
                return
            with connection:
                connection.recv(65536)
                if answer[0]:
                    connection.sendall(answer[0])
                if len(answer) > 1:
                    connection.shutdown(socket.SHUT_WR)     # nothing more comes, and the connection stays as long as the other side holds it
                    connection.settimeout(10)
                    connection.recv(1)

    threading.Thread(target=serve, daemon=True).start()
    yield listener.getsockname()[1], answer
    listener.close()


@pytest.mark.parametrize(("answer", "reason"), [
    (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nContent-Length: 5000\r\n\r\n<html>", "cut_off"),
    (b"", "connection_lost"),
    (b"HTTP/1.1 200 OK\r\nContent-Type: text/html\r\nTransfer-Encoding: chunked\r\n\r\n5\r\n<html\r\n", "cut_off"),
    (b"SSH-2.0-OpenSSH_9.6\r\n", "connection_lost"),
])
@pytest.mark.parametrize("half", [False, True], ids=["closed", "half-closed"])
def test_connections_that_break_off(raw_server, crawl, rows, answer: bytes, reason: str, half: bool):
    port, said = raw_server
    said.extend([answer, b"half"] if half else [answer])

    run = crawl(f"http://127.0.0.1:{port}/", "tea", overrides={"RETRY_TIMES": 0, "ROBOTSTXT_OBEY": False})

    assert {row["reason"] for row in rows(tables.CRAWL_PAGES) if row["status"] == "failed" and row["kind"] == "category"} == {reason}
    assert dict(run["counters"])[f"crawl/failed/{reason}"] == 1


def test_a_page_that_drips(server, crawl, rows):
    small_shop(server, 3)

    async def drip(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        for _ in range(200):
            await response.write(b" ")
            await asyncio.sleep(0.1)
        return response

    server.routes["/item/10001.html"] = drip

    run = crawl(server.url + "/", "tea", overrides={"DOWNLOAD_TIMEOUT": 1, "RETRY_TIMES": 0})

    assert failures(rows) == {"item/10001.html": "timeout"} and ids(rows) == ["P0", "P2"] and dict(run["counters"])["crawl/failed/timeout"] == 1


def test_ten_thousand_copies_of_one_page(server, crawl):
    places = "".join(f"<url><loc>{server.url}/copy/{number}.html</loc></url>" for number in range(10_000))
    server.routes["/sitemap.xml"] = (200, {}, f"<urlset>{places}</urlset>".encode())
    server.routes["/"] = "<html></html>"
    page = product_page(server.url, 1, images=[])

    async def same(request: web.Request) -> web.Response:
        return web.Response(text=page, content_type="text/html") if request.path.startswith("/copy/") else web.Response(status=404)

    server.fallback = same

    run = crawl(server.url + "/", "tea")

    counters = dict(run["counters"])
    assert run["listings"] == 1 and server.hits.total() < 200
    assert counters["crawl/variants_folded"] >= 99 and counters["crawl/not_followed/endless"] > 9_000
    assert any("were taken for variants of one listing" in note for note in run["audit_notes"])
    assert any("pages were left unread" in note for note in run["audit_notes"])


@pytest.mark.parametrize("sku", ["S1", None])
def test_copies_under_addresses_that_are_words(server, crawl, sku: str | None):
    words = [f"{first}{second}{third}" for first in "abcdefgh" for second in "ijklmnop" for third in "qrstuvwx"]
    places = "".join(f"<url><loc>{server.url}/p/{word}-lamp</loc></url>" for word in words)
    server.routes["/sitemap.xml"] = (200, {}, f"<urlset>{places}</urlset>".encode())
    server.routes["/"] = "<html></html>"
    page = product_page(server.url, 1, images=[], extra={"sku": sku})
    for word in words:
        server.routes[f"/p/{word}-lamp"] = page

    run = crawl(server.url + "/", "tea")

    assert server.hits.total() < 200 and dict(run["counters"])["crawl/not_followed/endless"] > 300
    assert any("pages were left unread" in note for note in run["audit_notes"])


def test_many_categories_named_in_words_are_no_maze(server, crawl):
    """Seven hundred of them, as a large menu has, before the first product: each leads to one of another place, without a number in its address."""
    def word(number: int) -> str:
        return "".join("abcdefghij"[int(digit)] for digit in f"{number:03d}")

    server.routes["/"] = "".join(f'<a href="/en/c/{word(number)}">x</a>' for number in range(700))
    for number in range(700):
        server.routes[f"/en/c/{word(number)}"] = f'<html>Category<a href="/en/{word(number)}-lamp">x</a></html>'
        server.routes[f"/en/{word(number)}-lamp"] = product_page(server.url, number, images=[])

    assert crawl(server.url + "/", "tea")["listings"] == 700


def test_a_hundred_variants_in_a_row_do_not_end_the_crawl(server, crawl):
    places = "".join(f"<url><loc>{server.url}/copy/{number}.html</loc></url>" for number in range(160))
    server.routes["/sitemap.xml"] = (200, {}, f"<urlset>{places}</urlset>".encode())
    server.routes["/"] = "<html></html>"
    for number in range(160):
        extra = {"inProductGroupWithID": "G1"} if number < 150 else {}
        server.routes[f"/copy/{number}.html"] = product_page(server.url, number, images=[], extra=extra)

    assert crawl(server.url + "/", "tea", overrides={"CONCURRENT_REQUESTS": 1})["listings"] == 11


GOOD = ('[{"@context": "https://schema.org", "@graph": [GRAPH]}, {"@graph": []}]', '[[{"@graph": [GRAPH]}]]', '{"@graph": {"@graph": [GRAPH]}}',
        '<!-- {"@graph": [GRAPH]} -->', '{"@graph": [GRAPH]};')
INVALID = ('{"@graph": [GRAPH],}', '// x\n{"@graph": [GRAPH]}', '{"@graph": [GRAPH]', '{"@graph": [GRAPH], "description": "so "good" a tea"}')


@pytest.mark.parametrize(("markup", "rule", "invalid"), [*((one, "json-ld", 0) for one in GOOD), *((one, "json-ld", 1) for one in INVALID),
                                                         ('{"broken": ', "breadcrumb element", 1), ("no JSON", "breadcrumb element", 1)])
def test_json_ld_in_every_disorder(server, crawl, rows, markup: str, rule: str, invalid: int):
    small_shop(server, 2)
    graph = json.dumps({"@type": "Product", "name": "明前龙井礼盒", "sku": "S1"}) + "," + json.dumps({"@type": "BreadcrumbList", "itemListElement": [
        {"@type": "ListItem", "position": 1, "name": "食品"}, {"@type": "ListItem", "position": 2, "name": "茶叶"}]})
    server.routes["/item/10001.html"] = (
        f'<html><head><script type="application/ld+json">{markup.replace("GRAPH", graph)}</script></head><body><h1>明前龙井礼盒</h1>'
        f'<div class="breadcrumb"><a href="/">首页</a> &gt; <a href="/c/1">食品</a> &gt; <a href="/c/2">茶叶</a></div></body></html>')

    run = crawl(server.url + "/", "tea")

    assert run["finish_reason"] == "finished" and counted(run).get("invalid_json_ld", 0) == invalid
    (row,) = (row for row in rows(tables.RAW_LISTINGS) if row["listing_id"] != "P0")
    assert (row["title"], row["breadcrumbs"], row["rules"]["breadcrumbs"]) == ("明前龙井礼盒", ["食品", "茶叶"], rule)


@pytest.mark.parametrize(("steps", "left"), [
    (["首页", "食品", "NAME"], ["食品"]), (["首页", "NAME", "食品"], ["食品"]), (["首页", "NAME", "NAME"], None), (["NAME"], None), (["首页", "食品"], ["食品"])])
def test_a_breadcrumb_that_is_the_products_own_name_is_none(server, crawl, rows, steps: list[str], left: list[str] | None):
    small_shop(server, 2)
    name = "明前龙井礼盒"
    trail = [{"@type": "ListItem", "position": place, "name": step.replace("NAME", name)} for place, step in enumerate(steps)]
    markup = [{"@type": "Product", "name": name, "sku": "S1"}, {"@type": "BreadcrumbList", "itemListElement": trail}]
    server.routes["/item/10000.html"] = "<html></html>"
    server.routes["/item/10001.html"] = (f'<html><head><script type="application/ld+json">{json.dumps(markup)}</script></head>'
                                         f"<body><h1>{name}</h1></body></html>")

    run = crawl(server.url + "/", "tea")

    assert [row["breadcrumbs"] for row in rows(tables.RAW_LISTINGS)] == ([left] if left else [])
    assert [row["reason"] for row in rows(tables.REJECTS)] == ([] if left else ["no_breadcrumb"])
    assert counted(run).get("own_name_in_breadcrumbs", 0) == ("NAME" in steps)


def test_a_picture_that_is_a_page_or_broken_leaves_the_listing(server, crawl, rows):
    small_shop(server, 4)
    for number, body in ((0, b"<html>not here</html>"), (1, b"\xff\xd8\xff\xe0 torn"), (2, b"")):
        server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, images=[f"{server.url}/bad{number}.jpg"])
        server.routes[f"/bad{number}.jpg"] = (200, {"Content-Type": "image/jpeg"}, body)

    crawl(server.url + "/", "tea")

    assert failures(rows) == {"bad0.jpg": "picture_is_markup", "bad1.jpg": "picture_torn", "bad2.jpg": "picture_empty"}
    assert {row["listing_id"]: row["image_sha256"] is None for row in rows(tables.RAW_LISTINGS)} == {"P0": True, "P1": True, "P2": True, "P3": False}


def test_a_page_that_is_no_page(server, crawl, rows):
    small_shop(server, 3)
    server.routes["/item/10001.html"] = (200, {"Content-Type": "application/pdf"}, b"%PDF-1.4\0\0\0")

    crawl(server.url + "/", "tea")

    assert failures(rows) == {"item/10001.html": "not_html"}


def test_a_torn_sitemap_gives_what_it_has():
    found = discovery.read_sitemap(b"<urlset><url><loc>http://a.example/1</loc></url><url><loc>http://a.exam", max_bytes=1000)
    assert (found.pages, found.fault) == (["http://a.example/1"], "torn_xml")
    assert discovery.read_sitemap(b"http://a.example/1\nhttp://a.example/2\nnot a url", max_bytes=1000).pages == ["http://a.example/1", "http://a.example/2"]
    assert discovery.read_sitemap(b"\x1f\x8bnot gzip at all", max_bytes=1000).fault == "broken_gzip"


BROKEN = ("http://[", "http://a:port/x", "//[x")


def sitemap(server, declared: str) -> bytes:
    places = [f"{server.url}/item/{10000 + number}.html" for number in range(3)]
    return f'<?xml version="1.0" encoding="{declared}"?><urlset><!-- 茶 -->{"".join(f"<url><loc>{one}</loc></url>" for one in places)}</urlset>'.encode("gbk")


@pytest.mark.parametrize("declared", ["gb2312", "GBK", "gb18030", "utf-8", "hex", "idna", "utf-16", "nonsense"])
def test_a_sitemap_may_be_in_any_encoding(server, crawl, declared: str):
    small_shop(server, 3)
    server.routes["/sitemap.xml"] = (200, {}, sitemap(server, declared))
    server.routes["/"] = "<html></html>"

    run = crawl(server.url + "/", "tea", daily_budget=50_000)

    assert (run["finish_reason"], run["listings"]) == ("finished", 3)


@pytest.mark.parametrize("where", ["sitemap", "index", "robots", "links", "canonical"])
def test_an_address_that_is_none_costs_nothing_but_itself(server, crawl, where: str):
    small_shop(server, 3)
    if where == "robots":
        lines = "".join(f"Sitemap: {one}\n" for one in (*BROKEN, f"{server.url}/sitemap.xml"))
        server.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, lines.encode())
    elif where == "links":
        server.routes["/"] = "".join(f'<a href="{one}">x</a>' for one in (*BROKEN, "/list?page=1"))
        del server.routes["/sitemap.xml"]
    elif where == "canonical":
        for number, one in enumerate(BROKEN):
            server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, head=f'<link rel="canonical" href="{one}">')
    else:
        tag = "sitemap" if where == "index" else "url"
        broken = "".join(f"<{tag}><loc>{one}</loc></{tag}>" for one in BROKEN)
        server.routes["/sitemap.xml"] = (200, {}, sitemap(server, "gbk").replace(b"<urlset>", b"<urlset>" + broken.encode()))

    run = crawl(server.url + "/", "tea", daily_budget=50_000)
    counters = dict(run["counters"])

    assert (run["finish_reason"], run["listings"]) == ("finished", 3) and not any(name.startswith("spider_exceptions") for name in counters)
    assert counters.get("crawl/not_followed/malformed_url", 0) == (3 if where in ("sitemap", "index", "robots") else 0)

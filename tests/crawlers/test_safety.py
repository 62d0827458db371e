"""What a hostile shop tries, over real HTTP. Each attack is first seen to succeed with the guard taken away."""

from __future__ import annotations

import asyncio
import gzip
import re
import socket
from collections.abc import Callable
from dataclasses import replace
from io import BytesIO
from pathlib import Path
from urllib.parse import quote
from xml.etree import ElementTree

import psutil
import pytest
from aiohttp import web
from PIL import Image
from PIL.PngImagePlugin import PngImageFile

from crawlers import configuration, discovery, pictures, program
from crawlers.safety import AddressPolicy, Territory
from lakehouse import tables
from lakehouse.errors import LakehouseError
from tests.crawlers.shop import Server, picture, product_page, small_shop

SHOP, INSIDE = "127.0.0.2", "127.0.0.1"         # the shop's address is allowed, the other one is the network's inside


@pytest.fixture
def shop(servers) -> Server:
    made = servers(SHOP)
    small_shop(made, 3)
    return made


@pytest.fixture
def inside(servers) -> Server:
    """A service that nobody outside may read, although it would answer."""
    made = servers(INSIDE)
    made.routes["/secret.html"] = product_page(made.url, 777, images=[])
    made.routes["/secret.jpg"] = picture(777)
    return made


def redirect_of_a_page(shop: Server, inside: Server) -> None:
    shop.routes["/item/10001.html"] = (302, {"Location": f"{inside.url}/secret.html"}, b"")


def second_redirect_of_a_page(shop: Server, inside: Server) -> None:
    shop.routes["/item/10001.html"] = (302, {"Location": "/again"}, b"")
    shop.routes["/again"] = (302, {"Location": f"{inside.url}/secret.html"}, b"")


def refresh_of_a_page(shop: Server, inside: Server) -> None:
    shop.routes["/item/10001.html"] = f'<html><head><meta http-equiv="refresh" content="0; url={inside.url}/secret.html"></head><body></body></html>'


def link(shop: Server, inside: Server) -> None:
    shop.routes["/"] = f'<html><body><a href="{inside.url}/secret.html">x</a></body></html>'


def sitemap_of_another_host(shop: Server, inside: Server) -> None:
    inside.routes["/secret.html"] = (200, {}, b"<urlset></urlset>")
    shop.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, f"Sitemap: {inside.url}/secret.html\n".encode())


def page_in_a_sitemap(shop: Server, inside: Server) -> None:
    shop.routes["/sitemap.xml"] = (200, {}, f"<urlset><url><loc>{inside.url}/secret.html</loc></url></urlset>".encode())


def redirect_of_a_sitemap(shop: Server, inside: Server) -> None:
    shop.routes["/sitemap.xml"] = (302, {"Location": f"{inside.url}/secret.html"}, b"")


def redirect_of_robots(shop: Server, inside: Server) -> None:
    shop.routes["/robots.txt"] = (302, {"Location": f"{inside.url}/secret.html"}, b"")


def picture_elsewhere(shop: Server, inside: Server) -> None:
    shop.routes["/item/10001.html"] = product_page(shop.url, 1, images=[f"{inside.url}/secret.jpg"])


def redirect_of_a_picture(shop: Server, inside: Server) -> None:
    shop.routes["/item/10001.html"] = product_page(shop.url, 1, images=[f"{shop.url}/moved.jpg"])
    shop.routes["/moved.jpg"] = (302, {"Location": f"{inside.url}/secret.jpg"}, b"")


ATTACKS = (redirect_of_a_page, second_redirect_of_a_page, refresh_of_a_page, link, sitemap_of_another_host, page_in_a_sitemap,
           redirect_of_a_sitemap, redirect_of_robots, picture_elsewhere, redirect_of_a_picture)


@pytest.mark.parametrize("attack", ATTACKS)
def test_a_shop_cannot_lead_the_crawler_elsewhere(shop: Server, inside: Server, crawl, attack: Callable[[Server, Server], None]):
    attack(shop, inside)

    run = crawl(shop.url + "/", "hostile", allowed=(SHOP,))

    assert inside.hits.total() == 0
    assert run["finish_reason"] == "finished"


def test_every_attack_would_succeed_without_the_guards(servers, crawl):
    for number, attack in enumerate(ATTACKS):
        shop, inside = servers(SHOP), servers(INSIDE)
        small_shop(shop, 3)
        inside.routes["/secret.html"], inside.routes["/secret.jpg"] = product_page(inside.url, 777, images=[]), picture(777)
        attack(shop, inside)
        crawl(shop.url + "/", f"hostile-{number}", guarded=False)
        assert inside.hits.total() > 0, attack.__name__


@pytest.mark.parametrize("kind", ["picture", "redirect"])
def test_the_resolved_address_counts(shop: Server, inside: Server, crawl, rows, kind: str):
    """`localhost` is an allowed picture host here; what it resolves to is not an allowed address."""
    target = f"http://localhost:{inside.port}/secret.jpg"
    shop.routes["/item/10001.html"] = product_page(shop.url, 1, images=[target if kind == "picture" else f"{shop.url}/moved.jpg"])
    shop.routes["/moved.jpg"] = (302, {"Location": target}, b"")

    crawl(shop.url + "/", "open", allowed=(SHOP, INSIDE), picture_hosts=("localhost",))
    assert inside.hits["/secret.jpg"] == 1
    run = crawl(shop.url + "/", "closed", allowed=(SHOP,), picture_hosts=("localhost",))

    assert inside.hits["/secret.jpg"] == 1
    assert dict(run["counters"])["guard/private_address"] >= 1
    assert {row["reason"] for row in rows(tables.CRAWL_PAGES) if row["kind"] == "image" and row["status"] == "failed"} == {"private_address"}


def test_a_shop_whose_own_name_resolves_inside_is_not_read(inside: Server, crawl, rows):
    small_shop(inside, 3)

    run = crawl(f"http://localhost:{inside.port}/", "rebound", allowed=())

    assert inside.hits.total() == 0 and run["listings"] == 0
    assert {row["reason"] for row in rows(tables.CRAWL_PAGES) if row["status"] == "failed"} == {"private_address"}


@pytest.mark.parametrize("address", [
    "127.0.0.1", "10.1.2.3", "172.16.0.1", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255", "::1",
    "::", "fe80::1", "fd00:ec2::254", "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::7f00:1", "2002:7f00:1::", "198.18.0.1", "192.0.2.1",
    "192.0.0.192", "192.88.99.1", "168.63.129.16", "fec0::1", "64:ff9b:1::7f00:1", "::ffff:0:127.0.0.1", "::7f00:1", "3fff::1", "5f00::1", "nonsense",
])
def test_addresses_that_are_not_public_are_refused(address: str):
    assert not AddressPolicy().permits(address)
    assert AddressPolicy().permits("93.184.215.14") and AddressPolicy().permits("2606:2800:21f:cb07:6820:80da:af6b:8b2c")


def test_an_allowed_network_admits_no_other():
    policy = AddressPolicy.of(["10.0.0.0/8"])
    assert policy.permits("10.9.9.9") and policy.permits("::ffff:10.9.9.9") and not policy.permits("192.168.0.1")
    with pytest.raises(LakehouseError, match=r"'10\.0\.0' is not an address"):
        AddressPolicy.of(["10.0.0"])


@pytest.mark.parametrize(("url", "reason"), [
    ("http://shop.com.cn/x", None), ("https://m.shop.com.cn/x", None), ("https://other.com.cn/x", "foreign_site"),
    ("https://shop.com.cn.evil.com/", "foreign_site"),
    ("https://evil.com#shop.com.cn", "foreign_site"), ("https://shop.com.cn@evil.com/", "foreign_site"), ("http://shop.com.cn:22/", "foreign_port"),
    ("ftp://shop.com.cn/x", "scheme"), ("file:///etc/passwd", "scheme"), ("data:text/html,x", "scheme"), ("s3://shop.com.cn/x", "scheme"),
    ("http://[::1", "malformed_url"), ("http://shop.com.cn:port/", "malformed_url"), ("javascript:alert(1)", "scheme"),
])
def test_what_belongs_to_a_shop(url: str, reason: str | None):
    assert Territory("https://www.shop.com.cn/").trespass(url) == reason


def test_hosts_are_compared_however_they_are_spelled():
    shop = Territory("https://中文.com/", ("CDN.net", "https://图片.com/", "http://img.org:8080"))
    assert shop.trespass("https://xn--fiq228c.com/p/1") is None and shop.trespass("https://WWW.中文.com/p/1") is None
    assert shop.trespass("https://a.cdn.net/1.jpg", picture=True) is None and shop.trespass("https://xn--wcsw84d.com/1.jpg", picture=True) is None
    assert shop.trespass("http://img.org:8080/1.jpg", picture=True) is None and shop.trespass("http://img.org/1.jpg", picture=True)


@pytest.mark.parametrize("platform", ["myshopify.com", "github.io", "blogspot.com"])
def test_a_shop_on_a_platform_shares_nothing_with_its_neighbours(platform: str):
    shop = Territory(f"https://lamps.{platform}/")
    assert shop.trespass(f"https://www.lamps.{platform}/p/1") is None
    for shown in (False, True):
        assert shop.trespass(f"https://other.{platform}/p/1", picture=shown)


def test_another_port_of_an_allowed_address_is_another_service(servers, crawl):
    shop, beside = servers(SHOP), servers(SHOP)
    small_shop(shop, 3)
    link(shop, beside)

    run = crawl(shop.url + "/", "hostile", allowed=(SHOP,))

    assert beside.hits.total() == 0 and dict(run["counters"])["crawl/not_followed/foreign_port"] >= 1


HANDLERS = {"file": "scrapy.core.downloader.handlers.file.FileDownloadHandler", "data": "scrapy.core.downloader.handlers.datauri.DataURIDownloadHandler",
            "ftp": "scrapy.core.downloader.handlers.ftp.FTPDownloadHandler"}


@pytest.mark.parametrize("scheme", ["file", "data", "ftp", "s3"])
def test_only_http_is_spoken(shop: Server, crawl, rows, tmp_path: Path, scheme: str):
    """Two walls, the guard and the want of a handler; each holds alone, and with both away the page is read and lands."""
    secret = product_page(shop.url, 777, images=[])
    (tmp_path / "item-10777.html").write_text(secret, encoding="utf-8")
    url = {"file": f"file://{tmp_path}/item-10777.html", "data": f"data:text/html;charset=utf-8,{quote(secret)}", "ftp": "ftp://127.0.0.2:1/x",
           "s3": "s3://bucket/x"}[scheme]
    queued = ((url, "product"),)
    handlers = {"DOWNLOAD_HANDLERS": configuration.scrapy_settings()["DOWNLOAD_HANDLERS"] | HANDLERS}

    crawl(shop.url + "/", "guarded", allowed=(SHOP,), queued=queued, overrides=handlers)
    crawl(shop.url + "/", "unhandled", queued=queued, guarded=False)
    crawl(shop.url + "/", "open", queued=queued, guarded=False, overrides=handlers)

    reasons = {row["crawl_id"].split("-")[0]: row["reason"] for row in rows(tables.CRAWL_PAGES) if row["url"] == url and row["status"] != "seen"}
    landed = {row["crawl_id"].split("-")[0] for row in rows(tables.RAW_LISTINGS) if row["listing_id"] == "P777"}
    assert (reasons["guarded"], reasons["unhandled"]) == ("scheme", "NotSupported") and landed == ({"open"} if scheme in ("file", "data") else set())


def test_a_file_named_as_picture_is_not_even_a_candidate(shop: Server, crawl, rows):
    shop.routes["/item/10001.html"] = product_page(shop.url, 1, images=["file:///etc/passwd", f"{shop.url}/img/1-0.jpg"])

    crawl(shop.url + "/", "hostile", allowed=(SHOP,))

    (listing,) = (row for row in rows(tables.RAW_LISTINGS) if row["listing_id"] == "P1")
    assert listing["image_urls"] == [f"{shop.url}/img/1-0.jpg"] == [listing["image_url"]]


def reasons(rows) -> dict[str, str]:
    return {row["url"].split("/", 3)[3]: row["reason"] for row in rows(tables.CRAWL_PAGES) if row["status"] == "failed"}


@pytest.mark.parametrize("bomb", ["plain", "gzip"])
def test_bodies_are_bounded_before_and_after_decompression(shop: Server, crawl, rows, bomb: str):
    body = product_page(shop.url, 1).encode() + b" " * 3_000_000
    headers = {"Content-Type": "text/html"} | ({"Content-Encoding": "gzip"} if bomb == "gzip" else {})
    shop.routes["/item/10001.html"] = (200, headers, gzip.compress(body) if bomb == "gzip" else body)

    crawl(shop.url + "/", "unbounded", allowed=(SHOP,))
    assert "item/10001.html" not in reasons(rows)
    crawl(shop.url + "/", "bounded", allowed=(SHOP,), overrides={"DOWNLOAD_MAXSIZE": 1_000_000}, all_pages=True)

    assert reasons(rows)["item/10001.html"] == "too_large"


@pytest.mark.parametrize("guarded", [False, True])
def test_a_body_without_an_end_is_cut(shop: Server, crawl, rows, guarded: bool):
    async def endless(request: web.Request) -> web.StreamResponse:
        response = web.StreamResponse(headers={"Content-Type": "text/html"})
        await response.prepare(request)
        await response.write(product_page(shop.url, 1).encode())
        for _ in range(1200):       # twelve megabytes; without an end, the crawl without the guard had none either
            await response.write(b" " * 10_000)
        return response

    shop.routes["/item/10001.html"] = endless

    crawl(shop.url + "/", "hostile", allowed=(SHOP,), overrides={} if guarded else {"DOWNLOAD_MAXSIZE": 0})

    assert reasons(rows) == ({"item/10001.html": "too_large"} if guarded else {})


@pytest.mark.parametrize("guarded", [False, True])
def test_a_packed_sitemap_is_bounded(shop: Server, crawl, guarded: bool):
    body = b"<urlset>" + b" " * 5_000_000 + f"<url><loc>{shop.url}/item/10001.html</loc></url></urlset>".encode()
    shop.routes["/sitemap.xml"] = (200, {"Content-Type": "application/gzip"}, gzip.compress(body))
    shop.routes["/"] = "<html></html>"

    run = crawl(shop.url + "/", "hostile", allowed=(SHOP,), overrides={"SITEMAP_MAXSIZE": 1_000_000} if guarded else {})

    assert dict(run["counters"]).get("crawl/sitemap/decompressed_too_large", 0) == guarded and run["listings"] == (not guarded)


@pytest.mark.parametrize("guarded", [False, True])
def test_pictures_are_bounded_by_bytes(shop: Server, crawl, rows, guarded: bool):
    body = picture(1, 600, "BMP")
    shop.routes["/item/10001.html"] = product_page(shop.url, 1, images=[f"{shop.url}/large.bmp"])
    shop.routes["/large.bmp"] = body

    crawl(shop.url + "/", "hostile", allowed=(SHOP,), overrides={"PICTURE_MAXSIZE": len(body) - guarded})

    assert reasons(rows) == ({"large.bmp": "too_large"} if guarded else {})


@pytest.mark.parametrize("guarded", [False, True])
def test_entities_of_a_sitemap_are_not_expanded(shop: Server, inside: Server, crawl, monkeypatch, guarded: bool):
    depth = 8 if guarded else 2         # at 8 the standard library's parser gives up by itself, after some megabytes
    laughs = "".join(f'<!ENTITY l{n} "{f"&l{n - 1};" * 10}">' for n in range(1, 9))
    fetched = f'<!ENTITY x SYSTEM "{inside.url}/secret.html">'
    body = (f'<?xml version="1.0"?><!DOCTYPE u [<!ENTITY l0 "ha">{laughs}{fetched}]>'
            f"<urlset><url><loc>{shop.url}/item/&l{depth};{'&x;' * guarded}</loc></url></urlset>")
    shop.routes["/sitemap.xml"] = (200, {"Content-Type": "application/xml"}, body.encode())
    if not guarded:
        monkeypatch.setattr(discovery, "iterparse", lambda source, **bounds: ElementTree.iterparse(source))

    run = crawl(shop.url + "/", "hostile", allowed=(SHOP,))

    assert inside.hits.total() == 0
    assert shop.hits[f"/item/{'ha' * 100}"] == (not guarded)
    assert dict(run["counters"]).get("crawl/sitemap/xml_entities", 0) == guarded
    assert run["listings"] == 3          # found by the categories


@pytest.mark.parametrize("guarded", [False, True])
def test_pictures_are_bounded_by_pixels_before_decoding(shop: Server, crawl, rows, monkeypatch, guarded: bool):
    out = BytesIO()
    Image.new("1", (9_000, 9_000)).save(out, "PNG")      # more than our bound, less than where PIL itself warns
    assert len(out.getvalue()) < 100_000
    shop.routes["/item/10001.html"] = product_page(shop.url, 1, images=[f"{shop.url}/bomb.png"])
    shop.routes["/bomb.png"] = out.getvalue()
    decoded = []
    load = PngImageFile.load
    monkeypatch.setattr(PngImageFile, "load", lambda picture: (decoded.append(picture.size), load(picture))[1])
    if not guarded:
        monkeypatch.setattr(pictures, "MAX_PIXELS", 10**9)

    crawl(shop.url + "/", "hostile", allowed=(SHOP,))

    assert reasons(rows) == ({"bomb.png": "picture_too_many_pixels"} if guarded else {})
    assert ((9_000, 9_000) in decoded) is not guarded


@pytest.mark.parametrize("guarded", [False, True])
def test_paths_are_never_made_of_remote_names(shop: Server, crawl, lake: Path, monkeypatch, guarded: bool):
    remote = f"{shop.url}/../../../../tmp/owned.jpg?name=../owned"
    shop.routes["/item/10001.html"] = product_page(shop.url, 1, images=[remote], extra={"sku": "../../owned"})

    async def named(request: web.Request) -> web.Response:
        return web.Response(body=picture(5), headers={"Content-Disposition": 'attachment; filename="../../owned.sh"'})

    shop.fallback = named
    if not guarded:
        look = pictures.look
        monkeypatch.setattr(pictures, "look", lambda body, url="": replace(look(body, url), image_sha256=url.rpartition("name=")[2] or "other"))

    crawl(shop.url + "/", "hostile", allowed=(SHOP,))

    assert any("owned" in path for path in shop.hits)
    assert (lake.parent / "owned.jpg").exists() is not guarded
    files = [str(path.relative_to(lake)) for path in lake.rglob("*") if path.is_file() and "bronze" not in path.parts]
    orderly = all(re.fullmatch(r"images/[0-9a-f]{2}/[0-9a-f]{64}\.jpg|crawl_locks/hostile\.lock", path) for path in files)
    assert orderly is guarded and (len(files) == 2 or not guarded)


CONSOLES = {"telnet": {"TELNETCONSOLE_ENABLED": True, "EXTENSIONS": {"scrapy.extensions.telnet.TelnetConsole": 0}},
            "remote control": {"REMOTE_CONTROL_ENABLED": True}}


@pytest.mark.parametrize("opened", [None, *CONSOLES])
def test_no_console_listens_while_a_crawl_runs(shop: Server, crawl, tmp_path: Path, opened: str | None):
    """Whoever can reach the machine would get an answer from one that was opened."""
    def listening() -> set[int]:
        return {one.laddr.port for one in psutil.Process().net_connections("tcp") if one.status == psutil.CONN_LISTEN}

    answers: list[bytes] = []
    looked: list[set[int]] = []
    before = listening()

    async def look(request: web.Request) -> web.Response:
        looked.append(listening() - before)
        for port in looked[-1]:
            reader, writer = await asyncio.open_connection("127.0.0.1", port)
            writer.write(b"GET /status HTTP/1.0\r\n\r\n")
            answers.append(await asyncio.wait_for(reader.read(100), 5))
            writer.close()
        return web.Response(body=picture(1), content_type="image/jpeg")

    shop.fallback = look

    crawl(shop.url + "/", "hostile", allowed=(SHOP,), overrides={"REMOTE_CONTROL_JOBS_DIR": str(tmp_path)} | CONSOLES.get(opened, {}))

    assert looked and bool(answers and all(answers)) is bool(opened) and any(looked) is bool(opened)


def test_certificates_are_verified_and_other_doors_shut():
    given = configuration.scrapy_settings()
    assert given["DOWNLOAD_VERIFY_CERTIFICATES"] is True
    assert not given["TELNETCONSOLE_ENABLED"] and not given["REMOTE_CONTROL_ENABLED"] and not given["HTTPPROXY_ENABLED"]


@pytest.mark.parametrize(("start", "sentence"), [
    ("http://127.0.0.1:1/", "is at 127.0.0.1, which is not a public address; if the shop is yours, add --allow-address 127.0.0.1"),
    ("http://169.254.169.254/latest/", "is not a public address"), ("http://localhost/", "is not a public address"),
    ("http://no-such-host.invalid/", "has no address"),
])
def test_a_start_that_is_not_public_gets_its_sentence(lake: Path, start: str, sentence: str):
    with pytest.raises(LakehouseError, match=re.escape(sentence)):
        program.main(program.Options(), start=start, shop="shop")


def test_a_public_shop_wants_to_know_who_crawls_it(lake: Path, monkeypatch):
    monkeypatch.delenv("LAKEHOUSE_OPERATOR", raising=False)
    with pytest.raises(LakehouseError, match="Set LAKEHOUSE_OPERATOR"):
        program.check_start("http://93.184.215.14/", ())
    monkeypatch.setenv("LAKEHOUSE_OPERATOR", "ops@shop.example")
    program.check_start("http://93.184.215.14/", ())
    assert configuration.user_agent() == "mep3m/0.1 (+ops@shop.example)"


def test_a_proxy_of_the_environment_is_not_used(shop: Server, crawl, monkeypatch):
    """Behind a proxy the guard would judge the proxy's address, not the shop's."""
    with socket.socket() as closed:
        closed.bind((INSIDE, 0))
        monkeypatch.setenv("http_proxy", f"http://{INSIDE}:{closed.getsockname()[1]}")
        assert crawl(shop.url + "/", "direct", allowed=(SHOP,))["listings"] == 3
        assert crawl(shop.url + "/", "proxied", allowed=(SHOP,), overrides={"HTTPPROXY_ENABLED": True})["listings"] == 0

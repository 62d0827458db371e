"""The sample shops' HTTP server: one port a shop on loopback, all in one event loop."""

from __future__ import annotations

import asyncio
import contextlib
import errno
import hashlib
import json
import logging
import os
import signal
import socket
from collections.abc import Sequence
from email.utils import formatdate
from pathlib import Path

from aiohttp import web

from lakehouse.errors import LakehouseError
from sample_shops.draws import number
from sample_shops.pages import BLANK_GIF, Shop
from sample_shops.sources import DIALECTS, Source

log = logging.getLogger("mep3m.sample_shops")
OPENING, DAY = 1_577_836_800, 86_400     # pages were last changed on some day of the two years from 2020-01-01


class ShopServer:
    """Answers for one shop."""

    def __init__(self, shop: Shop) -> None:
        self.shop = shop

    def application(self) -> web.Application:
        made = web.Application()
        product = {"json-ld": "/item/{id}.html", "microdata": "/p/{id}", "open-graph": "/product-{id}.html"}[self.shop.dialect]
        made.add_routes([
            web.get(product, self.product),
            web.get("/img/{id}/{name}", self.picture),
            web.get("/list/{number:[0-9]{1,9}}", self.category),
            web.get("/class/{number:[0-9]{1,9}}", self.first_level),
            web.get("/", self.home),
            web.get("/robots.txt", self.robots),
            web.get("/sitemap.xml", self.sitemap_index),
            web.get("/sitemap-{part:[0-9]{1,9}}.xml" + (".gz" if self.shop.packs_sitemaps else ""), self.sitemap),
            web.get("/calendar/{year:[0-9]{4}}/{month:[0-9]{1,2}}", self.calendar),
            web.get("/cart", self.cart), web.get("/search", self.cart), web.get("/login", self.cart),
            web.get("/blank.gif", self.blank), web.get("/qr.png", self.blank),
        ])
        return made

    def _html(self, body: bytes | None, headers: dict[str, str] | None = None) -> web.Response:
        if body is None:
            raise web.HTTPNotFound(text="没有这个页面")
        # The shop in GBK leaves the charset to its meta element, which says gb2312, as many do.
        media_type = "text/html" if self.shop.charset == "gbk" else "text/html; charset=utf-8"
        return web.Response(body=body, headers={"Content-Type": media_type, **(headers or {})})

    def _unless_known(self, request: web.Request, etag: str, changed_at: int) -> dict[str, str]:
        """The validators of an answer.

        Raises:
            web.HTTPNotModified: the client has this version already.
        """
        headers = {"ETag": etag, "Last-Modified": formatdate(changed_at, usegmt=True)}
        asked = request.headers.get("If-None-Match")
        if asked is not None:
            known = asked.strip() == "*" or etag in {tag.strip().removeprefix("W/") for tag in asked.split(",")}
        else:
            since = request.if_modified_since
            known = since is not None and changed_at <= since.timestamp()
        if known:
            raise web.HTTPNotModified(headers=headers)
        return headers

    def _find(self, request: web.Request) -> int:
        position = self.shop.source.find(request.match_info["id"])
        if position is None:
            raise web.HTTPNotFound(text="没有这件商品")
        return position

    async def product(self, request: web.Request) -> web.Response:
        position = self._find(request)
        entry = self.shop.entry(position)
        changed_at = OPENING + DAY * (number("changed", entry.listing_id) % 700 + 1000 * entry.revision)
        headers = self._unless_known(request, self.shop.etag(position, entry), changed_at)
        return self._html(self.shop.product(position, entry), headers)

    async def picture(self, request: web.Request) -> web.Response:
        found = self.shop.source.picture(self._find(request), request.match_info["name"])
        if found is None:
            raise web.HTTPNotFound(text="没有这张图片")
        body, media_type = found
        headers = self._unless_known(request, f'"{hashlib.sha256(body).hexdigest()[:32]}"', OPENING)
        return web.Response(body=body, content_type=media_type, headers=headers)

    def _page(self, request: web.Request) -> int:
        text = request.query.get("page", "1")
        return int(text) if text.isdecimal() and 0 < len(text) < 8 and int(text) else 1

    async def category(self, request: web.Request) -> web.Response:
        return self._html(self.shop.category(int(request.match_info["number"]), self._page(request)))

    async def first_level(self, request: web.Request) -> web.Response:
        return self._html(self.shop.first_level(int(request.match_info["number"]), self._page(request)))

    async def home(self, request: web.Request) -> web.Response:
        return self._html(self.shop.home())

    async def calendar(self, request: web.Request) -> web.Response:
        return self._html(self.shop.calendar(int(request.match_info["year"]), min(12, max(1, int(request.match_info["month"])))))

    async def cart(self, request: web.Request) -> web.Response:
        return self._html(self.shop.cart())

    async def robots(self, request: web.Request) -> web.Response:
        return web.Response(body=self.shop.robots(), content_type="text/plain")

    async def sitemap_index(self, request: web.Request) -> web.Response:
        return web.Response(body=self.shop.sitemap_index(), content_type="application/xml")

    async def sitemap(self, request: web.Request) -> web.Response:
        body = self.shop.sitemap(int(request.match_info["part"]))
        if body is None:
            raise web.HTTPNotFound(text="没有这一部分")
        return web.Response(body=body, content_type="application/gzip" if self.shop.packs_sitemaps else "application/xml")

    async def blank(self, request: web.Request) -> web.Response:
        return web.Response(body=BLANK_GIF, content_type="image/gif")


def listen(port: int) -> socket.socket:
    """A socket bound to loopback.

    Raises:
        LakehouseError: something else listens there, or the port may not be used.
    """
    made = socket.socket(socket.AF_INET, socket.SOCK_STREAM)
    made.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
    try:
        made.bind(("127.0.0.1", port))
        made.listen(512)
    except OSError as error:
        made.close()
        if error.errno == errno.EADDRINUSE:
            raise LakehouseError(f"Port {port} is in use; stop what listens there, or choose another with --port (0 takes any free one).") from None
        raise LakehouseError(f"Port {port} cannot be used: {error.strerror}; choose another with --port (0 takes any free one).") from None
    return made


def shops_with_sockets(sources: Sequence[Source], port: int) -> list[tuple[Shop, socket.socket]]:
    """Every source as a shop with its own port, dialects in turn.

    Raises:
        LakehouseError: a port is in use.
    """
    made: list[tuple[Shop, socket.socket]] = []
    try:
        for k, source in enumerate(sources):
            if port + k > 65535:
                raise LakehouseError(f"Port {port} leaves no room for {len(sources)} shops; choose a lower one with --port.")
            opened = listen(port + k if port else 0)
            made.append((Shop(source, DIALECTS[k % len(DIALECTS)], f"http://127.0.0.1:{opened.getsockname()[1]}"), opened))
    except LakehouseError:
        for _, opened in made:
            opened.close()
        raise
    return made


def _announce(shops: list[Shop], ready_file: Path) -> None:
    lines = [{"shop": shop.source.name, "url": shop.base + "/", "listings": len(shop.source), "dialect": shop.dialect} for shop in shops]
    partial = ready_file.with_name(f"{ready_file.name}.{os.getpid()}")
    partial.write_text(json.dumps(lines, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    partial.replace(ready_file)


async def _serve(opened: list[tuple[Shop, socket.socket]], ready_file: Path | None) -> None:
    runners = []
    for shop, its_socket in opened:
        runner = web.AppRunner(ShopServer(shop).application(), access_log=None)
        await runner.setup()
        await web.SockSite(runner, its_socket).start()
        runners.append(runner)
        print(f"{shop.source.name}: {shop.base}/ ({len(shop.source):,} listings, {shop.dialect})", flush=True)
    if ready_file:
        _announce([shop for shop, _ in opened], ready_file)
    stopped = asyncio.Event()
    for name in (signal.SIGINT, signal.SIGTERM):
        asyncio.get_running_loop().add_signal_handler(name, stopped.set)
    await stopped.wait()
    for runner in runners:
        await runner.cleanup()


def serve(sources: Sequence[Source], port: int, ready_file: Path | None = None) -> None:
    """Serve until SIGINT or SIGTERM. The ready file is there exactly while the shops listen.

    Raises:
        LakehouseError: a port is in use, or the ready file's folder does not exist.
    """
    if ready_file and not ready_file.parent.is_dir():
        raise LakehouseError(f"The folder of the ready file {ready_file} does not exist; make it first.")
    if ready_file:
        ready_file.unlink(missing_ok=True)      # of a server that was killed
    opened = shops_with_sockets(sources, port)
    try:
        asyncio.run(_serve(opened, ready_file))
    finally:
        for _, its_socket in opened:
            its_socket.close()
        if ready_file:
            with contextlib.suppress(OSError):
                ready_file.unlink(missing_ok=True)

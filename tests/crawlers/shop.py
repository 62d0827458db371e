"""Real HTTP servers on loopback for the crawlers' tests: a small shop, and whatever a hostile one answers."""

from __future__ import annotations

import asyncio
import hashlib
import json
import threading
from collections import Counter
from collections.abc import Awaitable, Callable
from io import BytesIO
from typing import Any

from aiohttp import web
from PIL import Image, ImageDraw

Handler = Callable[[web.Request], Awaitable[web.StreamResponse]]


def picture(seed: int, side: int = 64, kind: str = "JPEG") -> bytes:
    """A picture that no other seed draws."""
    shade = hashlib.sha256(str(seed).encode()).digest()
    image = Image.new("RGB", (side, side), (shade[0], shade[1], shade[2]))
    draw = ImageDraw.Draw(image)
    draw.rectangle((shade[3] % 20, shade[4] % 20, 30 + shade[5] % 20, 30 + shade[6] % 20), fill=(255 - shade[0], shade[7], shade[8]))
    draw.line((0, shade[9] % side, side, shade[10] % side), fill="white", width=3)
    out = BytesIO()
    image.save(out, kind)
    return out.getvalue()


def product_page(base: str, number: int, *, title: str | None = None, images: list[str] | None = None, crumbs: list[str] | None = None,
                 extra: dict[str, Any] | None = None, head: str = "") -> str:
    """A product page with JSON-LD."""
    title = f"测试商品 {number} 号" if title is None else title
    images = [f"{base}/img/{number}-{view}.jpg" for view in range(3)] if images is None else images
    crumbs = ["食品", f"子类{number % 7}"] if crumbs is None else crumbs
    steps = enumerate(["首页", *crumbs, title])
    trail = [{"@type": "ListItem", "position": place + 1, "name": name, "item": f"{base}/c/{place}"} for place, name in steps]
    nodes = [{"@context": "https://schema.org", "@type": "Product", "name": title, "image": images, "sku": f"P{number}", **(extra or {})},
             {"@context": "https://schema.org", "@type": "BreadcrumbList", "itemListElement": trail}]
    blocks = "".join(f'<script type="application/ld+json">{json.dumps(node, ensure_ascii=False)}</script>' for node in nodes)
    return f'<!doctype html><html><head><meta charset="utf-8"><title>{title}</title>{head}{blocks}</head><body><h1>{title}</h1></body></html>'


class Server:
    """An aiohttp server in a thread of its own. `routes` are looked up by path; `hits` counts the requests by path."""

    def __init__(self, host: str = "127.0.0.1") -> None:
        self.host = host
        self.routes: dict[str, Handler | bytes | str | tuple[int, dict[str, str], bytes]] = {}
        self.fallback: Handler | None = None
        self.hits: Counter[str] = Counter()
        self.requests: list[tuple[str, dict[str, str], float]] = []
        self._loop = asyncio.new_event_loop()
        ready = threading.Event()
        self._thread = threading.Thread(target=self._serve, args=(ready,), daemon=True)
        self._thread.start()
        assert ready.wait(10)

    @property
    def url(self) -> str:
        return f"http://{self.host}:{self.port}"

    def _serve(self, ready: threading.Event) -> None:
        asyncio.set_event_loop(self._loop)

        async def begin() -> None:
            app = web.Application()
            app.router.add_route("*", "/{path:.*}", self._answer)
            self._runner = web.AppRunner(app, access_log=None, shutdown_timeout=0.1)
            await self._runner.setup()
            site = web.TCPSite(self._runner, self.host, 0)
            await site.start()
            self.port = self._runner.addresses[0][1]
            ready.set()

        self._loop.run_until_complete(begin())
        self._loop.run_forever()

    async def _answer(self, request: web.Request) -> web.StreamResponse:
        path = request.path_qs
        self.hits[path] += 1
        self.requests.append((path, dict(request.headers), self._loop.time()))
        found = self.routes.get(path, self.routes.get(request.path))
        if found is None and self.fallback:
            return await self.fallback(request)
        if found is None:
            return web.Response(status=404, text="nothing here")
        if isinstance(found, str):
            return web.Response(text=found, content_type="text/html")
        if isinstance(found, bytes):
            return web.Response(body=found, content_type="image/jpeg" if found[:2] == b"\xff\xd8" else "application/octet-stream")
        if isinstance(found, tuple):
            return web.Response(status=found[0], headers=found[1], body=found[2])
        return await found(request)

    def close(self) -> None:
        async def end() -> None:
            await self._runner.cleanup()

        asyncio.run_coroutine_threadsafe(end(), self._loop).result(10)
        self._loop.call_soon_threadsafe(self._loop.stop)
        self._thread.join(10)


def small_shop(server: Server, products: int = 20, *, in_sitemap: int | None = None) -> None:
    """Category pages of ten products with paging; the first `in_sitemap` products are in the sitemap too."""
    listed = range(products if in_sitemap is None else in_sitemap)
    base = server.url
    robots = f"User-agent: *\nDisallow: /private/\nSitemap: {base}/sitemap.xml\n"
    server.routes["/robots.txt"] = (200, {"Content-Type": "text/plain"}, robots.encode())
    places = "".join(f"<url><loc>{base}/item/{10000 + number}.html</loc></url>" for number in listed)
    urlset = f'<?xml version="1.0"?><urlset xmlns="http://www.sitemaps.org/schemas/sitemap/0.9">{places}</urlset>'
    server.routes["/sitemap.xml"] = (200, {"Content-Type": "application/xml"}, urlset.encode())
    pages = max(1, (products + 9) // 10)
    server.routes["/"] = '<html><body><a href="/list?page=1">全部</a></body></html>'
    for page in range(1, pages + 1):
        links = "".join(f'<a href="/item/{10000 + number}.html">x</a>' for number in range((page - 1) * 10, min(products, page * 10)))
        following = f'<a href="/list?page={page + 1}">下一页</a>' if page < pages else ""
        server.routes[f"/list?page={page}"] = f"<html><body>{links}{following}</body></html>"
    for number in range(products):
        server.routes[f"/item/{10000 + number}.html"] = product_page(base, number)

    async def images(request: web.Request) -> web.Response:
        if not request.path.startswith("/img/"):
            return web.Response(status=404, text="nothing here")
        seed = int(request.path.split("/")[2].split("-")[0])
        return web.Response(body=picture(seed), content_type="image/jpeg", headers={"ETag": f'"{seed}"'})

    server.fallback = images

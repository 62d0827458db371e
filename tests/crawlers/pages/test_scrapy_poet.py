"""The page object in a bare Scrapy project: scrapy-poet hands it to a callback that asks for it by type."""

from __future__ import annotations

import http.server
import json
import subprocess
import sys
import threading
from pathlib import Path

import pytest

from tests.crawlers.pages.layouts import PAGES

pytestmark = pytest.mark.medium

SPIDER = """
import json, sys, scrapy
from scrapy.crawler import CrawlerProcess
from crawlers.pages.listing_page import ListingPage


class Bare(scrapy.Spider):
    name = "bare"
    start_urls = [sys.argv[1]]
    custom_settings = {"ADDONS": {"scrapy_poet.Addon": 300}, "LOG_ENABLED": False}

    async def parse(self, response, page: ListingPage):
        print(json.dumps((await page.to_item()).as_dict()))

process = CrawlerProcess()
process.crawl(Bare)
process.start()
"""


class OnePage(http.server.BaseHTTPRequestHandler):
    body = b""

    def do_GET(self) -> None:
        self.send_response(200)
        self.send_header("Content-Type", "text/html")
        self.end_headers()
        self.wfile.write(self.body)

    def log_message(self, *_: object) -> None:
        pass


def test_scrapy_poet_injects_it():
    page = PAGES["prestashop_microdata_crumbs"]()
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), type("Served", (OnePage,), {"body": page.html}))
    threading.Thread(target=server.serve_forever, daemon=True).start()
    try:
        done = subprocess.run([sys.executable, "-c", SPIDER, f"http://127.0.0.1:{server.server_port}/p/1.html"], capture_output=True, text=True,
                              timeout=120, check=True, cwd=Path(__file__).resolve().parents[3])
    finally:
        server.shutdown()
    found = json.loads(done.stdout.splitlines()[-1])
    assert (found["name"], tuple(found["breadcrumbs"]), found["sku"]) == (page.name, page.breadcrumbs, page.sku)
    assert page.picture in found["image_urls"][0]

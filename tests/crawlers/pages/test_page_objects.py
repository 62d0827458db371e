"""Every page object against its saved pages: the whole item, and each required field blanked in turn.

saved/<page object>/<case>/ holds page.html as the shop sent it and expected.json: {"url", "item"}. A page object without a saved page fails.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from web_poet import HttpResponse, default_registry, field, handle_urls
from web_poet.fields import item_from_fields_sync

from crawlers import program
from crawlers.pages.generic import ExtractedListing
from crawlers.pages.listing_page import ListingPage, own_page_class, read_listing
from crawlers.pages.sample_shop import SampleShopPage
from lakehouse import tables
from tests.crawlers.shop import picture

SAVED = Path(__file__).parent / "saved"
CASES = sorted(path.parent for path in SAVED.glob("*/*/expected.json"))
REQUIRED = ("name", "breadcrumbs", "image_urls")


def page_objects() -> dict[str, type[ListingPage]]:
    own_page_class("https://any.example/")
    rules = [rule.use for rule in default_registry.get_rules() if issubclass(rule.use, ListingPage) and rule.use.__module__.startswith("crawlers.")]
    return {one.__name__: one for one in (ListingPage, *rules)}


def item_of(case: Path, body: bytes) -> ExtractedListing:
    wanted = json.loads((case / "expected.json").read_text(encoding="utf-8"))
    page = page_objects()[case.parent.name](HttpResponse(wanted["url"], body=body))
    return item_from_fields_sync(page, ExtractedListing)


def test_every_page_object_has_a_saved_page_and_every_saved_page_its_object():
    assert {case.parent.name for case in CASES} == set(page_objects())


@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_saved_page_gives_its_item(case):
    wanted = json.loads((case / "expected.json").read_text(encoding="utf-8"))["item"]
    assert item_of(case, (case / "page.html").read_bytes()).as_dict() == wanted


@pytest.mark.parametrize("required", REQUIRED)
@pytest.mark.parametrize("case", CASES, ids=lambda case: f"{case.parent.name}-{case.name}")
def test_a_required_field_that_is_blank_is_empty_and_has_no_rule(case, required):
    """Its texts are taken out of the page wherever they stand; what is left may not be made up from something else."""
    from crawlers.pages.document import decode

    wanted = json.loads((case / "expected.json").read_text(encoding="utf-8"))["item"]
    body = decode((case / "page.html").read_bytes())
    values = [wanted[required]] if isinstance(wanted[required], str) else wanted[required]
    for value in values:
        text = {"name": value, "breadcrumbs": f">{value}<", "image_urls": value.rsplit("/", 1)[-1]}[required]
        assert text in body
        body = body.replace(text, "><" if required == "breadcrumbs" else "")
    found = item_of(case, body.encode("utf-8"))
    got = getattr(found, required)
    assert not set([got] if isinstance(got, str) else got) & set(values)
    for other in REQUIRED:
        if other != required and required != "name":
            assert getattr(found, other) == wanted[other]


def test_a_shop_s_own_page_object_takes_over_the_fields_that_it_overrides():
    @handle_urls("own-shop.example")
    class OwnShopPage(ListingPage):
        @field
        def name(self) -> str:
            return "from the page object"

    html = b"<title>Mug - Shop</title><h1>Mug</h1><div class='gallery'><img src='/m.jpg'></div>"
    own, other = read_listing(html, "https://own-shop.example/1"), read_listing(html, "https://other.example/1")
    assert (own.name, own.image_urls) == ("from the page object", ["https://own-shop.example/m.jpg"])
    assert own.rules["name"] == "page object OwnShopPage" and own.rules["image_urls"] == "picture of the page"
    assert other.name == "Mug"


def test_what_handle_urls_can_say_decides_which_page_object_reads_an_address():
    @handle_urls("wide.example")
    class WidePage(ListingPage):
        pass

    @handle_urls("wide.example/p/*?id=*", exclude="wide.example/p/help")
    class NarrowPage(ListingPage):
        pass

    @handle_urls("wide.example/p/9", priority=900)
    class UrgentPage(ListingPage):
        pass

    read_by = {"https://www.wide.example/p/1?id=3": NarrowPage, "https://m.wide.example/p/1": WidePage, "https://wide.example/p/help?id=1": WidePage,
               "https://wide.example/p/9?id=2": UrgentPage, "https://notwide.example/": None, "http://[": None}
    assert {url: own_page_class(url) for url in read_by} == read_by


def test_the_listing_shows_every_page_object_with_its_addresses(capsys):
    program.show_spiders()
    shown = " ".join(capsys.readouterr().out.split())
    assert "│ SampleShopPage │ 127.0.0.1:8702/product-*.html| │" in shown


def test_nothing_is_fetched_to_find_a_page_object(tmp_path):
    """Lookup is by registrable domain, and the list of public suffixes is one that tldextract would fetch."""
    done = subprocess.run([sys.executable, "-c", "import crawlers.pages.listing_page as pages; print(pages.own_page_class('https://a.example.co.uk/'))"],
                          cwd=Path(__file__).resolve().parents[3], env=os.environ | {"TLDEXTRACT_CACHE": str(tmp_path), "https_proxy": "http://127.0.0.1:9"},
                          capture_output=True, text=True, check=True)
    assert (done.stdout.strip(), done.stderr) == ("None", "")


def test_a_crawl_reads_a_shop_with_its_own_page_object(server, crawl, rows):
    saved = SAVED / "SampleShopPage" / "one_picture_and_no_number_in_the_meta_data"
    wanted = json.loads((saved / "expected.json").read_text(encoding="utf-8"))["item"]
    path = urlsplit(wanted["canonical_url"]).path
    handle_urls(f"127.0.0.1:{server.port}/product-*.html|")(SampleShopPage)       # where this test serves it
    page = (saved / "page.html").read_bytes().replace(b"127.0.0.1:8702", f"127.0.0.1:{server.port}".encode())
    server.routes |= {"/": f'<a href="{path}">x</a>', path: (200, {"Content-Type": "text/html"}, page)}
    server.routes[urlsplit(wanted["image_urls"][0]).path] = picture(1)

    crawl(server.url + "/", "xinghe")

    (listing,) = rows(tables.RAW_LISTINGS)
    assert (listing["listing_id"], listing["title"], listing["breadcrumbs"]) == (wanted["sku"], wanted["name"], wanted["breadcrumbs"])
    assert listing["rules"] == wanted["rules"] and listing["rules"]["sku"] == "page object SampleShopPage"

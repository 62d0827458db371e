"""The generic spider against a shop on loopback: what a crawl lands, finds, folds and refuses."""

from __future__ import annotations

import hashlib
import itertools
import json
from pathlib import Path

import pytest
from aiohttp import web

from crawlers import discovery, pictures, program
from crawlers.pages.generic import ExtractedListing
from crawlers.spiders import generic
from crawlers.spiders.generic import fault_of
from lakehouse import tables
from lakehouse.errors import LakehouseError
from tests.crawlers.shop import picture, product_page, small_shop


def test_a_crawl_lands_every_listing_with_its_picture(server, crawl, rows, lake: Path):
    small_shop(server, 24, in_sitemap=10)

    run = crawl(server.url + "/", "tea")

    listings = {row["listing_id"]: row for row in rows(tables.RAW_LISTINGS)}
    assert sorted(listings) == sorted(f"P{number}" for number in range(24))
    eleven = listings["P11"]
    assert (eleven["title"], eleven["breadcrumbs"]) == ("测试商品 11 号", ["食品", "子类4"])
    assert (eleven["shop"], eleven["crawl_id"]) == ("tea", run["crawl_id"])
    assert eleven["url"] == f"{server.url}/item/10011.html"
    assert eleven["image_urls"] == [f"{server.url}/img/11-{view}.jpg" for view in range(3)]
    assert eleven["image_url"] == pictures.seeded_order("tea", "P11", eleven["image_urls"])[0]
    assert eleven["image_sha256"] == hashlib.sha256(picture(11)).hexdigest()
    stored = {row["image_sha256"]: row for row in rows(tables.RAW_IMAGES)}
    assert set(stored) == {row["image_sha256"] for row in listings.values()}
    image = stored[eleven["image_sha256"]]
    assert (image["width"], image["height"], image["channels"], image["format"], image["verdict"]) == (64, 64, 3, "jpeg", "usable")
    assert (lake / image["path"]).read_bytes() == picture(11)
    assert image["path"] == f"images/{image['image_sha256'][:2]}/{image['image_sha256']}.jpg"


def test_crawl_runs_tells_the_story(server, crawl, rows):
    small_shop(server, 24, in_sitemap=10)

    crawl(server.url + "/", "tea")

    (run,) = rows(tables.CRAWL_RUNS)
    assert (run["shop"], run["spider"], run["source"]) == ("tea", "generic", server.url + "/")
    assert (run["finish_reason"], run["audit"]) == ("finished", "pending")
    assert (run["listings"], run["images"], run["rejects"], run["audit_notes"]) == (24, 24, 0, [])
    assert run["started_at"] < run["finished_at"]
    assert run["counters"]["crawl/listings_landed"] == 24


def test_every_page_is_remembered_once_per_status(server, crawl, rows):
    small_shop(server, 12)

    crawl(server.url + "/", "tea")

    pages = rows(tables.CRAWL_PAGES)
    keys = [(row["crawl_id"], row["url"], row["status"]) for row in pages]
    assert len(keys) == len(set(keys))
    fetched = {row["url"]: row for row in pages if row["status"] == "fetched"}
    assert fetched[f"{server.url}/item/10003.html"]["listing_id"] == "P3"
    assert {row["kind"] for row in fetched.values()} == {"sitemap", "category", "product", "image"}
    seen = {row["url"] for row in pages if row["status"] == "seen"}
    assert seen == {url for url, row in fetched.items() if row["kind"] != "image"}


def test_a_picture_that_many_listings_share_is_fetched_once(server, crawl, rows):
    small_shop(server, 10)
    for number in range(10):
        server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, images=[f"{server.url}/img/7-0.jpg"])

    crawl(server.url + "/", "tea", overrides={"CONCURRENT_REQUESTS": 1, "CONCURRENT_ITEMS": 1})      # one after the other: not shared by chance

    assert server.hits["/img/7-0.jpg"] == 1
    assert {row["image_sha256"] for row in rows(tables.RAW_LISTINGS)} == {hashlib.sha256(picture(7)).hexdigest()}
    assert len(rows(tables.RAW_IMAGES)) == 1


def test_variants_are_one_listing(server, crawl, rows):
    small_shop(server, 6)
    for number in range(6):
        server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, extra={"inProductGroupWithID": f"G{number // 3}"})

    run = crawl(server.url + "/", "tea")

    assert sorted(row["listing_id"] for row in rows(tables.RAW_LISTINGS)) == ["G0", "G1"]
    assert run["counters"] and dict(run["counters"])["crawl/variants_folded"] == 4


@pytest.mark.parametrize("fault", [{"sku": "N/A"}, {"sku": "{{ product.sku }}"}, {"sku": "LAMP-250"}, {"sku": None, "mpn": "250"},
                                   {"sku": "", "inProductGroupWithID": "null"}, "canonical"])
def test_pages_that_share_an_id_are_listings_of_their_own(server, crawl, rows, fault):
    small_shop(server, 6)
    for number in range(6):
        head, extra = ("", fault) if fault != "canonical" else (f'<link rel="canonical" href="{server.url}/item/10003.html">', {})
        server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, extra=extra, head=head)

    first = crawl(server.url + "/", "tea")
    landed = {row["listing_id"]: row["title"] for row in rows(tables.RAW_LISTINGS)}
    second = crawl(server.url + "/", "tea", overrides={"CONCURRENT_REQUESTS": 1})      # in another order

    assert first["listings"] == len(landed) == len(set(landed.values())) == 6
    assert dict(second["counters"])["crawl/listings_unchanged"] == 6 and second["listings"] == 0


def json_ld(*nodes: object) -> str:
    return "".join(f'<script type="application/ld+json">{json.dumps(node)}</script>' for node in nodes)


LAMP = {"@type": "Product", "name": "Desk lamp", "sku": "S1"}
OTHERS = [{"@type": "Product", "name": f"Lamp {number}", "url": f"/p/{number}"} for number in range(4)]
CARDS = "".join(f'<div itemscope itemtype="http://schema.org/Product"><span itemprop="name">{one["name"]}</span></div>' for one in OTHERS)
LISTED = {"@type": "ItemList", "itemListElement": [{"@type": "ListItem", "item": one} for one in OTHERS]}


@pytest.mark.parametrize(("page", "is_product"), [
    (json_ld(LAMP), True),
    (json_ld(LAMP | {"@type": "https://schema.org/Product"}).replace("//schema.org/", "\\/\\/schema.org\\/"), True),
    (json_ld(LAMP | {"@type": "https://www.schema.org/Product"}), True), (json_ld(LAMP | {"@type": "schema:Product"}), True),
    *((json_ld(LAMP | {"@type": kind}), True) for kind in ("IndividualProduct", "Book", "Vehicle", "ProductGroup")),
    ('<meta property="og:type" content="product">', True), ('<meta content="product" property="og:type">', True),
    ("<meta property=og:type content=product>", True), ('<meta property="og:type" content="website"><meta name="x" content="product">', False),
    (json_ld(LAMP, LISTED) + "<h1>Desk lamp</h1>", True), (json_ld({"@graph": [LAMP | {"isRelatedTo": OTHERS}, LISTED]}), True),
    (json_ld(LAMP) + CARDS, True), (json_ld(LAMP, *OTHERS) + "<h1>Desk lamp</h1>", True),
    ("<title>Shop</title><h1>Welcome</h1>" + CARDS, False), (json_ld(LISTED) + "<h1>Lamps</h1>", False), (json_ld(*OTHERS), False),
    (json_ld({"@type": "ProductGroup", "name": "Lamp", "hasVariant": OTHERS}), True),
])
def test_which_pages_show_one_product(page: str, is_product: bool):
    assert discovery.is_product_page(f"<html><body>{page}</body></html>".encode(), "https://a.example/w/x", named=True) is is_product


def test_a_home_page_of_product_cards_leads_to_the_products(server, crawl, rows):
    small_shop(server, 6)
    del server.routes["/sitemap.xml"]
    server.routes["/"] = server.routes["/"].replace("<body>", f"<body><h1>Welcome</h1>{CARDS}")

    assert crawl(server.url + "/", "tea")["listings"] == 6


def test_a_number_within_a_name_is_no_id(server, crawl, rows):
    small_shop(server, 6)
    server.routes["/list?page=1"] = "".join(f'<a href="/products/{name}-250-lumen">x</a>' for name in ("aa", "bb", "cc"))
    del server.routes["/sitemap.xml"]
    for number, name in enumerate(("aa", "bb", "cc")):
        server.routes[f"/products/{name}-250-lumen"] = product_page(server.url, number, extra={"sku": None})

    assert crawl(server.url + "/", "tea")["listings"] == 3


def test_parameters_that_choose_a_variant_are_no_listings(server, crawl, rows):
    small_shop(server, 6)
    pages = {f"/products/shirt{query}": number for number, query in enumerate(("?color=red", "", "?color=blue"))}
    server.routes["/list?page=1"] = "".join(f'<a href="{path}">x</a>' for path in pages)
    del server.routes["/sitemap.xml"]
    for path, number in pages.items():
        head = f'<link rel="canonical" href="{server.url}/products/shirt">'
        server.routes[path] = product_page(server.url, number, extra={"sku": None}, head=head)

    crawl(server.url + "/", "tea", overrides={"CONCURRENT_REQUESTS": 1})

    (row,) = rows(tables.RAW_LISTINGS)
    assert row["url"] == f"{server.url}/products/shirt"


def test_a_shop_without_a_sitemap_is_found_by_its_categories(server, crawl, rows):
    small_shop(server, 35, in_sitemap=0)
    del server.routes["/sitemap.xml"], server.routes["/robots.txt"]

    crawl(server.url + "/", "tea")

    assert len(rows(tables.RAW_LISTINGS)) == 35


def test_a_robots_txt_that_is_kept_elsewhere_leads_to_the_sitemap(server, crawl, rows):
    small_shop(server, 4)
    server.routes["/static/robots"] = (200, {"Content-Type": "text/plain"}, f"User-agent: *\nDisallow: /img/\nSitemap: {server.url}/map.xml\n".encode())
    server.routes["/robots.txt"] = (301, {"Location": "/static/robots"}, b"")
    server.routes["/map.xml"] = server.routes.pop("/sitemap.xml")

    run = crawl(server.url + "/", "tea")

    kinds = {row["url"].removeprefix(server.url): row["kind"] for row in rows(tables.CRAWL_PAGES)}
    assert kinds["/map.xml"] == "sitemap" and "/sitemap.xml" not in kinds and run["listings"] == 4
    assert not any(path.startswith("/img/") for path in server.hits), "what it forbids is left alone"


def test_few_pages_are_spent_on_what_the_sitemap_names(server, crawl, rows):
    small_shop(server, 20)
    links = "".join(f'<a href="/topic/{number}">t</a>' for number in range(50))
    server.routes["/"] = f"<html><body>{links}</body></html>"
    for number in range(50):
        server.routes[f"/topic/{number}"] = "<html><body>nothing to buy</body></html>"
    run = crawl(server.url + "/", "tea", max_pages=8)
    assert run["finish_reason"] == "max_pages"
    assert run["listings"] >= 6


def test_max_pages_stops_and_says_so(server, crawl, rows):
    small_shop(server, 30)

    run = crawl(server.url + "/", "tea", max_pages=10)

    assert run["finish_reason"] == "max_pages"
    assert run["listings"] <= 10
    assert sum(count for path, count in server.hits.items() if path.startswith(("/item", "/list", "/?"))) <= 11


@pytest.mark.parametrize("limit", ["max_pages", "daily_budget"])
@pytest.mark.parametrize(("of_products", "landed"), [(1, 9), (50, 17), (0, 0)])
def test_sitemaps_count_too_and_leave_pages_for_products(server, crawl, limit: str, of_products: int, landed: int):
    small_shop(server, 100)
    index = "".join(f"<sitemap><loc>{server.url}/sitemap-{number}.xml</loc></sitemap>" for number in range(400))
    server.routes["/sitemap.xml"] = (200, {}, f"<sitemapindex>{index}</sitemapindex>".encode())
    for number in range(400):
        items = range(of_products * number, of_products * (number + 1))
        places = "".join(f"<url><loc>{server.url}/item/{10000 + item}.html</loc></url>" for item in items)
        server.routes[f"/sitemap-{number}.xml"] = (200, {}, f"<urlset>{places}</urlset>".encode())

    run = crawl(server.url + "/", "tea", overrides={"CONCURRENT_REQUESTS": 1, "ROBOTSTXT_OBEY": False}, **{limit: 20})

    pages = {path: count for path, count in server.hits.items() if not path.startswith("/img/")}
    assert run["finish_reason"] == limit and sum(pages.values()) == 20 and landed - 1 <= run["listings"] <= landed
    if limit == "daily_budget":
        assert crawl(shop="tea", resume=True, daily_budget=20)["finish_reason"] == limit
        assert sum(count for path, count in server.hits.items() if not path.startswith("/img/")) == 20


@pytest.mark.parametrize(("option", "given"), [("max_pages", -3), ("daily_budget", -1), ("batch_rows", 0), ("batch_seconds", -1.0)])
def test_a_number_that_cannot_be_met_is_refused_in_a_sentence(option: str, given: float):
    with pytest.raises(LakehouseError, match=f"--{option.replace('_', '-')} {given} is too low; give"):
        program.Options(**{option: given})


def test_what_a_sitemap_names_is_read_after_hundreds_of_categories_that_gave_nothing():
    shapes = generic.Shapes()
    shapes.saw("https://a.example/blue-lamp", fruitful=True, product=True)
    for letters in itertools.islice(itertools.product("abcdefghij", repeat=3), 600):
        shapes.saw(f"https://a.example/{''.join(letters)}", fruitful=True)      # to new addresses, but to none of a product
    left = "https://a.example/red-lamp"
    assert shapes.is_barren(left, "category") and not shapes.is_barren(left, "product") and not shapes.may_hide_products(left)
    assert not shapes.is_barren("https://a.example/c/lamps", "category")


SPOILT = {"no_title": {"title": "\u200b\u0007"}, "no_breadcrumb": {"crumbs": []}, "price": {"title": "¥ 1,299.00"},
          "long": {"title": "长" * 50_000}, "undecodable": {"title": "���� 坏��"}}


def test_listings_that_cannot_be_used_are_rejected_by_name(server, crawl, rows):
    small_shop(server, 9)
    for number, fault in enumerate(SPOILT.values()):
        page = product_page(server.url, number, **fault)
        if "title" in fault:
            page = page.replace("<h1>", "<h2>").replace("</h1>", "</h2>")
        server.routes[f"/item/{10000 + number}.html"] = page

    run = crawl(server.url + "/", "tea")

    assert run["rejects"] == 5
    rejects = {json.loads(row["row"])["url"]: row for row in rows(tables.REJECTS)}
    found = [rejects[f"{server.url}/item/{10000 + number}.html"] for number in range(5)]
    assert [row["reason"] for row in found] == ["no_title", "no_breadcrumb", "price_as_title", "title_too_long", "undecodable"]
    assert all(dict(run["counters"])[f"crawl/rejected/{row['reason']}"] == 1 for row in found)
    assert {(row["table"], row["run_id"]) for row in found} == {("raw_listings", run["crawl_id"])}
    assert sorted(row["listing_id"] for row in rows(tables.RAW_LISTINGS)) == ["P5", "P6", "P7", "P8"]


@pytest.mark.parametrize(("title", "breadcrumbs", "fault"), [
    ("好茶叶", ["食品"], ""), ("", ["食品"], "no_title"), ("\u200b\x00 ", ["食品"], "no_title"), ("¥ 1,299.00", ["食品"], "price_as_title"),
    ("199元", ["食品"], "price_as_title"), ("9527", ["食品"], "price_as_title"), ("三只松鼠 100g", ["食品"], ""),
    ("长" * 33_000, ["食品"], "title_too_long"),
    ("好茶叶", [], "no_breadcrumb"), ("�茶��叶�", ["食品"], "undecodable"), ("好茶叶", ["��品"], "undecodable"),
])
def test_why_a_listing_cannot_be_used(title: str, breadcrumbs: list[str], fault: str):
    assert fault_of(title, breadcrumbs) == fault


def test_the_products_own_name_is_not_a_category(server, crawl, rows):
    small_shop(server, 1)
    server.routes["/item/10000.html"] = product_page(server.url, 0, title="一件商品", crumbs=["食品", "一件商品"])

    crawl(server.url + "/", "tea")

    assert rows(tables.RAW_LISTINGS)[0]["breadcrumbs"] == ["食品"]


def test_an_error_page_with_status_200_is_a_reject(server, crawl, rows):
    small_shop(server, 30)
    server.routes["/item/10029.html"] = "<html><body><h1>系统繁忙</h1></body></html>"

    run = crawl(server.url + "/", "tea", overrides={"CONCURRENT_REQUESTS": 1})

    assert dict(run["counters"])["crawl/rejected/error_page"] == 1
    assert [row["reason"] for row in rows(tables.REJECTS)] == ["error_page"]


def test_an_error_page_with_status_200_is_known_by_its_words(server, crawl, rows):
    """Among addresses that have nothing in common; a category that says so is counted, and what it leads to is read all the same."""
    small_shop(server, 3)
    names = ("blue-lamp", "red-sofa", "green-tea")
    error = "<html><title>404 Not Found</title><h1>Page not found</h1>{}</html>"
    places = "".join(f"<url><loc>{server.url}/products/{name}</loc></url>" for name in names)
    server.routes["/sitemap.xml"] = (200, {}, f"<urlset>{places}</urlset>".encode())
    for number, name in enumerate(names):
        server.routes[f"/products/{name}"] = product_page(server.url, 100 + number) if number else error.format("")
    server.routes["/"] = error.format('<a href="/list?page=1">x</a>')

    run = crawl(server.url + "/", "tea")

    assert [(row["reason"], json.loads(row["row"])["url"]) for row in rows(tables.REJECTS)] == [("error_page", f"{server.url}/products/blue-lamp")]
    assert run["listings"] == 5 and dict(run["counters"])["crawl/odd/error_page"] == 1


def test_a_page_that_breaks_the_spider_fails_the_audit_and_costs_no_other(server, crawl, rows, monkeypatch):
    small_shop(server, 6)
    read = generic.read_listing

    def broken(html: bytes, url: str, **more: str) -> ExtractedListing:
        if url.endswith("/item/10002.html"):
            raise AttributeError("a page object's own mistake")
        return read(html, url, **more)

    monkeypatch.setattr(generic, "read_listing", broken)

    run = crawl(server.url + "/", "tea")

    assert run["audit_notes"] == ["The spider failed on 1 pages; -v shows where."]
    assert sorted(row["listing_id"] for row in rows(tables.RAW_LISTINGS)) == ["P0", "P1", "P3", "P4", "P5"]


def test_a_redirected_product_is_recorded_under_the_address_that_was_asked_for(server, crawl, rows):
    small_shop(server, 3)
    server.routes["/item/10001.html"] = (301, {"Location": "/goods/10001.html"}, b"")
    server.routes["/goods/10001.html"] = product_page(server.url, 1)

    crawl(server.url + "/", "tea")

    assert {row["listing_id"] for row in rows(tables.RAW_LISTINGS)} == {"P0", "P1", "P2"}
    fetched = {row["url"] for row in rows(tables.CRAWL_PAGES) if row["status"] == "fetched"}
    assert f"{server.url}/item/10001.html" in fetched


def test_a_shop_that_answers_500_ends_with_a_note(server, crawl, rows):
    async def broken(request: web.Request) -> web.Response:
        return web.Response(status=500, text="oops")

    server.fallback = broken
    server.routes["/robots.txt"] = (404, {}, b"")

    run = crawl(server.url + "/", "tea")

    assert run["listings"] == 0 and run["audit_notes"] == [f"No listing was found at {server.url}/: http_500 (1)."]
    assert {"http_500"} == {row["reason"] for row in rows(tables.CRAWL_PAGES) if row["status"] == "failed" and row["kind"] == "category"}


@pytest.mark.parametrize("how", ["status", "refresh"])
def test_a_start_that_leads_to_another_site_names_it(server, servers, crawl, how: str):
    other = servers("127.0.0.2")
    small_shop(other, 3)
    there = f"{other.url}/"
    server.routes["/"] = (301, {"Location": there}, b"") if how == "status" else f'<html><meta http-equiv="refresh" content="0; url={there}"></html>'

    run = crawl(server.url + "/", "tea", allowed=("127.0.0.0/8",))

    assert run["audit_notes"] == [f"No listing was found at {server.url}/, which leads to {there}; if that is the shop, start there."]
    assert not other.hits

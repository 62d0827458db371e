"""The shops over real HTTP, read by others' parsers."""

import gzip
import re
import socket
import subprocess
import sys
import urllib.error
import urllib.request
from io import BytesIO
from urllib.robotparser import RobotFileParser

import extruct
import pytest
from parsel import Selector
from PIL import Image

from sample_shops.catalogue import Catalogue


def get(url, **headers):
    with urllib.request.urlopen(urllib.request.Request(url, headers=headers), timeout=20) as response:
        return response.headers, response.read()


def product_urls(shop):
    _, index = get(shop["url"] + "sitemap.xml")
    urls = []
    for part in re.findall("<loc>(.*?)</loc>", index.decode()):
        _, body = get(part)
        urls += re.findall("<loc>(.*?)</loc>", (gzip.decompress(body) if part.endswith(".gz") else body).decode())
    return urls


@pytest.fixture(scope="module")
def catalogue():
    return Catalogue(1000, 5)


def read(dialect, body, url):
    """(sku, title, breadcrumb, pictures) as a reader of the dialect's markup sees them."""
    if dialect == "json-ld":
        graphs = extruct.extract(body, base_url=url, syntaxes=["json-ld"], encoding="utf-8")["json-ld"]
        nodes = {node["@type"]: node for graph in graphs for node in graph.get("@graph", [graph])}
        return (nodes["Product"]["sku"], nodes["Product"]["name"], [item["name"] for item in nodes["BreadcrumbList"]["itemListElement"]][1:],
                nodes["Product"]["image"])
    if dialect == "microdata":
        items = extruct.extract(body, base_url=url, syntaxes=["microdata"], encoding="utf-8", uniform=True)["microdata"]
        nodes = {node["@type"]: node for node in items}
        crumbs = [item["name"] for item in nodes["BreadcrumbList"]["itemListElement"]]
        assert crumbs[-1] == nodes["Product"]["name"]
        images = nodes["Product"]["image"]
        return nodes["Product"]["sku"], nodes["Product"]["name"], crumbs[1:-1], [images] if isinstance(images, str) else images
    text = body.decode("gbk")
    page = Selector(text)
    crumbs = [part.strip() for part in " ".join(page.css(".crumb-wrap *::text").getall()).split("  ")]
    crumbs = page.css(".crumb-wrap a::text").getall()[1:]
    lazy = page.css(".pic-box img").xpath("@data-src | @data-original | @data-lazy-src").getall()
    graph = dict(extruct.extract(text, base_url=url, syntaxes=["opengraph"])["opengraph"][0]["properties"])
    assert graph["og:image"] == lazy[0] and "blank.gif" not in str(lazy)
    return page.css("#sku::text").get(), graph["og:title"], crumbs, lazy


@pytest.mark.parametrize("shop", ["bailing", "qingteng", "xinghe"])
def test_pages_agree_with_the_answer_key(shops, catalogue, shop):
    line = shops[shop]
    expected = {listing.listing_id: listing for listing in catalogue if listing.shop == shop}
    urls = product_urls(line)
    assert len(urls) == len(set(urls)) == line["listings"] == len(expected)
    for url in urls[::7]:
        _, body = get(url)
        sku, title, crumbs, pictures = read(line["dialect"], body, url)
        listing = expected[sku]
        assert " ".join(title.split()) == " ".join(listing.title.split())
        assert tuple(crumbs) == listing.path
        assert [picture.rpartition("/")[2] for picture in pictures] == list(catalogue.picture_names(listing.number))
        kind = listing.label_path.encode("gbk" if shop == "xinghe" else "utf-8")
        assert kind not in body


def test_each_shop_speaks_its_own_dialect(shops):
    assert [line["dialect"] for line in shops.values()] == ["json-ld", "microdata", "open-graph"]
    headers, body = get(product_urls(shops["xinghe"])[0])
    assert headers["Content-Type"] == "text/html" and b"charset=gb2312" in body       # a charset that the header does not tell
    with pytest.raises(UnicodeDecodeError):
        body.decode("utf-8")
    assert Selector(body.decode("gbk")).css("h1 ::text").get().endswith("全场五折起")    # a banner before the product's name


@pytest.mark.parametrize("shop", ["bailing", "qingteng", "xinghe"])
def test_every_product_is_reached_by_links_alone(shops, shop):
    base = shops[shop]["url"]
    robots = RobotFileParser()
    robots.parse(get(base + "robots.txt")[1].decode().splitlines())
    assert not robots.can_fetch("*", base + "cart") and robots.can_fetch("*", base + "list/0")
    product = re.compile(r"/item/|/p/|/product-")
    waiting, seen, products = ["/"], {"/"}, set()
    while waiting:
        _, body = get(base + waiting.pop().lstrip("/"))
        for link in Selector(body.decode("gbk" if shop == "xinghe" else "utf-8")).css("a::attr(href)").getall():
            if product.match(link):
                products.add(base + link.lstrip("/"))
            elif link not in seen and robots.can_fetch("*", base + link.lstrip("/")) and link != "/login":
                seen.add(link)
                waiting.append(link)
    assert products == set(product_urls(shops[shop]))


def test_the_calendar_never_ends(shops):
    _, body = get(shops["bailing"]["url"] + "calendar/2026/12")
    assert Selector(body.decode()).css("a.next::attr(href)").get() == "/calendar/2027/1"


def test_pictures_are_pictures(shops):
    line = shops["bailing"]
    url = product_urls(line)[0]
    for picture in read("json-ld", get(url)[1], url)[3]:
        headers, body = get(picture)
        with Image.open(BytesIO(body)) as image:
            image.load()
            assert headers["Content-Type"] == f"image/{image.format.lower()}"


@pytest.mark.parametrize("what", ["page", "picture"])
def test_what_has_not_changed_is_not_sent_again(shops, what):
    url = product_urls(shops["bailing"])[3]
    if what == "picture":
        url = read("json-ld", get(url)[1], url)[3][0]
    headers, _ = get(url)
    for known in ({"If-None-Match": headers["ETag"]}, {"If-Modified-Since": headers["Last-Modified"]}):
        with pytest.raises(urllib.error.HTTPError) as answer:
            get(url, **known)
        assert answer.value.code == 304 and answer.value.headers["ETag"] == headers["ETag"]
    assert get(url, **{"If-None-Match": '"another"'})[1]


@pytest.mark.parametrize("path", ["item/ffffffffffff.html", "item/x.html", "img/000/0.jpg", "list/99999", "list/0?page=999", "class/77",
                                  "sitemap-9.xml"])
def test_what_is_not_there_is_404(shops, path):
    with pytest.raises(urllib.error.HTTPError) as answer:
        get(shops["bailing"]["url"] + path)
    assert answer.value.code == 404


def test_a_page_number_that_is_none_shows_the_first(shops):
    base = shops["bailing"]["url"]
    assert get(base + "list/0?page=-1")[1] == get(base + "list/0?page=x")[1] == get(base + "list/0")[1]


def run(*options):
    command = [sys.executable, "-m", "lakehouse.cli", "sample-shops", "serve", *map(str, options)]
    return subprocess.run(command, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.medium
def test_a_busy_port_is_one_sentence(tmp_path):
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        port = taken.getsockname()[1]
        done = run("--listings", 500, "--port", port, "--ready-file", tmp_path / "ready.json")
    assert done.returncode == 1
    assert done.stderr.strip() == f"mep3m: Port {port} is in use; stop what listens there, or choose another with --port (0 takes any free one)."
    assert not (tmp_path / "ready.json").exists()

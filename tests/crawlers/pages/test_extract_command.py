"""mep3m extract: a line a page, whatever the page."""

from __future__ import annotations

import gzip
import json

import pytest
from typer.testing import CliRunner
from web_poet import field, handle_urls

from crawlers.pages.commands import app
from crawlers.pages.listing_page import ListingPage
from lakehouse.errors import LakehouseError
from tests.crawlers.pages.layouts import PAGES
from tests.crawlers.pages.shop_pages import html


def run(*arguments: object) -> list[dict]:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if done.exception is not None:
        raise done.exception
    return [json.loads(line) for line in done.stdout.splitlines()]


def test_a_page_with_its_address(tmp_path):
    page = PAGES["woocommerce_storefront"]()
    (tmp_path / "page.html").write_bytes(page.html)
    (line,) = run(tmp_path / "page.html", "--url", page.url)
    assert (line["file"], line["url"], line["name"], tuple(line["breadcrumbs"])) == ("page.html", page.url, page.name, page.breadcrumbs)
    assert page.picture in line["image_urls"][0] and line["rules"]["name"]
    assert {"sku", "rules"} <= line.keys()


def test_a_folder_gives_a_line_a_page_even_for_broken_ones(tmp_path):
    page = PAGES["opencart_home_is_an_icon"]()
    (tmp_path / "a.html.gz").write_bytes(gzip.compress(page.html))
    (tmp_path / "b.html.gz").write_bytes(gzip.compress(page.html * 50)[:-40])
    (tmp_path / "c.html").write_bytes(b"")
    (tmp_path / "d.html.gz").write_bytes(b"\x1f\x8bnonsense")
    (tmp_path / "notes.txt").write_text("no page")
    (tmp_path / "expected.jsonl").write_text(json.dumps({"id": "a", "url": page.url}) + "\nbroken\n", encoding="utf-8")
    lines = run(tmp_path)
    assert [line["file"] for line in lines] == ["a.html.gz", "b.html.gz", "c.html", "d.html.gz"]
    assert [line["name"] for line in lines] == [page.name, page.name, "", ""]
    assert lines[0]["url"] == page.url
    assert lines[2]["rules"] == {"page": "not a product: empty page"}


def test_addresses_come_from_a_table_or_the_page_itself(tmp_path):
    (tmp_path / "a.html").write_bytes(html("Mug", "<h1>Mug</h1><div class='gallery'><img src='/m.jpg'></div>"))
    (tmp_path / "b.html").write_bytes(html("Cup", "<h1>Cup</h1><div class='gallery'><img src='/c.jpg'></div>", head='<link rel="canonical" href="https://b.example/cup">'))
    (tmp_path / "urls.tsv").write_text("file\turl\na.html\thttps://a.example/mug\n", encoding="utf-8")
    assert [(line["url"], line["image_urls"]) for line in run(tmp_path)] == [
        ("https://a.example/mug", ["https://a.example/m.jpg"]), ("https://b.example/cup", ["https://b.example/c.jpg"])]


def test_a_place_without_pages_says_so(tmp_path):
    with pytest.raises(LakehouseError, match="is not there"):
        run(tmp_path / "nowhere")
    with pytest.raises(LakehouseError, match="holds no page"):
        run(tmp_path)


def test_a_page_is_read_by_the_shop_s_own_page_object_as_a_crawl_reads_it(tmp_path):
    @handle_urls("extracted.example")
    class ExtractedPage(ListingPage):
        @field
        def name(self) -> str:
            return "from the page object"

    (tmp_path / "page.html").write_bytes(html("Mug", "<h1>Mug</h1>"))
    (line,) = run(tmp_path / "page.html", "--url", "https://www.extracted.example/mug")
    assert (line["name"], line["rules"]["name"]) == ("from the page object", "page object ExtractedPage")


def test_what_is_missing_is_said(tmp_path):
    body = html("Mug", "<h1>Mug</h1><div class='gallery'><img src='/m.jpg'></div>")
    (tmp_path / "page.html").write_bytes(body)
    (tmp_path / "torn.html.gz").write_bytes(gzip.compress(body * 50)[:-40])
    (tmp_path / "whole.html.gz").write_bytes(gzip.compress(body))
    done = CliRunner().invoke(app, [str(tmp_path)])
    assert done.stderr.count("does not say its address") == 3 and done.stderr.count("breaks off") == 1 and "torn.html.gz breaks off" in done.stderr
    assert not CliRunner().invoke(app, [str(tmp_path / "page.html"), "--url", "https://a.example/"]).stderr
    for wrong in ("not-a-url", "http://[", "file:///etc/passwd"):
        with pytest.raises(LakehouseError, match="is no address"):
            run(tmp_path, "--url", wrong)


def test_a_title_from_which_nothing_was_taken_is_called_a_title(tmp_path):
    for name, title in (("a", "Blue Mug"), ("b", "Blue Mug | a.example")):
        (tmp_path / f"{name}.html").write_bytes(html(title, "<p>30 cl</p>"))
    assert [line["rules"]["name"] for line in run(tmp_path, "--url", "https://a.example/1")] == ["title", "title without the site's name"]

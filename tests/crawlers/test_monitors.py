"""Crawls that went wrong in a way that only a comparison shows: the note they leave, and the command's exit status."""

from __future__ import annotations

import pytest

from lakehouse import arrow, tables
from tests.crawlers.forked import Forks
from tests.crawlers.shop import product_page, small_shop


def test_a_good_crawl_leaves_no_note(server, crawl):
    small_shop(server, 25)
    assert crawl(server.url + "/", "tea")["audit_notes"] == []


def test_a_drop_against_the_last_crawl(server, crawl):
    small_shop(server, 40)
    crawl(server.url + "/", "tea")
    server.routes.clear()
    small_shop(server, 15)

    assert crawl(server.url + "/", "tea")["audit_notes"] == ["15 listings, where the last crawl had 40."]


def test_an_unchanged_shop_is_no_drop(server, crawl):
    small_shop(server, 25)
    crawl(server.url + "/", "tea")
    second = crawl(server.url + "/", "tea")
    assert (second["listings"], second["audit_notes"]) == (0, [])
    assert crawl(server.url + "/", "tea")["audit_notes"] == []


def test_listings_without_pictures(server, crawl):
    small_shop(server, 25)
    for number in range(20):
        server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, images=["http://127.0.0.9/a.jpg"])

    run = crawl(server.url + "/", "tea")

    assert run["audit_notes"] == ["Only 5 of 25 listings got a picture; 1 pictures were on other hosts (--picture-host)."]


def test_a_shop_that_names_no_pictures_is_as_it_is(server, crawl):
    small_shop(server, 25)
    for number in range(25):
        server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, images=[])

    assert crawl(server.url + "/", "tea")["audit_notes"] == []


def test_too_many_rejects(server, crawl):
    small_shop(server, 25)
    for number in range(10):
        server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, crumbs=[])

    assert crawl(server.url + "/", "tea")["audit_notes"] == ["10 of 25 product pages gave no usable listing; see ops.rejects."]


def test_too_many_failures(server, crawl):
    small_shop(server, 40)
    for number in range(10):
        server.routes[f"/item/{10000 + number}.html"] = (500, {}, b"")
    for number in range(10, 20):
        server.routes[f"/item/{10000 + number}.html"] = (404, {}, b"")      # the shop's own word, and no failure

    (note,) = crawl(server.url + "/", "tea", overrides={"RETRY_TIMES": 0})["audit_notes"]
    assert note.startswith("10 of 3") and note.endswith("pages could not be read; see bronze.crawl_pages.")


@pytest.mark.medium
@pytest.mark.parametrize(("products", "status"), [(3, 0), (0, 1)])
def test_a_note_fails_the_command(server, lake, products: int, status: int):
    small_shop(server, products)
    forks = Forks()
    try:
        assert forks.wait(forks.start(lake, start=server.url + "/", shop="tea")) == status
    finally:
        forks.close()
    (run,) = arrow.read(tables.CRAWL_RUNS).to_pylist()
    assert bool(run["audit_notes"]) == bool(status) and run["audit"] == "pending"

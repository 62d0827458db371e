"""Crawls that went wrong in a way that only a comparison shows: the note they leave, and the command's exit status."""

from __future__ import annotations

import json

import pytest
from typer.testing import CliRunner

from crawlers import commands
from lakehouse import arrow, tables
from tests.crawlers.forked import Forks
from tests.crawlers.shop import picture, product_page, small_shop


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


def test_a_picture_that_stands_for_none(server, crawl):
    small_shop(server, 25)
    for number in range(15):
        server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, images=[f"{server.url}/img/{number}-a1b2c3.jpg"])
        server.routes[f"/img/{number}-a1b2c3.jpg"] = picture(777)

    (note,) = crawl(server.url + "/", "tea")["audit_notes"]
    assert note.startswith("15 listings of different titles, of 25 with a picture, show the same one, ") and note.endswith(": it may stand for none.")


def test_a_picture_of_many_variants_of_one_title_stands_for_them(server, crawl):
    small_shop(server, 25)
    for number in range(25):
        server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, title="茶杯", images=[f"{server.url}/img/1-0.jpg"])

    assert crawl(server.url + "/", "tea")["audit_notes"] == []


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


def test_what_a_failed_crawl_landed_lands_again(server, crawl, rows):
    small_shop(server, 25)
    good = dict(server.routes)
    for number in range(10):
        server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, crumbs=[])
    failed = crawl(server.url + "/", "tea")
    server.routes |= good

    second = crawl(server.url + "/", "tea")

    assert failed["audit_notes"] and failed["listings"] == 15
    assert (second["listings"], second["audit_notes"]) == (25, []), "nobody reads the first crawl's listings further"
    third = crawl(server.url + "/", "tea")
    assert (third["listings"], dict(third["counters"])["crawl/listings_unchanged"]) == (0, 25)


def test_a_crawl_in_parts_is_judged_whole(server, crawl):
    small_shop(server, 40)
    for number in range(14):
        server.routes[f"/item/{10000 + number}.html"] = product_page(server.url, number, crumbs=[])
    whole = crawl(server.url + "/", "tea")

    first = crawl(server.url + "/", "coffee", max_pages=30)
    last = crawl(shop="coffee", resume=True)

    assert first["audit_notes"] and last["audit_notes"] == whole["audit_notes"] == ["14 of 40 product pages gave no usable listing; see ops.rejects."]
    own = ("crawl/", "picture/")
    assert [pair for pair in last["counters"] if pair[0].startswith(own) and pair[0] != "crawl/urls_seen_again"] == [
        pair for pair in whole["counters"] if pair[0].startswith(own) and pair[0] != "crawl/urls_seen_again"]


def test_a_drop_is_seen_at_the_end_of_a_crawl_in_parts(server, crawl):
    small_shop(server, 40)
    crawl(server.url + "/", "tea")
    server.routes.clear()
    small_shop(server, 15)

    first = crawl(server.url + "/", "tea", max_pages=8)
    last = crawl(shop="tea", resume=True)

    assert first["audit_notes"] == [] and last["audit_notes"] == ["15 listings, where the last crawl had 40."]


def test_a_crawl_in_parts_that_found_nothing_says_so(server, crawl):
    server.routes["/"] = "".join(f'<a href="/about-{name}">x</a>' for name in "abcdef")
    for name in "abcdef":
        server.routes[f"/about-{name}"] = "<html><body>us</body></html>"

    first = crawl(server.url + "/", "tea", max_pages=3)
    last = crawl(shop="tea", resume=True)

    assert first["audit_notes"] == [] and last["audit_notes"][0].startswith(f"No listing was found at {server.url}/")


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


@pytest.mark.medium
@pytest.mark.parametrize(("well", "status"), [(3, 0), (0, 1)])
def test_one_unwell_shop_does_not_fail_the_others(server, servers, lake, tmp_path, rows, well: int, status: int):
    small_shop(server, well)
    small_shop(unwell := servers(), 0)
    file = tmp_path / "shops.json"
    shops = {"tea": server.url, "empty": unwell.url, "away": "http://10.9.9.9"}
    file.write_text(json.dumps([{"shop": name, "url": url + "/"} for name, url in shops.items()]), encoding="utf-8")
    forks = Forks()
    try:
        assert forks.wait(forks.start(lake, shops=str(file))) == status
    finally:
        forks.close()
    assert {row["shop"]: bool(row["audit_notes"]) for row in rows(tables.CRAWL_RUNS)} == {"tea": bool(status), "empty": True}
    assert CliRunner().invoke(commands.crawl, ["--objections"]).exit_code == 1
    file.write_text(json.dumps([{"shop": "tea", "url": server.url + "/"}]), encoding="utf-8")       # what was taken out of it objects no more
    assert CliRunner().invoke(commands.crawl, ["--objections", "--shops", str(file)]).exit_code == status


def test_a_shop_that_is_well_again_is_no_objection(server, crawl):
    small_shop(server, 0)
    crawl(server.url + "/", "tea")
    objects = CliRunner().invoke(commands.crawl, ["--objections"])
    assert objects.exit_code == 1 and "tea: No listing was found" in objects.output
    small_shop(server, 3)
    crawl(server.url + "/", "tea")
    assert CliRunner().invoke(commands.crawl, ["--objections"]).exit_code == 0

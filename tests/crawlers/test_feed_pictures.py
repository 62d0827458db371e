"""mep3m crawl pictures: a feed's pictures, fetched as a crawl fetches its own."""

from __future__ import annotations

import json

import pytest

from crawlers import program
from lakehouse import arrow, settings, tables
from lakehouse.errors import LakehouseError
from tests.crawlers.feeds.test_listings_file import run
from tests.crawlers.shop import Server, picture


def feed(tmp_path, server: Server, count: int, **more: str) -> None:
    """A feed of the shop is imported: `count` products, two to a picture, and what `more` says of a last one."""
    products = [{"id": f"P{n}", "title": f"杯子 {n} 号", "category": "家居 > 杯具", "link": f"{server.url}/item/{n}.html",
                 "image_link": f"{server.url}/img/{n // 2}.jpg"} for n in range(count)]
    products += [products[0] | {"id": "PX", "title": "最后一个杯子"} | more] if more else []
    path = tmp_path / "feed.jsonl"
    path.write_text("".join(json.dumps(product, ensure_ascii=False) + "\n" for product in products), encoding="utf-8")
    assert "mep3m crawl pictures --shop mugs" in run("feed", path, "--shop", "mugs")
    for n in range((count + 1) // 2):
        server.routes[f"/img/{n}.jpg"] = picture(n)


def newest(rows) -> dict[str, dict]:
    found = {}
    for row in sorted(rows(tables.RAW_LISTINGS), key=lambda row: "import" not in row["crawl_id"]):
        found[row["listing_id"]] = row
    return found


def test_each_picture_is_fetched_once_and_its_listings_land_with_it(crawl, lake, rows, server, tmp_path):
    feed(tmp_path, server, 8)
    server.routes["/robots.txt"] = (404, {}, b"")
    row = crawl(server.url, "mugs", spider="pictures")
    assert (row["listings"], row["images"], row["finish_reason"], row["audit_notes"]) == (8, 4, "finished", [])
    assert {path: hits for path, hits in server.hits.items() if path != "/robots.txt"} == {f"/img/{n}.jpg": 1 for n in range(4)}
    images = {one["image_sha256"]: one for one in rows(tables.RAW_IMAGES)}
    found = newest(rows)
    assert found["P0"]["image_sha256"] == found["P1"]["image_sha256"] != found["P2"]["image_sha256"]
    for listing in found.values():
        assert (settings.load().path / images[listing["image_sha256"]]["path"]).is_file()
    imported = next(one for one in rows(tables.RAW_LISTINGS) if one["listing_id"] == "P3" and "import" in one["crawl_id"])
    assert all(imported[name] == found["P3"][name] for name in ("url", "title", "breadcrumbs", "image_urls", "image_url", "rules"))
    assert not program.first_without_picture("mugs")


@pytest.mark.parametrize(("address", "reason"), [
    ("http://169.254.169.254/latest/meta-data/me.jpg", "foreign_picture_host"), ("file:///etc/passwd.jpg", "scheme"), ("no address.jpg", "malformed_url"),
])
def test_a_feed_leads_nowhere_that_a_page_could_not(crawl, lake, rows, server, tmp_path, address, reason):
    feed(tmp_path, server, 2, image_link=address, additional_image_link=f"{server.url}/img/0.jpg")
    row = crawl(server.url, "mugs", spider="pictures")
    pages = {page["url"]: (page["status"], page["reason"]) for page in rows(tables.CRAWL_PAGES)}
    assert pages.get(address, ("failed", reason)) == ("failed", reason)
    assert row["listings"] == 3 and newest(rows)["PX"]["image_sha256"], "the listing's other picture is taken"


def test_a_listing_without_its_picture_stays_as_it_was_and_is_tried_again(crawl, lake, rows, server, tmp_path):
    feed(tmp_path, server, 4)
    server.routes["/img/1.jpg"] = (503, {}, b"")
    assert crawl(server.url, "mugs", spider="pictures", overrides={"RETRY_TIMES": 0})["listings"] == 2
    assert [row["listing_id"] for row in rows(tables.RAW_LISTINGS) if "import" not in row["crawl_id"]] == ["P0", "P1"]
    server.routes["/img/1.jpg"] = picture(1)
    server.hits.clear()
    assert crawl(server.url, "mugs", spider="pictures")["listings"] == 2
    assert server.hits["/img/0.jpg"] == 0 and server.hits["/img/1.jpg"] == 1
    assert all(row["image_sha256"] for row in newest(rows).values())


def test_a_run_that_ended_early_is_taken_up_and_fetches_nothing_twice(crawl, lake, rows, server, tmp_path):
    feed(tmp_path, server, 12)
    first = crawl(server.url, "mugs", spider="pictures", daily_budget=5)
    assert first["finish_reason"] == "daily_budget" and 0 < first["listings"] < 12
    row = crawl(shop="mugs", resume=True, daily_budget=1000)
    assert (row["crawl_id"], row["listings"], row["finish_reason"]) == (first["crawl_id"], 12, "finished")
    assert {hits for path, hits in server.hits.items() if path.startswith("/img")} == {1}
    assert arrow.read(tables.RAW_IMAGES).num_rows == 6


def test_pictures_that_are_all_gone_fail_the_run_in_a_sentence(crawl, lake, server, tmp_path):
    feed(tmp_path, server, 2)
    server.routes.clear()
    assert crawl(server.url, "mugs", spider="pictures")["audit_notes"] == ["None of 2 pictures could be had; see bronze.crawl_pages."]


def test_whose_pictures_must_be_said(lake):
    with pytest.raises(LakehouseError, match="mep3m crawl pictures --shop NAME"):
        program.main(program.Options(spider="pictures"))


def test_a_shop_without_such_listings_is_told_so(lake, capsys):
    assert program.main(program.Options(spider="pictures", quiet=True), shop="nobody") == 0
    assert "No listing of nobody waits for a picture" in capsys.readouterr().err

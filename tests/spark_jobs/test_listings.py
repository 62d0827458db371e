import json
from datetime import UTC, datetime

import pytest

from lakehouse.tables import CRAWL_RUNS, LISTINGS, RAW_IMAGES, RAW_LISTINGS
from spark_jobs import listings
from tests.spark_jobs.lake_rows import collected, frame

pytestmark = pytest.mark.jvm
DAY = [datetime(2024, 5, day, tzinfo=UTC) for day in (1, 2, 3)]
RUNS = [{"crawl_id": f"c{n}", "shop": "jd", "started_at": DAY[n], "audit": audit} for n, audit in enumerate(("passed", "passed", "failed"))]


def seen(listing_id: str, crawl: int = 0, title: str = "红富士苹果", breadcrumbs=("食品", "水果"), **more) -> dict:
    return {"shop": "jd", "listing_id": listing_id, "crawl_id": f"c{crawl}", "url": f"http://jd/{listing_id}", "fetched_at": DAY[crawl],
            "title": title, "breadcrumbs": list(breadcrumbs), **more}


@pytest.fixture
def built(spark):
    def build(*rows: dict, images=()):
        return listings.build(frame(spark, RAW_LISTINGS, *rows), frame(spark, CRAWL_RUNS, *RUNS), frame(spark, RAW_IMAGES, *images))
    return build


def test_the_newest_version_of_the_crawls_that_passed(built):
    batch, rejects = built(seen("1", 0, "旧"), seen("1", 1, "新"), seen("1", 2, "没通过"), seen("2", 2))
    assert batch.dtypes == [(c.name, c.type) for c in LISTINGS.columns]
    assert collected(batch, "listing_id", "crawl_id", "title") == [("1", "c1", "新")]
    assert rejects.count() == 0


def test_titles_are_cleaned_and_levels_taken_apart(built):
    batch, _ = built(seen("1", title="【第２件９．８】\x07　苹果 ", breadcrumbs=[" 食品>生鲜", "", "进口", "水果 "], subsub_class_name=" 苹果"),
                     seen("2", breadcrumbs=["图书"], subsub_class_name=" "))
    columns = ("title", "native_class", "native_sub_class", "native_path", "native_subsub_class")
    assert collected(batch, *columns) == [("【第2件9.8】 苹果", "食品＞生鲜", "水果", "食品＞生鲜>进口>水果", "苹果"), ("红富士苹果", "图书", "图书", "图书", None)]


def test_what_cannot_be_used_is_rejected_with_its_reason(built):
    batch, rejects = built(seen("1", title=""), seen("2", title="\x00\u200b"), seen("3", breadcrumbs=[]), seen("4", breadcrumbs=[" ", "\x01"]),
                           seen("5", title="长" * 1001), seen("6"))
    assert collected(batch, "listing_id") == [("6",)]
    assert collected(rejects, "key", "reason") == [
        ("jd|1", "no readable title"), ("jd|2", "no readable title"), ("jd|3", "no breadcrumb"), ("jd|4", "no breadcrumb"),
        ("jd|5", "title over 1000 characters")]
    assert json.loads(rejects.where("key = 'jd|3'").first().row)["title"] == "红富士苹果"


def test_only_usable_pictures_count(built):
    images = [{"image_sha256": "a", "verdict": "usable"}, {"image_sha256": "b", "verdict": "placeholder"}]
    batch, _ = built(seen("1", image_sha256="a"), seen("2", image_sha256="b"), seen("3", image_sha256="c"), seen("4"), images=images)
    assert collected(batch, "listing_id", "image_sha256") == [("1", "a"), ("2", None), ("3", None), ("4", None)]

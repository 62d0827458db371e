import pytest

from lakehouse.tables import LABEL_MAPPING, LISTINGS, PRODUCTS, RAW_IMAGES
from spark_jobs import products
from tests.spark_jobs.lake_rows import collected, frame

pytestmark = pytest.mark.jvm
FRUIT = {"shop": "jd", "native_path": "食品>水果", "class_id": 5, "class_name": "食品类", "sub_class_id": 1, "sub_class_name": "水果"}


def listing(listing_id: str, path: str = "食品>水果", **more) -> dict:
    return {"shop": "jd", "listing_id": listing_id, "native_path": path, "title": f"苹果{listing_id}", **more}


def built(spark, *listings: dict, mapping=(FRUIT,), images=()):
    return products.build(frame(spark, LISTINGS, *listings), frame(spark, LABEL_MAPPING, *mapping), frame(spark, RAW_IMAGES, *images))


def test_the_papers_fields(spark):
    apple = FRUIT | {"native_path": "食品>水果>苹果", "subsub_class_id": 2, "subsub_class_name": "苹果"}
    picture = {"image_sha256": "a", "path": "images/a.jpg", "height": 220, "width": 200, "channels": 3}
    batch = built(spark, listing("1", image_sha256="a"), listing("2", native_subsub_class="苹果"), listing("3", native_subsub_class="未知"),
                  listing("4", "没人管>书"), mapping=[FRUIT, apple], images=[picture])
    assert batch.dtypes == [(c.name, c.type) for c in PRODUCTS.columns]
    assert collected(batch, "listing_id", "sub_class_id", "subsub_class_name", "img_path", "img_resolution", "title") == [
        ("1", 1, None, "images/a.jpg", [220, 200, 3], "苹果1"), ("2", 1, "苹果", None, None, "苹果2"), ("3", 1, None, None, None, "苹果3")]


def test_the_split_is_8_to_2_and_hangs_on_the_product_alone(spark):
    batch = built(spark, *(listing(str(n)) for n in range(2000))).cache()
    train = batch.where("split = 'train'").count()
    assert 0.77 < train / 2000 < 0.83
    assert {row.split for row in batch.select("split").distinct().collect()} == {"train", "test"}
    few = built(spark, *(listing(str(n)) for n in range(0, 2000, 200)))
    assert set(collected(few, "product_id", "split")) <= set(collected(batch, "product_id", "split"))
    assert batch.select("product_id").distinct().count() == 2000

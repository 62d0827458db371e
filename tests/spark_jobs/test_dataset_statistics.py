import pytest

from lakehouse.tables import DATASET_STATISTICS, PRODUCTS, RAW_IMAGES, TAXONOMY
from spark_jobs import dataset_statistics
from tests.spark_jobs.lake_rows import frame
from tests.spark_jobs.test_label_mapping import node

pytestmark = pytest.mark.jvm


def test_numbers_against_a_count_by_hand(spark):
    def product(n: int, sub_class: int, title: str, path: str | None = None) -> dict:
        return {"product_id": str(n), "class_name": "食品类", "sub_class_id": sub_class, "sub_class_name": f"s{sub_class}", "title": title,
                "img_path": path, "img_resolution": [220, 200, 3] if path else None, "split": "test" if n == 3 else "train"}

    rows = [product(0, 1, "苹果", "a"), product(1, 1, "苹果苹果", "b"), product(2, 1, "果" * 12), product(3, 2, "橙")]
    tree = frame(spark, TAXONOMY, node(1, 5, "食品类"), node(2, 1, "s1", 5), node(2, 2, "s2", 5, provisional=True), node(3, 3, "x", 1), node(2, 9, "旧", 5, retired=True))
    images = frame(spark, RAW_IMAGES, {"image_sha256": "a", "path": "a", "format": "jpeg"}, {"image_sha256": "b", "path": "b", "format": "png"})
    batch = dataset_statistics.build(frame(spark, PRODUCTS, *rows), tree, images).cache()
    assert batch.dtypes == [(c.name, c.type) for c in DATASET_STATISTICS.columns]
    collected = batch.collect()
    found = {(row.statistic, row.group): row.value for row in collected}
    assert len(found) == len(collected)
    assert {key: value for key, value in found.items() if key[1] != "MEP-3M"} == {
        ("products", "all"): 4, ("title_characters", "all"): 19, ("pictures", "all"): 2, ("title_length_mean", "all"): 4.75,
        ("title_length_min", "all"): 1, ("title_length_max", "all"): 12,
        ("sub_class_size_min", "all"): 1, ("sub_class_size_max", "all"): 3, ("sub_class_size_median", "all"): 2, ("imbalance", "all"): 3,
        ("sub_classes_under_30_products", "all"): 2,
        ("classes", "all"): 1, ("sub_classes", "all"): 2, ("subsub_classes", "all"): 1, ("sub_classes_with_third_level", "all"): 1, ("provisional_names", "all"): 1,
        ("sub_classes_by_class", "食品类"): 2, ("products_by_class", "食品类"): 4, ("products_by_sub_class", "1 s1"): 3, ("products_by_sub_class", "2 s2"): 1,
        ("products_by_split", "train"): 3, ("products_by_split", "test"): 1, ("pictures_by_format", "jpeg"): 1, ("pictures_by_format", "png"): 1,
        ("pictures_by_resolution", "200x220"): 2, ("title_length_histogram", "0-9"): 3, ("title_length_histogram", "10-19"): 1,
    }
    assert found["products", "MEP-3M"] == 3_012_959


def test_an_empty_data_set_has_no_lengths(spark):
    batch = dataset_statistics.build(frame(spark, PRODUCTS), frame(spark, TAXONOMY), frame(spark, RAW_IMAGES))
    found = {(row.statistic, row.group): row.value for row in batch.collect()}
    assert found["products", "all"] == 0 and ("title_length_mean", "all") not in found

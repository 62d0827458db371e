"""mep3m import labelled: gold.labelled_products from people's labels."""

from __future__ import annotations

import pytest

from lakehouse import arrow
from lakehouse.errors import LakehouseError
from lakehouse.tables import LABELLED_PRODUCTS, REJECTS
from tests.crawlers.feeds.test_listings_file import GOOD, HEADER, picture, rows, run


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "listings.tsv"
    path.write_text(HEADER + GOOD, encoding="utf-8")
    return path


def test_levels_become_ids_without_gaps_in_one_sequence_below_the_class(lake, file):
    assert "3 products of 3 labels" in run("labelled", file)
    by_id = {(row["shop"], row["listing_id"]): row for row in rows(LABELLED_PRODUCTS)}
    assert [tuple(by_id[key][name] for name in ("class_id", "class_name", "sub_class_id", "sub_class_name", "subsub_class_id", "subsub_class_name"))
            for key in (("jd", "1"), ("jd", "2"), ("dangdang", "1"))] == [
        (2, "食品", 2, "乳品", 5, "牛奶"), (2, "食品", 3, "茶", 6, "绿茶"), (1, "图书", 1, "文学", 4, "小说")]
    assert {row["split"] for row in by_id.values()} <= {"train", "test"}


def test_the_same_file_changes_nothing_and_another_replaces_it(lake, file):
    run("labelled", file)
    version = arrow.version(LABELLED_PRODUCTS)
    assert "nothing was changed" in run("labelled", file)
    assert arrow.version(LABELLED_PRODUCTS) == version
    file.write_text(HEADER + GOOD.splitlines()[0] + "\n", encoding="utf-8")
    run("labelled", file)
    assert [row["title"] for row in rows(LABELLED_PRODUCTS)] == ["纯牛奶 250ml"]


def test_each_version_tells_the_command_that_made_it(lake, file, monkeypatch):
    for limit in (1, 2):
        words = ["labelled", file, "--limit-per-shop", limit]
        monkeypatch.setattr("sys.argv", ["mep3m", "import", *map(str, words)])
        run(*words)
    newest = arrow.version(LABELLED_PRODUCTS)
    assert [arrow.written_by(LABELLED_PRODUCTS, at) for at in (newest - 1, newest)] == [
        f"mep3m import labelled {file} --limit-per-shop {limit}" for limit in (1, 2)]


def test_rare_labels_are_left_out_and_counted_and_rows_without_one_rejected(lake, file):
    with file.open("a", encoding="utf-8") as stream:
        stream.write("jd\t3\t食品\t牛奶\t食品>牛奶\t高钙牛奶\t食品>乳品>牛奶\njd\t4\t食品\t牛奶\t食品>牛奶\t无标签\t\n")
    assert "2 products of 1 labels in gold.labelled_products, 1 rejected, 2 under rarer labels left out" in run("labelled", file, "--at-least", 2)
    assert [(row["table"], row["reason"]) for row in rows(REJECTS)] == [("labelled_products", "label is empty")]


def test_its_product_ids_are_those_of_products(lake, file):
    """20 hexadecimal digits of SHA-256 over shop and listing id, as spark_jobs/products.py has it."""
    import hashlib

    run("labelled", file)
    assert {row["product_id"] for row in rows(LABELLED_PRODUCTS)} == {
        hashlib.sha256(f"{shop}\x1f{listing}".encode()).hexdigest()[:20] for shop, listing in (("jd", "1"), ("jd", "2"), ("dangdang", "1"))}


def test_a_column_that_is_not_there_is_named(lake, file):
    with pytest.raises(LakehouseError, match="lacks no_such_column"):
        run("labelled", file, "--label-column", "no_such_column")
    with pytest.raises(LakehouseError, match="no label has 99 listings"):
        run("labelled", file, "--at-least", 99)


def test_no_picture_of_the_test_split_occurs_in_training(lake, tmp_path):
    file, album, mapping = tmp_path / "many.tsv", tmp_path / "album", tmp_path / "map.csv"
    file.write_text(HEADER + "".join(f"jd\t{n}\t食品\t牛奶\t食品>牛奶\t纯牛奶 {n}\t食品>乳品>牛奶\n" for n in range(200)), encoding="utf-8")
    (album / "milk").mkdir(parents=True)
    for n in range(30):
        (album / "milk" / f"{n}.jpg").write_bytes(picture((8 * n, 0, 0)))
    mapping.write_text("human_label_path,image_class\n食品>乳品>牛奶,milk\n", encoding="utf-8")
    run("labelled", file, "--images", album, "--image-map", mapping)
    shown = {split: {row["img_path"] for row in rows(LABELLED_PRODUCTS) if row["split"] == split} for split in ("train", "test")}
    assert all(len(paths) > 2 and None not in paths for paths in shown.values())
    assert not shown["train"] & shown["test"]

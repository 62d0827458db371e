"""mep3m release: the paper's layout, whole or not at all, the same bytes each time."""

import csv
import hashlib
import json
import os
import signal
import subprocess
import sys
import time
from collections import Counter
from io import BytesIO
from pathlib import Path

import openpyxl
import pytest
from PIL import Image
from typer.testing import CliRunner

from lakehouse import arrow
from lakehouse.errors import LakehouseError, MissingTable
from lakehouse.tables import PRODUCTS
from release import figures, records
from release.commands import app
from release.place import whole_or_nothing
from release.summary import Summary
from tests.release.conftest import land, product

pytestmark = pytest.mark.medium


def release(folder, *options):
    result = CliRunner().invoke(app, [str(folder), "--no-figures", *map(str, options)])
    if result.exception and not isinstance(result.exception, SystemExit):
        raise result.exception
    assert result.exit_code == 0, result.output
    return folder


def contents(folder):
    return {path.relative_to(folder).as_posix(): path.read_bytes() for path in folder.rglob("*") if path.is_file()}


def annotations(folder):
    return json.loads((folder / "annotation.json").read_text(encoding="utf-8"))


def test_annotation_json_gives_the_products_back(released):
    gold, _, folder = released
    found = annotations(folder)
    expected = sorted(gold, key=lambda row: (row["sub_class_id"], row["product_id"]))
    assert len(found) == 60
    for record, row in zip(found, expected, strict=True):
        none = "FALSE"
        assert record == {
            "class_id": str(row["class_id"]), "class_name": row["class_name"], "sub_class_id": str(row["sub_class_id"]),
            "sub_class_name": row["sub_class_name"], "subsub_class_id": str(row["subsub_class_id"]) if row["subsub_class_id"] else none,
            "subsub_class_name": row["subsub_class_name"] or none, "img_path": record["img_path"],
            "img_resolution": row["img_resolution"] or none, "title": row["title"]}
        assert (record["img_path"] == none) == (row["img_path"] is None)
    written = (folder / "annotation.json").read_text(encoding="utf-8")
    assert written == json.dumps(found, indent=4, ensure_ascii=False)


def test_records_have_the_form_of_the_published_ones(released, shared_data):
    published = json.loads((shared_data / "mep3m" / "annotations-1k.json").read_text(encoding="utf-8"))[0]
    record = annotations(released[2])[1]
    assert list(record) == [name for name in published if name != "OCR"]       # nobody read the text on the pictures here
    assert {name: type(value) for name, value in record.items() if value != "FALSE"} == {
        name: type(published[name]) for name, value in record.items() if value != "FALSE"}


def test_pictures_lie_where_the_records_say(released):
    gold, lake, folder = released
    expected = sorted(gold, key=lambda row: (row["sub_class_id"], row["product_id"]))
    numbers, seen = Counter(), set()
    for record, row in zip(annotations(folder), expected, strict=True):
        numbers[record["sub_class_id"]] += 1
        if row["img_path"] is None:
            continue
        suffix = "png" if row["img_path"].endswith("png") else "jpg"
        assert record["img_path"] == f"Images/{record['sub_class_id']}/{numbers[record['sub_class_id']]}.{suffix}"
        body = (folder / record["img_path"]).read_bytes()
        assert body == (lake / row["img_path"]).read_bytes()
        with Image.open(BytesIO(body)) as image:
            assert [image.height, image.width, 3] == record["img_resolution"]
        seen.add(record["img_path"])
    assert seen == {name for name in contents(folder) if name.startswith("Images/")} and len(seen) == 45


def test_the_splits_name_every_product_once(released):
    gold, _, folder = released
    numbers, keys = Counter(), {}
    for record in annotations(folder):
        numbers[record["sub_class_id"]] += 1
        keys[f"{record['sub_class_id']}/{numbers[record['sub_class_id']]}"] = record["title"]
    split_of = {row["title"]: row["split"] for row in gold}
    for split in ("train", "test"):
        found = (folder / "splits" / f"{split}.txt").read_text().split()
        assert sorted(keys[key] for key in found) == sorted(title for title, its in split_of.items() if its == split)


def test_dataset_info_has_the_form_of_the_published_one(released, shared_data):
    sheet = openpyxl.load_workbook(released[2] / "dataset_info.xlsx").active
    published = openpyxl.load_workbook(shared_data / "mep3m" / "dataset_info.xlsx").active
    rows, theirs = list(sheet.iter_rows(values_only=True)), list(published.iter_rows(values_only=True, max_col=6))
    assert sheet.title == published.title and rows[0] == theirs[0]
    assert [type(value) for value in rows[1]] == [type(value) for value in theirs[1]]
    fruit = (5, "食品/酒水/生鲜/特产", 1, "水果")
    assert rows[1:] == [(*fruit, False, False), (*fruit, 5, "苹果"), (*fruit, 6, "橙子"), (5, "食品/酒水/生鲜/特产", 2, "饮料饮品", False, False),
                        (9, "男装/女装/内衣/鞋靴", 3, "T恤", False, False), (9, "男装/女装/内衣/鞋靴", 4, "无货", False, False)]


def test_croissant_loads_and_reads_the_records(released):
    import mlcroissant

    folder = released[2]
    dataset = mlcroissant.Dataset(jsonld=str(folder / "croissant.json"))
    assert not dataset.metadata.ctx.issues.errors
    titles = [record["products/title"].decode() for record in dataset.records("products")]
    assert titles == [record["title"] for record in annotations(folder)]


def test_every_checksum_holds(released):
    folder = released[2]
    listed = {name: digest for digest, name in csv.reader((folder / "checksums.sha256").open(), delimiter=" ", skipinitialspace=True)}
    found = {name: hashlib.sha256(body).hexdigest() for name, body in contents(folder).items() if name != "checksums.sha256"}
    assert listed == found


def test_the_card_says_what_is_there(released):
    gold, _, folder = released
    card = (folder / "README.md").read_text(encoding="utf-8")
    characters = sum(len(row["title"]) for row in gold)
    for fact in ("60 products of 2 Chinese shops", f"{characters:,} characters", "45 pictures", "2 classes, 3 sub-classes",
                 "1 of them with a third level", "(48 and 12)", "15 products have no picture", "| 5 | 食品/酒水/生鲜/特产 | 48 | 2 |",
                 "1 name of the taxonomy is provisional", "gold.products` 1"):
        assert fact in card, fact


def test_the_same_tables_give_the_same_bytes(gold, tmp_path):
    first = contents(release(tmp_path / "one", "--figures"))
    time.sleep(2.1)         # zip files keep times to two seconds
    second = contents(release(tmp_path / "two", "--figures"))
    assert [name for name in first if first[name] != second.get(name)] == [] and first.keys() == second.keys()


def test_an_older_version_can_be_released(gold, lake, tmp_path):
    arrow.append(PRODUCTS, arrow.batch(PRODUCTS, [product(1000)]))
    with pytest.raises(LakehouseError, match=r"counts 60 products where gold.products has 61"):
        release(tmp_path / "new")
    assert len(annotations(release(tmp_path / "old", "--products-version", 1))) == 60
    with pytest.raises(LakehouseError, match="version 77"):
        release(tmp_path / "none", "--products-version", 77)
    assert [path.name for path in tmp_path.iterdir() if path.name not in ("old", "lake")] == []


def test_without_a_picture_it_is_a_data_set_of_titles(lake, tmp_path):
    land([product(k) for k in range(20)])
    folder = release(tmp_path / "out")
    assert {record["img_path"] for record in annotations(folder)} == {"FALSE"}
    assert list((folder / "Images").iterdir()) == [] and "this release has none" in (folder / "README.md").read_text()


def nothing_but(folder, *names):
    return sorted(path.name for path in folder.iterdir()) == sorted(names)


def test_no_products_are_one_sentence(lake, tmp_path):
    with pytest.raises(MissingTable, match=r"gold.products has not been written yet"):
        release(tmp_path / "out")
    land([])
    with pytest.raises(LakehouseError, match="nothing to release"):
        release(tmp_path / "out")
    assert nothing_but(tmp_path, "lake")


def test_a_sub_class_that_the_taxonomy_lacks_is_named(lake, tmp_path):
    land([{**product(0), "sub_class_id": 99}])
    with pytest.raises(LakehouseError, match=r"has the sub-class 99, which gold.taxonomy at version 1 does not have"):
        release(tmp_path / "out")
    assert nothing_but(tmp_path, "lake")


def test_a_lost_picture_stops_the_release(gold, lake, tmp_path):
    lost = next(row for row in gold if row["img_path"])
    (lake / lost["img_path"]).unlink()
    with pytest.raises(LakehouseError, match=f"has lost the picture {lost['img_path']}"):
        release(tmp_path / "out")
    assert nothing_but(tmp_path, "lake")


def test_a_place_that_will_not_do(gold, tmp_path):
    (tmp_path / "mine").mkdir()
    (tmp_path / "mine" / "thesis.txt").write_text("years of work")
    with pytest.raises(LakehouseError, match="not empty"):
        release(tmp_path / "mine")
    with pytest.raises(LakehouseError, match=r"not an earlier release \(it has no annotation.json"):
        release(tmp_path / "mine", "--replace")
    with pytest.raises(LakehouseError, match="is a file"):
        release(tmp_path / "mine" / "thesis.txt")
    with pytest.raises(LakehouseError, match="does not exist; make it first"):
        release(tmp_path / "no" / "such")
    assert (tmp_path / "mine" / "thesis.txt").read_text() == "years of work"
    (tmp_path / "empty").mkdir()
    assert len(annotations(release(tmp_path / "empty"))) == 60


def test_replace_puts_the_new_release_in_place_of_the_old(gold, tmp_path):
    folder = release(tmp_path / "out", "--name", "old")
    (folder / "stray.txt").write_text("of the old one")
    release(folder, "--replace", "--name", "new")
    assert json.loads((folder / "croissant.json").read_text())["name"] == "new" and not (folder / "stray.txt").exists()
    assert nothing_but(tmp_path, "lake", "out")


def test_two_at_once_do_not_mix(tmp_path):
    with whole_or_nothing(tmp_path / "out") as place:
        (place / "a").write_text("first")
        with pytest.raises(LakehouseError, match="Another release"), whole_or_nothing(tmp_path / "out"):
            pass
    assert (tmp_path / "out" / "a").read_text() == "first"


@pytest.mark.parametrize("signs", [
    ("figures/*.png",), pytest.param(("Images/*/5.*", "annotation.json", "splits/*", "README.md", "croissant.json"), marks=pytest.mark.slow)])
def test_killed_at_any_moment_it_leaves_nothing_or_the_whole(lake, tmp_path, signs):
    """kill -9 when a file of each kind has just appeared; then an undisturbed run gives the whole."""
    land([product(k, lake) for k in range(600)])
    expected = contents(release(tmp_path / "whole", "--figures"))
    command = [sys.executable, "-m", "lakehouse.cli", "release", str(tmp_path / "out")]
    for sign in signs:
        process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
        while process.poll() is None and not any((tmp_path / ".out.partial").glob(sign)):
            time.sleep(0.002)
        process.send_signal(signal.SIGKILL)
        process.wait()
        if (tmp_path / "out").exists():         # the last kill may come too late
            assert contents(tmp_path / "out") == expected
            break
        assert (tmp_path / ".out.partial").exists()
    else:
        release(tmp_path / "out", "--figures")
    assert contents(tmp_path / "out") == expected
    assert nothing_but(tmp_path, "lake", "out", "whole")


def test_the_figures_are_drawn_with_and_without_a_chinese_font(released, gold, tmp_path, monkeypatch):
    folder = released[2]
    for path in (folder / "figures").iterdir():
        with Image.open(path) as image:
            assert min(image.size) > 300 and len(image.convert("L").getcolors(256)) > 20, path
    assert (figures.NO_FONT in (folder / "README.md").read_text()) is (figures.chinese_font() is None)
    monkeypatch.setattr(figures, "FONTS", ())
    assert figures.NO_FONT in (release(tmp_path / "without", "--figures") / "README.md").read_text()


def test_a_lake_without_a_folder_is_named(monkeypatch, tmp_path):
    monkeypatch.setenv("LAKEHOUSE_ROOT", "s3://bucket/lake")
    with pytest.raises(LakehouseError, match="needs a local folder"):
        release(tmp_path / "out")


def test_a_full_disk_is_one_sentence(tmp_path):
    def fail():
        raise OSError(28, os.strerror(28))
    with pytest.raises(LakehouseError, match="is full"), whole_or_nothing(tmp_path / "out"):
        fail()
    assert nothing_but(tmp_path)


def test_the_median_title_length():
    summary = Summary(products=5)
    summary.by_title_length.update({3: 2, 7: 1, 9: 2})
    assert summary.median_title_length() == 7


def test_products_come_in_order_whatever_their_number_and_spill_if_they_must(lake, tmp_path, monkeypatch):
    land([product(k) for k in range(5000)])
    monkeypatch.setattr(records, "BATCH", 512)
    found = [(record.product["sub_class_id"], record.product["product_id"]) for record in records.stream(1, Path(tmp_path))]
    assert found == sorted(found) and len(found) == 5000

"""Any listings file as shops; every way in which it can be wrong has its sentence."""

import csv
import gzip
import subprocess
import sys
import urllib.request
import zipfile
from collections import Counter

import pytest

from lakehouse.errors import LakehouseError
from sample_shops.sources import COLUMNS, from_listings_file, read_listings
from tests.sample_shops.conftest import serving

pytestmark = pytest.mark.medium

HEADER = "\t".join(COLUMNS) + "\n"


def row(platform="a", listing_id="1", path="食品>水果", title="苹果", label="食品>生鲜>苹果"):
    levels = path.split(">")
    return "\t".join((platform, listing_id, levels[0], levels[-1], path, title, label)) + "\n"


def write(path, *lines, packed=False):
    data = (HEADER + "".join(lines)).encode()
    path.write_bytes(gzip.compress(data) if packed else data)
    return path


@pytest.mark.parametrize("packed", [False, True])
def test_platforms_become_shops_with_ids_and_paths_kept(tmp_path, packed):
    path = write(tmp_path / "l.tsv", row(), row("b", "x-9", "图书", "一本书"), row(listing_id="2", path="食品>生鲜>梨"), packed=packed)
    a, b = from_listings_file(path)
    assert (a.name, len(a), a.paths) == ("a", 2, [("食品", "水果"), ("食品", "生鲜", "梨")])
    assert (b.entry(0).listing_id, b.entry(0).title, b.paths[b.entry(0).category]) == ("x-9", "一本书", ("图书",))
    assert b.find("x-9") == 0 and b.find("1") is None


@pytest.mark.parametrize(("damage", "sentence"), [
    (lambda p: write(p, row(), row(listing_id="2").rstrip("\n")), "line 3: the line has no end"),
    (lambda p: write(p, row(platform="")), "has no listing; the first fault is in line 2: platform or listing_id is empty"),
    (lambda p: p.write_bytes(b"sku,name\n1,x\n"), "line 1: the header is 'sku,name'"),
    (lambda p: p.write_bytes(b""), "has no listing"),
    (lambda p: write(p), "has no listing"),
    (lambda p: p.write_bytes(HEADER.encode() + "a\t1\t婴儿食品水果".encode("gbk") + b"\n"), "has no listing; the first fault is in line 2: not UTF-8"),
    (lambda p: p.write_bytes(write(p, *(row(listing_id=str(k)) for k in range(50)), packed=True).read_bytes()[:-30]), "the gzip data ends early"),
    (lambda p: p.unlink(missing_ok=True), "does not exist"),
])
def test_a_torn_file_is_named_with_its_line(tmp_path, damage, sentence):
    path = tmp_path / "listings.tsv"
    damage(path)
    with pytest.raises(LakehouseError) as error:
        list(read_listings(path))
    assert sentence in str(error.value) and str(path) in str(error.value)


def test_a_line_that_is_no_listing_is_left_out_and_named(tmp_path):
    path, faults = tmp_path / "l.tsv", []
    path.write_bytes((HEADER + row() + "a\t2\t食品\n" + row(title="又一个") + row(listing_id="") + row("a b") + row(listing_id="3", path="")).encode()
                     + "a\t4\t水果".encode("gbk") + b"\n" + row(listing_id="5", title="梨").encode())
    rows = list(read_listings(path, faults.append))
    assert [(fields[1], fields[5]) for fields in rows] == [("1", "苹果"), ("5", "梨")]
    assert [(fault.line, fault.platform, fault.listing_id, fault.reason) for fault in faults] == [
        (3, "", "", "wrong number of columns"), (4, "a", "1", "listing id is repeated"), (5, "a", "", "platform or listing_id is empty"),
        (6, "a b", "1", "platform cannot name a shop"), (7, "a", "3", "category path is empty"), (8, "", "", "not UTF-8")]
    assert faults[1].row == row(title="又一个").rstrip("\n") and faults[-1].row.endswith("\\xb9\\xfb")


def test_the_command_says_it_in_one_sentence(tmp_path):
    path = write(tmp_path / "l.tsv", "torn\n")
    done = subprocess.run([sys.executable, "-m", "lakehouse.cli", "sample-shops", "serve", "--port", "0", "--listings-file", str(path)],
                          capture_output=True, text=True, timeout=60, check=False)
    assert done.returncode == 1 and done.stderr.startswith(f"mep3m: {path} has no listing; the first fault is in line 2: wrong") and "Traceback" not in done.stderr


def album(tmp_path):
    folder = tmp_path / "pictures"
    for image_class, count in (("apple", 5), ("pear", 1)):
        (folder / image_class).mkdir(parents=True)
        for k in range(count):
            (folder / image_class / f"{k}.jpg").write_bytes(f"{image_class} {k}".encode())
    image_map = tmp_path / "map.csv"
    image_map.write_text("human_label_path,image_class\n食品>生鲜>苹果,apple\n食品>生鲜>梨,pear\n食品>生鲜>枣,date\n")
    return folder, image_map


@pytest.mark.parametrize("packed", [False, True])
def test_pictures_follow_the_label_through_the_map(tmp_path, packed):
    folder, image_map = album(tmp_path)
    if packed:
        with zipfile.ZipFile(tmp_path / "p.zip", "w") as archive:
            for picture in folder.rglob("*.jpg"):
                archive.write(picture, picture.relative_to(folder))
        folder = tmp_path / "p.zip"
    labels = ("食品>生鲜>苹果", "食品>生鲜>梨", "食品>生鲜>枣", "别的")
    path = write(tmp_path / "l.tsv", *(row(listing_id=str(k), label=label) for k, label in enumerate(labels)))
    (shop,) = from_listings_file(path, images=folder, image_map=image_map)
    assert [len(shop.entry(k).pictures) for k in range(4)] == [3, 1, 0, 0]
    contents = {shop.picture(0, name)[0] for name in shop.entry(0).pictures}
    assert len(contents) == 3 and all(content.startswith(b"apple") for content in contents)
    assert shop.picture(1, "0.jpg") == (b"pear 0", "image/jpeg")
    assert shop.picture(1, "1.jpg") is None and shop.picture(2, "0.jpg") is None and shop.picture(0, "../map.csv") is None


@pytest.mark.parametrize(("images", "image_map", "sentence"), [
    (True, False, "need both"), ("nowhere.zip", True, "do not exist"), ("torn.zip", True, "not a whole zip"), (True, "nowhere.csv", "does not exist"),
    (True, "other.csv", "it needs human_label_path and image_class"), ("empty", True, "holds no")])
def test_missing_pictures_are_named(tmp_path, images, image_map, sentence):
    folder, real_map = album(tmp_path)
    (tmp_path / "torn.zip").write_bytes(b"PK no")
    (tmp_path / "other.csv").write_text("label,class\n")
    (tmp_path / "empty").mkdir()
    given = {"images": folder if images is True else tmp_path / images,
             "image_map": real_map if image_map is True else tmp_path / image_map if image_map else None}
    with pytest.raises(LakehouseError, match=sentence):
        from_listings_file(write(tmp_path / "l.tsv", row()), **given)


def test_a_limit_takes_the_same_sample_whatever_the_order(tmp_path):
    rows = [row(listing_id=f"{k:04d}", path=f"食品>类{k // 40}") for k in range(400)]
    (forward,) = from_listings_file(write(tmp_path / "f.tsv", *rows), limit_per_shop=100)
    (backward,) = from_listings_file(write(tmp_path / "b.tsv", *reversed(rows)), limit_per_shop=100)
    (smaller,) = from_listings_file(write(tmp_path / "s.tsv", *rows), limit_per_shop=40)
    ids = [{shop.entry(k).listing_id for k in range(len(shop))} for shop in (forward, backward, smaller)]
    assert ids[0] == ids[1] and len(ids[0]) == 100 and ids[2] < ids[0]
    assert len(forward.paths) == 10     # every category, not the head of the file


def test_a_rare_image_class_is_not_lost_in_a_sample(tmp_path):
    folder, image_map = album(tmp_path)
    rows = [row(listing_id=f"{k:04d}", label="食品>生鲜>梨" if k % 200 == 0 else "别的") for k in range(1000)]
    (shop,) = from_listings_file(write(tmp_path / "l.tsv", *rows), images=folder, image_map=image_map, limit_per_shop=100)
    assert len(shop) == 100 and sum(bool(shop.entry(k).pictures) for k in range(100)) == 5


def test_the_real_listings_over_http(tmp_path, shared_data):
    clothing = shared_data / "clothing"
    with serving(tmp_path / "ready.json", "--listings-file", shared_data / "shops2014" / "listings.tsv.gz", "--images", clothing / "images-220.zip",
                 "--image-map", clothing / "image_classes.csv", "--limit-per-shop", 300) as lines:
        assert {line["shop"]: line["listings"] for line in lines} == {"dangdang": 300, "jd": 300, "yihaodian": 300, "yixun": 300}
        jd = next(line for line in lines if line["shop"] == "jd")
        rows = {r[1]: r for r in read_listings(shared_data / "shops2014" / "listings.tsv.gz") if r[0] == "jd"}
        with urllib.request.urlopen(jd["url"] + "sitemap-0.xml.gz") as response:
            urls = gzip.decompress(response.read()).decode().split("<loc>")[1:]
        with (clothing / "image_classes.csv").open(encoding="utf-8") as file:
            pictured = {r["human_label_path"] for r in csv.DictReader(file)}
        seen = Counter()
        for part in urls[:60]:
            url = part.partition("<")[0]
            with urllib.request.urlopen(url) as response:
                body = response.read().decode()
            found = rows[url.rpartition("/")[2]]
            has_picture = 'itemprop="image"' in body
            seen[has_picture] += 1
            assert has_picture == (found[6] in pictured)
            assert found[6] not in body.replace(found[4].replace(">", "&gt;"), "")
        assert seen[True] and seen[False]

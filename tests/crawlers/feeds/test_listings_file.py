"""mep3m import listings: what lands, what is rejected, what happens again, what a broken file says."""

from __future__ import annotations

import gzip
import hashlib
import signal
import subprocess
import sys
import time
import zipfile
import zlib
from io import BytesIO
from pathlib import Path

import pytest
from PIL import Image
from typer.testing import CliRunner

from crawlers.feeds import landing
from crawlers.feeds.commands import app
from lakehouse import arrow
from lakehouse.errors import LakehouseError
from lakehouse.tables import CRAWL_RUNS, RAW_IMAGES, RAW_LISTINGS, REJECTS

HEADER = "platform\tlisting_id\tclass_name\tsub_class_name\tnative_path\ttitle\thuman_label_path\n"
GOOD = ("jd\t1\t食品\t牛奶\t食品>饮料>牛奶\t纯牛奶 250ml\t食品>乳品>牛奶\n"
        "jd\t2\t食品\t茶\t食品>茶\t龙井茶\t食品>茶>绿茶\n"
        "dangdang\t1\t图书\t小说\t图书>小说\t旧书店\t图书>文学>小说\n")


def run(*arguments: object) -> str:
    done = CliRunner().invoke(app, [str(argument) for argument in arguments])
    if done.exception is not None and not isinstance(done.exception, SystemExit):
        raise done.exception
    return done.output


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "listings.tsv"
    path.write_text(HEADER + GOOD, encoding="utf-8")
    return path


def rows(table):
    return sorted(arrow.read(table).to_pylist(), key=lambda row: tuple(str(row[name]) for name in table.key))


def test_each_platform_is_a_shop_and_the_label_stays_out_of_bronze(lake, file):
    assert "3 listings landed, 0 rejected" in run("listings", file)
    landed = rows(RAW_LISTINGS)
    assert [(row["shop"], row["listing_id"], row["title"], row["breadcrumbs"], row["url"]) for row in landed] == [
        ("dangdang", "1", "旧书店", ["图书", "小说"], "listings.tsv:4"),
        ("jd", "1", "纯牛奶 250ml", ["食品", "饮料", "牛奶"], "listings.tsv:2"),
        ("jd", "2", "龙井茶", ["食品", "茶"], "listings.tsv:3"),
    ]
    assert all(row["image_urls"] == [] and row["image_sha256"] is None for row in landed)
    assert "乳品" not in str(landed) and "绿茶" not in str(landed)
    runs = {row["shop"]: row for row in rows(CRAWL_RUNS)}
    assert {shop: (run["listings"], run["finish_reason"], run["audit"]) for shop, run in runs.items()} == {
        "jd": (2, "finished", "pending"), "dangdang": (1, "finished", "pending")}
    assert {row["crawl_id"] for row in landed} == {run["crawl_id"] for run in runs.values()}
    assert rows(RAW_IMAGES) == []       # there, so that listings can be built by name


def test_the_same_content_again_adds_nothing_whatever_it_is_called(lake, file, tmp_path):
    run("listings", file)
    before = [arrow.version(table) for table in (RAW_LISTINGS, CRAWL_RUNS)]
    packed = tmp_path / "again.tsv.gz"
    packed.write_bytes(gzip.compress(file.read_bytes()))
    assert "nothing was added" in run("listings", packed)
    assert [arrow.version(table) for table in (RAW_LISTINGS, CRAWL_RUNS)] == before


class Killed(BaseException):
    """As kill -9: nothing gets to clean up."""


def test_an_import_that_died_goes_on_where_it_ended(lake, file, monkeypatch):
    """Dies after its first batch has landed, as a kill would leave it."""
    monkeypatch.setattr(landing, "BATCH_ROWS", 2)
    append, batches = arrow.append, []

    def dying(table, *args, **kwargs):
        if table is RAW_LISTINGS:
            batches.append(1)
            if len(batches) == 2:
                raise Killed
        return append(table, *args, **kwargs)

    monkeypatch.setattr(arrow, "append", dying)
    with pytest.raises(Killed):
        run("listings", file)
    monkeypatch.setattr(arrow, "append", append)
    assert arrow.read(RAW_LISTINGS).num_rows == 2
    assert all(run["finish_reason"] is None for run in rows(CRAWL_RUNS))
    assert "3 listings landed" in run("listings", file)
    assert [(row["shop"], row["listing_id"]) for row in rows(RAW_LISTINGS)] == [("dangdang", "1"), ("jd", "1"), ("jd", "2")]
    assert {row["shop"]: row["listings"] for row in rows(CRAWL_RUNS)} == {"jd": 2, "dangdang": 1}


@pytest.mark.medium
def test_an_import_killed_by_the_system_goes_on_where_it_ended(lake, tmp_path):
    """kill -9 of the command itself once its first batch is in the table's log."""
    count = 3 * landing.BATCH_ROWS + 7
    file = tmp_path / "many.tsv"
    file.write_text(HEADER + "".join(f"jd\t{number}\t食品\t茶\t食品>茶\t龙井茶 {number} 号\t\n" for number in range(count)), encoding="utf-8")
    command = [sys.executable, "-m", "lakehouse.cli", "import", "listings", str(file)]
    process = subprocess.Popen(command, cwd=Path(__file__).parents[3], stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    while process.poll() is None and not list(lake.rglob("raw_listings/_delta_log/*1.json")) and time.monotonic() < deadline:
        time.sleep(0.002)
    process.kill()
    assert process.wait(10) == -signal.SIGKILL, "the import ended before it could be killed"
    assert 0 < arrow.read(RAW_LISTINGS).num_rows < count
    assert f"{count:,} listings landed" in run("listings", file)
    assert sorted(int(row["listing_id"]) for row in arrow.read(RAW_LISTINGS).to_pylist()) == list(range(count))
    assert [(row["listings"], row["finish_reason"]) for row in rows(CRAWL_RUNS)] == [(count, "finished")]


def test_rows_that_cannot_be_used_are_rejected_by_name(lake, file):
    bad = [
        (b"jd\t10\ta\tb\ta>b\t \t\n", "title is empty"), (b"jd\t11\ta\tb\ta>b\t\x01\x02\t\n", "title has control characters only"),
        ("jd\t12\ta\tb\ta>b\t牛奶\t\n".encode("gbk"), "not UTF-8"), (b"jd\t13\ta\tb\n", "wrong number of columns"),
        (b"jd\t14\ta\tb\t > \ttitle\t\n", "category path is empty"), (b"\t15\ta\tb\ta>b\ttitle\t\n", "platform or listing_id is empty"),
        (b"j d\t16\ta\tb\ta>b\ttitle\t\n", "platform cannot name a shop"), (b"jd\t1\ta\tb\ta>b\tagain\t\n", "listing id is repeated"),
    ]
    with file.open("ab") as stream:
        stream.writelines(line for line, _ in bad)
    assert "3 listings landed, 8 rejected" in run("listings", file)
    assert sorted(row["reason"] for row in rows(REJECTS)) == sorted(reason for _, reason in bad)
    assert all(row["table"] == "raw_listings" and row["key"] for row in rows(REJECTS))
    assert len({row["key"] for row in rows(REJECTS)}) == len(bad)
    assert {row["shop"]: row["rejects"] for row in rows(CRAWL_RUNS)}["jd"] == 4


def test_a_file_of_which_nothing_can_be_used_is_an_error_each_time(lake, tmp_path):
    path = tmp_path / "gbk.tsv"
    path.write_bytes(HEADER.encode() + GOOD.encode("gbk") + b"jd\t9\n")
    told = "No listing of gbk.tsv landed: 4 rejected, 3 of them for \"not UTF-8\"; mend the file"
    for _ in range(2):
        with pytest.raises(LakehouseError, match=told):
            run("listings", path)
    assert len(rows(REJECTS)) == 4


def test_a_limit_takes_the_first_of_each_shop(lake, file):
    run("listings", file, "--limit-per-shop", 1)
    assert [(row["shop"], row["listing_id"]) for row in rows(RAW_LISTINGS)] == [("dangdang", "1"), ("jd", "1")]


def picture(colour: str | tuple[int, int, int]) -> bytes:
    out = BytesIO()
    image = Image.new("RGB", (40, 40), colour)
    image.putpixel((3, 3), (0, 0, 0))
    image.paste("white", (10, 10, 30, 30))
    image.save(out, "JPEG")
    return out.getvalue()


def test_pictures_come_by_the_label_and_land_once(lake, file, tmp_path):
    album, mapping = tmp_path / "pictures.zip", tmp_path / "map.csv"
    with zipfile.ZipFile(album, "w") as pack:
        for name, colour in (("milk/1.jpg", "red"), ("milk/2.jpg", "blue"), ("book/1.jpg", "green"), ("book/broken.jpg", None)):
            pack.writestr(name, picture(colour) if colour else b"<html>")
    mapping.write_text("human_label_path,image_class\n食品>乳品>牛奶,milk\n", encoding="utf-8")
    run("listings", file, "--images", album, "--image-map", mapping)
    by_id = {(row["shop"], row["listing_id"]): row["image_sha256"] for row in rows(RAW_LISTINGS)}
    images = rows(RAW_IMAGES)
    assert by_id["jd", "2"] is None and by_id["dangdang", "1"] is None
    assert [image["image_sha256"] for image in images] == [by_id["jd", "1"]]
    assert (lake / images[0]["path"]).read_bytes() in (picture("red"), picture("blue"))
    assert (images[0]["width"], images[0]["height"], images[0]["channels"], images[0]["verdict"]) == (40, 40, 3, "usable")
    assert "牛奶" not in images[0]["url"]


@pytest.mark.parametrize(("content", "said"), [
    (None, "is not there"),
    (b"", "is empty"),
    (b"platform\tlisting_id\n", "line 1: the header lacks native_path, title"),
    ((HEADER + GOOD).encode()[:-30], "is torn: line 4, its last, has 6 of 7 columns"),
    (gzip.compress((HEADER + GOOD * 2000).encode())[:-200], "is torn: its gzip stream breaks off in line"),
    (HEADER.encode(), "holds no listing"),
    ("标题\t平台\n".encode("gbk"), "line 1: the header is not UTF-8"),
])
def test_a_file_that_cannot_be_used_says_so_in_a_sentence_and_lands_nothing(lake, tmp_path, content, said):
    path = tmp_path / "broken.tsv"
    if content is not None:
        path.write_bytes(content)
    with pytest.raises(LakehouseError, match=said):
        run("listings", path)
    assert arrow.version(RAW_LISTINGS) is None or arrow.read(RAW_LISTINGS).num_rows == 0


@pytest.mark.parametrize("kept", [0.05, 0.4, 0.97])
def test_a_torn_gzip_is_named_by_the_line_it_breaks_off_in(lake, tmp_path, kept):
    lines = HEADER + "".join(f"jd\t{number}\t食品\t牛奶\t食品>饮料>牛奶\t纯牛奶 {hashlib.md5(str(number).encode()).hexdigest()}\t食品\n" for number in range(60_000))
    packed = gzip.compress(lines.encode())
    packed = packed[: int(kept * len(packed))]
    readable = zlib.decompressobj(wbits=31).decompress(packed).count(b"\n")
    assert readable > 1000
    path = tmp_path / "torn.tsv"
    path.write_bytes(packed)
    with pytest.raises(LakehouseError, match=f"breaks off in line {readable + 1:,} "):
        run("listings", path)


@pytest.mark.parametrize(("images", "said"), [("nowhere.zip", "is not there"), ("map.csv", "neither a folder nor a whole ZIP"), (None, "belong together")])
def test_pictures_that_cannot_be_used_say_so(lake, file, tmp_path, images, said):
    mapping = tmp_path / "map.csv"
    mapping.write_text("human_label_path,image_class\na,b\n", encoding="utf-8")
    arguments = ["--images", tmp_path / images] if images else []
    with pytest.raises(LakehouseError, match=said):
        run("listings", file, "--image-map", mapping, *arguments)


@pytest.mark.medium
def test_the_real_listings_land_whole(lake, shared_data):
    assert "75,926 listings landed, 0 rejected" in run("listings", shared_data / "shops2014" / "listings.tsv.gz")
    assert {row["shop"]: row["listings"] for row in rows(CRAWL_RUNS)} == {"jd": 54016, "yihaodian": 10529, "dangdang": 9286, "yixun": 2095}
    assert arrow.read(RAW_LISTINGS, columns=["shop"]).num_rows == 75926

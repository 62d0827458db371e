"""The Delta exporter as a stranger would use it: in a bare Scrapy project, and the sink under it through crashes."""

from __future__ import annotations

import datetime
import decimal
import json
import random
import re
import shutil
import subprocess
import sys
import threading
import time
from pathlib import Path
from typing import Any

import psutil
import pyarrow as pa
import pytest
from deltalake import DeltaTable

from crawlers.exporters.sink import DeltaSink, DeltaSinkError, RowRefused

REPOSITORY = Path(__file__).resolve().parents[2]
SCHEMA = {"number": "int64!", "title": "string", "shelf": "string"}

SPIDER = '''
import sys
import scrapy


class Books(scrapy.Spider):
    name = "books"
    custom_settings = {settings!r}

    async def start(self):
        for number in range(25):
            yield {{"number": number, "title": f"第{{number}}本", "shelf": "ab"[number % 2], "tags": ["x"] * (number % 3)}}
        yield {{"number": "not a number", "title": None, "shelf": "a", "tags": []}}

    def closed(self, reason):
        print("strangers:", sorted(name for name in sys.modules if name.split(".")[0] in ("lakehouse", "spark_jobs", "sample_shops")))
        print("stats:", {{key: value for key, value in self.crawler.stats.get_stats().items() if key.startswith(("delta/", "feedexport"))}})
'''


def bare_project(folder: Path, settings: dict[str, Any]) -> subprocess.CompletedProcess:
    """A Scrapy project of one file, run by Scrapy's own command."""
    (folder / "books.py").write_text(SPIDER.format(settings=settings), encoding="utf-8")
    surroundings = {"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"}
    return subprocess.run([sys.executable, "-m", "scrapy", "runspider", "books.py"], cwd=folder, env=surroundings, capture_output=True, text=True, timeout=60)


def rows(table: Path | str) -> list[dict[str, Any]]:
    return DeltaTable(str(table)).to_pyarrow_table().to_pylist()


def numbers(table: Path | str) -> list[int]:
    return sorted(row["number"] for row in rows(table))


@pytest.mark.medium
def test_a_bare_scrapy_project_exports_to_delta(tmp_path: Path):
    run = bare_project(tmp_path, {
        "ADDONS": {"crawlers.exporters.delta.DeltaAddon": 500},
        "FEEDS": {
            "tables/books": {"format": "delta", "item_export_kwargs": {
                "schema": {**SCHEMA, "tags": "list<string>"}, "partition_by": ["shelf"], "batch_rows": 10}},
            "books.jsonl": {"format": "jsonlines", "encoding": "utf8"},         # other formats go on as they were
        },
    })

    assert run.returncode == 0, run.stderr
    table = DeltaTable(str(tmp_path / "tables/books"))
    assert numbers(tmp_path / "tables/books") == list(range(25))
    (fifth,) = (row for row in rows(tmp_path / "tables/books") if row["number"] == 5)
    assert fifth == {"number": 5, "title": "第5本", "shelf": "b", "tags": ["x", "x"]}
    assert table.metadata().partition_columns == ["shelf"]
    assert table.version() == 3         # created, then 10, 10, 5
    assert len((tmp_path / "books.jsonl").read_text().splitlines()) == 26
    assert "strangers: []" in run.stdout
    assert "'delta/items_refused': 1" in run.stdout
    assert "field 'number' is 'not a number', which is no int64" in run.stderr


@pytest.mark.medium
@pytest.mark.parametrize("copied", [False, True], ids=["from the repository", "from two copied files"])
def test_the_manuals_first_example_works_as_it_is_written(tmp_path: Path, copied: bool):
    manual = (REPOSITORY / "docs" / "delta-exporter.md").read_text(encoding="utf-8")
    settings = re.search(r"```python\n(.*?)```", manual, re.DOTALL).group(1)
    if copied:
        (tmp_path / "myproject").mkdir()
        for name in ("delta.py", "sink.py"):
            shutil.copy(REPOSITORY / "crawlers" / "exporters" / name, tmp_path / "myproject" / name)
        settings = settings.replace("crawlers.exporters.delta.", "myproject.delta.")
    (tmp_path / "settings.py").write_text(settings, encoding="utf-8")
    (tmp_path / "books.py").write_text("""
import datetime
import scrapy


class Books(scrapy.Spider):
    name = "books"

    async def start(self):
        for shop in ("a", "b", ""):
            yield {"shop": shop, "url": "https://s.example/1", "title": "第1本", "price": "9.90", "tags": ["new"], "seen_at": datetime.datetime(2024, 5, 6)}
""", encoding="utf-8")
    run = subprocess.run([sys.executable, "-m", "scrapy", "runspider", "books.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                         env={"PYTHONPATH": str(tmp_path if copied else f"{tmp_path}:{REPOSITORY}"), "SCRAPY_SETTINGS_MODULE": "settings", "PATH": "/usr/bin"})

    assert run.returncode == 0, run.stderr
    landed = rows(tmp_path / "tables/books")
    assert [(row["shop"], row["price"], row["tags"]) for row in sorted(landed, key=lambda row: row["shop"])] == [
        ("a", decimal.Decimal("9.90"), ["new"]), ("b", decimal.Decimal("9.90"), ["new"])]
    assert "field 'shop' is empty, which the schema forbids" in run.stderr


@pytest.mark.medium
def test_the_pipeline_does_the_same(tmp_path: Path):
    run = bare_project(tmp_path, {
        "ITEM_PIPELINES": {"crawlers.exporters.delta.DeltaPipeline": 900},
        "DELTA_TABLE": {"uri": "tables/books", "schema": SCHEMA, "extra": "ignore", "unique_by": ["title"]},
    })

    assert run.returncode == 0, run.stderr
    assert numbers(tmp_path / "tables/books") == list(range(25))


@pytest.mark.medium
def test_a_feed_without_a_schema_says_so(tmp_path: Path):
    run = bare_project(tmp_path, {"ADDONS": {"crawlers.exporters.delta.DeltaAddon": 500}, "FEEDS": {"t": {"format": "delta"}}})

    assert "Declare the table's schema" in run.stderr
    assert not (tmp_path / "t").exists()


@pytest.mark.medium
@pytest.mark.parametrize(("place", "options", "sentence"), [
    ("t", {"batchrows": 10}, "'batchrows' is no option of a Delta table"),
    ("file/t", {}, "file/t cannot be written: "),
    ("t", {"schema": "nowhere.BOOKS"}, "The schema 'nowhere.BOOKS' cannot be imported"),
])
@pytest.mark.parametrize("way", ["feed", "pipeline"])
def test_what_cannot_work_is_said_before_the_crawl_starts(tmp_path: Path, place: str, options: dict, sentence: str, way: str):
    (tmp_path / "file").write_text("no folder")
    options = {"schema": SCHEMA} | options
    run = bare_project(tmp_path, {"ADDONS": {"crawlers.exporters.delta.DeltaAddon": 500}, "FEEDS": {place: {"format": "delta", "item_export_kwargs": options}}}
                       if way == "feed" else
                       {"ITEM_PIPELINES": {"crawlers.exporters.delta.DeltaPipeline": 900}, "DELTA_TABLE": {"uri": place, **options}})

    assert run.returncode == 1
    assert f"DeltaSinkError: {sentence}" in run.stderr
    assert "Spider opened" not in run.stderr and not (tmp_path / "t").exists()


@pytest.mark.medium
def test_a_table_that_fails_while_it_is_crawled_ends_the_crawl_with_exit_code_1(tmp_path: Path):
    (tmp_path / "spool").write_text("no folder")
    (tmp_path / "books.py").write_text("""
import scrapy


class Books(scrapy.Spider):
    name = "books"
    start_urls = ["data:,page"]
    custom_settings = {"ADDONS": {"crawlers.exporters.delta.DeltaAddon": 500}, "FEEDS": {
        "t": {"format": "delta", "item_export_kwargs": {"schema": {"number": "int64"}, "spool": "spool"}}}}

    def parse(self, response):
        yield {"number": 1}
""", encoding="utf-8")
    run = subprocess.run([sys.executable, "-m", "scrapy", "runspider", "books.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                         env={"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"})

    assert run.returncode == 1
    assert "The spool spool cannot be written" in run.stderr
    assert "Closing spider (delta_failed)" in run.stderr


def test_each_batch_is_one_commit_by_count(tmp_path: Path):
    sink = DeltaSink(tmp_path / "t", SCHEMA, batch_rows=4)
    for number in range(10):
        sink.add({"number": number})
    sink.close()

    assert numbers(tmp_path / "t") == list(range(10))
    added = [entry["operationMetrics"]["num_added_rows"] for entry in DeltaTable(str(tmp_path / "t")).history() if "operationMetrics" in entry
             and "num_added_rows" in entry["operationMetrics"]]
    assert sorted(added) == [2, 4, 4]


def test_a_batch_is_committed_by_age_and_by_size(tmp_path: Path):
    sink = DeltaSink(tmp_path / "t", SCHEMA, batch_seconds=0.05, batch_bytes=1_000_000)
    sink.add({"number": 1})
    sink.tick()
    time.sleep(0.06)
    sink.tick()
    until = time.monotonic() + 10
    while not rows(tmp_path / "t") and time.monotonic() < until:
        time.sleep(0.02)
    assert numbers(tmp_path / "t") == [1]
    sink.batch_seconds = 1000
    sink.add({"number": 2, "title": "x" * 1_100_000})
    until = time.monotonic() + 10
    while len(rows(tmp_path / "t")) < 2 and time.monotonic() < until:
        time.sleep(0.02)
    assert numbers(tmp_path / "t") == [1, 2]
    sink.close()


WRITER = """
import sys
from crawlers.exporters.sink import DeltaSink
folder, first = sys.argv[1], int(sys.argv[2])
schema = {"number": "int64!", "title": "string", "shelf": "string"}
sink = DeltaSink(folder + "/t", schema, batch_rows=50, batch_seconds=0.05, spool=folder + "/spool")
print("open", flush=True)
for number in range(first, first + 100_000):
    sink.add({"number": number, "title": "x" * 50})
    print(number, flush=True)
    sink.tick()
"""


@pytest.mark.medium
@pytest.mark.parametrize("kills", [3, pytest.param(15, marks=pytest.mark.slow)])
def test_killed_at_random_moments_every_accepted_row_lands_once(tmp_path: Path, kills: int):
    moments, accepted, first = random.Random(kills), [], 0
    for _ in range(kills):
        process = subprocess.Popen([sys.executable, "-c", WRITER, str(tmp_path), str(first)], cwd=REPOSITORY, stdout=subprocess.PIPE, text=True)
        assert process.stdout.readline() == "open\n"
        accepted.append(int(process.stdout.readline()))
        timer = threading.Timer(moments.uniform(0.05, 0.8), process.kill)
        timer.start()
        mine = [int(line) for line in process.stdout if line.endswith("\n") and line.strip().isdigit()]
        process.wait(20)
        accepted += mine
        first = accepted[-1] + 10      # what was accepted but not yet announced lies below
    DeltaSink(tmp_path / "t", SCHEMA, spool=tmp_path / "spool").close()

    landed = numbers(tmp_path / "t")
    assert len(landed) == len(set(landed)), "doubled"
    assert set(accepted) <= set(landed), "lost"
    assert len(set(landed) - set(accepted)) <= kills        # at most the one whose announcement died with the process
    assert len(accepted) > 100 * kills
    assert [path.name for path in (tmp_path / "spool").iterdir()] == ["writer"]


def test_a_batch_that_was_committed_but_not_forgotten_is_not_committed_again(tmp_path: Path):
    spool = tmp_path / "spool"
    sink = DeltaSink(tmp_path / "t", SCHEMA, spool=spool, batch_rows=1000)
    for number in range(7):
        sink.add({"number": number})
    shutil.copy(spool / "batch-000000000000", tmp_path / "kept")
    sink.close()
    shutil.copy(tmp_path / "kept", spool / "batch-000000000000")     # as if the process had died right after the commit

    DeltaSink(tmp_path / "t", SCHEMA, spool=spool).close()

    assert numbers(tmp_path / "t") == list(range(7))


def test_readers_see_whole_batches_only_while_it_is_written(tmp_path: Path):
    sink = DeltaSink(tmp_path / "t", SCHEMA, batch_rows=100)
    seen: list[int] = []
    stop = threading.Event()

    def read() -> None:
        while not stop.is_set():
            seen.append(DeltaTable(str(tmp_path / "t")).to_pyarrow_dataset().count_rows())

    reader = threading.Thread(target=read)
    reader.start()
    for number in range(2000):
        sink.add({"number": number})
    sink.close()
    stop.set()
    reader.join()

    assert all(count % 100 == 0 for count in seen) and seen == sorted(seen) and len(set(seen)) > 2
    assert numbers(tmp_path / "t") == list(range(2000))


@pytest.mark.medium
def test_memory_is_bounded_by_the_batch(tmp_path: Path):
    sink = DeltaSink(tmp_path / "t", SCHEMA, batch_rows=2000)

    def write(rows: int) -> int:
        for number in range(rows):
            sink.add({"number": number, "title": "t" * 1000})
        return psutil.Process().memory_info().rss

    after_first, after_last = write(6000), write(54_000)
    sink.close()
    assert after_last - after_first < 40 * 2**20        # 54 MB of titles went through


@pytest.mark.parametrize(("row", "sentence"), [
    ({"number": 1, "colour": "red"}, "field 'colour' is not in the declared schema"),
    ({"title": "x"}, "field 'number' is empty, which the schema forbids"),
    ({"number": "seven"}, "field 'number' is 'seven', which is no int64"),
    ({"number": 2**70}, "which is no int64"),
    ({"number": 1, "title": ["x"]}, "field 'title' is \\\"['x']\\\", which is no string"),
])
def test_a_row_that_does_not_fit_is_refused_by_name(tmp_path: Path, row: dict, sentence: str):
    sink = DeltaSink(tmp_path / "t", SCHEMA)
    with pytest.raises(RowRefused) as refusal:
        sink.add(row)
    sink.add({"number": 1})
    sink.close()
    assert sentence.replace("\\", "") in str(refusal.value)
    assert numbers(tmp_path / "t") == [1]


@pytest.mark.parametrize(("kind", "given", "landed"), [
    ("decimal(10,2)", "9.90", decimal.Decimal("9.90")), ("list<decimal(10,2)>", ["1", None], [decimal.Decimal("1.00"), None]),
    ("decimal(10,2)", "9.999", RowRefused), ("decimal(10,2)", "about 9", RowRefused), ("decimal(10,2)", "NaN", RowRefused),
    ("list<string>", "abc", RowRefused), ("list<list<string>>", ["abc"], RowRefused), ("list<int64>", b"ab", RowRefused),
    (pa.struct([("tags", pa.list_(pa.string()))]), {"tags": "abc"}, RowRefused),
    (pa.struct([("tags", pa.list_(pa.string()))]), {"tags": ["abc"]}, {"tags": ["abc"]}),
])
def test_a_value_lands_as_what_it_says_or_not_at_all(tmp_path: Path, kind: Any, given: Any, landed: Any):
    sink = DeltaSink(tmp_path / "t", {"a": kind} if isinstance(kind, str) else pa.schema([("a", kind)]))
    if landed is RowRefused:
        with pytest.raises(RowRefused, match=r"field 'a' is .*, which is no "):
            sink.add({"a": given})
    else:
        sink.add({"a": given})
    sink.close()
    assert [row["a"] for row in rows(tmp_path / "t")] == ([] if landed is RowRefused else [landed])


@pytest.mark.parametrize("empty", ["", None])
def test_an_empty_partition_is_null_or_refused_and_the_table_opens(tmp_path: Path, empty: str | None):
    sink = DeltaSink(tmp_path / "open", {"number": "int64", "shelf": "string"}, partition_by=["shelf"])
    sink.add({"number": 1, "shelf": empty})
    sink.close()
    assert rows(tmp_path / "open") == [{"number": 1, "shelf": None}]
    sink = DeltaSink(tmp_path / "shut", {"number": "int64", "shelf": "string!"}, partition_by=["shelf"])
    with pytest.raises(RowRefused, match="field 'shelf' is empty, which the schema forbids"):
        sink.add({"number": 1, "shelf": empty})
    sink.add({"number": 2, "shelf": "a"})
    sink.close()
    assert rows(tmp_path / "shut") == [{"number": 2, "shelf": "a"}]


def test_keys_that_the_table_has_are_left_out(tmp_path: Path):
    for _ in range(2):
        sink = DeltaSink(tmp_path / "t", SCHEMA, unique_by=["number"], batch_rows=3)
        for number in (1, 2, 2, 3, 1, 4):
            sink.add({"number": number})
        sink.close()
    assert numbers(tmp_path / "t") == [1, 2, 3, 4]


def test_overwrite_takes_the_place_of_what_was_there(tmp_path: Path):
    for start in (0, 10):
        sink = DeltaSink(tmp_path / "t", SCHEMA, overwrite=True, batch_rows=2)
        for number in range(start, start + 5):
            sink.add({"number": number})
        sink.close()
    assert numbers(tmp_path / "t") == [10, 11, 12, 13, 14]


OVERWRITER = """
import os, sys
from crawlers.exporters.sink import DeltaSink
folder, first = sys.argv[1], int(sys.argv[2])
sink = DeltaSink(folder + "/t", {"number": "int64!"}, batch_rows=2, overwrite=True, spool=folder + "/spool")
for number in range(first, first + 5):
    sink.add({"number": number})
sink._pending[-1].exception()
os._exit(9)
"""


@pytest.mark.medium
def test_overwrite_of_a_crawl_that_was_killed_keeps_what_it_wrote_before(tmp_path: Path):
    spool = tmp_path / "spool"
    for first in (0, 5):
        subprocess.run([sys.executable, "-c", OVERWRITER, str(tmp_path), str(first)], cwd=REPOSITORY, check=False, timeout=60)
    assert numbers(tmp_path / "t") == list(range(9)), "four committed, the fifth recovered, four committed"
    for first in (10, 20):      # the killed crawl's end, then a crawl of its own
        sink = DeltaSink(tmp_path / "t", {"number": "int64!"}, overwrite=True, spool=spool)
        sink.add({"number": first})
        sink.close()
        assert numbers(tmp_path / "t") == (list(range(11)) if first == 10 else [20])


def test_a_job_that_pauses_overwrites_once(tmp_path: Path):
    for number in (1, 2):
        sink = DeltaSink(tmp_path / "t", SCHEMA, overwrite=True, spool=tmp_path / "spool", one_job=True)
        sink.add({"number": number})
        sink.close()
    assert numbers(tmp_path / "t") == [1, 2]


@pytest.mark.parametrize(("schema", "options", "sentence"), [
    ({}, {}, "Declare the table's schema"),
    ({"a": "varchar"}, {}, "'varchar' is no type"),
    ({"a": "int64"}, {"partition_by": ["b"]}, "names ['b'], which the schema does not have"),
    ({"a": "int64"}, {"extra": "keep"}, "extra is 'keep'"),
    ({"a": "int64"}, {"batch_rows": "10"}, "batch_rows is '10'; it must be a number above 0"),
    ({"a": "int64"}, {"batch_seconds": 0}, "batch_seconds is 0"),
    ({"a": "int64"}, {"partition_by": "url"}, "partition_by is 'url'; it must be a list of columns, such as ['url']"),
    ({"a": "decimal(x)"}, {}, "'decimal(x)' is no type; write decimal(digits,decimals)"),
    ({"a": "decimal(50,2)"}, {}, "38 digits at most"),
    ({"a": "time64[us]"}, {}, "The schema cannot be a Delta table's: "),
    ({"a": int}, {}, "is no type"),
    (pa.schema([("a", pa.timestamp("us"))]), {}, "has no time zone"),
])
def test_options_that_cannot_be_met_are_said_at_once(tmp_path: Path, schema: Any, options: dict, sentence: str):
    with pytest.raises(DeltaSinkError) as error:
        DeltaSink(tmp_path / "t", schema, **options)
    assert sentence in str(error.value)


def test_a_table_with_other_columns_is_left_alone(tmp_path: Path):
    DeltaSink(tmp_path / "t", {"a": "int64", "b": "string"}).close()
    with pytest.raises(DeltaSinkError, match=r"b \(string there, absent declared\)"):
        DeltaSink(tmp_path / "t", {"a": "int64"})


def test_two_processes_do_not_share_a_spool(tmp_path: Path):
    first = DeltaSink(tmp_path / "t", SCHEMA, spool=tmp_path / "spool")
    with pytest.raises(DeltaSinkError, match="is used by another process"):
        DeltaSink(tmp_path / "t", SCHEMA, spool=tmp_path / "spool")
    first.close()


def test_many_writers_at_once_lose_no_commit(tmp_path: Path):
    def write(start: int) -> None:
        sink = DeltaSink(tmp_path / "t", SCHEMA, batch_rows=10)
        for number in range(start, start + 50):
            sink.add({"number": number})
        sink.close()

    DeltaSink(tmp_path / "t", SCHEMA).close()
    threads = [threading.Thread(target=write, args=(start,)) for start in (0, 50, 100)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert numbers(tmp_path / "t") == list(range(150))


def test_every_kind_of_field_comes_back(tmp_path: Path):
    at = datetime.datetime(2024, 5, 6, 7, 8, 9, 123456, tzinfo=datetime.UTC)
    schema = {"s": "string", "i": "int32", "d": "double", "b": "bool", "at": "timestamp", "many": "list<list<string>>",
              "price": "decimal(10,2)", "raw": "binary"}
    row = {"s": "茶", "i": 1, "d": 0.5, "b": True, "at": at, "many": [["a"], []], "price": decimal.Decimal("9.90"), "raw": b"\0\1"}
    sink = DeltaSink(tmp_path / "t", schema, spool=tmp_path / "spool")
    sink.add(row)
    sink.add({})
    sink.close()
    assert sorted(rows(tmp_path / "t"), key=lambda one: one["s"] or "") == [dict.fromkeys(schema), row]


@pytest.mark.jvm
def test_spark_reads_the_table_while_it_is_written(tmp_path: Path, spark):
    sink = DeltaSink(tmp_path / "t", {**SCHEMA, "at": "timestamp"}, partition_by=["shelf"], batch_rows=100)
    counts = []
    for number in range(300):
        sink.add({"number": number, "title": f"第{number}本", "shelf": "ab"[number % 2], "at": datetime.datetime(2024, 1, 1, tzinfo=datetime.UTC)})
        if number in (150, 250):
            counts.append(spark.read.format("delta").load(str(tmp_path / "t")).count())
    sink.close()
    frame = spark.read.format("delta").load(str(tmp_path / "t"))
    assert all(count in (0, 100, 200) for count in counts)
    assert (frame.count(), frame.where("shelf = 'a'").count(), frame.where("title = '第7本'").count()) == (300, 150, 1)
    assert json.loads(frame.schema.json())["fields"][3]["type"] == "timestamp"

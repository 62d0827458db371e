"""The sink under the Delta exporter: batches, crashes, other writers, values that do not fit."""

from __future__ import annotations

import datetime
import decimal
import json
import random
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
from tests.crawlers.delta_tables import REPOSITORY, SCHEMA, numbers, rows


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


@pytest.mark.parametrize("partitions", [[], ["shelf"]])
def test_a_key_with_an_empty_value_is_a_key(tmp_path: Path, partitions: list[str]):
    for _ in range(2):
        sink = DeltaSink(tmp_path / "t", SCHEMA, unique_by=["number", "shelf", "title"], partition_by=partitions)
        for number, shelf, title in ((1, None, "x"), (1, "a", "x"), (1, None, None), (1, None, "x")):
            sink.add({"number": number, "shelf": shelf, "title": title})
        sink.close()
    assert sorted((str(row["shelf"]), str(row["title"])) for row in rows(tmp_path / "t")) == [("None", "None"), ("None", "x"), ("a", "x")]


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

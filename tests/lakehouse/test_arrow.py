"""Landing without a JVM: exactly once, side by side, in the declared columns."""

import subprocess
import sys
from datetime import UTC, datetime

import pytest

from lakehouse import arrow, tables
from lakehouse.errors import LakehouseError, MissingTable

SEEN = datetime(2026, 1, 2, tzinfo=UTC)


def page(number: int, crawl: str = "c") -> dict:
    row = dict.fromkeys(tables.CRAWL_PAGES.column_names)
    return row | {"crawl_id": crawl, "url": f"http://shop/{number}", "kind": "product", "status": "seen", "at": SEEN}


def test_a_batch_committed_twice_lands_once(lake):
    rows = arrow.batch(tables.CRAWL_PAGES, [page(1)])
    for _ in range(2):
        arrow.append(tables.CRAWL_PAGES, rows, writer="c", number=0)
    assert arrow.read(tables.CRAWL_PAGES).num_rows == 1
    assert arrow.landed_version(tables.CRAWL_PAGES, "c") == 0
    assert arrow.landed_version(tables.CRAWL_PAGES, "another") == -1


def test_a_second_batch_of_the_same_writer_lands(lake):
    for number in range(3):
        arrow.append(tables.CRAWL_PAGES, arrow.batch(tables.CRAWL_PAGES, [page(number)]), writer="c", number=number)
    assert sorted(arrow.read(tables.CRAWL_PAGES)["url"].to_pylist()) == [f"http://shop/{n}" for n in range(3)]


def test_a_row_with_a_stranger_column_is_refused_by_name(lake):
    with pytest.raises(LakehouseError, match="colour"):
        arrow.batch(tables.CRAWL_PAGES, [page(1) | {"colour": "red"}])


def test_a_value_of_another_type_is_refused(lake):
    with pytest.raises(LakehouseError, match="does not fit"):
        arrow.batch(tables.CRAWL_PAGES, [page(1) | {"http_status": "two hundred"}])


def test_a_table_nobody_wrote_is_missing_and_says_what_to_run(lake):
    with pytest.raises(MissingTable, match="mep3m build products"):
        arrow.read(tables.PRODUCTS)


def test_an_unknown_version_is_one_sentence(lake):
    arrow.create(tables.PRODUCTS)
    with pytest.raises(LakehouseError, match="version 99"):
        arrow.read(tables.PRODUCTS, at=99)


def test_a_version_keeps_its_time_when_others_follow(lake):
    rows = arrow.batch(tables.CRAWL_PAGES, [page(1)])
    arrow.append(tables.CRAWL_PAGES, rows)
    time = arrow.committed_at(tables.CRAWL_PAGES, 1)
    arrow.append(tables.CRAWL_PAGES, rows)
    arrow.append(tables.CRAWL_PAGES, rows)
    assert arrow.committed_at(tables.CRAWL_PAGES, 1) == time < arrow.committed_at(tables.CRAWL_PAGES, 3)


def test_upsert_replaces_by_key(lake):
    for shop in ("before", "after"):
        row = {"shop": shop, "crawl_id": "c", "spider": "s", "source": "", "started_at": SEEN, "finished_at": None, "finish_reason": None,
               "listings": 0, "images": 0, "rejects": 0, "counters": [("a", 1)], "audit": "pending", "audit_notes": []}
        arrow.upsert(tables.CRAWL_RUNS, arrow.batch(tables.CRAWL_RUNS, [row]))
    assert arrow.read(tables.CRAWL_RUNS)["shop"].to_pylist() == ["after"]
    assert arrow.read(tables.CRAWL_RUNS, filters=arrow.text("crawl_id") == "c").num_rows == 1


def test_upsert_takes_quotes_in_keys(lake):
    rows = [{"table": "t", "key": f"it's {number}", "reason": "r", "row": "", "run_id": "1"} for number in range(250)]
    for _ in range(2):
        arrow.upsert(tables.REJECTS, arrow.batch(tables.REJECTS, rows))
    assert arrow.read(tables.REJECTS).num_rows == 250


@pytest.mark.medium
def test_two_processes_append_at_once_and_no_commit_is_lost(lake):
    program = (
        "import sys; from lakehouse import arrow, tables; from tests.lakehouse.test_arrow import page\n"
        "for n in range(8): arrow.append(tables.CRAWL_PAGES, arrow.batch(tables.CRAWL_PAGES, [page(n, sys.argv[1])]), writer=sys.argv[1], number=n)"
    )
    writers = [subprocess.Popen([sys.executable, "-c", program, name]) for name in ("one", "two")]
    assert [writer.wait(60) for writer in writers] == [0, 0]
    landed = arrow.read(tables.CRAWL_PAGES, columns=["crawl_id", "url"]).to_pylist()
    assert len({(row["crawl_id"], row["url"]) for row in landed}) == len(landed) == 16


@pytest.mark.skipif(sys.platform != "linux", reason="/proc, where nobody can write, is of Linux")
def test_a_lake_that_cannot_be_written_is_named(monkeypatch):
    monkeypatch.setenv("LAKEHOUSE_ROOT", "/proc/lake")
    with pytest.raises(LakehouseError, match=r"cannot be written under .*lake.*; set LAKEHOUSE_ROOT to a place"):
        arrow.create(tables.CRAWL_RUNS)


def test_a_table_on_a_disk_is_read_by_arrow_itself_whatever_its_path(lake, monkeypatch, tmp_path):
    from pyarrow import fs

    root = tmp_path / "the lake ü"
    monkeypatch.setenv("LAKEHOUSE_ROOT", str(root))
    arrow.append(tables.CRAWL_PAGES, arrow.batch(tables.CRAWL_PAGES, [page(1)]))
    read = arrow.dataset(tables.CRAWL_PAGES)
    assert read.count_rows() == 1
    assert isinstance(read.filesystem, fs.SubTreeFileSystem) and isinstance(read.filesystem.base_fs, fs.LocalFileSystem)
    (file,) = arrow.files_at(arrow.location(tables.CRAWL_PAGES))
    assert file.startswith(str(root)) and read.files == [file.removeprefix(arrow.location(tables.CRAWL_PAGES) + "/")]

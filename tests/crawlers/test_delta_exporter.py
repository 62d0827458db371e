"""The Delta exporter as a stranger would use it: in a bare Scrapy project."""

from __future__ import annotations

import decimal
import re
import shutil
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from deltalake import DeltaTable

from tests.crawlers.delta_tables import REPOSITORY, SCHEMA, numbers, rows

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
def test_a_project_that_scrapy_made_exports_to_delta(tmp_path: Path):
    """`scrapy startproject` and `scrapy crawl`, with the two files copied beside the project's own."""
    def scrapy(*words: str) -> subprocess.CompletedProcess:
        return subprocess.run([sys.executable, "-m", "scrapy", *words], cwd=tmp_path, env={"PATH": "/usr/bin:/bin"}, capture_output=True, text=True, timeout=60)

    assert scrapy("startproject", "bookshop", ".").returncode == 0
    for name in ("delta.py", "sink.py"):
        shutil.copy(REPOSITORY / "crawlers" / "exporters" / name, tmp_path / "bookshop" / name)
    (tmp_path / "bookshop" / "spiders" / "books.py").write_text(SPIDER.format(settings={}), encoding="utf-8")
    feed = {"format": "delta", "item_export_kwargs": {"schema": {**SCHEMA, "tags": "list<string>"}, "batch_rows": 10}}
    with (tmp_path / "bookshop" / "settings.py").open("a", encoding="utf-8") as settings:
        settings.write(f'\nADDONS = {{"bookshop.delta.DeltaAddon": 500}}\nFEEDS = {{"tables/books": {feed!r}}}\n')

    run = scrapy("crawl", "books")

    assert run.returncode == 0, run.stderr
    assert numbers(tmp_path / "tables/books") == list(range(25)) and DeltaTable(str(tmp_path / "tables/books")).version() == 3
    assert "strangers: []" in run.stdout and "'delta/items_refused': 1" in run.stdout


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


PARSED = """    start_urls = ["data:,page"]

    def parse(self, response):
        yield {"number": 1}
"""
STARTED = """    async def start(self):
        for number in ITEMS:
            yield {"number": number}
"""


@pytest.mark.medium
@pytest.mark.parametrize("items", [PARSED, STARTED.replace("ITEMS", "range(3)"), STARTED.replace("ITEMS", "itertools.count()")],
                         ids=["of a page", "of start()", "of a start() without an end"])
def test_a_table_that_fails_while_it_is_crawled_ends_the_crawl_with_exit_code_1(tmp_path: Path, items: str):
    (tmp_path / "spool").write_text("no folder")
    (tmp_path / "books.py").write_text("""
import itertools

import scrapy


class Books(scrapy.Spider):
    name = "books"
    custom_settings = {"ADDONS": {"crawlers.exporters.delta.DeltaAddon": 500}, "FEEDS": {
        "t": {"format": "delta", "item_export_kwargs": {"schema": {"number": "int64"}, "spool": "spool"}}}}

""" + items, encoding="utf-8")
    run = subprocess.run([sys.executable, "-m", "scrapy", "runspider", "books.py"], cwd=tmp_path, capture_output=True, text=True, timeout=60,
                         env={"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"})

    assert run.returncode == 1
    assert "The spool spool cannot be written" in run.stderr
    assert "Closing spider (delta_failed)" in run.stderr


SHOP = """
import os
import scrapy


class Shop(scrapy.Spider):
    name = "shop"
    custom_settings = {settings!r}

    async def start(self):
        for number in range(60):
            if number == self.crawler.settings.getint("STOP_AT", 1000):
                return
            yield scrapy.Request(f"data:,{{number}}", cb_kwargs={{"number": number}})

    def parse(self, response, number):
        yield {{"number": number, "title": "x" * (number % 7), "shelf": "ab"[number % 2]}}
        if number == self.crawler.settings.getint("DIE_AT", 1000):
            os.kill(os.getpid(), 9)
"""


def crawl_job(folder: Path, *words: str, **feed: Any) -> subprocess.CompletedProcess:
    """The bare project with a JOBDIR."""
    settings = {"ADDONS": {"crawlers.exporters.delta.DeltaAddon": 500}, "JOBDIR": "job", "CONCURRENT_REQUESTS": 4,
                "FEEDS": {"t": {"format": "delta", "item_export_kwargs": {"schema": SCHEMA, "unique_by": ["number"], "batch_rows": 8}, **feed}}}
    (folder / "shop.py").write_text(SHOP.format(settings=settings), encoding="utf-8")
    return subprocess.run([sys.executable, "-m", "scrapy", "runspider", "shop.py", *words], cwd=folder, capture_output=True, text=True, timeout=60,
                          env={"PYTHONPATH": str(REPOSITORY), "PATH": "/usr/bin:/bin"})


@pytest.mark.medium
def test_a_bare_project_that_is_killed_and_started_again_lands_every_item_once(tmp_path: Path):
    for moment in (13, 38):
        assert crawl_job(tmp_path, "-s", f"DIE_AT={moment}").returncode == -9
        assert len(numbers(tmp_path / "t")) <= moment + 1
    last = crawl_job(tmp_path)

    assert last.returncode == 0, last.stderr
    assert numbers(tmp_path / "t") == list(range(60))
    assert "'delta/rows_recovered'" in last.stderr, "what waited in the spool"


@pytest.mark.medium
@pytest.mark.parametrize("store_empty", [True, False])
def test_a_crawl_without_an_item_lands_what_a_killed_one_left_behind(tmp_path: Path, store_empty: bool):
    assert crawl_job(tmp_path, "-s", "DIE_AT=3").returncode == -9
    assert numbers(tmp_path / "t") == []
    again = crawl_job(tmp_path, "-s", "STOP_AT=0", "-s", "JOBDIR=job2", item_export_kwargs={"schema": SCHEMA, "spool": spool_in(tmp_path / "job")},
                      store_empty=store_empty)

    assert again.returncode == 0, again.stderr
    assert numbers(tmp_path / "t")[:2] == [0, 1]


def spool_in(job: Path) -> str:
    (spool,) = (job / "delta-spool").iterdir()
    return str(spool)


@pytest.mark.medium
def test_a_feed_of_some_items_and_fields_begins_anew_and_lands_by_age(tmp_path: Path):
    (tmp_path / "shelves.py").write_text("class OnlyA:\n    def __init__(self, options): pass\n    def accepts(self, item): return item['shelf'] == 'a'\n")
    feed = {"overwrite": True, "item_filter": "shelves.OnlyA", "fields": ["number", "shelf"],
            "item_export_kwargs": {"schema": {"number": "int64!", "shelf": "string"}, "batch_seconds": 0.2}}
    for job, stop in (("one", 20), ("two", 10)):
        run = crawl_job(tmp_path, "-s", f"JOBDIR={job}", "-s", f"STOP_AT={stop}", "-s", "DOWNLOAD_DELAY=0.1", **feed)
        assert run.returncode == 0, run.stderr

    assert sorted(rows(tmp_path / "t"), key=lambda row: row["number"]) == [{"number": number, "shelf": "a"} for number in range(0, 10, 2)]
    assert DeltaTable(str(tmp_path / "t")).version() >= 5, "batches by age"

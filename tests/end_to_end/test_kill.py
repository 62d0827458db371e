"""A step ended with kill -9 and run again leaves what an undisturbed run leaves."""

from __future__ import annotations

import json
import os
import random
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lakehouse import arrow, tables
from lakehouse.tables import Schema

pytestmark = pytest.mark.medium

MEP3M = (sys.executable, "-m", "lakehouse.cli")
GOLD = tuple(table for table in tables.ALL if table.schema is Schema.GOLD and table.name not in ("predictions", "labelled_products"))


def run(*words: object) -> None:
    done = subprocess.run([*MEP3M, *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"mep3m {words}: {done.stderr[-2000:]}"


def killed(*words: object, when: Callable[[], bool] = lambda: False, after_s: float = 600) -> bool:
    """Start a command and kill -9 its whole process group once `when` holds, or after some seconds. Whether it was still running."""
    process = subprocess.Popen([*MEP3M, *map(str, words)], stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, start_new_session=True)
    deadline = time.monotonic() + after_s
    while process.poll() is None and not when() and time.monotonic() < deadline:
        time.sleep(0.01)
    running = process.poll() is None
    if running:
        os.killpg(process.pid, signal.SIGKILL)
    process.wait()
    return running


def rows(table: tables.Table) -> list[str]:
    """A table's rows in an order of their own, to be compared."""
    return sorted(json.dumps(row, ensure_ascii=False, default=str, sort_keys=True) for row in arrow.read(table).to_pylist())


def gold() -> dict[str, list[str]]:
    return {table.name: rows(table) for table in GOLD}


def listings_file(folder: Path, size: int) -> Path:
    run("sample-shops", "generate", folder, "--listings", size)
    return folder / "listings.tsv.gz"


def test_an_import_killed_at_any_moment_lands_each_listing_once(lake, tmp_path, monkeypatch):
    file = listings_file(tmp_path / "shop", 1_500)
    columns = ["shop", "listing_id", "crawl_id", "url", "title", "breadcrumbs", "subsub_class_name"]

    def landed() -> list[str]:
        return sorted(map(str, arrow.read(tables.RAW_LISTINGS, columns=columns).to_pylist()))

    run("import", "listings", file)
    undisturbed = landed()
    monkeypatch.setenv("LAKEHOUSE_ROOT", str(tmp_path / "second"))
    log = tmp_path / "second" / "bronze" / "raw_listings" / "_delta_log" / f"{1:020}.json"
    assert killed("import", "listings", file, when=lambda: (tmp_path / "second" / "bronze" / "crawl_runs").exists())
    killed("import", "listings", file, when=log.exists)
    run("import", "listings", file)
    assert landed() == undisturbed
    assert {row["finish_reason"] for row in arrow.read(tables.CRAWL_RUNS).to_pylist()} == {"finished"}


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_builds_killed_at_random_moments_give_the_same_gold_tables(lake, tmp_path, monkeypatch):
    file = listings_file(tmp_path / "shop", 900)

    def landed(root: Path) -> None:
        monkeypatch.setenv("LAKEHOUSE_ROOT", str(root))
        run("import", "listings", file)
        run("class-map", "import", file.parent / "class_map.csv")

    landed(tmp_path / "undisturbed")
    run("build")
    wanted = gold()
    assert all(wanted[name] for name in ("taxonomy", "label_mapping", "products", "dataset_statistics"))

    root = tmp_path / "disturbed"
    landed(root)
    moments = random.Random(7)

    def staged(table: str) -> Callable[[], bool]:
        return lambda: any((root / "staging" / table).glob("*.parquet"))

    def committed(schema: str, table: str) -> Callable[[], bool]:
        return lambda: any((root / schema / table / "_delta_log").glob("*1.json"))

    run("build", "raw_listings")
    # While the batch is being staged, while it waits in staging, and while it is being published.
    assert killed("build", "listings", when=staged("listings"))
    killed("build", "listings", when=committed("silver", "listings"))
    killed("build", "listings", after_s=moments.uniform(8, 30))
    run("build")
    killed("build", "products", after_s=moments.uniform(8, 30))
    assert gold() == wanted

    # The same for a gold table that has to change: what it is built from comes in a second time, larger.
    landed(tmp_path / "undisturbed")
    more = listings_file(tmp_path / "more", 1_200)
    run("import", "listings", more)
    run("build")
    wanted_then = gold()
    assert wanted_then != wanted
    monkeypatch.setenv("LAKEHOUSE_ROOT", str(root))
    run("import", "listings", more)
    run("build", "raw_listings", "listings", "listing_tokens", "native_sub_classes", "sub_class_pairs", "alignments")
    before = arrow.version(tables.TAXONOMY)
    killed("build", "taxonomy", when=lambda: arrow.version(tables.TAXONOMY) > before)
    run("build", "taxonomy", "label_mapping")
    files = set((root / "gold" / "products").glob("*.parquet"))
    assert killed("build", "products", when=lambda: bool(set((root / "gold" / "products").glob("*.parquet")) - files))
    run("build")
    assert gold() == wanted_then


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_crawl_killed_and_taken_up_again_gives_the_same_gold_tables(lake, tmp_path, monkeypatch):
    ready = tmp_path / "shops.json"
    server = subprocess.Popen([*MEP3M, "sample-shops", "serve", "--listings", "600", "--port", "0", "--ready-file", str(ready)],
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    try:
        deadline = time.monotonic() + 120
        while not ready.exists():
            assert server.poll() is None and time.monotonic() < deadline, "the sample shops did not come up"
            time.sleep(0.1)
        listings_file(tmp_path / "shop", 600)
        crawl = ("crawl", "--shops", ready, "--allow-address", "127.0.0.1", "--quiet")

        def built(root: Path) -> dict[str, list[str]]:
            run("class-map", "import", tmp_path / "shop" / "class_map.csv")
            run("build")
            return gold()

        monkeypatch.setenv("LAKEHOUSE_ROOT", str(tmp_path / "undisturbed"))
        run(*crawl)
        wanted = built(tmp_path / "undisturbed")
        assert wanted["products"]

        root = tmp_path / "disturbed"
        monkeypatch.setenv("LAKEHOUSE_ROOT", str(root))
        assert killed(*crawl, when=lambda: any((root / "bronze" / "raw_listings" / "_delta_log").glob("*.json")))
        killed("crawl", "--resume", "--allow-address", "127.0.0.1", "--quiet", after_s=4)
        run("crawl", "--resume", "--allow-address", "127.0.0.1", "--quiet")
        run(*crawl)
        assert built(root) == wanted
    finally:
        server.terminate()
        server.wait(10)

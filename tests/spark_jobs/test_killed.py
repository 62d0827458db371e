"""A job and its gate ended with kill -9, wherever it hits, and run again: the same table as an undisturbed run leaves."""

import os
import shutil
import signal
import subprocess
import sys
import time
from datetime import UTC, datetime
from pathlib import Path

import pytest

from lakehouse import arrow
from lakehouse.tables import (
    ALIGNMENTS,
    CRAWL_RUNS,
    LISTINGS,
    NATIVE_SUB_CLASSES,
    RAW_IMAGES,
    RAW_LISTINGS,
    TAXONOMY,
    Table,
)
from tests.spark_jobs.lake_rows import row
from tests.spark_jobs.test_listings import RUNS, seen
from tests.spark_jobs.test_taxonomy import aligned, native

pytestmark = [pytest.mark.jvm, pytest.mark.slow, pytest.mark.timeout(1800)]      # four engines are started one after another
NOW = datetime(2024, 5, 1, tzinfo=UTC)


def land(table: Table, *rows: dict) -> None:
    arrow.append(table, arrow.batch(table, [dict(zip(table.column_names, row(table, **one), strict=True)) for one in rows]))


def inputs_of_listings() -> None:
    land(CRAWL_RUNS, *(run | {"counters": []} for run in RUNS))
    land(RAW_LISTINGS, *(seen(str(n), n % 2, "" if n % 7 == 0 else f"苹果{n}") | {"image_urls": [], "rules": []} for n in range(300)))
    arrow.create(RAW_IMAGES)


def inputs_of_taxonomy() -> None:
    land(NATIVE_SUB_CLASSES, *(native(shop, f"食品>{n}") | {"term_counts": []} for n in range(100) for shop in ("jd", "yixun")))
    land(ALIGNMENTS, *(aligned(("jd", f"食品>{n}"), ("yixun", f"食品>{n}")) for n in range(60)))
    land(LISTINGS, *({"shop": "jd", "listing_id": str(n), "native_path": f"食品>{n}"} for n in range(100)))


@pytest.fixture
def start():
    """Begins a table's job and gate in a process group of its own; what is left of it is ended with the test."""
    begun = []

    def start(table: Table, root: Path) -> subprocess.Popen:
        code = f"from lakehouse import build, tables; build.build(tables.find({table.name!r}), 'run', [])"
        begun.append(subprocess.Popen([sys.executable, "-c", code], env={**os.environ, "LAKEHOUSE_ROOT": str(root)}, start_new_session=True,
                                      stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL))
        return begun[-1]

    yield start
    for process in begun:
        if process.poll() is None:
            kill(process)


def kill(process: subprocess.Popen) -> None:
    os.killpg(process.pid, signal.SIGKILL)
    process.wait()


def rows(table: Table, root: Path, monkeypatch) -> list[dict]:
    monkeypatch.setenv("LAKEHOUSE_ROOT", str(root))
    return sorted(arrow.read(table).to_pylist(), key=lambda one: [str(one[name]) for name in table.key])


@pytest.mark.parametrize(("table", "inputs"), [(LISTINGS, inputs_of_listings), (TAXONOMY, inputs_of_taxonomy)], ids=lambda v: getattr(v, "name", ""))
def test_killed_while_staging_and_while_publishing(lake, tmp_path, monkeypatch, start, table, inputs):
    inputs()
    undisturbed = tmp_path / "undisturbed"
    shutil.copytree(lake, undisturbed)
    assert start(table, undisturbed).wait() == 0
    hit = 0
    for place in (lake / "staging" / table.name, lake / table.schema / table.name):
        process = start(table, lake)
        while process.poll() is None and not any(place.glob("**/*.parquet")):
            time.sleep(0.005)
        if process.poll() is None:
            hit += 1
            kill(process)
    assert hit, "every run was over before it could be killed"
    assert start(table, lake).wait() == 0
    expected = rows(table, undisturbed, monkeypatch)
    assert len(expected) > 100
    assert rows(table, lake, monkeypatch) == expected

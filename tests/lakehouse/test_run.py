"""`mep3m run` where it is cut off, and where its listings file is not all listings."""

from __future__ import annotations

import os
import signal
import socket
import subprocess
import sys
import time

import psutil
import pytest

from lakehouse import arrow, tables
from sample_shops.sources import COLUMNS
from tests.end_to_end.test_run import free_ports

pytestmark = pytest.mark.medium
LISTINGS = "\n".join("\t".join(fields) for fields in (
    COLUMNS, ("a", "1", "食品", "水果", "食品>水果", "苹果", ""), ("a", "1", "食品", "水果", "食品>水果", "又是苹果", ""), ("a", "torn"),
    ("a", "2", "食品", "水果", "食品>水果", "一箱梨", ""))) + "\n"


def crawled_then_killed(lake, file, port) -> tuple[list[dict], list[psutil.Process]]:
    """Start `mep3m run`, kill -9 it alone once it builds; the crawls' rows, and what it had started."""
    log = lake.parent / "log"
    with log.open("w") as out:
        process = subprocess.Popen([sys.executable, "-m", "lakehouse.cli", "run", "--listings", str(file), "--port", str(port)],
                                   stdout=out, stderr=subprocess.STDOUT, env=os.environ | {"PYTHONUNBUFFERED": "1"})
        deadline = time.monotonic() + 120
        while "mep3m build" not in log.read_text():
            assert process.poll() is None and time.monotonic() < deadline, log.read_text()
            time.sleep(0.1)
        children = psutil.Process(process.pid).children(recursive=True)
        process.send_signal(signal.SIGKILL)
        process.wait()
    return arrow.read(tables.CRAWL_RUNS).to_pylist(), children


def left(children: list[psutil.Process]) -> list[psutil.Process]:
    """Those that go on without their parent; they are ended."""
    _, alive = psutil.wait_procs(children, timeout=30)
    for process in alive:
        process.kill()
    return alive


def test_a_listings_file_without_a_limit_is_crawled_and_its_bad_lines_are_rejects(lake, tmp_path):
    file = tmp_path / "listings.tsv"
    file.write_text(LISTINGS)
    runs, children = crawled_then_killed(lake, file, free_ports(1, 19_600))
    assert [(row["shop"], row["listings"], row["finish_reason"]) for row in runs] == [("a", 2, "finished")]
    rejects = arrow.read(tables.REJECTS).sort_by("key").to_pylist()
    assert [(row["table"], row["key"], row["reason"], row["run_id"]) for row in rejects] == [
        ("raw_listings", "a|1|listings.tsv:3", "listing id is repeated", "listings.tsv"),
        ("raw_listings", "||listings.tsv:4", "wrong number of columns", "listings.tsv")]
    assert left(children) == []


def test_a_run_killed_while_it_serves_leaves_no_shop_behind_and_can_be_run_again(lake, tmp_path):
    file, port = tmp_path / "listings.tsv", free_ports(1, 19_600)
    file.write_text(LISTINGS)
    process = subprocess.Popen([sys.executable, "-m", "lakehouse.cli", "run", "--listings", str(file), "--port", str(port)],
                               stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    deadline = time.monotonic() + 60
    with socket.socket() as probe:
        while probe.connect_ex(("127.0.0.1", port)) != 0:
            assert process.poll() is None and time.monotonic() < deadline
            time.sleep(0.05)
    children = psutil.Process(process.pid).children(recursive=True)
    process.send_signal(signal.SIGKILL)
    process.wait()
    assert children and left(children) == []
    runs, children = crawled_then_killed(lake, file, port)
    assert left(children) == []
    assert {(row["listings"], row["finish_reason"]) for row in runs} >= {(2, "finished")}

"""`mep3m run`: the whole chain on the sample shops, and the same again, which finds nothing to do."""

from __future__ import annotations

import json
import socket
import subprocess
import sys

import pytest

from lakehouse import arrow, tables
from lakehouse.tables import Schema

MEP3M = (sys.executable, "-m", "lakehouse.cli")
# What is recorded of every run: that it was, what it asked for, and what the audits said.
RECORDS = ("crawl_runs", "crawl_pages", "quality_results")


def free_ports(wanted: int) -> int:
    """The first of so many neighbouring ports that nobody holds."""
    for first in range(18_700, 19_700, wanted):
        held = []
        for port in range(first, first + wanted):
            with socket.socket() as probe:
                held.append(probe.connect_ex(("127.0.0.1", port)) == 0)
        if not any(held):
            return first
    raise AssertionError("no free ports")


def run(*words: object) -> str:
    done = subprocess.run([*MEP3M, *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"mep3m {words}: {done.stdout[-1000:]}{done.stderr[-2000:]}"
    return done.stdout


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_a_second_run_adds_no_row_and_changes_no_table(lake):
    chain = ("run", "--size", 500, "--port", free_ports(3), "--model", "bilstm")
    said = run(*chain)
    assert "curated sub-classes join several shops" in said and "champion" in said, said

    made = [table for table in tables.ALL if arrow.version(table) is not None and table.name not in RECORDS]
    assert {table.name for table in tables.ALL if table.schema is Schema.GOLD} - {"labelled_products"} <= {table.name for table in made}
    versions = {table.name: arrow.version(table) for table in made}
    rows = {table.name: arrow.dataset(table).count_rows() for table in made}
    assert rows["products"] == rows["predictions"] == 500
    annotation = json.loads((lake / "release" / "annotation.json").read_text("utf-8"))

    again = run(*chain)
    assert "champion" in again
    assert {table.name: arrow.dataset(table).count_rows() for table in made} == rows
    silver_and_gold = [table.name for table in made if table.schema in (Schema.SILVER, Schema.GOLD)]
    assert {name: arrow.version(tables.find(name)) for name in silver_and_gold} == {name: versions[name] for name in silver_and_gold}
    assert json.loads((lake / "release" / "annotation.json").read_text("utf-8")) == annotation

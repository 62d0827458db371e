"""`mep3m sql`: every process finds the tables by their names, wherever the lake lies."""

from __future__ import annotations

import os
import re
import subprocess
import sys
from pathlib import Path

import pytest

from expectations import gate
from lakehouse import arrow, settings, tables
from lakehouse import spark as engine
from tests.expectations.rows import FIXTURES

pytestmark = pytest.mark.jvm


def sql(statement: str, lake: Path) -> subprocess.CompletedProcess:
    return subprocess.run([sys.executable, "-m", "lakehouse.cli", "sql", statement], capture_output=True, text=True, check=False, timeout=300,
                          env=os.environ | {"LAKEHOUSE_ROOT": str(lake)})


def test_a_fresh_process_finds_the_products_also_where_the_lake_was_moved_to(lake):
    rows = [FIXTURES["products"].row(number) | {"class_name": "食品"} for number in range(3)]
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, rows))
    counted = "select class_name, count(*) from gold.products group by 1"
    done = sql(counted, lake)
    assert done.returncode == 0 and re.search("食品 +│ 3 ", done.stdout), done.stdout + done.stderr
    moved = lake.rename(lake.with_name("moved"))
    done = sql(counted, moved)
    assert done.returncode == 0 and re.search("食品 +│ 3 ", done.stdout), done.stdout + done.stderr


def test_a_catalog_that_another_process_holds_is_one_sentence(spark):
    spark.sql("show schemas").collect()
    holder = Path(spark.conf.get("spark.sql.warehouse.dir").removeprefix("file:")).parent
    done = sql("show schemas", holder)
    assert done.returncode == 1
    assert done.stderr.startswith(f"mep3m: Another process holds the catalog of {holder}") and done.stderr.count("\n") == 1, done.stderr


def test_a_shared_catalog_is_told_of_every_table_that_passes_the_gate(spark, monkeypatch):
    batch = spark.createDataFrame([tuple(FIXTURES["class_map"].row(1)[name] for name in tables.CLASS_MAP.column_names)], engine.ddl(tables.CLASS_MAP))
    engine.stage(tables.CLASS_MAP, batch, {"run_id": "r"})
    gate.let_through(tables.CLASS_MAP)
    assert not spark.catalog.databaseExists("silver"), "an embedded one is not waited for"
    monkeypatch.setenv("LAKEHOUSE_METASTORE", "thrift://catalog.example:9083")     # the session, started before, keeps its own
    assert settings.load().catalog_is_shared
    gate.let_through(tables.CLASS_MAP)
    assert spark.table("silver.class_map").count() == 1

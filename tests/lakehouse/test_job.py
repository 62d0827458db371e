"""What a job refuses: staged beside its batch, and in rejects once the batch is published."""

from __future__ import annotations

import argparse

import pytest

from lakehouse import arrow, job, tables
from lakehouse import spark as engine
from lakehouse.errors import BatchRefused
from tests.expectations.rows import FIXTURES

pytestmark = pytest.mark.jvm
TABLE = tables.CLASS_MAP        # built from nothing
LANDED = {"table": "raw_listings", "key": "a|1|c", "reason": "title is empty", "row": "{}", "run_id": "c"}


def staged(spark, run_id: str, *refused: str, spoilt: bool = False) -> None:
    row = FIXTURES[TABLE.name].row(1) | ({"shop": ""} if spoilt else {})
    batch = spark.createDataFrame([tuple(row[name] for name in TABLE.column_names)], engine.ddl(TABLE))
    rejects = spark.createDataFrame([(key, "unknown", "{}") for key in refused], "key string, reason string, row string")
    job.run(TABLE, lambda *_: (batch, rejects), argparse.Namespace(run_id=run_id))


def rejects() -> set[tuple[str, str]]:
    return {(row["key"], row["run_id"]) for row in arrow.read(tables.REJECTS).to_pylist()}


def test_rejects_follow_the_batch_that_was_published_and_name_the_run_that_refused_them_first(spark):
    from expectations.gate import audit_and_publish

    arrow.upsert(tables.REJECTS, arrow.batch(tables.REJECTS, [LANDED]))
    staged(spark, "r1", "x", "y")
    assert rejects() == {("a|1|c", "c")}, "nothing before the gate has judged the batch"
    audit_and_publish(TABLE)
    assert rejects() == {("a|1|c", "c"), ("x", "r1"), ("y", "r1")}

    staged(spark, "r2", "z", spoilt=True)
    with pytest.raises(BatchRefused):
        audit_and_publish(TABLE)
    assert rejects() == {("a|1|c", "c"), ("x", "r1"), ("y", "r1")}, "those of a refused batch are not the table's"

    staged(spark, "r3", "x", "y")
    before = arrow.version(tables.REJECTS)
    audit_and_publish(TABLE)
    assert arrow.version(tables.REJECTS) == before, "the same again is no commit"

    staged(spark, "r4", "y", "z")
    audit_and_publish(TABLE)
    assert rejects() == {("a|1|c", "c"), ("y", "r1"), ("z", "r4")}


def test_rejects_that_others_add_meanwhile_stay(spark):
    """The part of a table that a batch replaces is said to the merge, which reads the newest version."""
    from pyspark.sql import functions as F

    arrow.upsert(tables.REJECTS, arrow.batch(tables.REJECTS, [LANDED | {"table": TABLE.name, "key": key} for key in ("x", "y")]))
    batch = engine.read(tables.REJECTS, arrow.version(tables.REJECTS)).where("key = 'x'")
    arrow.upsert(tables.REJECTS, arrow.batch(tables.REJECTS, [LANDED]))
    engine.publish(tables.REJECTS, batch, {}, removes=True, within=F.col("table") == TABLE.name)
    assert rejects() == {("a|1|c", "c"), ("x", "c")}

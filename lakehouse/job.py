"""The frame of every Spark job: read the declared inputs at pinned versions, build, check, stage, log."""

from __future__ import annotations

import argparse
import logging
import time
import uuid
from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any

from lakehouse import arrow, spark
from lakehouse.tables import REJECTS, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

log = logging.getLogger("mep3m.job")


def parser(doc: str | None) -> argparse.ArgumentParser:
    """A job's command line; every job takes `--run-id`."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--run-id", default="", help="names the run in commits and quality_results; made up by default")
    return made


def run(table: Table, build: Callable, args: argparse.Namespace, also: Mapping[str, str] | None = None) -> int:
    """Build one batch of `table` into staging; the gate publishes it.

    Args:
        build: called with a DataFrame for each table of `built_from`, then, where the table remembers itself, with the
            table as it stands. Returns the batch, or (batch, rejects) with rejects as (key: string, reason: string, row: string).
        also: what else the commit is to say of the batch.

    Raises:
        MissingTable: an input has not been written yet.
        SchemaMismatch: the batch's columns are not the declared ones.
    """
    started = time.monotonic()
    run_id = args.run_id or uuid.uuid4().hex[:12]
    versions = {source.full_name: arrow.version(source) for source in table.built_from}
    inputs = [spark.read(source, versions[source.full_name]) for source in table.built_from]
    if table.remembers_itself:
        inputs.append(spark.empty(table) if arrow.version(table) is None else spark.read(table))
    result = build(*inputs)
    batch, rejects = result if isinstance(result, tuple) else (result, None)
    lineage = {"run_id": run_id, "inputs": versions, **(also or {})}
    rejected = 0
    if rejects is not None:
        rejected = stage_rejects(table, rejects, lineage)
    spark.stage(table, batch, lineage)
    rows = arrow.rows_at(spark.staging_location(table))
    log.info("%s: %d rows staged, %d rejected, %.1f s", table.name, rows, rejected, time.monotonic() - started)
    return 0


def rejects_location(table: Table) -> str:
    return f"{spark.staging_location(table)}.rejects"


def stage_rejects(table: Table, rejects: DataFrame, lineage: Mapping[str, Any]) -> int:
    """The rows that a batch could not use, beside it. Returns how many."""
    from pyspark.sql import functions as F

    spark.stage(REJECTS, rejects.select(
        F.lit(table.name).alias("table"), F.col("key").cast("string").alias("key"), F.col("reason").cast("string").alias("reason"),
        F.substring("row", 1, 10_000).alias("row"), F.lit(lineage["run_id"]).alias("run_id"),
    ).dropDuplicates(["key", "reason"]), lineage, place=rejects_location(table))
    return arrow.rows_at(rejects_location(table))


def publish_rejects(table: Table, lineage: Mapping[str, Any]) -> None:
    """What a published batch could not use, in place of what the one before could not; a row refused again keeps the run that refused it first."""
    from pyspark.sql import functions as F

    place = rejects_location(table)
    if arrow.files_at(place) is None:
        return                              # the table's job refuses nothing
    of_table = F.col("table") == table.name
    same = [name for name in REJECTS.column_names if name != "run_id"]
    before = spark.read(REJECTS).where(of_table).withColumnRenamed("run_id", "first")
    batch = spark.staged(REJECTS, place).join(before, same, "left").withColumn("run_id", F.coalesce("first", "run_id")).select(*REJECTS.column_names)
    spark.publish(REJECTS, batch, lineage, removes=True, within=of_table)

"""The frame of every Spark job: read the declared inputs at pinned versions, build, check, stage, log."""

from __future__ import annotations

import argparse
import logging
import sysconfig
import time
import uuid
import zlib
from collections.abc import Callable, Mapping
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakehouse import arrow, spark
from lakehouse.errors import LakehouseError
from lakehouse.tables import REJECTS, Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

log = logging.getLogger("mep3m.job")
MAKERS = ("lakehouse", "spark_jobs", "expectations")    # whose code decides what is in a table
HOW = ("run_id", "if_needed", "anew")                   # options that name or hasten a run and change no row


class UpToDate(LakehouseError):
    """The table is what its job would make of it."""


def parser(doc: str | None) -> argparse.ArgumentParser:
    """A job's command line; every job takes these."""
    made = argparse.ArgumentParser(description=doc, formatter_class=argparse.RawDescriptionHelpFormatter)
    made.add_argument("--run-id", default="", help="names the run in commits and quality_results; made up by default")
    made.add_argument("--if-needed", action="store_true", help="do nothing where the table was made of just these inputs, by this code, in this way")
    made.add_argument("--anew", action="store_true", help="use nothing that was made before; scores of pairs that have not changed, for one")
    return made


@cache
def program() -> str:
    """A sum over the code that makes tables and the packages that it is made with."""
    house = Path(__file__).parent.parent
    code = (path.read_bytes() for maker in MAKERS for path in sorted((house / maker).rglob("*.py")))
    packages = sorted(path.name for path in Path(sysconfig.get_path("purelib")).glob("*.dist-info"))
    return f"{zlib.crc32(b''.join([*code, *(name.encode() for name in packages)])):08x}"


def origin(table: Table, options: Mapping[str, Any]) -> dict[str, Any]:
    """All that decides what is in the table: versions of its inputs, and of which tables they are versions; options and code."""
    return {
        "inputs": {source.full_name: arrow.version(source) for source in table.built_from},
        "ids": {source.full_name: arrow.table_id(source) for source in table.built_from},
        "options": {name: str(value) for name, value in options.items() if name not in HOW},
        "program": program(),
    }


def is_up_to_date(table: Table, made_from: Mapping[str, Any]) -> bool:
    """Whether the table's newest rows are made from just that."""
    if arrow.version(table) is None:
        return False
    commit = arrow.last_commit(arrow.location(table))
    return all(commit.get(name) == value for name, value in made_from.items())


def run(table: Table, build: Callable, args: argparse.Namespace, also: Mapping[str, str] | None = None) -> int:
    """Build one batch of `table` into staging; the gate publishes it.

    Args:
        build: called with a DataFrame for each table of `built_from`, then, where the table remembers itself, with the
            table as it stands. Returns the batch, or (batch, rejects) with rejects as (key: string, reason: string, row: string).
        also: what else the commit is to say of the batch.

    Raises:
        MissingTable: an input has not been written yet.
        SchemaMismatch: the batch's columns are not the declared ones.
        UpToDate: nothing is to be done, and only what is needed was asked for.
    """
    started = time.monotonic()
    options = vars(args)
    made_from = origin(table, options)
    if options.get("if_needed") and not options.get("anew") and is_up_to_date(table, made_from):
        raise UpToDate(f"{table.full_name} is up to date.")
    run_id, versions = args.run_id or uuid.uuid4().hex[:12], made_from["inputs"]
    inputs = [spark.read(source, versions[source.full_name]) for source in table.built_from]
    if table.remembers_itself:
        inputs.append(spark.empty(table) if arrow.version(table) is None else spark.read(table))
    result = build(*inputs)
    batch, rejects = result if isinstance(result, tuple) else (result, None)
    lineage = {"run_id": run_id, **made_from, **(also or {})}
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

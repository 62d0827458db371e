"""The one place where Spark reads and writes. A job sees DataFrames, never a session, a path or a catalog."""

from __future__ import annotations

import fcntl
import json
import os
import re
import shutil
import sys
from collections.abc import Mapping
from contextlib import suppress
from dataclasses import dataclass
from functools import reduce
from pathlib import Path
from typing import TYPE_CHECKING, Any

from lakehouse import arrow, settings
from lakehouse.errors import LakehouseError, MissingTable, SchemaMismatch
from lakehouse.tables import Origin, Table

if TYPE_CHECKING:
    from pyspark.sql import Column, DataFrame, SparkSession

COMMIT_METADATA = "spark.databricks.delta.commitInfo.userMetadata"
STAGING = "staging"
NO_JAVA = "Spark found no Java 17 or newer; install it (apt install openjdk-17-jre-headless) or set JAVA_HOME."
MAY_BE_MISSING = (Origin.DECIDED, Origin.RECORDED)


def session() -> SparkSession:
    """The process's session: the Connect server's if `LAKEHOUSE_SPARK_REMOTE` names one, else the master's.

    Raises:
        LakehouseError: there is no Java, no server, or another process holds the embedded catalog.
    """
    from pyspark.errors import PySparkException
    from pyspark.sql import SparkSession

    chosen = settings.load()
    os.environ.setdefault("PYSPARK_PYTHON", sys.executable)
    os.environ.setdefault("PYSPARK_DRIVER_PYTHON", sys.executable)
    os.environ.setdefault("SPARK_LOCAL_IP", "127.0.0.1") if chosen.spark_master.startswith("local") else None
    builder = SparkSession.builder.appName("mep3m")
    if chosen.spark_remote:
        builder = builder.remote(chosen.spark_remote)
    else:
        with suppress(PySparkException):
            return SparkSession.active()
        refuse_without_java(chosen)
        for name, value in configuration(chosen).items():
            builder = builder.config(name, value)
        builder = builder.master(chosen.spark_master)
    try:
        return builder.getOrCreate()
    except PySparkException as error:
        if "JAVA_GATEWAY" in str(error):
            raise LakehouseError(NO_JAVA) from None
        raise LakehouseError(f"Spark did not start at {chosen.spark_remote or chosen.spark_master}: {first_line(error)}") from None


def refuse_without_java(chosen: settings.Settings) -> None:
    """
    Raises:
        LakehouseError: Spark runs in this process's own JVM, and there is no Java.
    """
    home = os.environ.get("JAVA_HOME")      # which Spark prefers to the path
    if not chosen.spark_remote and not shutil.which("java", path=f"{home}/bin" if home else None):
        raise LakehouseError(NO_JAVA)


def configuration(chosen: settings.Settings) -> dict[str, str]:
    """What a session, or a Connect server, of this lake is started with."""
    logging = Path(__file__).with_name("log4j2.properties")
    java = f'"-Dlog4j2.configurationFile={logging}" -Djava.net.preferIPv4Stack=true {chosen.spark_java_options}'
    hive = {"spark.hadoop.hive.metastore.uris": chosen.metastore} if chosen.metastore else {}
    if not chosen.metastore:
        java += f' "-Dderby.stream.error.file={chosen.location("metastore.log")}"'
        hive["spark.hadoop.javax.jdo.option.ConnectionURL"] = f"jdbc:derby:;databaseName={chosen.location('metastore')};create=true"
        chosen.path.mkdir(parents=True, exist_ok=True)
    packages = {"spark.jars.packages": chosen.spark_packages} if chosen.spark_packages else {}
    return {
        "spark.sql.extensions": "io.delta.sql.DeltaSparkSessionExtension",
        "spark.sql.catalog.spark_catalog": "org.apache.spark.sql.delta.catalog.DeltaCatalog",
        "spark.sql.catalogImplementation": "hive",
        "spark.sql.warehouse.dir": chosen.location("warehouse"),
        "spark.sql.session.timeZone": "UTC",
        "spark.sql.shuffle.partitions": str(chosen.spark_shuffle_partitions),
        "spark.databricks.delta.snapshotPartitions": "2",
        "spark.sql.execution.arrow.pyspark.enabled": "true",
        "spark.driver.memory": chosen.spark_driver_memory,
        "spark.cleaner.periodicGC.interval": "1min",    # gives back what a table that went to the driver left behind
        "spark.driver.extraJavaOptions": java,
        "spark.ui.enabled": "false",
        "spark.ui.showConsoleProgress": "false",
        **hive, **packages,
        **dict(option.split("=", 1) for option in chosen.spark_options.split()),
    }


def first_line(error: Exception) -> str:
    """The first line of an error that says anything."""
    return next((line.strip() for line in str(error).splitlines() if line.strip()), type(error).__name__)


def ddl(table: Table) -> str:
    return ", ".join(f"`{column.name}` {column.type}" for column in table.columns)


def read(table: Table, version: int | None = None) -> DataFrame:
    """The table as of `version`, the newest by default; tables that people fill are empty before anyone does.

    Raises:
        MissingTable: nothing has been written to it yet.
    """
    spark = session()
    if version is None and arrow.version(table) is None:
        if table.origin in MAY_BE_MISSING:
            return empty(table)
        raise arrow.missing(table)
    reader = spark.read.format("delta")
    return (reader if version is None else reader.option("versionAsOf", version)).load(arrow.location(table))


def empty(table: Table) -> DataFrame:
    return session().createDataFrame([], ddl(table))


def check_columns(table: Table, frame: DataFrame) -> None:
    """
    Raises:
        SchemaMismatch: names, order or types differ from the declaration; every difference is listed.
    """
    wanted, given = [(column.name, column.type) for column in table.columns], list(frame.dtypes)
    if wanted == given:
        return
    types = dict(given)
    problems = [f"{name} is missing" for name, _ in wanted if name not in types]
    problems += [f"{name} is {types[name]}, declared {kind}" for name, kind in wanted if name in types and types[name] != kind]
    problems += [f"{name} is not declared" for name, _ in given if name not in table.column_names]
    raise SchemaMismatch(f"{table.full_name}: {'; '.join(problems) or 'the columns are in another order than declared'}.")


def staging_location(table: Table) -> str:
    return settings.load().location(STAGING, table.name)


def stage(table: Table, frame: DataFrame, lineage: Mapping[str, Any], *, place: str | None = None) -> None:
    """The batch into staging, in place of the one before; whole or not at all.

    Args:
        place: in staging, where it is not the table's own.

    Raises:
        SchemaMismatch: the columns are not the declared ones.
    """
    check_columns(table, frame)
    session().conf.set(COMMIT_METADATA, json.dumps(dict(lineage), ensure_ascii=False))
    (frame.write.format("delta").mode("overwrite").option("overwriteSchema", "true").save(place or staging_location(table)))


def staged(table: Table, place: str | None = None) -> DataFrame:
    """The batch that waits in staging.

    It has one writer and one version, so Spark is given its files and need not work out the table's state.

    Raises:
        MissingTable: none does.
    """
    files = arrow.files_at(place or staging_location(table))
    if files is None:
        raise MissingTable(f"No batch of {table.name} is staged; run `mep3m build {table.name}`.")
    return session().read.parquet(*files) if files else empty(table)


def staged_lineage(table: Table) -> dict[str, Any]:
    """What `stage` was told of the batch: run_id, inputs and their versions."""
    return arrow.last_commit(staging_location(table))


@dataclass(frozen=True)
class Published:
    added: int
    changed: int
    removed: int

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def publish(
    table: Table, batch: DataFrame, lineage: Mapping[str, Any], *, rows: int | None = None, removes: bool | None = None, within: Column | None = None,
) -> Published:
    """The batch into its table by key, in one atomic commit; no commit where it changes nothing.

    Args:
        batch: (the table's columns); one row a key.
        rows: of the batch, where that is known already.
        removes: rows whose key the batch lacks are deleted; by default for tables that a job builds whole.
        within: the part of the table that the batch is; rows outside it stay, whoever writes them meanwhile. The whole by default.
    """
    from pyspark.sql import functions as F

    check_columns(table, batch)
    removes = table.origin is Origin.BUILT if removes is None else removes
    arrow.create(table)
    spark = session()
    spark.conf.set(COMMIT_METADATA, json.dumps(dict(lineage), ensure_ascii=False))
    if not arrow.files_at(arrow.location(table)):
        difference = Published(batch.count() if rows is None else rows, 0, 0)
        if difference:
            batch.write.format("delta").mode("append").save(arrow.location(table))
        return difference
    values = [name for name in table.column_names if name not in table.key]

    def all_of(conditions: list[Column]) -> Column:
        return reduce(lambda a, b: a & b, conditions)

    def differ(new: str, old: str) -> Column:
        if not values:
            return F.lit(False)
        return ~all_of([F.col(f"{new}.`{name}`").eqNullSafe(F.col(f"{old}.`{name}`")) for name in values])

    there_before = read(table) if within is None else read(table).where(within)
    old, new = there_before.alias("old"), batch.alias("new")
    same_key = all_of([F.col(f"old.`{name}`") == F.col(f"new.`{name}`") for name in table.key])
    in_old, in_new = F.col(f"old.`{table.key[0]}`").isNotNull(), F.col(f"new.`{table.key[0]}`").isNotNull()
    counted = old.join(new, same_key, "full_outer").agg(
        F.count_if(~in_old).alias("added"), F.count_if(in_old & in_new & differ("new", "old")).alias("changed"),
        F.count_if(~in_new).alias("removed"),
    ).first()
    difference = Published(counted.added, counted.changed, counted.removed if removes else 0)
    if not difference:
        return difference
    # The target is named by its path, which needs no catalog; so the batch's columns step aside for the target's.
    there = {name: F.col(f"batch_{name}") for name in table.column_names}
    on_key = all_of([F.col(name) == there[name] for name in table.key])
    changed = F.lit(False) if not values else ~all_of([there[name].eqNullSafe(F.col(name)) for name in values])
    renamed = batch.select(*(F.col(name).alias(f"batch_{name}") for name in table.column_names))
    merge = (renamed.mergeInto(by_path(arrow.location(table)), on_key)
             .whenMatched(changed).update({name: there[name] for name in values}) if values else
             renamed.mergeInto(by_path(arrow.location(table)), on_key)).whenNotMatched().insert(there)
    (merge.whenNotMatchedBySource(within).delete() if removes else merge).merge()
    return difference


def by_path(location: str) -> str:
    """The name under which SQL knows a Delta table that has none."""
    return "delta.`{}`".format(location.replace("`", "``"))


def register(table: Table) -> None:
    """The table under its name in the catalog, for SQL users of any later process; a lake that was moved is found where it lies now.

    Jobs read and write by path, so that they neither wait for the catalog nor hold it: embedded Derby admits one process.
    """
    spark, place = session(), arrow.location(table)
    spark.sql(f"CREATE SCHEMA IF NOT EXISTS {table.schema}")
    known = spark.sql(f"SHOW TABLE EXTENDED IN {table.schema} LIKE '{table.name}'").first()
    if known is not None:
        if re.search(f"^Location: (file:/*(?=/))?{re.escape(place)}$", known.information, re.M):
            return
        spark.sql(f"DROP TABLE {table.full_name}")      # the name alone: the rows lie outside the catalog
    spark.catalog.createTable(table.full_name, path=place, source="delta", description=table.description)


def refuse_held_catalog() -> None:
    """
    Raises:
        LakehouseError: the catalog is embedded and another process holds it.
    """
    chosen = settings.load()
    if chosen.catalog_is_shared:
        return
    try:
        with Path(chosen.location("metastore"), "dbex.lck").open("r+b") as lock:        # which Derby locks while it is open
            fcntl.lockf(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
    except FileNotFoundError:
        return
    except OSError:
        raise LakehouseError(f"Another process holds the catalog of {chosen.root}, which admits one at a time; wait until its `mep3m sql` has ended, "
                             "or let several share one by LAKEHOUSE_SPARK_REMOTE or LAKEHOUSE_METASTORE.") from None

"""Rows of the lake's tables for tests: what a test does not name takes a plain value."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import TYPE_CHECKING, Any

from lakehouse.tables import Table

if TYPE_CHECKING:
    from pyspark.sql import DataFrame, SparkSession

PLAIN = {"string": "", "int": 0, "bigint": 0, "double": 0.0, "boolean": False, "timestamp": datetime(2024, 5, 1, tzinfo=UTC)}


def plain(kind: str) -> Any:
    return PLAIN.get(kind, {} if kind.startswith("map") else [])


def row(table: Table, **given) -> tuple:
    """A row of `table`: the given values, None for other columns that may be null, plain values for the rest."""
    if strangers := set(given) - set(table.column_names):
        raise ValueError(f"{table.name} has no {strangers}")
    return tuple(given.get(c.name, None if c.nullable else plain(c.type)) for c in table.columns)


def frame(spark: SparkSession, table: Table, *rows: dict) -> DataFrame:
    schema = ", ".join(f"`{c.name}` {c.type}" for c in table.columns)
    return spark.createDataFrame([row(table, **one) for one in rows], schema)


def collected(batch: DataFrame, *columns: str) -> list[tuple]:
    """The batch's rows, those columns of them, sorted."""
    return sorted((tuple(one) for one in batch.select(*columns).collect()), key=str)

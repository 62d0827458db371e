"""mep3m sql: the catalog from any shell; it outlives every process."""

from __future__ import annotations

import json

import typer
from rich.console import Console
from rich.table import Table as Grid

from lakehouse import arrow, spark, tables
from lakehouse.errors import LakehouseError

app = typer.Typer()


@app.command()
def sql(
    statement: str = typer.Argument(..., help="One Spark SQL statement, such as: select count(*) from gold.products"),
    limit: int = typer.Option(100, help="Rows to print at most."),
    as_json: bool = typer.Option(False, "--json", help="JSON lines instead of a table."),
) -> None:
    """Ask the catalog in Spark SQL."""
    from pyspark.errors import PySparkException

    spark.refuse_held_catalog()
    with Console(stderr=True).status("asking Spark"):
        session = spark.session()
        named = [table for table in tables.ALL if table.name in statement] or tables.ALL      # `show tables` names none
        for table in named:                         # jobs write by path; in an embedded catalog a table gets its name here
            if arrow.version(table) is not None:
                spark.register(table)
        try:
            frame = session.sql(statement)
            rows = frame.limit(limit + 1).collect()
        except PySparkException as error:
            raise LakehouseError(f"SQL: {spark.first_line(error)}") from None
    for_people = Console()
    if as_json:
        for row in rows[:limit]:
            print(json.dumps(row.asDict(recursive=True), ensure_ascii=False, default=str))
        return
    grid = Grid(*frame.columns)
    for row in rows[:limit]:
        grid.add_row(*("" if value is None else str(value) for value in row))
    for_people.print(grid)
    if len(rows) > limit:
        for_people.print(f"… more than {limit} rows; --limit shows more.")

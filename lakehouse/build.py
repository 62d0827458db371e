"""mep3m build: each table's job, then its gate, in one process and one Spark session."""

from __future__ import annotations

import importlib
import logging
import time
import uuid
from itertools import takewhile
from pathlib import Path

import typer
from rich.console import Console
from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

from lakehouse import job, tables
from lakehouse.errors import LakehouseError
from lakehouse.tables import Origin, Table

app = typer.Typer()
log = logging.getLogger("mep3m.build")
RECORDS = (tables.REJECTS, tables.QUALITY_RESULTS)      # what building itself has written, audited last


def build(table: Table, run_id: str, arguments: list[str]) -> bool:
    """One table: its job into staging, its gate into the lake; a landed table is audited where it lies.

    Returns:
        False for a table that was up to date and left alone.

    Raises:
        BatchRefused: the gate did not let the batch through.
    """
    gate = importlib.import_module("expectations.gate")
    if table.origin not in (Origin.LANDED, Origin.RECORDED):
        made_by = importlib.import_module(f"spark_jobs.{table.name}")
        needed = ["--if-needed"] if table.origin is Origin.BUILT else []
        try:
            made_by.main(["--run-id", run_id, *needed, *arguments])
        except job.UpToDate:
            gate.make_known(table)
            return False
    gate.let_through(table, run_id)
    return True


def apart(words: list[str]) -> tuple[list[str], list[str]]:
    """Tables, and what follows them: the options of their jobs.

    Raises:
        LakehouseError: there are options and no tables that they could belong to.

    >>> apart(["sub_class_pairs", "alignments", "--strategy", "paper"])
    (['sub_class_pairs', 'alignments'], ['--strategy', 'paper'])
    """
    given = list(takewhile(lambda word: not word.startswith("-"), words))
    options = words[len(given):]
    if options and not given:
        raise LakehouseError(f"{options[0]} belongs to some tables' own jobs; name them first, such as: "
                             "mep3m build sub_class_pairs alignments --strategy paper")
    return given, options


@app.command(context_settings={"allow_extra_args": True, "ignore_unknown_options": True})
def run(
    context: typer.Context,
    names: list[str] = typer.Argument(None, metavar="TABLE...", help="Tables to build; all that follow from what has landed by default."),
    run_id: str = typer.Option("", help="Names the run in commits and quality_results."),
    class_map: Path = typer.Option(None, help="First take these answers, as `mep3m class-map import` does."),
) -> None:
    """Build tables: job, gate, publish, in the order that they depend on one another.

    A table that is made of just these inputs already, by this code and in this way, is left alone; --anew builds it all the same.

    Options of a table's own job are passed on to it: mep3m build alignments --strategy paper.
    """
    console = Console(stderr=True)
    given, arguments = apart([*(names or ()), *context.args])
    if given:
        wanted = tables.in_build_order(tuple(tables.find(name) for name in given))
    else:
        wanted = (*(t for t in tables.in_build_order() if t.origin in (Origin.LANDED, Origin.BUILT)), *RECORDS)
    if class_map is not None:
        importlib.import_module("spark_jobs.class_map_command").import_file(class_map, replace=False, decided_by="")
    run_id = run_id or uuid.uuid4().hex[:12]
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    for table in wanted:
        started = time.monotonic()
        with Progress(*columns, console=console, transient=True) as progress:
            progress.add_task(table.full_name, total=None)
            built = build(table, run_id, arguments)
        took = f"{time.monotonic() - started:.1f} s" if built else "up to date"
        console.print(f"[green]✓[/] {table.full_name} [dim]{took}[/]")

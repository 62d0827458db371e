"""mep3m maintain: small files put together, and what nobody can read any more deleted."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Collection
from dataclasses import dataclass

import typer
from rich.console import Console
from rich.table import Table as Grid

from lakehouse import arrow, job, registry, spark, tables
from lakehouse.errors import LakehouseError
from lakehouse.tables import Origin, Schema, Table

app = typer.Typer()
APPENDED = (Origin.LANDED, Origin.RECORDED)     # in many small commits; what a job builds is written in few large files


@dataclass(frozen=True)
class Upkeep:
    """What was done, or would be, for one table: the files of its newest version before and after, and what was deleted."""

    files_before: int
    files_after: int
    deleted: int
    freed: int              # bytes
    note: str = ""


def maintain(table: Table, *, days: float, keep: Collection[int], dry_run: bool = False) -> Upkeep:
    """Put the table's small files together, where it is appended to, and delete what no version has needed for so many days.

    Args:
        keep: versions that stay readable however old they are, besides the newest.
    """
    place, note = arrow.location(table), ""
    before = len(arrow.files_at(place))
    readable = {version for version in {*keep, arrow.pinned(table)} if arrow.is_readable(table, version)}
    if not dry_run:
        if table.schema is Schema.GOLD:
            arrow.keep_log(table)
        if table.origin in APPENDED and not arrow.compact(table):
            note = "another writer was at it; not put together"
    found = [(place, readable)] + [(staged, ()) for staged in (spark.staging_location(table), job.rejects_location(table))
                                   if arrow.files_at(staged) is not None]
    deleted = {name: size for where, kept in found for name, size in _unused(where, days, kept, dry_run).items()}
    return Upkeep(before, len(arrow.files_at(place)), len(deleted), sum(deleted.values()), note)


def _unused(place: str, days: float, keep: Collection[int], dry_run: bool) -> dict[str, int]:
    files = arrow.unused(place, days=days, keep=keep)
    if files and not dry_run:
        arrow.delete_unused(place, days=days, keep=keep)
    return files


def versions_in_use() -> dict[str, set[int]]:
    """The versions of each table that a model was trained on, or another table, as it is today, was made from.

    Raises:
        LakehouseError: the tracking server does not say what models were trained on.
    """
    try:
        found = defaultdict(set, registry.trained_on())
    except Exception as error:
        raise LakehouseError(f"The tracking server did not say which versions models were trained on ({type(error).__name__}), "
                             "so nothing was deleted; run this again when it answers.") from error
    for table in tables.ALL:
        if arrow.version(table) is not None:
            for source, version in arrow.last_commit(arrow.location(table)).get("inputs", {}).items():
                found[source.rpartition(".")[2]].update({version} - {None})
    return found


@app.command(name="maintain")
def run(
    names: list[str] = typer.Argument(None, metavar="TABLE...", help="All that have been written by default."),
    days: int = typer.Option(30, min=1, help="Keep what was part of a table in the last so many days."),
    dry_run: bool = typer.Option(False, "--dry-run", help="Say what would be deleted; change nothing."),
) -> None:
    """Keep the lake small: put small files together and delete what no table has needed for so many days.

    Versions that a model was trained on, or that today's tables were made from, stay readable, however old they are.
    """
    console = Console()
    wanted = [tables.find(name) for name in names or ()] or [table for table in tables.ALL if arrow.version(table) is not None]
    in_use = versions_in_use()
    grid = Grid("table", "files", "after", "would delete" if dry_run else "deleted", "MB", "")
    freed = 0
    for table in wanted:
        if arrow.version(table) is None:
            raise arrow.missing(table)
        with Console(stderr=True).status(table.full_name):
            done = maintain(table, days=days, keep=in_use[table.name], dry_run=dry_run)
        grid.add_row(table.full_name, f"{done.files_before:,}", f"{done.files_after:,}", f"{done.deleted:,}", f"{done.freed / 1e6:,.1f}", done.note)
        freed += done.freed
    console.print(grid)
    console.print(f"{freed / 1e6:,.1f} MB {'would be' if dry_run else 'were'} freed.")

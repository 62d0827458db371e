"""mep3m tables: what is declared, what is there; also prints docs/tables.md."""

from __future__ import annotations

import typer
from rich.console import Console
from rich.table import Table as Grid

from lakehouse import tables
from lakehouse.tables import Table

app = typer.Typer()


def markdown() -> str:
    """docs/tables.md, whole."""
    lines = ["# Tables", "", "Printed from `lakehouse/tables.py` by `mep3m tables --markdown`; not edited by hand.", ""]
    for table in tables.ALL:
        sources = ", ".join(f"`{source.name}`" for source in table.built_from) or "-"
        lines += [f"## {table.full_name}", "", table.description, "",
                  f"Key: {', '.join(f'`{k}`' for k in table.key)}. Written by: {table.origin}. Built from: {sources}.", "",
                  "| column | type | null | meaning |", "| --- | --- | --- | --- |"]
        lines += [f"| `{c.name}` | `{c.type}` | {'yes' if c.nullable else 'no'} | {c.description} |" for c in table.columns]
        lines.append("")
    return "\n".join(lines)


def _rows(table: Table) -> str:
    from lakehouse import arrow

    return "-" if arrow.version(table) is None else f"{arrow.dataset(table).count_rows():,}"


@app.command()
def show(
    name: str = typer.Argument(None, help="One table's columns; all tables by default."),
    as_markdown: bool = typer.Option(False, "--markdown", help="Print docs/tables.md."),
) -> None:
    """List the lake's tables with their rows, or one table's columns."""
    console = Console()
    if as_markdown:
        print(markdown(), end="")
        return
    if name:
        table = tables.find(name)
        console.print(f"[bold]{table.full_name}[/]  {table.description}\nkey: {', '.join(table.key)}")
        grid = Grid("column", "type", "null", "meaning")
        for column in table.columns:
            grid.add_row(column.name, column.type, "yes" if column.nullable else "", column.description)
    else:
        grid = Grid("table", "rows", "a row is")
        for table in tables.ALL:
            grid.add_row(table.full_name, _rows(table), table.description)
    console.print(grid)

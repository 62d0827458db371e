"""mep3m release: the gold tables as files that people can download."""

from __future__ import annotations

from pathlib import Path

import typer
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

app = typer.Typer(add_completion=False, help="Write the data set in the paper's released layout.")


@app.command()
def run(
    folder: Path = typer.Argument(..., metavar="DIR", help="Where the data set goes; must not hold anything yet."),
    replace: bool = typer.Option(False, "--replace", help="Take the place of the earlier release in DIR."),
    products_version: int = typer.Option(None, min=0, help="Delta version of gold.products; the newest by default."),
    taxonomy_version: int = typer.Option(None, min=0, help="Delta version of gold.taxonomy; the newest by default."),
    draw: bool = typer.Option(True, "--figures/--no-figures", help="Draw the paper's figures too."),
    name: str = typer.Option("mep3m", help="The data set's name in its metadata."),
    license_: str = typer.Option("unspecified", "--license", help="The license that you publish it under: a name or URL."),
    url: str = typer.Option("https://example.invalid/mep3m", help="The data set's home page."),
) -> None:
    """Write the data set in the paper's released layout: annotation.json, Images/, dataset_info.xlsx, splits, card, figures, checksums.

    DIR appears whole or not at all; the same table versions give the same bytes.
    """
    from release.croissant import About
    from release.publish import release

    console = Console(stderr=True)
    columns = (TextColumn("records"), BarColumn(), MofNCompleteColumn(), TimeRemainingColumn())
    with Progress(*columns, console=console, transient=True) as progress:
        task = progress.add_task("records", total=None)
        summary = release(
            folder, lambda date, version: About(name, f"{version}.0.0", date, license_, url), replace=replace, products_version=products_version,
            taxonomy_version=taxonomy_version, draw=draw, advance=lambda done, total: progress.update(task, completed=done, total=total))
    console.print(f"{folder}: {summary.products:,} products, {summary.pictures:,} pictures, {len(summary.by_class)} classes, "
                  f"{len(summary.by_sub_class)} sub-classes, {len(summary.by_subsub_class)} subsub-classes", highlight=False, soft_wrap=True)

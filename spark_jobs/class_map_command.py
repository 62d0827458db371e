"""mep3m class-map: which curated class a shop's own class belongs to."""

from __future__ import annotations

import csv
import sys
from pathlib import Path

import typer

from lakehouse import tables

class_map = typer.Typer(no_args_is_help=True, help="Which curated class a shop's class belongs to; people decide.")
COLUMNS = ("shop", "native_class", "class_id", "class_name", "decided_by")


def _first_free_id() -> int:
    """Above every class id that the taxonomy has ever had, so that none is given twice."""
    import pyarrow.compute as pc

    from lakehouse import arrow

    if arrow.version(tables.TAXONOMY) is None:
        return 0
    nodes = arrow.read(tables.TAXONOMY, columns=["level", "node_id"], filters=pc.field("level") == 1)
    return (pc.max(nodes["node_id"]).as_py() or 0) + 1


@class_map.command("import")
def import_file(
    file: Path = typer.Argument(..., help="CSV with shop, native_class, class_name, perhaps class_id; or platform, class_name, curated_class."),
    replace: bool = typer.Option(False, help="Put the file's answers in place of older ones that differ."),
    decided_by: str = typer.Option("", help="Who decided; the file's name by default."),
) -> None:
    """Add the answers of a file; an answer that contradicts another is refused with both sides shown."""
    import uuid

    from lakehouse import arrow, build

    arguments = ["--file", str(file), "--first-free-id", str(_first_free_id()), "--decided-by", decided_by, *(["--replace"] if replace else [])]
    build.build(tables.CLASS_MAP, uuid.uuid4().hex[:12], arguments)
    rows = arrow.read(tables.CLASS_MAP, columns=["class_id"])
    print(f"{rows.num_rows:,} classes of shops in {len(rows['class_id'].unique())} curated classes.", file=sys.stderr)


@class_map.command()
def export() -> None:
    """Print the map as a CSV file that `import` takes."""
    from lakehouse import arrow

    rows = arrow.read(tables.CLASS_MAP, columns=list(COLUMNS)).sort_by([(name, "ascending") for name in ("class_id", "shop", "native_class")])
    out = csv.DictWriter(sys.stdout, COLUMNS, lineterminator="\n")
    out.writeheader()
    out.writerows(rows.to_pylist())


@class_map.command()
def pending(as_json: bool = typer.Option(False, "--json", help="JSON lines instead of a table.")) -> None:
    """Classes of shops that nobody has mapped, most listings first, with the curated classes that they resemble and the words that say so."""
    import json

    from rich.console import Console
    from rich.table import Table as Grid

    from lakehouse import arrow
    from spark_jobs.methods import suggestions

    columns = ["shop", "native_class", "native_sub_class", "class_name", "listings", "term_counts"]
    with Console(stderr=True).status("comparing classes"):
        waiting = suggestions.suggest(arrow.read(tables.NATIVE_SUB_CLASSES, columns=columns))
    if as_json:
        for one in waiting:
            print(json.dumps(one, ensure_ascii=False))
        return
    if not waiting:
        print("Every class is mapped.")
        return
    grid = Grid("shop", "class", "listings", "resembles, by the words")
    for one in waiting:
        likely = "\n".join(f"{s['class_name']} {s['similarity']:.2f}: {' '.join(s['shared'])}" for s in one["suggestions"])
        grid.add_row(one["shop"], one["native_class"], f"{one['listings']:,}", likely)
    Console().print(grid)
    print(f"{sum(one['listings'] for one in waiting):,} listings wait. Put answers in a CSV file with the columns shop,native_class,class_name: "
          "mep3m class-map import FILE")

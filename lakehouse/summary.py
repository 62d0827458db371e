"""What a run did, read back from the lake and the registry."""

from __future__ import annotations

import json
import sys
from collections import Counter
from pathlib import Path
from shutil import which

from rich.console import Console
from rich.table import Table as Grid

from lakehouse import arrow, tables
from lakehouse.errors import MissingTable
from lakehouse.registry import CHAMPION, models

MODELS_SHOWN = 6


def rows(name: str) -> int:
    """Rows of a table now, 0 where nothing was written yet."""
    try:
        return arrow.dataset(tables.find(name)).count_rows()
    except MissingTable:
        return 0


def merges() -> list[tuple[str, list[str]]]:
    """Curated sub-classes that hold native ones of two shops or more, with their members, largest first."""
    nodes = arrow.read(tables.TAXONOMY, columns=["level", "name", "retired", "members"]).to_pylist()
    found = [(node["name"], [f"{m['shop']}: {m['native_path']}" for m in node["members"]]) for node in nodes
             if node["level"] == 2 and not node["retired"] and len({m["shop"] for m in node["members"]}) > 1]
    return sorted(found, key=lambda pair: (-len(pair[1]), pair[0]))


def expectations() -> tuple[int, int]:
    """Results that held and that did not, of each table's last audit."""
    last: dict[tuple, tuple] = {}
    for row in arrow.read(tables.QUALITY_RESULTS, columns=["table", "expectation", "column", "details", "success", "checked_at"]).to_pylist():
        key = (row["table"], row["expectation"], row["column"], str(json.loads(row["details"])["parameters"]))
        if key not in last or row["checked_at"] > last[key][0]:
            last[key] = (row["checked_at"], row["success"])
    held = Counter(success for _, success in last.values())
    return held[True], held[False]


def unmapped() -> int:
    """Listings of classes that nobody has mapped."""
    import pyarrow.compute as pc

    waiting = arrow.read(tables.NATIVE_SUB_CLASSES, columns=["listings"], filters=pc.field("class_id").is_null())
    return pc.sum(waiting["listings"]).as_py() or 0


def command() -> str:
    """What to type for `mep3m` here: its name where the shell finds it, else its place in this environment."""
    ours = Path(sys.executable).with_name("mep3m")
    if which("mep3m") == str(ours):
        return "mep3m"
    return str(ours.relative_to(Path.cwd()) if ours.is_relative_to(Path.cwd()) else ours)


def show(console: Console, *, seconds: float, answer_key: dict) -> None:
    """The summary that `mep3m run` ends with."""
    console.rule("summary")
    grid = Grid("table", "rows", box=None)
    for table in tables.ALL:
        grid.add_row(table.full_name, f"{rows(table.name):,}")
    console.print(grid)
    passed, failed = expectations()
    console.print(f"\nexpectations: {passed} passed, {failed} failed")
    waiting = unmapped()
    if waiting:
        console.print(f"\n{waiting:,} listings wait: nobody has said which curated class their shops' classes belong to")
    merged = merges()
    console.print(f"\nalignment: {len(merged)} curated sub-classes join several shops{', such as' if merged else ''}")
    for name, members in merged[:5]:
        console.print(f"  {name}  ←  {';  '.join(members[:4])}{' …' if len(members) > 4 else ''}", soft_wrap=True)
    if answer_key:
        strict = answer_key["strict"]
        console.print("  against the sample shops' answer key: "
                      f"precision {strict['precision']:.3f}, recall {strict['recall']:.3f}, F1 {strict['f1']:.3f}")
    console.print("\nmodels")
    grid = Grid("version", "architecture", "alias", "top-1", "top-5", "AP", "F1", box=None)
    registered = models()
    shown = sorted(registered, key=lambda model: CHAMPION not in model["aliases"])[:MODELS_SHOWN]
    for model in sorted(shown, key=lambda model: -model["version"]):
        metrics = model["metrics"]
        cells = (metrics.get(name) for name in ("test_top1", "test_top5", "test_ap_macro", "test_f1_weighted"))
        grid.add_row(str(model["version"]), model["architecture"], ", ".join(model["aliases"]), *("-" if c is None else f"{c:.3f}" for c in cells))
    console.print(grid)
    mapping = (("class-map pending", "classes that wait for a curated one"), ("class-map import FILE", "takes your answers; then run again"))
    curated = (('sql "select class_name, count(*) from gold.products group by 1"', ""),
               ("names pending", "merged sub-classes that wait for a name"), ("review", "decide on a page in the browser"),
               ("promote", "let the challenger try for champion on the same test rows"),
               ("score --suspects", "products whose label a model doubts"),
               ("run --shops FILE", "your own shops, best in a lake of their own; see the README"))
    console.print(f"\n{seconds:.0f} s in all. What to try next:")
    for words, about in (*(mapping if waiting else ()), *(curated if rows("products") else ())):
        console.print(f"  {command()} {f'{words:<22} # {about}' if about else words}", soft_wrap=True, highlight=False)

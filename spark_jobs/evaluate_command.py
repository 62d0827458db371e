"""mep3m evaluate: the alignment against an answer key."""

from __future__ import annotations

import csv
import json
from pathlib import Path

import typer

from lakehouse import tables
from lakehouse.errors import LakehouseError

evaluate = typer.Typer(no_args_is_help=True, help="Measure the alignment against an answer key.")
GOLD = ("platform_a", "path_a", "platform_b", "path_b")


@evaluate.callback()
def _group() -> None:
    """Measure what the lake holds."""


def read_gold(path: Path) -> set[tuple]:
    """Pairs of (shop, path), the smaller first.

    Raises:
        LakehouseError: there is no such file, or it lacks a column.
    """
    try:
        with path.open(encoding="utf-8", newline="") as file:
            rows = list(csv.DictReader(file, delimiter="\t", quoting=csv.QUOTE_NONE))
    except FileNotFoundError:
        raise LakehouseError(f"{path} is not there; give a tab-separated file with the columns {', '.join(GOLD)}.") from None
    if not rows or set(GOLD) - set(rows[0]):
        raise LakehouseError(f"{path} is no answer key; it needs the tab-separated columns {', '.join(GOLD)}.")
    return {tuple(sorted(((row["platform_a"], row["path_a"]), (row["platform_b"], row["path_b"])))) for row in rows}


@evaluate.command()
def alignment(gold: Path = typer.Option(..., help="Tab-separated pairs: platform_a, path_a, platform_b, path_b.")) -> None:
    """Precision, recall and F1 of the merged pairs, as JSON."""
    import pyarrow.compute as pc

    from lakehouse import arrow

    key = read_gold(gold)
    merged = arrow.read(tables.ALIGNMENTS, columns=list(tables.PAIR_KEY),
                        filters=(pc.field("relation") == "equivalent") & (pc.field("zone") == "merged")).to_pylist()
    found = {((row["shop_a"], row["native_path_a"]), (row["shop_b"], row["native_path_b"])) for row in merged}
    right = len(found & key)
    precision, recall = right / max(len(found), 1), right / max(len(key), 1)
    print(json.dumps({"pairs_merged": len(found), "pairs_in_key": len(key), "right": right, "precision": round(precision, 4),
                      "recall": round(recall, 4), "f1": round(2 * precision * recall / max(precision + recall, 1e-12), 4)}))

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


def read_gold(path: Path) -> tuple[set[tuple], int]:
    """Pairs of (shop, path), the smaller first; and the fewest listings that a category of the key has (columns n_a, n_b), 1 where it does not say.

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
    fewest = min((int(row[n]) for row in rows for n in ("n_a", "n_b") if (row.get(n) or "").isdecimal()), default=1)
    return {tuple(sorted(((row["platform_a"], row["path_a"]), (row["platform_b"], row["path_b"])))) for row in rows}, fewest


@evaluate.command()
def alignment(gold: Path = typer.Option(..., help="Tab-separated pairs: platform_a, path_a, platform_b, path_b.")) -> None:
    """Precision, recall and F1 of the merged pairs, as JSON.

    A pair counts where both categories have as many listings as the key asks of its own: what it leaves out it cannot judge.
    """

    from lakehouse import arrow

    key, fewest = read_gold(gold)
    sub_classes = arrow.read(tables.NATIVE_SUB_CLASSES, columns=["shop", "native_path", "listings"]).to_pylist()
    judged = {(row["shop"], row["native_path"]) for row in sub_classes if row["listings"] >= fewest}
    merged = arrow.read(tables.ALIGNMENTS, columns=list(tables.PAIR_KEY),
                        filters=(arrow.text("relation") == "equivalent") & (arrow.text("zone") == "merged")).to_pylist()
    everything = {((row["shop_a"], row["native_path_a"]), (row["shop_b"], row["native_path_b"])) for row in merged}
    found = {pair for pair in everything if judged.issuperset(pair)}
    right = len(found & key)
    precision, recall = right / max(len(found), 1), right / max(len(key), 1)
    print(json.dumps({"pairs_merged": len(everything), "pairs_judged": len(found), "pairs_in_key": len(key), "right": right,
                      "precision": round(precision, 4), "recall": round(recall, 4),
                      "f1": round(2 * precision * recall / max(precision + recall, 1e-12), 4), "listings_at_least": fewest}))

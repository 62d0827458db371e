"""mep3m score: predictions of a registered model, and the products whose label it doubts."""

from __future__ import annotations

import importlib
import uuid
from pathlib import Path

import typer
from rich.console import Console
from rich.table import Table as Grid

from lakehouse import arrow, tables
from lakehouse.errors import BatchRefused, LakehouseError

score = typer.Typer()


@score.command()
def run(
    model: str = typer.Option("mep3m-classifier", help="Registered name."),
    model_version: str = typer.Option("champion", help="Number or alias."),
    suspects: bool = typer.Option(False, "--suspects", help="Score nothing; list the products whose label the last scored version doubts."),
    confidence: float = typer.Option(0.9, help="With --suspects: the prediction's probability, at least."),
    limit: int = typer.Option(50, help="With --suspects: so many, surest first."),
    csv: Path = typer.Option(None, help="With --suspects: write all of them to this file."),
) -> None:
    """Write a registry model's five best labels for every product into predictions, as a Spark job, and audit them."""
    if suspects:
        _show(doubted(model, confidence), limit, csv)
        return
    predictions = importlib.import_module("spark_jobs.predictions")
    run_id = uuid.uuid4().hex[:12]
    predictions.main(["--run-id", run_id, "--model", model, "--model-version", model_version])
    if importlib.import_module("expectations.gate").main(["predictions", "--run-id", run_id]) != 0:
        raise BatchRefused(
            f"gold.predictions: the batch failed its expectations and stays in staging; see why with "
            f"mep3m sql \"select * from ops.quality_results where run_id = '{run_id}' and not success\""
        )
    Console(stderr=True).print(
        f"[green]✓[/] {arrow.dataset(tables.PREDICTIONS).count_rows():,} predictions; `mep3m score --suspects` lists doubtful labels."
    )


def doubted(model: str, confidence: float) -> list[dict]:
    """Products whose label is not the prediction of the newest scored version, surest first.

    Raises:
        LakehouseError: the model has scored nothing, or `confidence` is no probability.
    """
    import pyarrow.compute as pc

    if not 0 <= confidence <= 1:
        raise LakehouseError(f"--confidence is {confidence}; it is a probability, from 0 to 1.")
    scored = arrow.read(tables.PREDICTIONS, filters=arrow.text("model") == model)
    if not scored.num_rows:
        raise LakehouseError(f"{model} has scored no product yet; run `mep3m score --model {model}`.")
    newest = pc.max(scored["version"])
    best = {row["product_id"]: row["labels"][0] for row in scored.filter(pc.equal(scored["version"], newest)).to_pylist()}
    wanted = ["product_id", "title", "sub_class_id", "sub_class_name", "split"]
    rows = [
        {**row, "predicted": best[row["product_id"]]["sub_class_name"], "probability": best[row["product_id"]]["probability"]}
        for row in arrow.read(tables.PRODUCTS, columns=wanted).to_pylist()
        if row["product_id"] in best
        and best[row["product_id"]]["sub_class_id"] != row["sub_class_id"]
        and best[row["product_id"]]["probability"] >= confidence
    ]
    return sorted(rows, key=lambda row: (-row["probability"], row["product_id"]))


def _show(rows: list[dict], limit: int, csv: Path | None) -> None:
    import csv as writer_of

    console = Console()
    grid = Grid("product", "title", "label", "predicted", "probability")
    for row in rows[:limit]:
        grid.add_row(row["product_id"], row["title"], row["sub_class_name"], row["predicted"], f"{row['probability']:.3f}")
    console.print(grid)
    console.print(f"{len(rows):,} products whose label the model doubts. Of the training split it has seen the labels, so there it doubts less.")
    if csv is not None:
        with csv.open("w", newline="", encoding="utf-8") as file:
            out = writer_of.DictWriter(file, ["product_id", "title", "sub_class_id", "sub_class_name", "split", "predicted", "probability"])
            out.writeheader()
            out.writerows(rows)
        console.print(f"All of them are in {csv}.")

"""mep3m score: predictions of a registered model, and the products whose label it doubts."""

from __future__ import annotations

import csv as comma_separated
import importlib
import uuid
from collections.abc import Collection
from pathlib import Path
from typing import TYPE_CHECKING

import typer
from rich.console import Console
from rich.table import Table as Grid

from lakehouse import arrow, registry, tables
from lakehouse.errors import BatchRefused, LakehouseError

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

    from spark_jobs.predictions import Registered

score = typer.Typer()
COLUMNS = ("product_id", "title", "sub_class_id", "sub_class_name", "split", "predicted", "probability")


@score.command()
def run(
    model: str = typer.Option(registry.REGISTERED_MODEL, help="Registered name."),
    model_version: str = typer.Option(registry.CHAMPION, help="Number or alias."),
    all_labels: bool = typer.Option(False, "--all-labels", help="Where the champion lacks some of today's labels: the newest that knows them."),
    suspects: bool = typer.Option(False, "--suspects", help="Score nothing; list the products whose label this version doubts, once it has scored."),
    confidence: float = typer.Option(0.9, help="With --suspects: the prediction's probability, at least."),
    limit: int = typer.Option(50, min=0, help="With --suspects: so many, surest first."),
    csv: Path = typer.Option(None, help="With --suspects: write all of them to this file."),
) -> None:
    """Write a registry model's five best labels for every product into predictions, as a Spark job, and audit them."""
    predictions, console = importlib.import_module("spark_jobs.predictions"), Console(stderr=True)
    if all_labels:
        if (model, model_version) != (registry.REGISTERED_MODEL, registry.CHAMPION):
            raise LakehouseError("--all-labels chooses the version itself; name no --model and no --model-version beside it.")
        if (found := registry.answering()) is not None:
            model_version = str(found.version)
            console.print(found.sentence(), soft_wrap=True)
    chosen = predictions.resolve(model, model_version)
    known = predictions.labels_known(chosen)
    if suspects:
        review(chosen, known, confidence, limit, csv)
        console.print(unknown_labels(chosen, known), soft_wrap=True)
        return
    run_id = uuid.uuid4().hex[:12]
    with console.status(f"version {chosen.version} scores"):
        predictions.main(["--run-id", run_id, "--model", model, "--model-version", str(chosen.version)])
        refused = importlib.import_module("expectations.gate").main(["predictions", "--run-id", run_id]) != 0
    if refused:
        raise BatchRefused(
            f"gold.predictions: the batch failed its expectations and stays in staging; see why with "
            f"mep3m sql \"select * from ops.quality_results where run_id = '{run_id}' and not success\""
        )
    console.print(f"[green]✓[/] {scored(chosen):,} predictions of version {chosen.version}; `mep3m score --suspects` lists doubtful labels.")
    console.print(unknown_labels(chosen, known), soft_wrap=True)


def scored(model: Registered) -> int:
    """How many products the version has scored."""
    import pyarrow.dataset as ds

    return arrow.dataset(tables.PREDICTIONS).count_rows(filter=(arrow.text("model") == model.name) & (ds.field("version") == model.version))


def unknown_labels(model: Registered, known: Collection[int]) -> str:
    """How many products have a label that the version cannot answer with, in a sentence; empty where none has."""
    import pyarrow.compute as pc

    newer = arrow.read(tables.PRODUCTS, columns=["sub_class_id"], filters=~pc.field("sub_class_id").isin(sorted(known)))["sub_class_id"]
    if not len(newer):
        return ""
    return (
        f"{len(newer):,} products have one of {len(newer.unique()):,} labels that version {model.version} does not know: "
        "its answers for them are wrong, and their labels are not doubted; a model that is trained on today's products knows those of their "
        "training split (`mep3m train`)."
    )


def doubted(predictions: DataFrame, products: DataFrame, *, model: Registered, known: Collection[int], confidence: float) -> DataFrame:
    """Products whose label the model knows and does not predict, surest first.

    Args:
        predictions: (product_id, model, version, labels).
        products: (product_id, title, sub_class_id, sub_class_name, split).
        known: sub-classes that the model can answer with; of any other it can say nothing.
    """
    from pyspark.sql import functions as F

    answers = predictions.where((F.col("model") == model.name) & (F.col("version") == model.version))
    best = answers.select("product_id", F.col("labels")[0].alias("best"))
    return (
        products.where(F.col("sub_class_id").isin(sorted(known)))
        .join(best.where(F.col("best.probability") >= confidence), "product_id")
        .where(F.col("sub_class_id") != F.col("best.sub_class_id"))
        .withColumns({"predicted": F.col("best.sub_class_name"), "probability": F.col("best.probability")})
        .select(*COLUMNS)
        .orderBy(F.desc("probability"), "product_id")
    )


def review(model: Registered, known: Collection[int], confidence: float, limit: int, csv: Path | None) -> None:
    """The doubtful labels on the screen and, all of them, in a file.

    Raises:
        LakehouseError: the version has scored nothing, or `confidence` is no probability.
    """
    if not 0 <= confidence <= 1:
        raise LakehouseError(f"--confidence is {confidence}; it is a probability, from 0 to 1.")
    if not scored(model):
        again = f"`mep3m score --model {model.name} --model-version {model.version}`"
        raise LakehouseError(f"{model.name} version {model.version} has scored no product yet; run {again}.")
    from lakehouse import spark

    frame = doubted(spark.read(tables.PREDICTIONS), spark.read(tables.PRODUCTS), model=model, known=known, confidence=confidence).persist()
    console, number = Console(), frame.count()
    grid = Grid("product", "title", "label", "predicted", "probability")
    for row in frame.limit(limit).collect():
        grid.add_row(row.product_id, row.title, row.sub_class_name, row.predicted, f"{row.probability:.3f}")
    console.print(grid)
    console.print(
        f"{number:,} products whose label version {model.version} doubts. Of the training split it has seen the labels, so there it doubts less.",
        soft_wrap=True,
    )
    if csv is not None:
        with csv.open("w", newline="", encoding="utf-8") as file:
            out = comma_separated.writer(file)
            out.writerow(COLUMNS)
            out.writerows(frame.toLocalIterator())
        console.print(f"All of them are in {csv}.")
    frame.unpersist()

"""Scoring products with a real registered model in real Spark workers."""

from __future__ import annotations

import csv
import json

import pytest
from typer.testing import CliRunner

from lakehouse import arrow, settings, tables
from lakehouse.errors import LakehouseError
from spark_jobs import predictions
from spark_jobs.score_command import review, score

MODEL = """
import mlflow
import pandas as pd


class ByFirstCharacter(mlflow.pyfunc.PythonModel):
    def predict(self, context, model_input: pd.DataFrame, params: dict | None = None) -> pd.DataFrame:
        sure = [0.95 if image else 0.6 for image in model_input["image"]]
        first = [1 if title[0] == "茶" else 2 for title in model_input["title"]]
        return pd.DataFrame({"labels": [[
            {"sub_class_id": n, "sub_class_name": f"s{n}", "probability": p},
            {"sub_class_id": 3 - n, "sub_class_name": f"s{3 - n}", "probability": 1 - p}] for n, p in zip(first, sure)]})


mlflow.models.set_model(ByFirstCharacter())
"""


def product(product_id: str, title: str, sub_class: int, img_path: str | None = None) -> dict:
    return {"product_id": product_id, "shop": "shop", "listing_id": product_id, "class_id": 1, "class_name": "c", "sub_class_id": sub_class,
            "sub_class_name": f"s{sub_class}", "subsub_class_id": None, "subsub_class_name": None, "img_path": img_path,
            "img_resolution": [1, 1, 3] if img_path else None, "title": title, "split": "train"}


@pytest.fixture
def registry(lake, tmp_path):
    """A registry with two versions of one model, which knows the labels 1 and 2; the second is champion."""
    import mlflow

    mlflow.set_tracking_uri(settings.load().tracking_uri)
    mlflow.set_registry_uri(settings.load().tracking_uri)       # what an earlier test trained in this process may have named another
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("test", artifact_location=(lake / "mlartifacts").as_uri()))
    (tmp_path / "served_model.py").write_text(MODEL, "utf-8")
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "tree.json").write_text(json.dumps([{"sub_class_id": 1}, {"sub_class_id": 2}]))
    with mlflow.start_run():
        made = mlflow.pyfunc.log_model(name="model", python_model=str(tmp_path / "served_model.py"), registered_model_name=predictions.REGISTERED_MODEL,
                                       artifacts={"trained": str(tmp_path / "model")}, pip_requirements=["mlflow"])
    client = mlflow.MlflowClient()
    client.create_model_version(predictions.REGISTERED_MODEL, made.model_uri, model_id=made.model_id)
    client.set_registered_model_alias(predictions.REGISTERED_MODEL, "champion", "2")
    return client


def suspects(tmp_path, *options: str) -> tuple[list[tuple[str, str]], str]:
    """Product and prediction of each doubtful label, surest first, and what is said beside them."""
    done = CliRunner().invoke(score, ["--suspects", "--csv", str(tmp_path / "suspects.csv"), *options], catch_exceptions=False)
    assert done.exit_code == 0
    with (tmp_path / "suspects.csv").open(encoding="utf-8") as file:
        return [(row["product_id"], row["predicted"]) for row in csv.DictReader(file)], done.output


@pytest.mark.jvm
def test_every_product_gets_the_champions_labels_and_doubtful_labels_are_listed(spark, registry, lake, tmp_path):
    (lake / "images").mkdir()
    (lake / "images" / "a.jpg").write_bytes(b"some bytes")
    rows = [product("a", "茶叶 500g", 2, "images/a.jpg"), product("b", "茶杯", 1), product("c", "糖果", 2, "images/gone.jpg"), product("d", "糖", 1),
            product("e", "茶壶", 3, "images/a.jpg")]
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, rows))
    from lakehouse import spark as engine

    assert predictions.main(["--run-id", "r1"]) == 0
    staged = engine.staged(tables.PREDICTIONS)
    best = {row.product_id: (row.model, row.version, row.labels[0].sub_class_id, row.labels[0].probability) for row in staged.collect()}
    name = predictions.REGISTERED_MODEL
    assert best == {"a": (name, 2, 1, 0.95), "b": (name, 2, 1, 0.6), "c": (name, 2, 2, 0.6), "d": (name, 2, 2, 0.6), "e": (name, 2, 1, 0.95)}

    assert engine.publish(tables.PREDICTIONS, staged, {}).added == 5
    assert not engine.publish(tables.PREDICTIONS, staged, {}), "scoring again changes nothing"
    # e has a label that is newer than the model: its answer is no doubt.
    listed, said = suspects(tmp_path)
    assert listed == [("a", "s1")] and "1 products have one of 1 labels that version 2 does not know" in said
    assert suspects(tmp_path, "--confidence", "0.5")[0] == [("a", "s1"), ("d", "s2")]

    registry.set_registered_model_alias(name, "champion", "1")
    with pytest.raises(LakehouseError, match="version 1 has scored no product yet; run `mep3m score --model mep3m-classifier --model-version 1`"):
        suspects(tmp_path)
    assert suspects(tmp_path, "--model-version", "2")[0] == [("a", "s1")]

    done = CliRunner().invoke(score, [], catch_exceptions=False)
    assert done.exit_code == 0 and "5 predictions of version 1" in done.output
    assert "1 products have one of 1 labels that version 1 does not know" in done.output
    assert suspects(tmp_path)[0] == [("a", "s1")], "the champion's doubts, not those of the newest version"


@pytest.mark.slow
def test_what_is_not_registered_is_one_sentence(registry):
    with pytest.raises(LakehouseError, match="No model 'nobody' is registered with the version or alias 'champion'"):
        predictions.resolve("nobody")
    with pytest.raises(LakehouseError, match="version or alias '7'; `mep3m train bilstm` registers one"):
        predictions.resolve(version="7")
    registry.set_model_version_tag(predictions.REGISTERED_MODEL, "2", "table", "labelled_products")
    with pytest.raises(LakehouseError, match="version 2 was trained on the labels of labelled_products"):
        predictions.resolve()


def test_doubting_before_scoring_is_one_sentence(lake):
    arrow.create(tables.PREDICTIONS)
    model = predictions.Registered(predictions.REGISTERED_MODEL, 1, "", "")
    with pytest.raises(LakehouseError, match="version 1 has scored no product yet"):
        review(model, {1}, 0.9, 50, None)
    with pytest.raises(LakehouseError, match="--confidence is 3; it is a probability"):
        review(model, {1}, 3, 50, None)

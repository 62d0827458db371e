"""Scoring products with a real registered model in real Spark workers."""

from __future__ import annotations

import pytest

from lakehouse import arrow, settings, tables
from lakehouse.errors import LakehouseError
from spark_jobs import predictions
from spark_jobs.score_command import doubted

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
    """A registry with one version, which is champion."""
    import mlflow

    mlflow.set_tracking_uri(settings.load().tracking_uri)
    mlflow.set_registry_uri(settings.load().tracking_uri)       # what an earlier test trained in this process may have named another
    mlflow.set_experiment(experiment_id=mlflow.create_experiment("test", artifact_location=(lake / "mlartifacts").as_uri()))
    (tmp_path / "served_model.py").write_text(MODEL, "utf-8")
    with mlflow.start_run():
        mlflow.pyfunc.log_model(name="model", python_model=str(tmp_path / "served_model.py"), registered_model_name=predictions.MODEL,
                                pip_requirements=["mlflow"])
    client = mlflow.MlflowClient()
    client.set_registered_model_alias(predictions.MODEL, "champion", "1")
    return client


@pytest.mark.jvm
def test_every_product_gets_the_champions_labels_and_doubtful_labels_are_listed(spark, registry, lake):
    (lake / "images").mkdir()
    (lake / "images" / "a.jpg").write_bytes(b"some bytes")
    rows = [product("a", "茶叶 500g", 2, "images/a.jpg"), product("b", "茶杯", 1), product("c", "糖果", 2, "images/gone.jpg"), product("d", "糖", 1)]
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, rows))
    from lakehouse import spark as engine

    assert predictions.main(["--run-id", "r1"]) == 0
    staged = engine.staged(tables.PREDICTIONS)
    best = {row.product_id: (row.model, row.version, row.labels[0].sub_class_id, row.labels[0].probability) for row in staged.collect()}
    name = predictions.MODEL
    assert best == {"a": (name, 1, 1, 0.95), "b": (name, 1, 1, 0.6), "c": (name, 1, 2, 0.6), "d": (name, 1, 2, 0.6)}

    assert engine.publish(tables.PREDICTIONS, staged, {}).added == 4
    assert not engine.publish(tables.PREDICTIONS, staged, {}), "scoring again changes nothing"
    assert [(row["product_id"], row["predicted"]) for row in doubted(name, 0.9)] == [("a", "s1")]
    assert [row["product_id"] for row in doubted(name, 0.5)] == ["a", "d"]


@pytest.mark.slow
def test_what_is_not_registered_is_one_sentence(registry):
    with pytest.raises(LakehouseError, match="No model 'nobody' is registered with the version or alias 'champion'"):
        predictions.resolve("nobody")
    with pytest.raises(LakehouseError, match="version or alias '7'; `mep3m train bilstm` registers one"):
        predictions.resolve(version="7")
    registry.set_model_version_tag(predictions.MODEL, "1", "table", "labelled_products")
    with pytest.raises(LakehouseError, match="version 1 was trained on the labels of labelled_products"):
        predictions.resolve()


def test_doubting_before_scoring_is_one_sentence(lake):
    arrow.create(tables.PREDICTIONS)
    with pytest.raises(LakehouseError, match="has scored no product yet"):
        doubted("mep3m-classifier", 0.9)
    with pytest.raises(LakehouseError, match="--confidence is 3; it is a probability"):
        doubted("mep3m-classifier", 3)

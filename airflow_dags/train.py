"""Train: new products, new classifiers, and their labels of every product.

Models train one after another under Horovod and are registered in MLflow; what is registered already for the same data, settings
and code is not trained again. The champion then labels every product.
"""

from __future__ import annotations

from airflow.sdk import DAG, Param

from airflow_dags.wiring import SETTINGS, asset, command
from lakehouse import tables

MODELS = ("bilstm", "tfn")

with DAG(
    "train", schedule=asset(tables.PRODUCTS), doc_md=__doc__, **SETTINGS,
    params={"options": Param("", type="string", description="Further options of mep3m train, such as --epochs 2.")},
):
    given = {"OPTIONS": "{{ params.options }}"}
    bilstm, tfn = (command(f"train_{model}", "train", model, "--if-needed", "$OPTIONS", given=given) for model in MODELS)
    predictions = command(tables.PREDICTIONS.name, "score", outlets=(tables.PREDICTIONS,), doc_md=tables.PREDICTIONS.description)

    bilstm >> tfn >> predictions

"""Train: new products, new classifiers, and their labels of every product.

Models train one after another under Horovod and are registered in MLflow; what is registered already for the same data, settings
and code is not trained again. The champion then labels every product. Where it was not trained on all of today's labels, the newest
version that was contests the alias and labels the products in its place; a champion that holds shows as a skipped `promote`.
"""

from __future__ import annotations

from airflow.sdk import DAG, Param

from airflow_dags.wiring import SETTINGS, asset, command
from lakehouse import tables

MODELS = ("bilstm", "tfn")
NOT_BETTER = 2                  # what `mep3m promote` ends with where the champion stays

with DAG(
    "train", schedule=asset(tables.PRODUCTS), doc_md=__doc__, **SETTINGS,
    params={"options": Param("", type="string", description="Further options of mep3m train, such as --epochs 2.")},
):
    given = {"OPTIONS": "{{ params.options }}"}
    bilstm, tfn = (command(f"train_{model}", "train", model, "--if-needed", "$OPTIONS", given=given) for model in MODELS)
    promote = command("promote", "promote", "--all-labels", skip_on_exit_code=NOT_BETTER)
    predictions = command(tables.PREDICTIONS.name, "score", "--all-labels", trigger_rule="none_failed",
                          outlets=(tables.PREDICTIONS,), doc_md=tables.PREDICTIONS.description)

    bilstm >> tfn >> promote >> predictions

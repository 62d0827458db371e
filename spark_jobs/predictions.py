"""predictions: a registered model's five best labels for every product."""

from __future__ import annotations

import json
import os
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import lru_cache, partial
from pathlib import Path
from typing import TYPE_CHECKING

import pyarrow as pa

from lakehouse import job, registry, settings, tables
from lakehouse.errors import LakehouseError
from lakehouse.registry import CHAMPION, REGISTERED_MODEL

if TYPE_CHECKING:
    from pyspark.sql import DataFrame

LABEL_TREE = "artifacts/model/tree.json"      # where MLflow puts what `training` registers
BEST = 5
ROWS_A_TASK = 25_000  # below it one task: loading a network costs more than scoring a few thousand titles
ROWS_AT_ONCE = 2_048  # pictures of so many products are in memory together


@dataclass(frozen=True)
class Registered:
    """A version of a registered model, and where workers load it from."""

    name: str
    version: int
    place: str
    tracking_uri: str


def resolve(name: str = REGISTERED_MODEL, version: str = CHAMPION) -> Registered:
    """The version that is meant.

    Args:
        version: a number or an alias.

    Raises:
        LakehouseError: there is no such model or version, it was trained on other labels than the products', or the registry does not answer.
    """
    from mlflow.exceptions import MlflowException

    uri = settings.load().tracking_uri
    try:
        client = registry.client()
        found = client.get_model_version(name, version) if version.isdigit() else client.get_model_version_by_alias(name, version)
        place = client.get_model_version_download_uri(name, found.version)
    except MlflowException as error:
        if error.error_code not in ("RESOURCE_DOES_NOT_EXIST", "INVALID_PARAMETER_VALUE"):
            raise LakehouseError(f"The model registry {uri} does not answer: {str(error).splitlines()[0][:200]}") from None
        raise LakehouseError(f"No model {name!r} is registered with the version or alias {version!r}; `mep3m train bilstm` registers one.") from None
    if (table := found.tags.get("table", "products")) != "products":
        raise LakehouseError(
            f"{name} version {found.version} was trained on the labels of {table}, which are not the products'; name another --model."
        )
    if place.startswith(("models:/", "mlflow-artifacts:", "runs:/")):
        place = f"models:/{name}/{found.version}"
    return Registered(name, int(found.version), place, uri)


def labels_known(model: Registered) -> set[int]:
    """Ids of the sub-classes that the model can answer with: those of its label tree, which `mep3m train` puts beside each model.

    Raises:
        LakehouseError: the model has no such tree.
    """
    import mlflow
    from mlflow.exceptions import MlflowException

    try:
        tree = mlflow.artifacts.download_artifacts(f"{model.place}/{LABEL_TREE}", tracking_uri=model.tracking_uri)
    except (MlflowException, OSError):
        raise LakehouseError(
            f"{model.name} version {model.version} has no {LABEL_TREE} beside it, which tells the labels that it knows; "
            "name a version that `mep3m train` registered."
        ) from None
    return {label["sub_class_id"] for label in json.loads(Path(tree).read_text("utf-8"))}


@lru_cache(maxsize=1)
def _loaded(model: Registered):
    """Once a worker process, whatever number of tasks it is given."""
    os.environ.setdefault("MLFLOW_DISABLE_TELEMETRY", "true")
    import mlflow

    mlflow.set_tracking_uri(model.tracking_uri)
    return mlflow.pyfunc.load_model(model.place)


def _pictures(root: str, paths: list[str | None]) -> list[bytes]:
    """Bytes of each picture, empty where there is none or it cannot be read."""
    from pyarrow import fs

    system, base = fs.FileSystem.from_uri(root) if "://" in root else (fs.LocalFileSystem(), root)
    found = []
    for path in paths:
        try:
            found.append(system.open_input_stream(f"{base}/{path}").read() if path else b"")
        except OSError:
            found.append(b"")
    return found


def score(batches: Iterator[pa.RecordBatch], model: Registered, root: str) -> Iterator[pa.RecordBatch]:
    """(product_id, title, img_path) -> (product_id, labels), a bounded number of rows at a time."""
    import pandas as pd

    entry = pa.struct([("sub_class_id", pa.int32()), ("sub_class_name", pa.string()), ("probability", pa.float64())])
    for batch in batches:
        for start in range(0, batch.num_rows, ROWS_AT_ONCE):
            some = batch.slice(start, ROWS_AT_ONCE).to_pydict()
            frame = pd.DataFrame({"title": some["title"], "image": _pictures(root, some["img_path"])})
            scored = _loaded(model).predict(frame, params={"k": BEST, "level": "sub_class"})
            labels = [
                [{name: label[name] for name in ("sub_class_id", "sub_class_name", "probability")} for label in row] for row in scored["labels"]
            ]
            yield pa.RecordBatch.from_arrays([pa.array(some["product_id"]), pa.array(labels, pa.list_(entry))], ["product_id", "labels"])


def build(products: DataFrame, *, model: Registered, root: str) -> DataFrame:
    """One row a product.

    Args:
        products: (product_id, title, img_path).
        root: the lake's, which img_path is relative to.
    """
    from pyspark.sql import functions as F

    labels = next(column.type for column in tables.PREDICTIONS.columns if column.name == "labels")
    tasks = 1 + products.count() // ROWS_A_TASK
    scored = (
        products.select("product_id", "title", "img_path")
        .repartition(tasks)
        .mapInArrow(partial(score, model=model, root=root), f"product_id string, labels {labels}")
    )
    return scored.select("product_id", F.lit(model.name).alias("model"), F.lit(model.version).alias("version"), "labels")


def main(argv: Sequence[str] | None = None) -> int:
    parser = job.parser(__doc__)
    parser.add_argument("--model", default=REGISTERED_MODEL, help=f"registered name (default: {REGISTERED_MODEL})")
    parser.add_argument("--model-version", default=CHAMPION, help=f"number or alias (default: {CHAMPION})")
    args = parser.parse_args(argv)
    model = resolve(args.model, args.model_version)
    return job.run(tables.PREDICTIONS, partial(build, model=model, root=settings.load().location().rstrip("/")), args)


if __name__ == "__main__":
    sys.exit(main())

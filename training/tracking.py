"""What a finished run's folder holds, into MLflow: parameters, curves, figures, the data's version, the model in the registry."""

from __future__ import annotations

import fcntl
import hashlib
import json
import logging
import shutil
import subprocess
import tempfile
from contextlib import contextmanager
from importlib.metadata import version as installed
from pathlib import Path

from lakehouse import settings, tables
from lakehouse.errors import LakehouseError
from lakehouse.registry import CHAMPION, REGISTERED_MODEL, quiet_mlflow
from training import plan as plans
from training.plan import Plan

log = logging.getLogger("mep3m.train")
EXPERIMENT = "mep3m"
CHALLENGER = "challenger"
SERVED = Path(__file__).with_name("served")
RUN = "run.txt"  # in a run's folder: the id of its MLflow run
PARENT = "mlflow.parentRunId"
CURVES = ("loss", "top1", "learning_rate", "rows_per_second")


def registered_name(table: str) -> str:
    """The registered model of a table: products' labels and people's labels are different questions."""
    name = tables.find(table).name
    return REGISTERED_MODEL if name == tables.PRODUCTS.name else f"{REGISTERED_MODEL}-{name.replace('_', '-')}"


def client():
    """
    Raises:
        LakehouseError: the registry does not answer.
    """
    mlflow, lake = quiet_mlflow(), settings.load()
    if lake.tracking_uri.startswith("sqlite:///"):
        Path(lake.tracking_uri.removeprefix("sqlite:///")).parent.mkdir(parents=True, exist_ok=True)
    mlflow.set_tracking_uri(lake.tracking_uri)
    mlflow.set_registry_uri(lake.tracking_uri)
    try:
        with _alone(lake):
            found = mlflow.MlflowClient()  # makes the tables where there are none
            if found.get_experiment_by_name(EXPERIMENT) is None:
                place = None if lake.mlflow_tracking_uri else (lake.path / "mlartifacts").as_uri()
                found.create_experiment(EXPERIMENT, artifact_location=place)
    except Exception as error:
        raise RegistryDown(
            f"The model registry {lake.tracking_uri} does not answer ({type(error).__name__}); "
            "start it, or name another in LAKEHOUSE_MLFLOW_TRACKING_URI."
        ) from None
    return found


@contextmanager
def _alone(lake: settings.Settings):
    """Models may be trained side by side, and MLflow does not lock a SQLite file while it makes its tables."""
    if lake.mlflow_tracking_uri:
        yield
        return
    with (lake.path / "mlflow.lock").open("w") as held:
        fcntl.flock(held, fcntl.LOCK_EX)
        yield


class RegistryDown(LakehouseError):
    """The registry does not answer; what was trained is on disk."""


def open_comparison(folder: Path, name: str) -> str:
    """The id of the run that a comparison's runs are nested in: the one that `folder` names, or a new one."""
    registry = client()
    run_id = _run_of(registry, folder, name, {})
    registry.update_run(run_id, status="RUNNING")
    return run_id


def close_comparison(run_id: str, page: str, children: list[str]) -> None:
    """The comparison's table as an artifact of its run.

    Args:
        children: runs of its models; those that were made outside any comparison are nested in this one.
    """
    registry = client()
    for child in children:
        if PARENT not in registry.get_run(child).data.tags:
            registry.set_tag(child, PARENT, run_id)
    registry.log_text(run_id, page, "comparison.md")
    registry.set_terminated(run_id)


def waiting() -> list[Path]:
    """Folders of runs that are trained and not registered yet, oldest first."""
    root = settings.load().path / plans.FOLDER
    done = [report.parent for report in root.glob("*/report.json") if not (report.parent / "registered.json").exists()]
    return sorted(done, key=lambda folder: (folder / "report.json").stat().st_mtime)


def open_run(registry, asked: Plan) -> str:
    """The id of the run's MLflow run: the one that it was shown in before, or a new one."""
    return _run_of(registry, asked.folder, asked.name, {"architecture": asked.model, **({PARENT: asked.parent} if asked.parent else {})})


def _run_of(registry, folder: Path, name: str, tags: dict[str, str]) -> str:
    from mlflow.exceptions import MlflowException

    kept = folder / RUN
    try:
        found = registry.get_run(kept.read_text("utf-8")).info
        if found.lifecycle_stage == "active":
            return found.run_id
    except (OSError, MlflowException):
        pass
    opened = registry.create_run(registry.get_experiment_by_name(EXPERIMENT).experiment_id, run_name=name, tags=tags).info.run_id
    kept.parent.mkdir(parents=True, exist_ok=True)
    kept.write_text(opened, "utf-8")
    return opened


def log_history(registry, run_id: str, history: list[dict]) -> None:
    """The epochs of `history` that the run's curves do not show yet."""
    import time

    from mlflow.entities import Metric

    shown = {point.step for point in registry.get_metric_history(run_id, f"train_{CURVES[-1]}")}
    now = int(time.time() * 1000)
    new = [entry for entry in history if entry["epoch"] not in shown]
    if new:
        registry.log_batch(run_id, [Metric(f"train_{name}", entry[name], now, entry["epoch"]) for entry in new for name in CURVES])


def register(folder: Path) -> dict:
    """Log a finished run and register its model; done already, it says so again.

    Returns: run_id, model, version, aliases.

    Raises:
        RegistryDown: nothing is lost; call again later.
    """
    if (folder / "registered.json").exists():
        return json.loads((folder / "registered.json").read_text("utf-8"))
    registry = client()
    import mlflow

    asked, report = Plan.load(folder), json.loads((folder / "report.json").read_text("utf-8"))
    name = registered_name(asked.table)
    mlflow.set_experiment(EXPERIMENT)
    try:
        with mlflow.start_run(run_id=open_run(registry, asked)) as run:
            log_history(registry, run.info.run_id, report["history"])
            _log(asked, report, folder)
            version = _made_of(registry, name, run.info.run_id) or str(_log_model(asked, folder, name).registered_model_version)
        for key, value in {"architecture": asked.model, "table": asked.table, "table_version": asked.version}.items():
            registry.set_model_version_tag(name, version, key, value)
        aliases = registry.get_registered_model(name).aliases
        alias = CHALLENGER if asked.challenger or CHAMPION in aliases else CHAMPION
        registry.set_registered_model_alias(name, alias, version)
    except LakehouseError:
        raise
    except Exception as error:
        raise RegistryDown(
            f"{asked.name} is trained but could not be registered at {settings.load().tracking_uri} "
            f"({type(error).__name__}: {str(error).splitlines()[0][:200] if str(error) else ''})."
        ) from error
    result = {"run_id": run.info.run_id, "model": name, "version": int(version), "alias": alias}
    plans.write_json(folder / "registered.json", result)
    return result


def _made_of(registry, name: str, run_id: str) -> str | None:
    """The version that an attempt to register this run made before it failed."""
    found = registry.search_model_versions(f"name = '{name}' and run_id = '{run_id}'")
    return str(found[0].version) if found else None


def git_commit() -> str | None:
    """Of this code; None where it is not in a repository."""
    done = subprocess.run(["git", "-C", str(Path(__file__).parent), "rev-parse", "HEAD"], capture_output=True, text=True, check=False)
    return done.stdout.strip() or None


def _log(asked: Plan, report: dict, folder: Path) -> None:
    import mlflow

    from training import figures

    mlflow.log_params(
        {
            "model": asked.model,
            "table": asked.table,
            "table_version": asked.version,
            "level": asked.level,
            "processes": report["processes"],
            "labels": report["labels"],
            "parameters": report["parameters"],
            **plans.numbers(asked),
        }
    )
    mlflow.log_metrics({f"test_{name}": value for name, value in report["metrics"].items()})
    costs = {
        "seconds": report["seconds"]["all"],
        "training_seconds": report["seconds"]["training"],
        "training_rows_per_second": report["rows_per_second"],  # of all processes together
        "largest_process_peak_memory_mib": report["peak_memory_mib"],
    }
    mlflow.log_metrics(costs)
    mlflow.set_tags({"architecture": asked.model, "code": asked.code})
    if commit := report.get("commit"):
        mlflow.set_tag("mlflow.source.git.commit", commit)
    _log_dataset(asked, report)
    with tempfile.TemporaryDirectory() as scratch:
        mlflow.log_artifacts(str(figures.draw(report, Path(scratch), asked.model)), "figures")
    mlflow.log_artifact(str(folder / "report.json"))
    mlflow.log_artifact(str(folder / "plan.json"))


def _log_dataset(asked: Plan, report: dict) -> None:
    import mlflow
    from mlflow.data.delta_dataset_source import DeltaDatasetSource
    from mlflow.data.meta_dataset import MetaDataset

    from lakehouse import arrow

    table = plans.find_table(asked.table)
    source = DeltaDatasetSource(path=arrow.location(table), delta_table_version=asked.version)
    mlflow.log_input(
        MetaDataset(source, name=f"{table.full_name}@{asked.version}"),
        context="training",
        tags={"train_rows": str(report["rows"]["train"]), "test_rows": str(report["rows"]["test"])},
    )


def _log_model(asked: Plan, folder: Path, name: str):
    """The pyfunc with its own copy of the serving code, under a package name made of its content."""
    import mlflow

    package = "mep3m_served_" + hashlib.sha256(b"".join(path.read_bytes() for path in sorted(SERVED.glob("*.py")))).hexdigest()[:10]
    with tempfile.TemporaryDirectory() as scratch:
        code = Path(scratch) / package
        shutil.copytree(SERVED, code, ignore=shutil.ignore_patterns("__pycache__"))
        loader = Path(scratch) / "served_model.py"
        loader.write_text(f"import mlflow\n\nfrom {package}.model import Classifier\n\nmlflow.models.set_model(Classifier())\n")
        import sys

        sys.path.insert(0, scratch)  # MLflow runs the loader once while logging it
        try:
            return mlflow.pyfunc.log_model(
                name="model",
                python_model=str(loader),
                artifacts={"trained": str(folder / "model")},
                code_paths=[str(code)],
                signature=signature(),
                input_example=_input_example(folder / "model"),
                pip_requirements=requirements(asked),
                registered_model_name=name,
                metadata={"architecture": asked.model, "table": asked.table, "table_version": asked.version},
            )
        finally:
            sys.path.remove(scratch)
            for module in [module for module in sys.modules if module.split(".")[0] == package]:
                del sys.modules[module]


def signature():
    """title and image (base64 in JSON) in, either of them empty or left out where there is none; best labels of all levels out."""
    from mlflow.models import ModelSignature
    from mlflow.types import ColSpec, DataType, ParamSchema, ParamSpec, Schema
    from mlflow.types.schema import Array, Object, Property

    label = Object(
        [
            Property("class_id", DataType.long),
            Property("class_name", DataType.string),
            Property("sub_class_id", DataType.long),
            Property("sub_class_name", DataType.string),
            Property("subsub_class_id", DataType.long, required=False),
            Property("subsub_class_name", DataType.string, required=False),
            Property("probability", DataType.double),
        ]
    )
    return ModelSignature(
        inputs=Schema([ColSpec(DataType.string, "title", required=False), ColSpec(DataType.binary, "image", required=False)]),
        outputs=Schema([ColSpec(Array(label), "labels")]),
        params=ParamSchema([ParamSpec("k", DataType.long, 5), ParamSpec("level", DataType.string, "")]),
    )


def _input_example(model: Path):
    import pandas as pd

    rows = json.loads((model / "example.json").read_text("utf-8"))
    return pd.DataFrame(
        {"title": [row["title"] for row in rows], "image": [(model / row["image"]).read_bytes() if row["image"] else b"" for row in rows]}
    )


def requirements(asked: Plan) -> list[str]:
    """The packages that the served model imports, at the versions it was made with."""
    needed = ["mlflow", "numpy", "pandas", "rjieba", "pillow"] + (["tensorflow"] if asked.entry.in_keras else ["scikit-learn", "scipy", "joblib"])
    return [f"{package}=={installed(package)}" for package in needed]

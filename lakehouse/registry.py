"""What the model registry holds of the products' models, and which of them should answer for the products of now."""

from __future__ import annotations

import logging
import os
from collections import defaultdict
from dataclasses import dataclass

from lakehouse import arrow, settings, tables

REGISTERED_MODEL, CHAMPION = "mep3m-classifier", "champion"


def quiet_mlflow():
    """The package, so set that it says nothing but errors, and gives a registry that is down seconds, not a quarter of an hour."""
    for name, value in (("HTTP_REQUEST_MAX_RETRIES", "2"), ("HTTP_REQUEST_TIMEOUT", "20"), ("DISABLE_TELEMETRY", "true"),
                        ("ENABLE_ARTIFACTS_PROGRESS_BAR", "false")):
        os.environ.setdefault(f"MLFLOW_{name}", value)
    import mlflow

    for chatty in ("alembic", "mlflow"):        # after the import, which sets MLflow's own level
        logging.getLogger(chatty).setLevel(logging.ERROR)
    return mlflow


def client():
    """MLflow's, of this lake's registry."""
    uri = settings.load().tracking_uri
    return quiet_mlflow().MlflowClient(uri, uri)


def models() -> list[dict]:
    """The registered versions, newest first: version, architecture, version of products that it was trained on (if any), aliases, metrics."""
    registry, found = client(), []
    for version in sorted(registry.search_model_versions(f"name='{REGISTERED_MODEL}'"), key=lambda v: -int(v.version)):
        run = registry.get_run(version.run_id)
        full = registry.get_model_version(REGISTERED_MODEL, version.version)
        trained_on = run.data.params.get("table_version")
        found.append({"version": int(version.version), "architecture": version.tags.get("architecture", run.data.params.get("model", "?")),
                      "table_version": int(trained_on) if trained_on else None, "aliases": list(full.aliases), "metrics": run.data.metrics})
    return found


def trained_on() -> dict[str, set[int]]:
    """The versions of each table, by its name, that any run of the tracking server was trained on."""
    lake = settings.load()
    if not lake.mlflow_tracking_uri and not (lake.path / "mlflow.db").exists():
        return {}
    tracked, found, page = client(), defaultdict(set), ""
    experiments = [experiment.experiment_id for experiment in tracked.search_experiments()]
    while page is not None:
        runs = tracked.search_runs(experiments, max_results=1000, page_token=page or None)
        for run in runs:
            if {"table", "table_version"} <= run.data.params.keys():
                found[run.data.params["table"]].add(int(run.data.params["table_version"]))
        page = runs.token or None
    return dict(found)


def labels(at: int | None = None) -> set[tuple]:
    """The products' labels as of a version, today's by default: ids of all three levels."""
    ids = arrow.read(tables.PRODUCTS, at=at, columns=["class_id", "sub_class_id", "subsub_class_id"])
    return {tuple(label.values()) for label in ids.group_by(ids.column_names).aggregate([]).to_pylist()}


@dataclass(frozen=True)
class Answering:
    """The version that should answer for the products of now: the champion, or one that was trained on labels that the champion lacks."""

    champion: int
    champion_trained_on: int | None     # version of products
    version: int
    unknown: int                # labels of now that the champion was not trained on

    def sentence(self) -> str:
        if not self.unknown:
            return f"The champion, version {self.champion}, was trained on all of today's labels."
        of = f"products version {self.champion_trained_on}" if self.champion_trained_on is not None else "no version of products"
        lacks = f"The champion, version {self.champion}, was trained on {of}, which lacks {self.unknown:,} of today's labels"
        if self.version == self.champion:
            return f"{lacks}, as do all other versions; `mep3m train` makes one that knows them."
        return f"{lacks}: version {self.version} knows them."


def answering() -> Answering | None:
    """The champion where it was trained on all of today's labels; else the newest version that was, of its own architecture if there is one.

    None where nothing is champion.
    """
    registered = models()
    champion = next((model for model in registered if CHAMPION in model["aliases"]), None)
    if champion is None:
        return None
    today, versions = labels(), {model["table_version"] for model in registered} - {None}
    lacks = {None: today} | {version: today - labels(at=version) for version in versions}
    unknown = lacks[champion["table_version"]]
    able = [model for model in registered if unknown and not lacks[model["table_version"]]]
    chosen = max(able, key=lambda model: (model["architecture"] == champion["architecture"], model["version"]), default=champion)
    return Answering(champion["version"], champion["table_version"], chosen["version"], len(unknown))

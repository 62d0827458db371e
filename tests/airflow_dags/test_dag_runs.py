"""`airflow dags test` of the DAGs that need nobody: every task green, and the tables and files there that it is for."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from pathlib import Path

import pytest

from airflow_dags.environment import environment
from lakehouse import arrow, tables
from tests.sample_shops.conftest import serving

BIN = Path(sys.executable).parent
pytestmark = [pytest.mark.medium, pytest.mark.timeout(1800)]
MADE = (tables.LISTINGS, tables.TAXONOMY, tables.PRODUCTS, tables.DATASET_STATISTICS)


def mep3m(*words: object) -> None:
    subprocess.run([BIN / "mep3m", *map(str, words)], check=True, capture_output=True)


def airflow(*words: str) -> str:
    done = subprocess.run([BIN / "airflow", *words], env=os.environ | environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
    return done.stdout


def airflow_run(dag: str, **given: str) -> str:
    """One run of a DAG, no task of it failed; its name."""
    said = airflow("dags", "test", dag, *(("--conf", json.dumps(given)) if given else ()))
    return re.search(r"manual__[\w.:+-]+", said).group()


def states(dag: str, run: str) -> dict[str, str]:
    """What became of each task."""
    return {task["task_id"]: task["state"] for task in json.loads(airflow("tasks", "states-for-dag-run", dag, run, "--output", "json"))}


@pytest.fixture(scope="module")
def curated(tmp_path_factory) -> Iterator[Path]:
    """A lake of landed listings that `curate` has run on once."""
    folder = tmp_path_factory.mktemp("curated")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("LAKEHOUSE_ROOT", str(folder / "lake"))
        mep3m("sample-shops", "generate", folder / "shop", "--listings", 500)
        mep3m("import", "listings", folder / "shop" / "listings.tsv.gz")
        mep3m("class-map", "import", folder / "shop" / "class_map.csv")
        airflow("db", "migrate")
        airflow_run("curate")
        yield folder / "lake"


def runs() -> list[str]:
    """The names of Airflow's runs that audits' results carry."""
    found = {row["run_id"] for row in arrow.read(tables.QUALITY_RESULTS, columns=["run_id"]).to_pylist()}
    return [run for run in found if run.startswith("manual__")]


@pytest.mark.slow
def test_curate_runs_green(curated):
    assert arrow.read(tables.PRODUCTS).num_rows == 500
    assert all(arrow.version(table) is not None for table in MADE)
    assert len(runs()) == 1, "results carry the name of Airflow's run"
    assert tables.QUALITY_RESULTS.name in {row["table"] for row in arrow.read(tables.QUALITY_RESULTS, columns=["table"]).to_pylist()}


@pytest.mark.slow
def test_a_second_curate_changes_nothing(curated):
    versions, before = [arrow.version(table) for table in MADE], len(runs())
    airflow_run("curate")
    assert [arrow.version(table) for table in MADE] == versions
    assert len(runs()) == before + 1


@pytest.mark.slow
def test_release_writes_the_data_set_where_it_is_told(curated, tmp_path):
    airflow_run("release", folder=str(tmp_path / "data set"))
    assert len(json.loads((tmp_path / "data set" / "annotation.json").read_text("utf-8"))) == 500


@pytest.mark.slow
def test_train_scores_with_a_model_that_knows_todays_labels_also_where_the_champion_holds(curated):
    assert set(states("train", airflow_run("train", options="--epochs 6")).values()) == {"success"}
    assert scored() == {1: 500}, "the champion's"
    one = arrow.read(tables.PRODUCTS).slice(0, 1).to_pylist()[0]
    new = one | {"product_id": "new", "listing_id": "new", "sub_class_id": 9_999, "sub_class_name": "新", "split": "train"}
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, [new]))
    assert states("train", airflow_run("train", options="--epochs 1")) == {
        "train_bilstm": "success", "train_tfn": "success", "promote": "skipped", "predictions": "success"}
    assert scored() == {1: 500, 3: 501}, "the newest of the champion's architecture"


def scored() -> dict[int, int]:
    """Predictions of each model version."""
    return dict(Counter(arrow.read(tables.PREDICTIONS, columns=["version"])["version"].to_pylist()))


@pytest.mark.slow
def test_crawl_lands_what_the_shops_show(curated, tmp_path):
    with serving(tmp_path / "shops.json", "--listings", 500, "--seed", 8) as shops:
        airflow_run("crawl", shops=str(tmp_path / "shops.json"), options="--allow-address 127.0.0.1")
    crawled = [run for run in arrow.read(tables.CRAWL_RUNS).to_pylist() if run["spider"] == "generic"]
    assert {run["shop"]: (run["listings"], run["finish_reason"]) for run in crawled} == {
        shop["shop"]: (shop["listings"], "finished") for shop in shops}


def test_the_environment_is_the_lakes_own_and_what_is_set_already_stands(lake):
    made = environment({"PATH": "/usr/bin", "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor", "AIRFLOW_HOME": "/srv/airflow"})
    assert made["LAKEHOUSE_ROOT"] == str(lake) and made["AIRFLOW_HOME"] == "/srv/airflow"
    assert made["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert made["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment({"AIRFLOW__API__PORT": "18080"})["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:18080", "tasks report there"
    assert (Path(made["AIRFLOW__CORE__DAGS_FOLDER"]) / "curate.py").exists()
    assert made["PATH"].split(os.pathsep) == [str(BIN), "/usr/bin"]

"""`airflow dags test` of the DAGs that need nobody: every task green, and the tables and files there that it is for."""

from __future__ import annotations

import json
import os
import subprocess
import sys
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


def airflow(*words: str) -> None:
    done = subprocess.run([BIN / "airflow", *words], env=os.environ | environment(), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]


def airflow_run(dag: str, **given: str) -> None:
    """One run of a DAG, every task of it green."""
    airflow("dags", "test", dag, *(("--conf", json.dumps(given)) if given else ()))


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

"""`airflow dags test curate` on a lake with landed listings: every task green, the gold tables there."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

from airflow_dags.environment import environment
from lakehouse import arrow, tables

BIN = Path(sys.executable).parent


@pytest.mark.slow
@pytest.mark.timeout(1800)
def test_curate_runs_green_and_a_second_time_changes_nothing(lake, tmp_path):
    def mep3m(*words: object) -> None:
        subprocess.run([BIN / "mep3m", *map(str, words)], check=True, capture_output=True)

    def airflow(*words: str) -> str:
        done = subprocess.run([BIN / "airflow", *words], env=os.environ | environment(), capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout[-3000:] + done.stderr[-3000:]
        return done.stdout + done.stderr

    mep3m("sample-shops", "generate", tmp_path / "shop", "--listings", 600)
    mep3m("import", "listings", tmp_path / "shop" / "listings.tsv.gz")
    mep3m("class-map", "import", tmp_path / "shop" / "class_map.csv")
    airflow("db", "migrate")
    airflow("dags", "test", "curate")
    made = (tables.LISTINGS, tables.TAXONOMY, tables.PRODUCTS, tables.DATASET_STATISTICS)
    assert arrow.read(tables.PRODUCTS).num_rows == 600
    versions = [arrow.version(table) for table in made]
    airflow("dags", "test", "curate")
    assert [arrow.version(table) for table in made] == versions
    runs = {row["run_id"] for row in arrow.read(tables.QUALITY_RESULTS, columns=["run_id"]).to_pylist()}
    assert sum(run.startswith("manual__") for run in runs) == 2, "results carry the name of Airflow's run"


def test_the_environment_is_the_lakes_own_and_what_is_set_already_stands(lake):
    made = environment({"PATH": "/usr/bin", "AIRFLOW__CORE__EXECUTOR": "CeleryExecutor", "AIRFLOW_HOME": "/srv/airflow"})
    assert made["LAKEHOUSE_ROOT"] == str(lake) and made["AIRFLOW_HOME"] == "/srv/airflow"
    assert made["AIRFLOW__CORE__EXECUTOR"] == "CeleryExecutor"
    assert made["AIRFLOW__API__HOST"] == "127.0.0.1"
    assert environment({"AIRFLOW__API__PORT": "18080"})["AIRFLOW__API__BASE_URL"] == "http://127.0.0.1:18080", "tasks report there"
    assert (Path(made["AIRFLOW__CORE__DAGS_FOLDER"]) / "curate.py").exists()
    assert made["PATH"].split(os.pathsep) == [str(BIN), "/usr/bin"]

"""The DAGs as Airflow's own parser reads them, in a process of their own: complete, without circles, and light."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from lakehouse import tables
from lakehouse.build import RECORDS
from lakehouse.cli import COMMANDS
from lakehouse.tables import Origin

pytestmark = pytest.mark.medium
ROOT = Path(__file__).resolve().parents[2]
READ = """
import json, sys, time
from airflow_dags.__main__ import load, markdown
import airflow.dag_processing.dagbag, airflow.sdk
before, started = set(sys.modules), time.process_time()
bag = load()
seconds = time.process_time() - started
dags = {dag.dag_id: {"doc": dag.doc_md, "runs": dag.max_active_runs, "tasks": {task.task_id: {
            "command": getattr(task, "bash_command", ""), "before": sorted(task.upstream_task_ids), "retries": task.retries,
            "outlets": [outlet.name for outlet in task.outlets], "defaults": getattr(task, "defaults", None)} for task in dag.tasks},
        "assets": sorted(one.name for one in getattr(dag.schedule, "objects", [dag.schedule]) if hasattr(one, "name"))}
        for dag in bag.dags.values()}
json.dump({"dags": dags, "errors": bag.import_errors, "seconds": seconds, "modules": sorted(set(sys.modules) - before), "page": markdown()},
          open(sys.argv[1], "w"))
"""
HEAVY = {"pyspark", "great_expectations", "tensorflow", "mlflow", "scrapy", "pandas", "deltalake", "pyarrow"}


@pytest.fixture(scope="module")
def read(tmp_path_factory) -> dict:
    folder = tmp_path_factory.mktemp("airflow")
    done = subprocess.run([sys.executable, "-c", READ, str(folder / "read.json")], cwd=ROOT, capture_output=True, text=True, check=False,
                          env=os.environ | {"AIRFLOW_HOME": str(folder), "LAKEHOUSE_ROOT": str(folder / "lake")})
    assert done.returncode == 0, done.stderr[-3000:]
    return json.loads((folder / "read.json").read_text(encoding="utf-8"))


@pytest.fixture
def tasks(read) -> dict[str, dict]:
    return {name: task for dag in read["dags"].values() for name, task in dag["tasks"].items()}


def test_they_are_read_without_an_error(read):
    assert read["errors"] == {}
    assert set(read["dags"]) == {"crawl", "curate", "decide", "train", "release", "maintain"}


def test_reading_them_is_quick_and_imports_nothing_heavy(read):
    assert read["seconds"] < 5
    assert {name.partition(".")[0] for name in read["modules"]} & HEAVY == set()


def test_every_table_has_its_task_and_that_task_brings_its_asset_up_to_date(tasks):
    landed = {table.name: table.full_name for table in tables.ALL if table.origin is Origin.LANDED}
    made = {table.name: [table.full_name] for table in tables.ALL if table.origin not in (Origin.LANDED, Origin.RECORDED)}
    outlets = {name: task["outlets"] for name, task in tasks.items() if task["outlets"]}
    assert sorted(outlets.pop("crawl")) == sorted(landed.values())
    assert outlets == made
    assert set(landed) <= set(tasks), "a landed table's task is its audit"


def test_the_last_task_of_curate_audits_what_is_recorded_but_a_data_set_taken_in_whole(read):
    recorded = {table.name for table in tables.ALL if table.origin is Origin.RECORDED} - {tables.LABELLED_PRODUCTS.name}
    tasks = read["dags"]["curate"]["tasks"]
    named = tasks["records"]["command"].split()[2:]
    assert recorded == set(named[:named.index("--run-id")]) == {table.name for table in RECORDS}
    assert set(tasks) - {before for task in tasks.values() for before in task["before"]} == {"records"}, "all that writes to them comes first"


def test_a_table_is_built_after_those_that_it_is_built_from(read):
    for dag in read["dags"].values():
        before = {name: set(task["before"]) for name, task in dag["tasks"].items()}
        for name in before:
            frontier, seen = set(before[name]), set()
            while frontier:
                seen |= frontier
                frontier = set().union(*(before[one] for one in frontier)) - seen
            assert name not in seen, f"{name} waits for itself"
            declared = {source.name for source in tables.find(name).built_from} & set(before) if name in {t.name for t in tables.ALL} else set()
            assert declared <= seen, f"{name} does not wait for {declared - seen}"


def test_every_asset_that_a_dag_waits_for_is_made_by_a_task(read, tasks):
    made = {outlet for task in tasks.values() for outlet in task["outlets"]}
    assert {name: dag["assets"] for name, dag in read["dags"].items()} == {
        "crawl": [], "curate": ["bronze.raw_listings", "silver.naming_decisions"], "decide": ["gold.taxonomy"],
        "train": ["gold.products"], "release": [], "maintain": []}
    assert {asset for dag in read["dags"].values() for asset in dag["assets"]} <= made


def test_tasks_are_commands_that_exist_and_are_tried_again(tasks):
    for name, task in tasks.items():
        if task["command"]:
            words = task["command"].split()
            assert words[0].endswith("/mep3m") and words[1] in COMMANDS, name
            assert task["retries"] >= 1, name
            assert "{{" not in task["command"], f"{name}: what a run is given would become part of the shell's text"


def test_no_question_to_a_person_holds_anything_up(read):
    asking = {(dag, name) for dag, one in read["dags"].items() for name, task in one["tasks"].items() if task["defaults"] is not None}
    assert asking == {("decide", "people")}
    assert read["dags"]["decide"]["tasks"]["people"]["defaults"] == ["Not now"]


def test_two_runs_never_stage_the_same_table(read):
    assert {dag["runs"] for dag in read["dags"].values()} == {1}


def test_the_page_of_dags_is_current(read):
    assert all(dag["doc"] for dag in read["dags"].values())
    assert (ROOT / "docs" / "dags.md").read_text(encoding="utf-8") == read["page"], "run `make docs`"

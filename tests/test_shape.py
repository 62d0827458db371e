"""One table, one name, five places: nothing missing, nothing left over.

| table is | declared | spark_jobs/<t>.py | expectations/<t>.py | test | task <t> of a DAG |
| --- | --- | --- | --- | --- | --- |
| built, scored, decided | yes | yes | yes | tests/spark_jobs/test_<t>.py | yes |
| landed by crawlers | yes | no | yes | named by a test under tests/crawlers | yes: its audit |
| recorded as it is | yes | no | yes | named by a test under tests | no |

Tasks are looked at by tests/airflow_dags/test_dags.py, with Airflow's own eyes. Every suite is tested from rows in tests/expectations/rows.py.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lakehouse import tables
from lakehouse.catalogue import markdown
from lakehouse.tables import Origin

ROOT = Path(__file__).resolve().parent.parent
JOBS = {table.name for table in tables.ALL if table.origin in (Origin.BUILT, Origin.SCORED, Origin.DECIDED)}
# Modules of a package that are not about one table; a new one is a decision, so it is named here.
OF_JOBS = {"commands", "class_map_command", "names_command", "review_command", "evaluate_command", "score_command", "csv_file", "strategies"}
OF_JOB_TESTS = {"cluster", "killed", "evaluate_command", "names_command", "review", "strategies"}
OF_EXPECTATIONS = {"labels", "audit", "contract", "gate", "patterns", "rules"}


def modules(folder: str, prefix: str = "") -> set[str]:
    return {path.stem.removeprefix(prefix) for path in (ROOT / folder).glob(f"{prefix}*.py")} - {"__init__", "conftest"}


def test_every_table_that_a_job_makes_has_its_job_and_no_job_is_left_over():
    found = modules("spark_jobs")
    assert found - OF_JOBS == JOBS


def test_every_table_has_its_suite_and_no_suite_is_left_over():
    assert modules("expectations") - OF_EXPECTATIONS == {table.name for table in tables.ALL}


def test_every_job_has_its_test_and_no_test_is_left_over():
    assert modules("tests/spark_jobs", "test_") - OF_JOB_TESTS == JOBS


def test_every_suite_has_rows_that_break_it():
    from tests.expectations.rows import FIXTURES

    assert set(FIXTURES) == {table.name for table in tables.ALL}


@pytest.mark.parametrize("table", [t for t in tables.ALL if t.origin in (Origin.LANDED, Origin.RECORDED)], ids=lambda t: t.name)
def test_every_landed_or_recorded_table_is_looked_at_by_a_test(table):
    folder = ROOT / "tests" / ("crawlers" if table.origin is Origin.LANDED else "")
    named = re.compile(rf"\b({table.name}|{table.name.upper()})\b")
    own = {Path(__file__), ROOT / "tests" / "expectations" / "rows.py"}
    assert any(named.search(path.read_text(encoding="utf-8")) for path in folder.rglob("*.py") if path not in own)


def test_the_page_of_tables_is_current():
    assert (ROOT / "docs" / "tables.md").read_text(encoding="utf-8") == markdown(), "run `make docs`"

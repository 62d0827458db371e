"""`mep3m run`: the whole chain on the sample shops; a build of its tables that is killed; and the same again, which finds nothing to do."""

from __future__ import annotations

import json
import re
import shutil
import socket
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from lakehouse import arrow, summary, tables
from lakehouse.tables import Schema
from sample_shops.sources import COLUMNS
from tests.end_to_end.test_kill import gold, killed, rows

pytestmark = [pytest.mark.medium, pytest.mark.timeout(1800)]
MEP3M = (sys.executable, "-m", "lakehouse.cli")
# What is recorded of every run: that it was, what it asked for, and what the audits said.
RECORDS = ("crawl_runs", "crawl_pages", "quality_results")
SIZE = 500


def free_ports(wanted: int, start: int = 18_700) -> int:
    """The first of so many neighbouring ports that nobody holds; test files that run side by side start apart."""
    for first in range(start, start + 900, wanted):
        held = []
        for port in range(first, first + wanted):
            with socket.socket() as probe:
                held.append(probe.connect_ex(("127.0.0.1", port)) == 0)
        if not any(held):
            return first
    raise AssertionError("no free ports")


def run(*words: object) -> str:
    done = subprocess.run([*MEP3M, *map(str, words)], capture_output=True, text=True, check=False)
    assert done.returncode == 0, f"mep3m {words}: {done.stdout[-1000:]}{done.stderr[-2000:]}"
    return done.stdout


def chain(port: int, size: int = SIZE) -> tuple[object, ...]:
    return "run", "--size", size, "--port", port, "--model", "bilstm"


@pytest.fixture(scope="module")
def port() -> int:
    """The same each time: a page's address is part of what was read."""
    return free_ports(3)


@pytest.fixture(scope="module")
def ran(tmp_path_factory, port) -> Iterator[tuple[Path, str]]:
    """A lake that one run has filled, and what it said. Tests that write use a copy, or come last."""
    with pytest.MonkeyPatch.context() as patch:
        root = tmp_path_factory.mktemp("ran") / "lake"
        patch.setenv("LAKEHOUSE_ROOT", str(root))
        yield root, run(*chain(port))


def test_a_run_does_everything_and_says_so(ran):
    root, said = ran
    counted = {table.full_name: arrow.dataset(table).count_rows() for table in tables.ALL if arrow.version(table) is not None}
    assert counted["bronze.raw_listings"] == counted["gold.products"] == counted["gold.predictions"] == SIZE
    for name, count in counted.items():
        assert re.search(rf"{re.escape(name)} +{count:,}\s", said), name
    passed, failed = re.search(r"expectations: (\d+) passed, (\d+) failed", said).groups()
    assert int(passed) > 200 and failed == "0"
    assert {"rejects", "quality_results"} <= {row["table"] for row in arrow.read(tables.QUALITY_RESULTS, columns=["table"]).to_pylist()}
    precision, recall, f1 = map(float, re.search(r"answer key: precision ([\d.]+), recall ([\d.]+), F1 ([\d.]+)", said).groups())
    assert precision > 0.8 and recall > 0.5 and f1 > 0.6
    assert "curated sub-classes join several shops" in said
    top1, top5 = map(float, re.search(r"1 +bilstm +champion +([\d.]+) +([\d.]+)", said).groups())
    assert 0.3 < top1 <= top5 <= 1
    assert len(json.loads((root / "release" / "annotation.json").read_text("utf-8"))) == SIZE


def test_the_champion_loads_in_a_fresh_process_that_knows_mlflow_alone(ran, tmp_path):
    root, _ = ran
    program = ("import sys, mlflow\n"
               f"mlflow.set_tracking_uri('sqlite:///{root}/mlflow.db')\n"
               "model = mlflow.pyfunc.load_model('models:/mep3m-classifier@champion')\n"
               "found = model.predict([{'title': '红富士苹果 5斤装'}], params={'k': 2})['labels'][0]\n"
               "assert len(found) == 2 and {'class_id', 'class_name', 'sub_class_id', 'sub_class_name', 'probability'} <= set(found[0]), found\n"
               "assert not {'lakehouse', 'training', 'spark_jobs', 'horovod'} & set(sys.modules)\n")
    done = subprocess.run([sys.executable, "-c", program], cwd=tmp_path, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr[-2000:]


def test_builds_killed_while_they_stage_and_while_they_publish_leave_the_same_tables(ran, tmp_path, monkeypatch):
    root, _ = ran
    wanted, listings = gold(), rows(tables.LISTINGS)
    again = tmp_path / "again"
    shutil.copytree(root, again, ignore=shutil.ignore_patterns("mlartifacts", "trained", "release", "metastore"))
    monkeypatch.setenv("LAKEHOUSE_ROOT", str(again))
    for lost in ("silver/listings", "gold/products", "staging"):
        shutil.rmtree(again / lost)
    assert killed("build", "listings", when=lambda: any((again / "staging" / "listings").glob("*.parquet")))
    assert arrow.version(tables.LISTINGS) is None, "a batch that no gate has judged is not visible"
    assert killed("build", "listings", "products", when=lambda: any((again / "gold" / "products").glob("*.parquet")))
    run("build", "products")
    assert (gold(), rows(tables.LISTINGS)) == (wanted, listings)


@pytest.mark.slow
def test_a_second_run_adds_no_row_and_changes_no_table(ran, port):
    root, _ = ran
    made = [table for table in tables.ALL if arrow.version(table) is not None and table.name not in RECORDS]
    assert {table.name for table in tables.ALL if table.schema is Schema.GOLD} - {"labelled_products"} <= {table.name for table in made}
    versions = {table.name: arrow.version(table) for table in made}
    counted = {table.name: arrow.dataset(table).count_rows() for table in made}
    annotation = json.loads((root / "release" / "annotation.json").read_text("utf-8"))

    assert "champion" in run(*chain(port))
    assert {table.name: arrow.dataset(table).count_rows() for table in made} == counted
    silver_and_gold = [table.name for table in made if table.schema in (Schema.SILVER, Schema.GOLD)]
    assert {name: arrow.version(tables.find(name)) for name in silver_and_gold} == {name: versions[name] for name in silver_and_gold}
    assert json.loads((root / "release" / "annotation.json").read_text("utf-8")) == annotation


@pytest.mark.slow
def test_a_run_on_new_labels_scores_with_a_model_that_knows_them(ran, port):
    said = run(*chain(port, 1_200))
    assert re.search(r"The champion, version 1, was trained on products version \d+, which lacks \d+ of today's labels: version 2 knows them\.",
                     said.replace("\n", " "))
    assert re.search(r"Version [12] (is champion now|stays champion)", said)
    assert re.search(r"\d +bilstm +(challenger, |)champion", said), "one that was promoted still bears the name it came under"
    scored = arrow.read(tables.PREDICTIONS, columns=["version"]).to_pydict()["version"]
    assert scored.count(2) == 1_200 == summary.rows("products")


@pytest.mark.slow
def test_a_run_of_classes_that_nobody_has_mapped_ends_with_what_is_there(lake, tmp_path):
    file = tmp_path / "listings.tsv"
    file.write_text("".join("\t".join(fields) + "\n" for fields in (
        COLUMNS, ("a", "1", "食品", "水果", "食品>水果", "红富士苹果", ""), ("a", "2", "食品", "水果", "食品>水果", "一箱梨", ""))))
    said = run("run", "--listings", file, "--port", free_ports(1))
    assert re.search(r"silver\.listings +2\s", said) and re.search(r"gold\.products +0\s", said)
    assert "2 listings wait" in said and "class-map pending" in said
    assert "names pending" not in said, "nothing is merged yet"


@pytest.mark.slow
def test_real_listings_of_four_shops(lake, shared_data):
    shops, clothing = shared_data / "shops2014", shared_data / "clothing"
    said = run("run", "--listings", shops / "listings.tsv.gz", "--class-map", shops / "class_map.csv", "--images", clothing / "images-220.zip",
               "--image-map", clothing / "image_classes.csv", "--limit-per-shop", 200, "--port", free_ports(4))
    assert re.search(r"expectations: \d+ passed, 0 failed", said) and re.search("1 +bilstm +champion", said) and re.search("tfn +challenger", said)
    assert arrow.dataset(tables.RAW_LISTINGS).count_rows() == 800
    assert 500 < summary.rows("products") == summary.rows("predictions")
    assert any(row["img_path"] for row in arrow.read(tables.PRODUCTS, columns=["img_path"]).to_pylist())
    scores = json.loads(run("evaluate", "alignment", "--gold", shops / "gold_pairs.tsv"))["strict"]
    assert {"precision", "recall", "f1"} <= set(scores)

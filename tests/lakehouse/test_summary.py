"""What `mep3m run` reads back, and which model should answer for the products of now."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path
from threading import Event

import pytest
from rich.console import Console

from lakehouse import arrow, run, settings, summary, tables
from lakehouse.registry import CHAMPION, REGISTERED_MODEL, answering
from tests.expectations.rows import FIXTURES

pytestmark = pytest.mark.medium


def products(*numbers: int, **changes: object) -> int:
    """Land them, and say the version that they make."""
    arrow.append(tables.PRODUCTS, arrow.batch(tables.PRODUCTS, [FIXTURES["products"].row(number) | changes for number in numbers]))
    return arrow.version(tables.PRODUCTS)


@pytest.fixture
def registry(lake):
    """Registers a version trained on a version of products; the first one is champion."""
    from mlflow import MlflowClient

    client = MlflowClient(settings.load().tracking_uri, settings.load().tracking_uri)
    client.create_registered_model(REGISTERED_MODEL)
    experiment = client.create_experiment("e", artifact_location=(lake / "mlartifacts").as_uri())

    def register(table_version: int | None, architecture: str = "bilstm") -> None:
        made = client.create_run(experiment)
        if table_version is not None:
            client.log_param(made.info.run_id, "table_version", table_version)
        version = client.create_model_version(REGISTERED_MODEL, made.info.artifact_uri, made.info.run_id, tags={"architecture": architecture})
        if int(version.version) == 1:
            client.set_registered_model_alias(REGISTERED_MODEL, CHAMPION, version.version)

    return register


def test_the_champion_is_shown_however_old(lake, registry):
    same = {name: FIXTURES["products"].row(1)[name] for name in ("class_id", "sub_class_id", "subsub_class_id")}
    first = products(1, 2, **same)
    for table in (tables.NATIVE_SUB_CLASSES, tables.TAXONOMY, tables.QUALITY_RESULTS):
        arrow.create(table)
    for _ in range(summary.MODELS_SHOWN + 2):
        registry(first)
    console = Console(record=True, width=200)
    summary.show(console, seconds=1, answer_key={"strict": {"precision": 1, "recall": 0.5, "f1": 2 / 3}})
    said = console.export_text()
    assert "precision 1.000, recall 0.500, F1 0.667" in said
    assert " 1        bilstm        champion " in said and f" {summary.MODELS_SHOWN + 2}        bilstm " in said and " 2        bilstm " not in said


def test_what_to_try_next_is_typed_as_it_is_printed(lake, monkeypatch):
    for table in (tables.TAXONOMY, tables.QUALITY_RESULTS):
        arrow.create(table)
    rows = [FIXTURES["native_sub_classes"].row(number) for number in range(3)]
    arrow.append(tables.NATIVE_SUB_CLASSES, arrow.batch(tables.NATIVE_SUB_CLASSES, [
        *rows[:1], *(row | {"class_id": None, "class_name": None, "native_class": "nobody's", "listings": 4} for row in rows[1:])]))
    bin = Path(sys.executable).parent
    for path, called in (("/usr/bin", ".venv/bin/mep3m"), (f"{bin}:/usr/bin", "mep3m")):
        monkeypatch.setenv("PATH", path)
        monkeypatch.chdir(bin.parents[1])
        console = Console(record=True, width=200)
        summary.show(console, seconds=1, answer_key={})
        said = console.export_text()
        assert "8 listings wait" in said and f"  {called} class-map pending " in said
    pending = next(line for line in said.splitlines() if "class-map pending" in line)
    done = subprocess.run(["bash", "-c", pending], capture_output=True, text=True, check=False)
    assert done.returncode == 0 and "8 listings wait" in done.stdout, done.stderr


def test_an_empty_registry_is_read_without_a_word(lake):
    done = subprocess.run([sys.executable, "-c", "from lakehouse.registry import answering; assert answering() is None"],
                          capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout, done.stderr) == (0, "", "")


def test_the_model_that_contests_is_the_one_that_scores_whichever_is_trained_first(lake, registry, monkeypatch):
    same = {name: FIXTURES["products"].row(1)[name] for name in ("class_id", "sub_class_id", "subsub_class_id")}
    first = products(1, 2, **same)
    registry(first, "tfn")
    chosen, promoted, released = [], Event(), Event()

    def step(console: Console, *words: object, fine: tuple[int, ...] = (0,)) -> None:
        if words[:2] == ("train", "tfn"):
            waited.wait(2)
        if words[0] == "train":
            registry(arrow.version(tables.PRODUCTS), words[1])
        elif words[0] in ("promote", "score"):
            chosen.append(answering().version)
        {"promote": promoted, "release": released}.get(words[0], Event()).set()

    monkeypatch.setattr(run, "step", step)
    waited = released
    run.learn(Console(), ["bilstm", "tfn"], lake / "release")
    assert chosen == [1, 1] and released.is_set(), "a champion that knows all labels waits for nobody"
    products(3, **same | {"sub_class_id": 99})
    waited = promoted
    promoted.clear()
    run.learn(Console(), ["bilstm", "tfn"], lake / "release")
    assert chosen[2:] == [5, 5], "the newest of the champion's architecture"


def test_the_champion_answers_while_it_knows_the_labels_and_then_the_newest_of_its_architecture_that_does(lake, registry):
    same = {name: FIXTURES["products"].row(1)[name] for name in ("class_id", "sub_class_id", "subsub_class_id")}
    first = products(1, 2, **same)
    assert answering() is None
    registry(first)
    registry(products(3, **same))
    assert answering().version == 1, "a new product of a label that it knows"
    newer = products(4, **same | {"sub_class_id": 99})
    assert (answering().version, answering().unknown) == (1, 1)
    assert "as do all other versions; `mep3m train`" in answering().sentence()
    for architecture in ("bilstm", "bilstm", "tfn"):
        registry(newer, architecture)
    assert answering().version == 4
    assert answering().sentence() == f"The champion, version 1, was trained on products version {first}, which lacks 1 of today's labels: version 4 knows them."
    registry(None)
    assert answering().version == 4, "nothing is known of what a version from elsewhere was trained on"

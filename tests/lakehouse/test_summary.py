"""What `mep3m run` reads back, and which model should answer for the products of now."""

from __future__ import annotations

import pytest
from rich.console import Console

from lakehouse import arrow, settings, summary, tables
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
    arrow.create(tables.TAXONOMY)
    arrow.create(tables.QUALITY_RESULTS)
    for _ in range(summary.MODELS_SHOWN + 2):
        registry(first)
    console = Console(record=True, width=200)
    summary.show(console, seconds=1, answer_key={"strict": {"precision": 1, "recall": 0.5, "f1": 2 / 3}})
    said = console.export_text()
    assert "precision 1.000, recall 0.500, F1 0.667" in said
    assert " 1        bilstm        champion " in said and f" {summary.MODELS_SHOWN + 2}        bilstm " in said and " 2        bilstm " not in said


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

"""What `mep3m run` reads back: the champion is always among the models, and whether it knows today's labels."""

from __future__ import annotations

import pytest
from rich.console import Console

from lakehouse import arrow, run, settings, summary, tables
from lakehouse.errors import LakehouseError
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
    client.create_registered_model(summary.REGISTERED_MODEL)
    experiment = client.create_experiment("e", artifact_location=(lake / "mlartifacts").as_uri())

    def register(table_version: int) -> None:
        made = client.create_run(experiment)
        client.log_param(made.info.run_id, "table_version", table_version)
        version = client.create_model_version(summary.REGISTERED_MODEL, made.info.artifact_uri, made.info.run_id, tags={"architecture": "bilstm"})
        if int(version.version) == 1:
            client.set_registered_model_alias(summary.REGISTERED_MODEL, summary.CHAMPION, version.version)

    return register


def test_the_champion_is_shown_however_old_and_scores_while_it_knows_the_labels(lake, registry):
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

    registry(products(3, **same))
    assert run.scoring_version(console, "bilstm") == "champion", "a new product of a label that it knows"
    registry(products(4, **same | {"sub_class_id": 99}))
    with pytest.raises(LakehouseError, match="`mep3m promote` ended with 1"):       # these versions hold no model
        run.scoring_version(console, "bilstm")
    said = console.export_text()
    assert "trained on products version " + str(first) in said and "lacks 1 of today's labels: version 10 scores, and contests the alias" in said

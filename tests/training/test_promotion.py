"""Two versions on the same test rows, whatever the numbers of their labels."""

from dataclasses import replace

import pytest

from lakehouse import arrow, tables
from lakehouse.errors import LakehouseError
from lakehouse.registry import CHAMPION
from spark_jobs import predictions
from tests.training.conftest import NOUNS, rows
from training import data, programs, promotion, tracking

PARTS = [f"{level}_id" for level in ("class", "sub_class", "subsub_class")]


def renumbered(lake, shift: int) -> list[dict]:
    """The same listings with the same labels, under the ids of a file that has `shift` more labels before theirs."""
    return [{**row, **{part: row[part] and row[part] + shift for part in PARTS}} for row in rows(lake, pictures=False)]


def imported(lake, shift: int) -> int:
    arrow.replace(tables.LABELLED_PRODUCTS, arrow.batch(tables.LABELLED_PRODUCTS, renumbered(lake, shift)).to_batches(), content=str(shift))
    return arrow.version(tables.LABELLED_PRODUCTS)


@pytest.mark.slow     # two models are registered, which MLflow takes its time for
def test_models_of_two_imports_are_compared_by_the_names_of_labels(lake):
    """An import numbers all labels anew, so an id of one is another label's in the next."""
    first = imported(lake, 0)
    programs.train(programs.plan_for("linear_ngrams", "labelled_products", first))
    second = imported(lake, 1)
    programs.train(programs.plan_for("linear_ngrams", "labelled_products", second))
    name = tracking.registered_name("labelled_products")
    found = promotion.contest(name, table="labelled_products")
    assert not found.better and found.difference == 0 and found.champion_top1 > 0.9
    test = data.read(tables.LABELLED_PRODUCTS, second)["test"]
    by_ids = promotion.Question("path", "id")
    assert promotion.right_answers(name, 1, test, by_ids).mean() < 0.1, "the imports' ids do not differ"


def test_products_are_compared_by_ids_which_outlast_a_name():
    assert promotion.question_of("products").parts == ["class_id", "sub_class_id"]
    assert promotion.question_of("labelled_products").parts == ["class_name", "sub_class_name", "subsub_class_name"]


@pytest.fixture
def registered(lake):
    """A registry with three versions of a model, the third of which is champion."""
    registry = tracking.client()
    registry.create_registered_model("m")
    for _ in range(3):
        registry.create_model_version("m", source=lake.as_uri())
    registry.set_registered_model_alias("m", CHAMPION, "3")
    registry.set_registered_model_tag("m", promotion.FORMER, "[1, 2]")
    return registry


@pytest.mark.medium
def test_going_back_passes_over_what_was_deleted_and_says_so(registered):
    registered.delete_model_version("m", "2")
    assert promotion.rollback("m").sentence() == "Version 1 of m is champion again, in place of version 3. Passed over, since deleted: version 2."
    assert str(registered.get_model_version_by_alias("m", CHAMPION).version) == "1"
    with pytest.raises(LakehouseError, match="m has had no champion before the present one; there is nothing to go back to"):
        promotion.rollback("m")
    registered.set_registered_model_tag("m", promotion.FORMER, "[2]")
    with pytest.raises(LakehouseError, match=r"no champion before the present one that was not deleted \(2\)"):
        promotion.rollback("m")


@pytest.mark.medium
def test_going_back_after_a_champion_that_was_deleted_or_a_contest_that_was_killed_between_its_steps(registered):
    registered.set_registered_model_tag("m", promotion.FORMER, "[1, 2, 3]")      # 3 was about to make room
    assert promotion.rollback("m").sentence() == "Version 2 of m is champion again, in place of version 3."
    registered.delete_model_version("m", "2")
    assert promotion.rollback("m").sentence() == "Version 1 of m is champion again."


@pytest.mark.slow
def test_a_registered_model_tells_the_labels_that_it_knows_to_whom_scores_with_it(products):
    programs.train(programs.plan_for("linear_ngrams", "products", None))
    chosen = predictions.resolve()
    assert predictions.labels_known(chosen) == {sub_class_id for _, sub_class_id, _ in NOUNS}
    with pytest.raises(LakehouseError, match=r"has no artifacts/model/tree\.json beside it, which tells the labels that it knows; name a version"):
        predictions.labels_known(replace(chosen, place=chosen.place + "/nowhere"))

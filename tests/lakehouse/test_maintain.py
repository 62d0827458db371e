"""A lake that is kept in order: the same rows in fewer files, and every version that somebody may ask for."""

import os
from pathlib import Path

import pytest
from deltalake import DeltaTable

from lakehouse import arrow, registry, tables
from lakehouse.errors import LakehouseError
from lakehouse.maintain import maintain, versions_in_use
from tests.lakehouse.test_arrow import page
from tests.training import conftest as training

PAGES, PRODUCTS = tables.CRAWL_PAGES, tables.PRODUCTS


@pytest.fixture
def pages(lake):
    for number in range(5):
        arrow.append(PAGES, arrow.batch(PAGES, [page(number)]), writer="c", number=number)
    return PAGES


@pytest.fixture
def products(lake):
    """Three versions, each in place of the one before."""
    for number in (1, 2, 3):
        arrow.replace(PRODUCTS, arrow.batch(PRODUCTS, rows(10 * number)).to_batches(), content=str(number))
    return PRODUCTS


def rows(number: int) -> list[dict]:
    return training.rows(Path(), number, pictures=False)


def files(table) -> set[str]:
    return {file.name for file in Path(arrow.location(table)).glob("*.parquet")}


def test_small_files_are_put_together_and_a_writer_goes_on_where_it_was(pages):
    before = arrow.read(pages).sort_by("url")
    done = maintain(pages, days=30, keep=())
    assert (done.files_before, done.files_after) == (5, 1)
    assert arrow.read(pages).sort_by("url") == before
    assert arrow.landed_version(pages, "c") == 4
    arrow.append(pages, arrow.batch(pages, [page(5)]), writer="c", number=5)
    assert arrow.read(pages).num_rows == 6


def test_upkeep_is_no_news_to_who_asks_for_the_newest_rows(pages, products):
    pinned = arrow.pinned(pages), arrow.pinned(products)
    maintain(pages, days=0, keep=()), maintain(products, days=0, keep=())
    assert arrow.version(pages) > pinned[0] and arrow.version(products) > pinned[1]
    assert (arrow.pinned(pages), arrow.pinned(products)) == pinned
    assert not arrow.replace(products, [], content="3"), "the last content is known through it"
    assert arrow.read(pages, at=pinned[0]).num_rows == 5, "and readable, though its files were put together"


def test_what_no_version_in_use_needs_is_deleted(products):
    first, second, third = 1, 2, 3
    done = maintain(products, days=0, keep={first})
    assert done.deleted == 1 and done.freed > 0
    assert arrow.read(products, at=first).num_rows == 10
    assert arrow.read(products, at=third).num_rows == arrow.read(products).num_rows == 30
    with pytest.raises(Exception, match=r"(?i)no such file|not found"):
        arrow.read(products, at=second)
    assert maintain(products, days=0, keep={first}).deleted == 0, "what is gone is not counted again"


def test_what_was_part_of_a_table_lately_stays(products):
    assert maintain(products, days=1, keep=()).deleted == 0
    assert arrow.read(products, at=1).num_rows == 10


def test_what_a_writer_left_that_died_goes_when_it_is_old(products):
    old, new = (Path(arrow.location(products), name) for name in ("old.parquet", "new.parquet"))
    for file in (old, new):
        file.write_bytes(b"half a file")
    os.utime(old, (1e9, 1e9))
    maintain(products, days=1, keep=())
    assert not old.exists() and new.exists()


def test_a_dry_run_says_so_much_and_changes_nothing(products):
    before, version = files(products), arrow.version(products)
    said = maintain(products, days=0, keep=(), dry_run=True)
    assert said.deleted == 2 and files(products) == before and arrow.version(products) == version
    assert maintain(products, days=0, keep=()).freed == said.freed


@pytest.mark.parametrize("made_with_it", [True, False])
def test_the_log_of_a_gold_table_outlives_deltas_thirty_days(lake, monkeypatch, made_with_it):
    with monkeypatch.context() as patch:
        if not made_with_it:
            patch.setattr(arrow, "KEPT_LOG", {})
        arrow.create(PRODUCTS)
    for number in (1, 2):
        arrow.replace(PRODUCTS, arrow.batch(PRODUCTS, rows(10 * number)).to_batches(), content=str(number))
    maintain(PRODUCTS, days=30, keep=())
    there = DeltaTable(arrow.location(PRODUCTS))
    there.create_checkpoint()
    for commit in Path(arrow.location(PRODUCTS), "_delta_log").iterdir():
        os.utime(commit, (1e9, 1e9))
    there.cleanup_metadata()
    assert arrow.is_readable(PRODUCTS, 1) and arrow.read(PRODUCTS, at=1).num_rows == 10
    assert not arrow.is_readable(PRODUCTS, 99)


@pytest.mark.medium
def test_versions_in_use_are_those_of_models_and_of_todays_tables(products):
    tracked = registry.client()
    run = tracked.create_run("0")
    tracked.log_param(run.info.run_id, "table", "products")
    tracked.log_param(run.info.run_id, "table_version", "2")
    assert versions_in_use()["products"] == {2}


@pytest.mark.medium
def test_a_tracking_server_that_does_not_answer_keeps_everything(products, monkeypatch):
    monkeypatch.setenv("LAKEHOUSE_MLFLOW_TRACKING_URI", "http://127.0.0.1:9")
    with pytest.raises(LakehouseError, match="nothing was deleted"):
        versions_in_use()


@pytest.mark.jvm
def test_spark_goes_on_with_what_was_put_in_order(spark, lake):
    from lakehouse import spark as engine

    lineage = {"run_id": "r", "inputs": {"gold.products": 7}}
    batches = [engine.session().createDataFrame(arrow.batch(PRODUCTS, rows(n)).to_pandas(), engine.ddl(PRODUCTS)) for n in (10, 20)]
    for batch in batches:
        engine.stage(PRODUCTS, batch, lineage)
        engine.publish(PRODUCTS, engine.staged(PRODUCTS), lineage)
    done = maintain(PRODUCTS, days=0, keep=())
    assert done.deleted >= 2, "what was staged before, and what the merge replaced"
    assert engine.read(PRODUCTS).count() == engine.staged(PRODUCTS).count() == 20
    assert engine.staged_lineage(PRODUCTS) == arrow.last_commit(arrow.location(PRODUCTS)) == lineage
    assert not engine.publish(PRODUCTS, engine.staged(PRODUCTS), lineage), "nothing is new"
    assert versions_in_use()["products"] == {7}

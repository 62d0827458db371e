"""What `mep3m build` leaves alone: a table made of just the inputs that are there, by this code, in this way."""

from __future__ import annotations

import shutil
from pathlib import Path

import pytest

from lakehouse import arrow, build, job
from lakehouse import spark as engine
from lakehouse.tables import LISTING_TOKENS, LISTINGS, QUALITY_RESULTS, REJECTS
from tests.lakehouse.test_job import TABLE, staged
from tests.spark_jobs.lake_rows import frame

pytestmark = pytest.mark.jvm
URL = {"shop": "jd", "url": "https://jd.example/1", "native_class": "食品", "native_sub_class": "苹果", "native_path": "食品>苹果"}


def listed(spark, *titles: str) -> None:
    engine.publish(LISTINGS, frame(spark, LISTINGS, *(URL | {"listing_id": str(n), "title": title} for n, title in enumerate(titles))), {})


def built(run: str, *options: str) -> bool:
    """Whether anything was done; what was, was audited."""
    done = build.build(LISTING_TOKENS, run, list(options))
    assert done == (run in {row["run_id"] for row in arrow.read(QUALITY_RESULTS).to_pylist()})
    return done


def test_a_table_is_built_where_its_inputs_its_options_or_the_code_have_changed_and_only_there(spark, monkeypatch):
    listed(spark, "红富士苹果")
    assert built("first")
    staging = engine.staging_location(LISTING_TOKENS)
    shutil.rmtree(staging)
    assert not built("again"), "and needs nothing that lies in staging"
    assert not Path(staging).exists()

    listed(spark, "红富士苹果", "苹果")
    assert built("with another listing")
    assert not built("again then")

    assert built("in another way", "--segmenter", "jieba")
    assert built("anew", "--anew")
    monkeypatch.setattr(job, "program", lambda: "of another day")
    assert built("by other code")


def test_another_table_in_an_inputs_place_is_another_input(spark):
    listed(spark, "红富士苹果")
    built("first")
    before = arrow.version(LISTINGS)
    shutil.rmtree(arrow.location(LISTINGS))
    listed(spark, "香蕉")
    assert arrow.version(LISTINGS) == before
    assert built("second")
    assert arrow.read(LISTING_TOKENS)["tokens"].to_pylist() == [["香蕉"]]


def test_a_tables_commit_says_that_its_rejects_are_published_too(spark):
    from expectations.gate import audit_and_publish

    staged(spark, "r1", "x")
    audit_and_publish(TABLE)
    rejects, table = (arrow.open_table(one).history(1)[0]["timestamp"] for one in (REJECTS, TABLE))
    assert rejects <= table

"""Stage and publish, on real Spark and Delta."""

import json

import pytest

from lakehouse import arrow, tables
from lakehouse import spark as engine
from lakehouse.errors import MissingTable, SchemaMismatch

pytestmark = pytest.mark.jvm
TABLE = tables.LABEL_MAPPING


def rows(spark, *names: str, sub_class: str = "水果"):
    made = [("shop", name, 5, "食品", 523, sub_class, None, None, "alone", "paper") for name in names]
    return spark.createDataFrame(made, engine.ddl(TABLE))


def published() -> list[tuple[str, str]]:
    found = arrow.read(TABLE, columns=["native_path", "sub_class_name"]).to_pylist()
    return sorted((row["native_path"], row["sub_class_name"]) for row in found)


def test_publish_adds_changes_and_removes_by_key_and_nothing_else(spark):
    assert engine.publish(TABLE, rows(spark, "a", "b"), {}) == engine.Published(2, 0, 0)
    newer = rows(spark, "b", sub_class="苹果").unionByName(rows(spark, "c"))
    assert engine.publish(TABLE, newer, {}) == engine.Published(1, 1, 1)
    assert published() == [("b", "苹果"), ("c", "水果")]


def test_the_same_batch_again_makes_no_commit(spark):
    engine.publish(TABLE, rows(spark, "a"), {})
    before = arrow.version(TABLE)
    assert not engine.publish(TABLE, rows(spark, "a"), {})
    assert arrow.version(TABLE) == before


def test_a_commit_carries_its_run_and_inputs(spark):
    lineage = {"run_id": "r1", "inputs": {"gold.taxonomy": 3}}
    engine.publish(TABLE, rows(spark, "a"), lineage)
    assert json.loads(arrow.open_table(TABLE).history(1)[0]["userMetadata"]) == lineage


def test_staging_is_not_visible_under_the_tables_name(spark):
    engine.stage(TABLE, rows(spark, "a"), {"run_id": "r"})
    assert engine.staged(TABLE).count() == 1
    assert engine.staged_lineage(TABLE) == {"run_id": "r"}
    with pytest.raises(MissingTable):
        engine.read(TABLE)


def test_every_difference_from_the_declaration_is_in_one_error(spark):
    from pyspark.sql import functions as F

    wrong = rows(spark, "a").drop("evidence").withColumn("class_id", F.lit("five")).withColumn("colour", F.lit(1))
    with pytest.raises(SchemaMismatch) as caught:
        engine.stage(TABLE, wrong, {})
    assert "evidence is missing" in str(caught.value)
    assert "class_id is string, declared int" in str(caught.value)
    assert "colour is not declared" in str(caught.value)


def test_spark_reads_what_delta_rs_landed_and_the_other_way_round(spark):
    engine.publish(TABLE, rows(spark, "a"), {})
    arrow.append(TABLE, arrow.batch(TABLE, [dict(zip(TABLE.column_names, ("s", "b", 1, "x", 2, "y", None, None, "e", "d"), strict=True))]))
    assert sorted(row.native_path for row in engine.read(TABLE).collect()) == ["a", "b"]


def test_a_pinned_version_does_not_see_later_rows(spark):
    engine.publish(TABLE, rows(spark, "a"), {})
    pinned = arrow.version(TABLE)
    engine.publish(TABLE, rows(spark, "a", "b"), {})
    assert engine.read(TABLE, pinned).count() == 1


def test_tables_that_people_fill_are_empty_before_anyone_does(spark):
    assert engine.read(tables.CLASS_MAP).count() == 0


def test_a_registered_table_is_in_the_catalog(spark):
    engine.publish(TABLE, rows(spark, "a"), {})
    engine.register(TABLE)
    assert spark.sql("select count(*) from gold.label_mapping").first()[0] == 1

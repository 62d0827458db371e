"""Every suite: a good batch passes; what is spoilt for one expectation fails that one and no other.

All spoilt rows of a table go into one batch, and each expectation must blame exactly its own: the same as a batch for each, at a
tenth of the Spark jobs.
"""

from __future__ import annotations

import json
from itertools import chain

import pytest
from pyspark.sql import Row

from expectations import contract
from expectations.audit import audit, suite, validate
from lakehouse import spark as engine
from lakehouse import tables
from tests.expectations.rows import FIXTURES, Fixture

pytestmark = pytest.mark.jvm
STRUCTURAL = 2          # the contract's first two are about columns and types; no row can break them


def frame(table: tables.Table, rows: list[dict]):
    values = [tuple(row[name] for name in table.column_names) for row in rows]
    return engine.session().createDataFrame(values, engine.ddl(table)).coalesce(1).cache()


def spoil_contract(table: tables.Table, fixture: Fixture, start: int) -> list[list[dict]]:
    """For each of the contract's expectations that a row can break: a null where none may be, a key twice."""
    needed = [column.name for column in table.columns if not column.nullable]
    nulls = [[fixture.row(start + n) | {name: None}] for n, name in enumerate(needed)]
    once = fixture.row(start + len(needed))
    return [*nulls, [once, once | fixture.twin]]


def blamed(result, table: tables.Table) -> list[tuple]:
    """The keys that a failed expectation names, or the rows that its query gave."""
    found = result.result.get("unexpected_index_list")
    if found is not None:
        return [tuple(row[name] for name in table.key) for row in found]
    return [tuple((name, plain(value)) for name, value in row.items()) for row in result.result["details"]["unexpected_rows"]]


def plain(value):
    """Spark's rows as the dicts that they were made from."""
    return [one.asDict() if isinstance(one, Row) else one for one in value] if isinstance(value, list) else value


def names_one_of(row: tuple, culprits: list[dict]) -> bool:
    """Whether a query's row is about spoilt rows: all that it names by a column of theirs is what they have."""
    return any(all(culprit[name] == value for name, value in row if name in culprit) for culprit in culprits)


def blames_exactly(table: tables.Table, batch: list[dict], wanted: list, culprits: list[list[dict]]) -> None:
    """Each of the wanted expectations, on one batch, blames the rows spoilt for it; none spoilt means that it holds."""
    results = validate(table, frame(table, batch), wanted, {"result_format": "COMPLETE", "unexpected_index_column_names": list(table.key)})
    for result, rows in zip(results, culprits, strict=True):
        what = f"{result.expectation_config.type} {result.expectation_config.kwargs}"
        assert result.success is (not rows), f"{what}: success is {result.success}, although it should blame {rows}; {result}"
        if not rows:
            continue
        found = blamed(result, table)
        if "unexpected_rows_query" in result.expectation_config.kwargs:
            assert found and all(names_one_of(row, rows) for row in found), f"{what} blames {found}"
        else:
            assert sorted(map(str, found)) == sorted(str(tuple(row[key] for key in table.key)) for row in rows), f"{what} blames {found}"


@pytest.mark.parametrize("name", [table.name for table in tables.ALL])
def test_a_good_batch_passes_and_each_spoilt_row_fails_its_own_expectation(spark, name):
    table, fixture = tables.find(name), FIXTURES[name]
    assert [str(one) for one in audit(table, frame(table, fixture.good_rows)) if not one.success] == []

    own = suite(table)[len(contract.expectations(table)):]
    assert len(own) == len(fixture.spoilt), "every expectation needs rows that break it, and those rows an expectation"
    culprits = [fixture.rows(changes, 2_000 + 51 * n) for n, changes in enumerate(fixture.spoilt)]
    blamable = [[] if n in fixture.of_the_whole else rows for n, rows in enumerate(culprits)]
    for_the_contract = spoil_contract(table, fixture, 1_000)
    blames_exactly(table, [*fixture.good_rows, *chain(*for_the_contract), *chain(*blamable)], own, blamable)
    for whole in fixture.of_the_whole:
        failed = [one for one in audit(table, frame(table, fixture.good_rows + culprits[whole])) if not one.success]
        assert [json.loads(one.details)["parameters"]["unexpected_rows_query"] for one in failed] == [own[whole].unexpected_rows_query]


@pytest.mark.parametrize("name", ["predictions", "class_map"])
def test_the_contract_blames_nulls_and_repeated_keys_and_nothing_else(spark, name):
    table, fixture = tables.find(name), FIXTURES[name]
    culprits = spoil_contract(table, fixture, 1_000)
    spoilt_otherwise = [row for n, changes in enumerate(fixture.spoilt) for row in fixture.rows(changes, 2_000 + 51 * n)]
    blames_exactly(table, [*fixture.good_rows, *spoilt_otherwise, *chain(*culprits)], contract.expectations(table)[STRUCTURAL:], culprits)


def test_columns_and_types_are_held_to_the_declaration(spark):
    table = tables.PREDICTIONS
    good = frame(table, FIXTURES["predictions"].good_rows)

    def failed(batch) -> list[str]:
        results = validate(table, batch, contract.expectations(table), "BOOLEAN_ONLY")
        return [result.expectation_config.type for result in results if not result.success]

    assert failed(good) == []
    assert failed(good.select(*reversed(good.columns))) == ["expect_table_columns_to_match_ordered_list"]
    assert failed(good.withColumn("version", good["version"].cast("bigint"))) == ["expect_table_column_types_to_equal"]
    renamed = "array<struct<sub_class_id:int,sub_class_name:string,share:double>>"
    assert failed(good.withColumn("labels", good["labels"].cast(renamed))) == ["expect_table_column_types_to_equal"]


def test_a_missing_column_is_named(spark):
    table = tables.PREDICTIONS
    said = {str(one) for one in audit(table, frame(table, FIXTURES["predictions"].good_rows).drop("version")) if not one.success}
    assert {"expect_column_values_to_not_be_null(version)"} < said


def test_a_number_that_is_none_lies_in_no_range(spark):
    rows = FIXTURES["sub_class_pairs"].rows({"score": float("nan")}, 1)
    failed = [one for one in audit(tables.SUB_CLASS_PAIRS, frame(tables.SUB_CLASS_PAIRS, rows)) if not one.success]
    assert [(one.expectation, one.column, one.unexpected) for one in failed] == [("expect_column_values_to_be_between", "score", 1)]

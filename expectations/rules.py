"""Expectations that Great Expectations does not bring: a rule over one row, the declared types, a query that finds nothing.

All three are made to cost little: the first two need no Spark job of their own, the third needs one.
"""

from __future__ import annotations

from typing import ClassVar

from great_expectations.compatibility.pyspark import functions as F
from great_expectations.execution_engine import SparkDFExecutionEngine
from great_expectations.expectations.core.unexpected_rows_expectation import UnexpectedRowsExpectation
from great_expectations.expectations.expectation import BatchExpectation, ColumnMapExpectation
from great_expectations.expectations.metrics import ColumnMapMetricProvider, column_condition_partial


class RowRule(ColumnMapMetricProvider):
    """The metric behind `ExpectColumnValuesToSatisfy`: one more sum in the aggregate that all map metrics share."""

    condition_metric_name = "column_values.satisfy"
    condition_value_keys = ("rule",)

    @column_condition_partial(engine=SparkDFExecutionEngine)
    def _spark(cls, column, rule, **kwargs):
        return F.coalesce(F.expr(rule), F.lit(True))


class ExpectColumnValuesToSatisfy(ColumnMapExpectation):
    """A Spark SQL condition on the row holds wherever the column is not null.

    A condition that is null counts as held: whether a value may be missing is another expectation's business, and one
    spoilt value should be reported once.

    Args:
        column: the column that the rule is about.
        rule: the condition; it may name the row's other columns.
    """

    rule: str

    map_metric: ClassVar[str] = RowRule.condition_metric_name
    success_keys: ClassVar[tuple[str, ...]] = ("rule", "mostly")
    args_keys: ClassVar[tuple[str, ...]] = ("column", "rule")


class ExpectTableColumnTypesToEqual(BatchExpectation):
    """The columns have exactly these types, nested ones included.

    Args:
        types: column -> type as Spark prints it, such as `array<struct<term:string,count:int>>`.
    """

    types: dict

    metric_dependencies: ClassVar[tuple[str, ...]] = ("table.column_types",)
    success_keys: ClassVar[tuple[str, ...]] = ("types",)
    args_keys: ClassVar[tuple[str, ...]] = ("types",)

    def _validate(self, metrics, runtime_configuration=None, execution_engine=None):
        found = {column["name"]: column["type"].simpleString() for column in metrics["table.column_types"] if "." not in column["name"]}
        differences = {name: found.get(name) for name, kind in self.types.items() if found.get(name) not in (None, kind)}
        return {"success": not differences, "result": {"observed_value": differences}}


class ExpectQueryToGiveNoRows(UnexpectedRowsExpectation):
    """A query over the batch finds nothing.

    As the expectation that it is made from, but for the rows themselves: they are fetched where somebody wants to see them, not
    where the answer is yes or no.

    Args:
        unexpected_rows_query: Spark SQL over `{batch}`.
        description: what holds if it gives no rows, as a sentence.
    """

    def get_validation_dependencies(self, execution_engine=None, runtime_configuration=None):
        needed = super().get_validation_dependencies(execution_engine, runtime_configuration)
        if needed.result_format.get("result_format") == "BOOLEAN_ONLY":
            needed.remove_metric_configuration("unexpected_rows_query.table")
        return needed

    def _validate(self, metrics, runtime_configuration=None, execution_engine=None):
        found = metrics["unexpected_rows_query.row_count"]
        return {"success": found == 0, "result": {"observed_value": found, "details": {
            "unexpected_rows": metrics.get("unexpected_rows_query.table", [])}}}

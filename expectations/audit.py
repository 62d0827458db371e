"""A batch against its suite, by Great Expectations: what held, what did not, in as few Spark jobs as it takes."""

from __future__ import annotations

import json
import logging
import os
from dataclasses import dataclass
from datetime import datetime
from functools import cache
from importlib import import_module
from typing import TYPE_CHECKING, Any

from lakehouse.tables import Table

if TYPE_CHECKING:
    from great_expectations.expectations.expectation import Expectation
    from pyspark.sql import DataFrame

EXAMPLES = 5        # unexpected values kept in a result's details
EXPLAINED = {"result_format": "SUMMARY", "partial_unexpected_count": EXAMPLES}
HIDDEN = ("batch_id", "column", "column_list")


@dataclass(frozen=True)
class Finding:
    """What one expectation said of one batch."""

    expectation: str
    column: str             # the column, or columns joined by a comma; empty for a whole table
    success: bool
    rows: int
    unexpected: int
    details: str            # parameters, examples and, where the check itself broke, why; as JSON

    def __str__(self) -> str:
        told = json.loads(self.details)
        if told.get("description"):
            return f"{told['description']!r}"
        rule = next((str(told["parameters"][name]) for name in ("rule", "regex", "value_set") if name in told["parameters"]), "")
        return f"{self.expectation}({self.column}{': ' if rule else ''}{rule})"


@cache
def _context():
    """One in-memory context a process: no files, no telemetry, no progress bars."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations as gx
    from great_expectations.data_context.types.base import ProgressBarsConfig

    for name in ("great_expectations", "great_expectations.data_context.types.base"):      # which sets its own level
        logging.getLogger(name).setLevel(logging.ERROR)
    context = gx.get_context(mode="ephemeral")
    context.variables.progress_bars = ProgressBarsConfig(globally=False, metric_calculations=False)
    return context


def suite(table: Table) -> list[Expectation]:
    """What the declaration says, then what `expectations/<table>.py` adds. Made anew each time: they get ids stamped on."""
    contract = import_module("expectations.contract")
    return [*contract.expectations(table), *import_module(f"expectations.{table.name}").expectations()]


def audit(table: Table, batch: DataFrame, rows: int | None = None) -> list[Finding]:
    """Every expectation of the table's suite on the batch.

    All are checked at once for true or false, which shares Spark jobs; only those that failed are asked again for counts
    and examples.

    Args:
        rows: of the batch, where that is known already.
    """
    rows = batch.count() if rows is None else rows
    checked = validate(table, batch, suite(table), "BOOLEAN_ONLY")
    broken = [number for number, result in enumerate(checked) if not result.success]
    if broken:
        anew = suite(table)
        again = validate(table, batch, [anew[number] for number in broken], EXPLAINED)
        checked = [*checked]
        for number, result in zip(broken, again, strict=True):
            checked[number] = result
    return [_finding(result, rows) for result in checked]


def validate(table: Table, batch: DataFrame, wanted: list[Expectation], result_format: str | dict[str, Any]) -> list[Any]:
    """Great Expectations' results, in the order of `wanted`; Great Expectations returns them in another."""
    from great_expectations import ExpectationSuite

    # By default Great Expectations persists a batch for good, and Spark then answers for a Delta table's later versions from it.
    source = _context().data_sources.add_or_update_spark("lake", persist=False)
    definition = source.add_dataframe_asset(table.name).add_batch_definition_whole_dataframe("batch")
    made = ExpectationSuite(name=table.name)
    for number, expectation in enumerate(wanted):
        expectation.meta = {"number": number}
        made.expectations.append(expectation)
    given = definition.get_batch({"dataframe": batch})
    result = given.validate(made, result_format=result_format)
    return sorted(result.results, key=lambda one: one.expectation_config.meta["number"])


def _finding(result: Any, rows: int) -> Finding:
    said = result.expectation_config.to_json_dict()
    parameters = said["kwargs"]
    column = parameters.get("column") or ",".join(parameters.get("column_list") or ()) or \
        ",".join(parameters[name] for name in ("column_A", "column_B") if name in parameters)
    observed = result.result or {}
    unexpected = observed.get("unexpected_count")
    if unexpected is None:
        value = observed.get("observed_value")
        unexpected = value if isinstance(value, int) and "unexpected_rows_query" in parameters else int(not result.success)
    details: dict[str, Any] = {"parameters": {name: value for name, value in parameters.items() if name not in HIDDEN}}
    if result.expectation_config.description:
        details["description"] = result.expectation_config.description
    if not result.success:
        shown = observed.get("details", {}).get("unexpected_rows")
        details["examples"] = shown[:EXAMPLES] if shown else observed.get("partial_unexpected_list") or observed.get("observed_value")
        if raised := next((one["exception_message"] for one in _exceptions(result.exception_info)), None):
            details["broke"] = raised
    return Finding(said["type"], column, bool(result.success), rows, int(unexpected), json.dumps(details, ensure_ascii=False, default=str))


def _exceptions(info: dict) -> list[dict]:
    found = [info] if "raised_exception" in info else list(info.values())
    return [one for one in found if one.get("raised_exception")]


def rows_of(findings: list[Finding], table: Table, run_id: str, at: datetime) -> list[dict[str, Any]]:
    """Rows of `quality_results`."""
    return [{"run_id": run_id, "table": table.name, "expectation": one.expectation, "column": one.column, "success": one.success,
             "rows": one.rows, "unexpected": one.unexpected, "details": one.details, "checked_at": at} for one in findings]

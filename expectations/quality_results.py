"""What an expectation's record must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import BLANK, WORD
from expectations.rules import ExpectColumnValuesToSatisfy
from lakehouse.tables import ALL


def expectations() -> list[Expectation]:
    """quality_results, beyond what its declaration says."""
    return [
        gxe.ExpectColumnValuesToNotMatchRegex(column="run_id", regex=BLANK),
        gxe.ExpectColumnValuesToBeInSet(column="table", value_set=[table.name for table in ALL]),
        gxe.ExpectColumnValuesToMatchRegex(column="expectation", regex=WORD),
        gxe.ExpectColumnValuesToBeBetween(column="rows", min_value=0),
        gxe.ExpectColumnValuesToBeBetween(column="unexpected", min_value=0),
        ExpectColumnValuesToSatisfy(column="success", rule="success or unexpected <> 0"),
        ExpectColumnValuesToSatisfy(column="details", rule="get_json_object(details, '$.parameters') is not null"),
    ]

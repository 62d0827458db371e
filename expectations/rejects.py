"""What a refused row's record must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import BLANK
from lakehouse.tables import ALL


def expectations() -> list[Expectation]:
    """rejects, beyond what its declaration says."""
    return [
        gxe.ExpectColumnValuesToBeInSet(column="table", value_set=[table.name for table in ALL]),
        gxe.ExpectColumnValuesToNotMatchRegex(column="key", regex=BLANK),
        gxe.ExpectColumnValuesToNotMatchRegex(column="reason", regex=BLANK),
        gxe.ExpectColumnValueLengthsToBeBetween(column="row", max_value=10_000),
    ]

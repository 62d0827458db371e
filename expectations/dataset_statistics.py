"""What a published number must look like."""

from __future__ import annotations

from great_expectations import expectations as gxe
from great_expectations.expectations.expectation import Expectation

from expectations.patterns import BLANK, WORD


def expectations() -> list[Expectation]:
    """dataset_statistics, beyond what its declaration says."""
    return [
        gxe.ExpectColumnValuesToMatchRegex(column="statistic", regex=WORD),
        gxe.ExpectColumnValuesToNotMatchRegex(column="group", regex=BLANK),
        gxe.ExpectColumnValuesToBeBetween(column="value", min_value=0, max_value=1e15),
        gxe.ExpectColumnValuesToNotMatchRegex(column="unit", regex=BLANK),
    ]
